"""A script of SQL, statement by statement.

Citus sends some statements to its nodes as they were typed, with all that was typed beside them, and a node takes one.
"""

from __future__ import annotations

import re
from typing import Any

_MARK = re.compile(r"['\";]|--|/\*|\$\w*\$")
_CLOSED_BY = {"--": "\n", "/*": "*/"}


def statements_of(script: str) -> list[str]:
    """Its statements in their order. A semicolon in a text, a name, a comment or a function's body ends none."""
    found, start, at = list[str](), 0, 0
    while mark := _MARK.search(script, at):
        if mark[0] == ";":
            found.append(script[start : mark.start()])
            start = at = mark.end()
            continue
        closing = _CLOSED_BY.get(mark[0], mark[0])
        end = script.find(closing, mark.end())
        at = len(script) if end < 0 else end + len(closing)
    return [one for text in (*found, script[start:]) if (one := text.strip())]


async def run_script(connection: Any, script: str, *, spread: bool) -> None:
    """`spread`: the database is distributed over nodes."""
    for statement in statements_of(script) if spread else [script]:
        await connection.execute(statement)
