"""The page of measurements is made from them, and every row tells what it takes to judge it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from bench import page, results
from bench.rows import at_least, at_most, known

TOLD = {"of", "name", "value", "unit", "bound", "bar", "holds", "limit", "load", "machine", "commit", "date"}


def test_the_pages_and_charts_are_made_from_what_was_measured() -> None:
    assert page.stale() == [], "run python -m bench.page"


def test_another_value_makes_another_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    measured = results.load()
    measured[0]["value"] = 123_456.0
    monkeypatch.setattr(results, "FILE", tmp_path / "results.json")
    results.save(measured)
    assert "performance" in {file.stem for file in page.stale()}


def test_there_are_rows_enough_and_each_says_what_it_takes_to_judge_it() -> None:
    measured = results.load()
    assert len(measured) >= 35
    assert all(set(row) == TOLD and row["machine"] and row["commit"] and row["date"] for row in measured)


def test_a_name_is_of_one_row() -> None:
    names = [row["name"] for row in results.load()]
    assert sorted(names) == sorted(set(names))


def test_a_bar_is_used_up_from_either_side() -> None:
    assert at_most("x", 3.0, "ms", bar=2.0).used == 1.5
    assert at_least("x", 2.0, "per second", bar=3.0).used == 1.5
    assert known("x", 2.0, "ms").used is None


def test_a_ratio_is_of_what_its_name_says_last() -> None:
    assert at_most("v3 list of 10: ours / a bare fetch", 1.0, "x", bar=2.0).limit == "a bare fetch"
    assert (
        at_most("list, gender F: against a page of everybody", 1.0, "x", bar=2.0).limit
        == "a page of everybody"
    )
    assert at_most("logins, p99", 1.0, "x", bar=2.0, limit="one hash").limit == "one hash"
    assert at_most("idle memory", 1.0, "MB", bar=2.0).limit == ""


def test_a_run_of_some_measurements_keeps_the_rows_of_the_others() -> None:
    old = [
        {"of": "rows_a.one", "name": "1"},
        {"of": "rows_b.two", "name": "2"},
        {"of": "rows_gone.x", "name": "3"},
    ]
    new = [{"of": "rows_b.two", "name": "renamed"}]
    kept = results.merged(old, new, ["rows_a.one", "rows_b.two"])
    assert json.dumps([row["name"] for row in kept]) == '["1", "renamed"]'
