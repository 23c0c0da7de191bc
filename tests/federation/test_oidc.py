"""The relying party of OpenID Connect, against a provider on the loopback that does wrong what a test says."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.federation.conftest import ORIGIN, Peer, query_of
from tests.federation.issuers import CLIENT, KEYS, SECRET, Issuer, elliptic, issuing, said

from poolhouse import outgoing
from poolhouse.errors import DatabaseLost, IdentitySourceNotFound, InvalidInput, NotSupported, ProviderFailed
from poolhouse.federation import connections
from poolhouse.federation.attempts import LIFETIME
from poolhouse.federation.model import Callback
from poolhouse.federation.postgres import delete_expired
from poolhouse.federation.providers.oidc import discovery, id_tokens
from poolhouse.login.model import LoggedIn
from poolhouse.tenants import postgres_sources
from poolhouse.tenants.model import ConnectionDraft


async def _refused(peer: Peer, sub: str = "ada", **claims: Any) -> str:
    """The step that failed, which the log has with its reason."""
    with pytest.raises(ProviderFailed) as refused:
        await peer.sign_in(sub, **claims)
    last = (await peer.refusals())[-1]
    assert last["step"] == refused.value.step
    assert last["reason"] == refused.value.reason("en-US")
    assert last["connection"] == "corp"
    assert await peer.services.db.fetchval("select count(*) from users where pool_id = $1", peer.pool.id) == 0
    return refused.value.step


# -- the way there -----------------------------------------------------------------------------------------


async def test_the_request_is_a_code_with_a_proof_to_our_own_callback(peer: Peer) -> None:
    asked = query_of(await peer.begin())
    assert asked["redirect_uri"] == f"{ORIGIN}/connections/oidc/corp/callback"
    assert (asked["response_type"], asked["client_id"]) == ("code", CLIENT)
    assert asked["code_challenge_method"] == "S256"
    assert asked["scope"].split()[0] == "openid"
    again = query_of(await peer.begin())
    assert len({asked[name] for name in ("nonce", "state", "code_challenge")}) == 3
    for name in ("nonce", "state", "code_challenge"):
        assert asked[name] != again[name]


async def test_the_provider_is_asked_for_its_document_and_keys_once(peer: Peer, issuer: Issuer) -> None:
    await peer.sign_in("ada")
    await peer.sign_in("ada")
    assert issuer.asked.count("/.well-known/openid-configuration") == 1
    assert issuer.asked.count("/jwks") == 1


async def test_the_client_proves_itself_by_the_header_and_in_no_form(peer: Peer, issuer: Issuer) -> None:
    await peer.sign_in("ada")
    [form] = issuer.forms
    assert "client_secret" not in form
    [head] = [one for one in issuer.heads if one.startswith(b"POST /token")]
    given = base64.b64decode(head.partition(b"Basic ")[2].split(b"\r\n")[0]).decode()
    assert given == f"{CLIENT}:a%20secret%3A%20with%20%C3%BC"


async def test_or_in_the_form_where_the_provider_has_only_that(peer: Peer, issuer: Issuer) -> None:
    issuer.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    await peer.sign_in("ada")
    [form] = issuer.forms
    assert form["client_secret"] == SECRET


async def test_an_id_token_may_come_by_the_browser(peer: Peer, issuer: Issuer) -> None:
    await peer.settings(fields={"mode": "front"})
    asked = query_of(address := await peer.begin())
    assert (asked["response_type"], asked["response_mode"]) == ("id_token", "form_post")
    form = peer.issuer.back(address, "ada")
    federation, state = peer.services.federation, dict(form)["state"]
    await federation.hold(peer.pool.stranger, state, tuple(form))
    with pytest.raises(ProviderFailed):  # one form, not another in its place
        await federation.hold(peer.pool.stranger, state, (("state", state),))
    attempt = await federation.taken(peer.pool.stranger, state, peer.browser)
    came = await federation.complete(
        peer.caller, attempt, Callback("GET", (("state", state),)), ("oidc", "corp"), peer.browser
    )
    assert isinstance(came, LoggedIn)
    assert "/token" not in issuer.asked


async def test_what_userinfo_tells_is_taken_and_the_id_token_goes_before_it(
    peer: Peer, issuer: Issuer
) -> None:
    issuer.told = {"name": "Ada", "email": "ada@x.cn", "email_verified": True}
    came = await peer.sign_in("ada", name="Ada King")
    assert (came.user.name, came.user.email) == ("Ada King", "ada@x.cn")


@pytest.mark.parametrize(
    ("token", "userinfo", "taken"),
    [
        ({"email": "eve@x.cn"}, {"email": "ada@x.cn", "email_verified": True}, None),
        ({"email": "ada@x.cn", "email_verified": False}, {"email": "ada@x.cn", "email_verified": True}, None),
        ({"email_verified": True}, {"email": "ada@x.cn"}, None),
        ({"email": "ada@x.cn", "email_verified": True}, {"email": "eve@x.cn"}, "ada@x.cn"),
        ({"email": "ada@x.cn"}, {"email": "ada@x.cn", "email_verified": True}, "ada@x.cn"),
        ({}, {"email": "ada@x.cn", "email_verified": True}, "ada@x.cn"),
    ],
    ids=["another's", "denied", "of none", "token's", "the same", "userinfo's"],
)
async def test_an_address_is_verified_by_who_says_that_address(
    peer: Peer, issuer: Issuer, token: dict[str, Any], userinfo: dict[str, Any], taken: str | None
) -> None:
    issuer.told = userinfo
    assert (await peer.sign_in("ada", **token)).user.email == taken


# -- id tokens ---------------------------------------------------------------------------------------------


def _signed_by(header: dict[str, Any], key: Any) -> Callable[[Issuer], None]:
    def wrong(issuer: Issuer) -> None:
        issuer.header, issuer.key = header, key

    return wrong


WEAK = {"alg": "none", "kid": "one"}
HELD = KEYS["two"].as_dict(private=False)


@pytest.mark.parametrize(
    ("wrong", "step"),
    [
        (_signed_by(WEAK, None), "signature"),
        (_signed_by({"alg": "RS256", "kid": "one"}, KEYS["two"]), "signature"),
        (_signed_by({"alg": "RS256", "kid": "two"}, KEYS["two"]), "key"),
        (_signed_by({"alg": "RS256"}, KEYS["two"]), "signature"),
        (_signed_by({"alg": "RS256", "kid": "one", "jwk": HELD}, KEYS["two"]), "signature"),
        (_signed_by({"alg": "RS256", "kid": "one", "jku": "http://127.0.0.1/"}, KEYS["one"]), "signature"),
        (_signed_by({"alg": "RS256", "kid": "one", "x5c": ["x"]}, KEYS["one"]), "signature"),
        (_signed_by({"alg": "RS256", "kid": "one", "x5u": "http://127.0.0.1/"}, KEYS["one"]), "signature"),
        (_signed_by({"alg": "HS256", "kid": "one"}, SECRET.encode()), "signature"),
        (_signed_by({"alg": "HS256", "kid": "one"}, KEYS["one"].as_pem(private=False)), "signature"),
        (_signed_by({"alg": "ES256", "kid": "one"}, elliptic()), "key"),
    ],
    ids=["none", "foreign key", "foreign kid", "no kid", "jwk", "jku", "x5c", "x5u", "secret",
         "public key", "curve"],
)  # fmt: skip
async def test_an_id_token_signed_otherwise_than_by_the_providers_key_is_refused(
    peer: Peer, issuer: Issuer, wrong: Callable[[Issuer], None], step: str
) -> None:
    wrong(issuer)
    assert await _refused(peer) == step


@pytest.mark.parametrize(
    "header",
    [
        {"alg": "RS256", "crit": ["b64"], "b64": False},
        {"alg": ["RS256"]},
        {"alg": "RS256", "kid": ["one"]},
        {"alg": None},
        {},
        [],
    ],
)
def test_a_header_that_demands_an_extension_or_is_none_is_refused(header: Any) -> None:
    first = base64.urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode()
    with pytest.raises(ProviderFailed, match=r"signature|token"):
        id_tokens.header_of(f"{first}.e30.AA")


@pytest.mark.parametrize(
    ("claims", "step"),
    [
        ({"iss": "http://127.0.0.1:1"}, "issuer"),
        ({"iss": None}, "issuer"),
        ({"aud": "somebody-else"}, "audience"),
        ({"aud": [CLIENT, "somebody-else"]}, "audience"),
        ({"aud": [CLIENT, "other"], "azp": "other"}, "audience"),
        ({"azp": "somebody-else"}, "audience"),
        ({"aud": None}, "audience"),
        ({"exp": 1}, "clock"),
        ({"exp": None}, "token"),
        ({"iat": 99_999_999_999}, "clock"),
        ({"nbf": 99_999_999_999}, "clock"),
        ({"iat": "now"}, "token"),
        ({"nonce": "another"}, "state"),
        ({"nonce": None}, "state"),
        ({"nonce": 1}, "state"),
        ({"sub": None}, "token"),
        ({"sub": ["ada"]}, "token"),
        ({"sub": "x" * 257}, "userinfo"),
        ({"sub": "a\0b"}, "userinfo"),
        ({"at_hash": "wrong"}, "token"),
    ],
    ids=lambda value: json.dumps(value)[:30] if isinstance(value, dict) else value,
)
async def test_an_id_token_for_somebody_or_something_else_is_refused(
    peer: Peer, claims: dict[str, Any], step: str
) -> None:
    given = dict(claims)
    peer.issuer.claims = {"sub": given.pop("sub")} if "sub" in given else {}
    assert await _refused(peer, **given) == step


async def test_an_audience_among_others_is_ours_where_the_token_says_for_whom(peer: Peer) -> None:
    await peer.sign_in("ada", aud=[CLIENT, "other"], azp=CLIENT)


async def test_a_new_key_is_asked_for_and_a_made_up_one_not_again(
    peer: Peer, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    await peer.sign_in("ada")
    issuer.header, issuer.key, issuer.published = {"alg": "RS256", "kid": "two"}, KEYS["two"], ["one", "two"]
    monkeypatch.setattr(discovery, "KEYS_AGAIN", timedelta(0))
    await peer.sign_in("ada")
    monkeypatch.setattr(discovery, "KEYS_AGAIN", timedelta(seconds=30))
    issuer.header = {"alg": "RS256", "kid": "made up"}
    for _ in range(3):
        with pytest.raises(ProviderFailed):
            await peer.sign_in("ada")
    assert issuer.asked.count("/jwks") == 2


async def test_what_userinfo_tells_of_somebody_else_is_refused(peer: Peer, issuer: Issuer) -> None:
    issuer.told = {"sub": "eve"}
    assert await _refused(peer) == "userinfo"


# -- whose answer it is ------------------------------------------------------------------------------------


async def test_an_answer_of_another_issuer_is_refused_before_the_code_goes_anywhere(peer: Peer) -> None:
    for iss in ("http://127.0.0.1:1", ""):
        back = [pair for pair in peer.issuer.back(await peer.begin(), "ada") if pair[0] != "iss"]
        with pytest.raises(ProviderFailed) as refused:
            await peer.come_back([*back, ("iss", "http://127.0.0.1:1")])
        assert refused.value.step == "issuer", iss
    assert "/token" not in peer.issuer.asked


async def test_a_provider_that_says_who_it_is_must(peer: Peer, issuer: Issuer) -> None:
    issuer.metadata = {"authorization_response_iss_parameter_supported": True}
    back = issuer.back(await peer.begin(), "ada")
    with pytest.raises(ProviderFailed, match="issuer"):
        await peer.come_back([pair for pair in back if pair[0] != "iss"])


async def test_a_sign_in_comes_back_once(peer: Peer) -> None:
    back = peer.issuer.back(await peer.begin(), "ada")
    await peer.come_back(back)
    with pytest.raises(ProviderFailed, match="state"):
        await peer.come_back(back)


async def test_two_that_come_back_at_once_are_one(peer: Peer) -> None:
    back = peer.issuer.back(await peer.begin(), "ada")
    came = await asyncio.gather(*[peer.come_back(back) for _ in range(4)], return_exceptions=True)
    assert sum(isinstance(one, LoggedIn) for one in came) == 1


async def test_it_comes_back_to_the_browser_that_began_it_and_another_takes_nothing_away(peer: Peer) -> None:
    """Login CSRF: whoever is sent somebody else's answer is not signed in as them."""
    back = peer.issuer.back(await peer.begin(), "ada")
    with pytest.raises(ProviderFailed, match="state"):
        await peer.come_back(back, browser="another")
    assert (await peer.refusals())[-1]["step"] == "state"
    assert isinstance(await peer.come_back(back), LoggedIn)


