"""Whether a connection works, step by step: an operation of our own. Source: docs/contract/fields.md."""

from __future__ import annotations

import time

from msgspec import Struct

from poolhouse.federation.trial_words import remedy, step_name
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


class TestExtIdpConnectionDto(Struct, rename="camel"):
    id: str


class ExtIdpConnectionTestDto(Struct, rename="camel", kw_only=True):
    success: bool
    steps: list[str]
    step: str
    step_name: str
    sentence: str
    remedy: str
    callback_url: str
    metadata_url: str
    latency_ms: float


async def test_ext_idp_connection(
    request: V3Request, body: TestExtIdpConnectionDto
) -> ExtIdpConnectionTestDto:
    """`id`: the connection's, switched on or not. Sixty an hour in a pool."""
    begun, lang = time.perf_counter(), request.caller.lang
    origin = request.issuer().removesuffix("/oidc")
    found = await request.services.connection_trials.check(request.caller, body.id, origin=origin)
    failed = found.failed
    return ExtIdpConnectionTestDto(
        success=failed is None,
        steps=list(found.steps),
        step=failed.step if failed else "",
        step_name=step_name(failed.step, lang) if failed else "",
        sentence=failed.reason(lang) if failed else "",
        remedy=remedy(failed.step, lang) if failed else "",
        callback_url=found.callback,
        metadata_url=found.metadata,
        latency_ms=round((time.perf_counter() - begun) * 1000, 1),
    )


ENDPOINTS = [
    Endpoint(
        "POST",
        "test-ext-idp-connection",
        request=TestExtIdpConnectionDto,
        response=ExtIdpConnectionTestDto,
        handler=test_ext_idp_connection,
        scope="identities:write",
        summary="Ask an identity provider all that can be asked without signing in, and tell which step failed and why",
        ours=True,
    ),
]
