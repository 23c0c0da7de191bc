"""What the clock tells a stranger: nothing. With cheap hashes, so that everything else would show."""

import random
import time
from statistics import median

import pytest

from poolhouse.errors import WrongCredentials
from poolhouse.login import lockout
from poolhouse.pools.model import RateCheck
from poolhouse.users.model import UserDraft, UserKey

TRIES = 800
ROUNDS = 3
"""A difference that is there shows in each; one that the machine made does not."""
SMALL = 0.02
"""Of a try without its hash, about a millisecond: reading a row that is there costs 5 to 10 microseconds of it. Beside
a hash of tens of milliseconds, and with the tries a lockout leaves, nobody can tell."""


def separation(ones: list[float], others: list[float]) -> float:
    """How often a time of `ones` is longer than one of `others`: 0.5 when they cannot be told apart.

    Ranks alone count, so a pause of the machine weighs no more than any other slow try.
    """
    ranked = sorted([(t, 1) for t in ones] + [(t, 0) for t in others])
    longer = seen = 0
    for _, is_one in ranked:
        if is_one:
            longer += seen
        else:
            seen += 1
    return longer / (len(ones) * len(others))


def are_told_apart(ones: list[float], others: list[float]) -> bool:
    differs = abs(median(ones) / median(others) - 1) > SMALL
    return differs and abs(separation(ones, others) - 0.5) >= 0.07


def test_the_statistic_sees_a_difference_of_a_twentieth():
    random.seed(7)
    ones = [random.gauss(1.05, 0.1) for _ in range(TRIES)]
    others = [random.gauss(1.0, 0.1) for _ in range(TRIES)]
    assert are_told_apart(ones, others)
    assert not are_told_apart(others, [random.gauss(1.0, 0.1) for _ in range(TRIES)])


async def test_unknown_user_wrong_password_and_no_password_take_the_same_time(
    services, pool, visitor, bob, configure, monkeypatch
):
    await configure(login_password_fail_check={"enabled": False})
    monkeypatch.setattr(
        lockout, "FLOOR", RateCheck(enabled=True, limit=10 * ROUNDS * TRIES, time_interval=600)
    )
    await services.users.create(pool.administrator, UserDraft({"username": "passwordless"}))
    told: dict[str, tuple[float, float]] = {}
    for turn in range(ROUNDS):
        times: dict[str, list[float]] = {"bob": [], "nobody": [], "passwordless": []}
        names = [name for name in times for _ in range(TRIES)]
        random.Random(turn).shuffle(names)
        for name in names:
            begun = time.perf_counter()
            with pytest.raises(WrongCredentials):
                await services.login.with_password(visitor, UserKey("username", name), "wrong")
            times[name].append(time.perf_counter() - begun)
        told = {
            name: (separation(times["bob"], times[name]), median(times["bob"]) / median(times[name]))
            for name in ("nobody", "passwordless")
            if are_told_apart(times["bob"], times[name])
        }
        if not told:
            return
    pytest.fail(f"told apart in each of {ROUNDS} rounds: {told}")
