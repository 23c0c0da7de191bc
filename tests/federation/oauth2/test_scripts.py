"""OAuth 2.0 by the scripts of a connection, in the sandbox: real Deno."""

from __future__ import annotations

import time
from typing import Any

import pytest
from tests.docs.pages import ROOT, blocks
from tests.federation.conftest import ORIGIN
from tests.federation.oauth2.conftest import OAuthPeer
from tests.federation.oauth2.provider import CLIENT, SECRET, Provider
from tests.federation.oauth2.test_plain import refused

from poolhouse.errors import ProviderFailed
from poolhouse.federation import scripts
from poolhouse.federation.model import Script, Settled
from poolhouse.federation.providers.oauth2.settings import FIELDS, Settings
from poolhouse.sandbox.client import Killed, Outcome, Sandbox
from poolhouse.sandbox.limits import KillReason

TO_TOKEN = """
module.exports = async function codeToToken(code, connection) {
  const options = {
    method: 'POST',
    uri: 'TOKEN_ADDRESS',
    form: {
      client_id: "CLIENT",
      client_secret: "SECRET",
      grant_type: "authorization_code",
      redirect_uri: 'ORIGIN/connections/oauth2/' + connection.id + '/callback', code
    },
    json: true
  }
  const resp = await request(options);
  return resp.access_token;
}
"""
TO_PERSON = """
module.exports = async function tokenToUserInfo(accessToken, connection) {
  const options = {
    method: 'POST',
    uri: 'PERSON_ADDRESS',
    form: {
      access_token: accessToken
    },
    json: true
  }
  const resp = await request(options);

  const profile = {
    userIdInIdp: resp.sub,
    name: resp.name,
    familyName: resp.family_name,
    givenName: resp.given_name,
    photo: resp.picture
  }
  return profile;
}
"""
"""Written as the official console's own templates are, which call `request` without requiring it."""
SAYS_ADA = "module.exports = async () => ({ userIdInIdp: 'ada' });"
SAYS_TOKEN = "module.exports = async () => 'a-token-of-this-provider';"


def documented(provider: Provider) -> dict[str, Any]:
    """Everything that their page has: no address of ours is filled in, and the callback is by the connection's id."""
    values = {
        "TOKEN_ADDRESS": f"{provider.url}/token",
        "PERSON_ADDRESS": f"{provider.url}/me",
        "CLIENT": CLIENT,
        "SECRET": SECRET,
        "ORIGIN": ORIGIN,
    }
    both = [TO_TOKEN, TO_PERSON]
    for name, value in values.items():
        both = [one.replace(name, value) for one in both]
    return {"codeToTokenScript": both[0], "tokenToUserInfoScript": both[1], "userInfoEndPoint": ""}


async def test_the_documented_scripts_run_as_they_are(oauth: OAuthPeer, provider: Provider) -> None:
    callback = f"{ORIGIN}/connections/oauth2/{oauth.connection.id}/callback"
    template = (
        "${authEndPoint}?client_id=${clientId}&response_type=code&state=4634641&scope=${scope}"
        f"&redirect_uri={callback}"
    )
    await oauth.settings(fields={**documented(provider), "authUrlTemplate": template})
    came = await oauth.enter(
        sub="ada", name="Ada King", family_name="King", given_name="Ada", picture="https://x.cn/a.png"
    )
    user = came.user
    assert (user.name, user.family_name, user.given_name) == ("Ada King", "King", "Ada")
    assert user.photo == "https://x.cn/a.png"
    assert (await oauth.enter(sub="ada")).user.id == user.id
    assert provider.forms[0]["client_secret"] == SECRET


async def test_the_scripts_of_the_guide_run_as_they_are(oauth: OAuthPeer, provider: Provider) -> None:
    page = "docs/guide/identity-sources-oauth2.md"
    found = blocks(page, (ROOT / page).read_text())
    to_token, to_person = [one.text for one in found if one.language == "js"]
    to_person = to_person.replace("https://idp.example.com", provider.url)
    await oauth.settings(fields={"codeToTokenScript": to_token, "tokenToUserInfoScript": to_person})
    user = (await oauth.enter(id=7, name="Ada", email="ada@x.cn")).user
    assert (user.name, user.email, user.email_verified) == ("Ada", "ada@x.cn", True)


