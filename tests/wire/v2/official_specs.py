"""Runs the spec files that ship inside the official authing-js-sdk, unchanged, against a server of ours.

Each module gets a pool of its own. `--match='*'` makes ava ignore the specs' own `test.only`.
Source: reference/v2-specs.md A.
"""

from __future__ import annotations

import asyncio
import os
import re
from dataclasses import dataclass, field
from pathlib import Path

from tests.sdk import JS, node

LIB = JS / "node_modules/authing-js-sdk/build/main/lib"
_LINE = re.compile(r"(not ok|ok) \d+ - (.*?)( # SKIP| # TODO)?$", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    output: str = ""


def specs() -> dict[str, Path]:
    """`management/Users` -> its spec file."""
    found = {}
    for path in sorted(LIB.glob("*/*.spec.js")):
        name = re.sub(
            r"((?<!^)Management|(?<!^)Authentication)?Client$", "", path.name.removesuffix(".spec.js")
        )
        found[f"{path.parent.name}/{name}"] = path
    return found


async def run(path: Path, environment: dict[str, str]) -> Outcome:
    process = await asyncio.create_subprocess_exec(
        str(node()),
        str(JS / "node_modules/ava/cli.js"),
        *("--match=*", "--concurrency=1", "--timeout=60s", "--tap", str(path.relative_to(JS))),
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
