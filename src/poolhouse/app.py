"""The ASGI application over the services: all routes, the middleware and the background tasks.

A command builds the services (`services/`) and serves no requests, so it imports none of this.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Route

from poolhouse import emails, maintenance
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
from poolhouse.wire.request import AsSpelled
from poolhouse.wire.script_budget import ScriptBudget
from poolhouse.wire.v2.app import v2_routes
from poolhouse.wire.v3.app import v3_routes


def routes(services: Services) -> list[BaseRoute]:
    """All routes of the server."""
    return [
        *health_routes(vitals_of(services)),
        *avatar_routes(),
        *guard_icon_routes(),
        *oidc_routes(services),  # before v2, which answers for every other path under its own
        *v3_routes(services),  # before v2 too: its clients call some paths under v2's, and read its envelope
        *v2_routes(services),
        *console_routes(),
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
    ]
    try:
        async with loop_watch.watched():
            yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def asgi(services: Services) -> Starlette:
    """The ASGI application over services somebody else opened and will close."""

    doors = routes(services)
    admission = Admission(services.settings)
    app = Starlette(
        routes=doors,
        middleware=[
            Middleware(Observed, paths=plain_paths(doors)),
            Middleware(SmallHead),
            Middleware(AsSpelled),
            Middleware(Origins, services.settings.allowed_origins),
            Middleware(Admitted, admission),
            Middleware(ScriptBudget),
        ],
    )
    app.state.services = services
    app.state.admission = admission
    app.state.draining = lambda: False
    return app


def plain_paths(doors: list[BaseRoute]) -> list[str]:
    return [door.path for door in doors if isinstance(door, Route) and "{" not in door.path]
