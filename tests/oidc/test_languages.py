"""Every page in the language that the application asks for (`ui_locales`), else in the browser's, else in Chinese."""

from __future__ import annotations

import ast
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.conftest import AFTER_LOGOUT, REDIRECT, Browser
from tests.oidc.test_flows import authorize_url

import poolhouse
from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import User

CHINESE = re.compile(r"[一-鿿]")
SOURCE = Path(poolhouse.__file__).parent


@dataclass
class World:
    services: Services
    pool: PoolForTests
    app: App
    browser: Browser

    async def change(self, values: dict[str, Any], **settings: Any) -> None:
        await self.services.apps.update(self.pool.administrator, self.app.id, values, settings)

    async def sign_in_page(self) -> str:
        """The address of one that is under way."""
        without_pkce = {"code_challenge": None, "code_challenge_method": None}
        await self.browser.open(authorize_url(self.app, **without_pkce))
        assert self.browser.page
        return str(self.browser.page.url)


@pytest.fixture
async def world(services: Services, pool: PoolForTests, app: App, browser: Browser) -> World:
    return World(services, pool, app, browser)


Reason = Callable[[World], Awaitable[str]]
"""Makes it so, and gives the address whose page tells it."""
REASONS: dict[str, tuple[Reason, str, str]] = {}


def reason(chinese: str, english: str) -> Callable[[Reason], Reason]:
    def add(make: Reason) -> Reason:
        REASONS[make.__name__] = make, chinese, english
        return make

    return add


@reason("不是已知的应用", "unknown client_id")
async def unknown_client(world: World) -> str:
    return authorize_url(world.app, client_id="0" * 24)


@reason("缺少参数 client_id", "client_id is missing")
async def no_client(world: World) -> str:
    return authorize_url(world.app, client_id="")


@reason("缺少参数 redirect_uri", "redirect_uri is missing")
async def no_address(world: World) -> str:
    return authorize_url(world.app, redirect_uri="")


@reason("应用已停用", "the application is disabled")
async def disabled_application(world: World) -> str:
    await world.change({}, enabled=False)
    return authorize_url(world.app)


@reason("redirect_uri 未在此应用登记", "redirect_uri is not registered")
async def unregistered_address(world: World) -> str:
    return authorize_url(world.app, redirect_uri=f"{REDIRECT}/elsewhere")


@reason("只能出现一次", "may be given once")
async def an_address_twice(world: World) -> str:
    return f"{authorize_url(world.app)}&{urlencode({'redirect_uri': REDIRECT})}"


@reason("redirect_uri 未在此应用登记", "redirect_uri is not registered")
async def an_address_taken_back_under_way(world: World) -> str:
    page = await world.sign_in_page()
    await world.change({"redirect_uris": ()})
    return page


@reason("缺少参数 code_challenge", "code_challenge is missing")
async def pkce_asked_for_under_way(world: World) -> str:
    page = await world.sign_in_page()
    await world.change({}, require_pkce=True)
    return page


@reason("登录请求无效", "not a sign-in request of ours")
async def a_request_of_nobody(world: World) -> str:
    return "/login?request=x"


@reason("post_logout_redirect_uri 未在此应用登记", "post_logout_redirect_uri is not registered")
async def unregistered_address_after_logout(world: World) -> str:
    asked = {"client_id": world.app.id, "post_logout_redirect_uri": f"{AFTER_LOGOUT}/elsewhere"}
    return f"/oidc/session/end?{urlencode(asked)}"


@reason("id_token_hint 不是本服务签发的", "id_token_hint is not a token of ours")
async def a_hint_of_nobody(world: World) -> str:
    return "/oidc/session/end?id_token_hint=x"


@reason("参数只能出现一次：state", "state may be given once")
async def a_state_twice_at_logout(world: World) -> str:
    return "/oidc/session/end?state=a&state=b"


