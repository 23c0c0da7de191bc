"""Numbers and texts from outside become moments of the calendar, or are refused by name; what is kept can be shown."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from tests.conftest import PoolForTests

from poolhouse.apps.oidc_settings import LIFETIMES_S
from poolhouse.directory.scripted import _page_of
from poolhouse.errors import InvalidInput, ScriptFailed
from poolhouse.services import Services
from poolhouse.times import numeric_date, parse_time, unix_time, v2_time, v3_time
from poolhouse.wire.v2.clock import written

ZONES = [ZoneInfo("Asia/Shanghai"), ZoneInfo("America/New_York"), ZoneInfo("UTC")]
NO_MOMENTS = [math.inf, -math.inf, math.nan, 1e30, -1e18, 10**40, -(10**40), 253_402_300_800_000]


@pytest.mark.parametrize("value", NO_MOMENTS)
def test_a_number_that_is_no_moment_is_refused_by_name(value: float) -> None:
    with pytest.raises(InvalidInput) as refused:
        unix_time(value, "start")
    assert "start" in refused.value.message("en-US")
    assert value < 0 or value == 253_402_300_800_000 or numeric_date(value) is None


def test_seconds_and_milliseconds_are_told_apart() -> None:
    assert unix_time(1_700_000_000, "x") == unix_time(1_700_000_000_000, "x")
    assert unix_time(0, "x") == datetime(1970, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("zone", ZONES, ids=str)
@pytest.mark.parametrize("text", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "9999-12-31T00:00:00Z"])
def test_every_moment_that_is_taken_can_be_shown(text: str, zone: ZoneInfo) -> None:
    moment = parse_time(text, "x")
    for shown in (v2_time(moment, zone), written(moment, zone), v3_time(moment)):
        assert moment.year == 1 or parse_time(shown, "x") == moment, "before 1901 clocks had odd seconds"


TOTALS = ["²", "9" * 5000, "1e3", "-1", "", 1e308, math.inf, math.nan, -1, 2**31, True, None, [], {}, 10**400]


@pytest.mark.parametrize("total", TOTALS, ids=lambda total: repr(total)[:12])
def test_a_total_that_is_no_count_is_the_scripts_failure(total: object) -> None:
    with pytest.raises(ScriptFailed) as failed:
        _page_of({"totalCount": total, "list": []}, "pool", "listUsers")
    assert len(str(failed.value)) < 500


@pytest.mark.parametrize("total", [0, 3, 3.0, "3", 2**31 - 1])
def test_a_total_may_be_a_number_or_its_digits(total: object) -> None:
    assert _page_of({"totalCount": total, "list": []}, "pool", "listUsers")[0] == int(total)  # type: ignore[call-overload]


@pytest.mark.parametrize("name", LIFETIMES_S)
@pytest.mark.parametrize("value", [0, -1, 10**9, 10**30])
async def test_no_application_is_given_a_lifetime_that_ends_after_the_calendar(
    services: Services, pool: PoolForTests, name: str, value: int
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    for act in (
        services.apps.update(pool.administrator, app.id, {}, {name: value}),
        services.apps.create(pool.administrator, "other", settings={name: value}),
    ):
        with pytest.raises(InvalidInput):
            await act
