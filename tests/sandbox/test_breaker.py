from __future__ import annotations

from poolhouse.breaker import Breaker, BreakerState


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def opened() -> tuple[Breaker, Clock]:
    clock = Clock()
    breaker = Breaker(failures=3, open_s=5, open_most_s=12, clock=clock)
    for _ in range(3):
        assert breaker.admit()
        breaker.failed()
    return breaker, clock


def test_it_opens_after_failures_in_a_row() -> None:
    breaker, _ = opened()
    assert breaker.state is BreakerState.OPEN
    assert not breaker.admit()
    assert breaker.retry_after_s == 5


def test_a_success_between_failures_keeps_it_closed() -> None:
    breaker = Breaker(failures=2, open_s=5, open_most_s=10)
    for _ in range(5):
        breaker.failed()
        breaker.succeeded()
    assert breaker.state is BreakerState.CLOSED


def test_it_lets_one_probe_through_and_closes_when_that_succeeds() -> None:
    breaker, clock = opened()
    clock.now += 5
    assert breaker.admit()
    assert not breaker.admit()
    breaker.succeeded()
    assert breaker.state is BreakerState.CLOSED


def test_a_failed_probe_waits_twice_as_long_up_to_a_limit() -> None:
    breaker, clock = opened()
    for wait in (10, 12, 12):
        clock.now += 30
        assert breaker.admit()
        breaker.failed()
        assert breaker.retry_after_s == wait


def test_a_probe_that_says_nothing_gives_its_turn_back() -> None:
    breaker, clock = opened()
    clock.now += 5
    assert breaker.admit()
    breaker.abandoned()
    assert breaker.admit()
