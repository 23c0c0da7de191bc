"""The tabs of the vendor's login component for LDAP and Active Directory, in a real browser."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser as Chromium
from tests.conftest import PoolForTests
from tests.federation.ldap.slapd import Slapd
from tests.federation.ldap.test_doors import PASSWORD, connected
from tests.wire.v2.test_guard_in_chromium import BUNDLE, Guard, site

from poolhouse.outgoing import Outgoing
from poolhouse.services import Services

__all__ = ["site"]
AS_AD = {
    "userQueryCriteria": "(uid={username})",
    "uniqueAttribute": "entryUUID",
    "fieldMapping": {"username": "uid", "name": "cn"},
}
"""With which Active Directory's kind finds people in this directory."""
FIELDS = {
    "ldap": ("LDAP 登录", "请输入 LDAP 用户名", "请输入 LDAP 密码"),
    "ad": ("AD 登录", "请输入 AD 用户名", "请输入 AD 密码"),
}


@pytest.mark.parametrize("kind", ["ldap", "ad"])
async def test_a_tab_signs_in_by_the_directory(
    chromium: Chromium,
    services: Services,
    pool: PoolForTests,
    server: str,
    site: str,
    directory: Slapd,
    monkeypatch: pytest.MonkeyPatch,
    kind: str,
) -> None:
    if not BUNDLE.exists():
        pytest.skip("no @authing/guard in tests/js (make setup)")
    monkeypatch.setattr(services.provider_connections, "_outgoing", Outgoing({("127.0.0.1", directory.port)}))
    app = await services.apps.create(pool.administrator, "门户", redirect_uris=(f"{site}/callback",))
    fields = directory.fields() | (AS_AD if kind == "ad" else {})
    await connected(services, pool, app, kind, "hq", fields)
    context = await chromium.new_context(locale="zh-CN", viewport={"width": 900, "height": 720})
    page = await context.new_page()
    page.set_default_timeout(30_000)
    guard = Guard(page, site, server, app)
    tab, name, password = FIELDS[kind]
    await guard.open()
    await guard.link(tab)
    await guard.fill(**{name: "zhang", password: "wrong"})
    await guard.press("登录")
    await guard.says("用户名或密码错误")
    await guard.fill(**{password: PASSWORD})
    await guard.press("登录")
    user = await guard.logged_in()
    assert user["name"] == "张三"
    assert user["identities"][0]["provider"] == kind
    await context.close()
