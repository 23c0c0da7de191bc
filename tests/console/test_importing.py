"""Users brought in from a file by the console: looked at first, each column given its meaning, then imported."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import httpx
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open
from tests.console.hostile import harm
from tests.console.test_in_place import run_out
from tests.import_files.conftest import Files

from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.services import Services
from poolhouse.users.model import UserQuery

IMPORT = "/pools/{pool}/users/import"
TABLE = "账号;Rank;邮箱;password\nann;3;a@x.cn;a Secret 1\nbob;4;nonsense;a Secret 1\n"


async def sent(console: Console, file: bytes | None, name: str = "people.csv", **form: str) -> httpx.Response:
    shown = await console.get(IMPORT)
    token = re.search(r'name="form" value="([0-9a-f]+)"', shown.text)
    assert token
    files: dict[str, Any] = {"file": (name, file)} if file is not None else {"file": ("", b"")}
    return await console.http.post(console.address(IMPORT), data={"form": token[1], **form}, files=files)


def fields(page: str) -> dict[str, str]:
    """What the form of the second page would send, as it is."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', page, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected>', options)
        found[name] = chosen[1] if chosen else ""
    return {name: unescape(value) for name, value in found.items()}


async def total(services: Services, pool: PoolForTests) -> int:
    return (await services.users.list(pool.administrator, UserQuery())).total


