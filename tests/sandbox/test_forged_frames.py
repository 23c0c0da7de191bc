"""Whatever a script that left its context writes to the server, in its call or afterwards, costs it its worker,
and the server less than it is long."""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

import poolhouse.sandbox
from poolhouse.sandbox.client import Killed, Returned, Sandbox
from poolhouse.sandbox.limits import KillReason, Limits
from poolhouse.sandbox.order import WorkerSpec

from .world import pids_of

LIMITS = Limits(heartbeat_ms=100, idle_grace_s=0.1, idle_cpu_s=0.3)
SPEC = WorkerSpec(key="forger", env={}, preload=())
MB = 1024 * 1024

ESCAPED = (
    "const outer = Buffer.constructor('return globalThis')();"
    " const { writeSync } = outer.process.getBuiltinModule('node:fs');"
)
FORGE = (
    "async function login(frame, times, later) {"
    + ESCAPED
    + """
  const bytes = Buffer.from(frame, 'latin1');
  const write = () => {
    for (let i = 0; i < times; i++)
      for (let at = 0; at < bytes.length;) at += writeSync(1, bytes.subarray(at));
  };
  if (later) outer.setTimeout(write, 100); else write();
  return 'honest';
}"""
)
SHOW_IDS = (
    "async function login() {"
    + ESCAPED
    + """
  const { setTimeout } = outer;
  outer.setTimeout = (act, ms, ...rest) => {
    outer.lastId = rest[0]?.id ?? outer.lastId;
    return setTimeout(act, ms, ...rest);
  };
  return null;
}"""
)
FORGE_FOR_THIS_CALL = (
    "async function login(head, value) {"
    + ESCAPED
    + """
  const body = Buffer.from(JSON.stringify({ ...head, id: outer.lastId }) + value, 'latin1');
  const length = Buffer.alloc(4);
  length.writeUInt32BE(body.length);
  const bytes = Buffer.concat([length, body]);
  for (let at = 0; at < bytes.length;) at += writeSync(1, bytes.subarray(at));
  await new Promise(() => {});
}"""
)

ANSWER = {
    "type": "result",
    "ok": True,
    "ms": 1,
    "console": [],
    "consoleCut": False,
    "opened": 0,
    "left": 0,
    "connectionLost": False,
    "spliced": 0,
}
THROWN = {"name": "Error", "message": "no", "code": None, "stack": ""}


def frame(value: Any, more: str = "") -> bytes:
    body = (json.dumps(value) + more).encode()
    return struct.pack(">I", len(body)) + body


@dataclass(frozen=True)
class Unasked:
    what: bytes
    times: int = 1


UNASKED = {
    "a pong": Unasked(frame({"type": "pong"}), 3),
    "ready": Unasked(frame({"type": "ready"})),
    "an answer": Unasked(frame({**ANSWER, "id": "1-000000000000"}, "\nnull")),
    "a check": Unasked(frame({"type": "checked", "id": "1-000000000000", "problem": None})),
    "an unknown type": Unasked(frame({"type": "init"})),
    "no object": Unasked(frame([[]])),
    "nothing": Unasked(struct.pack(">I", 0)),
    "garbage": Unasked(b"\xff" * 64),
    "a frame of eight megabytes": Unasked(frame("x" * 8 * MB)),
    "a deep frame": Unasked(frame(0)[:4] + b"[" * 16_000),
    "a stray error of 60 KB": Unasked(frame({"type": "stray", "text": "x" * 60_000})),
    "a hundred stray errors": Unasked(frame({"type": "stray", "text": "x" * 2_000}), 100),
    "a stray error with a value": Unasked(frame({"type": "stray", "text": "x"}, "\n[]")),
    "an escaped flood of stray errors": Unasked(frame({"type": "stray", "text": "\x01" * 2_000}), 5_000),
}

