"""Scripts as files: pulled, changed, pushed, and pushed again without effect."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.client.exits import Stopped
from poolhouse.commands import scripts
from poolhouse.customdb.model import Connection
from poolhouse.errors import InvalidInput, ScriptNotFound
from poolhouse.services import Services

Said = Callable[..., Any]
LOGIN = "async function login(query, password, context) {\n  return { id: 1, secret: env.KEY };\n}\n"


@pytest.fixture
def said(services: Services, pool: PoolForTests, capsys: pytest.CaptureFixture[str]) -> Said:
    """Runs a command as an operator would and gives what it printed, as JSON."""

    async def run(command: Callable[..., None], *args: Any, **given: Any) -> Any:
        given |= {"data": services.settings.data, "database_url": services.db.url, "as_json": True}
        await asyncio.to_thread(command, *args, pool=pool.id, **given)
        return json.loads(capsys.readouterr().out)

    return run


async def test_new_begins_a_folder_with_every_function(tmp_path: Path) -> None:
    scripts.new(tmp_path / "mine", kind="postgresql", as_json=True)
    names = {file.name for file in (tmp_path / "mine").iterdir()}
    assert {"login.js", "validatePassword.js", "connection.toml", "poolhouse.d.ts"} < names
    assert len([name for name in names if name.endswith(".js")]) == 8
    with pytest.raises(InvalidInput):
        scripts.new(tmp_path / "mine", as_json=True)
    with pytest.raises(InvalidInput):
        scripts.new(tmp_path / "other", kind="oracle", as_json=True)


async def test_new_says_that_scripts_have_no_driver_of_sql_server(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="sqlserver is not supported") as refused:
        scripts.new(tmp_path / "mine", kind="sqlserver", as_json=True)
    assert "postgresql, mysql, mongodb, http" in str(refused.value)
    assert not (tmp_path / "mine").exists()


async def test_a_push_is_planned_then_done_then_nothing(
    services: Services, pool: PoolForTests, tmp_path: Path, said: Said
) -> None:
    (tmp_path / "login.js").write_text(LOGIN)
    (tmp_path / "connection.toml").write_text("timeout_ms = 3000\n")
    plan = await said(scripts.push, tmp_path)
    assert plan == [
        {"what": "login", "action": "save and publish", "state": "planned"},
        {"what": "connection.toml", "action": "set timeout_ms", "state": "planned"},
    ]
    assert (await services.customdb.list_scripts(pool.administrator))[0].draft is None

    assert {step["state"] for step in await said(scripts.push, tmp_path, yes=True)} == {"done"}
    assert (await services.customdb.list_scripts(pool.administrator))[0].published == 1
    assert (await services.customdb.get(pool.administrator)).timeout_ms == 3000
    assert await said(scripts.push, tmp_path, yes=True) == []


async def test_a_pull_brings_scripts_and_no_secret_and_a_push_of_it_changes_nothing(
    services: Services, pool: PoolForTests, tmp_path: Path, said: Said, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DB_CONNECTION_URI", raising=False)
    monkeypatch.delenv("KEY", raising=False)
    uri = "postgres://app:very-secret@db.internal/users"
    changes = {"connection": Connection(uri=uri), "env": {"KEY": "tok-secret"}, "allowed_hosts": ("a.b:1",)}
    await services.customdb.update(pool.administrator, changes)
    saved = await services.customdb.save_script(pool.administrator, "login", LOGIN)
    await services.customdb.publish(pool.administrator, "login", saved.version)

    await said(scripts.pull, tmp_path)
    text = "".join(file.read_text() for file in tmp_path.iterdir())
    assert (tmp_path / "login.js").read_text() == LOGIN
    assert "secret;" not in text.replace("secret: env.KEY", "")
    assert "very-secret" not in text
    assert "tok-secret" not in text
    assert await said(scripts.pull, tmp_path) == []
    assert await said(scripts.push, tmp_path, yes=True) == []

    monkeypatch.setenv("KEY", "tok-rotated")
    assert [step["action"] for step in await said(scripts.push, tmp_path, yes=True)] == ["set env"]
    kept = await services.customdb.get(pool.administrator)
    assert (kept.env, kept.connection.uri) == ({"KEY": "tok-rotated"}, uri)


async def test_diff_shows_the_changed_lines(
    services: Services, pool: PoolForTests, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    saved = await services.customdb.save_script(pool.administrator, "login", LOGIN)
    await services.customdb.publish(pool.administrator, "login", saved.version)
    (tmp_path / "login.js").write_text(LOGIN.replace("id: 1", "id: 2"))
    with pytest.raises(SystemExit) as ended:
        await asyncio.to_thread(
            scripts.diff,
            tmp_path,
            pool=pool.id,
            data=services.settings.data,
            database_url=services.db.url,
        )
    assert ended.value.code == 1
    shown = capsys.readouterr().out
    assert "-  return { id: 1" in shown
    assert "+  return { id: 2" in shown


async def test_run_uses_the_file_and_prints_the_outcome(tmp_path: Path, said: Said) -> None:
    (tmp_path / "login.js").write_text(
        "async function login(query, password) { console.log(query.email); return { id: 3, password } }"
    )
    shown = await said(scripts.run, tmp_path, "login", '{"email": "a@b.c"}', "plain text")
    assert (shown["success"], shown["result"]) == (True, {"id": 3, "password": "plain text"})
    assert shown["console 1"] == "a@b.c"
    with pytest.raises(ScriptNotFound):
        await said(scripts.run, tmp_path, "getUser", "{}")


@pytest.mark.parametrize("text", ["nonsense = 1", "timeout_ms = ", "[connection]\nsecret = 1"])
async def test_a_wrong_connection_file_is_refused_by_name(tmp_path: Path, said: Said, text: str) -> None:
    (tmp_path / "connection.toml").write_text(text)
    with pytest.raises(InvalidInput) as refused:
        await said(scripts.push, tmp_path)
    assert "connection.toml" in refused.value.message("en-US")


def typed(services: Services, pool: PoolForTests) -> dict[str, Any]:
    return {"pool": pool.id, "data": services.settings.data, "database_url": services.db.url}


async def test_what_a_folder_says_in_words(
    services: Services, pool: PoolForTests, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A push that has nothing to do, and a file that is gone."""
    for name in ("login", "getUser"):
        (tmp_path / f"{name}.js").write_text(LOGIN.replace("login", name))
    where = typed(services, pool)
    await asyncio.to_thread(scripts.push, tmp_path, yes=True, **where)
    capsys.readouterr()
    await asyncio.to_thread(scripts.push, tmp_path, yes=True, **where)
    assert capsys.readouterr().err == "Nothing to do: the folder is what is saved.\n"
    (tmp_path / "getUser.js").unlink()
    assert await asyncio.to_thread(_status, scripts.diff, tmp_path, where) == 1
    assert "Only published: getUser.js" in capsys.readouterr().out


def _status(command: Callable[..., None], folder: Path, where: dict[str, Any]) -> int:
    try:
        command(folder, **where)
    except SystemExit as ended:
        return int(ended.code or 0)
    return 0


async def test_a_source_that_does_not_compile_is_told_once_with_its_file(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    (tmp_path / "login.js").write_text("async function login( {\n")
    with pytest.raises(Stopped) as stopped:
        await asyncio.to_thread(scripts.push, tmp_path, yes=True, **typed(services, pool))
    assert stopped.value.said.startswith(f"{tmp_path}/login.js:2:1: ")
    assert stopped.value.said.count("login.js") == 1


@pytest.mark.parametrize("text", ['{"username": "m0001"', "[1,", '"open'])
def test_an_argument_that_is_nearly_json_is_refused(text: str) -> None:
    with pytest.raises(Stopped, match="not JSON"):
        scripts._argument(text)
    assert scripts._argument("m0001") == "m0001"
