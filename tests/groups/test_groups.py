from collections.abc import Awaitable, Callable

import pytest
from tests.conftest import PoolForTests

from poolhouse.caller import Caller
from poolhouse.errors import (
    GroupCodeTaken,
    GroupNotFound,
    InvalidInput,
    NotAuthenticated,
    NotPermitted,
    TooLarge,
    UserNotFound,
)
from poolhouse.groups.model import GroupChanges, GroupDraft
from poolhouse.ids import new_id
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserQuery

Act = Callable[[Services, Caller], Awaitable[object]]

ACTS: dict[str, Act] = {
    "create": lambda s, c: s.groups.create(c, GroupDraft("new", "New")),
    "create many": lambda s, c: s.groups.create_many(c, [GroupDraft("new", "New")]),
    "create or update": lambda s, c: s.groups.create_or_update(c, GroupDraft("new", "New")),
    "update": lambda s, c: s.groups.update(c, "staff", GroupChanges(name="x")),
    "delete": lambda s, c: s.groups.delete(c, ["staff"]),
    "find": lambda s, c: s.groups.find(c, "staff"),
    "list": lambda s, c: s.groups.list(c, PageRequest()),
    "list all": lambda s, c: s.groups.list_all(c),
    "add members": lambda s, c: s.groups.add_members(c, "staff", ["u"]),
    "remove members": lambda s, c: s.groups.remove_members(c, "staff", ["u"]),
    "list members": lambda s, c: s.groups.list_members(c, "staff", PageRequest()),
    "list of somebody else": lambda s, c: s.groups.list_of_user(c, "somebody"),
}


async def new_user(services: Services, pool: PoolForTests) -> str:
    user = await services.users.create(pool.administrator, UserDraft({"username": f"u{new_id()}"}))
    return user.id


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
async def test_strangers_and_users_are_refused(act: Act, services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NotAuthenticated):
        await act(services, pool.stranger)
    with pytest.raises(NotPermitted):
        await act(services, pool.user("me"))


