"""Signing in at the console, one's own account, and what the browser keeps."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import httpx
import pytest
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.console.conftest import Console, Open

from poolhouse.app import asgi
from poolhouse.errors import TokenExpired
from poolhouse.ids import new_id
from poolhouse.mfa import totp
from poolhouse.services import Services
from poolhouse.wire.console.visit import DEVICE, FORM, SESSION

FRESH = "another-long-password"


def code_of(secret: str, steps: int = 0) -> str:
    return totp.code_at(totp.key_of(secret), int(time.time()) // totp.STEP_S + steps)


async def test_whoever_was_on_the_way_gets_there(console: Open, stranger: Console) -> None:
    one = await console("viewer")
    asked = await stranger.get("/pools/{pool}/users?q=%E4%B8%89&page=2")
    to = "/console/sign-in" + asked.headers["location"].removeprefix("/console/sign-in")
    shown = await stranger.http.get(to)
    onward = re.search(r'name="to" value="([^"]+)"', shown.text)
    assert onward
    stranger.administrator = one.administrator
    answer = await stranger.sign_in(to=onward[1].replace("&amp;", "&"))
    assert answer.headers["location"] == stranger.address("/pools/{pool}/users?q=%E4%B8%89&page=2")


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/console//evil",
        "/consolex",
        "/console\r\nx: y",
        "/console/../oidc/auth?client_id=x",
        "/console/x/%2E%2e/%2e./logout",
        "/console?" + "x" * 3000,
        "",
    ],
)
async def test_nobody_is_sent_elsewhere(console: Open, to: str) -> None:
    one = await console("viewer")
    assert (await one.sign_in(to=to)).headers["location"] == "/console"


async def test_an_address_too_long_to_come_back_to_is_not_repeated(stranger: Console) -> None:
    """A character may be fifteen in an address within an address, and proxies cut heads off."""
    answer = await stranger.http.get("/console/account?x=" + "%ff" * 20_000)
    assert answer.headers["location"] == "/console/sign-in?to=%2Fconsole"


@pytest.mark.parametrize("kept", ["", "a,b", "\x01", "short", "x" * 5000])
async def test_a_cookie_that_is_not_ours_keeps_nobody_out(console: Open, kept: str) -> None:
    """As any site of the same domain can set one: it is replaced, and not sent back."""
    one = await console("viewer")
    one.http.cookies.clear()
    headers = {"cookie": f"{FORM}={kept}"}
    shown = await one.http.get("/console/sign-in", headers=headers)
    fresh = re.match(rf"{FORM}=([\w-]{{32}});", shown.headers["set-cookie"])
    assert fresh
    assert one.administrator
    assert (await one.sign_in()).status_code == 303


async def test_the_cookie_is_for_the_console_alone(console: Open) -> None:
    one = await console("viewer")
    set_cookie = (await one.sign_in()).headers["set-cookie"]
    assert set_cookie.startswith(f"{SESSION}=")
    for part in ("HttpOnly", "Path=/console", "SameSite=lax"):
        assert part in set_cookie


@pytest.mark.parametrize("told", ["https://id.example", "HTTPS://ID.example:443/"])
async def test_behind_a_proxy_the_address_it_was_told_is_its_own(
    services: Services, console: Open, told: str
) -> None:
    """Cookies are for TLS alone, and a form is taken from there and from nowhere else."""
    one = await console("viewer")
    assert one.administrator
    behind = replace(services, settings=replace(services.settings, public_url=told))
    transport = httpx.ASGITransport(app=asgi(behind))
    async with httpx.AsyncClient(transport=transport, base_url="https://id.example") as http:
        proxied = Console(http, one.pool, one.administrator)
        http.headers["origin"] = "http://id.example"
        assert (await proxied.sign_in()).status_code == 400
        http.headers["origin"] = "https://id.example"
        answer = await proxied.sign_in()
    assert answer.status_code == 303
    assert "; Secure" in answer.headers["set-cookie"]


async def test_a_wrong_password_says_one_thing_and_keeps_the_name(console: Open) -> None:
    one = await console("viewer")
    said = set()
    for username in (one.administrator.username if one.administrator else "", "nobody" + new_id()):
        answer = await one.post("/sign-in", username=username, password="wrong-password")
        assert answer.status_code == 403
        assert f'value="{username}"' in answer.text
        assert "wrong-password" not in answer.text
        said.add(re.search(r'role="alert">([^<]+)', answer.text)[1])  # type: ignore[index]
    assert len(said) == 1


async def test_a_browser_stays_known_while_others_guess_at_the_name(
    services: Services, console: Open, stranger: Console
) -> None:
    one = await console("viewer")
    assert one.administrator
    stranger.administrator = one.administrator
    kept = one.http.cookies[DEVICE]
    changed = await one.post("/account/password", "/account", old_password=PASSWORD, new_password=FRESH)
    assert one.http.cookies[DEVICE] != kept
    for part in ("HttpOnly", "Path=/console", "SameSite=lax", "Max-Age=31536000"):
        assert part in changed.headers["set-cookie"]
    await one.post("/sign-out", page="/account")
    for _ in range(5):
        assert (await stranger.sign_in("wrong")).status_code == 403
    assert (await stranger.sign_in(FRESH)).status_code == 403
    assert (await one.sign_in(FRESH)).status_code == 303


async def test_signing_out_ends_the_session(services: Services, console: Open) -> None:
    one = await console("viewer")
    token = one.http.cookies[SESSION]
    assert (await one.post("/sign-out", page="/account")).status_code == 303
    with pytest.raises(TokenExpired):
        await services.administrator_sign_in.whose(token)
    assert (await one.get("/account")).status_code == 303


async def test_a_password_that_somebody_else_set_is_replaced_on_the_way(
    services: Services, console: Open
) -> None:
    one = await console("viewer")
    assert one.administrator
    await services.administrators.reset_password(OPERATOR, one.administrator.id, FRESH)
    asked = await one.sign_in(FRESH)
    ticket = re.search(r'name="ticket" value="([0-9a-f]+)"', asked.text)
    assert ticket
    refused = await one.post("/sign-in/more", ticket=ticket[1], new_password="short")
    assert refused.status_code == 400
    answer = await one.post("/sign-in/more", ticket=ticket[1], new_password=PASSWORD)
    assert answer.status_code == 303
    assert (await one.get("/account")).status_code == 200


async def test_an_authenticator_is_bound_asked_for_and_removed(console: Open) -> None:
    one = await console("viewer")
    begin = "/account/factor"
    for password in ("", "wrong"):  # a stolen session does not know it
        assert (await one.post(begin, page="/account", current_password=password)).status_code == 400
    begun = await one.post(begin, page="/account", current_password=PASSWORD)
    secret = re.search(r"<dd><code>([A-Z2-7]+)</code>", begun.text)
    ticket = re.search(r'name="ticket" value="([0-9a-f]+)"', begun.text)
    assert secret
    assert ticket
    assert secret[1] not in (await one.get("/account")).text
    confirm = {"path": "/account/factor/confirm", "page": "/account", "ticket": ticket[1]}
    wrong = await one.post(**confirm, code="000000")
    assert wrong.status_code == 400
    assert secret[1] in wrong.text
    bound = await one.post(**confirm, code=code_of(secret[1], -1))
    assert (await one.post(**confirm, code=code_of(secret[1]))).status_code == 409
    codes = re.findall(r"<li><code>(\w+)</code></li>", bound.text)
    assert len(codes) == 10
    assert secret[1] not in (await one.get("/account")).text

    await one.post("/sign-out", page="/account")
    asked = await one.sign_in()
    ticket = re.search(r'name="ticket" value="([0-9a-f]+)"', asked.text)
    assert ticket
    assert (await one.get("/account")).status_code == 303
    assert (await one.post("/sign-in/more", ticket=ticket[1], code="000000")).status_code == 400
    assert (await one.post("/sign-in/more", ticket=ticket[1], code=codes[0])).status_code == 303
    assert (await one.post("/account/factor/remove", page="/account", code="000000")).status_code == 400
    removed = await one.post("/account/factor/remove", page="/account", code=code_of(secret[1]))
    assert removed.status_code == 303
    assert (await one.sign_in()).status_code == 303


async def test_a_password_of_ones_own_needs_the_old_one(console: Open) -> None:
    one = await console("viewer")
    form = {"page": "/account", "new_password": FRESH}
    assert (await one.post("/account/password", old_password="wrong", **form)).status_code == 400
    assert (await one.post("/account/password", old_password=PASSWORD, **form)).status_code == 303
    assert (await one.get("/account")).status_code == 200
    assert (await one.sign_in(FRESH)).status_code == 303


async def test_another_session_is_ended_by_its_owner_alone(services: Services, console: Open) -> None:
    one, other = await console("viewer"), await console("viewer")
    _, session = await services.administrator_sign_in.whose(other.http.cookies[SESSION])
    refused = await one.post("/account/sessions/end", page="/account", session=session.id)
    assert refused.status_code == 404
    _, own = await services.administrator_sign_in.whose(one.http.cookies[SESSION])
    assert (await one.post("/account/sessions/end", page="/account", session=own.id)).status_code == 303
    assert (await one.get("/account")).status_code == 303
    assert (await other.get("/account")).status_code == 200


async def test_language_and_theme_are_kept(console: Open) -> None:
    one = await console("viewer")
    await one.post("/look", page="/account", lang="zh-CN", theme="dark", to="/console/account")
    shown = (await one.get("/account")).text
    assert '<html lang="zh-CN" data-theme="dark">' in shown
    await one.post("/look", page="/account", lang="fr", theme="<script>")
    assert '<html lang="zh-CN" data-theme="dark">' in (await one.get("/account")).text