async def test_who_comes_back_too_late_begins_again(peer: Peer) -> None:
    back = peer.issuer.back(await peer.begin(), "ada")
    await peer.services.db.execute(
        "update federation_attempts set expires_at = now() - interval '1 second' where pool_id = $1",
        peer.pool.id,
    )
    with pytest.raises(ProviderFailed, match="state"):
        await peer.come_back(back)
    assert timedelta(minutes=10) == LIFETIME
    assert "/token" not in peer.issuer.asked


async def test_a_state_that_is_none_of_ours_is_refused(peer: Peer) -> None:
    [good] = [value for name, value in peer.issuer.back(await peer.begin(), "ada") if name == "state"]
    pool_id, attempt_id, secret = good.split(".")
    wrong = ["", "x", "." * 9, f"{pool_id}.{attempt_id}.{'0' * 24}", f"{'0' * 24}.{attempt_id}.{secret}"]
    for state in wrong:
        with pytest.raises(ProviderFailed, match="state"):
            await peer.come_back([("code", "x"), ("state", state)])


async def test_an_answer_to_another_connections_address_is_refused(peer: Peer) -> None:
    back = peer.issuer.back(await peer.begin(), "ada")
    with pytest.raises(ProviderFailed, match="state"):
        await peer.come_back(back, identifier="other")


