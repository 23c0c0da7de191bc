"""Everybody of a pool over HTTP: who may, what comes, and that nothing is held for whoever does not read."""

from __future__ import annotations

import asyncio
import csv
import json
import socket
from collections.abc import MutableMapping
from typing import Any

import httpx
import pytest
from granian.constants import HTTPModes, Interfaces
from granian.server.embed import Server
from tests.wire.v3.conftest import V3Client

from poolhouse.app import asgi
from poolhouse.errors import DatabaseLost
from poolhouse.migration import exporting, postgres_exports
from poolhouse.users.model import UserDraft
from poolhouse.wire.v3 import streaming, users_export

PATH = "/api/v3/export-users"
Message = MutableMapping[str, Any]


async def people(v3: V3Client, *names: str) -> None:
    for name in names:
        await v3.services.users.create(v3.administrator, UserDraft({"username": name}))


async def export(v3: V3Client, **query: str) -> httpx.Response:
    return await v3.http.get(PATH, params=query, headers=v3.headers)


async def last_note(v3: V3Client) -> tuple[bool, dict[str, Any]]:
    row = await v3.services.db.fetchrow(
        "select success, detail from audit_records where pool_id = $1 and operation = 'export' "
        "order by at desc limit 1",
        v3.pool_id,
    )
    assert row is not None
    return row["success"], row["detail"]


async def test_a_stranger_is_refused_in_the_envelope(v3: V3Client) -> None:
    answer = await v3.http.get(PATH)
    assert answer.headers["content-type"] == "application/json"
    assert answer.json()["statusCode"] == 401


async def test_everybody_comes_a_line_each_and_nobody_of_another_pool(
    v3: V3Client, neighbour: V3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users_export, "PAGE", 2)
    await people(v3, "a", "b", "c")
    await people(neighbour, "elsewhere")
    answer = await export(v3)
    assert answer.headers["content-type"] == "application/x-ndjson; charset=utf-8"
    assert [json.loads(line)["username"] for line in answer.text.splitlines()] == ["a", "b", "c"]
    assert await last_note(v3) == (True, {"hashes": False, "rows": 3})


@pytest.mark.parametrize("names", [[], ["=1+1"]])
async def test_a_table_has_its_header_and_no_formula(v3: V3Client, names: list[str]) -> None:
    await people(v3, *names)
    answer = await export(v3, format="csv")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(answer.content.decode("utf-8-sig").splitlines()))
    assert [row["username"] for row in rows] == [f"'{name}" for name in names]
    assert answer.text.startswith("\ufeffid,")


async def test_hashes_are_for_the_pool_s_own_key(v3: V3Client) -> None:
    await people(v3, "a")
    (key,) = (await v3.post("create-access-key", {}))["data"]
    credentials = {"accessKeyId": key["accessKeyId"], "accessKeySecret": key["accessKeySecret"]}
    token = (await v3.post("get-management-token", credentials))["data"]["access_token"]
    asked = {"params": {"withPasswordHashes": "true"}}
    refused = await v3.http.get(PATH, headers={"authorization": f"Bearer {token}"}, **asked)
    assert refused.json()["statusCode"] == 403
    assert (await export(v3, withPasswordHashes="true")).status_code == 200
    assert await last_note(v3) == (True, {"hashes": True, "rows": 1})


async def chosen(v3: V3Client, **body: Any) -> httpx.Response:
    return await v3.http.post(PATH, json=body, headers=v3.headers)


async def test_all_that_match_or_those_named_come_in_the_form_asked_for(
    v3: V3Client, neighbour: V3Client
) -> None:
    assert (await v3.http.post(PATH, json={})).json()["statusCode"] == 401
    await people(v3, "anna", "annika", "bert")
    await people(neighbour, "annabel")
    table = {"format": "csv", "separator": "semicolon", "bom": False, "columns": ["username", "status"]}
    answer = await chosen(v3, match={"keywords": "ann"}, **table)
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text == "username;status\r\nanna;Activated\r\nannika;Activated\r\n"
    conditions = [{"field": "username", "operator": "EQUAL", "value": "bert"}]
    answer = await chosen(v3, match={"advancedFilter": conditions}, columns=["username"])
    assert answer.text == '{"username":"bert"}\n'
    (bert,) = (await v3.post("list-users", {"keywords": "bert"}))["data"]["list"]
    answer = await chosen(v3, userIds=[bert["userId"]], columns=["id"])
    assert json.loads(answer.text) == {"id": bert["userId"]}
    assert (await chosen(neighbour, userIds=[bert["userId"]])).text == ""


