"""A script's database owes us nothing: whatever stands in a profile, its user is read or refused in words."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from poolhouse.errors import ScriptFailed
from poolhouse.users.profiles import NAMES, count_of, user_of
from poolhouse.users.scripted import _page_of

ODD: list[Any] = [
    *(["x"], {}, {"a": 1}, [[]], [None], "", " ", "\x00", "²", "٣", "1" * 4_000, "x" * 100_000, "\ud83d"),
    *(True, False, 0, 1, -1, 1.5, 2**31, 2**63, 10**400, -(10**400), 1e308, -1e308, 5e-324),
    *("1e308", "NaN", "9999-99-99", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59+14:00"),
]


@pytest.mark.parametrize("key", [*sorted(NAMES), "unknown"])
def test_no_value_of_a_field_keeps_its_user_out(key: str) -> None:
    for value in ODD:
        user = user_of({"id": "7", key: value}, "p", "login")
        assert user.id == "7"


@pytest.mark.parametrize("value", ODD, ids=lambda value: repr(value)[:20])
def test_an_odd_id_is_an_id_or_refused_in_words(value: Any) -> None:
    with suppress(ScriptFailed):
        assert 0 < len(user_of({"id": value}, "p", "login").id) <= 256


@pytest.mark.parametrize("value", [*ODD, None], ids=lambda value: repr(value)[:20])
def test_an_odd_total_is_a_count_or_refused_in_words(value: Any) -> None:
    with suppress(ScriptFailed):
        total, users = _page_of({"totalCount": value, "list": []}, "p", "listUsers")
        assert 0 <= total < 2**31
        assert users == []


@pytest.mark.parametrize(("value", "count"), [("12", 12), (12.0, 12), (0, 0), ("²", None), (True, None)])
def test_a_count_is_a_number_or_its_digits(value: Any, count: int | None) -> None:
    assert count_of(value) == count


@pytest.mark.parametrize("listed", [["x"], [None], [[]], [{}], {}, "x", None, [{"id": "1"}, 7]])
def test_an_odd_list_is_refused_in_words(listed: Any) -> None:
    with pytest.raises(ScriptFailed):
        _page_of({"totalCount": 1, "list": listed}, "p", "listUsers")
