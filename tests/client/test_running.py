"""One command, from what is typed to what is printed."""

from __future__ import annotations

import contextlib
import io
import re
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.client.conftest import Typed
from tests.conftest import PoolForTests

from poolhouse.client import connection, exits, output, passwords
from poolhouse.client.exits import NOT_FOUND, REFUSED, USAGE
from poolhouse.services import Services
from poolhouse.settings import Settings
from poolhouse.users.model import UserDraft, UserKey


async def test_a_user_is_found_by_every_name(services: Services, pool: PoolForTests, typed: Typed) -> None:
    names = {"username": "li", "email": "li@x.example", "phone": "13800138000", "external_id": "e-7"}
    user = await services.users.create(pool.administrator, UserDraft(names))
    for name in (*names.values(), user.id):
        assert (await typed("user", "show", name, "--json")).json["userId"] == user.id


@pytest.mark.parametrize("given", [None, "", ".", "x/../there", "/there"])
def test_a_command_looks_where_the_server_is(given: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("POOLHOUSE_DATA", raising=False)
    if given is not None:
        monkeypatch.setenv("POOLHOUSE_DATA", given)
    assert Path(connection.folder(None)).resolve() == Settings().data.resolve()


async def test_the_neighbours_are_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, typed: Typed
) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    assert (await typed("user", "list")).out.split("\t")[1] == "li"
    assert (await typed("user", "list", pool_id=other_pool.id)).out == ""
    ended = await typed("user", "block", "li", pool_id=other_pool.id)
    assert (ended.status, ended.err) == (NOT_FOUND, "The user does not exist: li")


async def test_what_is_not_given_stays_and_what_is_empty_goes(
    services: Services, pool: PoolForTests, typed: Typed
) -> None:
    await typed("user", "create", "--username", "li", "--nickname", "小李", "--company", "武当")
    await typed("user", "update", "li", "--nickname", "")
    user = await services.users.find(pool.administrator, UserKey("username", "li"))
    assert user is not None
    assert (user.nickname or None, user.company) == (None, "武当")
    assert (await typed("user", "update", "li")).status == USAGE


@pytest.mark.parametrize(
    "words",
    [
        "group members NOPE",
        "role show NOPE",
        "org departments NOPE",
        "org update-department shop NOPE --name x",
        "org add-department shop --name x --under NOPE",
        "app show NOPE",
        "user why li --app NOPE",
        "user kick li --app NOPE",
        "user create --username wang --set NOPE=1",
        "key disable NOPE",
        "source show NOPE",
        "admin show NOPE",
        "mail show NOPE",
        "settings get NOPE",
        "settings set NOPE 1",
        "user why NOPE",
        "pool show NOPE",
    ],
)
async def test_what_is_not_there_is_named(words: str, typed: Typed) -> None:
    await typed("user", "create", "--username", "li")
    await typed("org", "create", "shop", "--name", "Shop")
    ended = await typed(*words.split())
    assert (ended.status, ended.err.count("NOPE")) == (NOT_FOUND, 1), ended.err


async def test_a_pool_that_is_not_there_is_named_and_no_user_instead(typed: Typed) -> None:
    ended = await typed("user", "show", "li", pool_id="nowhere")
    assert (ended.status, ended.err) == (NOT_FOUND, "The user pool does not exist: nowhere")


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("user list --page 99999999", "--page"),
        ("field set level", "--type"),
        ("app create Shop --redirect-uri foo", "--redirect-uri"),
        ("app create Shop --logout-redirect-uri foo", "--logout-redirect-uri"),
        ("org create shop --name Shop", "ORG"),
        ("role create editor", "CODE"),
    ],
)
async def test_what_is_wrong_is_called_as_it_was_typed(words: str, name: str, typed: Typed) -> None:
    await typed("org", "create", "shop", "--name", "Shop")
    await typed("role", "create", "editor")
    ended = await typed(*words.split())
    assert (ended.status, name in ended.err.split()) == (REFUSED, True), ended.err


