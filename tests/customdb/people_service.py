"""A user service as somebody might have one: the HTTP templates are written for its paths."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

UNIQUE = ("username", "email", "phone")
SEARCHED = (*UNIQUE, "name", "nickname", "company")


@dataclass
class People:
    token: str
    rows: dict[str, dict[str, Any]] = field(default_factory=dict)
    ids: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def put(self, values: dict[str, Any]) -> dict[str, Any] | None:
        """None when somebody has one of the identifiers."""
        if self._taken(values):
            return None
        user = {"id": str(next(self.ids)), **values}
        self.rows[user["id"]] = user
        return user

    def _taken(self, values: dict[str, Any], but: str | None = None) -> bool:
        return any(
            values.get(name) and row.get(name) == values[name]
            for row in self.rows.values()
            if row["id"] != but
            for name in UNIQUE
        )

    def app(self) -> Starlette:
        def shown(user: dict[str, Any]) -> dict[str, Any]:
            return {key: value for key, value in user.items() if key != "password"}

        def said(user: dict[str, Any] | None) -> JSONResponse:
            return JSONResponse(shown(user)) if user else JSONResponse({"message": "no"}, 404)

        def listed(found: list[dict[str, Any]], total: int) -> JSONResponse:
            return JSONResponse({"totalCount": total, "list": [shown(user) for user in found]})

        def find(given: Any) -> dict[str, Any] | None:
            keys = {key: given.get(key) for key in ("id", *UNIQUE) if given.get(key)}
            if "email" in keys:
                keys["email"] = keys["email"].lower()
            return next(
                (row for row in self.rows.values() if any(row.get(k) == v for k, v in keys.items())), None
            )

        async def login(request: Request) -> JSONResponse:
            given = await request.json()
            user = find(given)
            if user is None:
                return said(None)
            if user.get("password") != given["password"]:
                return JSONResponse({"message": "Password is not valid!"}, 401)
            return said(user)

        async def one(request: Request) -> JSONResponse:
            return said(find(request.query_params))

        async def search(request: Request) -> JSONResponse:
            word = request.query_params["keyword"].lower()
            rows = list(self.rows.values())[::-1]
            found = [row for row in rows if any(word in str(row.get(f) or "").lower() for f in SEARCHED)]
            return listed(found, len(found))

        async def page(request: Request) -> JSONResponse:
            number, size = int(request.query_params["page"]), int(request.query_params["limit"])
            rows = list(self.rows.values())[::-1]
            return listed(rows[(number - 1) * size :][:size], len(rows))

        async def create(request: Request) -> JSONResponse:
            user = self.put(await request.json())
            return said(user) if user else JSONResponse({"message": "User already exists!"}, 409)

        async def change(request: Request) -> JSONResponse:
            user = self.rows.get(request.path_params["id"])
            if user is None:
                return said(None)
            given = await request.json()
            if self._taken(given, but=user["id"]):
                return JSONResponse({"message": "User already exists!"}, 409)
            user.update(given)
            return said(user)

        async def delete(request: Request) -> JSONResponse:
            gone = self.rows.pop(request.path_params["id"], None)
            return JSONResponse({}, 200 if gone else 404)

        async def password(request: Request) -> JSONResponse:
            user = self.rows.get(request.path_params["id"])
            if user is None:
                return said(None)
            return JSONResponse({"valid": user.get("password") == (await request.json())["password"]})

        def guarded(handler: Any) -> Any:
            async def checked(request: Request) -> JSONResponse:
                if request.headers.get("authorization") != f"Bearer {self.token}":
                    return JSONResponse({"message": "who are you?"}, 403)
                answer: JSONResponse = await handler(request)
                return answer

            return checked

        return Starlette(
            routes=[
                Route("/api/login", guarded(login), methods=["POST"]),
                Route("/api/users/search", guarded(search)),
                Route("/api/users/page", guarded(page)),
                Route("/api/users", guarded(one), methods=["GET"]),
                Route("/api/users", guarded(create), methods=["POST"]),
                Route("/api/users/{id}", guarded(change), methods=["PATCH"]),
                Route("/api/users/{id}", guarded(delete), methods=["DELETE"]),
                Route("/api/users/{id}/password", guarded(password), methods=["POST"]),
            ]
        )


@asynccontextmanager
async def serving(people: People) -> AsyncIterator[str]:
    """The service's address, for the length of a block."""
    config = uvicorn.Config(people.app(), port=0, log_level="warning", lifespan="off", access_log=False)
    server = uvicorn.Server(config)
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}/api/"
    server.should_exit = True
    await task
