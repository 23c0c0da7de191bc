"""Passkeys over v3, as the vendor's clients call it: made, good for signing in, listed, renamed and removed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from tests.administrators.authenticator import Authenticator, b64
from tests.wire.v3.conftest import V3Client, parsed

from poolhouse.users.model import UserDraft
from poolhouse.wire.v3.passkeys import ENDPOINTS

SHOP = "https://shop.example"


class Somebody:
    """A user of a pool whose passkeys are on, at the application's page, and their authenticator."""

    def __init__(self, v3: V3Client, app_id: str, token: str, user_id: str) -> None:
        self.v3, self.app_id, self.token, self.user_id = v3, app_id, token, user_id
        self.authenticator = Authenticator(SHOP, "shop.example")

    async def call(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        told = {"x-authing-app-id": self.app_id, "origin": SHOP, "authorization": f"Bearer {self.token}"}
        body = None if body is None else json.dumps(body)
        answer = await self.v3.http.request(
            method,
            f"/api/v3/webauthn/{path}",
            content=body,
            headers={name: value for name, value in {**told, **headers}.items() if value},
        )
        return parsed(answer)

    async def add(self, **facts: Any) -> dict[str, Any]:
        asked = (await self.call("GET", "registration"))["data"]
        made = json.loads(self.authenticator.made(asked["registrationOptions"]))
        body = {"ticket": asked["ticket"], "registrationCredential": made, **facts}
        return await self.call("POST", "registration", body)

    def used(self, options: Mapping[str, Any], **wrong: Any) -> Any:
        return json.loads(self.authenticator.used(options, **wrong))

    async def list(self) -> list[dict[str, Any]]:
        return (await self.call("GET", "credentials"))["data"]["list"]  # type: ignore[no-any-return]

    @property
    def credential(self) -> str:
        return b64(self.authenticator.credential_id)


async def somebody_of(v3: V3Client, name: str = "bob") -> Somebody:
    services, admin = v3.services, v3.administrator
    await services.pools.update(admin, {}, {"passkeys": True})
    app = await services.apps.create(admin, "shop", redirect_uris=(f"{SHOP}/callback",))
    user = await services.users.create(admin, UserDraft({"username": name}, password="secret 1"))
    answer = await v3.http.post(
        "/api/v3/signin",
        json={"connection": "PASSWORD", "passwordPayload": {"username": name, "password": "secret 1"}},
        headers={"x-authing-app-id": app.id},
    )
    return Somebody(v3, app.id, answer.json()["data"]["access_token"], user.id)


@pytest.fixture
async def bob(v3: V3Client) -> Somebody:
    return await somebody_of(v3)


def url_of(url: str, bob: Somebody) -> str:
    """A row's path as a client fills it in."""
    path = url.removeprefix("/api/v3/webauthn/").replace("{userId}", bob.user_id).replace("{appId}", "-")
    return path.replace("{credentialId}", bob.credential).replace("{credentialID}", bob.credential)


async def test_strangers_are_refused_and_another_pool_sees_nothing(
    bob: Somebody, neighbour: V3Client
) -> None:
    assert (await bob.add())["data"] == {"verified": True}
    body = {"name": "mine", "credentialIds": [bob.credential], "authenticatorCode": "other"}
    other = await somebody_of(neighbour, "eve")
    refused, invisible = {}, {}
    for row in ENDPOINTS:
        if row.access == "anyone":
            continue
        path, sent = url_of(row.url, bob), body if row.takes_body else None
        path += f"?userId={bob.user_id}" if row.path.endswith("person/credentials") else ""
        refused[row.name] = (await bob.call(row.method, path, sent, authorization=""))["statusCode"]
        if row.access == "administrator":
            answer = await bob.call(row.method, path, sent, **neighbour.headers, **{"x-authing-app-id": ""})
        else:
            answer = await other.call(row.method, path, sent)
        if not row.path.startswith("webauthn/registration"):
            invisible[row.name] = answer.get("data") if answer["statusCode"] == 200 else answer["statusCode"]
    assert set(refused.values()) == {401}, refused
    nothing = ({"totalCount": 0, "list": []}, [], {"success": True}, 404)
    assert all(answer in nothing for answer in invisible.values()), invisible
    assert sum(answer == 404 for answer in invisible.values()) == 6, invisible
    (kept,) = await bob.list()
    assert kept["name"] != "mine"


async def test_a_passkey_signs_in_by_both_pairs_of_operations(bob: Somebody) -> None:
    await bob.add()
    asked = (await bob.call("GET", "authentication", authorization=""))["data"]
    credential = bob.used(asked["authenticationOptions"])
    answer = await bob.call(
        "POST",
        "authentication",
        {
            "ticket": asked["ticket"],
            "authenticationCredential": credential,
            "options": {"scope": "openid phone"},
        },
        authorization="",
    )
    assert answer["data"]["verified"] is True
    assert answer["data"]["tokenSet"]["scope"] == "openid phone"
    asked = (await bob.call("POST", "login/initialize", {}, authorization=""))["data"]
    sent = {"ticket": asked["ticket"], "credential": bob.used(asked["publicKey"])}
    answer = await bob.call("POST", "login/finalize", sent, authorization="")
    bob.token = answer["data"]["access_token"]
    (kept,) = await bob.list()
    assert (kept["userId"], kept["credentialID"], kept["rpId"]) == (
        bob.user_id,
        bob.credential,
        "shop.example",
    )
    assert kept["usedAt"]
    again = await bob.call("POST", "login/finalize", sent, authorization="")
    assert again["statusCode"] == 403


async def test_one_is_made_in_the_shape_of_signing_in_too(bob: Somebody, neighbour: V3Client) -> None:
    asked = (await bob.call("POST", "registration/initialize"))["data"]
    sent = {"ticket": asked["ticket"], "credential": json.loads(bob.authenticator.made(asked["publicKey"]))}
    for lang, words in (("en-US", "credential"), ("zh-CN", "不能为空")):
        nothing = {"ticket": asked["ticket"], "credential": {}}
        answer = await bob.call("POST", "registration/finalize", nothing, **{"x-authing-lang": lang})
        assert (answer["statusCode"], words in answer["message"]) == (400, True), answer
    other = await somebody_of(neighbour, "eve")
    for thief in (other, await somebody_of(bob.v3, "mallory")):
        stolen = await thief.call("POST", "registration/finalize", sent)
        assert stolen["statusCode"] in (400, 401), stolen
    made = (await bob.call("POST", "registration/finalize", {**sent, "name": "mine"}))["data"]
    assert [made] == await bob.list()
    assert (made["userId"], made["name"], made["credentialID"]) == (bob.user_id, "mine", bob.credential)
    again = await bob.call("POST", "registration/finalize", sent)
    assert again["statusCode"] == 403, again


@pytest.mark.parametrize(
    ("path", "field"), [("authentication", "authenticationCredential"), ("login/finalize", "credential")]
)
async def test_what_is_wrong_is_refused_in_the_callers_language(bob: Somebody, path: str, field: str) -> None:
    await bob.add()
    asked = (await bob.call("POST", "login/initialize", {}, authorization=""))["data"]
    wrong = {"ticket": asked["ticket"], field: bob.used(asked["publicKey"], signature=b"no")}
    for lang, words in (("en-US", "was not accepted"), ("zh-CN", "未被接受")):
        answer = await bob.call("POST", path, wrong, authorization="", **{"x-authing-lang": lang})
        assert (answer["statusCode"], words in answer["message"]) == (403, True), answer
    answer = await bob.call("POST", path, {"ticket": asked["ticket"], field: {}}, authorization="")
    assert (answer["statusCode"], "credential" in answer["message"]) == (400, True), answer
    answer = await bob.call("POST", path, {**wrong, "ticket": "é"}, authorization="")
    assert answer["statusCode"] in (400, 401), answer


async def test_one_of_ones_own_is_listed_checked_renamed_and_removed(bob: Somebody) -> None:
    await bob.add(authenticatorCode="fingerprint", name="my phone")
    unknown = await bob.call("PUT", "credentials/{credentialId}", {"name": "as the client sends it"})
    assert unknown["statusCode"] == 404
    for kind, count in (("fingerprint", 1), ("face", 0), (None, 1)):
        listed = await bob.call("POST", "page-authenticator-device", {"authenticatorCode": kind})
        assert listed["data"]["totalCount"] == len(listed["data"]["list"]) == count
        named = {"credentialIds": [bob.credential, "AAAA"], "authenticatorCode": kind}
        checked = await bob.call("POST", "check-valid-credentials-by-credIds", named)
        assert [one["name"] for one in checked["data"]] == ["my phone"] * count
    too_many = await bob.call("POST", "check-valid-credentials-by-credIds", {"credentialIds": ["AA"] * 101})
    assert "credentialIds" in too_many["message"]
    path = f"credentials/{bob.credential}"
    assert (await bob.call("PUT", path, {"name": "office"}))["data"] == {"success": True}
    assert "name" in (await bob.call("PUT", path, {"name": "x" * 65}))["message"]
    assert [one["name"] for one in await bob.list()] == ["office"]
    assert (await bob.call("GET", "credentials?page=2&limit=1"))["data"] == {"totalCount": 1, "list": []}
    assert (await bob.call("DELETE", path))["data"] == {"success": True}
    assert (await bob.call("DELETE", path))["statusCode"] == 404
    for removal in (f"remove-credential/{bob.credential}", "remove-credentials-by-authenticator-code"):
        bob.authenticator = Authenticator(SHOP, "shop.example")
        await bob.add(authenticatorCode="face")
        path = removal if "by" in removal else f"remove-credential/{bob.credential}"
        answer = await bob.call("POST", path, {"authenticatorCode": "face"})
        assert (answer["data"], await bob.list()) == ({"success": True}, [])


async def test_an_administrator_lists_renames_and_removes_a_users(bob: Somebody) -> None:
    await bob.add()
    admin = {**bob.v3.headers, "x-authing-app-id": "", "origin": ""}
    listed = await bob.call("GET", f"person/credentials?userId={bob.user_id}&appId={bob.app_id}", **admin)
    assert [one["credentialID"] for one in listed["data"]["list"]] == [bob.credential]
    elsewhere = await bob.call("GET", f"person/credentials?userId={bob.user_id}&appId=another", **admin)
    assert elsewhere["data"]["totalCount"] == 0
    path = f"admin/credentials/{bob.credential}"
    assert (await bob.call("PUT", path, {"name": "lost"}, **admin))["data"] == {"success": True}
    assert [one["name"] for one in await bob.list()] == ["lost"]
    for user_id, app_id in (("another", "-"), (bob.user_id, "another")):
        assert (await bob.call("DELETE", f"{path}/{user_id}/{app_id}", **admin))["statusCode"] == 404
    answer = await bob.call("DELETE", f"{path}/{bob.user_id}/{bob.app_id}", **admin)
    assert (answer["data"], await bob.list()) == ({"success": True}, [])
