"""The commands that are functions here, as one tree; the others are rows of `poolhouse.client.table`."""

from __future__ import annotations

from collections.abc import Sequence

from cyclopts import App

from poolhouse import __doc__ as about
from poolhouse.client.exits import DONE, USAGE, Stopped


def version() -> str:
    from poolhouse.commands.version import told

    return told()


app = App(
    name="poolhouse",
    help=about,
    help_format="plaintext",  # a reader of Markdown takes as long to import as everything else that help needs
    version_flags=["--version"],
    version=version,
    version_format="plaintext",
)
COMMANDS = {
    "up": ("server:up", "Start the server; the first start also creates a pool and an administrator."),
    "demo": ("demo:demo", "Start a server with a legacy database beside it, and say what to try."),
    "doctor": ("doctor:doctor", "Say what this machine gives the server, and what is wrong."),
    "version": ("version:version", "The versions of Poolhouse and of what it runs on."),
    "migrate": ("server:migrate", "Bring the database's schema to this version, or to another."),
    "backup": ("backup:backup", "Write the database into one file."),
    "restore": ("backup:restore", "Read such a file into an empty database."),
    "secrets": ("secrets:secrets", "The key that encrypts what must not be read."),
    "signing-keys": ("signing_keys:signing_keys", "The server's keys that sign id and access tokens."),
    "pool": ("pools:pools", "User pools."),
    "app": ("apps:apps", "Applications of a pool."),
    "import": ("imports:imports", "Bring in many users from a file."),
    "export": ("exports:exports", "Take everybody of a pool out into a file."),
    "scripts": ("scripts:scripts", "The functions of a pool's custom database."),
    "migration": ("migration:migration", "How far users have moved in from a custom database."),
}
"""Name -> (where it is, what it does): a file is imported when its command is asked for."""

for _name, (_place, _help) in COMMANDS.items():
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
