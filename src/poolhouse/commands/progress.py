"""Bars on a terminal for what takes long, on standard error; nothing in a pipe."""

from __future__ import annotations

from rich.console import Console
from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn


def bar_of(*columns: ProgressColumn, quiet: bool = False, transient: bool = False) -> Progress:
    """A description, a bar, and `columns`. Descriptions are ours: nothing of a database or a file is in one."""
    terminal = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *columns,
        console=terminal,
        transient=transient,
        disable=quiet or not terminal.is_terminal,
    )
