"""A passkey as the second step, as clients of v3 and the vendor's login component ask for it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.administrators.authenticator import Authenticator
from tests.wire.v3.conftest import V3Client, parsed

from poolhouse.users.model import UserDraft
from poolhouse.wire.v3.passkeys_second import ENDPOINTS

SHOP = "https://shop.example"


class Bob:
    """Who has typed the password at an application that wants a second factor."""

    def __init__(self, v3: V3Client, app_id: str) -> None:
        self.v3, self.app_id = v3, app_id
        self.authenticator = Authenticator(SHOP, "shop.example")

    async def ask(self, path: str, body: Any, **headers: str) -> dict[str, Any]:
        told = {"x-authing-app-id": self.app_id, "origin": SHOP, **headers}
        return parsed(await self.v3.http.post(path, json=body, headers=told))

    async def typed(self, **headers: str) -> dict[str, Any]:
        sent = {"connection": "PASSWORD", "passwordPayload": {"username": "bob", "password": "secret 1"}}
        return await self.ask("/api/v3/signin", sent, **headers)

    async def call(self, path: str, token: str, **body: Any) -> dict[str, Any]:
        return await self.ask(f"/api/v3/webauthn/{path}", body, authorization=f"Bearer {token}")

    def made(self, options: dict[str, Any]) -> dict[str, Any]:
        return dict(json.loads(self.authenticator.made(options)))

    def used(self, options: dict[str, Any]) -> dict[str, Any]:
        return dict(json.loads(self.authenticator.used(options)))


@pytest.fixture
async def bob(v3: V3Client) -> Bob:
    services, admin = v3.services, v3.administrator
    await services.pools.update(admin, {}, {"passkeys": True, "mfa_required": True})
    app = await services.apps.create(admin, "shop", redirect_uris=(f"{SHOP}/callback",))
    await services.users.create(admin, UserDraft({"username": "bob"}, password="secret 1"))
    return Bob(v3, app.id)


async def test_strangers_and_another_pool_are_refused(bob: Bob, neighbour: V3Client) -> None:
    token = (await bob.typed())["data"]["mfaToken"]
    await neighbour.services.pools.update(neighbour.administrator, {}, {"passkeys": True})
    there = await neighbour.services.apps.create(neighbour.administrator, "x", redirect_uris=(f"{SHOP}/cb",))
    sent = {"ticket": "00", "credential": {"id": "AA", "type": "public-key"}}
    for row in ENDPOINTS:
        path = row.path.removeprefix("webauthn/")
        body = sent if row.takes_body and row.request else {}
        assert (await bob.call(path, "", **body))["statusCode"] == 401, path
        other = Bob(neighbour, there.id)
        assert (await other.call(path, token, **body))["statusCode"] == 401, path


async def test_the_second_step_is_passed_by_a_passkey_that_it_made(bob: Bob) -> None:
    token = (await bob.typed())["data"]["mfaToken"]
    options = (await bob.call("mfa-bind/initialize", token))["data"]["publicKey"]
    empty = await bob.call("mfa-bind/finalize", token, credential={})
    assert (empty["statusCode"], "credential" in empty["message"]) == (400, True), empty
    made = await bob.call("mfa-bind/finalize", token, credential=bob.made(options), name="office")
    assert made["data"]["access_token"], made
    asked = await bob.typed()
    assert asked["data"]["passkeyEnabled"] is True
    token = asked["data"]["mfaToken"]
    asked = (await bob.call("mfa-verify/initialize", token))["data"]
    credential = bob.used(asked["publicKey"])
    wrong = {**credential, "response": {**credential["response"], "signature": "AAAA"}}
    refused = await bob.call("mfa-verify/finalize", token, ticket=asked["ticket"], credential=wrong)
    assert (refused["statusCode"], "未被接受" in refused["message"]) == (403, True), refused
    passed = await bob.call("mfa-verify/finalize", token, ticket=asked["ticket"], credential=credential)
    assert passed["data"]["access_token"], passed


async def test_the_login_component_goes_through_its_flow(bob: Bob) -> None:
    """As its code has it: the answer of the browser is the data of `passkey-bind`, and beside a ticket in
    `passkey-verify`."""
    guard = {"x-authing-request-from": "Guard@5.3.9"}
    sent = {"account": "bob", "password": "secret 1"}

    async def login() -> dict[str, Any]:
        return await bob.ask("/api/v2/login/account", sent, **guard)

    asked = await login()
    factors = [one["mfaPolicy"] for one in asked["data"]["applicationMfa"]]
    assert (factors, asked["data"]["passkeyEnabled"]) == (["OTP", "EMAIL", "SMS", "PASSKEY"], False)
    begun = await bob.call("mfa-bind/initialize", asked["data"]["mfaToken"])
    flow = {"action": "passkey-bind", "data": bob.made(begun["data"]["publicKey"])}
    ended = await bob.ask("/interaction/authFlow", {**flow, "flowHandle": asked["flowHandle"]}, **guard)
    assert (ended["apiCode"], ended["data"]["user"]["username"]) == (1600, "bob"), ended
    asked = await login()
    factors = [one["mfaPolicy"] for one in asked["data"]["applicationMfa"]]
    assert (factors, asked["data"]["passkeyEnabled"]) == (["PASSKEY"], True)
    begun = (await bob.call("mfa-verify/initialize", asked["data"]["mfaToken"]))["data"]
    proof = {"credential": bob.used(begun["publicKey"]), "ticket": begun["ticket"]}
    flow = {"action": "passkey-verify", "flowHandle": asked["flowHandle"]}
    for given, field in ((proof | {"credential": "no"}, "credential"), ({}, "ticket")):
        ended = await bob.ask("/interaction/authFlow", {**flow, "data": given}, **guard)
        assert (ended["statusCode"] != 200, field in ended["message"]) == (True, True), ended
    ended = await bob.ask("/interaction/authFlow", {**flow, "data": proof}, **guard)
    assert (ended["apiCode"], ended["data"]["user"]["username"]) == (1600, "bob"), ended
