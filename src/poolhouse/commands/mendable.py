"""What to tell of an error that a person can mend, and the exit status that goes with it."""

from __future__ import annotations

from poolhouse import failures
from poolhouse.client import exits


def other_schema(missing: int | None = None) -> str:
    """`missing`: steps, where they were counted."""
    steps = f" ({missing} steps are missing)" if missing is not None else ""
    return (
        f"the database's schema is not of this version{steps}: wait until the server says it is up, or start it; "
        "`poolhouse migrate` does it alone"
    )


NO_SCHEMA = other_schema()


def told(error: Exception) -> tuple[str, int]:
    """The line, and the exit status."""
    from socket import gaierror

    from poolhouse.db.errors import DatabaseUnfit
    from poolhouse.db.lock import FolderTaken
    from poolhouse.errors import NotFound, Unavailable

    said = mendable(error)
    if said is None:
        return (
            # Its place, too: what comes once in a hundred starts does not come again with --debug.
            f"a fault of Poolhouse ({failures.told(error)} at {failures.place(error)}): please report it with what "
            "--debug shows",
            exits.FAULT,
        )
    if isinstance(error, NotFound):
        return said, exits.NOT_FOUND
    if isinstance(error, FolderTaken):
        return said, exits.REFUSED
    if (
        isinstance(error, DatabaseUnfit | Unavailable | ConnectionError | TimeoutError | gaierror)
        or said == NO_SCHEMA
    ):
        return said, exits.UNREACHABLE
    return said, exits.REFUSED


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
