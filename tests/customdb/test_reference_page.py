"""What docs/reference/scripts.md says in numbers and names is so."""

from __future__ import annotations

import json
from pathlib import Path

import poolhouse.sandbox
from poolhouse.customdb.budget import MOST_CALLS
from poolhouse.customdb.model import DEFAULT_TIMEOUT_MS, LARGEST_TIMEOUT_MS, LOG_DAYS, LOG_ROWS, SCRIPT_NAMES
from poolhouse.customdb.stubs import PARAMETERS
from poolhouse.directory.scripted_queries import MOST_FOUND
from poolhouse.sandbox.limits import Limits

PAGE = (Path(__file__).parents[2] / "docs/reference/scripts.md").read_text()


def test_the_page_has_every_signature() -> None:
    for name in SCRIPT_NAMES:
        assert f"| `{name}({PARAMETERS[name]})` |" in PAGE


def test_the_page_has_the_limits() -> None:
    limits = Limits()
    assert (DEFAULT_TIMEOUT_MS, LARGEST_TIMEOUT_MS) == (10_000, 20_000)
    assert "10 s unless set, at most 20 s" in PAGE
    assert f"{limits.source_bytes:,} bytes" in PAGE
    assert (limits.result_bytes, limits.console_bytes) == (2**20, 64 * 1024)
    calls = f"{limits.in_flight} a worker, {limits.workers_per_connection} workers a connection"
    assert f"{calls}, {limits.queued} waiting" in PAGE
    assert f"{LOG_DAYS} days" in PAGE
    assert f"costs {MOST_CALLS:,} script calls" in PAGE
    assert f"at most {MOST_FOUND} values" in PAGE
    assert f"{LOG_ROWS:,} a pool" in PAGE


def test_the_page_names_every_module_with_its_major_version() -> None:
    packages = json.loads((Path(poolhouse.sandbox.__file__).parent / "js" / "package.json").read_text())
    for name in ("pg", "mysql2", "mongodb", "axios", "lodash"):
        assert f"`{name}` {packages['dependencies'][name].partition('.')[0]}" in PAGE
