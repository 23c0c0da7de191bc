"""Ids are given in order, whatever the clock and the threads do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest

from poolhouse import ids


def test_each_id_is_greater_than_the_one_before() -> None:
    made = [ids.new_id() for _ in range(20_000)]
    assert all(one < other for one, other in pairwise(made))
    assert all(map(ids.is_id, made))


def test_so_it_is_when_the_clock_is_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    before = ids.new_id()
    monkeypatch.setattr(ids.clock, "epoch_s", lambda: 1.0)
    after = [ids.new_id() for _ in range(100)]
    assert before < after[0]
    assert after == sorted(set(after))


def test_no_two_threads_get_one_id() -> None:
    with ThreadPoolExecutor(8) as threads:
        made = list(threads.map(lambda _: ids.new_id(), range(20_000)))
    assert len(set(made)) == len(made)
