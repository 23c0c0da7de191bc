"""What a log may say of an exception: never a value it was given, whoever built the message."""

from __future__ import annotations

import asyncio
import logging
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

import asyncpg
import msgspec
import pytest
import structlog
from tests.conftest import PoolForTests

from poolhouse import failures, logs
from poolhouse.client import exits
from poolhouse.commands import mendable
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput
from poolhouse.networks import split_host

SECRET = "Hunter-2"


QUOTING: dict[str, Callable[[], Any]] = {
    "int": lambda: int(SECRET),
    "float": lambda: float(SECRET),
    "key": lambda: {}[SECRET],
    "encoding": lambda: f"{SECRET}é".encode("ascii"),
    "decoding": lambda: f"{SECRET}é".encode().decode("ascii"),
    "msgspec": lambda: msgspec.convert(SECRET, Literal["a", "b"]),
    "time": lambda: datetime.fromisoformat(SECRET),
    "our own ValueError": lambda: (_ for _ in ()).throw(ValueError(SECRET)),
}
"""Ways in which Python and libraries quote what they were given."""


def caught(fail: Callable[[], Any]) -> BaseException:
    try:
        fail()
    except Exception as error:
        return error
    raise AssertionError("it did not fail")


@pytest.mark.parametrize("name", QUOTING)
def test_no_way_of_telling_quotes_a_value(name: str) -> None:
    error = caught(QUOTING[name])
    told = [failures.told(error), failures.told_to_a_person(error), repr(failures.told_in_full(error))]
    assert SECRET in repr(error) + str(error)
    assert not [text for text in told if SECRET in text]
    assert type(error).__name__ in told[0]
    assert "test_failures.py" in told[1]


def test_a_fault_is_told_with_its_place_of_ours_and_the_last_of_all() -> None:
    error = caught(lambda: split_host("[no address]:1"))
    assert re.fullmatch(r"networks\.py:\d+, .*ipaddress\.py:\d+", failures.place(error))
    said, status = mendable.told(caught(lambda: replace(object())))  # type: ignore[type-var]
    assert (status, "(TypeError at " in said, "dataclasses.py:" in said) == (exits.FAULT, True, True)


def test_causes_and_groups_are_told_as_discreetly() -> None:
    def fail() -> None:
        try:
            int(SECRET)
        except ValueError as error:
            raise ExceptionGroup(SECRET, [KeyError(SECRET)]) from error

    error = caught(fail)
    assert [one["exc_type"] for one in failures.told_in_full(error)] == [
        "ExceptionGroup",
        "KeyError",
        "ValueError",
    ]
    assert SECRET not in failures.told_to_a_person(error) + repr(failures.told_in_full(error))


def test_our_own_words_and_the_systems_are_kept() -> None:
    assert failures.told(InvalidInput("page", None, "too far")) == "InvalidInput: page: too far"
    missing = caught(Path("/nowhere/at/all").read_text)
    assert failures.told(missing).startswith("FileNotFoundError: [Errno 2] No such file")


async def test_a_violation_names_its_constraint_and_no_value(database: Database, pool: PoolForTests) -> None:
    insert = "insert into users (id, pool_id, email) values ($1, $2, $3)"
    with pytest.raises(asyncpg.PostgresError) as caught_here:
        for number in (1, 2):
            await database.execute(insert, f"u{number}", pool.id, f"{SECRET}@example.com".lower())
    told = failures.told(caught_here.value)
    assert SECRET.lower() in str(caught_here.value.detail)
    assert SECRET.lower() not in told
    assert told.startswith("UniqueViolationError: 23505 ")


@contextmanager
def configured() -> Iterator[None]:
    """The server's own logging, undone afterwards."""
    known, root = structlog.get_config(), logging.getLogger()
    handlers = root.handlers[:]
    root.handlers.clear()
    logs.configure("debug")
    try:
        yield
    finally:
        root.handlers[:] = handlers
        structlog.configure(**known)


@pytest.mark.parametrize("name", QUOTING)
def test_neither_our_log_nor_that_of_libraries_quotes_a_value(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with configured():
        try:
            QUOTING[name]()
        except Exception as error:
            logging.getLogger("a.library").exception("it failed")
            structlog.get_logger("ours").exception("it failed", cause=failures.told(error))
    said = capsys.readouterr().err
    assert said.count("it failed") == 2
    assert SECRET not in said, said


def test_a_lost_task_is_told_without_its_value(capsys: pytest.CaptureFixture[str]) -> None:
    async def fail() -> None:
        raise ValueError(SECRET)

    async def lose() -> None:
        task = asyncio.create_task(fail())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task

    with configured():
        asyncio.run(lose())
    said = capsys.readouterr().err
    assert "exception was never retrieved" in said
    assert SECRET not in said, said


def test_a_fault_of_a_command_is_told_without_values(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from poolhouse import cli

    monkeypatch.setattr(cli, "run", lambda _: int(SECRET))
    monkeypatch.setattr(sys, "argv", ["poolhouse", "--debug"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    said = capsys.readouterr().err
    assert (ended.value.code, SECRET in said) == (70, False)
    assert "ValueError" in said
    assert "cli.py" in said
    assert sys.exc_info() == (None, None, None)
