"""The vendor's login component, unmodified from npm, signs in by identity sources, in a real browser.

It is drawn on a page of another origin than ours. One provider is npm's oidc-provider. POOLHOUSE_SCREENSHOTS=1 renews
the picture of docs/guide/guard.md.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect
from tests.conftest import PoolForTests
from tests.federation.conftest import connected
from tests.federation.fitting import FIELDS
from tests.federation.test_oidc_provider import SECRET, running
from tests.oidc.test_pages_in_chromium import IMAGES
from tests.wire.v2.test_guard_in_chromium import BUNDLE, START, site

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.tenants.model import Connection, ConnectionDraft

__all__ = ["site"]
FORM = ".authing-g2-render-module"


def ordinary(chromium: Chromium) -> str:
    """What Chromium calls itself where somebody looks on. The component shows no buttons to a browser that it does
    not know, and `HeadlessChrome` is none of those it knows."""
    of = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
    return f"{of} Chrome/{chromium.version} Safari/537.36"


@dataclass
class Portal:
    page: Page
    services: Services
    pool: PoolForTests
    app: App
    connection: Connection
    site: str
    server: str

    async def open(self) -> None:
        await self.page.goto(self.site)
        await self.page.evaluate(START, {"appId": self.app.id, "host": self.server})

    async def sign_in_there(self) -> None:
        """By the button, in the window that it opens, and at the provider's own page."""
        async with self.page.expect_popup() as opened:
            await self.page.get_by_role("button", name="使用 公司账号 登录").click()
        window = await opened.value
        await window.get_by_role("button", name="Sign in as ada").click()
        if not window.is_closed():
            await window.wait_for_event("close")

    async def told(self, name: str) -> dict[str, Any]:
        await self.page.wait_for_function(f"told.{name}.length")
        found: dict[str, Any] = await self.page.evaluate(f"told.{name}[0]")
        return found


@pytest.fixture
async def portal(
    chromium: Chromium,
    services: Services,
    pool: PoolForTests,
    server: str,
    site: str,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Portal]:
    if not BUNDLE.exists():
        pytest.skip("no @authing/guard in tests/js (make setup)")
    async with running(f"{server}/connections/oidc/corp/callback") as provider:
        fields = {
            "issuer": f"http://127.0.0.1:{provider.port}",
            "clientId": "client_secret_basic",
            "clientSecret": SECRET,
            "scopes": "openid profile email",
        }
        app, _, connection = await connected(
            services, pool, provider.port, monkeypatch, "oidc", "oidc", fields
        )
        await services.apps.update(pool.administrator, app.id, {"redirect_uris": (f"{site}/callback",)})
        context = await chromium.new_context(
            locale="zh-CN", viewport={"width": 900, "height": 720}, user_agent=ordinary(chromium)
        )
        page = await context.new_page()
        page.set_default_timeout(12_000)
        yield Portal(page, services, pool, app, connection, site, server)
        await context.close()


async def test_a_button_signs_in_by_a_real_provider(portal: Portal) -> None:
    await portal.open()
    await portal.sign_in_there()
    user = await portal.told("logins")
    assert (user["name"], user["identities"][0]["userIdInIdp"]) == ("Ada King", "ada")
    me = await portal.page.evaluate(
        "async ([host, token]) => (await (await fetch(`${host}/api/v2/users/me`, "
        "{ headers: { authorization: `Bearer ${token}` } })).json()).data.id",
        [portal.server, user["token"]],
    )
    assert me == user["id"], "the token is the user's"


async def test_a_refusal_is_shown_on_the_page(portal: Portal) -> None:
    await portal.services.sources.update_connection(
        portal.pool.administrator, portal.connection.id, {"login_only": True}
    )
    await portal.open()
    await portal.sign_in_there()
    await portal.page.get_by_text("该身份还没有绑定账号").locator("visible=true").first.wait_for()
    assert (await portal.told("errors"))["code"] == 2207


async def test_every_kind_of_button_stands_there_and_those_of_branding_can_be_hidden(portal: Portal) -> None:
    services, administrator = portal.services, portal.pool.administrator
    for kind, name in (
        ("github", "GitHub"),
        ("wechat:pc", "微信扫码"),
        ("lark-internal", "飞书"),
        ("saml", "总部"),
    ):
        draft = ConnectionDraft(kind, kind.replace(":", "-"), name, FIELDS)
        source = await services.sources.create(
            administrator, name, kind.partition(":")[0].partition("-")[0], connections=[draft]
        )
        await services.sources.set_connection_enabled(
            administrator, source.connections[0].id, "app", portal.app.id, True
        )
    await portal.open()
    for name in ("公司账号", "总部", "飞书"):
        await expect(portal.page.get_by_role("button", name=f"使用 {name} 登录")).to_be_visible()
    await expect(portal.page.locator(".g2-social-login-item")).to_have_count(2)
    if os.environ.get("POOLHOUSE_SCREENSHOTS"):
        await portal.page.mouse.move(0, 0)
        await portal.page.screenshot(path=IMAGES / "guard-identity-sources.png")
    hidden = {"showEnterpriseConnections": False, "showSocialConnections": False}
    await services.apps.update(administrator, portal.app.id, {}, {"pages": {"branding": hidden}})
    await portal.open()
    await expect(portal.page.get_by_placeholder("请输入登录密码")).to_be_visible()
    await expect(portal.page.locator(".g2-guard-third-login-btn, .g2-social-login-item")).to_have_count(0)
