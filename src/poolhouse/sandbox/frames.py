"""Frames that a worker writes, checked for size before they are decoded.

A script that left its context can write any bytes here. A frame is four bytes of big-endian length, then a
flat JSON object and, after a line feed, the JSON text of what the function returned. Nothing in the object
nests, so reading it costs what copying its text costs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from poolhouse.sandbox.limits import Limits

Level = Literal["log", "info", "warn", "error", "debug"]
_LEVELS: dict[str, Level] = {"l": "log", "i": "info", "w": "warn", "e": "error", "d": "debug"}

Id = Annotated[str, Meta(max_length=64)]
Text = Annotated[str, Meta(max_length=256)]
Count = Annotated[int, Meta(ge=0, lt=2**31)]


class NotAFrame(Exception):
    """The message is for the log."""


class ThrownFrame(msgspec.Struct):
    """`private`: a driver's or the runtime's words are in the message, not the script's alone."""

    name: Text
    message: Annotated[str, Meta(max_length=8192)]
    code: Text | None
    stack: Annotated[str, Meta(max_length=16384)]
    private: bool


class ResultFrame(msgspec.Struct, tag="result", rename="camel"):
    """`console`: a line is its level's first letter and its text. `dialect`: the form the function was found in;
    `answers`: how often it called its callback. `full`: the heap is, by two thirds."""

    id: Id
    ok: bool
    ms: Annotated[float, Meta(ge=0)]
    console: list[str]
    console_cut: bool
    opened: Count
    left: Count
    connection_lost: bool
    spliced: Count
    lost: Annotated[list[Text], Meta(max_length=10)] = []
    error: ThrownFrame | None = None
    dialect: Literal["poolhouse", "auth0"] = "poolhouse"
    answers: Count = 0
    full: bool = False
    stopped: Literal["timeout", "output_too_large"] | None = None

    def lines(self) -> list[tuple[Level, str]]:
        return [(_LEVELS[line[0]], line[1:]) for line in self.console]


@dataclass(frozen=True, slots=True)
class Result:
    """`unreadable` says why there is no `value`, though the function returned one."""

    head: ResultFrame
    value: Any = None
    unreadable: str | None = None


class ProblemFrame(msgspec.Struct):
    message: Annotated[str, Meta(max_length=2048)]
    line: Count | None = None
    column: Count | None = None


class CheckedFrame(msgspec.Struct, tag="checked"):
    """`auth0`: the source looks written for Auth0."""

    id: Id
    problem: ProblemFrame | None
    auth0: bool = False


class StrayFrame(msgspec.Struct, tag="stray"):
    text: Annotated[str, Meta(max_length=2048)]


class ReadyFrame(msgspec.Struct, tag="ready"):
    pass


class PongFrame(msgspec.Struct, tag="pong"):
    pass


Answer = Result | CheckedFrame
Frame = Answer | StrayFrame | ReadyFrame | PongFrame
_decode_head = msgspec.json.Decoder(ResultFrame | CheckedFrame | StrayFrame | ReadyFrame | PongFrame).decode


def longest(limits: Limits, *, asked: bool) -> int:
    """The bytes a frame may have; one nobody asked for is a stray error or a pong."""
    return limits.head_bytes + 1 + limits.result_bytes if asked else limits.unasked_bytes


def decode(body: bytes, limits: Limits) -> Frame:
    """Raises NotAFrame for whatever an honest worker would not say."""
    head, _, value = body.partition(b"\n")
    if len(head) > limits.head_bytes:
        raise NotAFrame(f"a head of {len(head)} bytes")
    frame: ResultFrame | CheckedFrame | StrayFrame | ReadyFrame | PongFrame
    try:
        frame = _decode_head(head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        raise NotAFrame(str(problem)[:500]) from None
    if isinstance(frame, ResultFrame):
        _check_console(frame, limits)
        return _result(frame, value, limits)
    if value:
        raise NotAFrame("a value behind a frame that has none")
    return frame


def _check_console(frame: ResultFrame, limits: Limits) -> None:
    if len(frame.console) > limits.console_lines:
        raise NotAFrame(f"{len(frame.console)} console lines")
    if any(line[:1] not in _LEVELS for line in frame.console):
        raise NotAFrame("a console line of an unknown level")
    if sum(map(len, frame.console)) > limits.console_bytes:
        raise NotAFrame("more console output than there may be")


def _result(frame: ResultFrame, text: bytes, limits: Limits) -> Result:
    """Counting is a thousand times cheaper than making the objects, which stops the whole server meanwhile."""
    if not frame.ok:
        return Result(frame)
    if len(text) > limits.result_bytes:
        raise NotAFrame(f"a value of {len(text)} bytes")
    if text.count(b"[") + text.count(b"{") > limits.result_objects:
        raise NotAFrame("a value of too many objects")
    if text.count(b",") > limits.result_values:
        raise NotAFrame("a value of too many items")
    try:
        return Result(frame, msgspec.json.decode(text))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
        return Result(frame, unreadable=str(problem)[:200])
