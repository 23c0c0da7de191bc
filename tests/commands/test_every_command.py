"""Every command, on a database in a state it does not expect: a sentence and exit status 1, never a traceback."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from asyncpg.exceptions import DiskFullError, InternalServerError
from tests.postgres import await_in_thread, on_database, run_sql

from poolhouse.cli import app, main, mendable
from poolhouse.db.migrations import migrate
from poolhouse.ids import new_id
from poolhouse.settings import misspelt, settings_known

SERVING = {("up",), ("demo",)}
HARMLESS = {("backup",), ("doctor",), ("version",)}
"""They may say something of any database."""


def commands(of: Any = app, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name in of:
        if not name.startswith("-"):
            below = of[name]
            if below.default_command:
                yield (*path, name), below.default_command
            yield from commands(below, (*path, name))


COMMANDS = [one for one in commands() if one[0] not in SERVING | {("version",)}]
NAMES = [" ".join(path) for path, _ in COMMANDS]


def words(path: tuple[str, ...], command: Any, folder: Path) -> list[str]:
    """The command with something for each thing it must be given."""
    given = list(path)
    for name, one in inspect.signature(command).parameters.items():
        if one.default is not inspect.Parameter.empty:
            continue
        value = (
            "180d"
            if name == "keep"
            else str(folder / "a file")
            if name in ("file", "folder", "path")
            else "login"
        )
        keyword = one.kind is inspect.Parameter.KEYWORD_ONLY
        given += [f"--{name.replace('_', '-')}", value] if keyword else [value]
    (folder / "a file").write_text("{}\n")
    return given


def run(monkeypatch: pytest.MonkeyPatch, given: list[str], folder: Path) -> int:
    """The exit status; any other exception is a traceback and passes."""
    monkeypatch.setattr(sys, "argv", ["poolhouse", *given])
    monkeypatch.chdir(folder)
    try:
        main()
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


@pytest.fixture(scope="module")
def strange(postgres_url: str) -> Iterator[dict[str, str]]:
    """Databases nobody made for this version."""
    names = {state: f"{state}_{new_id()}" for state in ("empty", "old")}
    for name in names.values():
        run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
    urls = {state: on_database(postgres_url, name) for state, name in names.items()}
    await_in_thread(migrate(urls["old"], "0004"))
    yield {**urls, "unreachable": "postgresql://x:y@127.0.0.1:1/z", "malformed": "postgresql://[x/y"}
    for name in names.values():
        run_sql(postgres_url, f'drop database "{name}" with (force)')


@pytest.mark.parametrize("state", ["empty", "old", "unreachable", "malformed"])
@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=NAMES)
def test_a_command_says_what_is_wrong_with_the_database(
    strange: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    path: tuple[str, ...],
    command: Any,
    state: str,
) -> None:
    if path == ("migrate",) and state in ("empty", "old"):
        pytest.skip("it is the command that mends this")
    monkeypatch.setenv("POOLHOUSE_DATABASE_URL", strange[state])
    monkeypatch.setenv("POOLHOUSE_DATA", str(tmp_path))
    monkeypatch.setenv("POOLHOUSE_SECRET_KEY", "a" * 64)
    status = run(monkeypatch, words(path, command, tmp_path), tmp_path)
    said = capsys.readouterr()
    assert status in ((0, 1) if path in HARMLESS else (1,)), said
    assert status == 0 or said.err.startswith("error: ") or path == ("doctor",), said


@pytest.mark.parametrize(("path", "command"), COMMANDS, ids=NAMES)
def test_a_folder_without_a_database_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    path: tuple[str, ...],
    command: Any,
) -> None:
    """`user create` right after `up &` must not make the database that `up` is about to make."""
    if path in {
        ("migrate",),
        ("restore",),
        ("backup",),
        ("secrets", "rotate"),
        ("secrets", "reset"),
        ("doctor",),
    }:
        pytest.skip("it may make one, or looks at files alone")
    monkeypatch.delenv("POOLHOUSE_DATABASE_URL", raising=False)
    data = tmp_path / "data"
    given = words(path, command, tmp_path)
    monkeypatch.setenv("POOLHOUSE_DATA", str(data))
    assert run(monkeypatch, given, tmp_path) == 1
    assert capsys.readouterr().err.startswith("error: ")
    assert not data.exists()


@pytest.mark.parametrize("words", ["could not write init file", 'could not extend file "base/1/2"'])
def test_a_database_on_a_full_disk_is_a_sentence(words: str) -> None:
    for kind in (InternalServerError, DiskFullError):
        assert mendable(kind(words)) == f"the database refused: {words} (is its disk full?)"


def test_a_level_of_logs_that_does_not_exist_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("POOLHOUSE_LOG_LEVEL", "verbose")
    assert run(monkeypatch, ["pool", "list"], tmp_path) == 1
    said = capsys.readouterr().err
    assert "log_level" in said
    assert "'debug', 'info', 'warning' or 'error'" in said


def test_a_misspelt_setting_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setenv("POOLHOUSE_DATABSE_URL", "x")
    run(monkeypatch, ["pool", "list"], tmp_path)
    said = capsys.readouterr().err
    assert "POOLHOUSE_DATABSE_URL is no setting: did you mean POOLHOUSE_DATABASE_URL?" in said


def test_every_setting_is_known_by_its_name() -> None:
    names = {f"POOLHOUSE_{name.upper()}": "x" for name in settings_known()}
    assert misspelt({**names, "poolhouse_port": "1", "POOLHOUSE_TEST_FOLDER": "x", "PATH": "x"}) == []
