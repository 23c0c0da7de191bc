"""What of a request, and of work beside the requests, arrives at a collector by OTLP."""

from __future__ import annotations

import asyncio
import json
import socket
from dataclasses import replace

import httpx
import pytest
import structlog
from tests.tracing.conftest import Traced

from poolhouse import logs, tracing
from poolhouse.app import asgi
from poolhouse.caller import Caller
from poolhouse.db.database import Tx
from poolhouse.ids import new_id
from poolhouse.mail.delivery import Delivery, Transports
from poolhouse.mail.model import Provider
from poolhouse.maintenance import Job, do
from poolhouse.outgoing import NoAnswer, Outgoing
from poolhouse.sandbox.order import WorkerSpec
from poolhouse.wire import observed

OTHERS = "4bf92f3577b34da6a3ce929d0e0e4736"
"""A trace of somebody else's."""


async def token_of(traced: Traced) -> tuple[str, str]:
    """Of a new pool."""
    pool = await traced.services.pools.create("traced")
    asked = {"accessKeyId": pool.id, "accessKeySecret": pool.secret}
    answer = await traced.http.post("/api/v3/get-management-token", json=asked)
    return pool.id, answer.json()["data"]["access_token"]


async def test_a_request_is_a_span_of_its_operation_with_its_statements_below(traced: Traced) -> None:
    pool_id, token = await token_of(traced)
    mine = new_id()
    headers = {"authorization": f"Bearer {token}", "x-authing-userpool-id": pool_id, "x-request-id": mine}
    answer = await traced.http.post("/api/v3/create-user", json={"username": "traced-one"}, headers=headers)
    assert answer.json()["statusCode"] == 200
    root, below = await traced.trace_of(mine, children=3)
    assert (root.name, root.kind, root.parent_id, root.status) == ("POST create-user", 2, "", 0)
    assert root.attributes == {
        "http.request.method": "POST",
        "http.response.status_code": 200,
        "poolhouse.api": "v3",
        "poolhouse.operation": "create-user",
        "poolhouse.outcome": "ok",
        "poolhouse.request_id": mine,
        "poolhouse.pool_id": pool_id,
        "poolhouse.key_id": pool_id,
        "client.address": "192.0.2.7",
    }
    assert root.resource["service.name"] == "poolhouse"
    assert {"service.version", "service.instance.id", "host.name", "process.pid"} <= root.resource.keys()
    (written,) = [one for one in below if one.name == "INSERT users"]
    assert (written.parent_id, written.kind, written.events) == (root.span_id, 3, 0)
    assert written.attributes == {
        "db.system.name": "postgresql",
        "db.operation.name": "INSERT",
        "db.collection.name": "users",
    }
    assert {one.name for one in below} >= {"BEGIN", "COMMIT"}
    assert all(0 < one.took_ms < root.took_ms + 1000 for one in below)


async def test_a_refusal_is_told_by_its_class_and_is_no_failure(traced: Traced) -> None:
    mine = new_id()
    await traced.http.get("/api/v3/list-users", headers={"x-request-id": mine})
    root, _ = await traced.trace_of(mine)
    assert root.attributes["poolhouse.outcome"] == "refused"
    assert (root.attributes["error.type"], root.status) == ("NotAuthenticated", 0)


async def test_a_path_that_nobody_serves_names_no_span(traced: Traced) -> None:
    mine = new_id()
    await traced.http.request("BREW", "/reset/of-a-stranger?token=secret", headers={"x-request-id": mine})
    root, _below = await traced.trace_of(mine)
    assert (root.name, root.attributes["http.request.method"]) == ("unknown", "_OTHER")
    assert b"of-a-stranger" not in b"".join(traced.collector.raw)


async def test_health_checks_are_no_spans(traced: Traced) -> None:
    quiet, mine = new_id(), new_id()
    await traced.http.get("/healthz", headers={"x-request-id": quiet})
    await traced.http.get("/login", headers={"x-request-id": mine})
    await traced.trace_of(mine)
    assert quiet.encode() not in b"".join(traced.collector.raw)


