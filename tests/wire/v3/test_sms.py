"""How SMS are sent, by v3: who may ask, and what is told."""

from __future__ import annotations

from typing import Any

from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_mail_outbox import limited
from tests.wire.v3.test_tenants import done

TO = {"to": "13800138000"}


async def test_a_stranger_and_a_reader_are_refused(v3: V3Client) -> None:
    nobody: dict[str, Any] = {"headers": {"authorization": ""}}
    assert (await v3.get("get-sms-delivery", **nobody))["statusCode"] == 401
    assert (await v3.post("test-sms-delivery", TO, **nobody))["statusCode"] == 401
    reader = await limited(v3, "mail:read")
    assert (await reader.get("get-sms-delivery"))["data"] == {"configured": False, "signed": False}
    assert (await reader.post("test-sms-delivery", TO))["statusCode"] == 403


async def test_what_stops_it_is_told_in_both_languages(v3: V3Client) -> None:
    found = await done(v3, "test-sms-delivery", TO)
    assert (found["success"], found["step"], found["reason"]) == (False, "url", "no_hook")
    assert "POOLHOUSE_SMS_URL" in found["remedy"]
    english = await v3.post("test-sms-delivery", TO, headers={"x-authing-lang": "en-US"})
    assert english["data"]["sentence"] != found["sentence"]
    wrong = await v3.post("test-sms-delivery", {"to": "nobody"})
    assert wrong["statusCode"] == 400
    assert "to" in wrong["message"]
