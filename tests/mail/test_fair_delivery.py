"""No pool and no mail server makes the mail of another pool wait. Real servers on the loopback, by order and state."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from tests.conftest import PoolForTests
from tests.mail.test_delivery import AT_ONCE_AGAIN, Mailbox, of_pools, provider

from poolhouse.breaker import Breaker
from poolhouse.caller import Caller
from poolhouse.mail import delivery as mail_delivery
from poolhouse.mail.delivery import PER_POOL, Delivery, Transports
from poolhouse.retries import RetryPolicy
from poolhouse.services import Services


@pytest.fixture
def mailbox() -> Mailbox:
    return Mailbox()


@pytest.fixture
def smtp(mailbox: Mailbox) -> Iterator[int]:
    """The port of a mail server that takes everything."""
    controller = Controller(mailbox, hostname="127.0.0.1", port=free_port())
    controller.start()
    yield controller.port
    controller.stop()


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a mail server that accepts connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=100) as server:
        yield server.getsockname()[1]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def queue(services: Services, pool: PoolForTests, count: int = 1) -> list[str]:
    values = {"code": "246810", "app_name": "商店"}
    return [
        await services.mail.queue_email(
            services.db, Caller(pool.id), "login_code", f"{pool.id}@example.com", values
        )
        for _ in range(count)
    ]


async def attempts(services: Services, pool: PoolForTests) -> list[int]:
    rows = await services.db.fetch("select attempts from mail_outbox where pool_id = $1", pool.id)
    return sorted((row["attempts"] for row in rows), reverse=True)


async def test_a_pools_silent_mail_server_holds_only_its_own_places(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, silent: int, smtp: int, mailbox: Mailbox
) -> None:
    await services.mail.put_provider(pool.administrator, provider(silent))
    await services.mail.put_provider(other_pool.administrator, provider(smtp))
    await queue(services, pool, 40)
    await queue(services, other_pool)
    delivery = of_pools(services, [pool.id, other_pool.id], silent, smtp)
    running = asyncio.create_task(delivery.run())
    try:
        async with asyncio.timeout(15):  # below the 20 s after which the silent server is given up
            while not mailbox.got:  # noqa: ASYNC110 - filled by the controller's thread
                await asyncio.sleep(0.02)
        assert await attempts(services, pool) == [1] * PER_POOL + [0] * (40 - PER_POOL)
        failed = "select count(*) from mail_outbox where pool_id = $1 and last_error is not null"
        assert await services.db.fetchval(failed, pool.id) == 0, "nobody waited for a failure"
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


async def test_pools_that_share_a_mail_server_take_turns_on_it(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, smtp: int, mailbox: Mailbox
) -> None:
    await queue(services, pool, 30)
    await queue(services, other_pool)
    transports = Transports(provider(smtp))
    delivery = Delivery(services.db, services.box, transports, only=[pool.id, other_pool.id])
    assert await delivery.deliver_due() == 31
    order = [recipients[0].partition("@")[0] for recipients, _ in mailbox.got]
    assert order.index(other_pool.id) <= PER_POOL


async def test_stopping_waits_for_what_is_being_sent_and_begins_nothing_more(
    services: Services, pool: PoolForTests, smtp: int, mailbox: Mailbox
) -> None:
    mailbox.slow_s = 0.5
    await queue(services, pool, PER_POOL + 3)
    delivery = Delivery(services.db, services.box, Transports(provider(smtp)), only=[pool.id])
    running = asyncio.create_task(delivery.run())
    while mailbox.begun < PER_POOL:  # noqa: ASYNC110 - counted by the controller's thread
        await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    rows = await services.db.fetch("select status from mail_outbox where pool_id = $1", pool.id)
    assert sorted(row["status"] for row in rows) == ["queued"] * 3 + ["sent"] * PER_POOL
    assert len(mailbox.got) == PER_POOL


async def test_stopping_does_not_wait_for_a_mail_server_that_never_answers(
    services: Services, pool: PoolForTests, silent: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_delivery, "SENDING_S", 0.1)
    await queue(services, pool)
    delivery = Delivery(services.db, services.box, Transports(provider(silent)), only=[pool.id])
    running = asyncio.create_task(delivery.run())
    while await attempts(services, pool) != [1]:  # noqa: ASYNC110
        await asyncio.sleep(0.02)
    running.cancel()
    async with asyncio.timeout(5):
        await asyncio.gather(running, return_exceptions=True)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_a_mail_server_that_fails_is_left_alone_then_asked_by_one_mail(
    services: Services, pool: PoolForTests, mailbox: Mailbox
) -> None:
    port, clock = free_port(), Clock()
    delivery = Delivery(
        services.db,
        services.box,
        Transports(provider(port)),
        AT_ONCE_AGAIN,
        only=[pool.id],
        breaker=lambda: Breaker(failures=3, open_s=5.0, open_most_s=60.0, clock=clock),
    )
    await queue(services, pool, 10)
    # Places fall free one by one, so up to two more may be filled before the third failure.
    assert 3 <= await delivery.deliver_due() <= PER_POOL + 2
    assert await delivery.deliver_due() == 0
    assert delivery.resting() == {"pool": 0, "server": 1, "sms": 0}
    clock.now = 5.0
    assert await delivery.deliver_due() == 1, "one mail asks whether the server is back"
    clock.now = 14.9
    assert await delivery.deliver_due() == 0, "it is left alone for twice as long"
    controller = Controller(mailbox, hostname="127.0.0.1", port=port)
    controller.start()
    try:
        clock.now = 15.0
        assert await delivery.deliver_due() == 10
    finally:
        controller.stop()
    assert len(mailbox.got) == 10
    assert delivery.resting() == {"pool": 0, "server": 0, "sms": 0}


@pytest.mark.parametrize("answer", ["550 no such mailbox", "451 greylisted, come again"])
async def test_a_server_that_refuses_mails_is_not_one_that_fails(
    services: Services, pool: PoolForTests, smtp: int, mailbox: Mailbox, answer: str
) -> None:
    mailbox.answer = answer
    await queue(services, pool, 10)
    later = RetryPolicy(first=timedelta(hours=1))
    delivery = Delivery(services.db, services.box, Transports(provider(smtp)), later, only=[pool.id])
    assert await delivery.deliver_due() == 10
    assert not any(delivery.resting().values())


async def test_a_pool_cannot_make_another_pools_way_out_rest(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, smtp: int, mailbox: Mailbox
) -> None:
    """Both name the same server; one of them with a user name and password that are wrong there."""
    wrong: Any = provider(smtp)
    await services.mail.put_provider(
        pool.administrator, type(wrong)("127.0.0.1", smtp, "me", "wrong", security="none")
    )
    await services.mail.put_provider(other_pool.administrator, provider(smtp))
    await queue(services, pool, 10)
    later = RetryPolicy(first=timedelta(hours=1))
    delivery = of_pools(services, [pool.id, other_pool.id], smtp, policy=later)
    await delivery.deliver_due()
    assert delivery.resting()["pool"] == 1
    await queue(services, other_pool)
    await delivery.deliver_due()
    assert [recipients for recipients, _ in mailbox.got] == [[f"{other_pool.id}@example.com"]]