async def test_a_script_is_told_of_its_connection_and_sees_the_pools_variables(
    oauth: OAuthPeer, provider: Provider
) -> None:
    await oauth.services.environment.put(oauth.pool.administrator, "SALT", "of the pool")
    told = """
    async function codeToToken(code, connection) {
      const { config, ...rest } = connection;
      return { ...rest, secret: config.clientSecret, scripts: Object.keys(config).filter((x) => x.endsWith("Script")),
        salt: env.SALT, code };
    }"""
    person = "async function tokenToUserInfo(token) { return { userIdInIdp: 'ada', ...token }; }"
    await oauth.settings(fields={"codeToTokenScript": told, "tokenToUserInfoScript": person, "pkce": True})
    await oauth.enter()
    claims = await oauth.services.db.fetchval(
        "select profile from user_identities where pool_id = $1", oauth.pool.id
    )
    verifier = claims.pop("codeVerifier")
    assert len(verifier) >= 43
    assert claims == {
        "userIdInIdp": "ada",
        "id": oauth.connection.id,
        "identifier": "corp",
        "userPoolId": oauth.pool.id,
        "callbackUrl": f"{ORIGIN}/connections/oauth2/corp/callback",
        "secret": SECRET,
        "scripts": [],
        "salt": "of the pool",
        "code": "code-0-of-this-provider",
    }


async def test_one_script_may_do_its_half_alone(oauth: OAuthPeer, provider: Provider) -> None:
    await oauth.settings(fields={"tokenToUserInfoScript": documented(provider)["tokenToUserInfoScript"]})
    first = await oauth.enter(sub="ada", name="Ada")
    exchange = """module.exports = async (code, { config, callbackUrl }) => await request({
      method: "POST", uri: config.tokenEndPoint, json: true,
      form: { code, redirect_uri: callbackUrl, client_id: config.clientId } });"""
    await oauth.settings(fields={"tokenToUserInfoScript": "", "codeToTokenScript": exchange})
    assert (await oauth.enter(sub="ada")).user.id == first.user.id


async def test_an_address_is_verified_only_where_the_script_says_so(oauth: OAuthPeer) -> None:
    script = "module.exports = async () => ({ userIdInIdp: 'ID', email: 'ID@x.cn', emailVerified: WORD });"
    for name, word, email in (
        ("ada", "false", None),
        ("bob", "undefined", None),
        ("eve", "true", "eve@x.cn"),
    ):
        text = script.replace("ID", name).replace("WORD", word)
        await oauth.settings(fields={"codeToTokenScript": SAYS_TOKEN, "tokenToUserInfoScript": text})
        assert (await oauth.enter()).user.email == email