async def test_a_failed_statement_is_told_by_its_class_and_state_alone(traced: Traced) -> None:
    with pytest.raises(Exception, match="hunter2"), tracing.work("statement that fails"):
        await traced.services.db.fetch("select 'hunter2'::text from users where 'hunter2'::int > 0")
    found = await traced.spans(lambda all_: any(one.name == "statement that fails" for one in all_))
    root = next(one for one in found if one.name == "statement that fails")
    failed = next(one for one in found if one.parent_id == root.span_id)
    assert (failed.name, failed.status, failed.status_message) == ("SELECT users", 2, "")
    assert failed.attributes["error.type"] == "InvalidTextRepresentationError"
    assert failed.attributes["db.response.status_code"] == "22P02"
    assert b"hunter2" not in b"".join(traced.collector.raw)


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        ("select 1", "SELECT"),
        ("\n  with one as (select id from users)\n select * from one", "WITH users"),
        ("select extract(epoch from now()) from pools where id = $1", "SELECT pools"),
        ("insert into sessions (id) values ($1) on conflict (id) do update set id = $1", "INSERT sessions"),
        ("update users set name = $2", "UPDATE users"),
        ("select id from pools where id = $1 for update", "SELECT pools"),
        ("select 1 for update", "SELECT"),
        ("begin read only; set local statement_timeout = '10s'", "BEGIN"),
        ("", "STATEMENT"),
    ],
)
def test_a_statement_is_named_by_what_it_does_and_its_table(sql: str, name: str) -> None:
    assert tracing._named(sql)[0] == name


# -- whose trace it is --------------------------------------------------------------------------------------


