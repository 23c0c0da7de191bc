"""The order of the schema's versions: that of their file names."""

from __future__ import annotations

from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent


@cache
def revisions() -> tuple[str, ...]:
    """All versions (their four digits), oldest first."""
    return tuple(sorted(file.name[:4] for file in (FOLDER / "versions").glob("[0-9]*_*.py")))
