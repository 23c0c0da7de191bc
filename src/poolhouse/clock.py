"""The one clock of a server: this machine's, set to the database's where the two differ.

A moment is written by one node and judged by another or by the database, so each node takes the time of the database,
which all have in common. Source code asks for it here, or by `times.now`; `tests/test_clock.py` finds who does not.

Decision: docs/decisions/0120-nodes-and-standbys.md.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

TOLERATED_S = 0.25
"""So much is no difference: a clock that is kept by NTP is not corrected, and never turned back."""

_ahead_s = 0.0
_ahead = timedelta()
_found: Difference | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """`ahead_s`: how far the machine's clock is ahead of the database's, to `exact_s` seconds more or less."""

    ahead_s: float
    exact_s: float


def now() -> datetime:
    """An aware UTC datetime."""
    at = datetime.now(UTC)
    return at - _ahead if _ahead else at


def epoch_s() -> float:
    """Seconds since 1970."""
    return time.time() - _ahead_s


def machine_s() -> float:
    """The same by the machine alone."""
    return time.time()


def difference(asked_s: float, answered_s: float, theirs_s: float) -> Difference:
    """Of the machine's clock when it asked and when it had the answer, and of what was answered."""
    return Difference((asked_s + answered_s) / 2 - theirs_s, max(0.0, answered_s - asked_s) / 2)


def last_difference() -> Difference | None:
    """As it was measured last; None before."""
    return _found


def follow(found: Difference) -> None:
    """The clock is corrected from now on, if it differs by more than is tolerated and than the measure may be wrong."""
    global _ahead_s, _ahead, _found
    _found = found
    room_s = TOLERATED_S + found.exact_s
    if abs(found.ahead_s - _ahead_s) > room_s:
        _ahead_s = found.ahead_s if abs(found.ahead_s) > room_s else 0.0
        _ahead = timedelta(seconds=_ahead_s)
