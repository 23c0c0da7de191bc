"""Against a real SMTP server on the loopback, up and down."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.policy import default
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.conftest import PoolForTests

from poolhouse.caller import Caller
from poolhouse.errors import InvalidInput
from poolhouse.mail.delivery import Delivery, Transports
from poolhouse.mail.model import Provider
from poolhouse.outgoing import Outgoing
from poolhouse.retries import RetryPolicy
from poolhouse.services import Services

AT_ONCE_AGAIN = RetryPolicy(first=timedelta(0), longest=timedelta(0))


class Mailbox:
    """An SMTP handler that keeps what it gets, or answers what it is told to."""

    def __init__(self) -> None:
        self.got: list[Any] = []
        self.answer = "250 OK"
        self.begun, self.slow_s = 0, 0.0

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.begun += 1
        await asyncio.sleep(self.slow_s)
        if self.answer.startswith("250"):
            self.got.append((envelope.rcpt_tos, message_from_bytes(envelope.content, policy=default)))
        return self.answer


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp(port: int, mailbox: Mailbox) -> Iterator[Controller]:
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    yield controller
    if controller._thread is not None:
        controller.stop()


def provider(port: int) -> Provider:
    return Provider("127.0.0.1", port, sender="no-reply@example.com", security="none")


def sender(
    services: Services, pool: PoolForTests, port: int, policy: RetryPolicy = AT_ONCE_AGAIN
) -> Delivery:
    return Delivery(services.db, services.box, Transports(provider(port)), policy, only=[pool.id])


def of_pools(services: Services, pool_ids: list[str], *ports: int, **more: Any) -> Delivery:
    """By the pools' own mail servers, which the operator has named."""
    named = Outgoing([("127.0.0.1", each) for each in ports])
    more = {"policy": AT_ONCE_AGAIN, **more}
    return Delivery(services.db, services.box, Transports(), only=pool_ids, outgoing=named, **more)


async def queue(services: Services, pool: PoolForTests, code: str = "246810") -> str:
    values = {"code": code, "app_name": "商店"}
    return await services.mail.queue_email(
        services.db, Caller(pool.id), "login_code", "li@example.com", values
    )


async def test_a_mail_arrives_in_html_and_text_and_its_code_is_forgotten(
    services: Services, pool: PoolForTests, port: int, smtp: Controller, mailbox: Mailbox
) -> None:
    smtp.start()
    message_id = await queue(services, pool)
    assert await sender(services, pool, port).deliver_due() == 1
    [(recipients, mime)] = mailbox.got
    assert recipients == ["li@example.com"]
    assert mime["Subject"] == "您的登录验证码"
    assert str(mime["From"]) == "商店 <no-reply@example.com>"
    assert "246810" in mime.get_body(("plain",)).get_content()
    assert "<strong>246810</strong>" in mime.get_body(("html",)).get_content()
    stored = await services.mail.get_message(pool.administrator, message_id)
    assert (stored.status, stored.body, stored.attempts) == ("sent", "", 1)
    assert await sender(services, pool, port).deliver_due() == 0


async def test_a_mail_server_that_is_down_loses_nothing_and_delays_nobody(
    services: Services, pool: PoolForTests, port: int, smtp: Controller, mailbox: Mailbox
) -> None:
    async with asyncio.timeout(5):
        message_id = await queue(services, pool)
    delivery = sender(services, pool, port)
    assert await delivery.deliver_due() == 1
    waiting = await services.mail.get_message(pool.administrator, message_id)
    assert (waiting.status, waiting.attempts) == ("queued", 1)
    assert waiting.last_error
    assert "246810" in waiting.body
    smtp.start()
    assert await delivery.deliver_due() == 1
    assert (await services.mail.get_message(pool.administrator, message_id)).status == "sent"
    assert len(mailbox.got) == 1


