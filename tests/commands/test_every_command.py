"""Every command, on a database in a state it does not expect: a sentence and an exit status, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from asyncpg.exceptions import DiskFullError, InternalServerError
from tests.postgres import await_in_thread, on_database, run_sql

from poolhouse.cli import main
from poolhouse.client import helping
from poolhouse.client.exits import FAULT, REFUSED, UNREACHABLE, USAGE
from poolhouse.client.model import Command
from poolhouse.client.table import COMMANDS as CALLS
from poolhouse.commands.mendable import mendable
from poolhouse.db.migrations import migrate
from poolhouse.ids import new_id
from poolhouse.settings import misspelt, settings_known

SERVING = {"up", "demo"}
HARMLESS = {"backup", "doctor"}
"""They may say something of any database."""


FUNCTIONS = {
    command.name: command for command in CALLS.values() if command.function and "--data" in command.beside
}
NAMES = [name for name in FUNCTIONS if name not in SERVING]
MAKING = {"restore"}
LOOKING = {"doctor"}
NEEDS_NO_KEY = {"pool move", "migrate", "backup"}
NEEDS_NO_DATABASE = {"scripts new", "version", "completion"}
GIVEN = {"number": "1", "days": "90000d", "json": str(Path(__file__).parents[1] / "js/package.json")}


MORE = {
    "app update": ["--name", "nothing"],
    "import check": ["--password", "nothing"],
    "branding set": ["--color", "#112233"],
    "mail-server set": ["--host", "mail.example"],
}
"""What a command wants although no argument of it is always needed."""


def called(command: Command, folder: Path | None = None) -> list[str]:
    """A command of the table with something for each thing it must be given; files are in `folder`."""
    given = command.name.split()
    for arg in command.args:
        if arg.needed:
            value = GIVEN.get(arg.kind, "nothing")
            if arg.kind == "path" and folder:
                value = str(folder / "a file.jsonl")
                Path(value).write_text('{"username": "nothing"}\n')
            value = arg.choices[0] if arg.choices else value
            given += [value] if arg.positional else [arg.name, value]
    if any(arg.name == "--generate" for arg in command.args):
        given.append("--generate")
    given += MORE.get(command.name, [])
    return [*given, "--yes"] if command.asks else given


def words(name: str, folder: Path) -> list[str]:
    """The command with something for each thing it must be given."""
    return called(CALLS[name], folder)


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
@pytest.mark.parametrize("name", [*NAMES, "user list"])
def test_a_command_says_what_is_wrong_with_the_database(
    strange: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    name: str,
    state: str,
) -> None:
    if name == "migrate" and state in ("empty", "old"):
        pytest.skip("it is the command that mends this")
    monkeypatch.setenv("POOLHOUSE_DATABASE_URL", strange[state])
    monkeypatch.setenv("POOLHOUSE_DATA", str(tmp_path))
    monkeypatch.setenv("POOLHOUSE_SECRET_KEY", "a" * 64)
    status = run(monkeypatch, words(name, tmp_path), tmp_path)
    said = capsys.readouterr()
    assert status in ((0, REFUSED, UNREACHABLE) if name in HARMLESS else (REFUSED, UNREACHABLE)), said
    assert status == 0 or one_line(said.err.removeprefix(WARNED)) or name == "doctor", said


WARNED = (
    "warning: a password on the command line is seen by ps and kept by the shell's history: use --password - or "
    "--password alone\n"
)


def one_line(said: str) -> bool:
    return said.startswith("error: ") and said.count("\n") == 1


ELSEWHERE = [name for name in CALLS if name not in SERVING | NEEDS_NO_DATABASE]


@pytest.mark.parametrize("name", ELSEWHERE)
@pytest.mark.parametrize("outside", [False, True], ids=["embedded", "outside"])
def test_a_folder_without_a_database_is_left_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    database_url: str,
    name: str,
    outside: bool,
) -> None:
    """`user create` right after `up &`, or in the wrong folder, makes no database and no secret key."""
    if name in MAKING | LOOKING or (outside and name in NEEDS_NO_KEY):
        pytest.skip("it may make one, looks at files alone, or needs none")
    monkeypatch.delenv("POOLHOUSE_SECRET_KEY", raising=False)
    monkeypatch.delenv("POOLHOUSE_DATABASE_URL", raising=False)
    if outside:
        monkeypatch.setenv("POOLHOUSE_DATABASE_URL", database_url)
    data = tmp_path / "data"
    given = words(name, tmp_path)
    monkeypatch.setenv("POOLHOUSE_DATA", str(data))
    status = run(monkeypatch, given, tmp_path)
    said = capsys.readouterr().err.removeprefix(WARNED)
    assert not data.exists()
    assert one_line(said)
    if status == REFUSED:
        assert given[:2] in (
            ["export", "users"],
            ["user", "export"],
            ["policy", "create"],
            ["data-resource", "create"],
            ["scripts", "diff"],
            ["scripts", "push"],
            ["scripts", "run"],
        )
        return  # its file is looked at first
    assert (status, f"no Poolhouse in {data}:" in said) == (UNREACHABLE, True), said
    assert "--data or POOLHOUSE_DATA" in said


@pytest.mark.parametrize("given", ["", "--no-such-option", "two many words at once"])
@pytest.mark.parametrize("name", [name for name in CALLS if name not in SERVING])
def test_what_is_mistyped_is_one_line_and_a_status_of_its_own(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path, name: str, given: str
) -> None:
    monkeypatch.setenv("POOLHOUSE_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("POOLHOUSE_DATABASE_URL", raising=False)
    status = run(monkeypatch, [*name.split(), *given.split()], tmp_path)
    said = capsys.readouterr()
    if status in (REFUSED, UNREACHABLE) or name in ("doctor", "version"):
        return  # all that it needs was given
    assert (status, one_line(said.err)) == (USAGE, True), said


def test_a_fault_is_one_line_and_debug_shows_the_rest(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(helping, "everything", lambda: [][0])
    assert run(monkeypatch, [], tmp_path) == FAULT
    assert one_line(capsys.readouterr().err)
    assert run(monkeypatch, ["--debug"], tmp_path) == FAULT
    said = capsys.readouterr().err
    assert "Traceback" in said
    assert one_line(said.splitlines(keepends=True)[-1])


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
