"""What to tell of an error that a person can mend, and the exit status that goes with it."""

from __future__ import annotations

from poolhouse import failures
from poolhouse.client import exits
from poolhouse.client.words import language, of_a_file, say


def other_schema(missing: int | None = None) -> tuple[str, str]:
    """English, Chinese. `missing`: steps, where they were counted."""
    steps = (f" ({missing} steps are missing)", f"（还差 {missing} 步）") if missing is not None else ("", "")
    return (
        f"the database's schema is not of this version{steps[0]}: wait until the server says it is up, or start it; "
        "`poolhouse migrate` does it alone",
        f"数据库结构不是本版本的{steps[1]}：请等服务启动完成，或启动服务；`poolhouse migrate` 只做升级",
    )


def told(error: Exception) -> tuple[str, int]:
    """The line, and the exit status."""
    from socket import gaierror

    from poolhouse.db.errors import DatabaseUnfit
    from poolhouse.db.lock import FolderTaken
    from poolhouse.errors import NotFound, Unavailable

    said = mendable(error)
    if said is None:
        # Its place, too: what comes once in a hundred starts does not come again with --debug.
        what = f"{failures.told(error)} at {failures.place(error)}"
        fault = (
            f"Poolhouse 自身的错误（{what}）：请连同 --debug 显示的内容一起反馈",
            f"a fault of Poolhouse ({what}): please report it with what --debug shows",
        )
        return say(fault), exits.FAULT
    if isinstance(error, NotFound):
        return said, exits.NOT_FOUND
    if isinstance(error, FolderTaken):
        return said, exits.REFUSED
    away = DatabaseUnfit | Unavailable | ConnectionError | TimeoutError | gaierror
    if isinstance(error, away) or _is_of_another_schema(error):
        return said, exits.UNREACHABLE
    return said, exits.REFUSED


def mendable(error: Exception) -> str | None:
    """What to tell of an error a person can mend, in their language; None of all others."""
    from asyncpg import InterfaceError, PostgresError
    from asyncpg.exceptions import DiskFullError, InternalServerError

    from poolhouse.crypto.secretbox import SecretUnreadable
    from poolhouse.errors import InvalidInput, PoolhouseError, Unfit

    if isinstance(error, Unfit):
        return error.message(language())
    if isinstance(error, PoolhouseError):
        said = error.message(language())
        # Bad input says its cause already.
        return f"{said} ({error.cause})" if error.cause and not isinstance(error, InvalidInput) else said
    if isinstance(error, SecretUnreadable):
        words = (
            "密钥无法解密此数据库的内容：请给出创建时的密钥（永久遗失时用 `poolhouse secrets reset`）",
            "the secret key does not open this database's secrets: give the key it was made with (if that is lost "
            "for good, `poolhouse secrets reset`)",
        )
        return say(words)
    if isinstance(error, OSError):
        return of_a_file(error)
    if _is_of_another_schema(error):
        en, zh = other_schema()
        return say((zh, en))
    if isinstance(error, PostgresError):
        full = ("（磁盘满了？）", " (is its disk full?)")
        full = full if isinstance(error, DiskFullError | InternalServerError) else ("", "")
        return say((f"数据库拒绝：{error}{full[0]}", f"the database refused: {error}{full[1]}"))
    if isinstance(error, InterfaceError):
        return say((f"数据库无法使用：{error}", f"the database cannot be used: {error}"))
    return None


def _is_of_another_schema(error: Exception) -> bool:
    from asyncpg.exceptions import UndefinedColumnError, UndefinedFunctionError, UndefinedTableError

    return isinstance(error, UndefinedTableError | UndefinedColumnError | UndefinedFunctionError)
