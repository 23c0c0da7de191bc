"""What the users' own database has no place for is kept here or refused, and never lost in a success."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from graphql import GraphQLInputObjectType
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect, lazy_scripts
from tests.login.conftest import sent_code  # noqa: F401
from tests.parity.conftest import both  # noqa: F401
from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import V3Client

from poolhouse.customdb.templates import templates
from poolhouse.errors import (
    AccountBlocked,
    AccountSuspended,
    LoginRefused,
    NotSupportedByDirectory,
    PasswordResetRequired,
    PoolhouseError,
    ScriptFailed,
)
from poolhouse.login.model import Registration
from poolhouse.services import Services
from poolhouse.times import parse_time
from poolhouse.users.model import User, UserDraft, UserKey
from poolhouse.users.profile_fields import BOOLEANS, COUNTS, TIMES
from poolhouse.users.rules import spelled
from poolhouse.wire.v2.schema import SCHEMA
from poolhouse.wire.v3.dto.users import UpdateUserReqDto

WANG = {"username": "wang", "email": "wang@old.cn", "phone": "13900000000", "nickname": "小王"}
BY_NAME = UserKey("username", "wang")


def documented() -> dict[str, str]:
    """The templates without the columns that the documented scripts do not know."""
    scripts = templates("postgresql")
    for column in (" blocked: 'blocked',", "    blocked: user.blocked,\n"):
        scripts = {name: source.replace(column, "") for name, source in scripts.items()}
    return scripts


async def shop(services: Services, pool: PoolForTests, legacy: Legacy) -> str:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", documented())
    return await legacy.put(WANG, "secret")


async def sign_in(services: Services, pool: PoolForTests) -> User:
    return (await services.login.with_password(pool.stranger, BY_NAME, "secret")).user


async def test_a_blocked_user_signs_in_nowhere_and_comes_back_when_unblocked(
    services: Services,
    both: tuple[V2Client, V3Client],  # noqa: F811
    legacy: Legacy,
    sent_code: Any,  # noqa: F811
) -> None:
    v2, v3 = both
    pool = PoolForTests(v3.pool_id)
    user_id = await shop(services, pool, legacy)
    logged_in = await services.login.with_password(pool.stranger, BY_NAME, "secret")

    await v2.one("UpdateUser", id=user_id, input={"blocked": True})

    assert (await services.users.get(pool.administrator, user_id)).blocked
    assert (await v3.get("get-user", userId=user_id))["data"]["status"] == "Suspended"
    with pytest.raises(AccountBlocked):
        await sign_in(services, pool)
    assert (await services.credentials.status(logged_in.token.token)).claims is None
    await services.codes.send(pool.stranger, "email", "wang@old.cn", "login")
    code = await services.db.fetchval(
        "select substring(body from '\\m\\d{6}\\M') from mail_outbox where pool_id = $1 order by created_at desc",
        pool.id,
    )
    with pytest.raises(LoginRefused):
        await services.code_login.login(pool.stranger, "email", "wang@old.cn", code)
    await v2.one("UpdateUser", id=user_id, input={"blocked": False})
    assert (await sign_in(services, pool)).username == "wang"


@pytest.mark.parametrize("status", ["Suspended", "Resigned", "Archived", "Deactivated"])
async def test_a_status_of_v3_holds(
    services: Services,
    both: tuple[V2Client, V3Client],  # noqa: F811
    legacy: Legacy,
    status: str,
) -> None:
    _, v3 = both
    pool = PoolForTests(v3.pool_id)
    user_id = await shop(services, pool, legacy)
    answer = await v3.post("update-user", {"userId": user_id, "status": status})
    assert (answer["statusCode"], answer["data"]["status"]) == (200, status)
    assert (await v3.get("get-user", userId=user_id))["data"]["status"] == status
    with pytest.raises((AccountSuspended, AccountBlocked)):
        await sign_in(services, pool)
    answer = await v3.post("update-user", {"userId": user_id, "status": "Activated"})
    assert answer["statusCode"] == 200
    assert (await sign_in(services, pool)).status == "Activated"


async def test_who_resigned_does_not_sign_in(
    services: Services,
    both: tuple[V2Client, V3Client],  # noqa: F811
    legacy: Legacy,
) -> None:
    _, v3 = both
    pool = PoolForTests(v3.pool_id)
    user_id = await shop(services, pool, legacy)
    assert (await v3.post("resign-user", {"userId": user_id}))["statusCode"] == 200
    with pytest.raises(AccountSuspended):
        await sign_in(services, pool)


async def test_a_password_to_be_changed_is_asked_for_until_it_is(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    user_id = await shop(services, pool, legacy)
    draft = UserDraft({"reset_password_on_next_login": True})
    await services.users.update(pool.administrator, user_id, draft)
    with pytest.raises(PasswordResetRequired) as asked:
        await sign_in(services, pool)
    await services.recovery.by_first_login(pool.stranger, asked.value.facts["token"], "another secret")
    logged_in = await services.login.with_password(pool.stranger, BY_NAME, "another secret")
    assert not logged_in.user.reset_password_on_next_login


async def test_somebody_may_be_created_blocked(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await shop(services, pool, legacy)
    draft = UserDraft({"username": "li", "blocked": True, "status": "Archived"}, password="secret")
    created = await services.users.create(pool.administrator, draft)
    assert (created.blocked, created.status) == (True, "Archived")
    with pytest.raises(AccountBlocked):
        await services.login.with_password(pool.stranger, UserKey("username", "li"), "secret")


async def test_a_block_of_a_custom_store_outlives_the_move_to_our_tables(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    user_id = await shop(services, pool, legacy)
    await services.users.update(pool.administrator, user_id, UserDraft({"blocked": True}))
    await connect(services, pool, legacy, "LAZY_MIGRATION", lazy_scripts())
    with pytest.raises(AccountBlocked):
        await sign_in(services, pool)


async def test_another_pool_of_the_same_ids_is_not_concerned(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, legacy: Legacy
) -> None:
    user_id = await shop(services, pool, legacy)
    await connect(services, other_pool, legacy, "CUSTOM_USER_STORE", documented())
    await services.users.update(pool.administrator, user_id, UserDraft({"blocked": True}))
    assert not (await services.users.get(other_pool.administrator, user_id)).blocked


async def test_a_deleted_user_leaves_nothing_kept_here(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    user_id = await shop(services, pool, legacy)
    await services.users.update(pool.administrator, user_id, UserDraft({"blocked": True}))
    await services.users.delete(pool.administrator, [user_id])
    assert await services.db.fetchval("select count(*) from user_states where pool_id = $1", pool.id) == 0


async def test_what_is_the_persons_and_not_kept_is_refused_by_name_and_nothing_is_half_done(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    user_id = await shop(services, pool, legacy)
    draft = UserDraft({"nickname": "new", "website": "https://x.cn", "blocked": True}, password="new secret")
    with pytest.raises(NotSupportedByDirectory) as refused:
        await services.users.update(pool.administrator, user_id, draft)
    assert refused.value.facts["what"] == "website"
    user = await sign_in(services, pool)
    assert (user.nickname, user.blocked) == ("小王", False)


async def test_the_stores_own_block_stands_until_the_store_takes_it_back(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    scripts = templates("postgresql")
    scripts["updateUser"] = documented()["updateUser"]
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", scripts)
    user_id = await legacy.put({**WANG, "blocked": True}, "secret")
    with pytest.raises(NotSupportedByDirectory) as refused:
        await services.users.update(pool.administrator, user_id, UserDraft({"blocked": False}))
    assert refused.value.facts["what"] == "blocked"
    with pytest.raises(AccountBlocked):
        await sign_in(services, pool)


async def test_own_changes_need_no_column_for_what_follows_from_them(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    scripts = documented()
    for column in (" emailVerified: 'email_verified',", "    phoneVerified: 'phone_verified',"):
        scripts = {name: source.replace(column, "") for name, source in scripts.items()}
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", scripts)
    user_id = await legacy.put(WANG, "secret")
    me = replace(pool.user(user_id), session_id=None)
    changed = await services.own_account.update_password(me, "another secret", "secret")
    assert changed.id == user_id
    registered = await services.registrations.register(
        pool.stranger, Registration("username", {"username": "li"}, password="secret li")
    )
    assert registered.user.username == "li"


# -- every writable field ------------------------------------------------------------------------------------

SAMPLES: dict[str, Any] = {
    "email": "new@x.cn",
    "gender": "F",
    "status": "Archived",
    "birthdate": "1990-01-01",
    "phone": "13911112222",
    "phone_country_code": "+86",
    "register_source": ["import:manual"],
}


def sample(field: str) -> Any:
    if field in SAMPLES:
        return SAMPLES[field]
    if field in BOOLEANS:
        return True
    if field in TIMES:
        return "2021-06-01T10:00:00.000Z"
    return 3 if field in COUNTS else f"x{field[:20]}"


def snake(name: str) -> str:
    if name in ("lastIP", "lastIp"):
        return "last_ip"
    return "".join(f"_{char.lower()}" if char.isupper() else char for char in name)


def written(user: User, field: str) -> bool:
    value, shown = sample(field), getattr(user, field)
    if field in TIMES:
        return bool(shown == parse_time(value, field))
    return bool(shown == value)


def v2_fields() -> list[str]:
    kind = SCHEMA.type_map["UpdateUserInput"]
    assert isinstance(kind, GraphQLInputObjectType)
    return sorted(set(kind.fields) - {"password", "mainDepartmentCode"})


def v3_fields() -> list[str]:
    aside = {"userId", "password", "customData", "options", "metadata", "salt", "metadataSource"}
    names = {field.encode_name for field in msgspec.structs.fields(UpdateUserReqDto)} - aside
    return sorted(name for name in names if snake(name) in User.__struct_fields__)


async def test_after_a_success_of_v2_every_field_is_as_written(
    services: Services,
    both: tuple[V2Client, V3Client],  # noqa: F811
    legacy: Legacy,
) -> None:
    v2, v3 = both
    pool = PoolForTests(v3.pool_id)
    user_id = await shop(services, pool, legacy)
    kept, refused = set(), set()
    for name in v2_fields():
        answer = await v2.send(
            v2.documents["UpdateUser"], {"id": user_id, "input": {name: sample(snake(name))}}
        )
        if errors := answer.json().get("errors"):
            assert name in errors[0]["message"]["message"], (name, errors)
            refused.add(name)
            continue
        assert written(await services.users.get(pool.administrator, user_id), snake(name)), name
        kept.add(name)
    assert {"blocked", "nickname", "email", "tokenExpiredAt"} <= kept
    assert {"website", "externalId"} <= refused


async def test_after_a_success_of_v3_every_field_is_as_written(
    services: Services,
    both: tuple[V2Client, V3Client],  # noqa: F811
    legacy: Legacy,
) -> None:
    _, v3 = both
    pool = PoolForTests(v3.pool_id)
    user_id = await shop(services, pool, legacy)
    kept, refused = set(), set()
    for name in v3_fields():
        answer = await v3.post("update-user", {"userId": user_id, name: sample(snake(name))})
        if answer["statusCode"] != 200:
            assert spelled(snake(name)) in answer["message"], (name, answer)
            refused.add(name)
            continue
        assert written(await services.users.get(pool.administrator, user_id), snake(name)), name
        kept.add(name)
    assert {"status", "nickname", "phone"} <= kept
    assert {"website"} <= refused


async def test_a_refused_user_is_not_told_of_other_pools(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, legacy: Legacy
) -> None:
    user_id = await shop(services, pool, legacy)
    with pytest.raises(PoolhouseError):
        await services.users.update(other_pool.administrator, user_id, UserDraft({"blocked": True}))


async def test_a_user_whose_script_says_it_deleted_nobody_is_still_there(
    services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    scripts = templates("postgresql") | {"deleteUser": "async function deleteUser(id) { return false }"}
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", scripts)
    user = await services.users.create(pool.administrator, UserDraft({"username": "ann"}, "secret 1"))
    with pytest.raises(ScriptFailed):
        await services.users.delete(pool.administrator, [user.id])
    assert await services.users.get(pool.administrator, user.id)
