"""Ids are given in order, whatever the clock and the threads do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from itertools import pairwise

import pytest

from poolhouse import ids


def test_each_id_is_greater_than_the_one_before() -> None:
    made = [ids.new_id() for _ in range(20_000)]
    assert all(one < other for one, other in pairwise(made))
    assert all(map(ids.is_id, made))


def test_so_it_is_when_the_clock_is_put_back_a_little(monkeypatch: pytest.MonkeyPatch) -> None:
    before, back = ids.new_id(), ids.clock.epoch_s() - ids.PUT_BACK_MS / 1000 + 5
    monkeypatch.setattr(ids.clock, "epoch_s", lambda: back)
    after = [ids.new_id() for _ in range(100)]
    assert before < after[0]
    assert after == sorted(set(after))


def test_a_clock_that_was_far_ahead_is_followed_back() -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ids.clock, "epoch_s", lambda: 4_000_000_000.0)
        ahead = ids.time_of(ids.new_id())
    after = [ids.new_id() for _ in range(100)]
    assert ahead - ids.time_of(after[0]) > timedelta(days=365)
    assert abs(ids.time_of(after[0]) - ids.clock.now()) < timedelta(minutes=1)
    assert after == sorted(set(after))


def test_no_two_threads_get_one_id() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: ids.new_id(), range(20_000)))
    assert len(set(made)) == len(made)
