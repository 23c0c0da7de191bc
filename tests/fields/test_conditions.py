"""Users found by custom fields: what SQL says is what plain Python says of the same values."""

import unicodedata
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import PoolForTests
from tests.fields.indexes import filled

from poolhouse.directory import search
from poolhouse.errors import FieldNotFound, InvalidInput
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.fields.postgres_index import INDEXABLE
from poolhouse.fields.values import epoch_ms
from poolhouse.ids import new_id
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import Condition, Sort, UserDraft, UserQuery

USER = TargetType.USER
EVERYBODY = PageRequest(1, 100)

VALUES: dict[DataType, list[Any]] = {
    DataType.STRING: [
        *("", "a", "A", "ab%c", "x" * 80, "x" * 81, "y" * 199, "y" * 200, "y" * 201, "清华大学", "华"),
        *("Ａ1", "e\u0301", "é", "a\x1cb", " ", "a_", "\\", "张a", "𠮷"),
    ],
    DataType.SELECT: ["red", "绿"],
    DataType.NUMBER: [-1, 0, 0.5, 1, 2**53, 1e300, -1e300, 5e-324],
    DataType.BOOLEAN: [True, False],
    DataType.DATETIME: [0, 1615467170000, 1615467170001],
    DataType.OBJECT: [{"a": 1}, [1, 2], {}],
}

OPERATORS: dict[DataType, list[str]] = {
    DataType.STRING: ["EQUAL", "NOT_EQUAL", "CONTAINS", "NOT_CONTAINS", "IN", "IS_NULL", "NOT_NULL"],
    DataType.SELECT: ["EQUAL", "NOT_EQUAL", "CONTAINS", "IN"],
    DataType.NUMBER: ["EQUAL", "NOT_EQUAL", "IN", "GREATER", "LESSER", "BETWEEN", "IS_NULL", "NOT_NULL"],
    DataType.BOOLEAN: ["EQUAL", "NOT_EQUAL", "IN", "IS_NULL"],
    DataType.DATETIME: ["EQUAL", "NOT_EQUAL", "GREATER", "LESSER", "BETWEEN", "NOT_NULL"],
    DataType.OBJECT: ["EQUAL", "NOT_EQUAL", "IN", "IS_NULL"],
}


def folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text.translate(dict.fromkeys(range(0x1C, 0x20), " "))).lower()


def holds(operator: str, value: Any, asked: Any) -> bool:
    if isinstance(value, datetime):
        value = epoch_ms(value)
    match operator:
        case "IS_NULL":
            return value is None
        case "NOT_NULL":
            return value is not None
        case "EQUAL":
            return value is not None and value == asked
        case "NOT_EQUAL":
            return value is None or value != asked
        case "CONTAINS":
            return value is not None and folded(asked) in folded(value)
        case "NOT_CONTAINS":
            return value is None or folded(asked) not in folded(value)
        case "IN":
            return value is not None and value in asked
        case "GREATER":
            return value is not None and value >= asked
        case "LESSER":
            return value is not None and value <= asked
        case "BETWEEN":
            return value is not None and asked[0] <= value <= asked[1]
    raise AssertionError(operator)


@st.composite
def questions(draw: st.DrawFn) -> tuple[DataType, str, Any]:
    kind = draw(st.sampled_from(sorted(VALUES)))
    operator = draw(st.sampled_from(OPERATORS[kind]))
    one = st.sampled_from(VALUES[kind])
    if operator == "IN":
        return kind, operator, draw(st.lists(one, max_size=3))
    if operator == "BETWEEN":
        return kind, operator, draw(st.lists(one, min_size=2, max_size=2))
    return kind, operator, None if operator in ("IS_NULL", "NOT_NULL") else draw(one)


def keys(kind: DataType) -> list[str]:
    """Of the fields of this type: one without an index, one filled before it was marked, one marked before."""
    return [kind.lower(), *(f"{kind.lower()}_{when}" for when in ("filled", "written") if kind in INDEXABLE)]


