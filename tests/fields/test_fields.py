from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.caller import Caller
from poolhouse.errors import (
    Conflict,
    FieldNotFound,
    FieldValueTaken,
    GroupNotFound,
    InvalidInput,
    InvalidOperation,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    NotSupported,
    UserNotFound,
)
from poolhouse.fields.model import (
    BaseFieldChanges,
    DataType,
    FieldDraft,
    FieldQuery,
    Option,
    Rule,
    TargetType,
)
from poolhouse.groups.model import GroupDraft
from poolhouse.ids import new_id
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import Condition, UserDraft, UserQuery

Act = Callable[[Services, Caller], Awaitable[object]]
USER = TargetType.USER

ACTS: dict[str, Act] = {
    "list page": lambda s, c: s.fields.list_page(c, FieldQuery(USER), PageRequest()),
    "define": lambda s, c: s.fields.define(c, [FieldDraft(USER, "school", DataType.STRING)]),
    "delete": lambda s, c: s.fields.delete(c, [(USER, "school")]),
    "values of somebody else": lambda s, c: s.fields.values_of(c, USER, "somebody"),
    "set values of somebody else": lambda s, c: s.fields.set_values(c, USER, {"somebody": {"school": "x"}}),
    "values of several": lambda s, c: s.fields.values(c, USER, ["me", "somebody"]),
    "count targets": lambda s, c: s.fields.count_targets(c, USER, "school"),
    "list base": lambda s, c: s.fields.list_base(c),
    "change base": lambda s, c: s.fields.change_base(c, [BaseFieldChanges("email", "E-mail")]),
}


async def new_user(services: Services, pool: PoolForTests) -> str:
    user = await services.users.create(pool.administrator, UserDraft({"username": f"u{new_id()}"}))
    return user.id


async def define(services: Services, pool: PoolForTests, key: str, kind: DataType, **more: Any) -> None:
    await services.fields.define(pool.administrator, [FieldDraft(USER, key, kind, **more)])


async def kept(services: Services, pool: PoolForTests, user_id: str) -> dict[str, Any]:
    values = await services.fields.values_of(pool.administrator, USER, user_id)
    return {value.key: value.value for value in values}


@pytest.mark.parametrize("act", ACTS.values(), ids=ACTS.keys())
async def test_strangers_and_users_are_refused(act: Act, services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NotAuthenticated):
        await act(services, pool.stranger)
    with pytest.raises(NotPermitted):
        await act(services, pool.user("me"))


async def test_a_stranger_may_not_list_fields(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NotAuthenticated):
        await services.fields.list(pool.stranger, USER)


async def test_another_pools_fields_are_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    user_id = await new_user(services, pool)
    await define(services, pool, "school", DataType.STRING)
    await services.fields.set_values(pool.administrator, USER, {user_id: {"school": "x"}})
    theirs = other_pool.administrator
    assert await services.fields.list(theirs, USER) == []
    assert await services.fields.values(theirs, USER, [user_id]) == {}
    assert await services.fields.count_targets(theirs, USER, "school") == 0
    with pytest.raises(FieldNotFound):
        await services.fields.delete(theirs, [(USER, "school")])
    with pytest.raises(UserNotFound):
        await services.fields.set_values(theirs, USER, {user_id: {"school": "y"}})
    assert await kept(services, pool, user_id) == {"school": "x"}


async def test_a_field_is_defined_then_changed(services: Services, pool: PoolForTests) -> None:
    draft = FieldDraft(USER, "school", DataType.STRING, "学校", options=(Option("a", "A"),))
    (first,) = await services.fields.define(pool.administrator, [draft])
    (second,) = await services.fields.define(
        pool.administrator, [FieldDraft(USER, "school", label="School", user_editable=True)]
    )
    assert (first.label, second.label, second.options) == ("学校", "School", (Option("a", "A"),))
    assert second.user_editable
    assert list(await services.fields.list(pool.administrator, USER)) == [second]
    assert await services.fields.list(pool.administrator, TargetType.ROLE) == []


