"""Scripts as files: begun, pulled, changed, pushed, pushed again without effect, run and withdrawn."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from tests.client.conftest import Typed
from tests.conftest import PoolForTests
from tests.customdb.test_replay import GET_USER, called

from poolhouse.client import connection, folders, output, running
from poolhouse.client import scripts as commands
from poolhouse.client.connection import NoServer
from poolhouse.client.exits import DONE, NOT_FOUND, REFUSED, UNREACHABLE, USAGE, Stopped
from poolhouse.customdb.model import Connection
from poolhouse.sandbox.warnings import Sentence
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

LOGIN = "async function login(query, password, context) {\n  return { id: 1, secret: env.KEY };\n}\n"


async def publish(services: Services, pool: PoolForTests, name: str, source: str) -> None:
    saved = await services.customdb.save_script(pool.administrator, name, source)
    await services.customdb.publish(pool.administrator, name, saved.version)


def folder(at: Path, **files: str) -> str:
    """`login="..."` is login.js; `connection` is connection.toml."""
    at.mkdir(exist_ok=True)
    for name, text in files.items():
        (at / ("connection.toml" if name == "connection" else f"{name}.js")).write_text(text)
    return str(at)


async def test_new_begins_a_folder_with_every_function(typed: Typed, tmp_path: Path) -> None:
    written = (await typed("scripts", "new", "mine", "--json")).json["written"]
    names = {file.name for file in (tmp_path / "mine").iterdir()}
    assert {f"mine/{name}" for name in names} == set(written)
    assert {"login.js", "validatePassword.js", "connection.toml", "poolhouse.d.ts"} < names
    assert len([name for name in names if name.endswith(".js")]) == 8
    assert (await typed("scripts", "new", "mine")).status == REFUSED
    assert (await typed("scripts", "new", "other", "--kind", "oracle")).status == USAGE


async def test_new_says_that_scripts_have_no_driver_of_sql_server(typed: Typed, tmp_path: Path) -> None:
    ended = await typed("scripts", "new", "mine", "--kind", "sqlserver")
    assert "sqlserver is not supported yet" in ended.err
    assert "http, mongodb, mysql, postgresql" in ended.err
    assert not (tmp_path / "mine").exists()


async def test_a_push_is_planned_then_done_then_nothing(
    services: Services, pool: PoolForTests, typed: Typed, tmp_path: Path
) -> None:
    shop = folder(tmp_path / "shop", login=LOGIN, connection="timeout_ms = 3000\n")
    planned = await typed("scripts", "push", shop)
    assert planned.out == ("login\tsave and publish\tplanned\nconnection.toml\tset timeout_ms\tplanned\n")
    assert "Nothing was changed; add --yes" in planned.err
    assert (await services.customdb.list_scripts(pool.administrator))[0].draft is None

    done = (await typed("scripts", "push", shop, "--yes", "--json")).json
    assert (done["applied"], [step["what"] for step in done["steps"]]) == (True, ["login", "connection.toml"])
    assert (await services.customdb.list_scripts(pool.administrator))[0].published == 1
    assert (await services.customdb.get(pool.administrator)).timeout_ms == 3000
    again = await typed("scripts", "push", shop, "--yes")
    assert (again.status, again.out) == (DONE, "")
    assert again.err == "Nothing to do: the folder is what is saved.\n"


async def test_a_draft_is_saved_and_not_published(
    services: Services, pool: PoolForTests, typed: Typed, tmp_path: Path
) -> None:
    shop = folder(tmp_path / "shop", login=LOGIN)
    assert "login\tsave\tdone" in (await typed("scripts", "push", shop, "--draft", "--yes")).out
    state = (await services.customdb.list_scripts(pool.administrator))[0]
    assert (state.draft, state.published) == (1, None)
    assert "login\tsave and publish\tdone" in (await typed("scripts", "push", shop, "--yes")).out
    state = (await services.customdb.list_scripts(pool.administrator))[0]
    assert (state.draft, state.published) == (1, 1)


async def test_a_pull_brings_scripts_and_no_secret_and_a_push_of_it_changes_nothing(
    services: Services, pool: PoolForTests, typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DB_CONNECTION_URI", raising=False)
    monkeypatch.delenv("KEY", raising=False)
    uri = "postgres://app:very-secret@db.internal/users"
    changes = {"connection": Connection(uri=uri), "env": {"KEY": "tok-secret"}, "allowed_hosts": ("a.b:1",)}
    await services.customdb.update(pool.administrator, changes)
    await publish(services, pool, "login", LOGIN)

    await typed("scripts", "pull", "shop")
    shop = tmp_path / "shop"
    text = "".join(file.read_text() for file in shop.iterdir())
    assert (shop / "login.js").read_text() == LOGIN
    assert "very-secret" not in text
    assert "tok-secret" not in text
    assert (await typed("scripts", "pull", "shop", "--json")).json == {"written": []}
    assert (await typed("scripts", "push", "shop", "--yes", "--json")).json["steps"] == []
    assert (await typed("scripts", "diff", "shop")).status == DONE

    monkeypatch.setenv("KEY", "tok-rotated")
    assert "connection.toml: env is not as it is saved" in (await typed("scripts", "diff", "shop")).out
    assert (await typed("scripts", "push", "shop", "--yes")).out == "connection.toml\tset env\tdone\n"
    kept = await services.customdb.get(pool.administrator)
    assert (kept.env, kept.connection.uri) == ({"KEY": "tok-rotated"}, uri)


async def test_the_neighbours_folder_is_their_own(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, typed: Typed, tmp_path: Path
) -> None:
    await publish(services, pool, "login", LOGIN)
    await typed("scripts", "pull", "theirs", pool_id=other_pool.id)
    assert not (tmp_path / "theirs" / "login.js").exists()
    shop = folder(tmp_path / "shop", login=LOGIN.replace("1", "2"))
    assert (await typed("scripts", "push", shop, "--yes", pool_id=other_pool.id)).status == DONE
    await typed("scripts", "withdraw", "login", "--yes", pool_id=other_pool.id)
    assert await services.script_folders.sources(pool.administrator) == {"login": LOGIN}


async def test_diff_shows_the_changed_lines_and_what_is_only_published(
    services: Services, pool: PoolForTests, typed: Typed, tmp_path: Path
) -> None:
    for name in ("login", "getUser"):
        await publish(services, pool, name, LOGIN.replace("login", name))
    shop = folder(tmp_path / "shop", login=LOGIN.replace("id: 1", "id: 2"))
    ended = await typed("scripts", "diff", shop)
    assert ended.status == REFUSED
    assert "-  return { id: 1" in ended.out
    assert "+  return { id: 2" in ended.out
    assert "Only published: getUser.js (poolhouse scripts withdraw getUser takes it back)" in ended.out


async def test_every_source_that_does_not_compile_is_told_once_with_its_file_and_nothing_is_done(
    services: Services, pool: PoolForTests, typed: Typed, tmp_path: Path
) -> None:
    broken = "async function login( {\n"
    shop = folder(tmp_path / "shop", login=broken, getUser="function (", listUsers=LOGIN)
    ended = await typed("scripts", "push", shop, "--yes")
    assert ended.status == REFUSED
    login, get_user = ended.err.splitlines()
    assert login.startswith(f"{shop}/login.js:2:1: ")
    assert get_user.startswith(f"{shop}/getUser.js:1:")
    assert ended.err.count("login.js") == 1
    assert all(state.draft is None for state in await services.customdb.list_scripts(pool.administrator))
    ran = await typed("scripts", "run", shop, "login", "{}")
    assert (ran.status, ran.err.startswith(f"{shop}/login.js:2:1: ")) == (REFUSED, True)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("nonsense = 1", "connection.toml: there is no key nonsense"),
        ("timeout_ms = ", "connection.toml: not TOML: Invalid value"),
        ("enabled = true\nx = = 1", "connection.toml:2:5: not TOML: Invalid value"),
        ("timeout_ms = 'long'", "connection.toml: timeout_ms: "),
        ("timeout_ms = 1", "connection.toml: timeout_ms: must be 100 to 20000"),
        ("mode = 'SLOW'", "connection.toml: mode: "),
        ("allowed_hosts = 5", "connection.toml: allowed_hosts: "),
        ("connection = 5", "connection.toml: connection: "),
        ("env = 5", "connection.toml: env: "),
        ("[connection]\nsecret = 1", "connection.toml: there is no key connection.secret"),
    ],
)
async def test_a_wrong_connection_file_is_refused_by_name(
    typed: Typed, tmp_path: Path, text: str, said: str
) -> None:
    shop = folder(tmp_path / "shop", connection=text)
    for command in ("push", "diff"):
        ended = await typed("scripts", command, shop)
        if command == "push" or "must be" not in said:
            assert (ended.status, ended.err.startswith(f"{shop}/{said}")) == (REFUSED, True), ended


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"// \xe7\x99\xbb\n// \xff\n", "login.js:2: not UTF-8 text"),
        (b"// a\0\n", "login.js:1: holds a NUL character"),
        (b"//" + b" " * 10_000_000, "login.js: 10,000,002 bytes; at most 100,000"),
    ],
    ids=["latin", "nul", "large"],
)
async def test_a_file_that_is_no_script_is_named(
    typed: Typed, tmp_path: Path, content: bytes, said: str
) -> None:
    shop = folder(tmp_path / "shop")
    (tmp_path / "shop" / "login.js").write_bytes(content)
    for words in (("push",), ("diff",), ("run", "login")):
        ended = await typed("scripts", words[0], shop, *words[1:])
        assert (ended.status, ended.err) == (REFUSED, f"{shop}/{said}")


async def test_what_is_no_file_or_cannot_be_read_is_named(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = folder(tmp_path / "shop")
    os.mkfifo(tmp_path / "shop" / "login.js")
    assert (await typed("scripts", "push", shop)).err == f"{shop}/login.js: not a file"
    (tmp_path / "shop" / "login.js").unlink()
    folder(tmp_path / "shop", login=LOGIN)

    def denied(path: Any, *_: Any) -> Any:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(folders, "open", denied, raising=False)  # root may read everything
    assert (await typed("scripts", "push", shop)).err == f"{shop}/login.js: not permitted"
    for command in ("push", "diff", "run"):
        ended = await typed("scripts", command, "nowhere", *(["login"] if command == "run" else []))
        assert (ended.status, ended.err) == (REFUSED, "nowhere: not a folder")


def test_a_file_that_could_not_be_written_is_the_old_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = folder(tmp_path / "shop", login=LOGIN)

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(Stopped, match=r"login\.js: the disk is full"):
        folders.write(shop, [(("login.js",), "half of it")])
    assert [(file.name, file.read_text()) for file in Path(shop).iterdir()] == [("login.js", LOGIN)]


async def test_run_uses_the_file_and_prints_the_outcome(typed: Typed, tmp_path: Path) -> None:
    source = "async function login(query, password) { console.log(query.email); return { id: 3, password } }"
    shop = folder(tmp_path / "shop", login=source)
    found = (await typed("scripts", "run", shop, "login", '{"email": "a@b.c"}', "plain text", "--json")).json
    assert (found["success"], found["result"]) == (True, {"id": 3, "password": "plain text"})
    assert [line["text"] for line in found["console"]] == ["a@b.c"]
    ended = await typed("scripts", "run", shop, "getUser", "{}")
    assert (ended.status, ended.err) == (NOT_FOUND, f"{shop}/getUser.js: no such file")
    ended = await typed("scripts", "run", shop, "nothing")
    assert (ended.status, "login, getUser" in ended.err) == (NOT_FOUND, True)


async def test_what_would_hurt_later_is_said_in_the_readers_language(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = folder(tmp_path / "shop", login="async function login() { return null; }")
    warned = Sentence.LOGIN_NULL()
    for lang, said in (("en_US.UTF-8", warned.en), ("zh_CN.UTF-8", warned.zh)):
        monkeypatch.setenv("LANG", lang)
        assert (await typed("scripts", "run", shop, "login", "--json")).json["warnings"] == [said]
        assert said in (await typed("scripts", "run", shop, "login")).out


async def test_what_a_script_prints_commands_no_terminal_and_a_failure_is_a_status(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (
        "async function login() { console.log('\\x1b[2Jgone\\nline'); throw new Error('x'.repeat(900)); }"
    )
    shop = folder(tmp_path / "shop", login=source)
    monkeypatch.setattr(output, "terminal", lambda: True)
    monkeypatch.setattr(commands, "LONGEST_SHOWN", 100)
    ended = await typed("scripts", "run", shop, "login")
    assert ended.status == REFUSED
    assert "\x1b[2J" not in ended.out
    assert "\\x1b[2Jgone\n    line" in ended.out
    assert "x" * 101 not in ended.out
    assert "characters more (--json prints all)" in ended.out
    assert (await typed("scripts", "run", shop, "login", "--json")).status == REFUSED


@pytest.mark.parametrize("text", ['{"username": "m0001"', "[1,", '"open', "[" * 100_000])
async def test_an_argument_that_is_nearly_json_is_refused_by_its_place(typed: Typed, text: str) -> None:
    ended = await typed("scripts", "run", "shop", "login", "m0001", text)
    assert ended.status == USAGE
    assert ended.err.startswith("ARGS 2 is ")
    assert len(ended.err) < 400


async def test_withdrawing_the_password_function_tells_who_depends_on_it(
    services: Services, pool: PoolForTests, typed: Typed
) -> None:
    await publish(services, pool, "verifyPassword", "async function verifyPassword() { return true; }")
    draft = UserDraft({"username": "wang"}, password_hash="odd:form")
    await services.users.create(pool.administrator, draft)
    ended = await typed("scripts", "withdraw", "verifyPassword")
    assert ended.out == "verifyPassword is published\nusers who cannot sign in without it: 1\n"
    assert "add --yes" in ended.err
    assert await services.passwords.has_function(pool.id)
    found = (await typed("scripts", "withdraw", "verifyPassword", "--yes", "--json")).json
    assert (found["withdrawn"], found["dependents"]) == (True, 1)
    assert not await services.passwords.has_function(pool.id)
    assert (
        "no version of verifyPassword is published"
        in (await typed("scripts", "withdraw", "verifyPassword")).out
    )


async def test_it_speaks_the_language_of_whoever_types(
    typed: Typed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    shop = folder(tmp_path / "shop", login=LOGIN, connection="timeout_ms = 1\n")
    assert (await typed("scripts", "push", shop)).err.endswith("timeout_ms：应为 100 至 20000")
    (tmp_path / "shop" / "connection.toml").unlink()
    ended = await typed("scripts", "push", shop)
    assert (ended.out, ended.err) == ("login\t保存并发布\t待执行\n", "没有改动；加 --yes 执行\n")


def test_a_server_that_stops_in_the_middle_is_not_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever opened its database in its place would be in the way of its start."""
    answers = [{"statusCode": 200, "data": {"functions": [], "connection": "connection.toml", "largest": 9}}]

    def call(data: str, question: dict[str, Any]) -> dict[str, Any]:
        if not answers:
            raise NoServer
        return answers.pop()

    def elsewhere(*_: Any) -> Any:
        raise AssertionError("the database was opened")

    monkeypatch.setattr(connection, "call", call)
    command = running.command_of(["scripts", "push"])
    assert command is not None
    with pytest.raises(Stopped) as stopped:
        running.run(command, [folder(tmp_path / "shop"), "--yes"], elsewhere, elsewhere)
    assert stopped.value.status == UNREACHABLE


