"""Erasing a person leaves them in no column of any table, and every act where it was."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.users.test_forgetting import somebody_with_something_everywhere, tables_with

from poolhouse.audit.person import Person
from poolhouse.caller import Caller
from poolhouse.customdb import postgres as script_rows
from poolhouse.errors import NotAuthenticated, NotPermitted, PoolhouseError, UserNotFound
from poolhouse.ids import new_id
from poolhouse.login.model import SignIn
from poolhouse.services import Services
from poolhouse.users.model import IdentityDraft, User, UserDraft, UserKey

MARK = "zmarkz"
OLD = f"{MARK}-old-id"


async def texts_of_users(services: Services) -> list[str]:
    """Every column of a person that holds text."""
    rows = await services.db.fetch(
        "select column_name from information_schema.columns where table_schema = 'public' and table_name = 'users' "
        "and data_type = 'text' and column_name not in ('pool_id', 'id', 'status', 'password_hash', 'phone_key')"
    )
    return [row["column_name"] for row in rows]


async def marked(services: Services, pool: PoolForTests) -> User:
    """Somebody whose every text has the mark, after acts that leave it wherever acts do."""
    admin = pool.administrator
    user = await somebody_with_something_everywhere(services, pool)
    draft = {
        "username": f"{MARK}-name",
        "email": f"{MARK}@x.cn",
        "nickname": f"{MARK} nick",
        "name": f"{MARK} name",
    }
    await services.users.update(admin, user.id, UserDraft(draft))
    for column in await texts_of_users(services):
        if column not in draft:
            await services.db.execute(
                f"update users set {column} = $3 where pool_id = $1 and id = $2",
                pool.id,
                user.id,
                f"{MARK} {column}",
            )
    await services.db.execute(
        "insert into user_identities (pool_id, id, user_id, provider, user_id_in_idp) "
        "values ($1, $2, $3, 'custom-database', $4)",
        pool.id,
        new_id(),
        user.id,
        OLD,
    )
    for key in (UserKey("username", f"{MARK}-name"), UserKey("email", f"{MARK}@x.cn")):
        with pytest.raises(PoolhouseError):
            guest = Caller(pool.id, ip=f"{MARK}-ip", user_agent=f"{MARK}-agent", request_id=f"{MARK}-request")
            await services.login.with_password(guest, key, "wrong", SignIn())
    await services.db.execute(
        "insert into custom_script_logs "
        "(pool_id, id, name, duration_ms, success, outcome, message, console, arguments)"
        "values ($1, $2, 'login', 1, false, 'threw', $3, $4, $4)",
        pool.id,
        new_id(),
        f"no such user {MARK}-name",
        [{"text": f"{MARK}@x.cn"}],
    )
    for about in (OLD, user.id):  # nothing else of these rows says whom they were about
        await services.db.execute(
            "insert into custom_script_logs (pool_id, id, name, duration_ms, success, outcome, script_user_id) "
            "values ($1, $2, 'login', 1, true, 'returned', $3)",
            pool.id,
            new_id(),
            about,
        )
    for at, recipient in enumerate((f"{MARK}@x.cn", "other@x.cn")):
        await services.db.execute(
            "insert into mail_outbox (pool_id, id, channel, scene, lang, recipient, sender, subject, body) "
            "values ($1, $2, 'email', 'login_code', 'zh-CN', $3, 's', 's', 'b')",
            pool.id,
            f"{new_id()}{at}",
            recipient,
        )
    await services.db.execute(
        "insert into verification_codes (pool_id, channel, target, purpose, digest, tries_left, expires_at) "
        "values ($1, 'email', $2, 'login', '', 1, now() + interval '1 day')",
        pool.id,
        f"{MARK}@x.cn",
    )
    await services.db.execute(
        "insert into whitelist_entries (pool_id, app_id, kind, value) values ($1, '', 'email', $2)",
        pool.id,
        f"{MARK}@x.cn",
    )
    return user


async def test_a_stranger_erases_nobody(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    for caller in (pool.stranger, pool.user(user.id)):
        with pytest.raises((NotAuthenticated, NotPermitted)):
            await services.erasure.erase(caller, user.id)
    assert await services.users.find(pool.administrator, UserKey("id", user.id))


async def test_nothing_of_a_person_is_left_in_any_column_and_their_acts_are(
    services: Services, pool: PoolForTests
) -> None:
    user = await marked(services, pool)
    before = await tables_with(services, MARK, pool.id)
    assert before >= {
        "users",
        "audit_records",
        "custom_script_logs",
        "mail_outbox",
        "verification_codes",
    }
    count = "select count(*) from audit_records where pool_id = $1"
    acts = await services.db.fetchval(count, pool.id)

    erased = await services.erasure.erase(pool.administrator, f"{MARK}@x.cn")

    assert await tables_with(services, MARK, pool.id) == set()
    assert await tables_with(services, user.id) == set()
    assert await services.db.fetchval(count, pool.id) > acts, "the erasure is an act of its own"
    kept = await services.db.fetchval(
        "select count(*) from audit_records where pool_id = $1 and user_id = $2 and operation = 'login'",
        pool.id,
        erased.instead,
    )
    assert kept >= 2
    logged = "select count(*) from custom_script_logs where pool_id = $1 and outcome = 'threw'"
    assert await services.db.fetchval(logged, pool.id) == 1
    others = "select count(*) from mail_outbox where pool_id = $1 and recipient = 'other@x.cn'"
    assert await services.db.fetchval(others, pool.id) == 1


async def test_who_was_erased_does_not_move_in_again(services: Services, pool: PoolForTests) -> None:
    await marked(services, pool)
    await services.erasure.erase(pool.administrator, f"{MARK}-name")
    assert await script_rows.is_tombstone(services.db, pool.id, OLD)
    assert not await script_rows.is_tombstone(services.db, pool.id, "another")
    assert await script_rows.lift_tombstone(services.db, pool.id, OLD)
    assert not await script_rows.is_tombstone(services.db, pool.id, OLD)


async def test_the_neighbours_person_of_the_same_name_stays(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    for each in (pool, other_pool):
        await services.users.create(
            each.administrator, UserDraft({"username": "li"}), IdentityDraft("wechat", "o9")
        )
    mine = await services.users.find(pool.administrator, UserKey("username", "li"))
    theirs = await services.users.find(other_pool.administrator, UserKey("username", "li"))
    assert mine
    assert theirs
    with pytest.raises(UserNotFound):
        await services.erasure.erase(other_pool.administrator, mine.id)
    await services.erasure.erase(pool.administrator, "li")
    assert await services.users.find(other_pool.administrator, UserKey("id", theirs.id))
    named = "select count(*) from audit_records where pool_id = $1 and user_id = $2 and user_name = 'li'"
    assert await services.db.fetchval(named, other_pool.id, theirs.id) == 1


async def test_somebody_deleted_before_is_erased_by_their_id(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "zdeletedz"}))
    await services.users.delete(pool.administrator, [user.id])
    assert await tables_with(services, "zdeletedz")
    await services.erasure.erase(pool.administrator, user.id)
    assert await tables_with(services, "zdeletedz") == set()
    with pytest.raises(UserNotFound):
        await services.erasure.erase(pool.administrator, user.id)


def test_a_short_name_is_found_as_a_word_alone() -> None:
    person = Person("0123456789ab", "new", frozenset({"li"}), frozenset({"li", "张三丰"}))
    assert person.is_in("no user Li")
    assert person.is_in("用户张三丰登录失败")
    assert not person.is_in("a client listed")
    assert person.taken_from({"users": ["0123456789ab", "x"], "to": "li", "n": 1}) == {
        "users": ["new", "x"],
        "to": "***",
        "n": 1,
    }
