"""How far a migration is, and its end: page by page, stopped by Ctrl-C or by a server that ends, and gone on with."""

from __future__ import annotations

import json
import signal
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import pytest
from tests.client.conftest import Typed
from tests.conftest import PoolForTests

from poolhouse.client import migration, output, progress
from poolhouse.client.exits import DONE, REFUSED, UNREACHABLE, USAGE, Stopped
from poolhouse.client.progress import Progress, interruptible
from poolhouse.client.table import COMMANDS
from poolhouse.customdb import folder as folders
from poolhouse.customdb import postgres
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserQuery

FINISH = COMMANDS["migration finish"]
LIST = """
async function listUsers(page, limit, context) {
  const list = [];
  for (let n = (page - 1) * limit; n < Math.min(205, page * limit); n++)
    list.push({ id: `old-${n}`, username: `m${n}`, email: `m${n}@old.cn` });
  return { totalCount: 205, list };
}
"""
NOBODY = "async function login() { return null; }\n"


async def migrating(services: Services, pool: PoolForTests, **sources: str) -> None:
    """The pool has an old database of 205 people, which is in the script."""
    files = {"listUsers.js": LIST, "login.js": NOBODY, "getUser.js": NOBODY.replace("login", "getUser")}
    files |= {f"{name}.js": source for name, source in sources.items()}
    folder = folders.read({**files, "connection.toml": "enabled = true"}, {})
    assert (await services.script_folders.push(pool.administrator, folder, apply=True)).applied


async def test_the_status_tells_a_refusal_from_a_failure(
    services: Services, pool: PoolForTests, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrating(services, pool)
    for outcome in ("migrated", "script error", "script error", "unavailable", "deleted here"):
        await postgres.count_migration(services.db, pool.id, outcome)
    told = dict(line.rsplit(maxsplit=1) for line in (await typed("migration", "status")).out.splitlines())
    assert told["failed: refused by the script"] == "2"
    assert told["failed: script failed, or the old database did not answer"] == "1"
    assert told["failed: deleted here (poolhouse migration readmit ID)"] == "1"
    assert (told["attempted"], told["migrated"], told["not yet here"]) == ("5", "1", "205")
    assert (await typed("migration", "status", "--json")).json["failed"]["script error"] == 2
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "失败：脚本拒绝" in (await typed("migration", "status")).out


async def test_without_a_list_nobody_can_say_who_is_missing(typed: Typed) -> None:
    assert "unknown: no listUsers that answers" in (await typed("migration", "status")).out


async def test_who_is_waiting_is_listed_and_the_neighbour_has_nobody(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, typed: Typed
) -> None:
    await migrating(services, pool)
    for page in range(1):  # the first page has come
        await services.migration.begin(pool.administrator)
        await services.migration.move(pool.administrator, page)
    lines = (await typed("migration", "waiting", "--limit", "2")).out.splitlines()
    assert [line.split("\t")[:3] for line in lines] == [
        ["old-100", "m100", "m100@old.cn"],
        ["old-101", "m101", "m101@old.cn"],
    ]
    assert len((await typed("migration", "waiting", "--limit", "1000", "--json")).json["list"]) == 105
    assert (await typed("migration", "waiting", "--limit", "0")).status == USAGE
    for command in ("waiting", "finish"):
        refused = await typed("migration", command, pool_id=other_pool.id)
        assert (refused.status, refused.err) == (REFUSED, "lazy migration is not switched on")


async def test_the_end_is_counted_then_done_and_whoever_was_refused_is_in_a_file(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, typed: Typed, tmp_path: Path
) -> None:
    await migrating(services, pool)
    clash = UserDraft({"username": "m7", "email": "other@x.cn"})
    await services.users.create(pool.administrator, clash)
    errors = tmp_path / "migration.errors.jsonl"
    planned = await typed("migration", "finish", "--dry-run")
    assert planned.status == REFUSED
    assert planned.out.splitlines()[:3] == [
        "would be imported  204",
        "already here       0",
        "refused            1",
    ]
    assert (await services.users.list(pool.administrator, UserQuery())).total == 1

    errors.write_text("of another run, and longer than what comes\n" * 20)
    done = (await typed("migration", "finish", "--json")).json
    assert done == {
        "dryRun": False,
        "imported": 204,
        "skipped": 0,
        "failed": 1,
        "complete": False,
        "errors": "migration.errors.jsonl",
    }
    assert [json.loads(line)["id"] for line in errors.read_text().splitlines()] == ["old-7"]
    assert (await services.users.list(pool.administrator, UserQuery())).total == 205
    assert (await services.users.list(other_pool.administrator, UserQuery())).total == 0

    await services.customdb.withdraw(pool.administrator, "listUsers")
    only = LIST.replace("205", "5")
    await migrating(services, pool, listUsers=only)
    again = await typed("migration", "finish")
    assert (again.status, again.out) == (
        DONE,
        "imported      0\nalready here  5\nrefused       0\n",
    )
    assert errors.read_text() == ""


async def test_the_file_of_the_refused_follows_no_link_and_is_its_owners(
    services: Services, pool: PoolForTests, typed: Typed, tmp_path: Path
) -> None:
    await migrating(services, pool)
    await services.users.create(pool.administrator, UserDraft({"username": "m7", "email": "other@x.cn"}))
    (tmp_path / "laid").symlink_to(tmp_path / "others")
    ended = await typed("migration", "finish", "--errors", "laid")
    assert (ended.status, ended.err) == (USAGE, "laid: must not be a symbolic link")
    ended = await typed("migration", "finish", "--dry-run", "--errors", "no/such/folder")
    assert (ended.status, ended.err) == (REFUSED, "no/such/folder: no such file or folder")
    await typed("migration", "finish", "--errors", "mine")
    assert stat.S_IMODE((tmp_path / "mine").stat().st_mode) == 0o600


class Pages:
    """A server with three pages; what it answers to `move-migration-page` may be an error to raise."""

    as_json = False

    def __init__(self, *answers: Any, begun: dict[str, int] | None = None, failed_before: int = 0) -> None:
        self.answers = list(answers)
        self.begun = begun or {"position": 0, "imported": 0, "skipped": 0, "failed": failed_before}
        self.asked: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, operation: str, values: dict[str, Any]) -> Any:
        self.asked.append((operation, values))
        if operation == "POST begin-migration-finish":
            return self.begun
        if operation == "GET list-migration-errors":
            kept = [{"line": n, "field": "id", "message": "gone", "id": None} for n in range(75)]
            page, limit = values["page"], values["limit"]
            return {"totalCount": 75, "list": kept[(page - 1) * limit : page * limit]}
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


