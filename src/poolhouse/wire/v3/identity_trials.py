"""Whether a connection works, step by step: an operation of our own. Source: docs/contract/fields.md."""

from __future__ import annotations

import time

from msgspec import Struct

from poolhouse.federation.trial_words import known, remedy, step_name
from poolhouse.times import v3_time
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


class GetExtIdpConnectionStatusQuery(Struct, rename="camel"):
    id: str


class ExtIdpConnectionFailureDto(Struct, rename="camel", kw_only=True):
    time: str
    step: str
    step_name: str
    sentence: str
    remedy: str
    printed: str
    app_id: str | None
    request_id: str
    record_id: str


class ExtIdpConnectionStatusDto(Struct, rename="camel", kw_only=True):
    callback_url: str
    metadata_url: str
    failures: list[ExtIdpConnectionFailureDto]


async def get_ext_idp_connection_status(
    request: V3Request, query: GetExtIdpConnectionStatusQuery
) -> ExtIdpConnectionStatusDto:
    """`id`: the connection's. Nobody outside is asked."""
    lang, origin = request.caller.lang, request.issuer().removesuffix("/oidc")
    found = await request.services.connection_trials.status(request.caller, query.id, origin=origin)
    return ExtIdpConnectionStatusDto(
        callback_url=found.callback,
        metadata_url=found.metadata,
        failures=[
            ExtIdpConnectionFailureDto(
                time=v3_time(one.at),
                step=one.step,
                step_name=step_name(step, lang) if (step := known(one.step)) else one.step,
                sentence=one.reason(lang),
                remedy=remedy(step, lang) if step else "",
                printed=one.printed,
                app_id=one.app_id,
                request_id=one.request_id,
                record_id=one.record_id,
            )
            for one in found.failures
        ],
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-ext-idp-connection-status",
        request=GetExtIdpConnectionStatusQuery,
        response=ExtIdpConnectionStatusDto,
        handler=get_ext_idp_connection_status,
        scope="identities:read",
        summary="Which addresses to register at a connection's provider, and how the last sign-ins by it failed",
        ours=True,
    ),
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