async def asked_with(traced: Traced, flags: str, **settings: object) -> str:
    mine = new_id()
    services = replace(traced.services, settings=replace(traced.services.settings, **settings))
    transport = httpx.ASGITransport(asgi(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://pool") as http:
        told = {"traceparent": f"00-{OTHERS}-00f067aa0ba902b7-{flags}", "x-request-id": mine}
        await http.get("/login", headers=told)
    return mine


async def test_a_stranger_names_no_trace_and_chooses_no_sampling(traced: Traced) -> None:
    for flags in ("01", "00"):
        root, _ = await traced.trace_of(await asked_with(traced, flags, trusted_proxies=1))
        assert (root.parent_id, root.trace_id == OTHERS) == ("", False)


async def test_the_trace_of_a_proxy_that_is_trusted_with_it_goes_on(traced: Traced) -> None:
    trusted = {"trusted_proxies": 1, "traceparent": "continued"}
    root, _below = await traced.trace_of(await asked_with(traced, "01", **trusted))
    assert (root.trace_id, root.parent_id) == (OTHERS, "00f067aa0ba902b7")
    unsampled = await asked_with(traced, "00", **trusted)
    await traced.trace_of(await asked_with(traced, "01", trusted_proxies=1))
    assert unsampled.encode() not in b"".join(traced.collector.raw)


async def test_the_lines_of_a_request_carry_the_ids_of_its_span(
    traced: Traced, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observed, "_log", structlog.get_logger("poolhouse.request"))
    logs.configure()
    mine = new_id()
    await traced.http.get("/login", headers={"x-request-id": mine})
    (line,) = [json.loads(one) for one in capsys.readouterr().err.splitlines() if mine in one]
    root, _ = await traced.trace_of(mine)
    assert (line["trace_id"], line["span_id"]) == (root.trace_id, root.span_id)


async def test_a_trace_has_an_end_and_says_what_it_left_out(
    traced: Traced, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tracing, "MOST_SPANS", 3)
    with tracing.work("work of many statements"):
        for _ in range(5):
            await traced.services.db.fetchval("select 1")
        await asyncio.sleep(0)  # statements are told a turn later
    found = await traced.spans(lambda all_: any(one.name == "work of many statements" for one in all_))
    root = next(one for one in found if one.name == "work of many statements")
    assert root.attributes == {"poolhouse.spans_left_out": 2}
    assert len([one for one in found if one.parent_id == root.span_id]) == 3


# -- what is called ------------------------------------------------------------------------------------------


async def test_a_script_is_a_span_and_what_it_threw_is_not_told(traced: Traced) -> None:
    source = "async function login(who) { const e = new Error(who); e.name = who; throw e }"
    with tracing.work("work with a script"):
        await traced.services.sandbox.run(
            WorkerSpec(key="traced", env={"KEY": "env-of-script"}),
            source=source,
            function="login",
            args=["hunter3"],
            timeout_ms=3000,
            read_only=True,
        )
    found = await traced.spans(lambda all_: any(one.name == "work with a script" for one in all_))
    script = next(one for one in found if one.name == "script login")
    assert script.attributes == {"poolhouse.script.function": "login", "error.type": "threw"}
    assert not any(secret in b"".join(traced.collector.raw) for secret in (b"hunter3", b"env-of-script"))


async def test_a_call_outside_tells_the_host_and_not_what_is_asked_of_it(traced: Traced) -> None:
    port = int(traced.collector.url.rpartition(":")[2])
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    calls = Outgoing([("127.0.0.1", port), ("127.0.0.1", closed)])
    with tracing.work("work that calls"):
        await calls.get(f"http://127.0.0.1:{port}/webhook-of-mine?key=hunter4", {"x-key": "hunter4"})
        with pytest.raises(NoAnswer):
            await calls.post(f"http://127.0.0.1:{closed}/", {"token": "hunter4"})
    found = await traced.spans(lambda all_: any(one.name == "work that calls" for one in all_))
    got, posted = (next(one for one in found if one.name == name) for name in ("GET", "POST"))
    assert got.attributes == {
        "http.request.method": "GET",
        "server.address": "127.0.0.1",
        "server.port": port,
        "http.response.status_code": 501,
        "error.type": "501",
    }
    assert (got.kind, posted.kind, posted.status, posted.attributes["error.type"]) == (3, 3, 2, "NoAnswer")
    assert not any(one in b"".join(traced.collector.raw) for one in (b"hunter4", b"webhook-of-mine"))


async def test_a_mail_is_a_trace_of_its_own_without_whom_it_is_for(traced: Traced) -> None:
    services = traced.services
    pool = await services.pools.create("mails")
    values = {"code": "hunter5", "minutes": "5"}
    await services.mail.queue_email(services.db, Caller(pool.id), "login_code", "xiaoli@example.com", values)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        closed = probe.getsockname()[1]
    server = Provider("127.0.0.1", closed, sender="no-reply@example.com", security="none")
    await Delivery(services.db, services.box, Transports(server), only=[pool.id]).deliver_due()
    found = await traced.spans(lambda all_: any(one.name == "mail server" for one in all_))
    root = next(one for one in found if one.name == "mail server")
    smtp = next(one for one in found if one.name == "SMTP")
    assert root.attributes == {"poolhouse.pool_id": pool.id, "error.type": "failed"}
    assert (smtp.parent_id, smtp.status) == (root.span_id, 2)
    assert not any(one in b"".join(traced.collector.raw) for one in (b"xiaoli", b"hunter5"))


async def test_a_scheduled_job_is_a_trace_of_its_own_when_it_is_due(traced: Traced) -> None:
    async def work(tx: Tx, _most: int) -> int:
        await tx.fetch("select id from pools limit 1")
        return 0

    job = Job(f"traced_{new_id()}", 3600, work)
    for _ in range(2):  # the second is not due
        await do(traced.services.db, job)
    name = f"maintenance {job.name}"
    found = await traced.spans(lambda all_: any(one.name == name for one in all_))
    (root,) = [one for one in found if one.name == name]
    assert [one.name for one in found if one.parent_id == root.span_id] == ["SELECT pools"]
