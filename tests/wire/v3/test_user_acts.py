"""What an administrator does about one user over v3: who may, and what is refused before anything is written."""

from __future__ import annotations

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
