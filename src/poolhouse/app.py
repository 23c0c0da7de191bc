"""The ASGI application over the services: all routes, the middleware and the background tasks.

A command builds the services (`services/`) and serves no requests, so it imports none of this.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial

from starlette.applications import Starlette
from starlette.middleware.exceptions import ExceptionMiddleware
from starlette.routing import BaseRoute, Match, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from poolhouse import emails, maintenance
from poolhouse.processes import Process
from poolhouse.services import Services
from poolhouse.vitals import vitals_of
from poolhouse.wire import loop_watch
from poolhouse.wire.admission import Admission, Admitted
from poolhouse.wire.avatar import avatar_routes
from poolhouse.wire.console import console_routes
from poolhouse.wire.cors import Origins
from poolhouse.wire.early_refusals import SmallHead
from poolhouse.wire.guard_icons import guard_icon_routes
from poolhouse.wire.health import health_routes
from poolhouse.wire.observed import Observed
from poolhouse.wire.oidc.endpoints import oidc_routes
from poolhouse.wire.operator import socket as operators
from poolhouse.wire.request import AsSpelled
from poolhouse.wire.script_budget import ScriptBudget
from poolhouse.wire.v2.app import v2_routes
from poolhouse.wire.v2.popup import PopupMessages
from poolhouse.wire.v3.app import v3_routes


def routes(services: Services) -> list[BaseRoute]:
    """All routes of the server."""
    return [
        *health_routes(vitals_of(services), services.settings.metrics_token.get_secret_value()),
        *avatar_routes(),
        *guard_icon_routes(),
        *oidc_routes(
            services, PopupMessages()
        ),  # before v2, which answers for every other path under its own
        *v3_routes(services),  # before v2 too: its clients call some paths under v2's, and read its envelope
        *v2_routes(services),
        *console_routes(services),
    ]


@asynccontextmanager
async def working(services: Services) -> AsyncIterator[None]:
    """What goes on beside the requests, on every node, while the block lasts. It ends after the last request, whose
    mail it may be sending, and before the services close."""
    tasks = [
        asyncio.create_task(asyncio.to_thread(emails.load_tables), name="tables of international names"),
        asyncio.create_task(services.delivery.run(), name="mail"),
        asyncio.create_task(services.logout_delivery.run(), name="logout notices"),
        asyncio.create_task(maintenance.run(services.db), name="maintenance"),
        asyncio.create_task(Process(services.db, services.settings).run(), name="process"),
        asyncio.create_task(services.bulk_work.run(), name="bulk acts"),
        asyncio.create_task(services.import_file_work.run(), name="import files"),
    ]
    try:
        async with loop_watch.watched(), operators.served(services):
            yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def asgi(services: Services) -> Starlette:
    """The ASGI application over services somebody else opened and will close."""

    doors = routes(services)
    admission = Admission(services.settings)
    app = Starlette(routes=doors)
    inner = ScriptBudget(WiresFirst(ExceptionMiddleware(app.router), wires_among(doors)))
    middle = AsSpelled(Origins(Admitted(inner, admission), services.settings.allowed_origins))
    # In place of Starlette's own, whose outermost answers what nobody caught: here that is `Observed`.
    app.middleware_stack = Observed(
        SmallHead(middle),
        plain_paths(doors),
        lambda: app.state.draining(),
        continues_traces=services.settings.traceparent == "continued",
    )
    app.state.services = services
    app.state.admission = admission
    app.state.hurry = partial(_hurry, admission, services)
    app.state.draining = lambda: False
    return app


def _hurry(admission: Admission, services: Services) -> None:
    """The server stops: what lasts as long as its client likes ends now."""
    admission.hurry()
    services.exports.stop()


class WiresFirst:
    """Asks the wires, which answer whatever goes wrong in their own envelopes, before forty paths of pages are compared
    with the one asked for, and without Starlette's handling of exceptions around them."""

    def __init__(self, app: ASGIApp, wires: Sequence[BaseRoute]) -> None:
        self._app, self._wires = app, wires

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for door in self._wires:
            match, found = door.matches(scope)
            if match is Match.FULL:
                scope.update(found)
                return await door.handle(scope, receive, send)
        await self._app(scope, receive, send)


def wires_among(doors: list[BaseRoute]) -> list[BaseRoute]:
    """Those that clients call, in the same order: what is under their own paths, and whole wires."""
    return [
        door for door in doors if not isinstance(door, Route) or door.path.startswith(("/api/", "/graphql/"))
    ]


def plain_paths(doors: list[BaseRoute]) -> list[str]:
    return [door.path for door in doors if isinstance(door, Route) and "{" not in door.path]
