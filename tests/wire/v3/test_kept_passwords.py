"""`keepPassword` and `salt` on both wires: what can never verify is refused, what the pool's function judges kept."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.customdb.templates import template
from poolhouse.users.model import UserKey

HASH = hashlib.sha256(b"s1" + b"correct horse").hexdigest()
NAME = UserKey("username", "wang")
V2 = "mutation ($u: CreateUserInput!) { createUser(userInfo: $u, keepPassword: true) { id } }"


async def by_v2(v3: V3Client, user: dict[str, Any]) -> str:
    issued = await v3.services.management_tokens.of_pool(v3.pool_id)
    headers = {"x-authing-userpool-id": v3.pool_id, "authorization": f"Bearer {issued.token}"}
    body = {"query": V2, "variables": {"u": user}}
    answer = (await v3.http.post("/graphql/v2", json=body, headers=headers)).json()
    return str(answer["errors"][0]["message"]["message"]) if answer.get("errors") else ""


async def by_create_user(v3: V3Client, user: dict[str, Any]) -> str:
    answer = await v3.post("create-user", {**user, "options": {"keepPassword": True}})
    return "" if answer["statusCode"] == 200 else str(answer["message"])


async def by_batch(v3: V3Client, user: dict[str, Any]) -> str:
    answer = await v3.post("create-users-batch", {"list": [user], "options": {"keepPassword": True}})
    return "" if answer["statusCode"] == 200 else str(answer["message"])


async def by_tenant(v3: V3Client, user: dict[str, Any]) -> str:
    tenant = await v3.services.tenants.create(v3.administrator, "A tenant")
    body = {**user, "tenantId": tenant.id, "gender": "U", "options": {"keepPassword": True}}
    answer = await v3.post("create-tenant-user", body)
    return "" if answer["statusCode"] == 200 else str(answer["message"])


DOORS = [by_v2, by_create_user, by_batch, by_tenant]


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_a_hash_nobody_could_verify_is_refused_with_its_reason(v3: V3Client, door: Any) -> None:
    assert "password" in await door(v3, {"username": "wang", "password": "correct horse"})
    told = await door(v3, {"username": "wang", "password": "$2b$10$" + "." * 52})
    assert "30" in told
    assert "31" in told
    assert "salt" in await door(v3, {"username": "wang", "password": HASH, "salt": "s1"})
    assert await v3.services.users.find(v3.administrator, NAME) is None


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_a_salt_goes_to_the_pools_function(v3: V3Client, door: Any) -> None:
    source = template("http", "verifyPassword")
    saved = await v3.post("save-custom-database-script", {"name": "verifyPassword", "source": source})
    version = {"name": "verifyPassword", "version": saved["data"]["version"]}
    assert (await v3.post("publish-custom-database-script", version))["statusCode"] == 200
    assert await door(v3, {"username": "wang", "password": HASH, "salt": "s1"}) == ""
    user = await v3.services.users.find(v3.administrator, NAME)
    assert user is not None
    directory = await v3.services.directories.of(v3.pool_id)
    assert await directory.check_password(v3.administrator, user.id, "correct horse")
    assert not await directory.check_password(v3.administrator, user.id, "wrong horse")


async def test_a_salt_without_a_kept_password_is_refused(v3: V3Client) -> None:
    answer = await v3.post("create-user", {"username": "wang", "password": "pa55word", "salt": "s1"})
    assert answer["statusCode"] == 400
    assert "salt" in answer["message"]


async def test_the_functions_of_a_pool_are_nine_and_a_store_needs_eight(v3: V3Client) -> None:
    states = (await v3.get("list-custom-database-scripts"))["data"]
    assert [state["name"] for state in states][-1] == "verifyPassword"
    await v3.post("update-custom-database", {"mode": "CUSTOM_USER_STORE"})
    missing = (await v3.get("get-custom-database"))["data"]["missingScripts"]
    assert len(missing) == 8
    assert "verifyPassword" not in missing
