"""The administrator's console: pages over the operations of v3.

Each page is a row of `PAGES`. What it shows and does it asks of v3 in this process, as an administrator whose roles are
scopes, so that it has no rule and no way in of its own. Decision: docs/decisions/0064-console.md.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from urllib.parse import urlencode

import structlog
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from poolhouse import trace
from poolhouse.errors import NotFound, NotPermitted, PoolhouseError
from poolhouse.services import WireServices
from poolhouse.wire.console import (
    account,
    applications,
    audit,
    calls,
    compare,
    database,
    debugging,
    directory,
    examples,
    explorer,
    forms,
    go,
    home,
    lists,
    passkeys,
    people,
    pool_settings,
    replaying,
    scripts,
    server,
    sign_in,
    things,
    user_acts,
    users,
    whitelists,
)
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, in_pool, known, redirect, stranger
from poolhouse.wire.v3.app import row_named

PAGES: tuple[Page, ...] = (
    *(*sign_in.PAGES, *account.PAGES, *passkeys.PAGES, *home.PAGES, *go.PAGES, *lists.PAGES),
    *audit.PAGES,
    *database.PAGES,
    *applications.PAGES,
    *calls.PAGES,
    *debugging.PAGES,
    *explorer.PAGES,
    *people.PAGES,
    *(*scripts.PAGES, *compare.PAGES, *examples.PAGES, *replaying.PAGES),
    *(*forms.PAGES, *directory.PAGES, *things.PAGES),  # `users/new` before `users/{user}`
    *(*users.PAGES, *user_acts.PAGES),
    *(*pool_settings.PAGES, *whitelists.PAGES, *server.PAGES),
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
            visit = await known(visit, request)
            if page is None:
                raise NotFound(path="console")
            if page.access != "anyone" and visit.administrator is None:
                return self._must_sign_in(visit)
            if page.access == "server-owner" and not visit.who.is_owner:
                raise NotPermitted("for owners of the server")
            if page.access == "pool":
                visit = await in_pool(visit, visit.path["pool"])
                assert visit.caller
                for operation in page.calls:
                    visit.caller.require_scopes(row_named(operation).scopes)
            return await page.handler(visit, self._rendering)
        except PoolhouseError as error:
            trace.note(error=error)
            return self._problem(visit, error)
        except Exception:
            _log.exception("request_failed", request_id=visit.http.request_id)
            return self._problem(visit, PoolhouseError())

    def _must_sign_in(self, visit: Visit) -> Response:
        """And then go on to where they were; what they had sent is not sent again."""
        if visit.http.method != "GET":
            return redirect("/console/sign-in?ended=1")
        return redirect(f"/console/sign-in?{urlencode({'to': visit.here})}")

    def _problem(self, visit: Visit, error: PoolhouseError) -> Response:
        kind = "not_found" if type(error) is NotFound else "problem"
        return self._rendering.page(
            visit,
            "problem.html",
            status_of(error),
            kind="refused" if isinstance(error, NotPermitted) else kind,
            message=error.message(visit.lang),
        )
