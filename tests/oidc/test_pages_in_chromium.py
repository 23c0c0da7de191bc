"""The hosted pages in a real browser, by keyboard and by accessible names.

POOLHOUSE_SCREENSHOTS=1 renews the pictures of docs/guide/sign-in.md.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, Request, expect
from tests.conftest import PoolForTests

from poolhouse.apps.model import App
from poolhouse.mfa.totp import STEP_S, code_at, key_of
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import User

IMAGES = Path(__file__).parents[2] / "docs" / "guide" / "images"


@pytest.fixture
async def page(chromium: Chromium) -> AsyncIterator[Page]:
    context = await chromium.new_context(
        locale="zh-CN", viewport={"width": 900, "height": 640}, java_script_enabled=False
    )
    yield await context.new_page()
    await context.close()


@pytest.fixture
async def local_app(services: Services, pool: PoolForTests, server: str) -> App:
    return await services.apps.create(pool.administrator, "山海门户", redirect_uris=(f"{server}/healthz",))


def authorize_url(server: str, app: App) -> str:
    asked = {
        "client_id": app.id,
        "redirect_uri": f"{server}/healthz",
        "response_type": "code",
        "scope": "openid profile offline_access",
        "state": "s",
    }
    return f"{server}/oidc/auth?{urlencode(asked)}"


async def picture(page: Page, name: str) -> None:
    if os.environ.get("POOLHOUSE_SCREENSHOTS"):
        await page.screenshot(path=IMAGES / f"{name}.png")


async def test_a_person_signs_in_by_keyboard_alone_without_javascript(
    page: Page, server: str, local_app: App, person: User
) -> None:
    asked: list[Request] = []
    page.on("request", lambda request: asked.append(request))
    await page.goto(authorize_url(server, local_app))
    await picture(page, "sign-in")
    await page.get_by_label("用户名、邮箱或手机号").focus()
    await page.keyboard.type("ada")
    await page.keyboard.press("Tab")
    await page.keyboard.type("wrong")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_be_visible()
    await picture(page, "wrong-password")

    await page.get_by_label("密码", exact=True).fill("lovelace")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/healthz"))

    assert parse_qs(urlsplit(page.url).query)["state"] == ["s"]
    assert all(request.url.startswith((server, "data:")) for request in asked)


async def test_a_person_signs_up(page: Page, server: str, local_app: App) -> None:
    await page.goto(authorize_url(server, local_app))
    await page.get_by_role("link", name="注册").click()
    await picture(page, "sign-up")
    await page.get_by_label("用户名").fill("newcomer")
    await page.get_by_label("密码").fill("long enough")
    await page.get_by_role("button", name="注册").click()
    await page.wait_for_url(re.compile("/healthz"))


async def test_a_person_signs_in_by_a_code_from_the_outbox(
    page: Page, services: Services, pool: PoolForTests, server: str, local_app: App, person: User
) -> None:
    await page.goto(authorize_url(server, local_app))
    await page.get_by_role("link", name="验证码登录").click()
    await page.get_by_label("邮箱或手机号").fill("ada@x.cn")
    await page.get_by_role("button", name="发送验证码").click()
    await expect(page.get_by_role("status")).to_be_visible()
    await picture(page, "code")

    await page.get_by_label("验证码", exact=True).fill(await code_sent(services, pool))
    await page.get_by_role("button", name="登录").click()
    await page.wait_for_url(re.compile("/healthz"))


async def test_a_person_resets_a_forgotten_password(
    page: Page, services: Services, pool: PoolForTests, server: str, local_app: App, person: User
) -> None:
    await page.goto(authorize_url(server, local_app))
    await page.get_by_role("link", name="忘记密码").click()
    await page.get_by_label("邮箱或手机号").fill("ada@x.cn")
    await page.get_by_role("button", name="发送验证码").click()
    await page.get_by_label("验证码", exact=True).fill(await code_sent(services, pool))
    await page.get_by_label("新密码").fill("analytical")
    await picture(page, "reset")
    await page.get_by_role("button", name="重置密码").click()
    await expect(page.get_by_role("status")).to_have_text("密码已重置，请登录")

    await page.get_by_label("用户名、邮箱或手机号").fill("ada")
    await page.get_by_label("密码", exact=True).fill("analytical")
    await page.keyboard.press("Enter")
    await page.wait_for_url(re.compile("/healthz"))


async def test_a_person_opens_the_mail_of_their_first_login(
    page: Page, services: Services, pool: PoolForTests, server: str, local_app: App, person: User
) -> None:
    await services.links.send_first_login(replace(pool.administrator, app_id=local_app.id), person.id)
    messages = await services.mail.list_messages(pool.administrator, PageRequest())
    message = await services.mail.get_message(pool.administrator, messages.items[0].id)
    link = re.search(r'href="http://[^/]+([^"]+)"', message.body)
    assert link
    await page.goto(server + link[1])
    await page.get_by_label("新密码").fill("analytical")
    await picture(page, "first-login")
    await page.get_by_role("button", name="设置密码").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("密码已设置")
    assert (await services.users.get(pool.administrator, person.id)).email_verified
    await page.get_by_role("link", name="前往 山海门户 登录").click()
    await page.wait_for_url(f"{server}/**")


async def test_a_second_factor_is_set_up_and_asked_for(
    page: Page, services: Services, pool: PoolForTests, server: str, local_app: App, person: User
) -> None:
    await services.apps.update(pool.administrator, local_app.id, {}, {"mfa_required": True})
    await page.goto(authorize_url(server, local_app))
    await page.get_by_label("用户名、邮箱或手机号").fill("ada")
    await page.get_by_label("密码", exact=True).fill("lovelace")
    await page.keyboard.press("Enter")
    secret = (await page.locator("p", has_text="密钥").locator("code").first.text_content()) or ""
    await picture(page, "second-factor-set-up")
    await page.get_by_label("验证码").fill(code_at(key_of(secret), int(time.time()) // STEP_S))
    await page.get_by_role("button", name="验证").first.click()
    await expect(page.get_by_role("status")).to_be_visible()
    await picture(page, "second-factor")


async def test_every_field_has_a_label_and_every_page_a_heading(
    page: Page, server: str, local_app: App, person: User
) -> None:
    await page.goto(authorize_url(server, local_app))
    for link in (None, "验证码登录", "忘记密码"):
        if link:
            await page.get_by_role("link", name=link).click()
        await expect(page.get_by_role("heading", level=1)).to_be_visible()
        for field in await page.locator("input:not([type=hidden])").all():
            name = await field.get_attribute("id")
            assert await page.locator(f"label[for={name}]").count() == 1, name


async def code_sent(services: Services, pool: PoolForTests) -> str:
    messages = await services.mail.list_messages(pool.administrator, PageRequest())
    message = await services.mail.get_message(pool.administrator, messages.items[0].id)
    found = re.search(r"\b(\d{6})\b", re.sub(r"<[^>]+>|#\w+", " ", message.body))
    assert found
    return found[1]
