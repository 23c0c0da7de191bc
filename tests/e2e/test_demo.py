"""`make run` as the README tells it: what the demo prints is typed here, word by word."""

from __future__ import annotations

import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
POOLHOUSE = [sys.executable, "-c", "from poolhouse.cli import main; main()"]


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[str]]:
    """The commands a running demo prints."""
    data = tmp_path_factory.mktemp("demo")
    process = subprocess.Popen(
        [*POOLHOUSE, "demo", "--data", str(data), "--port", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert process.stdout is not None
    said: list[str] = []
    while sum(line.startswith("  ") for line in said) < 3:
        line = process.stdout.readline()
        assert line, "".join(said)
        said.append(line)
    yield [line.strip() for line in said if line.startswith("  ")]
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0


def typed(command: str) -> str:
    done = subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_three_commands_of_the_demo_do_what_they_say(commands: list[str]) -> None:
    create, login, find = commands
    assert "a search for 小明 finds 1" in typed(create)
    assert "王芳 (wangfang@legacy.example) logged in" in typed(login)
    assert "wangfang@legacy.example" in typed(find)


def test_the_readme_shows_the_commands_the_demo_prints(commands: list[str]) -> None:
    readme = (ROOT / "README.md").read_text()
    for command in commands:
        program = shlex.split(command)[:2]
        assert " ".join(program) in readme, command
