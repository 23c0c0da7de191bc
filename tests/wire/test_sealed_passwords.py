"""A password nobody can decrypt becomes nobody's password: older clients encrypt with a key of their maker's."""

from __future__ import annotations

import copy
from typing import Any

import httpx
import pytest
import structlog
from tests.wire import sealed_passwords as places
from tests.wire.credentials import PASSWORD, World
from tests.wire.sealed_passwords import FOREIGN, OF_OUR_FORM, Place, put
from tests.wire.v2.calls import Call, Root, code_of, document
from tests.wire.v3.samples import Sown, sample

from poolhouse.wire.v3.endpoint import Endpoint

UNDECRYPTABLE = 2016
RANDOM = 32
"""Characters of the password that stands for one of our form that did not decrypt."""
CHECKED = (
    *("loginBy", "oldPassword", "signin", "verify-delete", "validate-password", "byAccount"),
    "GET /api/v2/users/password/check",
)
"""Of the names of places whose password is compared with the stored one, or only held to the policy."""

ALL = [*places.of_graphql(), *places.of_rest(), *places.of_v3()]


async def ask(world: World, place: Place, sealed: str) -> list[httpx.Response]:
    """As an administrator, as a user, and as nobody."""
    person = await world.person()
    user = await person.log_in()
    manager = world.administrator.headers
    named = {"x-authing-app-id": world.app.id}
    headers = [manager, named | {"authorization": f"Bearer {user}"}, named]
    body = body_of(world, place, person.user.id, sealed)
    what = place.what
    path = "/graphql/v2" if isinstance(what, Root) else what.at("x") if isinstance(what, Call) else what.url
    if isinstance(what, Call) and what.method == "GET":
        return [await world.http.get(path, params=body, headers=one) for one in headers]
    return [await world.http.post(path, json=body, headers=one) for one in headers]


def body_of(world: World, place: Place, user_id: str, sealed: str) -> dict[str, Any]:
    what = place.what
    if isinstance(what, Root):
        arguments = what.field.args.items()
        given = {name: places.required(argument.type, name) for name, argument in arguments}
        given |= {"resetPassword": {"email": "x@example.com"}, "updateUser": {"id": user_id}}.get(
            what.name, {}
        )
        put(given, place.path, sealed)
        return {"query": document(what), "variables": given}
    if isinstance(what, Call):
        sent = copy.deepcopy(places.REST[str(what)])
        put(sent, place.path, sealed)
        return sent
    assert isinstance(what, Endpoint)
    body = sample(what, Sown(world.pool.id, "", {"userId": user_id, "departmentId": "x"})) or {}
    if place.path[0] in ("passwordPayload", "options"):
        body |= {"connection": "PASSWORD", "passwordPayload": {"username": "bob", "password": "x"}}
    if place.path[0] in ("ldapPayload", "adPayload"):
        body |= {"connection": place.path[0].removesuffix("Payload").upper()}
        body |= {place.path[0]: {"sAMAccountName": "bob", "password": "x"}}
    if place.path[-1] == "passwordForPhonePassCode":
        body |= {"connection": "PASSCODE", "passCodePayload": {"email": "x@example.com", "passCode": "1"}}
    if what.path.endswith("verify-delete-account-request"):
        body["verifyMethod"] = "PASSWORD"
    put(body, place.path, sealed)
    return body


@pytest.mark.parametrize("key", FOREIGN)
@pytest.mark.parametrize("place", ALL, ids=str)
async def test_the_ciphertext_of_another_key_is_refused_and_the_right_key_named(
    world: World, place: Place, key: str
) -> None:
    sealed = FOREIGN[key]
    with structlog.testing.capture_logs() as lines:
        answers = await ask(world, place, sealed)
    told = [answer.text for answer in answers if code(answer) == UNDECRYPTABLE]
    assert told, [answer.text[:300] for answer in answers]
    assert 200 not in map(code, answers)
    assert all("/api/v2/.well-known" in text and "publicKey" in text for text in told)
    assert sealed[:40] not in str([answer.text for answer in answers]) + str(lines)


@pytest.mark.parametrize("key", OF_OUR_FORM)
@pytest.mark.parametrize("place", ALL, ids=str)
async def test_a_ciphertext_of_our_form_that_no_key_opens_is_never_a_password(
    world: World, place: Place, key: str
) -> None:
    """Where it is only checked it is a wrong one, as any: telling them apart would give the key away."""
    answers = await ask(world, place, OF_OUR_FORM[key])
    assert 200 not in map(code, answers)
    named = [answer for answer in answers if code(answer) == UNDECRYPTABLE]
    checked = any(name in str(place) for name in CHECKED)
    assert bool(named) != checked, [answer.text[:300] for answer in answers]


def code(answer: httpx.Response) -> int:
    """Of v3 too."""
    body = answer.json()
    return body["apiCode"] if "apiCode" in body else body.get("statusCode") or code_of(answer)


async def test_nobody_below_the_wire_is_asked_about_a_foreign_ciphertext(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No script then: a custom user store is asked with what `login` was given."""
    login, asked = world.services.login, []
    for name in ("with_password", "with_any_password"):
        real = getattr(login, name)

        async def recorded(*given: Any, real: Any = real) -> Any:
            asked.append(given[2])
            return await real(*given)

        monkeypatch.setattr(login, name, recorded)
    for place in ALL:
        if any(name in str(place) for name in ("loginBy", "signin")):
            for sealed in (*FOREIGN.values(), *OF_OUR_FORM.values()):
                await ask(world, place, sealed)
    assert {len(password) for password in asked if password != PASSWORD} == {RANDOM}


async def test_a_long_passphrase_of_another_length_is_a_password_like_any(world: World) -> None:
    person = await world.person()
    for password in (
        "correct horse battery staple " * 8,
        "x" * 172,
        "Q" * 344,
        "ab12" * 128,
        "a+/" * 60,
        "0" * 300,
    ):
        given = {"id": person.user.id, "input": {"password": password}}
        await world.administrator.one("UpdateUser", **given)
        answer = await world.v3(
            "signin",
            {
                "connection": "PASSWORD",
                "passwordPayload": {"username": person.user.username, "password": password},
            },
        )
        assert answer["statusCode"] == 200, (password[:20], answer)


async def test_what_was_announced_as_plain_and_is_none_is_refused_with_our_own_key_too(world: World) -> None:
    sealed = places.seal(world.services.transport.rsa_public_key, PASSWORD)
    token = world.administrator.headers["authorization"].removeprefix("Bearer ")
    person = await world.person()
    body = {"userId": person.user.id, "password": sealed}
    refused = await world.v3("update-user", body | {"options": {"passwordEncryptType": "none"}}, token)
    assert code_of_v3(refused) == UNDECRYPTABLE
    assert "passwordEncryptType" in refused["message"]
    assert (await world.v3("update-user", body, token))["statusCode"] == 200
    await person.log_in()


def code_of_v3(answer: dict[str, Any]) -> int:
    found: int = answer["apiCode"]
    return found
