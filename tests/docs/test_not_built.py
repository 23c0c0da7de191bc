"""What the ledgers mark as not built answers 501 in the envelope, and names itself."""

from __future__ import annotations

import re

import httpx
from tests.docs.v2_ledger import Served, methods

from poolhouse.app import asgi
from poolhouse.services import Services
from poolhouse.wire.v3.table import authentication, contract, endpoints

WAITING = sorted((contract().keys() | authentication().keys()) - endpoints().keys())
"""Method and path of every row of docs/reference/v3.md that says no."""


async def refusals(services: Services, rows: list[tuple[str, str]]) -> list[str]:
    """Those that answer anything else, and what."""
    transport = httpx.ASGITransport(app=asgi(services), raise_app_exceptions=False)
    wrong = []
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        for method, path in rows:
            answer = await http.request(method, re.sub(r"\{\w+\}|:\w+", "x", path))
            said = answer.json() if "json" in answer.headers.get("content-type", "") else {}
            if (answer.status_code, said.get("code", said.get("statusCode"))) != (200, 501):
                wrong.append(f"{method} {path}: {answer.status_code} {answer.text[:80]}")
            elif path.rpartition("/")[2] not in said["message"]:
                wrong.append(f"{method} {path}: not named in {said['message']}")
    return wrong


async def test_every_endpoint_of_v3_that_is_not_built_says_so(services: Services) -> None:
    assert len(WAITING) > 100
    assert await refusals(services, WAITING) == []


async def test_every_path_of_a_method_of_v2_that_is_not_built_says_so(services: Services) -> None:
    served = Served(services)
    sent = {
        one
        for clients in methods().values()
        for calls in clients.values()
        for said in calls.values()
        for one in said
    }
    rows = sorted(
        (kind, path)
        for kind, _, path in (one.partition(" ") for one in sent if not served(one))
        if kind.isupper()
    )
    assert await refusals(services, rows) == []