@pytest.mark.parametrize(
    "words",
    [
        "user list --page 0",
        "user create --username --json",
        "user create --username --email li@x.example",
        "user reset-password li --password secret-1 --generate",
        "admin create li --password secret-1 --generate",
    ],
)
async def test_a_line_that_means_nothing_does_nothing(words: str, typed: Typed) -> None:
    await typed("user", "create", "--username", "li")
    assert (await typed(*words.split())).status == USAGE


async def test_blocking_and_unblocking(services: Services, pool: PoolForTests, typed: Typed) -> None:
    await typed("user", "create", "--username", "li")
    assert re.search("status +Suspended", (await typed("user", "block", "li")).out)
    assert "cannot sign in" in (await typed("user", "why", "li")).out
    assert re.search("status +Activated", (await typed("user", "unblock", "li")).out)


async def test_a_list_is_turned_page_by_page(services: Services, pool: PoolForTests, typed: Typed) -> None:
    for name in "abc":
        await services.users.create(pool.administrator, UserDraft({"username": name}))
    pages = [(await typed("user", "list", "--page", str(page), "--limit", "2")).out for page in (1, 2)]
    assert [[line.split("\t")[1] for line in page.splitlines()] for page in pages] == [["c", "b"], ["a"]]
    assert (await typed("user", "list", "--limit", "51")).status == USAGE


async def test_nobody_is_deleted_unasked(
    services: Services, pool: PoolForTests, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await typed("user", "create", "--username", "li")
    monkeypatch.setattr(sys, "stdin", io.StringIO("yes\n"))
    assert (await typed("user", "delete", "li")).status == REFUSED
    assert (await typed("user", "show", "li")).status == 0
    assert (await typed("user", "delete", "li", "--yes")).status == 0
    assert (await typed("user", "show", "li")).status == NOT_FOUND


async def test_a_password_comes_by_a_pipe_and_is_never_printed(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Hunter-22-hunter\n"))
    ended = await typed("user", "create", "--username", "li", "--password", "-")
    assert (ended.status, ended.err) == (0, "")
    assert "Hunter" not in ended.out
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert (await typed("user", "reset-password", "li", "--password", "-")).status == USAGE
    assert (await typed("user", "reset-password", "li", "--password")).status == USAGE


async def test_a_password_on_the_command_line_is_warned_of(typed: Typed) -> None:
    ended = await typed("user", "create", "--username", "li", "--password", "Hunter-22-hunter")
    assert ended.status == 0
    assert "seen by ps" in ended.err
    assert "Hunter" not in ended.out + ended.err


async def test_a_password_made_here_is_shown_once_and_signs_in(
    services: Services, pool: PoolForTests, typed: Typed
) -> None:
    await typed("user", "create", "--username", "li")
    ended = await typed("user", "reset-password", "li", "--generate", "--keep")
    made = re.search(r"password +(\S{20})\n", ended.out)
    assert made
    await services.login.with_password(pool.stranger, UserKey("username", "li"), made[1])


def test_passwords_made_here_are_of_four_kinds_and_differ() -> None:
    made = {passwords.generated() for _ in range(50)}
    assert len(made) == 50
    for one in made:
        assert all(re.search(kind, one) for kind in ("[a-z]", "[A-Z]", "[0-9]", "[-_.+]"))


async def test_one_speaks_chinese_to_who_does(typed: Typed, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "zh_CN.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)
    assert (await typed("user", "show", "nobody")).err == "用户不存在：nobody"
    assert "缺少 USER" in (await typed("user", "show")).err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["user", "list", "--stat", "x"], "no such option --stat: did you mean --status?"),
        (["user", "list", "--status", "Gone"], "--status must be one of Activated, Suspended"),
        (["user", "list", "--page", "two"], "--page must be a whole number"),
        (["user", "list", "--page"], "--page needs a value"),
        (["user", "list", "--json=yes"], "--json takes no value"),
        (["user", "list", "more"], "unexpected more"),
        (["user", "update", "x", "--set", "level"], "--set is written FIELD=VALUE"),
        (["user", "update", "x", "--email-verified", "perhaps"], "--email-verified must be yes or no"),
        (["audit", "list", "--since", "yesterday"], "--since: write 2h, 3d or a date"),
        (["audit", "prune", "--keep", "6m"], "--keep: write 180d, 26w or 2y"),
        (["audit", "prune", "--keep", "0d"], "--keep: write 180d, 26w or 2y"),
        (["group", "create", "x"], "--name is missing"),
    ],
)
async def test_what_is_mistyped_is_named(typed: Typed, words: list[str], said: str) -> None:
    ended = await typed(*words)
    assert (ended.status, ended.err.startswith(said)) == (USAGE, True), ended


