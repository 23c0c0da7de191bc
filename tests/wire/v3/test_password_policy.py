"""The password policy through both wires: a stranger is refused, it works, another pool keeps its own."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_tenants import done, read

DEFAULT = {
    "strength": "low",
    "pattern": "",
    "message": "",
    "checkAtLogin": False,
    "expiresAfterDays": 0,
    "rememberedPasswords": 0,
}


async def valid(v3: V3Client, password: str) -> bool:
    """As isPasswordValid and checkPasswordStrength of the v2 client say, which must agree."""
    headers = {"x-authing-userpool-id": v3.pool_id}
    rest = await v3.http.post("/api/v2/password/check", json={"password": password}, headers=headers)
    query = "query ($password: String!) { checkPasswordStrength(password: $password) { valid message } }"
    body = {"query": query, "variables": {"password": password}}
    answer = await v3.http.post("/graphql/v2", json=body, headers=headers)
    graphql = answer.json()["data"]["checkPasswordStrength"]
    assert rest.json()["data"] == graphql
    return bool(graphql["valid"])


async def test_a_stranger_reads_and_changes_nothing(v3: V3Client) -> None:
    assert (await v3.http.get("/api/v3/get-password-policy")).json()["statusCode"] == 401
    answer = await v3.http.post("/api/v3/update-password-policy", json={"strength": "none"})
    assert answer.json()["statusCode"] == 401
    assert await read(v3, "get-password-policy") == DEFAULT


async def test_six_characters_are_asked_for_by_default(v3: V3Client) -> None:
    assert [await valid(v3, password) for password in ("a", "abcde", "abcdef")] == [False, False, True]


async def test_a_policy_is_changed_field_by_field(v3: V3Client, neighbour: V3Client) -> None:
    pattern = {"strength": "custom", "pattern": r"^\d{8}$", "message": "eight digits"}
    changed = await done(v3, "update-password-policy", pattern)
    assert changed == {**DEFAULT, **pattern} == await read(v3, "get-password-policy")
    assert [await valid(v3, password) for password in ("abcdef", "12345678")] == [False, True]
    created = await v3.post("create-user", {"username": "u", "password": "abcdef"})
    assert (created["statusCode"], "eight digits" in created["message"]) == (400, True)
    changed = await done(v3, "update-password-policy", {"strength": "high", "expiresAfterDays": 90})
    assert (changed["strength"], changed["pattern"], changed["expiresAfterDays"]) == ("high", r"^\d{8}$", 90)
    changed = await done(v3, "update-password-policy", {"rememberedPasswords": 5})
    assert (changed["expiresAfterDays"], changed["rememberedPasswords"]) == (90, 5)
    off = await done(v3, "update-password-policy", {"expiresAfterDays": 0, "rememberedPasswords": 0})
    assert (off["expiresAfterDays"], off["rememberedPasswords"]) == (0, 0)
    assert await read(neighbour, "get-password-policy") == DEFAULT


@pytest.mark.parametrize(
    "body",
    [
        {"strength": "impossible"},
        {"strength": "custom"},
        {"strength": "custom", "pattern": "("},
        {"strength": "custom", "pattern": "(?:(?:(?:a?){1000}){1000}){10}"},
        {"expiresAfterDays": -1},
        {"expiresAfterDays": 10**9},
        {"rememberedPasswords": 1000},
        {"message": "x" * 1000},
    ],
)
async def test_what_cannot_be_kept_is_refused(v3: V3Client, body: dict[str, Any]) -> None:
    assert (await v3.post("update-password-policy", body))["statusCode"] in (400, 413)
    assert await read(v3, "get-password-policy") == DEFAULT


async def test_a_kept_hash_that_is_too_dear_is_refused_by_name_on_both_wires(v3: V3Client) -> None:
    dear = {"username": "u", "password": "$2b$31$" + "a" * 53}
    over_v3 = await v3.post("create-user", {**dear, "options": {"keepPassword": True}})
    assert (over_v3["statusCode"], "password" in over_v3["message"]) == (400, True)
    issued = await v3.services.management_tokens.of_pool(v3.pool_id)
    headers = {"x-authing-userpool-id": v3.pool_id, "authorization": f"Bearer {issued.token}"}
    query = "mutation ($u: CreateUserInput!) { createUser(userInfo: $u, keepPassword: true) { id } }"
    body = {"query": query, "variables": {"u": dear}}
    over_v2 = (await v3.http.post("/graphql/v2", json=body, headers=headers)).json()
    assert "16384 rounds" in over_v2["errors"][0]["message"]["message"]
    assert "16384 rounds" in over_v3["message"]


async def test_a_generated_password_meets_the_strictest_level(v3: V3Client) -> None:
    await done(v3, "update-password-policy", {"strength": "high"})
    for n in range(5):
        body = {"username": f"u{n}", "options": {"autoGeneratePassword": True}}
        await done(v3, "create-user", body)
