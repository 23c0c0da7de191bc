"""What the driver raises, as errors of ours.

Anything not named here (a unique violation, say) passes unchanged, for the domain whose SQL it is to read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import asyncpg
from asyncpg import exceptions as pg

from poolhouse.errors import DatabaseFull, DatabaseLost, InvalidInput, Overloaded, PoolhouseError, TooLarge
from poolhouse.failures import told

_LOST_CLASSES = ("08", "28", "57P")
"""A connection's faults, whoever we say we are is not let in (any more), the server stops or starts."""
_LOST_STATES = frozenset(
    (
        "25006",  # read only: a primary that has become a standby, or was set so
        "25P03",  # a transaction that stood idle, or took too long, and whose connection the server ended
        "25P04",
        "3D000",  # no such database
    )
)
_OVERLOADED = (
    pg.TooManyConnectionsError,
    pg.OutOfMemoryError,
    pg.QueryCanceledError,  # statement_timeout
    pg.DeadlockDetectedError,
    pg.SerializationError,
)
_TOO_FAR = (pg.NumericValueOutOfRangeError, pg.DatetimeFieldOverflowError, pg.IntervalFieldOverflowError)
_TOO_LARGE = (pg.ProgramLimitExceededError, pg.StatementTooComplexError, pg.TooManyArgumentsError)
_UNSTORABLE = (pg.CharacterNotInRepertoireError, pg.UntranslatableCharacterError)


_IN_PARTING = (pg.ProtocolViolationError, pg.ConnectionDoesNotExistError)
_POOLER_FULL = re.compile(r"max_(?:db_|user_)?client_conn|query_wait_timeout|no more connections allowed")
"""PgBouncer's words for what takes time alone; it says all by one code, and hangs up."""
_DIVIDED = re.compile(r"could not find valid entry for shard \d+$|shard for the given value does not exist$")
"""Citus' words for a statement that waited while its shard was divided: nothing was done, and the next one finds the
new shards."""


def ends_connection(error: BaseException) -> bool:
    """Whether it was said in parting, by a pooler: the connection is of no more use, the others are."""
    return isinstance(error, _IN_PARTING)


def is_lost(error: BaseException) -> bool:
    """Whether the connection is gone, so that another connection may fare better."""
    if isinstance(error, pg.InternalClientError):
        return True  # the server's goodbye came while the connection was idle: its state fits nothing
    if isinstance(error, pg.InterfaceError):
        return "closed" in str(error) or "closing" in str(error)
    if _is_of_full_pooler(error):
        return False
    if isinstance(error, pg.PostgresError):
        state = error.sqlstate or ""
        return (state.startswith(_LOST_CLASSES) or state in _LOST_STATES) and not is_of_a_node(error)
    return isinstance(error, OSError) and not is_impatience(error)


def is_impatience(error: BaseException) -> bool:
    """Whether we waited no longer. A time-out of the system's (ETIMEDOUT) is the end of a connection."""
    return isinstance(error, TimeoutError) and error.errno is None


def is_of_a_node(error: BaseException) -> bool:
    """Whether the server that was asked serves on, and another one that it asked itself is out of reach (Citus): what
    concerns that one's pools alone."""
    named = isinstance(error, pg.ConnectionFailureError | pg.ClientCannotConnectError)
    return named and getattr(error, "severity_en", None) == "ERROR"


def translated(error: BaseException) -> PoolhouseError | None:
    if isinstance(error, _UNSTORABLE) or _cannot_be_sent(error, UnicodeEncodeError):
        return InvalidInput("value", "含有无法存储的字符", "contains a character that cannot be stored")
    if isinstance(error, _TOO_FAR) or _cannot_be_sent(error, OverflowError):
        return InvalidInput("value", "数值或时间超出范围", "a number or time is out of range")
    if isinstance(error, _TOO_LARGE) or _has_too_many_arguments(error):
        return TooLarge("value", "内容过大", "more than can be stored or asked for at once")
    if isinstance(error, pg.DiskFullError):
        return DatabaseFull(told(error), retry_after_s=60)
    if isinstance(error, _OVERLOADED) or _is_of_full_pooler(error) or _is_of_divided_shard(error):
        return Overloaded(told(error), retry_after_s=1)
    if is_lost(error) or is_of_a_node(error) or isinstance(error, TimeoutError):
        return DatabaseLost(told(error), retry_after_s=2)
    return None


def _is_of_full_pooler(error: BaseException) -> bool:
    return isinstance(error, _IN_PARTING) and bool(_POOLER_FULL.search(str(error)))


def _is_of_divided_shard(error: BaseException) -> bool:
    return isinstance(error, pg.PostgresError) and bool(_DIVIDED.match(str(error.args[0])))


def _cannot_be_sent(error: BaseException, why: type[Exception]) -> bool:
    """The driver found that an argument does not fit its type."""
    return isinstance(error, asyncpg.DataError) and isinstance(error.__cause__, why)


def _has_too_many_arguments(error: BaseException) -> bool:
    return isinstance(error, asyncpg.InterfaceError) and "number of query arguments" in str(error)


def broken_constraint(error: pg.IntegrityConstraintViolationError) -> str:
    """The name of the constraint that refused a row.

    Where a table is spread over machines (Citus) the name is in the message alone, with the shard's number behind.
    """
    quoted = re.findall(r'"([^"]+)"', error.args[0])  # the detail would hold what somebody typed
    name: str = error.constraint_name or (quoted[-1] if quoted else "")
    return re.sub(r"_\d{6,}$", "", name)


@contextmanager
def faults() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        ours = translated(error)
        if ours is None:
            raise
        raise ours from error
