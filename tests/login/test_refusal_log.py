"""Whatever refuses a sign-in after the proof, or at the second step, is in the audit log under the user."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from poolhouse.errors import CodeWrong, MfaRequired, PoolhouseError
from poolhouse.login import tickets
from poolhouse.users.model import UserDraft, UserKey

BOB = UserKey("username", "bob")


async def blocked(services: Any, pool: Any, app: Any, user: Any) -> None:
    await services.users.update(pool.administrator, user.id, UserDraft({"blocked": True}))


async def suspended(services: Any, pool: Any, app: Any, user: Any) -> None:
    await services.users.update(pool.administrator, user.id, UserDraft({"status": "Suspended"}))


async def second_factor(services: Any, pool: Any, app: Any, user: Any) -> None:
    await services.pools.update(pool.administrator, {}, {"mfa_required": True})


async def first_password(services: Any, pool: Any, app: Any, user: Any) -> None:
    await services.users.update(
        pool.administrator, user.id, UserDraft({"reset_password_on_next_login": True})
    )


async def unverified(services: Any, pool: Any, app: Any, user: Any) -> None:
    await services.pools.update(pool.administrator, {}, {"login_require_email_verified": True})


REASONS = {
    "AccountBlocked": blocked,
    "AccountSuspended": suspended,
    "MfaRequired": second_factor,
    "PasswordResetRequired": first_password,
    "EmailUnverified": unverified,
}


@pytest.mark.parametrize("reason", list(REASONS))
async def test_what_refuses_after_the_proof_is_found_under_the_user(
    services, pool, app, visitor, bob, audited, reason
):
    await REASONS[reason](services, pool, app, bob)
    with pytest.raises(PoolhouseError):
        await services.login.with_password(visitor, BOB, "secret 1")
    [row] = await audited("login")
    assert (row["user_id"], row["success"], row["ip"]) == (bob.id, False, visitor.ip)
    assert row["detail"]["reason"] == reason


async def test_a_wrong_second_step_is_found_under_the_user(services, pool, visitor, bob, audited):
    await second_factor(services, pool, None, bob)
    with pytest.raises(MfaRequired) as asked:
        await services.login.with_password(visitor, BOB, "secret 1")
    ticket = asked.value.facts["mfa_token"]
    with pytest.raises(CodeWrong):
        await services.mfa_login.by_code(visitor, ticket, "email", "eve@example.com", "000000")
    with pytest.raises(CodeWrong):
        await services.mfa_login.by_code(visitor, ticket, "email", "bob@example.com", "000000")
    [other] = await audited("verify_mfa")
    assert (other["user_id"], other["success"], other["detail"]["reason"]) == (
        bob.id,
        False,
        "another address",
    )
    wrong = (await audited("login"))[-1]
    assert (wrong["user_id"], wrong["detail"]["purpose"]) == (bob.id, "mfa")


async def test_a_wrong_old_password_of_a_forced_change_is_found_under_the_user(
    services, pool, visitor, bob, audited
):
    ticket = await tickets.issue(services.db, pool.id, "force_reset", bob.id, lifetime=timedelta(minutes=5))
    with pytest.raises(PoolhouseError):
        await services.recovery.forced(visitor, ticket, "wrong", "secret 2")
    [row] = await audited("update_password")
    assert (row["user_id"], row["success"], row["detail"]["reason"]) == (bob.id, False, "OldPasswordWrong")


async def test_no_password_is_in_any_row(services, pool, visitor, bob, database):
    for password in ("Hunter2-hunter", "secret 2"):
        with pytest.raises(PoolhouseError):
            await services.login.with_password(visitor, BOB, password)
        with pytest.raises(PoolhouseError):
            await services.login.with_password(visitor, UserKey("username", password), password)
    rows = await database.fetch("select r::text as text from audit_records r where pool_id = $1", pool.id)
    assert rows
    told = " ".join(row["text"] for row in rows)
    assert "Hunter2-hunter" not in told
    assert "secret 2" not in told