async def test_a_connection_that_was_switched_off_meanwhile_signs_nobody_in(peer: Peer) -> None:
    back = peer.issuer.back(await peer.begin(), "ada")
    administrator = peer.pool.administrator
    await peer.services.sources.set_connection_enabled(
        administrator, peer.connection.id, "app", peer.app.id, False
    )
    with pytest.raises(IdentitySourceNotFound):
        await peer.come_back(back)


async def test_a_connection_that_was_deleted_meanwhile_takes_its_sign_ins_with_it(peer: Peer) -> None:
    back = peer.issuer.back(await peer.begin(), "ada")
    await peer.services.sources.delete(peer.pool.administrator, peer.source.id)
    with pytest.raises(ProviderFailed, match="state"):
        await peer.come_back(back)


async def test_a_person_who_said_no_at_the_provider_is_told_so(peer: Peer) -> None:
    state = query_of(await peer.begin())["state"]
    with pytest.raises(ProviderFailed):
        await peer.come_back([("error", "access_denied"), ("error_description", "<b>x"), ("state", state)])
    assert (await peer.refusals())[-1]["reason"] == "the provider refused: access_denied"


# -- providers that do not work ----------------------------------------------------------------------------

DOCUMENT = "/.well-known/openid-configuration"


@pytest.mark.parametrize(
    ("path", "answer", "step"),
    [
        (DOCUMENT, (404, {}, b""), "discovery"),
        (DOCUMENT, (302, {"location": "http://127.0.0.1:1/"}, b""), "discovery"),
        (DOCUMENT, (200, {}, b"<html>"), "discovery"),
        (DOCUMENT, (200, {}, b"[" * 100_000), "discovery"),
        (DOCUMENT, (200, {}, b" " * 200_000 + b"{}"), "discovery"),
        (DOCUMENT, said({"issuer": "https://other.example"}), "discovery"),
        ("/jwks", (500, {}, b""), "key"),
        ("/jwks", said({"keys": "x"}), "key"),
        ("/jwks", said({"keys": [{}] * 65}), "key"),
        ("/jwks", said({"keys": [{"kty": "RSA", "kid": "one", "n": "AQAB" * 9_999, "e": "AQAB"}]}), "key"),
        ("/jwks", said({"keys": [1, {"kty": "oct", "kid": "one", "k": "AAAA"}]}), "key"),
        ("/token", said({"error": "invalid_client"}, 401), "token"),
        ("/token", said({"access_token": "x"}), "token"),
        ("/token", said({"id_token": "x.y.z"}), "token"),
        ("/token", said({"id_token": "x" * 20_000}), "token"),
        ("/me", (403, {}, b""), "userinfo"),
        ("/me", said([]), "userinfo"),
        ("/me", said({"sub": "ada", "more": "x" * 70_000}), "userinfo"),
    ],
    ids=range(18),
)
async def test_what_a_provider_answers_wrongly_is_named_by_its_step(
    peer: Peer, issuer: Issuer, path: str, answer: Any, step: str
) -> None:
    issuer.answers[path] = answer
    assert await _refused(peer) == step


