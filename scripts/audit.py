"""Asks whether an advisory is known of anything pinned: `make audit`.

Exit status: 0 the services answered and know of none; 1 there is one; 3 a service did not answer, so that only
`advisories.json` was looked at. What no service answered for is never called clean.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.version import Version

ROOT = Path(__file__).parents[1]
JS = ("src/poolhouse/sandbox/js", "src/poolhouse/wire/console/js", "examples/js", "tests/js")
CLIENTS = ("examples/js", "tests/js")
"""The official clients as they are, and the runner of their own specs: told, and no fault, for we cannot renew them."""
CLEAN, FOUND, UNASKED = 0, 1, 3


@dataclass(frozen=True, slots=True)
class Answer:
    """What one service said. `unasked`: why it could not be asked; None once it was."""

    about: str
    found: tuple[str, ...] = ()
    unasked: str | None = None


def python_answer(about: str, said: str) -> Answer:
    """`pip-audit --format json`. A package it skipped was not asked about."""
    try:
        listed: list[dict[str, Any]] = json.loads(said)["dependencies"]
    except (ValueError, KeyError, TypeError):
        return Answer(about, unasked=_last_line(said))
    found = tuple(
        f"{one['name']} {one['version']}: {bug['id']}, fixed in {', '.join(bug['fix_versions']) or 'no version'}"
        for one in listed
        for bug in one.get("vulns", ())
    )
    skipped = [one["skip_reason"] for one in listed if "skip_reason" in one]
    if not listed:
        return Answer(about, unasked="it looked at nothing")
    return Answer(about, found, f"{len(skipped)} packages: {skipped[0]}" if skipped else None)


def javascript_answer(about: str, status: int, said: str) -> Answer:
    """`deno audit`, which says "No known vulnerabilities" below an error too."""
    said = re.sub(r"\x1b\[[0-9;]*m", "", said)
    if re.search(r"Found \d+ vulnerabilit", said):
        return Answer(about, (said.strip(),))
    clean = status == 0 and "No known vulnerabilities found" in said and "Failed to" not in said
    return Answer(about, unasked=None if clean else _last_line(said))


def known(root: Path = ROOT) -> Iterator[str]:
    """Pins older than what `advisories.json` asks for."""
    listed = json.loads((root / "scripts" / "advisories.json").read_text())
    oldest = {kind: {name: (least, why) for name, least, why in listed[kind]} for kind in ("pypi", "npm")}
    pins = [("requirements.lock", "pypi", name, version) for name, version in python_pins(root)]
    for folder in JS:
        accepted = listed["accepted"].get(folder, {})
        pins += [
            (folder, "npm", name, version)
            for name, version in javascript_pins(root / folder / "deno.lock")
            if name not in accepted
        ]
    for place, kind, name, version in pins:
        least, why = oldest[kind].get(name, ("0", ""))
        if Version(version) < Version(least):
            yield f"{place}: {name} {version} is older than {least}: {why}"


def python_pins(root: Path) -> list[tuple[str, str]]:
    return re.findall(r"^([a-z0-9.-]+)==([^ \\;]+)", (root / "requirements.lock").read_text(), re.MULTILINE)


def javascript_pins(lock: Path) -> list[tuple[str, str]]:
    names = json.loads(lock.read_text())["npm"]
    pins = (name.rpartition("@") for name in (re.sub(r"_.*", "", one[1:]) for one in names))
    return [(f"{full[0]}{name}", version) for full, (name, _, version) in zip(names, pins, strict=True)]


def main() -> int:
    answers = [_ask_python(), *(_ask_javascript(folder) for folder in JS)]
    told = [("scripts/advisories.json", text) for text in known()]
    told += [(one.about, text) for one in answers for text in one.found]
    for about, text in told:
        print(f"{about}: {text}")
    unasked = [one for one in answers if one.unasked is not None]
    for one in unasked:
        print(f"{one.about}: NOT ASKED: {one.unasked}", file=sys.stderr)
    if any(about not in CLIENTS for about, _ in told):
        return FOUND
    if unasked:
        print("only the advisories of scripts/advisories.json were looked for: none applies", file=sys.stderr)
        return UNASKED
    print("no advisory is known of anything pinned")
    return CLEAN


def _ask_python() -> Answer:
    command = [
        sys.executable,
        "-m",
        "pip_audit",
        "--require-hashes",
        "--disable-pip",
        "--progress-spinner=off",
    ]
    command += ["--timeout=20", "--format=json", "-r", str(ROOT / "requirements.lock")]
    done = subprocess.run(command, capture_output=True, text=True)
    return python_answer("requirements.lock", done.stdout or done.stderr)


def _ask_javascript(folder: str) -> Answer:
    deno = Path(sys.executable).with_name("deno")
    environment = {"DENO_TLS_CA_STORE": "system,mozilla", **os.environ, "NO_COLOR": "1"}
    done = subprocess.run([deno, "audit"], cwd=ROOT / folder, env=environment, capture_output=True, text=True)
    return javascript_answer(folder, done.returncode, done.stdout + done.stderr)


def _last_line(text: str) -> str:
    told = [line for line in text.splitlines() if re.match(r"\S*(error|Failed|.*Error)", line, re.IGNORECASE)]
    return (told or text.strip().splitlines() or ["no answer"])[-1][:200]


if __name__ == "__main__":
    sys.exit(main())
