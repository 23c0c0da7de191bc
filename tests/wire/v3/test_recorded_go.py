"""What the official Go clients send, line by line against a new pool, and each answer read as Go would.

Source: tests/wire/v3/recorded/README.md.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.wire.v3.published import misfits

from poolhouse.caller import Caller
from poolhouse.services import Services

RECORDED = Path(__file__).parent / "recorded"
HEADERS = {
    "go-3.0.19": {"x-authing-sdk-version": "authing-golang-sdk:3.0.15", "x-authing-lang": ""},
    "go-0.1.0": {
        "x-authing-sdk-version": "golang:5.0.0",
        "x-authing-lang": "",
        "x-authing-request-from": "",
    },
}


class Replay:
    """Sends the lines of one client in order, with the ids of what earlier lines made in place of `<names>`."""

    def __init__(self, http: httpx.AsyncClient, headers: dict[str, str], known: dict[str, str]) -> None:
        self._http, self._headers, self._known = http, headers, known

    async def send(self, line: dict[str, Any]) -> str | None:
        """What is wrong with its answer; None when nothing is."""
        method, url = line["method"], self._filled(line["url"])
        headers = dict(self._headers)
        body = self._filled(line.get("body", ""))
        if method == "POST":
            headers["content-type"] = "application/json;charset=UTF-8"
        answer = await self._http.request(method, url, headers=headers, content=body.encode())
        path = url.partition("?")[0]
        said = answer.json()
        self._remember(path, line, said)
        return self._fault(method, path, line, said)

    def _filled(self, text: str) -> str:
        for name, value in self._known.items():
            text = text.replace(f"<{name}>", value)
        return text

    def _remember(self, path: str, line: dict[str, Any], said: dict[str, Any]) -> None:
        if path.endswith("get-management-token"):
            self._headers["authorization"] = f"Bearer {said['data']['access_token']}"
        for name, where in line.get("keep", {}).items():
            value: Any = said.get("data")
            for step in where.split("."):
                value = (value or {}).get(step) if not step.isdecimal() else (value or [{}])[int(step)]
            self._known[name] = value or "?"

    def _fault(self, method: str, path: str, line: dict[str, Any], said: dict[str, Any]) -> str | None:
        refused = line.get("refused", {}).get("apiCode")
        if said["statusCode"] == 200 and refused is None:
            return ", ".join(misfits(method, path, said)) or _wrong_count(line, said["data"])
        if said.get("apiCode") == refused:
            return None
        return f"{said['statusCode']} {said.get('apiCode')} {said['message']}"


def _wrong_count(line: dict[str, Any], data: Any) -> str | None:
    if "count" not in line:
        return None
    found = len(data["list"] if isinstance(data, dict) else data)
    return None if found == line["count"] else f"{found} instead of {line['count']}"


@pytest.mark.parametrize("client", HEADERS)
async def test_every_recorded_request_of_the_go_client_succeeds(
    services: Services, v3_http: httpx.AsyncClient, client: str
) -> None:
    pool = await services.pools.create(client)
    administrator = Caller(pool_id=pool.id, kind="administrator", actor_id=pool.id)
    app = await services.apps.create(administrator, "recorded")
    known = {"key": pool.id, "secret": pool.secret, "app": app.id, "app secret": app.secret}
    replay = Replay(v3_http, dict(HEADERS[client]), known)
    faults = []
    for number, text in enumerate((RECORDED / f"{client}.jsonl").read_text().splitlines(), 1):
        line = json.loads(text)
        if fault := await replay.send(line):
            faults.append(f"line {number}, {line['method']} {line['url']} {line.get('body', '')}: {fault}")
    assert not faults, "\n".join(faults)
