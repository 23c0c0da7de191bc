"""`make run` as the README tells it: what the demo prints is typed here, word by word."""

from __future__ import annotations

import json
import re
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from tests.docs.pages import blocks
from tests.docs.terminal import shown, transcript

ROOT = Path(__file__).parents[2]
POOLHOUSE = [sys.executable, "-c", "from poolhouse.cli import main; main()"]


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """What a demo prints, which runs as long."""
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
    while not said or "filled after" not in said[-1]:
        line = process.stdout.readline()
        assert line, "".join(said)
        said.append(line)
    drained = threading.Thread(target=process.stdout.read)  # a full pipe would hold it
    drained.start()
    yield "".join(said)
    process.send_signal(signal.SIGTERM)
    assert process.wait(60) == 0
    drained.join()


def typed(command: str) -> str:
    done = subprocess.run(shlex.split(command), cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def consoles() -> list[list[tuple[str, list[str]]]]:
    """The README's."""
    found = blocks("README.md", (ROOT / "README.md").read_text())
    return [list(transcript(block)) for block in found if block.language == "console"]


def test_the_three_commands_of_the_demo_do_what_the_readme_shows(said: str) -> None:
    (data,) = re.findall(r"--data (\S+)", said)
    shows = next(one for one in consoles() if len(one) == 3)
    for command, expected in shows:
        typed_here = command.replace("data/cred", f"{data}/cred").replace("--data data", f"--data {data}")
        assert shown(expected, typed(typed_here)) == [], command


def test_the_demo_prints_what_the_readme_shows(said: str) -> None:
    (data,) = re.findall(r"--data (\S+)", said)
    expected = next(lines for one in consoles() for command, lines in one if command == "make run" and lines)
    assert shown(expected, said.replace(data, "data").replace(f"{ROOT}/", "")) == []


def test_nobody_waits_for_the_filling(said: str) -> None:
    lines = said.splitlines()
    (up,) = [place for place, line in enumerate(lines) if "is up at" in line]
    (filled,) = [place for place, line in enumerate(lines) if "filled after" in line]
    assert up < filled
    assert sum(line.startswith("  ") for line in lines[up:filled]) == 3


def test_the_console_opens_onto_the_filled_pool(said: str) -> None:
    """At the address that is printed, with the name and the file beside it."""
    address, name, file = re.findall(r"^console: (\S+) \((\w+); password in (.+)\)$", said, re.MULTILINE)[0]
    password = json.loads((ROOT / shlex.split(file)[0]).read_text())["adminPassword"]
    with httpx.Client(headers={"accept-language": "en"}, follow_redirects=True) as browser:
        page = browser.get(address)
        assert page.url.path == "/console/sign-in"
        form = re.findall(r'name="form" value="([0-9a-f]+)"', page.text)[0]
        data = {"form": form, "username": name, "password": password, "next": ""}
        home = browser.post(str(page.url.copy_with(query=None)), data=data)
        assert re.fullmatch(r"/console/pools/\w+", home.url.path), home.text
        assert f"{count_of(said):,}" in home.text
        people = browser.get(f"{home.url}/users").text
    assert people.count("<tr><td>") == 50


def count_of(said: str) -> int:
    (data,) = re.findall(r"--data (\S+)", said)
    total: int = json.loads(typed(f".venv/bin/poolhouse user list --json --data {data}"))["totalCount"]
    return total


def test_the_demo_begins_with_people_to_look_at(said: str) -> None:
    assert count_of(said) >= 2_160
