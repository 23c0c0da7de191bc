"""A form that is sent after its session has ended: it asks to sign in, and then it is done."""

from __future__ import annotations

import re
from html import unescape

import httpx
import pytest
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.administrators.test_sign_in import bind, code_of
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open, Things
from tests.console.test_pages import NEEDING, filled, name

from poolhouse.administrators import postgres
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.visit import DEVICE, MAX_FORM_BYTES, SESSION

SENT = [page for page in NEEDING if page.method == "POST"]
HELD = r'name="poolhouse_held" value="([\w=-]+)"'


async def token_of(one: Console, page: str = "/account") -> str:
    found = re.search(r'name="form" value="([0-9a-f]+)"', (await one.get(page)).text)
    assert found
    return found[1]


async def run_out(services: Services, one: Console) -> None:
    """Nobody used it for three hours."""
    assert one.administrator
    await services.db.execute(
        "update administrator_sessions set seen_at = seen_at - interval '3 hours' where administrator_id = $1",
        one.administrator.id,
    )


async def again(one: Console, asked: httpx.Response, path: str, **fields: str) -> httpx.Response:
    """The form of the page that asks, sent to where it is sent."""
    assert f'action="{one.address(path)}"' in unescape(asked.text)
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked.text.split("<main")[1]))
    return await one.http.post(one.address(path), data=hidden | fields)


@pytest.fixture
async def edit(services: Services, pool: PoolForTests, console: Open) -> tuple[Console, str, dict[str, str]]:
    """Somebody who edits a user, the address, and what they have typed."""
    user = await services.users.create(pool.administrator, UserDraft({"username": "li", "name": "李四"}))
    one = await console("user-editor")
    path = f"/pools/{{pool}}/users/{user.id}/edit"
    shown = (await one.get(path)).text
    fields = {
        unescape(key): unescape(value)
        for key, value in re.findall(
            r'<input [^>]*name="([^"]+)"[^>]*? value="([^"]*)"', shown.split("<main")[1]
        )
    }
    typed = {key: value for key, value in fields.items() if value}
    key = next(key for key, value in typed.items() if value == "李四" and not key.startswith("was."))
    return one, path, typed | {key: "李五 <b>"}


async def name_of(services: Services, pool: PoolForTests, path: str) -> str | None:
    user = await services.users.get(pool.administrator, path.split("/")[-2])
    return user.name


async def test_what_was_typed_is_saved_after_signing_in(
    services: Services, pool: PoolForTests, edit: tuple[Console, str, dict[str, str]]
) -> None:
    one, path, typed = edit
    await run_out(services, one)
    asked = await one.http.post(one.address(path), data=typed)
    assert asked.status_code == 401
    assert "Your session has ended" in asked.text
    assert "李五" not in asked.text
    assert await name_of(services, pool, path) == "李四"
    wrong = await again(one, asked, path, password="wrong")
    assert wrong.status_code == 403
    assert await name_of(services, pool, path) == "李四"
    saved = await again(one, wrong, path, password=PASSWORD)
    assert saved.status_code == 303
    assert saved.headers["location"].endswith("?done=done_saved")
    assert await name_of(services, pool, path) == "李五 <b>"
    assert (await one.get("/account")).status_code == 200


async def test_a_second_factor_is_asked_for_on_the_way(
    services: Services, pool: PoolForTests, edit: tuple[Console, str, dict[str, str]]
) -> None:
    one, path, typed = edit
    assert one.administrator
    secret, _ = await bind(services, one.administrator)
    await run_out(services, one)
    asked = await one.http.post(one.address(path), data=typed)
    more = await again(one, asked, path, password=PASSWORD)
    assert 'name="code"' in more.text
    wrong = await again(one, more, path, code="000000")
    assert (wrong.status_code, await name_of(services, pool, path)) == (400, "李四")
    assert (await again(one, wrong, path, code=code_of(secret))).status_code == 303
    assert await name_of(services, pool, path) == "李五 <b>"