@pytest.mark.parametrize("name", REASONS)
async def test_a_reason_that_goes_to_no_application_is_told_in_the_readers_language(
    world: World, http: httpx.AsyncClient, name: str
) -> None:
    make, chinese, english = REASONS[name]
    address = await make(world)
    for language, told, other in (
        ("", chinese, english),
        ("en-GB,en;q=0.9", english, chinese),
        ("fr", chinese, english),
    ):
        answer = await http.get(address, headers={"accept-language": language})
        assert answer.status_code == 400
        assert told in answer.text, language
        assert other not in answer.text, language
    assert f"<title>{'This sign-in cannot go on'}</title>" in (await http.get(address, headers=ENGLISH)).text


ENGLISH = {"accept-language": "en"}
MAY_BE_SHOWN = {
    "oidc/grants.py": {"any_client", "client"},
    "oidc/requests.py": {
        "given_twice",
        "not_registered",
        "return_address",
        "check_again",
        "_check_types",
        "_check_pkce",
    },
    "oidc/tokens_in_use.py": {"hint"},
    "wire/oidc/logout.py": {"end_session", "_application"},
}
"""The functions whose refusals end on a page of ours."""


@pytest.mark.parametrize("file", MAY_BE_SHOWN)
def test_a_refusal_that_may_be_shown_has_its_chinese(file: str) -> None:
    tree = ast.parse((SOURCE / file).read_text(encoding="utf-8"))
    functions = {
        node.name: node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert MAY_BE_SHOWN[file] <= functions.keys()
    for name in MAY_BE_SHOWN[file]:
        for node in ast.walk(functions[name]):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "OAuthError":
                assert len(node.args) == 3, f"{file}:{node.lineno}"
                assert CHINESE.search(ast.unparse(node.args[2])), f"{file}:{node.lineno}"


async def test_the_application_chooses_the_language_of_every_page_of_a_sign_in(
    browser: Browser, http: httpx.AsyncClient, app: App, person: User
) -> None:
    http.headers["accept-language"] = "zh-CN"
    page = await browser.open(authorize_url(app, ui_locales="fr en", prompt="consent"))
    assert "Sign in to 山海门户" in page.text
    page = await browser.submit("/login", account="ada", password="wrong")
    assert 'lang="en-US"' in page.text
    page = await browser.submit("/login", account="ada", password="lovelace")
    assert "山海门户 asks for access" in page.text


async def test_a_language_that_we_do_not_speak_leaves_the_browsers(
    browser: Browser, http: httpx.AsyncClient, app: App
) -> None:
    http.headers["accept-language"] = "en"
    assert "Sign in to 山海门户" in (await browser.open(authorize_url(app, ui_locales="fr"))).text
    assert "登录 山海门户" in (await browser.open(authorize_url(app, ui_locales="fr zh"))).text


async def test_the_application_chooses_the_language_of_a_logout(
    browser: Browser, http: httpx.AsyncClient, app: App
) -> None:
    http.headers["accept-language"] = "zh-CN"
    page = await browser.open(f"/oidc/session/end?client_id={app.id}&ui_locales=en")
    assert "Sign out?" in page.text
    assert "You are signed out" in (await browser.submit("/oidc/session/end")).text


async def test_a_form_too_large_to_be_read_is_refused_in_the_browsers_language(
    http: httpx.AsyncClient,
) -> None:
    for language, chinese in (("zh-CN", True), ("en", False)):
        answer = await http.post(
            "/login", content=b"x" * 70_000, headers={"accept-language": language, **FORM}
        )
        assert answer.status_code == 400
        assert bool(CHINESE.search(answer.text)) == chinese, answer.text


FORM = {"content-type": "application/x-www-form-urlencoded"}


async def test_what_goes_back_to_the_application_stays_english(
    browser: Browser, http: httpx.AsyncClient, app: App
) -> None:
    """RFC 6749 4.1.2.1: an error_description is ASCII."""
    answer = await http.get(authorize_url(app, code_challenge="short"), headers={"accept-language": "zh-CN"})
    back = parse_qs(urlsplit(answer.headers["location"]).query)
    assert back["error_description"] == ["code_challenge must be 43 to 128 characters"]
