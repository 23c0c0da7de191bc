"""The page about SMS: what it tells, and its test."""

from __future__ import annotations

from tests.console.conftest import Open

ONE = "/pools/{pool}/sms"


async def test_it_tells_that_sms_wait_and_a_test_says_what_to_do(console: Open) -> None:
    one = await console("owner")
    assert "Without POOLHOUSE_SMS_URL they wait in the outbox" in (await one.get(ONE)).text
    tried = await one.post(ONE, page=ONE, to="138 0013 8000")
    assert tried.status_code == 200
    assert "The server has no service for SMS" in tried.text
    assert "Have whoever runs the server set POOLHOUSE_SMS_URL" in tried.text
    assert "the server&#39;s settings" in tried.text


async def test_what_is_no_number_is_told_at_its_field(console: Open) -> None:
    one = await console("owner")
    answer = await one.post(ONE, page=ONE, to="<b>wang")
    assert answer.status_code == 400
    assert 'aria-invalid="true"' in answer.text
    assert "<b>wang" not in answer.text


async def test_a_viewer_sees_it_closed(console: Open) -> None:
    one = await console("viewer")
    assert "Your roles let you see this and not change it" in (await one.get(ONE)).text
    assert (await one.post(ONE, page=ONE, to="13800138000")).status_code == 403
