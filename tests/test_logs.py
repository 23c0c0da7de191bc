"""What a log line holds."""

from __future__ import annotations

import json

import pytest
import structlog

from poolhouse import logs


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