async def test_what_the_server_refuses_has_the_name_that_was_typed(
    services: Services, pool: PoolForTests, typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    words = ("app", "update", app.id, "--access-token-expires-after", "1")
    for lang, said in (
        ("C", "Parameter --access-token-expires-after is malformed: must be "),
        ("zh_CN.UTF-8", "参数 --access-token-expires-after 格式错误：应为"),
    ):
        monkeypatch.setenv("LC_ALL", lang)
        assert (await typed(*words)).err.startswith(said)


@pytest.mark.parametrize("say", [exits.warn, exits.fail])
def test_an_error_commands_no_terminal(
    capsys: pytest.CaptureFixture[str], say: Callable[[str], None]
) -> None:
    with contextlib.suppress(SystemExit):
        say("a\x1b[2Jb\u202ec\nd")
    assert capsys.readouterr().err.endswith(": a\\x1b[2Jb\\u202ec\nd\n")


async def test_nothing_that_somebody_wrote_commands_a_terminal(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await typed("user", "create", "--username", "li", "--nickname", "a\x1b[2Jb\u202ec")
    for words in (["user", "list"], ["user", "show", "li"], ["user", "why", "li"]):
        out = (await typed(*words)).out
        assert "\x1b" not in out
        assert "\u202e" not in out
    assert output.shown("小明\t\x1b") == "小明\\t\\x1b"


async def test_a_terminal_has_titles_in_line_with_their_columns(
    typed: Typed, monkeypatch: pytest.MonkeyPatch
) -> None:
    await typed("user", "create", "--username", "li", "--name", "张三丰", "--email", "li@x.example")
    monkeypatch.setattr(output, "terminal", lambda: True)
    head, row = (await typed("user", "list")).out.splitlines()
    for title, value in (("username", "li"), ("name", "张三丰"), ("email", "li@x.example")):
        at = len(head[: head.index(f"  {title} ")]) + 2
        assert output.width(row[: row.index(value)]) == at


async def test_a_department_is_renamed_moved_and_deleted(typed: Typed) -> None:
    await typed("org", "create", "shop", "--name", "商店")
    assert "Store" in (await typed("org", "update", "shop", "--name", "Store")).out
    made = [
        (await typed("org", "add-department", "shop", "--name", name, "--json")).json["departmentId"]
        for name in ("sales", "east")
    ]
    await typed("org", "update-department", "shop", made[1], "--name", "East")
    moved = (await typed("org", "move-department", "shop", made[1], made[0], "--json")).json
    assert (moved["parentDepartmentId"], moved["name"]) == (made[0], "East")
    root = (await typed("org", "show", "shop", "--json")).json["departmentId"]
    back = (await typed("org", "move-department", "shop", made[1], "root", "--json")).json
    assert back["parentDepartmentId"] == root
    await typed("org", "delete-department", "shop", made[0], "--yes")
    assert "sales" not in (await typed("org", "departments", "shop")).out


async def test_a_role_is_renamed(typed: Typed) -> None:
    await typed("role", "create", "editor")
    await typed("role", "update", "editor", "--name", "编辑", "--new-code", "writer")
    assert "编辑" in (await typed("role", "show", "writer")).out
