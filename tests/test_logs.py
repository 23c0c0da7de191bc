"""What a log line holds."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

import poolhouse
from poolhouse import logs

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
