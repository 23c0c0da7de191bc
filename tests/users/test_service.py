"""Use cases on users: strangers refused, they work, other pools invisible."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.errors import (
    EmailTaken,
    IdentifierRequired,
    InvalidInput,
    NotAuthenticated,
    NotPermitted,
    TooManyUsersAsked,
    UserNotFound,
)
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import Condition, Sort, UserDraft, UserKey, UserQuery


async def test_a_stranger_creates_nobody(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NotAuthenticated):
        await services.users.create(pool.stranger, UserDraft({"username": "x"}))


async def test_a_user_creates_nobody(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NotPermitted):
        await services.users.create(pool.user("0" * 24), UserDraft({"username": "x"}))


async def test_an_email_is_kept_in_lower_case_and_found_in_any(
    services: Services, pool: PoolForTests
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"email": "Bob@Example.COM"}))
    found = await services.users.find(pool.administrator, UserKey("email", "bOB@example.com"))
    assert user.email == "bob@example.com"
    assert found is not None
    assert found.id == user.id


async def test_usernames_compare_with_case(services: Services, pool: PoolForTests) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "Bob"}))
    await services.users.create(pool.administrator, UserDraft({"username": "bob"}))
    assert await services.users.find(pool.administrator, UserKey("username", "BOB")) is None


async def test_a_user_of_another_pool_is_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "mine"}))
    stranger = other_pool.administrator
    assert await services.users.find(stranger, UserKey("id", user.id)) is None
    assert (await services.users.list(stranger, UserQuery())).total == 0
    with pytest.raises(UserNotFound):
        await services.users.update(stranger, user.id, UserDraft({"nickname": "stolen"}))
    with pytest.raises(UserNotFound):
        await services.users.delete(stranger, [user.id])
    assert (await services.users.get(pool.administrator, user.id)).nickname is None


async def test_two_pools_may_hold_the_same_person(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    for place in (pool, other_pool):
        await services.users.create(place.administrator, UserDraft({"username": "bob", "email": "b@x.cn"}))


async def test_a_password_alone_identifies_nobody(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(IdentifierRequired):
        await services.users.create(pool.administrator, UserDraft({"nickname": "x"}, password="secret"))


async def test_the_last_identifier_cannot_be_cleared(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "only"}))
    with pytest.raises(IdentifierRequired):
        await services.users.update(pool.administrator, user.id, UserDraft({"username": None}))
    assert (await services.users.get(pool.administrator, user.id)).username == "only"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"last_login": "1602756997950"}, "lastLogin"),
        ({"signed_up": "yesterday"}, "signedUp"),
        ({"nickname": "a\x00b"}, "nickname"),
        ({"nickname": "\ud800"}, "nickname"),
        ({"nickname": "x" * 5_000_000}, "nickname"),
        ({"logins_count": -1}, "loginsCount"),
        ({"logins_count": 2**40}, "loginsCount"),
        ({"blocked": "yes"}, "blocked"),
        ({"gender": "?"}, "gender"),
        ({"status": "Sleeping"}, "status"),
        ({"register_source": "web"}, "registerSource"),
        ({"last_ip": 7}, "lastIP"),
        ({"id": "0" * 24}, "id"),
    ],
)
async def test_bad_input_is_refused_naming_the_field(
    services: Services, pool: PoolForTests, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await services.users.create(pool.administrator, UserDraft({"username": "bad", **values}))
    assert refused.value.facts["field"] == field
    assert field in refused.value.message("en-US")
    assert await services.users.find(pool.administrator, UserKey("username", "bad")) is None


@pytest.mark.parametrize(
    ("given", "instant"),
    [
        ("2017-06-07T14:34:08.700Z", "2017-06-07T14:34:08.700000+00:00"),
        ("2017-06-07T14:34:08+04:00", "2017-06-07T10:34:08+00:00"),
        ("2017-06-07T14:34:08.700", "2017-06-07T14:34:08.700000+00:00"),
    ],
)
async def test_the_three_documented_forms_of_a_time_are_one_instant(
    services: Services, pool: PoolForTests, given: str, instant: str
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "t", "signed_up": given}))
    assert user.signed_up is not None
    assert user.signed_up.isoformat() == instant


async def test_creating_many_is_all_or_nothing(services: Services, pool: PoolForTests) -> None:
    drafts = [UserDraft({"email": "a@x.cn"}), UserDraft({"email": "b@x.cn"}), UserDraft({"email": "a@x.cn"})]
    with pytest.raises(EmailTaken):
        await services.users.create_many(pool.administrator, drafts)
    assert (await services.users.list(pool.administrator, UserQuery())).total == 0


async def test_deleting_with_an_unknown_id_deletes_nobody(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "kept"}))
    with pytest.raises(UserNotFound):
        await services.users.delete(pool.administrator, [user.id, "0" * 24])
    assert (await services.users.list(pool.administrator, UserQuery())).total == 1


async def test_the_count_follows_every_kind_of_write(services: Services, pool: PoolForTests) -> None:
    users = await services.users.create_many(
        pool.administrator, [UserDraft({"username": f"u{n}"}) for n in range(5)]
    )
    await services.users.delete(pool.administrator, [users[0].id, users[1].id])
    assert (await services.users.list(pool.administrator, UserQuery())).total == 3


async def test_a_batch_is_limited_to_eighty(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(TooManyUsersAsked):
        await services.users.find_many(pool.administrator, [UserKey("id", str(n)) for n in range(81)])


async def test_a_chosen_field_limits_a_search(services: Services, pool: PoolForTests) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "shenzhen", "city": "北京"}))
    await services.users.create(pool.administrator, UserDraft({"username": "beijing", "city": "深圳"}))
    page = await services.users.search(pool.administrator, UserQuery(keyword="深圳", fields=("city",)))
    assert [user.username for user in page.items] == ["beijing"]


async def test_a_search_does_not_match_across_two_fields(services: Services, pool: PoolForTests) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "ab", "nickname": "cd"}))
    assert (await services.users.search(pool.administrator, UserQuery(keyword="bc"))).total == 0


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition("username", "EQUAL", "ann"), {"ann"}),
        (Condition("username", "NOT_EQUAL", "ann"), {"bob", "cid"}),
        (Condition("nickname", "CONTAINS", "安"), {"ann"}),
        (Condition("nickname", "NOT_CONTAINS", "安"), {"bob", "cid"}),
        (Condition("email", "IS_NULL"), {"bob", "cid"}),
        (Condition("email", "NOT_NULL"), {"ann"}),
        (Condition("username", "IN", ["ann", "cid"]), {"ann", "cid"}),
        (Condition("logins_count", "GREATER", 5), {"bob"}),
        (Condition("logins_count", "LESSER", 5), {"ann", "cid"}),
        (Condition("logins_count", "BETWEEN", [1, 9]), {"ann", "bob"}),
        (Condition("blocked", "EQUAL", True), {"cid"}),
    ],
)
async def test_every_operator_of_an_advanced_filter(
    services: Services, pool: PoolForTests, condition: Condition, expected: set[str]
) -> None:
    for values in (
        {"username": "ann", "nickname": "安妮", "email": "ann@x.cn", "logins_count": 1},
        {"username": "bob", "logins_count": 9},
        {"username": "cid", "blocked": True},
    ):
        await services.users.create(pool.administrator, UserDraft(values))
    page = await services.users.list(pool.administrator, UserQuery(conditions=(condition,)))
    assert {user.username for user in page.items} == expected
    assert page.total == len(expected)


async def test_a_list_is_sorted_as_asked(services: Services, pool: PoolForTests) -> None:
    for name in ("b", "c", "a"):
        await services.users.create(pool.administrator, UserDraft({"username": name}))
    query = UserQuery(PageRequest(1, 10), sort=(Sort("username", descending=False),))
    page = await services.users.list(pool.administrator, query)
    assert [user.username for user in page.items] == ["a", "b", "c"]


async def test_a_sort_by_anything_else_is_refused(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(InvalidInput):
        query = UserQuery(sort=(Sort("password_hash; drop table users"),))
        await services.users.create(pool.administrator, UserDraft({"username": "x"}))
        await services.users.list(pool.administrator, query)