@pytest.mark.parametrize(
    ("body", "named"),
    [
        ({}, "userIds"),
        ({"userIds": ["x"], "match": {"everybody": True}}, "userIds"),
        ({"match": {"everybody": False}}, "match"),
        ({"match": {"everybody": True}, "columns": ["nosuch"]}, "columns"),
        ({"match": {"everybody": True}, "columns": ["passwordHash"]}, "columns"),
        ({"match": {"everybody": True}, "separator": "dot"}, "separator"),
    ],
)
@pytest.mark.parametrize("lang", ["zh-CN", "en-US"])
async def test_what_is_amiss_is_named(v3: V3Client, body: dict[str, Any], named: str, lang: str) -> None:
    answer = await v3.http.post(PATH, json=body, headers={**v3.headers, "x-authing-lang": lang})
    assert answer.json()["statusCode"] == 400
    assert named in answer.json()["message"]


async def test_one_too_many_is_refused_in_the_envelope(v3: V3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    for bound, status in (("OF_A_POOL", 429), ("AT_ONCE", 503)):
        with monkeypatch.context() as patch:
            patch.setattr(exporting, bound, 0)
            answer = await export(v3)
        assert (answer.status_code, answer.json()["statusCode"]) == (status, status)
        assert answer.headers["retry-after"] == str(exporting.RETRY_S)


async def taken_by(v3: V3Client, send: Any, receive: Any) -> None:
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": PATH,
        "raw_path": PATH.encode(),
        "query_string": b"",
        "headers": [(b"authorization", v3.headers["authorization"].encode())],
        "server": ("poolhouse", 80),
        "client": ("127.0.0.1", 1),
    }
    async with asyncio.timeout(60):
        await asgi(v3.services)(scope, receive, send)


async def never() -> Any:
    await asyncio.Event().wait()


async def test_whoever_stops_reading_is_cut_off_and_nothing_is_held_for_them(
    v3: V3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "STALLED_S", 0.01)
    monkeypatch.setattr(users_export, "PAGE", 1)
    await people(v3, "a", "b")

    async def send(message: Message) -> None:
        if message.get("body"):
            await never()

    await taken_by(v3, send, receiving())
    assert await last_note(v3) == (False, {"hashes": False, "rows": 1})
    assert not v3.services.exports._running


async def test_whoever_has_hung_up_ends_the_export(v3: V3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(users_export, "PAGE", 1)
    await people(v3, "a", "b", "c")
    hung_up, sent = asyncio.Event(), list[Message]()

    async def send(message: Message) -> None:
        """As Granian: takes what nobody will read."""
        sent.append(message)
        if message.get("body"):
            hung_up.set()
            await asyncio.sleep(0.01)

    await taken_by(v3, send, receiving(hung_up))
    assert len(sent) == 2
    assert await last_note(v3) == (False, {"hashes": False, "rows": 2})


def receiving(hung_up: asyncio.Event | None = None) -> Any:
    """An empty body, and the end of the connection when it comes."""
    asked = False

    async def receive() -> Message:
        nonlocal asked
        if not asked:
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await (hung_up or asyncio.Event()).wait()
        return {"type": "http.disconnect"}

    return receive


async def test_what_fails_in_the_middle_ends_without_the_last_chunk(
    v3: V3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(users_export, "PAGE", 1)
    await people(v3, "a", "b")
    page = postgres_exports.page

    async def fails_later(
        db: Any, pool_id: str, fields: Any, after_id: str, limit: int, *, hashes: bool
    ) -> Any:
        if after_id:
            raise DatabaseLost("gone")
        return await page(db, pool_id, fields, after_id, limit, hashes=hashes)

    monkeypatch.setattr(postgres_exports, "page", fails_later)
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    server = Server(
        asgi(v3.services),
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        log_enabled=False,
    )
    serving = asyncio.create_task(server.serve())
    try:
        transport = httpx.AsyncHTTPTransport(retries=10)
        async with httpx.AsyncClient(transport=transport, timeout=60) as http:
            lines = []
            with pytest.raises(httpx.RemoteProtocolError):
                async with http.stream("GET", f"http://127.0.0.1:{port}{PATH}", headers=v3.headers) as answer:
                    async for line in answer.aiter_lines():
                        lines.append(json.loads(line)["username"])
        assert (answer.status_code, lines) == (200, ["a"])
    finally:
        server.stop()  # type: ignore[no-untyped-call]
        await serving
    assert await last_note(v3) == (False, {"hashes": False, "rows": 1})
