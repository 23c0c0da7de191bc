"""The turn of the request being answered, which it has while it works and gives up where it waits.

`wire/turns.py` gives turns. Tasks that a request starts share its turn.
"""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar

held: ContextVar[Callable[[], None] | None] = ContextVar("turn", default=None)
"""Gives the turn up, once."""


def let_go() -> None:
    """For whoever begins to wait in a queue that has a bound of its own, for a hash, a script, a search: meanwhile
    others may work, and the few that such a queue lets out go on without another turn."""
    give_up = held.get()
    if give_up is not None:
        give_up()
