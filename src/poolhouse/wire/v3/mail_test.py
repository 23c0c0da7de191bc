"""A test mail, and what stopped it in words to act on: an operation of our own. Source: docs/contract/fields.md."""

from __future__ import annotations

import time

from msgspec import UNSET, Struct, UnsetType

from poolhouse.mail.trial_words import remedy, sentence
from poolhouse.wire.v3.dto.mail import ConfigEmailProviderDto
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.mail import configured


class TestEmailProviderDto(Struct, rename="camel"):
    to: str
    provider: ConfigEmailProviderDto | UnsetType = UNSET


class EmailProviderTestDto(Struct, rename="camel", kw_only=True):
    success: bool
    own_server: bool
    step: str
    reason: str
    sentence: str
    remedy: str
    message: str
    latency_ms: float


async def test_email_provider(request: V3Request, body: TestEmailProviderDto) -> EmailProviderTestDto:
    """By what is given, in place of what is saved. A text of ours goes to `to`; ten an hour in a pool."""
    given = None if isinstance(body.provider, UnsetType) else configured(body.provider)
    begun = time.perf_counter()
    found = await request.services.mail_trials.send(request.caller, body.to, given)
    return EmailProviderTestDto(
        success=found.kind is None,
        own_server=found.is_own,
        step=found.step,
        reason=found.kind or "",
        sentence=sentence(found.kind, request.caller.lang),
        remedy=remedy(found.kind, request.caller.lang),
        message=found.said,
        latency_ms=round((time.perf_counter() - begun) * 1000, 1),
    )


ENDPOINTS = [
    Endpoint(
        "POST",
        "test-email-provider",
        request=TestEmailProviderDto,
        response=EmailProviderTestDto,
        handler=test_email_provider,
        scope="mail:write",
        summary="Send a test mail by what is saved or by what is given, and tell which step failed and why",
        ours=True,
    ),
]
