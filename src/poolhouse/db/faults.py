"""What the driver raises, as errors of ours.

Anything not named here (a unique violation, say) passes unchanged, for the domain whose SQL it is to read.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from asyncpg import exceptions as pg

from poolhouse.errors import DatabaseLost, InvalidInput, Overloaded, PoolhouseError
from poolhouse.failures import told

_LOST = (
    OSError,
    pg.PostgresConnectionError,
    pg.AdminShutdownError,
    pg.CrashShutdownError,
    pg.CannotConnectNowError,
    pg.ReadOnlySQLTransactionError,  # a primary that has just become a standby
    pg.InvalidAuthorizationSpecificationError,
    pg.InvalidCatalogNameError,
)
_OVERLOADED = (
    pg.TooManyConnectionsError,
    pg.OutOfMemoryError,
    pg.DiskFullError,
    pg.QueryCanceledError,  # statement_timeout
    pg.DeadlockDetectedError,
    pg.SerializationError,
)
_UNSTORABLE = (pg.CharacterNotInRepertoireError, pg.UntranslatableCharacterError)


def is_lost(error: BaseException) -> bool:
    """Whether the connection is gone, so that another connection may fare better."""
    if isinstance(error, pg.InternalClientError):
        return True  # the server's goodbye came while the connection was idle: its state fits nothing
    if isinstance(error, pg.InterfaceError):
        return "closed" in str(error) or "closing" in str(error)
    return isinstance(error, _LOST) and not isinstance(error, TimeoutError)


def translated(error: BaseException) -> PoolhouseError | None:
    if isinstance(error, _UNSTORABLE) or _is_lone_surrogate(error):
        return InvalidInput("value", "含有无法存储的字符", "contains a character that cannot be stored")
    if isinstance(error, _OVERLOADED):
        return Overloaded(told(error), retry_after_s=1)
    if is_lost(error) or isinstance(error, TimeoutError):
        return DatabaseLost(told(error), retry_after_s=2)
    return None


def _is_lone_surrogate(error: BaseException) -> bool:
    return isinstance(error, asyncpg.DataError) and isinstance(error.__cause__, UnicodeEncodeError)


@contextmanager
def faults() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        ours = translated(error)
        if ours is None:
            raise
        raise ours from error