async def test_somebody_who_has_signed_in_beside_it_is_asked_once_more(
    services: Services, pool: PoolForTests, edit: tuple[Console, str, dict[str, str]]
) -> None:
    one, path, typed = edit
    await run_out(services, one)
    asked = await one.http.post(one.address(path), data=typed)
    assert (await one.sign_in()).status_code == 303
    assert (await again(one, asked, path, password=PASSWORD)).status_code == 303
    assert await name_of(services, pool, path) == "李五 <b>"


@pytest.mark.parametrize("page", SENT, ids=name)
async def test_every_form_is_done_as_if_the_session_had_not_ended(
    services: Services, console: Open, things: Things, page: Page
) -> None:
    one = await console("owner", is_owner=True)
    path = filled(page)
    alive = await one.http.post(one.address(path), data={"form": await token_of(one), "name": "秘密"})
    token = await token_of(one)
    await run_out(services, one)
    asked = await one.http.post(one.address(path), data={"form": token, "name": "秘密"})
    assert asked.status_code == 401
    assert re.search(HELD, asked.text)
    assert "秘密" not in asked.text
    late = await again(one, asked, path, password=PASSWORD)
    assert (late.status_code, late.headers.get("location")) == (
        alive.status_code,
        alive.headers.get("location"),
    )
    assert one.http.cookies[SESSION]
    assert (await one.get("/account")).status_code == 200


@pytest.mark.parametrize("how", ["another site", "another token", "no token", "another origin"])
async def test_nothing_is_held_that_no_page_of_ours_sent(
    services: Services, edit: tuple[Console, str, dict[str, str]], how: str
) -> None:
    """Else a page of another site could have its form sent by whoever signs in next."""
    one, path, typed = edit
    await run_out(services, one)
    headers = {
        "another site": {"sec-fetch-site": "cross-site"},
        "another origin": {"origin": "https://evil.example"},
    }
    token = {"another token": "0" * 64, "no token": ""}.get(how, typed["form"])
    answer = await one.http.post(
        one.address(path), data=typed | {"form": token}, headers=headers.get(how, {})
    )
    assert answer.status_code == 400
    assert "poolhouse_held" not in answer.text


async def test_what_another_site_sends_beside_it_does_nothing(
    services: Services, pool: PoolForTests, edit: tuple[Console, str, dict[str, str]]
) -> None:
    one, path, typed = edit
    await run_out(services, one)
    asked = await one.http.post(one.address(path), data=typed)
    held = re.search(HELD, asked.text)
    assert held
    form = {"poolhouse_held": held[1], "password": PASSWORD}
    refused = await one.http.post(one.address(path), data=form | {"form": "0" * 64})
    assert refused.status_code == 400
    assert await name_of(services, pool, path) == "李四"


@pytest.mark.parametrize("how", ["another address", "cut", "late", "nothing"])
async def test_what_was_held_is_for_its_address_and_its_hour(
    services: Services,
    pool: PoolForTests,
    edit: tuple[Console, str, dict[str, str]],
    monkeypatch: pytest.MonkeyPatch,
    how: str,
) -> None:
    one, path, typed = edit
    await run_out(services, one)
    if how == "late":
        monkeypatch.setattr("poolhouse.administrators.held._LIFETIME_S", -1)
    asked = await one.http.post(one.address(path), data=typed)
    held, token = re.search(HELD, asked.text), await token_of(one, "/sign-in")
    assert held
    there = path.replace("/edit", "/delete") if how == "another address" else path
    given = {"cut": held[1][:-8], "nothing": "x"}.get(how, held[1])
    answer = await one.http.post(
        one.address(there), data={"form": token, "poolhouse_held": given, "password": PASSWORD}
    )
    assert answer.headers["location"] == "/console/sign-in?ended=lost"
    assert "what you sent was not saved" in (await one.get("/sign-in?ended=lost&lang=en-US")).text
    assert await name_of(services, pool, path) == "李四"


