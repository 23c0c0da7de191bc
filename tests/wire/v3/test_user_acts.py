"""What an administrator does about one user over v3: who may, and what is refused before anything is written."""

from __future__ import annotations

import json

from tests.wire.v3.conftest import V3Client

from poolhouse.administrators.roles import ROLES, SCOPES
from poolhouse.ids import new_id
from poolhouse.users.model import UserDraft
from poolhouse.wire.v3.app import row_named

ACTS = "select count(*) from audit_records where pool_id = $1 and operation = 'kick'"


async def test_nobody_is_logged_out_whom_the_pool_does_not_have(v3: V3Client, neighbour: V3Client) -> None:
    theirs = await neighbour.services.users.create(neighbour.administrator, UserDraft({"username": "li"}))
    for user_id in (new_id(), "nonsense", theirs.id):
        answer = await v3.post("log-out-user", {"userId": user_id})
        assert answer["statusCode"] == 404, user_id
    assert await v3.services.db.fetchval(ACTS, v3.pool_id) == 0
    assert (await neighbour.post("log-out-user", {"userId": theirs.id}))["data"] == {"ended": 0}
    assert await v3.services.db.fetchval(ACTS, neighbour.pool_id) == 1


def test_of_administrators_only_an_owner_erases() -> None:
    asked = row_named("POST erase-user").scopes
    able = {role for role in ROLES if (scopes := SCOPES[role]) is None or asked <= scopes}
    assert able == {"owner"}


async def test_a_stranger_and_a_key_without_both_scopes_export_nobody(v3: V3Client) -> None:
    user = await v3.services.users.create(v3.administrator, UserDraft({"username": "li"}))
    assert (await v3.http.get(f"/api/v3/export-user?user={user.id}")).json()["statusCode"] == 401
    needed = row_named("GET export-user").scopes
    assert needed == {"users:read", "audit:read"}
    assert not needed & (SCOPES["viewer-without-personal-data"] or set())
    for scopes in ({"users:read"}, {"audit:read"}, needed):
        key = await v3.services.access_keys.create(v3.administrator, scopes=sorted(scopes))
        answer = await v3.post("get-management-token", {"accessKeyId": key.id, "accessKeySecret": key.secret})
        headers = {"authorization": f"Bearer {answer['data']['access_token']}"}
        asked = await v3.get("export-user", headers, user="li")
        assert asked["statusCode"] == (200 if scopes == needed else 403), scopes


async def test_a_person_is_one_file_and_another_pool_s_is_nobody(v3: V3Client, neighbour: V3Client) -> None:
    user = await v3.services.users.create(v3.administrator, UserDraft({"username": "li"}))
    answer = await v3.http.get("/api/v3/export-user", params={"user": user.id}, headers=v3.headers)
    assert answer.headers["content-disposition"] == 'attachment; filename="person.json"'
    assert json.loads(answer.text)["profile"]["users"][0]["username"] == "li"
    assert (await neighbour.get("export-user", user=user.id))["statusCode"] == 404
    assert (await v3.get("export-user", user="nobody"))["statusCode"] == 404
