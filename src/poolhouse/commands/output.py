"""What a person sees: tables and colour on a terminal, plain lines in a pipe, JSON when asked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

from poolhouse.client.exits import fail, warn

__all__ = ["console", "facts", "fail", "rows", "warn"]

console = Console(highlight=False, soft_wrap=True)


def rows(title: str, columns: Sequence[str], found: Sequence[Sequence[Any]], *, as_json: bool) -> None:
    """A table on a terminal, tab-separated lines in a pipe, a list of objects with --json."""
    if as_json:
        print(
            json.dumps(
                [dict(zip(columns, row, strict=True)) for row in found], ensure_ascii=False, default=str
            )
        )
    elif not console.is_terminal:
        for row in found:
            print("\t".join("" if value is None else str(value) for value in row))
    else:
        table = Table(*columns, title=title, title_justify="left", header_style="bold")
        for row in found:
            table.add_row(*("" if value is None else str(value) for value in row))
        console.print(table)


def facts(title: str, found: dict[str, Any], *, as_json: bool) -> None:
    """One thing: name and value a line."""
    if as_json:
        print(json.dumps(found, ensure_ascii=False, default=str))
        return
    if console.is_terminal:
        console.print(f"[bold]{title}[/]")
    width = max(map(len, found), default=0)
    for name, value in found.items():
        print(f"{name:<{width}}  {'' if value is None else value}")
