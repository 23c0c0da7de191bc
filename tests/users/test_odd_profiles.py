"""A script's database owes us nothing: whatever stands in a profile, its user is read or refused in words."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, tzinfo
from typing import Any

import pytest

from poolhouse.directory.scripted import _page_of
from poolhouse.errors import ScriptFailed
from poolhouse.times import zone_named
from poolhouse.users.profile_fields import BOOLEANS, TIMES
from poolhouse.users.profiles import DECIDING, NAMES, count_of, script_values, user_of

ODD: list[Any] = [
    ["x"],
    {},
    {"a": 1},
    [[]],
    [None],
    "",
    " ",
    "\x00",
    "²",
    "٣",
    "1" * 4_000,
    "x" * 100_000,
    "\ud83d",
    True,
    False,
    0,
    1,
    -1,
    1.5,
    2**31,
    2**63,
    10**400,
    -(10**400),
    1e308,
    -1e308,
    5e-324,
    "1e308",
    "NaN",
    "9999-99-99",
    "0001-01-01T00:00:00Z",
    "9999-12-31T23:59:59+14:00",
]


DECIDES = sorted(key for key, field in NAMES.items() if field in DECIDING)


@pytest.mark.parametrize("key", [*sorted(set(NAMES) - set(DECIDES)), "unknown"])
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


def bits(*data: int) -> dict[str, Any]:
    return {"type": "Buffer", "data": list(data)}


TRUE = [
    True,
    1,
    1.0,
    "1",
    "Y",
    "y",
    "yes",
    "t",
    "TRUE",
    " true ",
    "on",
    bits(1),
    bits(0, 1),
    bits(89),
    bits(49),
]
FALSE = [False, 0, 0.0, "0", "N", "n", "no", "f", "False", "off", bits(0), bits(78), bits(48)]
NOTHING = [None, "", " "]
UNREADABLE = [
    2,
    -1,
    1.5,
    "x",
    "maybe",
    "yes" * 99,
    [],
    {},
    [1],
    {"a": 1},
    bits(),
    bits(2),
    bits(1, 1),
    bits(*[1] * 9),
]


@pytest.mark.parametrize("key", [key for key in DECIDES if NAMES[key] in BOOLEANS])
def test_yes_and_no_are_read_as_databases_write_them(key: str) -> None:
    for values, expected in ((TRUE, True), (FALSE, False), (NOTHING, False)):
        for value in values:
            user = user_of({"id": "7", key: value}, "p", "login")
            assert getattr(user, NAMES[key]) is expected, value


@pytest.mark.parametrize("value", [*UNREADABLE, *ODD[:4], "x" * 100_000], ids=lambda value: repr(value)[:20])
@pytest.mark.parametrize("key", DECIDES)
def test_what_decides_and_cannot_be_read_is_refused_by_name(key: str, value: Any) -> None:
    if key == "tokenExpiredAt" and isinstance(value, int | float):
        return
    with pytest.raises(ScriptFailed, match=f"value of {key} that cannot be read"):
        user_of({"id": "7", key: value}, "p", "getUser")


@pytest.mark.parametrize("written", ["Suspended", "suspended", " SUSPENDED "])
def test_a_status_is_read_in_any_case(written: str) -> None:
    assert user_of({"id": "7", "status": written}, "p", "login").status == "Suspended"


@pytest.mark.parametrize(
    ("written", "status"),
    [
        ("active", "Activated"),
        ("Normal", "Activated"),
        ("正常", "Activated"),
        ("禁用", "Suspended"),
        ("LOCKED", "Suspended"),
        ("inactive", "Deactivated"),
        ("离职", "Resigned"),
        ("归档", "Archived"),
    ],
)
def test_a_status_in_the_words_of_old_databases_is_read(written: str, status: str) -> None:
    assert user_of({"id": "7", "status": written}, "p", "login").status == status


@pytest.mark.parametrize("written", [0, 1, "1", "vip", "gold", True])
def test_a_status_that_could_mean_anything_is_refused_by_name(written: Any) -> None:
    with pytest.raises(ScriptFailed, match="status"):
        user_of({"id": "7", "status": written}, "p", "login")


SHANGHAI, NEW_YORK = zone_named("+08:00", "z"), zone_named("America/New_York", "z")
DAYS: list[tuple[Any, tzinfo, str | None]] = [
    ("1990-05-06", UTC, "1990-05-06"),
    ("1990-05-06T00:00:00.000Z", UTC, "1990-05-06"),
    ("1990-05-06T00:00:00.000Z", SHANGHAI, "1990-05-06"),
    ("1990-05-06T00:00:00.000Z", NEW_YORK, "1990-05-06"),
    ("1990-05-05T16:00:00.000Z", SHANGHAI, "1990-05-06"),
    ("1990-05-05T15:00:00.000Z", zone_named("Asia/Shanghai", "z"), "1990-05-06"),  # its summer time of 1990
    ("1990-05-06T04:00:00.000Z", NEW_YORK, "1990-05-06"),
    ("1990-05-06T00:00:00+08:00", UTC, "1990-05-06"),
    ("1990-05-06 00:00:00", SHANGHAI, "1990-05-06"),
    ("1990-05-06 00:00:00.000000", NEW_YORK, "1990-05-06"),
    ("1990-05-06T23:30:00", NEW_YORK, "1990-05-06"),
    ("0000-00-00", UTC, None),
    ("0000-00-00 00:00:00", UTC, None),
    (None, UTC, None),
]


@pytest.mark.parametrize(("value", "zone", "expected"), DAYS)
def test_a_birthdate_is_the_day_meant(value: Any, zone: tzinfo, expected: str | None) -> None:
    assert user_of({"id": "7", "birthdate": value}, "p", "getUser", zone).birthdate == expected


MOMENT = datetime(2022, 7, 3, 2, 20, 30, tzinfo=UTC)
MOMENTS: list[tuple[Any, tzinfo]] = [
    ("2022-07-03T02:20:30.000Z", SHANGHAI),
    ("2022-07-03T10:20:30+08:00", NEW_YORK),
    ("2022-07-03 02:20:30", UTC),
    ("2022-07-03 10:20:30", SHANGHAI),
    ("2022-07-02T22:20:30", NEW_YORK),
    (1656814830, SHANGHAI),
    (1656814830000, UTC),
    ("1656814830000", UTC),
    ("1656814830", UTC),
]


@pytest.mark.parametrize(
    "key", sorted(k for k, f in NAMES.items() if f in TIMES | {"created_at", "updated_at"})
)
def test_a_moment_is_read_in_every_spelling_and_without_a_zone_in_the_connections(key: str) -> None:
    for value, zone in MOMENTS:
        assert getattr(user_of({"id": "7", key: value}, "p", "getUser", zone), NAMES[key]) == MOMENT, value
    midnight = user_of({"id": "7", key: "2022-07-03"}, "p", "getUser", SHANGHAI)
    assert getattr(midnight, NAMES[key]) == datetime(2022, 7, 2, 16, tzinfo=UTC)
    for nothing in (None, "", "0000-00-00 00:00:00"):
        assert user_of({"id": "7", key: nothing}, "p", "getUser").id == "7"


@pytest.mark.parametrize("zone", [UTC, SHANGHAI, NEW_YORK], ids=str)
def test_a_time_a_script_is_given_has_the_digits_of_the_connections_zone(zone: tzinfo) -> None:
    written = script_values({"last_login": MOMENT}, zone)["lastLogin"]
    assert datetime.fromisoformat(written) == MOMENT
    assert written[:19] == MOMENT.astimezone(zone).replace(tzinfo=None).isoformat()


def test_a_number_is_the_text_it_is_written_with() -> None:
    user = user_of({"id": "7", "phone": 13900000000, "company": 42}, "p", "getUser")
    assert (user.phone, user.company) == ("13900000000", "42")
