"""How often and when something that failed is tried again."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """A failed attempt is repeated after `first`, then twice as long each time up to `longest`, half to one and a half
    of it by chance. What is older than `give_up_after` is given up."""

    first: timedelta = timedelta(seconds=20)
    longest: timedelta = timedelta(hours=1)
    give_up_after: timedelta = timedelta(hours=48)

    def next_at(self, at: datetime, *, attempts: int, created_at: datetime) -> datetime | None:
        """When to try again what has failed for the `attempts`th time; None: no more."""
        if at - created_at > self.give_up_after:
            return None
        wait = min(self.longest, self.first * (1 << min(attempts - 1, 20)))
        return at + wait * random.uniform(0.5, 1.5)  # noqa: S311 - spreading load, not hiding anything
