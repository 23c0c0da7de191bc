"""docs/guide/administrators.md: its commands, and its table of roles."""

from __future__ import annotations

import json
import re
import shlex

import pytest
from tests.administrators.conftest import OPERATOR
from tests.client.conftest import Ended, Typed
from tests.docs.pages import ROOT

from poolhouse.administrators import postgres_passkeys
from poolhouse.administrators.model import Passkey
from poolhouse.administrators.roles import ROLES
from poolhouse.caller import Caller
from poolhouse.client.table_administrators import ROLES as TYPED
from poolhouse.errors import WrongCredentials
from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.times import now

PAGE = (ROOT / "docs/guide/administrators.md").read_text()
BLOCKS = re.findall(r"^```sh\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


async def test_the_guides_commands_work(typed: Typed, services: Services) -> None:
    await typed("admin", "create", "admin", "--owner", "--generate")  # as a first start makes
    app = json.loads((await typed("app", "create", "books", "--json")).out)["appId"]
    org = json.loads((await typed("org", "create", f"o{new_id()}", "--name", "Acme", "--json")).out)[
        "departmentId"
    ]
    said = {}
    for line in "".join(BLOCKS).replace("APP_ID", app).replace("DEPARTMENT_ID", org).splitlines():
        words = shlex.split(line)
        ended = await typed(*words[1:])
        assert ended.status == (3 if words[-1] == "ID" else 0), (
            line,
            ended,
        )  # there is no session of this id
        said[" ".join(words[2:4])] = ended.out
    try:
        assert "viewer" in said["show zhang"]
        assert "application-editor" in said["show zhang"]
        assert "李四" in said["list"]
        made = re.search(r"password[\t ]+(\S{20})$", said["create zhang"], re.MULTILINE)
        assert made
        with pytest.raises(WrongCredentials):  # it was reset since
            await services.administrator_sign_in.sign_in(Caller(""), "zhang", made[1])
        again = re.search(r"password[\t ]+(\S{20})$", said["reset zhang"], re.MULTILINE)
        assert again
        assert await services.administrator_sign_in.sign_in(Caller(""), "zhang", again[1])
    finally:
        await typed("admin", "delete", "zhang", "--yes")


async def test_who_is_unknown_and_what_is_no_role_is_said(typed: Typed) -> None:
    assert (await typed("admin", "show", "nobody-of-this-name")).status == 3
    ended = await typed("admin", "roles", "nobody", "god")
    assert ended.status == 2
    assert "custom-database-editor" in ended.err


def test_the_command_and_the_guide_know_the_roles() -> None:
    assert TYPED == ROLES
    assert tuple(re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)) == ROLES


async def test_passkeys_are_listed_and_taken_away(typed: Typed, services: Services) -> None:
    """By name, or where two have one by id; those of another are not there."""
    for name in ("wang", "zhao"):
        await typed("admin", "create", name, "--generate", "--keep")
    try:
        one = await services.administrators.get(OPERATOR, "wang")
        for name in ("office", "key", "key"):
            await put(services, one.id, name)
        listed = (await typed("admin", "passkeys", "wang", "--json")).out
        ids = [each["id"] for each in json.loads(listed)["list"]]
        assert (await remove(typed, "wang", "key")).status == 3
        assert (await remove(typed, "zhao", ids[1])).status == 3
        assert (await remove(typed, "wang", "office")).status == 0
        assert (await remove(typed, "wang", "office")).status == 3
        assert (await remove(typed, "wang", ids[1])).status == 0
        assert [each.id for each in await services.administrator_passkeys.list(one.id)] == [ids[2]]
    finally:
        for name in ("wang", "zhao"):
            await typed("admin", "delete", name, "--yes")


async def remove(typed: Typed, whose: str, passkey: str) -> Ended:
    return await typed("admin", "remove-passkey", whose, passkey, "--yes")


async def put(services: Services, administrator_id: str, name: str) -> None:
    passkey = Passkey(
        new_id(), administrator_id, new_id().encode(), "id.example", b"", 0, False, False, name, now(), None
    )
    async with services.db.transaction() as tx:
        assert await postgres_passkeys.insert(tx, passkey)


async def test_an_error_names_what_is_missing_of_two(typed: Typed, services: Services) -> None:
    """Whose it is and the thing itself: each is looked up by itself, and said by its own name."""
    await typed("admin", "create", "wang", "--generate", "--keep")
    missing = {
        ("admin", "sign-out", "{}", "--session", "0" * 64): "session",
        ("admin", "sign-out", "{}", "--session", "none"): "session",
        ("admin", "remove-passkey", "{}", "none", "--yes"): "passkey",
    }
    try:
        for words, thing in missing.items():
            for whose, said in (("wang", thing), ("nobody-of-this-name", "administrator")):
                ended = await typed(*(word.format(whose) for word in words))
                assert ended.status == 3, words
                assert f"The {said} does not exist" in ended.err, (words, ended)
    finally:
        await typed("admin", "delete", "wang", "--yes")


async def test_the_list_is_whole_unless_a_page_is_asked_for(typed: Typed, services: Services) -> None:
    names = [f"liu{number:02}" for number in range(12)]
    for name in names:
        await services.administrators.create(OPERATOR, name, "a-long-password-1")

    async def listed(*words: str) -> list[str]:
        found = json.loads((await typed("admin", "list", "--keyword", "LIU", *words, "--json")).out)
        assert found["totalCount"] == len(names)
        return [one["username"] for one in found["list"]]

    try:
        assert await listed() == names
        assert await listed("--limit", "5") == names[:5]
        assert await listed("--limit", "5", "--page", "3") == names[10:]
        assert await listed("--page", "2") == names[10:]
        assert (await typed("admin", "list", "--page", "0")).status == 1
    finally:
        for name in names:
            await services.administrators.delete(OPERATOR, name)
