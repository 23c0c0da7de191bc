"""Complete example scripts, a folder a kind of database: all eight functions, and the table they expect."""

from __future__ import annotations

from importlib import resources

from poolhouse.customdb.model import SCRIPT_NAMES, ScriptName

KINDS = ("postgresql", "mysql", "mongodb", "http")


def template(kind: str, name: ScriptName) -> str:
    """The source of one function for one kind of database."""
    return resources.files(__name__).joinpath(kind, f"{name}.js").read_text()


def templates(kind: str) -> dict[ScriptName, str]:
    return {name: template(kind, name) for name in SCRIPT_NAMES}


def schema(kind: str) -> str | None:
    """The table the scripts expect, where that can be said in SQL."""
    file = resources.files(__name__).joinpath(kind, "schema.sql")
    return file.read_text() if file.is_file() else None