ANSWERS: dict[str, tuple[dict[str, Any], str]] = {
    "a check of a call": ({"type": "checked", "problem": None}, ""),
    "a million empty lists": (ANSWER, "\n[" + "[]," * 300_000 + "[]]"),
    "a million numbers": (ANSWER, "\n[" + "1," * 500_000 + "1]"),
    "a value of 1.1 MB": (ANSWER, '\n"' + "x" * (MB + 100_000) + '"'),
    "a console of 2,000 lines": ({**ANSWER, "console": ["l"] * 2_000}, "\nnull"),
    "a console of 200 KB": ({**ANSWER, "console": ["l" + "x" * 1_000] * 200}, "\nnull"),
    "a console of lists": ({**ANSWER, "console": [["log", "x"]]}, "\nnull"),
    "a console of another level": ({**ANSWER, "console": ["\x00text"]}, "\nnull"),
    "an empty console line": ({**ANSWER, "console": [""]}, "\nnull"),
    "a head of 300 KB": ({**ANSWER, "more": "x" * 300_000}, "\nnull"),
    "negative time": ({**ANSWER, "ms": -1}, "\nnull"),
    "time as a text": ({**ANSWER, "ms": "1"}, "\nnull"),
    "too many clients": ({**ANSWER, "opened": 2**40}, "\nnull"),
    "a negative count": ({**ANSWER, "left": -1}, "\nnull"),
    "eleven things lost": ({**ANSWER, "lost": ["x"] * 11}, "\nnull"),
    "a thing lost of 2 KB": ({**ANSWER, "lost": ["x" * 2_000]}, "\nnull"),
    "another reason to stop": ({**ANSWER, "ok": False, "stopped": "because"}, ""),
    "a message of 30 KB": ({**ANSWER, "ok": False, "error": {**THROWN, "message": "x" * 30_000}}, ""),
    "a stack of 30 KB": ({**ANSWER, "ok": False, "error": {**THROWN, "stack": "x" * 30_000}}, ""),
    "an error without a name": ({**ANSWER, "ok": False, "error": {"message": "no"}}, ""),
}


@pytest.fixture
async def own() -> AsyncIterator[Sandbox]:
    sandbox = Sandbox(LIMITS)
    yield sandbox
    await sandbox.close()


async def run(sandbox: Sandbox, source: str, *args: object) -> Any:
    return await sandbox.run(
        SPEC, source=source, function="login", args=[*args, None], timeout_ms=3_000, read_only=False
    )


async def killed(log: list[Any]) -> Any:
    async with asyncio.timeout(10):
        while True:
            for entry in log:
                if entry["event"] == "sandbox_worker_killed":
                    return entry
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("later", [False, True], ids=["in its call", "afterwards"])
@pytest.mark.parametrize("forged", UNASKED.values(), ids=UNASKED.keys())
async def test_what_nobody_asked_for_ends_the_worker(own: Sandbox, forged: Unasked, later: bool) -> None:
    with capture_logs() as log:
        outcome = await run(own, FORGE, forged.what.decode("latin-1"), forged.times, later)
        end = await killed(log)
    assert end["reason"] in (KillReason.BAD_FRAME, KillReason.FLOODED)
    assert isinstance(outcome, Returned if later else Returned | Killed)
    assert sum(len(repr(entry)) for entry in log) < 200_000, "the log is not filled"
    assert (await run(own, "async function login() { return 'next' }")).value == "next"


@pytest.mark.parametrize(("head", "value"), ANSWERS.values(), ids=ANSWERS.keys())
async def test_an_answer_beyond_the_limits_ends_the_worker(
    own: Sandbox, head: dict[str, Any], value: str
) -> None:
    await run(own, SHOW_IDS)
    outcome = await run(own, FORGE_FOR_THIS_CALL, head, value)
    assert isinstance(outcome, Killed)
    assert outcome.reason is KillReason.BAD_FRAME
    assert "answer to nothing" not in outcome.detail, "the forger knew the call's id"
    assert (await run(own, "async function login() { return 'next' }")).value == "next"


