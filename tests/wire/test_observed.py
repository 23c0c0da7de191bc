"""Every request has an id, a log line and its numbers; nothing a stranger sends makes a new name in them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest
import structlog

from poolhouse import logs
from poolhouse.app import asgi
from poolhouse.maintenance import Job, do
from poolhouse.services import Services
from poolhouse.settings import SecretStr
from poolhouse.trace import Trace, current
from poolhouse.wire import observed
from poolhouse.wire.observed import Observed, outcome_of


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Logs go to the standard error of this test, and of no later one: a logger keeps its first file."""
    known = structlog.get_config()
    monkeypatch.setattr(observed, "_log", structlog.get_logger("poolhouse.request"))
    yield
    structlog.configure(**known)


async def asked(services: Services, *requests: tuple[str, str]) -> list[httpx.Response]:
    transport = httpx.ASGITransport(asgi(services))
    async with httpx.AsyncClient(transport=transport, base_url="http://pool") as client:
        return [
            await client.request(method, path, headers={"x-request-id": f"mine-{number}"})
            for number, (method, path) in enumerate(requests)
        ]


EVERYWHERE = [
    ("POST", "/graphql/v2"),
    ("GET", "/api/v2/users/x"),
    ("GET", "/api/v3/list-users"),
    ("GET", "/api/v3/no-such-thing"),
    ("GET", "/oidc/.well-known/openid-configuration"),
    ("POST", "/oidc/token"),
    ("GET", "/login"),
    ("GET", "/healthz"),
    ("GET", "/console"),
    ("GET", "/nowhere"),
    ("DELETE", "/healthz"),
]


async def test_every_answer_carries_the_request_id_once(services: Services) -> None:
    for number, answer in enumerate(await asked(services, *EVERYWHERE)):
        assert answer.headers.get_list("x-request-id") == [f"mine-{number}"], answer.url


async def test_the_envelopes_tell_the_same_id(services: Services) -> None:
    v2, v3 = await asked(services, ("GET", "/api/v2/users/x"), ("GET", "/api/v3/list-users"))
    assert v2.json()["requestId"] == "mine-0"
    assert v3.json()["requestId"] == "mine-1"


async def test_a_request_is_one_line_with_what_it_was(
    services: Services, capsys: pytest.CaptureFixture[str], lines: None
) -> None:
    logs.configure()
    await asked(services, ("GET", "/api/v3/list-users?secret=hunter2"))
    (line,) = [json.loads(text) for text in capsys.readouterr().err.splitlines()]
    assert line["duration_ms"] > 0
    told = {key: line[key] for key in ("level", "event", "request_id", "api", "operation", "status", "error")}
    assert told == {
        "level": "info",  # somebody else's mistake is no error of ours
        "event": "request",
        "request_id": "mine-0",
        "api": "v3",
        "operation": "GET list-users",
        "status": 200,
        "error": "NotAuthenticated",
    }
    assert "hunter2" not in json.dumps(line)


async def test_probes_are_not_told_at_info(
    services: Services, capsys: pytest.CaptureFixture[str], lines: None
) -> None:
    logs.configure()
    await asked(services, ("GET", "/healthz"), ("GET", "/readyz"))
    assert capsys.readouterr().err == ""


async def test_names_of_strangers_are_all_unknown(services: Services) -> None:
    strange = [("GET", f"/{place}stranger-{n}") for n in range(3) for place in ("", "api/v2/", "api/v3/")]
    text = (await asked(services, *strange, ("GET", "/metrics")))[-1].text
    assert "stranger" not in text
    assert 'operation="unknown"' in text


async def test_metrics_tell_of_every_part(services: Services) -> None:
    *_, answer = await asked(services, ("GET", "/api/v3/list-users"), ("GET", "/metrics"))
    names = {line.split("{")[0].split(" ")[0] for line in answer.text.splitlines() if line[:1] != "#"}
    assert names >= {
        "poolhouse_requests_total",
        "poolhouse_request_seconds_bucket",
        "poolhouse_password_queue",
        "poolhouse_database_in_use",
        "poolhouse_database_waiting",
        "poolhouse_database_wait_seconds_total",
        "poolhouse_database_up",
        "poolhouse_sandbox_workers",
        "poolhouse_mail_waiting",
        "poolhouse_build_info",
    }
    told = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if line[:1] != "#")
    assert told["poolhouse_schema_version"] == told["poolhouse_schema_version_known"] != "0.0"