async def test_each_failure_waits_twice_as_long_give_or_take_half(
    services: Services, pool: PoolForTests, port: int
) -> None:
    message_id = await queue(services, pool)
    delivery = sender(services, pool, port, RetryPolicy(first=timedelta(seconds=100)))
    for attempt in (1, 2, 3):
        assert await delivery.deliver_due() == 1
        assert await delivery.deliver_due() == 0
        message = await services.mail.get_message(pool.administrator, message_id)
        wait_s = await services.db.fetchval(
            "select extract(epoch from next_attempt_at - now()) from mail_outbox where pool_id = $1", pool.id
        )
        expected_s = 100 * 2 ** (attempt - 1)
        assert message.attempts == attempt
        assert expected_s * 0.5 - 10 <= wait_s <= expected_s * 1.5
        await services.db.execute(
            "update mail_outbox set next_attempt_at = now() where pool_id = $1", pool.id
        )


async def test_a_refusal_for_good_is_a_dead_letter_that_can_be_sent_again(
    services: Services, pool: PoolForTests, port: int, smtp: Controller, mailbox: Mailbox
) -> None:
    smtp.start()
    mailbox.answer = "550 no such mailbox"
    message_id = await queue(services, pool)
    delivery = sender(services, pool, port)
    await delivery.deliver_due()
    dead = await services.mail.get_message(pool.administrator, message_id)
    assert dead.status == "dead"
    assert "no such mailbox" in (dead.last_error or "")
    assert await delivery.deliver_due() == 0
    mailbox.answer = "250 OK"
    await services.mail.retry(pool.administrator, message_id)
    await delivery.deliver_due()
    assert (await services.mail.get_message(pool.administrator, message_id)).status == "sent"


async def test_a_passing_refusal_is_tried_again(
    services: Services, pool: PoolForTests, port: int, smtp: Controller, mailbox: Mailbox
) -> None:
    smtp.start()
    mailbox.answer = "451 greylisted, come again"
    message_id = await queue(services, pool)
    await sender(services, pool, port).deliver_due()
    assert (await services.mail.get_message(pool.administrator, message_id)).status == "queued"


async def test_a_message_too_old_to_be_of_use_is_kept_as_a_dead_letter(
    services: Services, pool: PoolForTests, port: int
) -> None:
    message_id = await queue(services, pool)
    await sender(services, pool, port, RetryPolicy(give_up_after=timedelta(0))).deliver_due()
    dead = await services.mail.get_message(pool.administrator, message_id)
    assert (dead.status, dead.subject) == ("dead", "您的登录验证码")


async def test_senders_together_send_each_mail_once(
    services: Services, pool: PoolForTests, port: int, smtp: Controller, mailbox: Mailbox
) -> None:
    smtp.start()
    for number in range(12):
        await queue(services, pool, f"code{number}")
    senders = [sender(services, pool, port) for _ in range(3)]
    counts = await asyncio.gather(*(each.deliver_due() for each in senders))
    assert sum(counts) == 12
    bodies = [mime.get_body(("plain",)).get_content() for _, mime in mailbox.got]
    assert len(bodies) == len(set(bodies)) == 12


async def test_a_pools_own_mail_server_is_used_and_its_password_stored_encrypted(
    services: Services, pool: PoolForTests, port: int, smtp: Controller, mailbox: Mailbox
) -> None:
    smtp.start()
    await services.mail.put_provider(pool.administrator, provider(port))
    await queue(services, pool)
    delivery = of_pools(services, [pool.id], port)
    assert await delivery.deliver_due() == 1
    assert len(mailbox.got) == 1
    await services.mail.put_provider(
        pool.administrator, Provider("127.0.0.1", port, "me", "s3cret-word", security="none")
    )
    stored = await services.db.fetchval("select password from mail_providers where pool_id = $1", pool.id)
    assert b"s3cret-word" not in stored
    kept = await services.mail.put_provider(
        pool.administrator, Provider("127.0.0.1", port, "me", sender="a@example.com", security="none")
    )
    assert kept.password == "s3cret-word"


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "169.254.169.254", "::1"])
async def test_a_pools_own_mail_server_leads_into_no_private_network(
    services: Services, pool: PoolForTests, port: int, smtp: Controller, mailbox: Mailbox, host: str
) -> None:
    """The message is given up at once, with the reason, and is sent when it is sent again with the host named."""
    smtp.start()
    await services.mail.put_provider(pool.administrator, replace(provider(port), host=host))
    message_id = await queue(services, pool)
    delivery = of_pools(services, [pool.id])
    assert await delivery.deliver_due() == 1
    dead = await services.mail.get_message(pool.administrator, message_id)
    assert (dead.status, mailbox.got) == ("dead", [])
    assert (dead.last_error or "").startswith(f"not allowed: {host}:{port}: ")
    assert "POOLHOUSE_OUTGOING_HOSTS" in (dead.last_error or "")
    assert delivery.resting()["pool"] == 0
    if host == "127.0.0.1":
        await services.mail.retry(pool.administrator, message_id)
        await of_pools(services, [pool.id], port).deliver_due()
        assert (await services.mail.get_message(pool.administrator, message_id)).status == "sent"