async def populate(services: Services, pool: PoolForTests) -> dict[str, dict[DataType, Any]]:
    """One user without any value, and one a value, which they have in every field of its type. Newest first."""
    caller = pool.administrator
    await services.fields.define(
        caller,
        [
            FieldDraft(USER, key, kind, indexed=key.endswith("written"))
            for kind in VALUES
            for key in keys(kind)
        ],
    )
    given_values: dict[str, dict[DataType, Any]] = {}
    for values in [{}] + [{kind: value} for kind in VALUES for value in VALUES[kind]]:
        user = await services.users.create(caller, UserDraft({"username": f"u{new_id()}"}))
        given_values[user.id] = values
    await services.fields.set_values(
        caller,
        USER,
        {
            user_id: {key: value for kind, value in values.items() for key in keys(kind)}
            for user_id, values in given_values.items()
            if values
        },
    )
    await services.fields.define(
        caller, [FieldDraft(USER, key, indexed=True) for kind in INDEXABLE for key in keys(kind)[1:]]
    )
    await filled(services)
    return dict(reversed(given_values.items()))


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=questions())
async def test_a_condition_finds_whom_it_says(
    services: Services, crowd: PoolForTests, question: tuple[DataType, str, Any], populated: dict[str, Any]
) -> None:
    """Newest first, with an index and without."""
    kind, operator, asked = question
    expected = [user_id for user_id, values in populated.items() if holds(operator, values.get(kind), asked)]
    for key in keys(kind):
        condition = Condition(f"customData.{key}", operator, asked)  # type: ignore[arg-type]
        found = await services.users.list(crowd.administrator, UserQuery(EVERYBODY, conditions=(condition,)))
        assert ([user.id for user in found.items], found.total) == (expected, len(expected)), key


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    question=st.none() | questions(),
    order=st.tuples(st.sampled_from(INDEXABLE), st.sampled_from([0, 1, 2]), st.booleans()),
    page=st.sampled_from([10, 100]),
    short=st.sampled_from([0, 2000]),
)
async def test_a_list_is_sorted_by_a_value_as_the_model_has_it(
    services: Services,
    crowd: PoolForTests,
    populated: dict[str, Any],
    question: tuple[DataType, str, Any] | None,
    order: tuple[DataType, int, bool],
    page: int,
    short: int,
) -> None:
    """Any list by any field, all in one or a page after the other, taken for a short one and for a long one."""
    kind, which, descending = order
    query = UserQuery(PageRequest(1, page), sort=(Sort(f"customData.{keys(kind)[which]}", descending),))
    expected = in_order(populated, kind, descending)
    if question:
        of, operator, asked = question
        condition = Condition(f"customData.{keys(of)[-1]}", operator, asked)  # type: ignore[arg-type]
        query = replace(query, conditions=(condition,))
        expected = [one for one in expected if holds(operator, populated[one].get(of), asked)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search, "SHORT", short)
        assert await walked(services, crowd, query) == expected


def in_order(people: dict[str, dict[DataType, Any]], kind: DataType, descending: bool) -> list[str]:
    """Who has no value is last. Equals are newest first where it descends, and oldest first where not."""
    ids = list(people) if descending else list(people)[::-1]
    with_value = [one for one in ids if kind in people[one]]

    def rank(user_id: str) -> Any:
        value = people[user_id][kind]
        return value[:200] if isinstance(value, str) else value

    return sorted(with_value, key=rank, reverse=descending) + [one for one in ids if kind not in people[one]]


async def walked(services: Services, pool: PoolForTests, query: UserQuery) -> list[str]:
    found: list[str] = []
    while True:
        page = await services.users.list(pool.administrator, query)
        found += [user.id for user in page.items]
        if len(found) >= page.total or not page.items:
            assert page.total == len(found)
            return found
        query = replace(query, page=replace(query.page, number=query.page.number + 1))


@pytest.fixture(scope="module")
async def crowd(services: Services) -> PoolForTests:
    return PoolForTests((await services.pools.create("crowd of values")).id)


@pytest.fixture(scope="module")
async def populated(services: Services, crowd: PoolForTests) -> dict[str, dict[DataType, Any]]:
    return await populate(services, crowd)


@pytest.mark.parametrize(
    ("kind", "operator", "asked"),
    [
        (DataType.STRING, "GREATER", "a"),
        (DataType.STRING, "EQUAL", 1),
        (DataType.STRING, "CONTAINS", None),
        (DataType.STRING, "IN", "a"),
        (DataType.NUMBER, "CONTAINS", "1"),
        (DataType.NUMBER, "EQUAL", "x"),
        (DataType.NUMBER, "BETWEEN", [1]),
        (DataType.NUMBER, "IN", [1] * 1001),
        (DataType.DATETIME, "GREATER", "soon"),
        (DataType.BOOLEAN, "LESSER", True),
    ],
)
async def test_a_condition_that_fits_not_its_type_is_refused(
    kind: DataType, operator: str, asked: Any, services: Services, pool: PoolForTests
) -> None:
    await services.fields.define(pool.administrator, [FieldDraft(USER, "it", kind)])
    query = UserQuery(conditions=(Condition("customData.it", operator, asked),))  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="it"):
        await services.users.list(pool.administrator, query)


async def test_a_condition_on_an_unknown_field_is_refused(services: Services, pool: PoolForTests) -> None:
    query = UserQuery(conditions=(Condition("customData.nothing", "NOT_NULL"),))
    with pytest.raises(FieldNotFound):
        await services.users.list(pool.administrator, query)
