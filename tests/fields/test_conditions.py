"""Users found by custom fields: what SQL says is what plain Python says of the same values."""

from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import PoolForTests

from poolhouse.errors import FieldNotFound, InvalidInput
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.fields.values import epoch_ms
from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.users.model import Condition, UserDraft, UserQuery

USER = TargetType.USER

VALUES: dict[DataType, list[Any]] = {
    DataType.STRING: ["", "a", "A", "ab%c", "x" * 80, "x" * 81, "清华大学"],
    DataType.NUMBER: [-1, 0, 0.5, 1, 2**53],
    DataType.BOOLEAN: [True, False],
    DataType.DATETIME: [0, 1615467170000, 1615467170001],
    DataType.OBJECT: [{"a": 1}, [1, 2], {}],
}

OPERATORS: dict[DataType, list[str]] = {
    DataType.STRING: ["EQUAL", "NOT_EQUAL", "CONTAINS", "NOT_CONTAINS", "IN", "IS_NULL", "NOT_NULL"],
    DataType.NUMBER: ["EQUAL", "NOT_EQUAL", "IN", "GREATER", "LESSER", "BETWEEN", "IS_NULL", "NOT_NULL"],
    DataType.BOOLEAN: ["EQUAL", "NOT_EQUAL", "IN", "IS_NULL"],
    DataType.DATETIME: ["EQUAL", "NOT_EQUAL", "GREATER", "LESSER", "BETWEEN", "NOT_NULL"],
    DataType.OBJECT: ["EQUAL", "NOT_EQUAL", "IN", "IS_NULL"],
}


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
            return value is not None and asked.lower() in value.lower()
        case "NOT_CONTAINS":
            return value is None or asked.lower() not in value.lower()
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


async def populate(services: Services, pool: PoolForTests) -> dict[str, dict[str, Any]]:
    """One user without any value, and one a value."""
    await services.fields.define(
        pool.administrator, [FieldDraft(USER, kind.lower(), kind) for kind in VALUES]
    )
    given_values: dict[str, dict[str, Any]] = {}
    for values in [{}] + [{kind.lower(): value} for kind in VALUES for value in VALUES[kind]]:
        user = await services.users.create(pool.administrator, UserDraft({"username": f"u{new_id()}"}))
        given_values[user.id] = values
    await services.fields.set_values(
        pool.administrator, USER, {user_id: values for user_id, values in given_values.items() if values}
    )
    return given_values


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(question=questions())
async def test_a_condition_finds_whom_it_says(
    services: Services, pool: PoolForTests, question: tuple[DataType, str, Any], populated: dict[str, Any]
) -> None:
    kind, operator, asked = question
    query = UserQuery(conditions=(Condition(f"customData.{kind.lower()}", operator, asked),))  # type: ignore[arg-type]
    found = await services.users.list(pool.administrator, query)
    expected = {
        user_id for user_id, values in populated.items() if holds(operator, values.get(kind.lower()), asked)
    }
    assert found.total == len(expected)
    assert {user.id for user in found.items} <= expected


@pytest.fixture
async def populated(services: Services, pool: PoolForTests) -> dict[str, dict[str, Any]]:
    return await populate(services, pool)


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