TOKEN = "correct-horse-battery"


@pytest.mark.parametrize(
    "given",
    [
        None,
        "",
        TOKEN,
        "Bearer",
        f"Basic {TOKEN}",
        f"Bearer {TOKEN[:-1]}",
        f"Bearer {TOKEN}x",
        f"Bearer {TOKEN}\u00e9",
    ],
)
async def test_metrics_with_a_token_tell_strangers_nothing(services: Services, given: str | None) -> None:
    headers = [] if given is None else [(b"authorization", given.encode("latin-1"))]
    async with client_with_a_token(services) as client:
        answer = await client.get("/metrics", headers=headers)
        assert (await client.get("/readyz")).status_code == 200
    assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="metrics"')
    assert "poolhouse_" not in answer.text


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
async def test_metrics_are_told_to_who_has_the_token(services: Services, scheme: str) -> None:
    async with client_with_a_token(services) as client:
        answer = await client.get("/metrics", headers={"authorization": f"{scheme} {TOKEN}"})
    assert answer.status_code == 200
    assert "poolhouse_database_up 1.0" in answer.text


def client_with_a_token(services: Services) -> httpx.AsyncClient:
    settings = replace(services.settings, metrics_token=SecretStr(TOKEN))
    transport = httpx.ASGITransport(asgi(replace(services, settings=settings)))
    return httpx.AsyncClient(transport=transport, base_url="http://pool")


async def test_metrics_tell_how_every_job_of_maintenance_fares(services: Services) -> None:
    async def fails(_tx: object, _limit: int) -> int:
        raise KeyError("a bug")

    async def works(_tx: object, _limit: int) -> int:
        return 7

    await do(services.db, Job("test_works", 0.0, works))
    with pytest.raises(KeyError):
        await do(services.db, Job("test_fails", 0.0, fails))
    [answer] = await asked(services, ("GET", "/metrics"))
    told = dict(line.rsplit(" ", 1) for line in answer.text.splitlines() if line[:1] != "#")
    assert told['poolhouse_maintenance_run_rows{job="test_works"}'] == "7.0"
    assert told['poolhouse_maintenance_failures_total{job="test_fails"}'] == "1.0"
    assert float(told['poolhouse_maintenance_finished_timestamp_seconds{job="test_works"}']) > 1.7e9
    assert (
        float(told['poolhouse_maintenance_failed_timestamp_seconds{error="KeyError",job="test_fails"}'])
        > 1.7e9
    )


async def test_what_nobody_caught_is_a_500_with_its_id() -> None:
    async def broken(scope: object, receive: object, send: object) -> None:
        raise ZeroDivisionError

    transport = httpx.ASGITransport(Observed(broken))  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://pool") as client:
        answer = await client.get("/x", headers={"x-request-id": "mine"})
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "mine")
    assert "ZeroDivision" not in answer.text


@pytest.mark.parametrize(
    ("status", "error", "outcome"),
    [
        (200, "", "ok"),
        (200, "UserNotFound", "refused"),
        (404, "", "refused"),
        (501, "NotSupported", "refused"),
        (503, "DatabaseLost", "unavailable"),
        (200, "CustomDatabaseUnavailable", "unavailable"),
        (0, "CustomDatabaseUnavailable", "unavailable"),
        (200, "ScriptFailed", "refused"),
        (200, "PasswordFunctionUnavailable", "unavailable"),
        (503, "DatabaseFull", "unavailable"),
        (429, "TooManyRequests", "unavailable"),
        (500, "PoolhouseError", "fault"),
        (0, "", "refused"),
    ],
)
def test_outcomes(status: int, error: str, outcome: str) -> None:
    assert outcome_of(status, error) == outcome


def test_every_line_on_the_way_names_the_request(capsys: pytest.CaptureFixture[str], lines: None) -> None:
    logs.configure()
    token = current.set(Trace("abc", pool_id="p"))
    structlog.get_logger("test").info("halfway", odd={1, 2}, bad="\ud800")
    current.reset(token)
    line = json.loads(capsys.readouterr().err)
    assert (line["request_id"], line["pool_id"]) == ("abc", "p")