async def test_another_persons_ticket_sends_nothing(
    services: Services, pool: PoolForTests, console: Open, edit: tuple[Console, str, dict[str, str]]
) -> None:
    one, path, typed = edit
    other = await console("owner")
    assert other.administrator
    secret, _ = await bind(services, other.administrator)
    await other.post("/sign-out", page="/account")
    ticket = re.search(r'name="ticket" value="([0-9a-f]+)"', (await other.sign_in()).text)
    assert ticket
    await run_out(services, one)
    asked = await one.http.post(one.address(path), data=typed)
    answer = await again(one, asked, path, ticket=ticket[1], code=code_of(secret))
    assert answer.headers["location"] == "/console"
    assert await name_of(services, pool, path) == "李四"


@pytest.mark.parametrize("how", ["ended", "disabled", "never"])
async def test_a_session_that_was_taken_away_holds_nothing(
    services: Services, edit: tuple[Console, str, dict[str, str]], how: str
) -> None:
    one, path, typed = edit
    assert one.administrator
    if how == "ended":
        await services.administrator_sign_in.end_all(OPERATOR, one.administrator)
    elif how == "disabled":
        await services.administrators.update(OPERATOR, one.administrator.id, disabled=True)
    else:
        one.http.cookies.clear()
    answer = await one.http.post(one.address(path), data=typed)
    assert answer.headers["location"] == "/console/sign-in?ended=lost"


async def test_roles_lost_meanwhile_are_lost(
    services: Services, pool: PoolForTests, edit: tuple[Console, str, dict[str, str]]
) -> None:
    one, path, typed = edit
    assert one.administrator
    await run_out(services, one)
    asked = await one.http.post(one.address(path), data=typed)
    await services.administrators.set_roles(OPERATOR, one.administrator.id, pool.id, ["viewer"])
    refused = await again(one, asked, path, password=PASSWORD)
    assert refused.status_code == 403
    assert (await one.get("/account")).status_code == 200
    assert await name_of(services, pool, path) == "李四"


async def test_as_much_is_held_as_a_form_may_have(services: Services, console: Open) -> None:
    one = await console("viewer")
    token = await token_of(one)
    await run_out(services, one)
    big = {"form": token, "old_password": "x", "new_password": "y" * (MAX_FORM_BYTES - 1000)}
    asked = await one.http.post(one.address("/account/password"), data=big)
    assert asked.status_code == 401
    assert (await again(one, asked, "/account/password", password=PASSWORD)).status_code == 400
    await run_out(services, one)
    more = await one.http.post(one.address("/account/password"), data={"x": "y" * (2 * MAX_FORM_BYTES)})
    assert more.status_code == 413


async def test_as_much_is_held_for_somebody_who_has_signed_in_beside_it(
    services: Services, console: Open
) -> None:
    one = await console("viewer")
    token = await token_of(one)
    await run_out(services, one)
    big = {"form": token, "old_password": "x", "new_password": "y" * (MAX_FORM_BYTES - 1000)}
    asked = await one.http.post(one.address("/account/password"), data=big)
    assert (await one.sign_in()).status_code == 303
    assert (await again(one, asked, "/account/password", password=PASSWORD)).status_code == 400
    over = {"form": await token_of(one), "new_password": "y" * (MAX_FORM_BYTES + 1)}
    assert (await one.http.post(one.address("/account/password"), data=over)).status_code == 413


async def test_a_stranger_sends_little(stranger: Console) -> None:
    answer = await stranger.http.post(stranger.address("/account/password"), data={"x": "y" * 70_000})
    assert answer.status_code == 413


async def test_a_password_changed_on_the_way_leaves_the_browser_known(
    services: Services, console: Open
) -> None:
    """By the new password: the one before opens nothing."""
    one = await console("viewer")
    assert one.administrator
    token = await token_of(one)
    await run_out(services, one)
    fresh = "another long enough word"
    form = {"form": token, "old_password": PASSWORD, "new_password": fresh}
    asked = await one.http.post(one.address("/account/password"), data=form)
    done = await again(one, asked, "/account/password", password=PASSWORD)
    assert done.headers["location"].endswith("?done=done_password")
    known = await postgres.password_hash(services.db, one.administrator.username)
    assert known
    assert services.administrator_sign_in._devices.trusted(one.http.cookies[DEVICE], *known)
