"""The pages under docs/operations/: each `sh` block is run, in order, in an empty folder."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = Path(__file__).parents[2] / "docs" / "operations"
BLOCK = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Shell:
    """Runs lines as somebody at a terminal does; what ends in `&` runs on until the page ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        self.environment = {**os.environ, "PATH": path, "POOLHOUSE_PORT": "0"}
        self.background: list[subprocess.Popen[str]] = []

    def run(self, line: str) -> str:
        """What it printed."""
        if line.endswith("&"):
            self.start(line.removesuffix("&").split())
            return ""
        ran = subprocess.run(
            ["sh", "-ec", line],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert ran.returncode == 0, f"{line}\n{ran.stdout}{ran.stderr}"
        return ran.stdout

    def start(self, words: list[str]) -> None:
        process = subprocess.Popen(
            words, cwd=self.folder, env=self.environment, stdout=subprocess.PIPE, text=True
        )
        self.background.append(process)
        assert process.stdout
        assert any("is up at" in line for line in process.stdout)

    def end(self) -> None:
        for process in self.background:
            process.send_signal(signal.SIGTERM)
        for process in self.background:
            assert process.wait(60) == 0
            assert process.stdout
            process.stdout.close()


@pytest.mark.parametrize("page", sorted(page.name for page in PAGES.glob("*.md")))
def test_the_commands_of_the_page_work(page: str, data: Path) -> None:
    lines = [line for block in BLOCK.findall((PAGES / page).read_text()) for line in block.splitlines()]
    shell = Shell(data)
    try:
        for line in lines:
            if line.startswith("psql") and not shutil.which("psql"):
                continue
            shell.run(line)
    finally:
        shell.end()


def test_every_page_is_in_the_index() -> None:
    index = (PAGES / "README.md").read_text()
    assert [
        page.name for page in PAGES.glob("*.md") if page.name != "README.md" and page.name not in index
    ] == []
