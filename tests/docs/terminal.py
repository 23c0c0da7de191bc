"""A shell as somebody has it who pastes a page's blocks into it: one for all of them, so variables stay."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.docs.pages import Block

_END = re.compile(rb"^end of the command: (\d+)\n", re.MULTILINE)
_VARIES = re.compile(
    r"[0-9a-f]{24}|[0-9a-f]{32,}|\b01a[0-9a-f]\.\.\.|\b\d+\.\d+ s\b|\b127\.0\.0\.1:\d+\b|^ *\d+(?= +[a-z])"
    r"|\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?"
)
"""Of an output: ids, moments, durations, ports, and how many of what follows."""


def commands(text: str) -> Iterator[str]:
    """What is typed: a line, or several where the shell would wait for more. Comments are typed too."""
    typed = ""
    for line in text.splitlines():
        typed += line + "\n"
        whole = subprocess.run(["bash", "-n"], input=typed, capture_output=True, text=True).returncode == 0
        if whole and not line.endswith("\\") and typed.strip():
            yield typed.rstrip("\n")
            typed = ""
    assert not typed.strip(), f"no end: {typed}"


def transcript(block: Block) -> Iterator[tuple[str, list[str]]]:
    """Of a ```console block: what is typed behind each `$`, and the lines below it."""
    for part in re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]:
        lines = part.splitlines()
        count = next(at for at, line in enumerate(lines, 1) if not line.endswith("\\"))
        yield "\n".join(lines[:count]), [line for line in lines[count:] if line.strip()]


def shown(expected: list[str], output: str) -> list[str]:
    """The lines that the output does not have, in this order; `...` stands for anything, and so does what varies."""
    rest = [_VARIES.sub("#", line).split() for line in output.splitlines()]
    missing = []
    for line in expected:
        words = [re.escape(word) for word in _VARIES.sub("#", line).split()]
        wanted = re.compile(" ".join(words).replace(r"\.\.\.", ".*"))
        at = next((at for at, real in enumerate(rest) if wanted.fullmatch(" ".join(real))), None)
        if at is None:
            missing.append(line)
        else:
            rest = rest[at + 1 :]
    return missing


class Terminal:
    """In `folder`, whose `up.log` is what servers in the background say."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.folder = folder
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        given = {"PATH": path, "POOLHOUSE_PORT": "0", "LANG": "C.UTF-8", "LC_ALL": "C.UTF-8"}
        self._shell = subprocess.Popen(
            ["bash", "--norc"],
            cwd=folder,
            env={**os.environ, **given, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def type(self, command: str, *, status: int | None = 0) -> str:
        """What it printed. A server that is started with `&` is waited for."""
        log = self.folder / "up.log"
        if command.endswith("&"):
            log.unlink(missing_ok=True)
            command = f"{command.removesuffix('&')} > {log} 2>&1 &"
        assert self._shell.stdin
        assert self._shell.stdout
        line = f"{command}\n_status=$?; printf 'end of the command: %s\\n' $_status\n"
        self._shell.stdin.write(line.encode())
        self._shell.stdin.flush()
        read = b""
        while not (found := _END.search(read)):
            more = self._shell.stdout.readline()
            assert more, f"the shell ended: {command}\n{read.decode()}"
            at = more.find(b"end of the command: ")
            read += more[:at] + b"\n" + more[at:] if at > 0 else more
        said = read[: found.start()].decode()
        if status is not None:
            assert int(found[1]) == status, f"{command}\n{said}"
        while command.endswith("&") and " is up at " not in (log.read_text() if log.exists() else ""):
            assert self._shell.poll() is None
            time.sleep(0.05)
        return said

    def end(self) -> None:
        """Stops what runs in the background; each must end well."""
        said = self.type(
            "for job in $(jobs -p); do kill $job; done; for job in $(jobs -p); do wait $job; echo $?; done"
        )
        assert self._shell.stdin
        assert self._shell.stdout
        self._shell.stdin.close()
        self._shell.stdout.close()
        self._shell.wait(10)
        assert set(said.split()) <= {"0"}, said


@contextmanager
def terminal(folder: Path, **environment: str) -> Iterator[Terminal]:
    shell = Terminal(folder, environment)
    try:
        yield shell
    finally:
        shell.end()
