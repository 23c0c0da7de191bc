"""A browser on another origin may call the wires, and not the pages that read a cookie."""

from __future__ import annotations

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from poolhouse.wire.cors import Origins

ORIGIN = "https://app.example"


def client(allowed: str) -> httpx.AsyncClient:
    async def answer(request: object) -> PlainTextResponse:
        return PlainTextResponse("answer")

    routes = [
        Route(path, answer, methods=["GET", "POST"]) for path in ("/graphql/v2", "/oidc/auth", "/login")
    ]
    app = Starlette(routes=routes, middleware=[Middleware(Origins, allowed)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://poolhouse")


async def test_a_preflight_of_the_official_client_is_answered_for_its_headers() -> None:
    asked = "authorization,content-type,x-authing-app-id,x-authing-userpool-id"
    headers = {
        "origin": ORIGIN,
        "access-control-request-method": "POST",
        "access-control-request-headers": asked,
    }
    async with client("*") as http:
        answer = await http.options("/graphql/v2", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["access-control-allow-origin"] == ORIGIN
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert answer.headers["access-control-allow-headers"] == asked


@pytest.mark.parametrize("path", ["/oidc/auth", "/login"])
async def test_pages_that_read_a_cookie_answer_no_other_origin(path: str) -> None:
    async with client("*") as http:
        answer = await http.get(path, headers={"origin": ORIGIN})
    assert "access-control-allow-origin" not in answer.headers


async def test_caches_are_told_that_an_answer_to_nobody_of_the_web_is_another_for_a_page() -> None:
    async with client("*") as http:
        assert (await http.post("/graphql/v2")).headers["vary"] == "Origin"
        assert "vary" not in (await http.get("/login")).headers


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "https://app.example.evil.example", "https://appxexample", "null"]
)
async def test_only_the_origins_of_a_list_are_answered(origin: str) -> None:
    async with client(f"{ORIGIN}, http://localhost:8080") as http:
        refused = await http.post("/graphql/v2", headers={"origin": origin})
        admitted = await http.post("/graphql/v2", headers={"origin": ORIGIN})
    assert "access-control-allow-origin" not in refused.headers
    assert admitted.headers["access-control-allow-origin"] == ORIGIN


async def test_an_origin_is_found_however_the_operator_wrote_it() -> None:
    async with client("https://App.Example:443/") as http:
        answer = await http.post("/graphql/v2", headers={"origin": ORIGIN})
    assert answer.headers["access-control-allow-origin"] == ORIGIN