async def test_what_never_changes_is_refused(services: Services, pool: PoolForTests) -> None:
    await define(services, pool, "school", DataType.STRING)
    for draft in (FieldDraft(USER, "school", DataType.NUMBER), FieldDraft(USER, "school", encrypted=True)):
        with pytest.raises(InvalidOperation):
            await services.fields.define(pool.administrator, [draft])


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 101, "a\0"])
async def test_a_malformed_key_is_refused(key: str, services: Services, pool: PoolForTests) -> None:
    with pytest.raises(InvalidInput, match="key"):
        await define(services, pool, key, DataType.STRING)


async def test_a_built_in_key_is_refused_for_users(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(Conflict):
        await define(services, pool, "email", DataType.STRING)
    await services.fields.define(pool.administrator, [FieldDraft(TargetType.GROUP, "email", DataType.STRING)])


async def test_fields_are_defined_all_or_none(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(InvalidInput):
        await services.fields.define(
            pool.administrator, [FieldDraft(USER, "good", DataType.STRING), FieldDraft(USER, "typeless")]
        )
    assert await services.fields.list(pool.administrator, USER) == []
    too_many = [FieldDraft(USER, f"f{number}", DataType.STRING) for number in range(51)]
    with pytest.raises(InvalidInput, match="list"):
        await services.fields.define(pool.administrator, too_many)


async def test_a_page_of_fields_is_filtered(services: Services, pool: PoolForTests) -> None:
    await define(services, pool, "school", DataType.STRING, visible_in_user_center=True)
    await define(services, pool, "age", DataType.NUMBER)
    await define(services, pool, "town", DataType.STRING, label="城市")
    for query, expected in (
        (FieldQuery(USER), ["school", "age", "town"]),
        (FieldQuery(USER, DataType.STRING), ["school", "town"]),
        (FieldQuery(USER, keyword="城"), ["town"]),
        (FieldQuery(USER, visible_to_users=True), ["school"]),
    ):
        page = await services.fields.list_page(pool.administrator, query, PageRequest())
        assert ([field.key for field in page.items], page.total) == (expected, len(expected))


async def test_a_deleted_field_takes_its_values_along(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await define(services, pool, "school", DataType.STRING)
    await services.fields.set_values(pool.administrator, USER, {user_id: {"school": "x"}})
    with pytest.raises(FieldNotFound):
        await services.fields.delete(pool.administrator, [(USER, "school"), (USER, "unknown")])
    assert await kept(services, pool, user_id) == {"school": "x"}
    await services.fields.delete(pool.administrator, [(USER, "school")])
    assert await kept(services, pool, user_id) == {}


NOON = datetime(2021, 3, 11, 12, 52, 50, tzinfo=UTC)

GOOD: list[tuple[DataType, Any, Any]] = [
    (DataType.STRING, "清华大学", "清华大学"),
    (DataType.STRING, "", ""),
    (DataType.STRING, "123", "123"),
    (DataType.SELECT, "red", "red"),
    (DataType.NUMBER, 19, 19),
    (DataType.NUMBER, -2.5, -2.5),
    (DataType.NUMBER, 2**53, 2**53),
    (DataType.BOOLEAN, False, False),
    (DataType.DATETIME, "2021-03-11T20:52:50+08:00", NOON),
    (DataType.DATETIME, "2021-03-11T12:52:50.000Z", NOON),
    (DataType.DATETIME, 1615467170000, NOON),
    (DataType.DATETIME, -1, datetime(1969, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)),
    (DataType.OBJECT, {"ok": ["good", 1, None]}, {"ok": ["good", 1, None]}),
    (DataType.OBJECT, [], []),
]

BAD: list[tuple[DataType, Any]] = [
    (DataType.STRING, 123),
    (DataType.STRING, {"a": 1}),
    (DataType.STRING, "a\0b"),
    (DataType.STRING, "\ud800"),
    (DataType.STRING, "x" * 20_000),
    (DataType.SELECT, 1),
    (DataType.NUMBER, "19"),
    (DataType.NUMBER, True),
    (DataType.NUMBER, float("nan")),
    (DataType.NUMBER, float("inf")),
    (DataType.NUMBER, 2**53 + 1),
    (DataType.BOOLEAN, "true"),
    (DataType.BOOLEAN, 1),
    (DataType.DATETIME, "yesterday"),
    (DataType.DATETIME, "1602756997950"),
    (DataType.DATETIME, 10**18),
    (DataType.DATETIME, True),
    (DataType.OBJECT, "text"),
    (DataType.OBJECT, {"deep": {"nul": "\0"}}),
    (DataType.OBJECT, {"\ud800": 1}),
    (DataType.OBJECT, {"nan": float("nan")}),
]


@pytest.mark.parametrize(("kind", "given", "expected"), GOOD)
async def test_a_value_is_read_as_it_was_written(
    kind: DataType, given: Any, expected: Any, services: Services, pool: PoolForTests
) -> None:
    user_id = await new_user(services, pool)
    await define(services, pool, "it", kind, label="It")
    await services.fields.set_values(pool.administrator, USER, {user_id: {"it": given}})
    (value,) = await services.fields.values_of(pool.administrator, USER, user_id)
    assert (value.key, value.data_type, value.label) == ("it", kind, "It")
    assert value.value == expected
    assert type(value.value) is type(expected)


@pytest.mark.parametrize(("kind", "given"), BAD, ids=lambda case: repr(case)[:30])
async def test_a_value_of_another_type_is_refused_by_its_key(
    kind: DataType, given: Any, services: Services, pool: PoolForTests
) -> None:
    user_id = await new_user(services, pool)
    await define(services, pool, "it", kind)
    with pytest.raises(InvalidInput) as caught:
        await services.fields.set_values(pool.administrator, USER, {user_id: {"it": given}})
    assert " it " in caught.value.message()
    assert await kept(services, pool, user_id) == {}


@pytest.mark.parametrize(
    ("kind", "text", "expected"),
    [
        (DataType.NUMBER, "19", 19),
        (DataType.BOOLEAN, "true", True),
        (DataType.OBJECT, '{"a": 1}', {"a": 1}),
        (DataType.STRING, "19", "19"),
    ],
)
async def test_text_is_read_as_its_type_where_asked(
    kind: DataType, text: str, expected: Any, services: Services, pool: PoolForTests
) -> None:
    user_id = await new_user(services, pool)
    await define(services, pool, "it", kind)
    await services.fields.set_values(pool.administrator, USER, {user_id: {"it": text}}, from_text=True)
    assert await kept(services, pool, user_id) == {"it": expected}


async def test_a_batch_is_kept_whole_or_not_at_all(services: Services, pool: PoolForTests) -> None:
    first, second = await new_user(services, pool), await new_user(services, pool)
    await define(services, pool, "school", DataType.STRING)
    await define(services, pool, "age", DataType.NUMBER)
    good = {first: {"school": "华中科技大学"}, second: {"school": "清华大学", "age": 100}}
    for broken, error in (
        ({**good, second: {"age": "100"}}, InvalidInput),
        ({**good, second: {"unknown": 1}}, FieldNotFound),
        ({**good, "nobody": {"age": 1}}, UserNotFound),
    ):
        with pytest.raises(error):
            await services.fields.set_values(pool.administrator, USER, broken)
        assert await kept(services, pool, first) == {}
    await services.fields.set_values(pool.administrator, USER, good)
    found = await services.fields.values(pool.administrator, USER, [first, second])
    assert {
        user_id: {value.key: value.value for value in values} for user_id, values in found.items()
    } == good


async def test_a_removed_value_is_gone(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await define(services, pool, "school", DataType.STRING)
    await define(services, pool, "age", DataType.NUMBER)
    await services.fields.set_values(pool.administrator, USER, {user_id: {"school": "x", "age": 1}})
    await services.fields.set_values(pool.administrator, USER, {user_id: {"school": None}})
    assert await kept(services, pool, user_id) == {"age": 1}
    await services.fields.set_values(pool.administrator, USER, {user_id: {"age": None}})
    assert await kept(services, pool, user_id) == {}
    with pytest.raises(FieldNotFound):
        await services.fields.set_values(pool.administrator, USER, {user_id: {"unknown": None}})


async def test_users_set_only_what_they_may_edit(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await define(services, pool, "nick", DataType.STRING, user_editable=True)
    await define(services, pool, "salary", DataType.NUMBER)
    await services.fields.set_values(pool.user(user_id), USER, {user_id: {"nick": "Bob"}})
    with pytest.raises(NotPermitted):
        await services.fields.set_values(pool.user(user_id), USER, {user_id: {"salary": 1}})
    own = await services.fields.values_of(pool.user(user_id), USER, user_id)
    assert [value.key for value in own] == ["nick"]


async def test_a_unique_value_is_held_by_one_target(services: Services, pool: PoolForTests) -> None:
    first, second = await new_user(services, pool), await new_user(services, pool)
    await define(services, pool, "badge", DataType.NUMBER, unique=True)
    await services.fields.set_values(pool.administrator, USER, {first: {"badge": 7}})
    await services.fields.set_values(pool.administrator, USER, {first: {"badge": 7}})
    with pytest.raises(FieldValueTaken):
        await services.fields.set_values(pool.administrator, USER, {second: {"badge": 7.0}})
    await services.fields.set_values(pool.administrator, USER, {first: {"badge": 8}})
    await services.fields.set_values(pool.administrator, USER, {second: {"badge": 7}})


async def test_a_field_becomes_unique_only_if_its_values_are(services: Services, pool: PoolForTests) -> None:
    first, second = await new_user(services, pool), await new_user(services, pool)
    await define(services, pool, "badge", DataType.STRING)
    await services.fields.set_values(
        pool.administrator, USER, {first: {"badge": "7"}, second: {"badge": "7"}}
    )
    with pytest.raises(FieldValueTaken):
        await services.fields.define(pool.administrator, [FieldDraft(USER, "badge", unique=True)])
    await services.fields.set_values(pool.administrator, USER, {second: {"badge": "8"}})
    await services.fields.define(pool.administrator, [FieldDraft(USER, "badge", unique=True)])
    with pytest.raises(FieldValueTaken):
        await services.fields.set_values(pool.administrator, USER, {second: {"badge": "7"}})


async def test_an_encrypted_value_is_not_in_the_database(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await define(services, pool, "passport", DataType.STRING, encrypted=True)
    await services.fields.set_values(pool.administrator, USER, {user_id: {"passport": "G1234567"}})
    row = await services.db.fetchrow(
        "select value, sealed from field_values where pool_id = $1 and target_id = $2", pool.id, user_id
    )
    assert row is not None
    assert row["value"] is None
    assert b"G1234567" not in row["sealed"]
    assert await kept(services, pool, user_id) == {"passport": "G1234567"}
    with pytest.raises(InvalidInput, match="passport"):
        await services.users.list(
            pool.administrator,
            UserQuery(conditions=(Condition("customData.passport", "EQUAL", "G1234567"),)),
        )


async def test_options_and_rules_are_held(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await define(services, pool, "color", DataType.SELECT, options=(Option("red", "Red"),))
    await define(
        services, pool, "code", DataType.STRING, rules=(Rule("regExp", "^[A-Z]{2}$", "两个大写字母"),)
    )
    await define(services, pool, "work", DataType.STRING, rules=(Rule("email"),))
    for bad in ({"color": "blue"}, {"code": "abc"}, {"work": "nobody"}):
        with pytest.raises(InvalidInput):
            await services.fields.set_values(pool.administrator, USER, {user_id: bad})
    good = {"color": "red", "code": "AB", "work": "a@b.cc"}
    await services.fields.set_values(pool.administrator, USER, {user_id: good})
    assert await kept(services, pool, user_id) == good
    with pytest.raises(InvalidInput, match="validateRules"):
        await define(services, pool, "bad", DataType.STRING, rules=(Rule("regExp", "("),))


async def test_groups_have_custom_data_too(services: Services, pool: PoolForTests) -> None:
    field = FieldDraft(TargetType.GROUP, "budget", DataType.NUMBER)
    await services.fields.define(pool.administrator, [field])
    group = await services.groups.create(
        pool.administrator, GroupDraft("staff", "Staff", custom_data={"budget": 5})
    )
    (value,) = await services.fields.values_of(pool.administrator, TargetType.GROUP, group.id)
    assert value.value == 5
    with pytest.raises(FieldNotFound):
        await services.groups.create(
            pool.administrator, GroupDraft("crew", "Crew", custom_data={"unknown": 5})
        )
    assert await services.groups.find(pool.administrator, "crew") is None
    with pytest.raises(GroupNotFound):
        await services.fields.set_values(pool.administrator, TargetType.GROUP, {"nothing": {"budget": 1}})
    with pytest.raises(NotSupported):
        await services.fields.set_values(
            pool.administrator, TargetType.PERMISSION, {"nothing": {"budget": 1}}
        )


async def test_pools_applications_and_organisations_have_custom_data(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    org = await services.orgs.create_org(pool.administrator, NodeDraft({"name": "Org"}))
    targets = {
        TargetType.USERPOOL: pool.id,
        TargetType.APPLICATION: app.id,
        TargetType.ORG: org.id,
    }
    for target_type, target_id in targets.items():
        for each in (pool, other_pool):
            draft = FieldDraft(target_type, "note", DataType.STRING)
            await services.fields.define(each.administrator, [draft])
        values = {target_id: {"note": "x"}}
        await services.fields.set_values(pool.administrator, target_type, values)
        with pytest.raises(NotFound):
            await services.fields.set_values(other_pool.administrator, target_type, values)
        assert await services.fields.values_of(other_pool.administrator, target_type, target_id) == []
    await services.apps.delete(pool.administrator, app.id)
    await services.orgs.delete_org(pool.administrator, org.id)
    left = [
        len(await services.fields.values_of(pool.administrator, target_type, target_id))
        for target_type, target_id in targets.items()
    ]
    assert left == [1, 0, 0]


async def test_somebody_who_registers_sets_editable_fields_only(
    services: Services, pool: PoolForTests
) -> None:
    user_id = await new_user(services, pool)
    await define(services, pool, "salary", DataType.NUMBER)
    with pytest.raises(NotPermitted):
        async with services.db.transaction() as tx:
            await services.field_store.store(tx, pool.stranger, USER, {user_id: {"salary": 1}})
    assert await kept(services, pool, user_id) == {}


async def test_a_deleted_user_has_no_values(services: Services, pool: PoolForTests) -> None:
    user_id = await new_user(services, pool)
    await define(services, pool, "school", DataType.STRING)
    await services.fields.set_values(pool.administrator, USER, {user_id: {"school": "x"}})
    assert await services.fields.count_targets(pool.administrator, USER, "school") == 1
    await services.users.delete(pool.administrator, [user_id])
    assert await services.fields.count_targets(pool.administrator, USER, "school") == 0


async def test_built_in_fields_take_a_pools_words(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    changes = BaseFieldChanges("company", label="Firm", user_editable=False)
    await services.fields.change_base(pool.administrator, [changes])
    shown = {field.key: field for field in await services.fields.list_base(pool.administrator)}
    theirs = {field.key: field for field in await services.fields.list_base(other_pool.administrator)}
    assert (shown["company"].label, shown["company"].user_editable) == ("Firm", False)
    assert (theirs["company"].label, theirs["company"].user_editable) == ("公司", True)
    with pytest.raises(FieldNotFound):
        await services.fields.change_base(pool.administrator, [BaseFieldChanges("nothing", "x")])