@pytest.mark.parametrize(
    ("fields", "step", "reason"),
    [
        ({"codeToTokenScript": "module.exports = () => {"}, "token", "codeToTokenScript threw SyntaxError"),
        ({"codeToTokenScript": "const x = 1;"}, "token", "defines no function codeToToken"),
        ({"codeToTokenScript": "module.exports = async () => undefined;"}, "token", "has the provider refused"),
        ({"codeToTokenScript": "module.exports = async () => '';"}, "token", "must return the token"),
        ({"codeToTokenScript": "module.exports = async () => [1];"}, "token", "must return the token"),
        ({"codeToTokenScript": "module.exports = async () => 'x'.repeat(70000);"}, "token", "at most 64 kB"),
        ({"codeToTokenScript": "module.exports = async () => 'x'.repeat(1e7);"}, "token", "answers more"),
        ({"codeToTokenScript": "module.exports = async () => ({ a: 1 });", "tokenToUserInfoScript": ""},
         "token", "no access_token"),
        ({"tokenToUserInfoScript": "module.exports = async () => 'ada';"}, "userinfo", "must return an object"),
        ({"tokenToUserInfoScript": "module.exports = async () => ({ sub: 'ada', name: 'x' });"},
         "userinfo", "no userIdInIdp; it has sub, name"),
        ({"tokenToUserInfoScript": "module.exports = async () => ({ userIdInIdp: true });"},
         "userinfo", "no userIdInIdp"),
        ({"tokenToUserInfoScript": "module.exports = async () => ({ userIdInIdp: 9007199254740993 });"},
         "userinfo", "rounds"),
        ({"tokenToUserInfoScript": "module.exports = async () => ({ userIdInIdp: 'a\\0b' });"}, "userinfo", "visible"),
        ({"tokenToUserInfoScript": "module.exports = async () => { throw new Error('no such person'); };"},
         "userinfo", "tokenToUserInfoScript threw Error: no such person"),
    ],
    ids=range(14),
)  # fmt: skip
async def test_a_script_that_fails_is_told_by_step_and_reason(
    oauth: OAuthPeer, fields: dict[str, str], step: str, reason: str
) -> None:
    await oauth.settings(
        fields={"codeToTokenScript": SAYS_TOKEN, "tokenToUserInfoScript": SAYS_ADA, **fields}
    )
    found, why = await refused(oauth)
    assert found == step
    assert reason in why


async def test_a_script_that_hangs_is_stopped(oauth: OAuthPeer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scripts, "TIMEOUT_MS", 300)
    hangs = "module.exports = () => new Promise(() => {});"
    await oauth.settings(fields={"codeToTokenScript": hangs, "tokenToUserInfoScript": SAYS_ADA})
    started = time.monotonic()
    assert await refused(oauth) == ("token", "codeToTokenScript did not answer within 10 s")
    assert time.monotonic() - started < 5


@pytest.mark.parametrize("why", KillReason)
async def test_whatever_stops_a_script_is_told_in_both_languages(why: KillReason) -> None:
    class Stopping(Sandbox):
        async def run(self, *_: Any, **__: Any) -> Outcome:
            return Killed(reason=why, detail="of this machine")

    async def variables(_: str) -> dict[str, str]:
        return {}

    script = Script("codeToTokenScript", "codeToToken", "token", "x")
    with pytest.raises(ProviderFailed) as failed:
        await scripts.Scripts(Stopping(), variables)(Settled("c", "p", "s", "oauth", "i", None), script, [])
    zh, en = failed.value.reason("zh-CN"), failed.value.reason("en-US")
    assert zh.startswith("codeToTokenScript ")
    assert en.startswith("codeToTokenScript ")
    assert zh != en
    assert "machine" not in en


async def test_no_secret_is_in_what_a_script_says(oauth: OAuthPeer) -> None:
    await oauth.services.environment.put(oauth.pool.administrator, "SALT", "pepper-of-the-pool")
    leaks = """module.exports = async (token, { config, codeVerifier }) => {
      throw new Error([token, config.clientSecret, codeVerifier, env.SALT, "told"].join(" "));
    };"""
    await oauth.settings(
        fields={"codeToTokenScript": SAYS_TOKEN, "tokenToUserInfoScript": leaks, "pkce": True}
    )
    assert await refused(oauth) == (
        "userinfo",
        "tokenToUserInfoScript threw Error: *** *** *** *** told",
    )


async def test_what_a_failing_script_printed_is_in_the_log_without_secrets(oauth: OAuthPeer) -> None:
    """Whether it threw, or answered what is no good."""
    says = """module.exports = async (code, { config }) => {
      console.log("first", "x".repeat(1990)); console.error("status", 500, config.clientSecret); console.log("last");
      ENDS
    };"""
    for ends in ("throw new Error('no');", "return undefined;"):
        await oauth.settings(
            fields={
                "codeToTokenScript": says.replace("ENDS", ends),
                "tokenToUserInfoScript": SAYS_ADA,
            }
        )
        await refused(oauth)
        assert (await oauth.refusals())[-1]["printed"] == "status 500 ***\nlast", ends
    await oauth.settings(fields={"codeToTokenScript": says.replace("ENDS", "return 'a-token';")})
    assert (await oauth.enter()).user
    rows = await oauth.services.db.fetch(
        "select detail from audit_records where pool_id = $1 and success and operation = 'login'",
        oauth.pool.id,
    )
    assert rows
    assert not any("printed" in row["detail"] for row in rows)


