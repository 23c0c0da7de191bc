"""One run of a client's driver against a server, and what is kept of it.

A driver reads a JSON object on its first line of input: `host`, `userPoolId`, `userPoolSecret`, `accessKeyId`,
`accessKeySecret`, `appId`, `appSecret`, `redirectUri`, `publicKey` (PEM), and `walk` where the client's row has one.
It prints a JSON object a line:

    {"call": name, "outcome": "passed" | "failed" | "not supported", "detail": text}
    {"ask": "code", "to": address}                the newest code sent there
    {"ask": "authorization", "to": account}       the code that OpenID Connect's redirect brings once they signed in
    {"passed": N, "failed": M}             the last

What is asked for comes as a line of input, {"code": text}. `not supported`: the client has no such method. Everything
else a driver prints is the client's own talk.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
ROOT = Path(__file__).parents[2]
TIME_LIMIT_S = 300
LONGEST_LINE = 4_000_000

Answers = Mapping[str, Callable[[str], Awaitable[str]]]
"""By `ask`: what is answered for a `to`."""


@dataclass(frozen=True, slots=True)
class Run:
    """Names of calls, in the order they were made; `details` has what the failed ones said."""

    passed: list[str]
    failed: list[str]
    not_supported: list[str]
    details: dict[str, str]

    @property
    def kept(self) -> dict[str, list[str]]:
        """What is the same each time."""
        return {"passed": self.passed, "failed": self.failed, "not supported": self.not_supported}


async def run(command: list[str], given: dict[str, Any], answers: Answers) -> Run:
    """Raises AssertionError with what the driver wrote when it did not come to its end."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=LONGEST_LINE,
        cwd=ROOT,
    )
    assert process.stdin
    assert process.stderr
    errors = asyncio.create_task(process.stderr.read())
    process.stdin.write(json.dumps(given).encode() + b"\n")
    try:
        async with asyncio.timeout(TIME_LIMIT_S):
            said = await _listen(process, answers)
            await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
    trouble = (await errors).decode(errors="replace")
    assert said, trouble
    assert "passed" in said[-1], f"{said[-1]}\n{trouble}"
    calls = said[:-1]
    names = [call["call"] for call in calls]
    assert len(names) == len(set(names)), f"a name twice: {names}"
    outcomes = {
        wanted: [call["call"] for call in calls if call["outcome"] == wanted]
        for wanted in ("passed", "failed", "not supported")
    }
    assert said[-1] == {"passed": len(outcomes["passed"]), "failed": len(outcomes["failed"])}
    details = {call["call"]: call.get("detail", "") for call in calls if call["outcome"] == "failed"}
    return Run(outcomes["passed"], outcomes["failed"], outcomes["not supported"], details)


async def _listen(process: asyncio.subprocess.Process, answers: Answers) -> list[dict[str, Any]]:
    assert process.stdin
    assert process.stdout
    said = []
    async for line in process.stdout:
        if not line.startswith(b"{"):
            continue
        message = json.loads(line)
        if "ask" in message:
            answer = {"code": await answers[message["ask"]](message["to"])}
            process.stdin.write(json.dumps(answer).encode() + b"\n")
        else:
            said.append(message)
    return said


def recorded(name: str) -> dict[str, list[str]] | None:
    """The last recorded run of a client, by its file name; None if there is none."""
    file = RESULTS / f"{name}.json"
    return json.loads(file.read_text()) if file.exists() else None


def record(name: str, run: Run) -> None:
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(run.kept, indent=1) + "\n")