def moved(position: int, *, finished: bool = False, failed: int = 0) -> dict[str, Any]:
    error = {"line": 900 + position, "field": "id", "message": "no", "id": "x"}
    counts = {"imported": 100 - failed, "skipped": 0, "failed": failed, "seen": position * 100, "total": 300}
    return {"position": position, "finished": finished, **counts, "errors": [error] * failed}


def given(tmp_path: Path, **values: Any) -> dict[str, Any]:
    return {"errors": str(tmp_path / "errors"), **values}


def test_ctrl_c_ends_after_a_page_and_says_how_to_go_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pages = Pages(moved(1), moved(2), moved(3, finished=True))

    @contextmanager
    def after_two() -> Iterator[Any]:
        class Asked:
            def __bool__(self) -> bool:
                return len(pages.answers) == 1

        yield Asked()

    monkeypatch.setattr(migration, "interruptible", after_two)
    with pytest.raises(KeyboardInterrupt):
        migration.finish(pages, FINISH, given(tmp_path))
    said = capsys.readouterr().err
    assert (
        said == "200 in, 0 refused; stopped after page 2: poolhouse migration finish --resume goes on there\n"
    )


def test_a_server_that_ends_in_the_middle_says_how_to_go_on(tmp_path: Path) -> None:
    pages = Pages(moved(1, failed=1), Stopped("the server has stopped", UNREACHABLE))
    with pytest.raises(Stopped) as stopped:
        migration.finish(pages, FINISH, given(tmp_path))
    assert stopped.value.status == UNREACHABLE
    assert stopped.value.said.startswith("the server has stopped; stopped after page 1: poolhouse migration")
    assert len((tmp_path / "errors").read_text().splitlines()) == 1


def test_who_goes_on_has_the_refused_of_the_runs_before_in_the_file(tmp_path: Path) -> None:
    """As the server kept them: an answer that nobody read is not lost."""
    begun = {"position": 2, "imported": 120, "skipped": 5, "failed": 75}
    pages = Pages(moved(3, finished=True, failed=2), begun=begun)
    done = migration.finish(pages, FINISH, given(tmp_path, resume=True))
    assert pages.asked[0] == ("POST begin-migration-finish", {"resume": True})
    assert (done["imported"], done["skipped"], done["failed"]) == (218, 5, 77)
    lines = [json.loads(line) for line in (tmp_path / "errors").read_text().splitlines()]
    assert [line["line"] for line in lines] == [*range(75), 903, 903]
    assert "id" not in lines[0]


def test_ctrl_c_is_noted_once_and_obeyed_the_second_time() -> None:
    before = signal.getsignal(signal.SIGINT)
    with interruptible() as asked:
        assert not asked
        signal.raise_signal(signal.SIGINT)
        assert asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_bar_is_for_a_terminal_and_a_line_for_a_pipe_and_nothing_for_a_program(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    with Progress(quiet=False) as bar:
        bar.at(50, 200, "已迁入 50" + "很" * 100)
    shown = capsys.readouterr().err
    assert shown.startswith(f"{progress.CLEARED}[######..................] 25% 已迁入 50")
    assert shown.endswith(progress.CLEARED)
    assert output.width(shown.removeprefix(progress.CLEARED).removesuffix(progress.CLEARED)) < 80
    monkeypatch.setattr(sys.stderr, "isatty", lambda: False)
    clock = chain((100.0, 101.0, 101.0), repeat(106.0))
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    with Progress(quiet=False) as lines:
        lines.at(0, 200, "begun")
        lines.at(50, 200, "50 in")
    assert capsys.readouterr().err == "25% 50 in 10/s, 0:00:15 left\n"
    with Progress(quiet=True) as nothing:
        nothing.at(50, 200, "50 in")
    assert capsys.readouterr().err == ""