def test_only_the_variables_that_are_named_leave_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NAMED", "one")
    monkeypatch.setenv("OTHER", "two")
    assert folders.variables('uri = "${NAMED}"\nhost = "${MISSING}"') == {"NAMED": "one"}
    assert json.dumps(folders.variables("uri = 1")) == "{}"


async def test_a_push_that_needs_a_passing_run_says_what_to_run_and_then_publishes(
    services: Services, pool: PoolForTests, typed: Typed, tmp_path: Path
) -> None:
    await services.pools.update(pool.administrator, {}, {"publish_requires_passing_run": True})
    shop = folder(tmp_path / "shop", login=LOGIN)
    refused = await typed("scripts", "push", shop, "--yes")
    assert refused.status == REFUSED
    assert "scripts push FOLDER --draft --yes" in refused.err
    assert (await services.customdb.list_scripts(pool.administrator))[0].draft is None
    await typed("scripts", "push", shop, "--draft", "--yes", "--message", "ticket 7")
    assert "ticket 7" in (await typed("scripts", "versions", "login")).out
    assert (await typed("scripts", "run", shop, "login")).status == DONE
    assert "login\tsave and publish\tdone" in (await typed("scripts", "push", shop, "--yes")).out
    assert (await services.customdb.list_scripts(pool.administrator))[0].published == 1


async def test_a_draft_is_replayed_on_recorded_calls(
    services: Services, pool: PoolForTests, typed: Typed
) -> None:
    await services.customdb.update(pool.administrator, {"enabled": True})
    await publish(services, pool, "getUser", GET_USER)
    await called(services, pool.administrator, "li", "nobody")
    await services.customdb.save_script(pool.administrator, "getUser", GET_USER.replace("小", "大"))
    told = await typed("scripts", "replay", "getUser")
    assert told.status != DONE
    assert 'different\tnickname "小li" → "大li"' in told.out
    assert "nobody" in told.out
    assert (await typed("scripts", "replay", "getUser", "--version", "1")).status == DONE
    refused = await typed("scripts", "replay", "login")
    assert "never recorded" in refused.err