async def test_columns_are_given_their_meaning_and_then_the_new_ones_come_in(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    draft = FieldDraft(TargetType.USER, "level", DataType.NUMBER, "Level")
    await services.fields.define(pool.administrator, [draft])
    one = await console("user-editor")
    listed = (await one.get("/pools/{pool}/users")).text
    assert f'href="/console/pools/{pool.id}/users/import"' in listed
    page = await sent(one, TABLE.encode("gb18030"), act="check")
    assert page.status_code == 200, page.text
    form = fields(page.text)
    assert "Recognized (gb18030)" in page.text
    assert "Recognized (;)" in page.text
    assert [form[f"key.{place}"] for place in range(4)] == ["username", "?", "email", "password"]
    assert "a Secret" not in page.text
    assert 'value="import"' not in page.text
    form |= {"key.1": "customData.level"}
    page = await sent(one, None, **form, act="check")
    assert "2 rows: 1 new users, 0 here already (left as they are), 1 refused" in page.text
    assert re.search(r"<td>2</td><td>邮箱</td><td[^>]*>The email is malformed", page.text), page.text
    assert await total(services, pool) == 0
    refused = await sent(one, None, **fields(page.text), act="refused")
    assert refused.headers["content-disposition"] == 'attachment; filename="refused.csv"'
    assert "bob;4;nonsense;;email" in refused.text
    done = await sent(one, None, **fields(page.text), act="import")
    assert done.status_code == 303, done.text
    shown = (await one.get(done.headers["location"].removeprefix("/console"))).text
    assert "Completed" in shown
    assert "1 imported, 0 here already, 1 refused" in shown
    user = (await services.users.list(pool.administrator, UserQuery())).items[0]
    assert (user.username, user.email) == ("ann", "a@x.cn")
    again = await sent(one, None, **fields(page.text), act="check")
    assert "0 new users, 1 here already" in again.text


async def test_pasted_rows_and_lines_of_json_come_in_too(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    page = await sent(one, None, pasted="username\tname\r\nli\t李\r\n", act="check")
    assert (await sent(one, None, **fields(page.text), act="import")).status_code == 303
    page = await sent(one, b'{"username": "sun", "known as": "S"}\n', "people.jsonl", act="check")
    form = fields(page.text)
    assert form["key.1"] == "?"
    assert (await sent(one, None, **{**form, "key.1": "nickname"}, act="import")).status_code == 303
    people = (await services.users.list(pool.administrator, UserQuery())).items
    assert {(user.username, user.name, user.nickname) for user in people} == {
        ("li", "李", None),
        ("sun", None, "S"),
    }


async def test_a_file_of_many_rows_is_checked_and_imported_in_the_background(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one, files = await console("user-editor"), Files(services, pool)
    rows = "".join(f"user-{n};3;user-{n}@x.cn\n" for n in range(1200))
    page = await sent(one, f"username;Rank;email\n{rows}bob;4;nonsense\n".encode("utf-16"), act="check")
    assert "Choose what these columns are, or leave them out: Rank" in page.text
    page = await sent(one, None, **{**fields(page.text), "key.1": ""}, act="check")
    assert page.status_code == 303, page.text
    here = page.headers["location"].removeprefix("/console").removesuffix("/columns")
    shown = await one.get(f"{here}/columns")
    assert "Recognized (utf-16)" in shown.text
    form = {**fields(shown.text), "act": "check"}
    assert (form["key.0"], form["key.1"]) == ("username", "")
    form.pop("form")
    begun = await one.post(f"{here}/columns", page=f"{here}/columns", **form)
    assert begun.headers["location"].endswith(here), begun.text
    running = (await one.get(here)).text
    assert "Checking" in running
    assert 'hx-trigger="every 2s"' in running
    await files.finish()
    checked = (await one.get(here)).text
    assert "1,201 rows: 1,200 new users, 0 here already (left as they are), 1 refused" in checked
    assert await total(services, pool) == 0
    await one.post(f"{here}/start", page=here)
    await files.finish()
    done = (await one.get(here)).text
    assert "1,200 imported, 0 here already, 1 refused" in done
    assert re.search(r"<td>1,201</td>", done)
    refused = await one.post(f"{here}/refused", page=here)
    assert "bob;4;nonsense;email: " in refused.text
    assert await total(services, pool) == 1200
    assert f'href="/console{here}"' in (await one.get("/pools/{pool}/imports")).text


async def test_a_script_sends_a_file_in_pieces_and_is_told_where_it_is(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("user-editor")
    token = re.search(r'name="form" value="([0-9a-f]+)"', (await one.get(IMPORT)).text)
    assert token
    content = b"username\n" + b"".join(b"user-%07d\n" % n for n in range(100_000))
    begin = {"form": token[1], "name": "people.csv", "format": "csv", "size": str(len(content))}
    told = (await one.http.post(one.address("/pools/{pool}/import-files"), data=begin)).json()
    while told["status"] == "UPLOADING":
        at = told["position"]
        told = (
            await one.http.post(
                f"{told['address']}/pieces",
                data={"form": token[1], "position": str(at)},
                files={"piece": ("piece", content[at : at + 1024 * 1024])},
            )
        ).json()
    assert (told["status"], told["position"]) == ("UPLOADED", len(content))
    answer = await one.http.post(
        f"{told['address']}/pieces",
        data={"form": token[1], "position": "0"},
        files={"piece": ("piece", b"a")},
    )
    assert answer.status_code == 422
    assert answer.json()["error"]


async def test_cells_that_are_markup_are_shown_as_what_they_are(console: Open) -> None:
    one = await console("owner")
    payload = "<img src=x onerror=alert(1)>\"'"
    cell = '"' + payload.replace('"', '""') + '"'
    page = await sent(one, f"username,{cell}\n{cell},{cell}\n".encode(), f"{payload}.csv", act="check")
    assert page.status_code == 200
    assert "&lt;img src=x" in page.text
    assert harm(page.text) == []
    form = {**fields(page.text), "key.1": "email"}
    page = await sent(one, None, **form, act="check")
    assert "1 refused" in page.text
    assert harm(page.text) == []


async def test_what_cannot_be_read_is_said_and_nothing_runs(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    wide = b",".join(b"c%d" % n for n in range(200)) + b"\n"
    for file, said in ((None, "choose a file"), (wide, "150 columns"), (b"x" * 4_200_000, "at most 4194304")):
        answer = await sent(one, file, act="import")
        assert answer.status_code in (400, 413), said
        assert said in answer.text
    running = await services.import_jobs.create(pool.administrator)
    answer = await sent(one, b"username\nann\n", act="import")
    assert answer.status_code != 303
    assert running.id in answer.text
    assert await total(services, pool) == 0
    cancelled = await one.post(f"/pools/{{pool}}/imports/{running.id}/cancel", page="/account")
    assert "Cancelled" in (await one.get(cancelled.headers["location"].removeprefix("/console"))).text


async def test_a_viewer_may_look_at_imports_and_begin_none(console: Open) -> None:
    one = await console("viewer")
    assert (await one.get("/pools/{pool}/imports")).status_code == 200
    assert (await one.get(IMPORT)).status_code == 403
    assert "/users/import" not in (await one.get("/pools/{pool}/users")).text


async def test_a_file_whose_session_ended_is_not_held_but_nothing_breaks(
    services: Services, console: Open
) -> None:
    one = await console("owner")
    shown = await one.get(IMPORT)
    token = re.search(r'name="form" value="([0-9a-f]+)"', shown.text)
    assert token
    await run_out(services, one)
    answer = await one.http.post(
        one.address(IMPORT), data={"form": token[1]}, files={"file": ("a.csv", b"\xff\xfe")}
    )
    assert (answer.status_code, answer.headers["location"]) == (303, "/console/sign-in?ended=lost")
