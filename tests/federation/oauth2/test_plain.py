"""OAuth 2.0 without scripts: a code by RFC 6749, and an address that tells who somebody is."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.federation.conftest import ORIGIN, query_of
from tests.federation.issuers import said
from tests.federation.oauth2.conftest import OAuthPeer
from tests.federation.oauth2.provider import CLIENT, SECRET, Provider

from poolhouse.errors import ProviderFailed
from poolhouse.federation.providers.oauth2 import MANIFEST
from poolhouse.federation.settings import Unfit, read_settings


async def refused(oauth: OAuthPeer, **person: Any) -> tuple[str, str]:
    """The step and the reason, as the audit log has them; nobody was made."""
    with pytest.raises(ProviderFailed) as failed:
        await oauth.enter(**{"sub": "ada", **person})
    last = (await oauth.refusals())[-1]
    assert (last["step"], last["reason"]) == (failed.value.step, failed.value.reason("en-US"))
    assert failed.value.reason("zh-CN") != last["reason"]
    count = "select count(*) from users where pool_id = $1"
    assert await oauth.services.db.fetchval(count, oauth.pool.id) == 0
    return last["step"], last["reason"]


async def test_the_request_is_for_a_code_to_our_own_callback(oauth: OAuthPeer) -> None:
    asked = query_of(await oauth.begin())
    state = asked.pop("state")
    assert asked == {
        "response_type": "code",
        "client_id": CLIENT,
        "scope": "openid profile",
        "redirect_uri": f"{ORIGIN}/connections/oauth2/corp/callback",
    }
    assert query_of(await oauth.begin())["state"] != state


async def test_a_person_is_known_by_the_field_that_is_named(oauth: OAuthPeer, provider: Provider) -> None:
    first = await oauth.enter(sub="ada", name="Ada", email="ada@x.cn")
    assert (first.user.name, first.user.email) == ("Ada", None)
    assert (await oauth.enter(sub="ada")).user.id == first.user.id
    assert (await oauth.enter(sub="bob")).user.id != first.user.id
    form = provider.forms[0]
    assert (form["client_id"], form["client_secret"]) == (CLIENT, SECRET)
    assert "code_verifier" not in form


async def test_the_field_may_be_a_number_below_another(oauth: OAuthPeer) -> None:
    await oauth.settings(fields={"userIdField": "data.id", "emailIsVerified": True})
    came = await oauth.enter(code=0, data={"id": 9007199254740993, "name": "Ada", "email": "ada@x.cn"})
    assert (came.user.name, came.user.email) == ("Ada", "ada@x.cn")
    [identity] = await oauth.services.db.fetch(
        "select * from user_identities where pool_id = $1", oauth.pool.id
    )
    assert (identity["user_id_in_idp"], identity["provider"]) == ("9007199254740993", "oauth2")


async def test_pkce_where_it_is_chosen(oauth: OAuthPeer, provider: Provider) -> None:
    await oauth.settings(fields={"pkce": True})
    address = await oauth.begin()
    assert query_of(address)["code_challenge_method"] == "S256"
    await oauth.come_back(provider.came(address, sub="ada"))
    assert len(provider.forms[0]["code_verifier"]) >= 43


async def test_the_client_may_prove_itself_by_the_header(oauth: OAuthPeer, provider: Provider) -> None:
    await oauth.settings(fields={"tokenAuthMethod": "client_secret_basic"})
    await oauth.enter(sub="ada")
    assert "client_secret" not in provider.forms[0]
    [head] = [one for one in provider.heads if one.startswith(b"POST /token")]
    given = base64.b64decode(head.partition(b"Basic ")[2].split(b"\r\n")[0]).decode()
    assert given == f"{CLIENT}:a%20secret%3A%20of%20%C3%BC"


async def test_an_answer_serves_once_and_in_one_browser(oauth: OAuthPeer, provider: Provider) -> None:
    given = provider.came(await oauth.begin(), sub="ada")
    oauth.browser = "another browser"
    with pytest.raises(ProviderFailed, match="state"):
        await oauth.come_back(given)
    oauth.browser = "this browser's cookie"
    await oauth.come_back(given)
    with pytest.raises(ProviderFailed, match="state"):
        await oauth.come_back(given)
    with pytest.raises(ProviderFailed, match="state"):
        await oauth.come_back([("code", "made up")])


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ([("error", "access_denied")], "access_denied"),
        ([("error", "<script>"), ("code", "x")], "the provider refused: "),
        ([], "no code"),
        ([("code", "x" * 4097)], "no code"),
        ([("code", "a"), ("code", "b")], "twice"),
    ],
)
async def test_an_answer_without_a_code_is_refused(
    oauth: OAuthPeer, given: list[tuple[str, str]], reason: str
) -> None:
    state = query_of(await oauth.begin())["state"]
    with pytest.raises(ProviderFailed) as failed:
        await oauth.come_back([*given, ("state", state)])
    assert failed.value.step == "redirect"
    assert reason in failed.value.reason("en-US")
    assert "<" not in failed.value.reason("en-US")


@pytest.mark.parametrize(
    ("path", "answer", "step", "reason"),
    [
        ("/token", said({"error": "invalid_client"}, 401), "token", "HTTP 401: invalid_client"),
        ("/token", said({"error": "bad_verification_code"}), "token", "no access_token: bad_verification_code"),
        ("/token", said({"access_token": 7}), "token", "no access_token"),
        ("/token", said({"access_token": "a\r\nx: y"}), "token", "no header's text"),
        ("/token", (200, {}, b"<html>"), "token", "no JSON object"),
        ("/token", (200, {}, b"x" * 10_000_000), "token", "longer than"),
        ("/me", said({"error": "insufficient_scope"}, 403), "userinfo", "HTTP 403: insufficient_scope"),
        ("/me", said({"id": 7, "na me": 1, "login": "ada"}), "userinfo", "no sub (userIdField); it has id, login"),
        ("/me", said({"sub": True}), "userinfo", "no sub"),
        ("/me", said({"sub": ""}), "userinfo", "no sub"),
        ("/me", said({"sub": "x" * 257}), "userinfo", "1 to 256"),
        ("/me", said({"sub": "ada", "more": "x" * 70_000}), "userinfo", "too much"),
        ("/me", (200, {}, b"x" * 10_000_000), "userinfo", "longer than"),
    ],
    ids=range(13),
)  # fmt: skip
async def test_a_provider_that_fails_is_told_by_step_and_reason(
    oauth: OAuthPeer, provider: Provider, path: str, answer: Any, step: str, reason: str
) -> None:
    provider.answers[path] = answer
    found, said_why = await refused(oauth)
    assert found == step
    assert reason in said_why


async def test_a_template_makes_the_address_and_state_and_callback_stay_ours(oauth: OAuthPeer) -> None:
    """As docs.authing.cn has it, with a state and a callback written down."""
    other = "https://core.authing.cn/connections/oauth2/5fa91b0f50315451dc86086d/callback"
    template = (
        "${authEndPoint}?client_id=${clientId}&response_type=code&state=4634641&scope=${scope}&prompt=login"
        f"&redirect_uri={other}"
    )
    await oauth.settings(fields={"authUrlTemplate": template})
    asked = query_of(await oauth.begin())
    assert (asked["prompt"], asked["scope"]) == ("login", "openid profile")
    assert asked["state"] != "4634641"
    assert asked["redirect_uri"] == f"{ORIGIN}/connections/oauth2/corp/callback"


async def test_the_callback_may_name_the_connection_by_its_id(oauth: OAuthPeer, provider: Provider) -> None:
    """Which is what the official console tells people to register."""
    own = f"{ORIGIN}/connections/oauth2/{oauth.connection.id}/callback"
    await oauth.settings(fields={"authUrlTemplate": f"${{authEndPoint}}?redirect_uri={own}"})
    address = await oauth.begin()
    assert query_of(address)["redirect_uri"] == own
    await oauth.come_back(provider.came(address, sub="ada"), identifier=oauth.connection.id)
    assert provider.forms[0]["redirect_uri"] == own


@pytest.mark.parametrize(
    "place", ["client_secret=${clientSecret}&prompt=login", "prompt=login&s=${clientSecret}"]
)
async def test_the_documented_macro_of_the_secret_shows_it_to_nobody(oauth: OAuthPeer, place: str) -> None:
    await oauth.settings(fields={"authUrlTemplate": "${authEndPoint}?client_id=${clientId}&" + place})
    asked = query_of(await oauth.begin())
    assert (asked["client_id"], asked["prompt"]) == (CLIENT, "login")
    assert not {"client_secret", "s"} & asked.keys()
    assert SECRET not in asked.values()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"authEndPoint": "javascript:alert(1)"}, "authEndPoint"),
        ({"authEndPoint": "https://idp.example:x/"}, "authEndPoint"),
        ({"tokenEndPoint": ""}, "tokenEndPoint"),
        ({"userInfoEndPoint": "idp.example/me"}, "userInfoEndPoint"),
        ({"clientId": ""}, "clientId"),
        ({"clientId": None}, "clientId"),
        ({"authUrlTemplate": "${authEndPoint}/${clientSecret}?s=1"}, "authUrlTemplate"),
        ({"authUrlTemplate": "${authEndPoint}?s=x${clientSecret}"}, "authUrlTemplate"),
        ({"authUrlTemplate": "${authEndPoint}?s=${clientSecret}#${clientSecret}"}, "authUrlTemplate"),
        ({"authUrlTemplate": "${authURL}?x"}, "authUrlTemplate"),
        ({"userIdField": "a..b"}, "userIdField"),
        ({"tokenAuthMethod": "private_key_jwt"}, "tokenAuthMethod"),
        ({"allowedHosts": ["idp.example"]}, "allowedHosts"),
        ({"allowedHosts": ["idp.example:443"] * 51}, "allowedHosts"),
        ({"codeToTokenScript": "x" * 65_537}, "codeToTokenScript"),
    ],
    ids=range(15),
)
def test_a_setting_that_cannot_be_is_named(changed: dict[str, Any], field: str) -> None:
    good = {
        "authEndPoint": "https://idp.example/authorize",
        "tokenEndPoint": "https://idp.example/token",
        "userInfoEndPoint": "https://idp.example/me",
        "clientId": CLIENT,
    }
    read_settings(MANIFEST.settings, good)
    with pytest.raises(Unfit) as unfit:
        read_settings(MANIFEST.settings, {**good, **changed})
    assert unfit.value.field == field
