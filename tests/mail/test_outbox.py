import pytest
from tests.conftest import PoolForTests

from poolhouse.caller import Caller
from poolhouse.errors import InvalidInput, NotAuthenticated, NotFound
from poolhouse.mail import postgres as mail_rows
from poolhouse.paging import PageRequest
from poolhouse.services import Services

FIRST = PageRequest(1, 10)


async def test_a_stranger_reads_no_outbox(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NotAuthenticated):
        await services.mail.list_messages(pool.stranger, FIRST)
    with pytest.raises(NotAuthenticated):
        await services.mail.get_message(pool.stranger, "x")


async def test_without_a_mail_server_mail_waits_in_the_outbox_and_can_be_read(
    services: Services, pool: PoolForTests
) -> None:
    caller = Caller(pool.id, lang="en-US")
    values = {"code": "246810", "app_name": "Shop"}
    async with services.db.transaction() as tx:
        message_id = await services.mail.queue_email(
            tx, caller, "login_code", "Zhang@Example.com", values, user_id="u1"
        )
    page = await services.mail.list_messages(pool.administrator, FIRST, recipient="Zhang@Example.com")
    [message] = page.items
    assert (message.id, message.status, message.attempts, message.user_id) == (message_id, "queued", 0, "u1")
    assert message.subject == "Your login code"
    assert "246810" in message.body
    assert "Shop" in message.body


async def test_another_pools_outbox_is_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    message_id = await services.mail.queue_email(
        services.db, Caller(other_pool.id), "login_code", "a@example.com", {"code": "1"}
    )
    assert (await services.mail.list_messages(pool.administrator, FIRST)).total == 0
    with pytest.raises(NotFound):
        await services.mail.get_message(pool.administrator, message_id)
    with pytest.raises(NotFound):
        await services.mail.retry(pool.administrator, message_id)


async def test_a_mail_leaves_only_if_the_act_is_committed(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(RuntimeError):
        async with services.db.transaction() as tx:
            await services.mail.queue_email(tx, Caller(pool.id), "welcome", "a@example.com", {})
            raise RuntimeError("the registration fails")
    assert (await services.mail.list_messages(pool.administrator, FIRST)).total == 0


@pytest.mark.parametrize("address", ["", "nobody", "a b@example.com", "a@example.com\nBcc: b@example.com"])
async def test_what_is_no_address_is_refused(services: Services, pool: PoolForTests, address: str) -> None:
    with pytest.raises(InvalidInput):
        await services.mail.queue_email(services.db, Caller(pool.id), "welcome", address, {})


async def test_a_short_message_waits_in_the_same_outbox(services: Services, pool: PoolForTests) -> None:
    await services.mail.queue_sms(
        services.db, Caller(pool.id), "login_code", "+8613800138000", {"code": "1357"}
    )
    [message] = (await services.mail.list_messages(pool.administrator, FIRST)).items
    assert message.channel == "sms"
    assert message.recipient == "+8613800138000"
    assert "1357" in message.body


async def test_a_deleted_users_messages_are_forgotten(services: Services, pool: PoolForTests) -> None:
    for user_id in ("u1", "u2"):
        await services.mail.queue_email(
            services.db, Caller(pool.id), "welcome", "a@example.com", {}, user_id=user_id
        )
    async with services.db.transaction() as tx:
        await mail_rows.forget_users(tx, pool.id, ["u1"])
    left = (await services.mail.list_messages(pool.administrator, FIRST)).items
    assert [message.user_id for message in left] == ["u2"]


async def test_pages_of_the_outbox_neither_repeat_nor_lose_messages(
    services: Services, pool: PoolForTests
) -> None:
    for number in range(5):
        await services.mail.queue_sms(services.db, Caller(pool.id), "login_code", f"+{number}", {"code": "1"})
    seen: list[str] = []
    for number in (1, 2, 3):
        page = await services.mail.list_messages(pool.administrator, PageRequest(number, 2))
        assert page.total == 5
        seen += [message.recipient for message in page.items]
    assert seen == ["+4", "+3", "+2", "+1", "+0"]
