"""Changes that need nothing of each other, sent as one statement: one round trip, one commit, all or none.

Each domain says its own change, as it would to a transaction; here they become the parts of one WITH. All of them see
the database as it was before, none sees another's rows, and no two may change the same row.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from types import TracebackType
from typing import Any, Protocol

_PARAMETER = re.compile(r"\$(\d+)")
_CHANGES = ("insert", "update", "delete")


class Writer(Protocol):
    """What a function needs that changes rows and asks for no answer: every `Executor` is one, and `Together`."""

    async def execute(self, sql: str, *args: Any) -> object: ...


class Together:
    """Gathers what its block executes and sends it when the block ends. A block that raises has sent nothing.

    The last one given runs first, then the others in their order (PostgreSQL promises no order; this is what it does):
    what others wait for, a row of `users`, is given last.
    """

    def __init__(self, send: Callable[..., Awaitable[object]]) -> None:
        self._send = send
        self._texts: list[str] = []
        self._args: list[Any] = []

    async def execute(self, sql: str, *args: Any) -> None:
        self._texts.append(sql)
        self._args += args

    async def __aenter__(self) -> Together:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None and self._texts:
            await self._send(whole(tuple(self._texts)), *self._args)


@lru_cache(256)
def whole(texts: tuple[str, ...]) -> str:
    """One statement of them all, their parameters numbered through."""
    parts: list[str] = []
    before = 0
    for text in texts:
        if not text.lstrip().startswith(_CHANGES):
            raise ValueError(f"no change that can be a part: {text.strip()[:40]}")
        parts.append(_PARAMETER.sub(lambda found, by=before: f"${int(found[1]) + by}", text))  # type: ignore[misc]
        before += max((int(number) for number in _PARAMETER.findall(text)), default=0)
    *others, last = parts
    if not others:
        return last
    return f"with {', '.join(f'part{n} as ({part})' for n, part in enumerate(others, 1))} {last}"
