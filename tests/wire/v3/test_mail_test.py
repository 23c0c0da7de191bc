"""A test mail by v3: who may, by what, and what is told."""

from __future__ import annotations

from typing import Any

from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_mail_outbox import limited
from tests.wire.v3.test_tenants import done

SMTP = {"smtp_host": "127.0.0.1", "smtp_port": 465, "sender": "a@example.com", "senderPass": "secret"}


async def test_a_stranger_and_a_reader_are_refused(v3: V3Client) -> None:
    nobody: dict[str, Any] = {"headers": {"authorization": ""}}
    assert (await v3.post("test-email-provider", {"to": "w@example.com"}, **nobody))["statusCode"] == 401
    reader = await limited(v3, "mail:read")
    assert (await reader.post("test-email-provider", {"to": "w@example.com"}))["statusCode"] == 403


async def test_what_stops_it_is_told_in_both_languages_and_nothing_is_saved(v3: V3Client) -> None:
    asked = {"to": "w@example.com", "provider": {"type": "custom", "enabled": True, "smtpConfig": SMTP}}
    found = await done(v3, "test-email-provider", asked)
    assert (found["success"], found["step"], found["reason"]) == (False, "name", "not_allowed")
    assert "POOLHOUSE_OUTGOING_HOSTS" in found["remedy"]
    english = await v3.post("test-email-provider", asked, headers={"x-authing-lang": "en-US"})
    assert english["data"]["sentence"] != found["sentence"]
    assert (await v3.get("get-email-provider"))["data"]["enabled"] is False
    wrong = await v3.post("test-email-provider", {**asked, "to": "nobody"})
    assert wrong["statusCode"] == 400
    assert "to" in wrong["message"]