async def test_the_forger_of_these_tests_can_answer_for_its_own_call(own: Sandbox) -> None:
    await run(own, SHOW_IDS)
    outcome = await run(own, FORGE_FOR_THIS_CALL, {**ANSWER, "ms": 1e308}, '\n"forged"')
    assert isinstance(outcome, Returned), outcome
    assert outcome.value == "forged"
    assert outcome.duration_ms < 60_000, "by our own clock"


async def test_the_largest_honest_answer_is_read(own: Sandbox) -> None:
    users = "async function login() { return Array.from({length: 20000}, (_, n) => ({id: n, a: '[,{'})) }"
    outcome = await run(own, users.replace("20000", "8000"))
    assert isinstance(outcome, Returned), outcome
    assert len(outcome.value) == 8_000
    outcome = await run(own, users)
    assert isinstance(outcome, Killed)
    assert outcome.reason is KillReason.OUTPUT_TOO_LARGE
    halves = await run(own, "async function login() { console.log('\\ud83d'); return ['\\ud83d', 'x'] }")
    assert halves.value == ["\ufffd", "x"]


async def test_two_thousand_late_errors_are_told_in_twenty_lines_and_a_new_worker_comes(own: Sandbox) -> None:
    throws = (
        "async function login() {"
        " for (let i = 0; i < 2000; i++) setTimeout(() => { throw new Error('late ' + i); }, 1); return 1 }"
    )
    await run(own, "async function login() {}")
    before = pids_of(own, SPEC.key)
    with capture_logs() as log:
        assert (await run(own, throws)).value == 1
        assert (await run(own, throws)).value == 1
        async with asyncio.timeout(10):
            while set(pids_of(own, SPEC.key)) & set(before):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
    told = [entry for entry in log if entry["event"] == "script_stray_error"]
    assert 0 < len(told) <= LIMITS.strays_logged


async def test_a_flood_on_stderr_ends_the_worker(own: Sandbox) -> None:
    flood = (
        "async function login() {"
        + ESCAPED
        + "const words = new Uint8Array(4096); const more = () => { writeSync(2, words);"
        " outer.setTimeout(more, 0); }; more(); return 1 }"
    )
    with capture_logs() as log:
        await run(own, flood)
        assert (await killed(log))["reason"] == KillReason.FLOODED


@pytest.mark.parametrize(
    "work",
    [
        "outer.setInterval(() => { const end = Date.now() + 40; while (Date.now() < end); }, 45)",
        "outer.setTimeout(() => { while (true); }, 20)",
    ],
    ids=["in slices", "without end"],
)
async def test_a_worker_that_computes_unasked_is_ended(own: Sandbox, work: str) -> None:
    with capture_logs() as log:
        assert (await run(own, f"async function login() {{ {ESCAPED} {work}; return 1 }}")).value == 1
        assert (await killed(log))["reason"] in (KillReason.IDLE_CPU, KillReason.UNRESPONSIVE)


async def test_an_idle_worker_is_asked_whether_it_lives_and_stays(own: Sandbox) -> None:
    await run(own, "async function login() {}")
    before = pids_of(own, SPEC.key)
    await asyncio.sleep(LIMITS.heartbeat_ms / 1000 * 10)
    assert pids_of(own, SPEC.key) == before


@pytest.mark.parametrize(
    "learn",
    [
        "Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName()).join(' ')",
        "Error.prepareStackTrace = undefined",
        "outer.Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName()).join(' ')",
        "outer.Error.stackTraceLimit = 100",
    ],
)
async def test_paths_of_the_machine_reach_no_script_author(own: Sandbox, learn: str) -> None:
    source = (
        "async function login() {"
        + ESCAPED
        + learn
        + "; const found = [new Error('x').stack, new outer.Error('x').stack, outer.eval('new Error().stack'),"
        " require.toString(), outer.Deno.mainModule];"
        " console.log(...found);"
        " const error = new Error(found.join()); error.stack = found.join(); throw error; }"
    )
    outcome = await run(own, source)
    folder = Path(poolhouse.sandbox.__file__).parent
    assert outcome.console
    assert str(folder) not in repr(outcome)
    assert str(folder.parent) not in repr(outcome)
