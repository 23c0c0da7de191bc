"""What `scripts` and `migration` print; everything else is `client/output.py`, which does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from poolhouse.client import output


def rows(title: str, columns: Sequence[str], found: Sequence[Sequence[Any]], *, as_json: bool) -> None:
    output.listed(columns, found, as_json=as_json)


def facts(title: str, found: dict[str, Any], *, as_json: bool) -> None:
    output.told(found, as_json=as_json)
