"""The page of the mail server: what it saves, that its password is not shown again, and its test."""

from __future__ import annotations

from tests.conftest import PoolForTests
from tests.console.conftest import Open
from tests.console.test_forms import send

from poolhouse.services import Services

ONE = "/pools/{pool}/mail-server"
SENT = {"enabled": "yes", "host": "smtp.example.com", "port": "587", "tls": "no", "sender": "a@example.com"}


async def test_a_password_is_kept_unseen_and_unchanged_when_it_is_left_empty(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    assert (await send(one, ONE, **SENT, password="s3cret-s3cret")).status_code == 303  # type: ignore[attr-defined]
    stored = await services.mail.get_provider(pool.administrator)
    assert stored
    assert (stored.host, stored.port, stored.security, stored.password) == (
        "smtp.example.com",
        587,
        "starttls",
        "s3cret-s3cret",
    )
    shown = (await one.get(ONE)).text
    assert "s3cret" not in shown
    assert (await send(one, ONE, enabled="no")).status_code == 303  # type: ignore[attr-defined]
    after = await services.mail.get_provider(pool.administrator)
    assert after
    assert (after.enabled, after.password) == (False, "s3cret-s3cret")
    moved = await send(one, ONE, host="smtp.evil.example")
    assert moved.status_code == 400  # type: ignore[attr-defined]
    assert 'id="f-password-note"' in moved.text  # type: ignore[attr-defined]
    assert await services.mail.get_provider(pool.administrator) == after


async def test_what_is_wrong_is_told_at_its_field(console: Open) -> None:
    one = await console("owner")
    for name, value in (("port", "x"), ("port", "99999"), ("host", "")):
        answer = await send(one, ONE, **{**SENT, name: value})
        assert answer.status_code == 400  # type: ignore[attr-defined]
        assert f'id="f-{name}-note"' in answer.text  # type: ignore[attr-defined]


async def test_a_provider_has_its_own_host(services: Services, pool: PoolForTests, console: Open) -> None:
    one = await console("owner")
    await send(one, ONE, type="sendgrid", enabled="yes", sender="a@example.com", password="key")
    stored = await services.mail.get_provider(pool.administrator)
    assert stored
    assert (stored.host, stored.username, stored.password) == ("smtp.sendgrid.net", "apikey", "key")


async def test_a_test_says_what_to_do_and_saves_nothing(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    typed = {**SENT, "host": "127.0.0.1", "password": "s3cret-s3cret"}
    answer = await send(one, ONE, **typed, act="test", to="wang@example.com")
    text = answer.text  # type: ignore[attr-defined]
    assert "The host is of a private network" in text
    assert "POOLHOUSE_OUTGOING_HOSTS" in text
    assert "s3cret" not in text
    assert await services.mail.get_provider(pool.administrator) is None


async def test_a_viewer_sees_it_closed(console: Open) -> None:
    one = await console("viewer")
    shown = (await one.get(ONE)).text
    assert "Your roles let you see this and not change it" in shown
    assert (await one.post(ONE, page=ONE, act="test", to="a@example.com")).status_code == 403