@pytest.mark.parametrize(
    "name", ["update", "delete", "add members", "remove members", "list members", "find", "list", "list all"]
)
async def test_another_pools_group_is_invisible(
    name: str, services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    staff = await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    try:
        answer = await ACTS[name](services, other_pool.administrator)
    except GroupNotFound:
        answer = None
    assert not getattr(answer, "items", answer)
    assert await services.groups.find(pool.administrator, "staff") == staff


async def test_a_created_group_is_found(services: Services, pool: PoolForTests) -> None:
    draft = GroupDraft("staff", "Staff", "All of us")
    group = await services.groups.create(pool.administrator, draft)
    assert (group.code, group.name, group.description) == ("staff", "Staff", "All of us")
    assert await services.groups.find(pool.administrator, "staff") == group


async def test_two_pools_may_use_one_code(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    for each in (pool, other_pool):
        await services.groups.create(each.administrator, GroupDraft("staff", "Staff"))


async def test_a_taken_code_is_refused(services: Services, pool: PoolForTests) -> None:
    await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    with pytest.raises(GroupCodeTaken) as caught:
        await services.groups.create(pool.administrator, GroupDraft("staff", "Again"))
    assert "分组标识符已存在" in caught.value.message()


@pytest.mark.parametrize("code", ["", "  ", "x" * 65, "a\0b", "\ud800"])
async def test_a_malformed_code_is_refused_by_name(code: str, services: Services, pool: PoolForTests) -> None:
    with pytest.raises(InvalidInput, match="code"):
        await services.groups.create(pool.administrator, GroupDraft(code, "Name"))


async def test_a_batch_is_created_whole_or_not_at_all(services: Services, pool: PoolForTests) -> None:
    await services.groups.create(pool.administrator, GroupDraft("taken", "Taken"))
    with pytest.raises(GroupCodeTaken):
        await services.groups.create_many(
            pool.administrator, [GroupDraft("fresh", "Fresh"), GroupDraft("taken", "Taken")]
        )
    assert await services.groups.find(pool.administrator, "fresh") is None


async def test_a_new_code_takes_the_members_along(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await services.groups.create(pool.administrator, GroupDraft("staff", "Staff", "All"))
    await services.groups.add_members(pool.administrator, "staff", [user_id])
    renamed = await services.groups.update(pool.administrator, "staff", GroupChanges(new_code="crew"))
    assert (renamed.code, renamed.name, renamed.description) == ("crew", "Staff", "All")
    assert await services.groups.find(pool.administrator, "staff") is None
    members = await services.groups.list_members(pool.administrator, "crew", PageRequest())
    assert members.items == [user_id]


async def test_create_or_update_says_which_it_did(services: Services, pool: PoolForTests) -> None:
    created, first = await services.groups.create_or_update(pool.administrator, GroupDraft("staff", "A"))
    updated, second = await services.groups.create_or_update(pool.administrator, GroupDraft("staff", "B"))
    assert (created, updated) == (True, False)
    assert (first.id, second.name) == (second.id, "B")


async def test_deleting_an_unknown_group_deletes_nothing(services: Services, pool: PoolForTests) -> None:
    await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    with pytest.raises(GroupNotFound):
        await services.groups.delete(pool.administrator, ["staff", "nobody"])
    assert await services.groups.find(pool.administrator, "staff")
    await services.groups.delete(pool.administrator, ["staff", "staff"])
    assert await services.groups.find(pool.administrator, "staff") is None


async def test_pages_are_newest_first_and_complete(services: Services, pool: PoolForTests) -> None:
    codes = [f"g{number}" for number in range(5)]
    for code in codes:
        await services.groups.create(pool.administrator, GroupDraft(code, code.upper()))
    seen = []
    for number in (1, 2, 3):
        page = await services.groups.list(pool.administrator, PageRequest(number, 2))
        assert page.total == 5
        seen += [group.code for group in page.items]
    assert seen == codes[::-1]
    assert [g.code for g in await services.groups.list_all(pool.administrator)] == codes[::-1]


async def test_no_whole_answer_is_longer_than_its_bound(services: Services, pool: PoolForTests) -> None:
    caller = pool.administrator
    users = [await services.users.create(caller, UserDraft({"username": name})) for name in ("ann", "bob")]
    for code in ("a", "b"):
        await services.groups.create(caller, GroupDraft(code, code))
    await services.groups.add_members(caller, "a", [user.id for user in users])
    assert len(await services.groups.list_all(caller, 2)) == 2
    assert [len(ids) for ids in (await services.groups.list_members_of_all(caller, 2)).values()] == [2]
    with pytest.raises(TooLarge):
        await services.groups.list_all(caller, 1)
    with pytest.raises(TooLarge):
        await services.groups.list_members_of_all(caller, 1)


async def test_a_keyword_is_looked_for_as_plain_text(services: Services, pool: PoolForTests) -> None:
    await services.groups.create(pool.administrator, GroupDraft("percent", "100% 销售"))
    await services.groups.create(pool.administrator, GroupDraft("other", "Other"))
    for keyword in ("0% 销", "PERCENT"):
        page = await services.groups.list(pool.administrator, PageRequest(), keyword)
        assert [group.code for group in page.items] == ["percent"]


async def test_members_are_paged_with_an_exact_total(services: Services, pool: PoolForTests) -> None:
    users = [await new_user(services, pool) for _ in range(3)]
    await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    for user_id in users:
        await services.groups.add_members(pool.administrator, "staff", [user_id, user_id])
    await services.groups.add_members(pool.administrator, "staff", users)
    first = await services.groups.list_members(pool.administrator, "staff", PageRequest(1, 2))
    second = await services.groups.list_members(pool.administrator, "staff", PageRequest(2, 2))
    assert first.total == second.total == 3
    assert first.items + second.items == users[::-1]
    await services.groups.remove_members(pool.administrator, "staff", [users[1], "nobody"])
    left = await services.groups.list_members(pool.administrator, "staff", PageRequest())
    assert (left.total, left.items) == (2, [users[2], users[0]])


async def test_an_unknown_user_is_named_and_nobody_is_added(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    with pytest.raises(UserNotFound) as caught:
        await services.groups.add_members(pool.administrator, "staff", [user_id, "no-such-user"])
    assert "no-such-user" in caught.value.message()
    members = await services.groups.list_members(pool.administrator, "staff", PageRequest())
    assert members.total == 0


async def test_another_pools_user_cannot_be_added(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    user_id = await new_user(services, other_pool)
    await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    with pytest.raises(UserNotFound):
        await services.groups.add_members(pool.administrator, "staff", [user_id])


async def test_a_user_sees_their_own_groups(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    for code in ("a", "b"):
        await services.groups.create(pool.administrator, GroupDraft(code, code))
        await services.groups.add_members(pool.administrator, code, [user_id])
    groups = await services.groups.list_of_user(pool.user(user_id), user_id)
    assert [group.code for group in groups] == ["b", "a"]


async def test_a_deleted_user_leaves_their_groups(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    await services.groups.add_members(pool.administrator, "staff", [user_id])
    await services.users.delete(pool.administrator, [user_id])
    members = await services.groups.list_members(pool.administrator, "staff", PageRequest())
    assert members.total == 0


async def test_a_search_can_be_limited_to_groups(services: Services, pool: PoolForTests) -> None:
    inside, _ = await new_user(services, pool), await new_user(services, pool)
    for code in ("staff", "empty"):
        await services.groups.create(pool.administrator, GroupDraft(code, code))
    await services.groups.add_members(pool.administrator, "staff", [inside])
    for groups, expected in ((("staff",), [inside]), (("empty", "staff"), [inside]), (("empty",), [])):
        found = await services.users.list(pool.administrator, UserQuery(groups=groups))
        assert ([user.id for user in found.items], found.total) == (expected, len(expected))


async def test_every_act_on_a_group_is_in_the_audit_log(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await services.groups.create(pool.administrator, GroupDraft("staff", "Staff"))
    await services.groups.update(pool.administrator, "staff", GroupChanges(name="Crew"))
    await services.groups.add_members(pool.administrator, "staff", [user_id])
    await services.groups.remove_members(pool.administrator, "staff", [user_id])
    await services.groups.delete(pool.administrator, ["staff"])
    rows = await services.db.fetch(
        "select operation, user_id from audit_records where pool_id = $1 and resource_type = 'group'"
        " order by at, id",
        pool.id,
    )
    assert [tuple(row) for row in rows] == [
        ("create", None),
        ("update", None),
        ("add", user_id),
        ("remove", user_id),
        ("delete", None),
    ]