@pytest.mark.parametrize(
    "name", ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"]
)
async def test_an_endpoint_that_is_no_web_address_is_refused(peer: Peer, issuer: Issuer, name: str) -> None:
    for wrong in ("javascript:alert(1)", "file:///etc/passwd", "//x", 7, "http://张.example/", "http://[::1"):
        issuer.metadata = {name: wrong}
        with pytest.raises(ProviderFailed, match="discovery"):
            await peer.begin()


async def test_an_endpoint_in_a_private_network_is_not_called(peer: Peer) -> None:
    async with issuing() as inner:  # on the loopback too, and nobody has named it
        for name in ("token_endpoint", "userinfo_endpoint", "jwks_uri"):
            peer.issuer.metadata = {name: f"{inner.url}/x"}
            await peer.settings(display_name=name)
            assert await _refused(peer) in ("token", "userinfo", "key")
        await peer.settings(fields={"issuer": "http://169.254.169.254/latest"})
        assert await _refused(peer) == "discovery"
        assert inner.asked == []


async def test_a_provider_that_hangs_is_given_up(
    peer: Peer, issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def hang(_writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    issuer.answers["/token"] = hang
    monkeypatch.setattr(outgoing, "WHOLE_S", 0.2)
    assert await _refused(peer) == "token"
    monkeypatch.setattr(outgoing, "WHOLE_S", 30)
    monkeypatch.setattr(connections, "WHOLE_S", 0.2)
    assert await _refused(peer) == "time"


async def test_an_endless_answer_is_given_up(peer: Peer, issuer: Issuer) -> None:
    async def pour(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            writer.write(b" " * 65_536)
            await writer.drain()

    issuer.answers["/token"] = pour
    async with asyncio.timeout(5):
        assert await _refused(peer) == "token"


async def test_a_lost_database_leaves_nothing_half_done(peer: Peer, monkeypatch: pytest.MonkeyPatch) -> None:
    back = peer.issuer.back(await peer.begin(), "ada")

    async def lost(*_: object, **__: object) -> None:
        raise DatabaseLost()

    with monkeypatch.context() as broken:
        broken.setattr("poolhouse.federation.binding.insert_identity", lost)
        with pytest.raises(DatabaseLost):
            await peer.come_back(back)
    assert await peer.services.db.fetchval("select count(*) from users where pool_id = $1", peer.pool.id) == 0
    await peer.sign_in("ada")


# -- settings ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fields",
    [{"issuer": None}, {"mode": "sideways"}, {"clientId": 7}, {"profileMapping": "x"}],
)
async def test_a_connection_is_not_set_up_wrong(peer: Peer, fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        await peer.settings(fields=fields)
    [name] = fields
    assert str(refused.value).startswith(f"fields.{name}")


async def test_a_connection_that_was_set_up_wrong_before_that_was_asked_says_how(peer: Peer) -> None:
    empty = postgres_sources.seal({}, peer.pool.id, peer.connection.id, peer.services.sources._box)
    await peer.services.db.execute(
        "update identity_connections set fields = $2 where pool_id = $1", peer.pool.id, empty
    )
    assert await _refused(peer) == "settings"


async def test_an_issuer_that_is_no_web_address_fails_at_discovery(peer: Peer) -> None:
    for wrong in ("ftp://x", "http://[::1"):
        await peer.settings(fields={"issuer": wrong})
        assert await _refused(peer) == "discovery"


async def test_a_kind_that_is_not_built_is_refused_by_its_name(peer: Peer) -> None:
    administrator = peer.pool.administrator
    draft = ConnectionDraft("kuaishou:mobile", "kuai", "快手", {})
    connection = await peer.services.sources.add_connection(administrator, peer.source.id, draft)
    await peer.services.sources.set_connection_enabled(administrator, connection.id, "app", peer.app.id, True)
    with pytest.raises(NotSupported, match=r"^") as refused:
        await peer.services.federation.begin(peer.caller, "kuai", "page", origin=ORIGIN, browser="b")
    assert "kuaishou:mobile" in refused.value.message("en-US")
    offered = await peer.services.provider_connections.offered(peer.pool.id, peer.app.id)
    assert [one.identifier for one in offered] == ["corp"]


async def test_an_administrator_is_told_which_step_works(peer: Peer, pool: PoolForTests) -> None:
    check = peer.services.connection_trials.check
    found = await check(pool.administrator, peer.connection.id, origin=ORIGIN)
    assert (found.steps, found.failed) == (("settings", "discovery", "key"), None)
    peer.issuer.published = []
    await peer.settings(fields={"issuer": f"{peer.issuer.url}/nowhere"})
    found = await check(pool.administrator, peer.connection.id, origin=ORIGIN)
    assert str(found.failed) == "discovery: the provider answered HTTP 404: not_found"


async def test_what_is_remembered_of_a_sign_in_is_sealed_and_swept(peer: Peer) -> None:
    await peer.begin()
    [row] = await peer.services.db.fetch("select * from federation_attempts where pool_id = $1", peer.pool.id)
    assert b"nonce" not in row["sealed"]
    await peer.services.db.execute(
        "update federation_attempts set expires_at = now() - interval '1 second' where pool_id = $1",
        peer.pool.id,
    )
    async with peer.services.db.transaction() as tx:
        assert await delete_expired(tx, 100) >= 1
