"""`make audit`: nothing pinned has a known advisory, and what nobody could be asked about is never called clean."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from scripts import audit

ROOT = Path(__file__).parents[2]


def test_nothing_pinned_is_older_than_its_last_advisory() -> None:
    assert list(audit.known()) == []


@pytest.mark.parametrize(
    ("place", "then", "told"),
    [
        ("src/poolhouse/sandbox/js/deno.lock", "mysql2@3.15.3", "GHSA-3f6p-5ww8-9rcr"),
        ("src/poolhouse/sandbox/js/deno.lock", "axios@1.12.2", "CVE-2026-25639"),
        ("tests/js/deno.lock", "lodash@4.17.23", "CVE-2026-2950"),
        ("requirements.lock", "starlette==1.2.1", "CVE-2026-54283"),
    ],
)
def test_an_older_pin_is_told_with_its_advisory(tmp_path: Path, place: str, then: str, told: str) -> None:
    for kept in ("requirements.lock", "scripts/advisories.json", *(f"{one}/deno.lock" for one in audit.JS)):
        (tmp_path / kept).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / kept, tmp_path / kept)
    file = tmp_path / place
    if "==" in then:
        file.write_text(f"{file.read_text()}\n{then} \\\n")
    else:
        lock = json.loads(file.read_text())
        lock["npm"][then] = {}
        file.write_text(json.dumps(lock))
    (found,) = audit.known(tmp_path)
    assert then.replace("==", "@").replace("@", " ") in found
    assert told in found


def test_every_pin_of_a_lock_is_read() -> None:
    lock = ROOT / "tests/js/deno.lock"
    assert len(audit.javascript_pins(lock)) == len(json.loads(lock.read_text())["npm"])
    assert ("@babel/core", "7") in [(name, version[0]) for name, version in audit.javascript_pins(lock)]
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    assert len(audit.python_pins(ROOT)) == sum(not line.startswith((" ", "#")) for line in lines)


ERROR = (
    "\x1b[31merror\x1b[0m: Failed to deserialize response from the npm registry API\n\nCaused by:\n    EOF\n"
)


@pytest.mark.parametrize(
    "answer",
    [
        audit.javascript_answer("js", 1, ERROR),
        audit.javascript_answer(
            "js", 0, "Failed to get data from the registry\nNo known vulnerabilities found"
        ),
        audit.javascript_answer("js", 0, ""),
        audit.python_answer("py", "Traceback\nConnectionError: no route"),
        audit.python_answer("py", '{"dependencies": []}'),
        audit.python_answer("py", '{"dependencies": [{"name": "a", "skip_reason": "not found"}]}'),
    ],
)
def test_a_service_that_did_not_answer_is_told_and_not_taken_for_clean(answer: audit.Answer) -> None:
    assert answer.unasked
    assert not answer.found


def test_what_a_service_knows_is_found() -> None:
    bug = {"id": "CVE-1", "fix_versions": ["2"]}
    one = {"name": "a", "version": "1", "vulns": [bug]}
    assert audit.python_answer("py", json.dumps({"dependencies": [one]})).found == ("a 1: CVE-1, fixed in 2",)
    assert audit.javascript_answer("js", 1, "Severity: high\nFound 1 vulnerabilities").found
    assert audit.javascript_answer("js", 0, "No known vulnerabilities found") == audit.Answer("js")


@pytest.mark.parametrize(
    ("answers", "status"),
    [
        ([audit.Answer("a")], 0),
        ([audit.Answer("a"), audit.Answer("b", unasked="no route")], 3),
        ([audit.Answer("a", ("CVE-1",)), audit.Answer("b", unasked="no route")], 1),
        ([audit.Answer("a"), audit.Answer("examples/js", ("CVE-1",))], 0),
        ([audit.Answer("a"), audit.Answer("src/poolhouse/sandbox/js", ("CVE-1",))], 1),
    ],
)
def test_the_exit_status_tells_clean_from_unasked(
    monkeypatch: pytest.MonkeyPatch, answers: list[audit.Answer], status: int
) -> None:
    monkeypatch.setattr(audit, "_ask_python", lambda: answers[0])
    monkeypatch.setattr(audit, "_ask_javascript", lambda folder: answers[-1])
    assert audit.main() == status
