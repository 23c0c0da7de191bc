"""Runs the spec files that ship inside the official authing-js-sdk, unchanged, against a server of ours.

Each module gets a pool of its own. `--match='*'` makes ava ignore the specs' own `test.only`.
Source: docs/contract/v2.md#official-specs.
"""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.sdk import JS, node

LIB = JS / "node_modules/authing-js-sdk/build/main/lib"
SERIAL = {"MfaAuthenticationClient.spec.js": ("--serial",)}
"""Its tests share one client and overwrite each other's token when they run side by side."""

_LINE = re.compile(r"(not ok|ok) \d+ - (.*?)( # SKIP| # TODO)?$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    output: str = ""

    def and_then(self, other: Outcome) -> Outcome:
        """Two runs over different tests of one file, as one."""
        return Outcome(
            self.passed + other.passed,
            self.failed + other.failed,
            self.skipped + other.skipped,
            self.output + other.output,
        )


def specs() -> dict[str, Path]:
    """`management/Users` -> its spec file."""
    found = {}
    for path in sorted(LIB.glob("*/*.spec.js")):
        name = re.sub(
            r"((?<!^)Management|(?<!^)Authentication)?Client$", "", path.name.removesuffix(".spec.js")
        )
        found[f"{path.parent.name}/{name}"] = path
    return found


async def run(path: Path, environment: dict[str, str], only: Sequence[str] = ("*",)) -> Outcome:
    """`only`: names of tests, `*`, or `!name` to leave one out."""
    process = await asyncio.create_subprocess_exec(
        str(node()),
        str(JS / "node_modules/ava/cli.js"),
        *(f"--match={name}" for name in only),
        *SERIAL.get(path.name, ()),
        "--concurrency=1",
        "--timeout=60s",
        "--tap",
        str(path.relative_to(JS)),
        cwd=JS,
        env={**os.environ, **environment, "CI": "1"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    outcome = Outcome(output=out.decode() + err.decode())
    for verdict, name, skipped in _LINE.findall(out.decode()):
        kind = outcome.skipped if skipped else outcome.passed if verdict == "ok" else outcome.failed
        kind.append(name)
    return outcome
