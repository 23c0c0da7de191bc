"""Passkeys at the console: made on one's own account, asked for at the door."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from html import unescape
from typing import Any

import httpx
import pytest
from tests.administrators.authenticator import Authenticator
from tests.administrators.conftest import PASSWORD
from tests.administrators.test_sign_in import bind, code_of
from tests.console.conftest import HOST, Console, Open
from tests.console.test_in_place import run_out

from poolhouse.app import asgi
from poolhouse.services import Services
from poolhouse.wire.console.visit import DEVICE, SESSION

NAMED = "http://localhost:3000"
PAGE = "/account/passkeys"


@pytest.fixture
async def one(services: Services, console: Open) -> AsyncIterator[Console]:
    """A viewer who is signed in at an address that has a name."""
    made = await console("viewer")
    named = replace(services, settings=replace(services.settings, public_url=NAMED))
    transport = httpx.ASGITransport(app=asgi(named), raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url=NAMED, headers=made.http.headers) as http:
        one = Console(http, made.pool, made.administrator)
        assert (await one.sign_in()).status_code == 303
        yield one


@pytest.fixture
def authenticator() -> Authenticator:
    return Authenticator(NAMED, "localhost")


async def add(one: Console, authenticator: Authenticator, name: str = "office") -> httpx.Response:
    begun = await one.post(f"{PAGE}/begin", page=PAGE, current_password=PASSWORD)
    options = re.search(r'data-options="([^"]+)"', begun.text)
    ticket = re.search(r'name="ticket" value="([0-9a-f]+)"', begun.text)
    assert options
    assert ticket
    sent = authenticator.made(json.loads(unescape(options[1])))
    return await one.post(PAGE, page=PAGE, ticket=ticket[1], credential=sent, name=name)


async def asked(one: Console) -> dict[str, Any]:
    answer = await one.post("/sign-in/passkey/begin")
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


async def test_a_passkey_is_made_and_signs_in(
    services: Services, one: Console, authenticator: Authenticator
) -> None:
    added = await add(one, authenticator)
    assert added.headers["location"] == "/console/account/passkeys?done=done_passkey_added"
    shown = (await one.get(PAGE)).text
    assert re.search(r"<h2>office</h2>.*?<dd>localhost</dd>", shown, re.DOTALL)
    assert "This is the last one" in shown
    await one.post("/sign-out", page="/account")
    one.http.cookies.delete(DEVICE)
    begun = await asked(one)
    sent = authenticator.used(begun["options"])
    answer = await one.post(
        "/sign-in/passkey", ticket=begun["ticket"], credential=sent, to="/console/account"
    )
    assert answer.headers["location"] == "/console/account"
    who, _ = await services.administrator_sign_in.whose(one.http.cookies[SESSION])
    assert one.administrator
    assert who.id == one.administrator.id
    assert one.http.cookies[DEVICE]


async def test_what_is_refused_is_said_on_the_sign_in_page(
    one: Console, authenticator: Authenticator
) -> None:
    await add(one, authenticator)
    await one.post("/sign-out", page="/account")
    begun = await asked(one)
    sent = authenticator.used(begun["options"], client={"origin": "https://evil.example"})
    answer = await one.post("/sign-in/passkey", ticket=begun["ticket"], credential=sent)
    assert answer.status_code == 403
    assert "The passkey was not accepted" in answer.text
    assert 'name="username"' in answer.text
    assert (await one.get("/account")).status_code == 303


async def test_a_challenge_is_of_the_browser_it_was_given_to(
    one: Console, authenticator: Authenticator
) -> None:
    await add(one, authenticator)
    await one.post("/sign-out", page="/account")
    begun = await asked(one)
    sent = authenticator.used(begun["options"])
    one.http.cookies.clear()
    answer = await one.post("/sign-in/passkey", ticket=begun["ticket"], credential=sent)
    assert answer.status_code == 401
    assert (await one.get("/account")).status_code == 303


@pytest.mark.parametrize("password", ["", "wrong"])
async def test_a_stolen_session_makes_none_and_removes_none(
    services: Services, one: Console, authenticator: Authenticator, password: str
) -> None:
    refused = await one.post(f"{PAGE}/begin", page=PAGE, current_password=password)
    assert refused.status_code == 400
    assert "data-options" not in refused.text
    await add(one, authenticator)
    assert one.administrator
    (made,) = await services.administrator_passkeys.list(one.administrator.id)
    refused = await one.post(f"{PAGE}/remove", page=PAGE, passkey=made.id, current_password=password)
    assert refused.status_code == 400
    assert len(await services.administrator_passkeys.list(one.administrator.id)) == 1


async def test_a_passkey_is_renamed_and_removed(
    services: Services, one: Console, authenticator: Authenticator
) -> None:
    await add(one, authenticator)
    assert one.administrator
    (made,) = await services.administrator_passkeys.list(one.administrator.id)
    for name, status in (("", 400), ("x" * 65, 400), ("at home", 303)):
        renamed = await one.post(f"{PAGE}/rename", page=PAGE, passkey=made.id, name=name)
        assert renamed.status_code == status
    assert "<h2>at home</h2>" in (await one.get(PAGE)).text
    for form in ({"passkey": "nothing", "name": "x"}, {"passkey": "", "name": "x"}):
        assert (await one.post(f"{PAGE}/rename", page=PAGE, **form)).status_code == 404
    removed = await one.post(f"{PAGE}/remove", page=PAGE, passkey=made.id, current_password=PASSWORD)
    assert removed.status_code == 303
    assert "No passkeys yet" in (await one.get(PAGE)).text


async def test_a_code_is_asked_for_where_an_authenticator_is_bound(services: Services, one: Console) -> None:
    assert one.administrator
    assert 'name="code"' not in (await one.get(PAGE)).text
    secret, _ = await bind(services, one.administrator)
    assert 'name="code"' in (await one.get(PAGE)).text
    begin = {"path": f"{PAGE}/begin", "page": PAGE, "current_password": PASSWORD}
    assert (await one.post(**begin, code="000000")).status_code == 400
    assert "data-options" in (await one.post(**begin, code=code_of(secret))).text


async def test_an_address_without_a_name_says_so_and_lets_nobody_try(console: Open) -> None:
    """Closed with the reason, on both pages; and what is sent all the same is refused for it."""
    viewer = await console("viewer")
    assert str(viewer.http.base_url) == HOST
    shown = (await viewer.get(PAGE)).text
    assert "bound to a host name" in shown
    assert re.search(r"<button disabled[^>]*>Add a passkey", shown)
    refused = await viewer.post(f"{PAGE}/begin", page=PAGE, current_password=PASSWORD)
    assert refused.status_code == 422
    assert "bound to a host name" in refused.text
    await viewer.post("/sign-out", page="/account")
    door = (await viewer.get("/sign-in?lang=en-US")).text
    assert 'data-closed="passkeys_address"' in door
    assert "bound to a host name" in door
    assert (await viewer.post("/sign-in/passkey/begin")).status_code == 422
    assert (await viewer.post("/sign-in/passkey", ticket="x", credential="{}")).status_code == 422


@pytest.mark.parametrize("sent", ["", "{}", "[]", "null", "x" * 50_000, '{"id":"é"}'])
async def test_any_answer_can_be_wrong(one: Console, sent: str) -> None:
    begun = await asked(one)
    answer = await one.post("/sign-in/passkey", ticket=begun["ticket"], credential=sent)
    assert answer.status_code == 403
    ticket = re.search(
        r'name="ticket" value="([0-9a-f]+)"',
        (await one.post(f"{PAGE}/begin", page=PAGE, current_password=PASSWORD)).text,
    )
    assert ticket
    answer = await one.post(PAGE, page=PAGE, ticket=ticket[1], credential=sent, name="x")
    assert answer.status_code == 403


async def test_a_form_of_an_ended_session_is_sent_by_a_passkey(
    services: Services, one: Console, authenticator: Authenticator
) -> None:
    await add(one, authenticator)
    form = re.search(r'name="form" value="([0-9a-f]+)"', (await one.get(PAGE)).text)
    assert form
    assert one.administrator
    (kept,) = await services.administrator_passkeys.list(one.administrator.id)
    await run_out(services, one)
    held = await one.http.post(
        one.address(f"{PAGE}/rename"), data={"form": form[1], "passkey": kept.id, "name": "home"}
    )
    assert held.status_code == 401
    assert "data-passkey" in held.text
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', held.text.split("<main")[1]))

    async def send(sent: Callable[[dict[str, Any]], str]) -> httpx.Response:
        answer = await one.http.post(one.address("/sign-in/passkey/begin"), data={"form": hidden["form"]})
        begun = answer.json()
        proof = {"ticket": begun["ticket"], "credential": sent(begun["options"])}
        return await one.http.post(one.address(f"{PAGE}/rename"), data=hidden | proof)

    refused = await send(lambda _: "{}")
    assert refused.status_code == 403
    assert 'name="password"' in refused.text, "the other way is open still"
    assert (await send(authenticator.used)).status_code == 303
    (kept,) = await services.administrator_passkeys.list(one.administrator.id)
    assert kept.name == "home"
