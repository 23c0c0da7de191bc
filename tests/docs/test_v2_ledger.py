"""The ledger in docs/reference/v2.md is what the code says, of the methods the client has."""

from __future__ import annotations

import asyncio
import os
import re

import httpx
import msgspec
import pytest
from tests.docs.v2_ledger import PAGE, PATHS_PAGE, Served, methods, page, paths, paths_page
from tests.sdk import JS, node

from poolhouse.app import asgi
from poolhouse.services import Services
from poolhouse.wire.v2.operations import routes as v2_routes
from poolhouse.wire.v2.rest import Router

INSIDE = {"org": {"buildTree"}, "event": {"initWebSocket", "reconnect"}, "(client)": {"uploadPhoto"}}
SAME = {"wxqrcode": "qrcode", "wechatmpqrcode": "qrcode"}
STATIC = {("acl", "randomString")}


async def test_the_ledger_is_current(services: Services) -> None:
    text = page(Served(services))
    if os.environ.get("POOLHOUSE_RECORD_LEDGER"):
        PAGE.write_text(text, encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == text


async def test_the_ledger_of_paths_is_current(services: Services) -> None:
    text = paths_page(Served(services))
    if os.environ.get("POOLHOUSE_RECORD_LEDGER"):
        PATHS_PAGE.write_text(text, encoding="utf-8")
    assert PATHS_PAGE.read_text(encoding="utf-8") == text


def test_no_path_of_a_client_is_caught_by_the_parameter_of_another() -> None:
    """`/users/me` is not the user whose id is `me`."""
    router = Router(v2_routes())
    for asked in paths():
        method, _, path = asked.partition(" ")
        found = router.find(method, re.sub(r"\{\w+\}", "x", path))
        assert found is None or found[2].count("{") == asked.count("{"), f"{asked} is served by {found[2]}"


@pytest.mark.parametrize("asked", [one for one in paths() if "/api/v3/" not in one])
async def test_a_path_that_is_not_built_says_so_in_the_envelope(services: Services, asked: str) -> None:
    if Served(services)(asked):
        return
    method, _, path = asked.partition(" ")
    transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        answer = await http.request(method, re.sub(r"\{\w+\}", "x", path))
    body = answer.json()
    # v3's clients build some of them too, and read v3's envelope; v2's read either word.
    assert (answer.status_code, body.get("code", body.get("statusCode"))) == (200, 501), answer.text


async def test_the_ledger_names_every_method_of_the_client() -> None:
    process = await asyncio.create_subprocess_exec(
        str(node()), str(JS / "methods.js"), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    real = msgspec.json.decode(out)
    for kind, clients in methods().items():
        for client, calls in clients.items():
            public = set(real[kind][client]) - INSIDE.get(client, set())
            if client == "enterprise":
                public &= {"authorize"}
            listed = {name for name in calls if (client, name) not in STATIC}
            assert listed == public, f"{kind} {client}"
        for client, names in real[kind].items():
            if names and not client.lower().endswith("client"):
                assert SAME.get(client, client) in clients
