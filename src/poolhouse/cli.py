"""The command line: `poolhouse COMMAND`. Each command is a function; its domain's file is in `commands/`."""

from __future__ import annotations

import sys

from cyclopts import App

from poolhouse import __doc__ as about


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
    "user": ("directory:users", "Users of a pool."),
    "import": ("imports:imports", "Bring in many users from a file."),
    "export": ("exports:exports", "Take everybody of a pool out into a file."),
    "scripts": ("scripts:scripts", "The functions of a pool's custom database."),
    "migration": ("migration:migration", "How far users have moved in from a custom database."),
    "audit": ("records:audit", "Who did what."),
    "mail": ("records:mail", "Mails and short messages: sent, waiting, failed."),
}
"""Name -> (where it is, what it does): a file is imported when its command is asked for."""

for _name, (_place, _help) in COMMANDS.items():
    app.command(f"poolhouse.commands.{_place}", name=_name, help=_help)


NO_SCHEMA = (
    "the database's schema is not of this version: wait until the server says it is up, or start it; "
    "`poolhouse migrate` does it alone"
)


def main() -> None:
    """Errors a person can mend are one line on standard error and exit status 1."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        from poolhouse.commands.output import fail

        said = mendable(error)
        if said is None:
            from poolhouse import failures

            print(failures.told_to_a_person(error), file=sys.stderr)
            said = "this is a fault of Poolhouse: please report it with the lines above"
        fail(said)


def mendable(error: Exception) -> str | None:
    """What to tell of an error a person can mend; None of all others."""
    from asyncpg import InterfaceError, PostgresError
    from asyncpg.exceptions import (
        DiskFullError,
        InternalServerError,
        UndefinedColumnError,
        UndefinedFunctionError,
        UndefinedTableError,
    )

    from poolhouse.audit.geoip import GeoIpUnfit
    from poolhouse.crypto.secretbox import KeyMalformed, SecretUnreadable
    from poolhouse.db.errors import DatabaseUnfit
    from poolhouse.errors import InvalidInput, PoolhouseError
    from poolhouse.sandbox.installation import SandboxUnfit
    from poolhouse.settings import PortTaken, SettingsUnfit

    if isinstance(error, PoolhouseError):
        said = error.message("en-US")
        # Bad input says its cause already.
        return f"{said} ({error.cause})" if error.cause and not isinstance(error, InvalidInput) else said
    if isinstance(error, SecretUnreadable):
        return (
            "the secret key does not open this database's secrets: give the key it was made with (if that is lost "
            "for good, `poolhouse secrets reset`)"
        )
    ours = DatabaseUnfit | SandboxUnfit | GeoIpUnfit | PortTaken | SettingsUnfit | KeyMalformed
    if isinstance(error, ours | OSError):
        return str(error)
    if isinstance(error, UndefinedTableError | UndefinedColumnError | UndefinedFunctionError):
        return NO_SCHEMA
    if isinstance(error, PostgresError):
        full = " (is its disk full?)" if isinstance(error, DiskFullError | InternalServerError) else ""
        return f"the database refused: {error}{full}"
    if isinstance(error, InterfaceError):
        return f"the database cannot be used: {error}"
    return None
