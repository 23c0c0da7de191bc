"""The commands that are functions here, as one tree; the others are rows of `poolhouse.client.table`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from poolhouse import __doc__ as about
from poolhouse.client.exits import DONE, USAGE, Stopped
from poolhouse.client.table import GROUPS

Data = Annotated[Path | None, Parameter(help="Folder of the database, the keys and credentials.json.")]
DatabaseUrl = Annotated[str | None, Parameter(help="An outside PostgreSQL instead of the embedded one.")]
Json = Annotated[bool, Parameter(name="--json", help="Print JSON.")]
Pool = Annotated[
    str | None, Parameter(name="--pool", help="The pool's id; the one of credentials.json if absent.")
]

app = App(
    name="poolhouse",
    help=about,
    help_format="plaintext",  # a reader of Markdown takes as long to import as everything else that help needs
    version_flags=[],
)
COMMANDS = {
    "migration": "migration:migration",
}
"""Name -> where it is: a file is imported when its command is asked for."""

for _name, _place in COMMANDS.items():
    _, _help = GROUPS[_name]
    app.command(f"poolhouse.commands.{_place}", name=_name, help=_help)


def carried_out(words: Sequence[str]) -> int:
    """The exit status of a command of the tree. Raises Stopped for words it does not take, and what it does."""
    from cyclopts import CycloptsError

    try:
        app(words, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        said = " ".join(str(error).split())
        raise Stopped(f"{said}; see poolhouse {' '.join(words[:2])} --help", USAGE) from None
    return DONE
