"""A test SMS by hooks on the loopback that fail at each of its steps."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from tests.conftest import PoolForTests
from tests.test_outgoing import certificate  # noqa: F401

from poolhouse import turn
from poolhouse.errors import InvalidInput, TooManyRequests
from poolhouse.login.sms_trials import OFTEN, SmsTrials
from poolhouse.mail import sms_trial
from poolhouse.mail.model import SCENES
from poolhouse.mail.sms_trial import KINDS, SmsTrial
from poolhouse.mail.sms_trial_words import REMEDIES, SENTENCES
from poolhouse.services import Services

TO = "138 0013 8000"


@asynccontextmanager
async def hook(
    status: str, heard: list[bytes] | None = None, tls: ssl.SSLContext | None = None
) -> AsyncIterator[str]:
    """Answers `status`; nothing at all where it is empty."""
    held = asyncio.Event()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            first = await reader.readexactly(1)
            if first == b"\x16":  # the first byte of TLS
                writer.write(status.encode() + b"\r\n\r\n")
                return
            head = first + await reader.readuntil(b"\r\n\r\n")
            length = next(
                (
                    int(line[15:])
                    for line in head.split(b"\r\n")
                    if line.lower().startswith(b"content-length:")
                ),
                0,
            )
            body = await reader.readexactly(length)
            if heard is not None:
                heard.extend((head, body))
            if not status:
                await held.wait()
            writer.write(f"{status}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    listener = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    port = listener.sockets[0].getsockname()[1]
    yield f"http{'s' if tls else ''}://127.0.0.1:{port}/sms"
    held.set()
    listener.close()


def trials(services: Services, url: str = "", secret: str = "key") -> SmsTrials:
    return SmsTrials(db=services.db, url=url, secret=secret, audit=services.audit)


async def test_the_text_of_a_code_is_posted_signed_and_nothing_waits_in_the_outbox(
    services: Services, pool: PoolForTests
) -> None:
    heard: list[bytes] = []
    async with hook("HTTP/1.1 202 Accepted", heard) as url:
        assert await trials(services, url).send(pool.administrator, TO) == SmsTrial("done")
    head, body = heard
    assert b"x-poolhouse-signature: t=" in head.lower()
    sent = json.loads(body)
    assert (sent["to"], sent["poolId"]) == ("+8613800138000", pool.id)
    assert sent["scene"] in SCENES
    assert "123456" in sent["text"]
    assert await services.db.fetchval("select count(*) from mail_outbox where pool_id = $1", pool.id) == 0
    acts = await services.db.fetch(
        "select operation, resource_type from audit_records where pool_id = $1", pool.id
    )
    assert ("send", "sms_service") in [(one["operation"], one["resource_type"]) for one in acts]


async def test_who_waits_for_the_hook_keeps_nobody_from_their_turn(
    services: Services, pool: PoolForTests
) -> None:
    given_up: list[bool] = []
    held = turn.held.set(lambda: given_up.append(True))
    try:
        async with hook("HTTP/1.1 202 Accepted", []) as url:
            assert await trials(services, url).send(pool.administrator, TO) == SmsTrial("done")
    finally:
        turn.held.reset(held)
    assert given_up


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("HTTP/1.1 401 x", "secret"),
        ("HTTP/1.1 403 x", "secret"),
        ("HTTP/1.1 404 x", "path"),
        ("HTTP/1.1 422 x", "rejected"),
        ("HTTP/1.1 429 x", "busy"),
        ("HTTP/1.1 500 x", "failed"),
        ("HTTP/1.1 302 x\r\nLocation: /elsewhere", "redirect"),
        ("220 mail.example", "no_http"),
    ],
)
async def test_what_the_hook_answers_is_told(
    services: Services, pool: PoolForTests, status: str, kind: str
) -> None:
    async with hook(status) as url:
        found = await trials(services, url).send(pool.administrator, TO)
    assert (found.step, found.kind) == ("answer", kind)


async def test_nobody_listening_a_certificate_of_nobody_and_no_tls(
    services: Services,
    pool: PoolForTests,
    certificate: Path,  # noqa: F811
) -> None:
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate)
    one = pool.administrator
    async with hook("HTTP/1.1 200 OK", tls=tls) as url:
        assert await trials(services, url).send(one, TO) == SmsTrial("tls", "certificate")
    assert await trials(services, url).send(one, TO) == SmsTrial("connect", "refused")
    async with hook("HTTP/1.1 200 OK") as url:
        found = await trials(services, url.replace("http:", "https:")).send(one, TO)
    assert found == SmsTrial("tls", "tls")


async def test_a_hook_that_never_answers_is_given_up_in_time(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sms_trial, "STEP_S", 0.3)
    async with hook("") as url:
        assert await trials(services, url).send(pool.administrator, TO) == SmsTrial("answer", "timeout")


async def test_without_a_hook_that_is_told_and_an_hour_has_ten_of_a_pool(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    for _ in range(OFTEN.most):
        assert await trials(services).send(pool.administrator, TO) == SmsTrial("url", "no_hook")
    with pytest.raises(TooManyRequests):
        await trials(services).send(pool.administrator, TO)
    await trials(services).send(other_pool.administrator, TO)


@pytest.mark.parametrize("to", ["", "wang", "1", "+86138\r\n00138000", "9" * 400])
async def test_what_is_no_number_is_refused(services: Services, pool: PoolForTests, to: str) -> None:
    with pytest.raises(InvalidInput) as error:
        await trials(services).send(pool.administrator, to)
    assert error.value.facts["field"] == "to"


def test_every_kind_has_its_words() -> None:
    assert set(SENTENCES) == set(REMEDIES) == set(KINDS)
