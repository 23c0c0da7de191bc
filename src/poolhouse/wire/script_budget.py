"""Each request has its own budget of script calls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from poolhouse.customdb import budget
from poolhouse.wire.request import Receive, Scope, Send


class ScriptBudget:
    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with budget.of_one_request():
            await self._app(scope, receive, send)
