"""The fast writing of times gives exactly what v2_time gives."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from poolhouse.times import v2_time
from poolhouse.wire.v2.clock import written

ZONES = ["Asia/Shanghai", "UTC", "Europe/London", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]


@given(
    moment=st.datetimes(
        datetime(1, 1, 3),
        datetime(9999, 12, 29),
        timezones=st.just(UTC) | st.just(timezone(timedelta(hours=5))),
    ),
    zone=st.sampled_from(ZONES),
)
def test_any_moment_is_written_as_v2_time_writes_it(moment: datetime, zone: str) -> None:
    assert written(moment, ZoneInfo(zone)) == v2_time(moment, ZoneInfo(zone))


@pytest.mark.parametrize("zone", ZONES)
def test_the_days_on_which_clocks_change_are_right(zone: str) -> None:
    moment = datetime(2021, 1, 1, tzinfo=UTC)
    while moment.year == 2021:
        assert written(moment, ZoneInfo(zone)) == v2_time(moment, ZoneInfo(zone))
        moment += timedelta(minutes=30)