async def test_the_examples_of_the_editor_run_as_they_are(oauth: OAuthPeer) -> None:
    examples = {one.name: one.example for one in FIELDS if one.example}
    assert len(examples) == 2
    await oauth.settings(fields=examples)
    user = (await oauth.enter(id=7, name="Ada", email="ada@x.cn")).user
    assert (user.name, user.email) == ("Ada", None)


async def test_the_trial_compiles_the_scripts_and_runs_nothing(oauth: OAuthPeer, provider: Provider) -> None:
    async def tried() -> Any:
        return await oauth.services.connection_trials.check(
            oauth.pool.administrator, oauth.connection.id, origin=ORIGIN
        )

    assert (await tried()).steps == ("settings",)
    await oauth.settings(fields={"codeToTokenScript": SAYS_TOKEN, "tokenToUserInfoScript": SAYS_ADA})
    assert (await tried()).steps == ("settings", "script")
    wrong = "module.exports = async () => {\n  const a = ;\n};"
    await oauth.settings(fields={"tokenToUserInfoScript": wrong})
    failed = (await tried()).failed
    assert failed.step == "script"
    assert failed.reason("en-US").startswith("tokenToUserInfoScript 2:")
    assert failed.reason("zh-CN") != failed.reason("en-US")
    assert provider.asked == []


async def test_a_script_reaches_no_host_that_its_connection_does_not_name(
    oauth: OAuthPeer, provider: Provider
) -> None:
    """The rule of custom databases: also a private one only by name."""
    hidden = (
        """module.exports = async () => await request(["http:", "", "127.0.0.1:PORT", "me"].join("/"));"""
    )
    port = str(provider.port)
    fields = {
        "authEndPoint": "https://idp.example/authorize",
        "tokenEndPoint": "",
        "userInfoEndPoint": "",
        "codeToTokenScript": hidden.replace("PORT", port),
        "tokenToUserInfoScript": SAYS_ADA,
    }
    await oauth.settings(fields=fields)
    step, _ = await refused(oauth)
    assert step == "token"
    assert "/me" not in provider.asked
    await oauth.settings(fields={"allowedHosts": [f"127.0.0.1:{port}"]})
    await refused(oauth)
    assert "/me" in provider.asked


async def test_a_scripts_text_is_shown_and_not_kept_in_the_log(oauth: OAuthPeer) -> None:
    """People write secrets into it."""
    written = "module.exports = async () => 'hunter2';"
    await oauth.settings(fields={"codeToTokenScript": written})
    assert oauth.connection.fields["codeToTokenScript"] == written
    rows = await oauth.services.db.fetch(
        "select a::text as row from audit_records a where pool_id = $1", oauth.pool.id
    )
    assert any("codeToTokenScript" in row["row"] for row in rows)
    assert not any("hunter2" in row["row"] for row in rows)


def test_the_hosts_are_those_of_every_address_that_is_spelled_out() -> None:
    script = """request("https://Graph.example/oidc"); `http://10.0.0.5:8080/x`; 'https://${host}/'; "https://[::1]/a";
    // https://u:p@idp2.example:8443?x "http://bad:port:1/" """
    settings = Settings(
        auth_end_point="https://idp.example/a",
        token_end_point="http://idp.example/t",
        client_id="c",
        token_to_user_info_script=script,
        allowed_hosts=["more.example:1"],
    )
    assert settings.hosts() == (
        "more.example:1",
        "idp.example:443",
        "idp.example:80",
        "graph.example:443",
        "10.0.0.5:8080",
        "[::1]:443",
        "idp2.example:8443",
    )
