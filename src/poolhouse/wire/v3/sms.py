"""How SMS of a pool are sent, and a test SMS: operations of our own. Source: docs/contract/fields.md."""

from __future__ import annotations

import time

from msgspec import Struct

from poolhouse.mail.sms_trial_words import remedy, sentence
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


class SmsDeliveryDto(Struct, rename="camel", kw_only=True):
    configured: bool
    signed: bool


class TestSmsDeliveryDto(Struct, rename="camel"):
    to: str


class SmsDeliveryTestDto(Struct, rename="camel", kw_only=True):
    success: bool
    step: str
    reason: str
    sentence: str
    remedy: str
    latency_ms: float


async def get_sms_delivery(request: V3Request, _: None) -> SmsDeliveryDto:
    """Not where they go: that is the operator's network."""
    is_set, is_signed = request.services.sms_trials.state(request.caller)
    return SmsDeliveryDto(configured=is_set, signed=is_signed)


async def test_sms_delivery(request: V3Request, body: TestSmsDeliveryDto) -> SmsDeliveryTestDto:
    """The text of a code goes to `to`, a number as people write it; ten an hour in a pool."""
    begun = time.perf_counter()
    found = await request.services.sms_trials.send(request.caller, body.to)
    return SmsDeliveryTestDto(
        success=found.kind is None,
        step=found.step,
        reason=found.kind or "",
        sentence=sentence(found.kind, request.caller.lang),
        remedy=remedy(found.kind, request.caller.lang),
        latency_ms=round((time.perf_counter() - begun) * 1000, 1),
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-sms-delivery",
        request=None,
        response=SmsDeliveryDto,
        handler=get_sms_delivery,
        scope="mail:read",
        summary="Whether the server sends SMS, and signs what it hands to the service that does",
        ours=True,
    ),
    Endpoint(
        "POST",
        "test-sms-delivery",
        request=TestSmsDeliveryDto,
        response=SmsDeliveryTestDto,
        handler=test_sms_delivery,
        scope="mail:write",
        summary="Send a test SMS the way that codes go, and tell which step failed and why",
        ours=True,
    ),
]
