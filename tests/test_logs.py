"""What a log line holds."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import TextIO

import pytest
import structlog

import poolhouse
from poolhouse import logs
from poolhouse.log_lines import LOST, LogLines

LEVELS = ("debug", "info", "warning", "error", "exception", "critical")


def test_a_traceback_shows_no_variables(capsys: pytest.CaptureFixture[str]) -> None:
    known = structlog.get_config()
    try:
        logs.configure()
        fail(password="hunter2")
    finally:
        structlog.configure(**known)
    line = capsys.readouterr().err
    assert "hunter2" not in line
    assert json.loads(line)["exception"][0]["exc_type"] == "ZeroDivisionError"


def fail(password: str) -> None:
    try:
        len(password) / 0
    except ZeroDivisionError:
        structlog.get_logger("test").exception("it failed")


def logged() -> Iterator[tuple[str, ast.Call]]:
    """Where in the source, and the call, of every record it may write."""
    source = Path(poolhouse.__file__).parent
    for path in sorted(source.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in LEVELS
                and isinstance(node.func.value, ast.Name)
                and "log" in node.func.value.id
            ):
                yield f"{path.relative_to(source)}:{node.lineno}", node


def test_every_event_is_one_snake_case_word_and_a_pool_is_always_called_pool_id() -> None:
    odd = []
    for place, call in logged():
        event = call.args[0]
        named = isinstance(event, ast.Constant) and re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", str(event.value))
        if not named or any(keyword.arg == "pool" for keyword in call.keywords):
            odd.append(f"{place}: {ast.unparse(call)}")
    assert not odd, "\n".join(odd)


def test_the_calls_that_log_are_found() -> None:
    assert len(list(logged())) > 40


@pytest.fixture
def pipe() -> Iterator[tuple[TextIO, TextIO]]:
    """What is read and what is written."""
    read, written = os.pipe()
    # Closed in the other order: a thread that waits to write holds the lock that closing needs.
    with os.fdopen(written, "w") as writing, os.fdopen(read) as reading:
        yield reading, writing


def test_a_pipe_that_nobody_reads_holds_nobody_and_what_is_lost_is_told(
    pipe: tuple[TextIO, TextIO], monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = pipe
    lines = LogLines(writing, most=200_000)
    told: list[int] = []
    monkeypatch.setattr(
        "poolhouse.log_lines._log", SimpleNamespace(warning=lambda event, lines: told.append(lines))
    )
    before = LOST._value.get()
    for number in range(5000):
        lines.write(f"{number:099}\n")
    assert not lines.settle(0.05), "nobody takes it"
    lost = int(LOST._value.get() - before)
    assert 0 < lost <= 3000
    kept = [int(reading.readline()) for _ in range(5000 - lost)]
    assert kept == sorted(kept)
    assert kept[:2000] == list(range(2000)), "as many as fit"
    assert lines.settle(10)
    assert sum(told) == lost


def test_a_forked_process_writes_its_own_lines_and_those_alone(pipe: tuple[TextIO, TextIO]) -> None:
    reading, writing = pipe
    lines = LogLines(writing)
    lines.write("of the parent\n")
    assert lines.settle(10)
    child = os.fork()
    if child == 0:
        lines.write("of the child\n")
        os._exit(0 if lines.settle(10) else 1)
    assert os.waitpid(child, 0)[1] == 0
    assert [reading.readline() for _ in range(2)] == ["of the parent\n", "of the child\n"]


def test_lines_to_somebody_who_is_gone_are_nobodys_failure() -> None:
    read, written = os.pipe()
    os.close(read)
    writing = os.fdopen(written, "w")
    lines = LogLines(writing)
    lines.write("to nobody\n")
    assert lines.settle(10)
