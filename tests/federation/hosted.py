"""The hosted pages in a real browser, as the tests of signing in by an identity source walk them."""

from __future__ import annotations

import re
from urllib.parse import urlencode

from playwright.async_api import Page
from tests.federation.conftest import query_of

from poolhouse.apps.model import App

WIDE, NARROW = {"width": 1280, "height": 720}, {"width": 390, "height": 720}
ZH = {"account": "用户名、邮箱或手机号", "password": "密码", "by_source": "使用 公司账号 登录"}
EN = {"account": "Username, e-mail or phone", "password": "Password", "by_source": "Sign in with 公司账号"}
WORDS = {"zh-CN": ZH, "en-US": EN}


def asked(server: str, app: App) -> str:
    """Where an application sends a browser; it comes back to `/healthz`."""
    facts = {"client_id": app.id, "redirect_uri": f"{server}/healthz", "response_type": "code",
             "scope": "openid", "state": "s"}  # fmt: skip
    return f"{server}/oidc/auth?{urlencode(facts)}"


async def arrived(page: Page) -> dict[str, str]:
    await page.wait_for_url(re.compile("/healthz"))
    return query_of(page.url)


async def signs_in(page: Page, name: str, password: str, lang: str = "zh-CN") -> None:
    """By the form of one's own account."""
    await page.get_by_label(WORDS[lang]["account"]).fill(name)
    await page.get_by_label(WORDS[lang]["password"], exact=True).fill(password)
    await page.keyboard.press("Enter")
