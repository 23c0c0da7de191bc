"""A version of a script on the calls that were recorded last. Ours; docs/decisions/0065-script-editor.md."""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from poolhouse.customdb.replay import Ended
from poolhouse.times import v3_time
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


class Camel(Struct, rename="camel"):
    pass


class ReplayScriptDto(Camel):
    name: str
    version: int | None = None
    limit: int = 10


class EndedCallDto(Camel):
    """How a call ended; what it answered is not told."""

    success: bool
    outcome: str
    message: str | None
    version: int | None
    duration_ms: float


class AnswerDifferenceDto(Camel):
    path: str
    before: str | None
    after: str | None


class ReplayedCallDto(Camel):
    time: str | None
    arguments: list[Any]
    then: EndedCallDto
    published: EndedCallDto | None
    draft: EndedCallDto
    verdict: str
    differences: list[AnswerDifferenceDto]


class ScriptReplayDto(Camel):
    version: int
    published_version: int | None
    replayed: list[ReplayedCallDto]
    skipped: int
    left_out: int


async def replay_script(request: V3Request, body: ReplayScriptDto) -> ScriptReplayDto:
    found = await request.services.script_replay.replay(request.caller, body.name, body.version, body.limit)
    calls = [
        ReplayedCallDto(
            v3_time(call.at) if call.at else None,
            list(call.arguments),
            _ended(call.then),
            _ended(call.published) if call.published else None,
            _ended(call.draft),
            call.verdict,
            [AnswerDifferenceDto(one.path, one.before, one.after) for one in call.differences],
        )
        for call in found.calls
    ]
    return ScriptReplayDto(found.version, found.published, calls, found.skipped, found.left)


def _ended(one: Ended) -> EndedCallDto:
    return EndedCallDto(one.success, one.outcome, one.message, one.version, round(one.duration_ms, 1))


ENDPOINTS = [
    Endpoint(
        "POST",
        "replay-custom-database-script",
        request=ReplayScriptDto,
        response=ScriptReplayDto,
        handler=replay_script,
        scope="custom-database:write",
        summary="Run a version of a script on the calls recorded last, and compare with the published version",
        ours=True,
    )
]
