"""The ledger in the documentation is what the table says."""

from __future__ import annotations

from pathlib import Path

from poolhouse.wire.v3.ledger import text

LEDGER = Path(__file__).parents[3] / "docs" / "reference" / "v3.md"


def test_the_ledger_is_current() -> None:
    assert LEDGER.read_text() == text(), (
        "run: .venv/bin/python -m poolhouse.wire.v3.ledger > docs/reference/v3.md"
    )
