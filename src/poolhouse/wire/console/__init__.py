"""The administrator's console: pages over the operations of v3.

Each page is a row of `PAGES`. What it shows and does it asks of v3 in this process, as an administrator whose roles are
scopes, so that it has no rule and no way in of its own. Decision: docs/decisions/0064-console.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import partial
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from poolhouse import trace
from poolhouse.errors import NotFound, NotPermitted, PoolhouseError
from poolhouse.services import WireServices
from poolhouse.wire.console import (
    access,
    account,
    administrators,
    applications,
    audit,
    branding,
    calls,
    compare,
    custom_fields,
    database,
    debugging,
    directory,
    examples,
    explorer,
    forms,
    go,
    home,
    identity_sources,
    in_place,
    keys,
    lists,
    mailing,
    migration,
    passkeys,
    people,
    pool_settings,
    replaying,
    scripts,
    server,
    sign_in,
    statements,
    tenants,
    things,
    user_acts,
    users,
    whitelists,
)
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, in_pool, known, redirect, stranger
from poolhouse.wire.v3 import limited
from poolhouse.wire.v3.app import row_named

PAGES: tuple[Page, ...] = (
    *(*sign_in.PAGES, *account.PAGES, *passkeys.PAGES, *home.PAGES, *go.PAGES, *lists.PAGES),
    *administrators.PAGES,
    *(*access.PAGES, *audit.PAGES),
    *branding.PAGES,
    *database.PAGES,
    *applications.PAGES,
    *calls.PAGES,
    *custom_fields.PAGES,
    *(*tenants.PAGES, *identity_sources.PAGES),
    *debugging.PAGES,
    *explorer.PAGES,
    *keys.PAGES,
    *mailing.PAGES,
    *migration.PAGES,
    *people.PAGES,
    *(*scripts.PAGES, *compare.PAGES, *examples.PAGES, *replaying.PAGES),
    *(*forms.PAGES, *directory.PAGES, *things.PAGES),  # `users/new` before `users/{user}`
    *(*users.PAGES, *user_acts.PAGES),
    *(*pool_settings.PAGES, *whitelists.PAGES, *server.PAGES, *statements.PAGES),
)

_log = structlog.get_logger(__name__)


def console_routes(services: WireServices) -> list[BaseRoute]:
    """Everything below /console, `/`, which leads there, and /docs, which has the look of it."""
    rendering = Rendering()
    console = Console(services, rendering)
    return [
        Route("/", _to_console),
        Route("/docs", explorer.Docs(services, rendering).page),
        Route(f"{explorer.SAMPLES}/{{operation}}", explorer.sample),
        Route("/console/static/{digest}/{name}", rendering.file),
        *(Route(f"/console{page.path}", console.answering(page), methods=[page.method]) for page in PAGES),
        Route("/console/{path:path}", console.answering(None), methods=["GET", "POST"]),
    ]


async def _to_console(request: Request) -> Response:
    return redirect("/console")


class Console:
    def __init__(self, services: WireServices, rendering: Rendering) -> None:
        self._services, self._rendering = services, rendering

    def answering(self, page: Page | None) -> Callable[[Request], Awaitable[Response]]:
        """The handler of a page; of None, what says that there is no such page."""

        async def answer(request: Request) -> Response:
            trace.note(wire="console", operation=f"{page.method} /console{page.path}" if page else "console")
            return await self._answer(stranger(request, self._services), request, page)

        return answer

    async def _answer(self, visit: Visit, request: Request, page: Page | None) -> Response:
        try:
            visit = await known(visit, request, page.largest if page else 0)
            if page is None:
                raise NotFound(path="console")
            if page.access == "anyone":
                return await page.handler(visit, self._rendering)
            if page.method == "POST" and in_place.is_one(visit):
                return await in_place.sign_in(visit, self._rendering, partial(self._done, page=page))
            if visit.administrator is not None:
                return await self._done(visit, page)
            if page.method == "POST":
                return await in_place.ask(visit, self._rendering)
            return redirect(f"/console/sign-in?{urlencode({'to': visit.here})}")
        except Exception as error:
            return self._failed(visit, error)

    async def _done(self, visit: Visit, page: Page) -> Response:
        """What the page does for whoever is signed in."""
        try:
            if page.access == "server-owner" and not visit.who.is_owner:
                raise NotPermitted("for owners of the server")
            if page.access == "pool":
                visit = await in_pool(visit, visit.path["pool"])
                assert visit.caller
                for operation in page.calls:
                    limited.require(visit.caller, row_named(operation))
            return await page.handler(visit, self._rendering)
        except Exception as error:
            return self._failed(visit, error)

    def _failed(self, visit: Visit, error: Exception) -> Response:
        if isinstance(error, PoolhouseError):
            trace.note(error=error)
            return self._problem(visit, error)
        _log.error("request_failed", request_id=visit.http.request_id, exc_info=error)
        return self._problem(visit, PoolhouseError())

    def _problem(self, visit: Visit, error: PoolhouseError) -> Response:
        kind = "not_found" if type(error) is NotFound else "problem"
        return self._rendering.page(
            visit,
            "problem.html",
            status_of(error),
            kind="refused" if isinstance(error, NotPermitted) else kind,
            message=error.message(visit.lang),
        )