@pytest.mark.parametrize(
    "elsewhere", [{"host": "127.0.0.2"}, {"port": 2525}, {"username": "you"}, {"security": "none"}]
)
async def test_a_stored_mail_password_is_not_sent_where_it_was_not_meant_for(
    services: Services, pool: PoolForTests, elsewhere: dict[str, Any]
) -> None:
    stored = Provider("127.0.0.1", 465, "me", "s3cret-word")
    await services.mail.put_provider(pool.administrator, stored)
    with pytest.raises(InvalidInput) as refused:
        await services.mail.put_provider(pool.administrator, replace(stored, password="", **elsewhere))
    assert refused.value.facts["field"] == "senderPass"
    assert await services.mail.get_provider(pool.administrator) == stored
    moved = replace(stored, password="another", **elsewhere)
    assert await services.mail.put_provider(pool.administrator, moved) == moved


async def test_the_running_sender_is_woken_by_the_outbox(
    services: Services, pool: PoolForTests, port: int, smtp: Controller, mailbox: Mailbox
) -> None:
    smtp.start()
    running = asyncio.create_task(sender(services, pool, port).run())
    try:
        await asyncio.sleep(0.2)
        await queue(services, pool)
        async with asyncio.timeout(10):
            while not mailbox.got:  # noqa: ASYNC110 - filled by the controller's thread
                await asyncio.sleep(0.02)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


class Hook(BaseHTTPRequestHandler):
    got: list[tuple[dict[str, str], Any]]
    status: int

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"]))
        self.got.append(({k.lower(): v for k, v in self.headers.items()}, json.loads(body)))
        self.send_response(self.status)
        if 300 <= self.status < 400:
            self.send_header("location", "/elsewhere")
        self.end_headers()

    def do_GET(self) -> None:  # where a redirect leads to
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def hook() -> Iterator[tuple[str, type[Hook]]]:
    handler = type("OneHook", (Hook,), {"got": [], "status": 200})
    server = HTTPServer(("127.0.0.1", 0), handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/sms", handler
    server.shutdown()
    server.server_close()


async def test_a_short_message_is_posted_to_the_hook_signed(
    services: Services, pool: PoolForTests, hook: tuple[str, type[Hook]]
) -> None:
    url, handler = hook
    message_id = await services.mail.queue_sms(
        services.db, Caller(pool.id), "login_code", "+8613800138000", {"code": "1357"}
    )
    delivery = Delivery(services.db, services.box, Transports(None, url, "key"), only=[pool.id])
    assert await delivery.deliver_due() == 1
    [(headers, body)] = handler.got
    assert body["to"] == "+8613800138000"
    assert "1357" in body["text"]
    assert headers["x-poolhouse-signature"].startswith("t=")
    assert (await services.mail.get_message(pool.administrator, message_id)).status == "sent"


async def test_a_hook_that_says_no_makes_a_dead_letter_and_one_that_fails_is_asked_again(
    services: Services, pool: PoolForTests, hook: tuple[str, type[Hook]]
) -> None:
    url, handler = hook
    delivery = Delivery(services.db, services.box, Transports(None, url), AT_ONCE_AGAIN, only=[pool.id])
    message_id = await services.mail.queue_sms(
        services.db, Caller(pool.id), "login_code", "+8613800138000", {"code": "1"}
    )
    for status in (503, 302):
        handler.status = status
        await delivery.deliver_due()
        assert (await services.mail.get_message(pool.administrator, message_id)).status == "queued"
    handler.status = 400
    await delivery.deliver_due()
    assert (await services.mail.get_message(pool.administrator, message_id)).status == "dead"
