"""What is no credential, at every door: refused in one way a wire, and no fault. And the doors that ask nobody."""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable

import pytest
from joserfc import jws
from joserfc.jwk import OctKey
from tests.wire.credentials import CREDENTIALS, World
from tests.wire.doors import DOORS, Shown, bearer
from tests.wire.v3.conftest import signed_headers

from poolhouse.ids import new_id, new_secret

PAYLOAD = b'{"sub":"x","iat":1,"exp":9999999999,"scoped_userpool_id":"x","data":{}}'


def signed(kid: str | None) -> str:
    header = {"alg": "HS256", "typ": "JWT"} | ({"kid": kid} if kid else {})
    return jws.serialize_compact(header, PAYLOAD, OctKey.import_key(new_secret()), ["HS256"])


def unsigned() -> str:
    header, payload = (base64.urlsafe_b64encode(part).rstrip(b"=") for part in (b'{"alg":"none"}', PAYLOAD))
    return f"{header.decode()}.{payload.decode()}."


GARBLED = {
    "a letter": "x",
    "three letters": "a.b.c",
    "dots": "..",
    "empty objects": "e30.e30.e30",
    "nine thousand letters": "x" * 9000,
    "words": "null undefined [object Object]",
    "two tokens": f"{signed(None)}, {signed(None)}",
    "a token nobody signed": unsigned(),
    "a token of another server": signed(new_id()),
    "a token without a key's name": signed(None),
}


@pytest.mark.parametrize("text", GARBLED.values(), ids=GARBLED)
async def test_what_is_no_token_is_refused_alike(text: str, world: World) -> None:
    answers = {name: await one.knock(world, bearer(text)) for name, one in DOORS.items()}
    assert answers == {name: one.garbled for name, one in DOORS.items()}


TOKENS = [
    "v2 token for the pool's secret",
    "v3 token for an access key",
    "login token of v2",
    "access token",
    "refresh token",
]


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize("change", ["cut", "longer", "signature", "payload"])
async def test_a_token_changed_on_its_way_is_refused_alike(name: str, change: str, world: World) -> None:
    made = await CREDENTIALS[name].make(world)
    assert made.shown
    text, other = made.shown.text, {"A": "B"}
    place = {"cut": -1, "longer": 0, "signature": -20, "payload": text.find(".") + 10}[change]
    changed = {
        "cut": text[: len(text) // 2],
        "longer": text + "A",
        "signature": text[:place] + other.get(text[place], "A") + text[place + 1 :],
        "payload": text[:place] + other.get(text[place], "A") + text[place + 1 :],
    }[change]
    answers = {door: await one.knock(world, bearer(changed)) for door, one in DOORS.items()}
    assert answers == {door: one.garbled for door, one in DOORS.items()}


def _plain(authorization: str) -> Callable[[World], Awaitable[Shown]]:
    async def made(world: World) -> Shown:
        return Shown(authorization, lambda method, path: {"authorization": authorization})

    return made


def _signing(key_id: str | None = None, secret: str | None = None, **changed: str | None) -> object:
    async def made(world: World) -> Shown:
        def headers(method: str, path: str) -> dict[str, str]:
            return signed_headers(key_id or world.key.id, secret or world.key.secret, method, path, **changed)

        return Shown(headers("GET", "/")["authorization"], headers)

    return made


NO_SIGNATURES = {
    "no signature": _plain("authing"),
    "no key": _plain("authing :"),
    "no base64": _plain(f"authing {new_id()}:!!!"),
    "an unknown key": _signing(key_id=new_id()),
    "a key that is no id": _signing(key_id="../../x"),
    "another secret": _signing(secret=new_secret()),
    "no date": _signing(date=None),
    "no date at all": _signing(date="yesterday"),
    "a date of last year": _signing(date="Tue, 25 Nov 2025 08:00:00 GMT"),
    "another method": _signing(x_authing_signature_method="HMAC-MD5"),
    "another scheme": _plain("Basic eDp4"),
    "a scheme alone": _plain("Bearer"),
}


@pytest.mark.parametrize("made", NO_SIGNATURES.values(), ids=NO_SIGNATURES)
async def test_what_is_no_signature_is_refused(
    made: Callable[[World], Awaitable[Shown]], world: World
) -> None:
    shown = await made(world)
    answers = {name: await one.knock(world, shown) for name, one in DOORS.items()}
    assert {name: answer for name, answer in answers.items() if answer not in DOORS[name].refusals} == {}


ASK_NOBODY = (
    "/metrics",
    "/healthz",
    "/readyz",
    "/docs",
    "/openapi.json",
    "/api/v2/.well-known",
    "/oidc/.well-known/jwks.json",
    "/oidc/.well-known/openid-configuration",
    "/",
    "/console",
)


async def test_the_doors_that_ask_nobody_answer_everybody_alike(world: World) -> None:
    plain = {path: (await world.http.get(path)).status_code for path in ASK_NOBODY}
    for name in (*TOKENS, "v3 signatures with an access key"):
        made = await CREDENTIALS[name].make(world)
        assert made.shown
        shown = {
            path: (await world.http.get(path, headers=made.shown.headers("GET", path))).status_code
            for path in ASK_NOBODY
        }
        assert shown == plain
    assert set(plain.values()) <= {200, 303}
