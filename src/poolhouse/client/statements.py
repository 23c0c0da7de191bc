"""`poolhouse statements`: the slowest of the database, or why there are none and what helps."""

from __future__ import annotations

from typing import Any

from poolhouse.client import output
from poolhouse.client.words import say

TITLES = (
    ("平均毫秒", "mean ms"),
    ("总计毫秒", "total ms"),
    ("最长毫秒", "longest ms"),
    ("次数", "calls"),
    ("行数", "rows"),
    ("语句", "statement"),
)
NAMES = ("meanMs", "totalMs", "longestMs", "calls", "rows", "statement")


def show(found: dict[str, Any]) -> None:
    if not found["available"]:
        output.facts(
            [(say(("不可用", "not available")), found["why"]), (say(("待办", "to do")), found["toDo"])]
        )
        return
    output.rows([say(one) for one in TITLES], [[_cell(one[name]) for name in NAMES] for one in found["list"]])


def _cell(value: object) -> str:
    """A statement on one line."""
    return output.shown(" ".join(value.split())) if isinstance(value, str) else f"{value:,}"
