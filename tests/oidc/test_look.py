"""The hosted pages in the look of their pool, or of their application."""

from __future__ import annotations

import base64
import hashlib
import re

from tests.conftest import PoolForTests
from tests.oidc.conftest import Browser
from tests.oidc.test_flows import authorize_url
from tests.wire.v3.test_branding import PNG

from poolhouse.apps.model import App
from poolhouse.services import Services

GIF = "data:image/gif;base64,R0lGODdh"


async def test_a_page_has_the_name_or_the_logo_of_its_pool_and_its_color(
    services: Services, pool: PoolForTests, browser: Browser, app: App
) -> None:
    one = pool.administrator
    await services.pools.update(one, {"name": "山海 <x-evil>", "logo": "https://evil.example/x.png"})
    page = await browser.open(authorize_url(app))
    assert '<p class="whose">山海 &lt;x-evil&gt;</p>' in page.text
    assert "evil.example" not in page.text
    await services.pools.update(one, {"logo": PNG}, {"branding": {"color": "#0b6b3a"}})
    page = await browser.open(authorize_url(app))
    assert f'<img src="{PNG}" alt="山海 &lt;x-evil&gt;">' in page.text
    assert "--brand: #0b6b3a" in page.text
    await services.apps.update(one, app.id, {"logo": GIF})
    page = await browser.open(authorize_url(app))
    assert f'<img src="{GIF}" alt="{app.name}">' in page.text
    assert PNG not in page.text


async def test_a_page_lets_in_its_own_style_and_no_other(
    services: Services, pool: PoolForTests, browser: Browser, app: App
) -> None:
    await services.pools.update(pool.administrator, {}, {"branding": {"color": "#ffee00"}})
    page = await browser.open(authorize_url(app))
    (style,) = re.findall(r"<style>(.*?)</style>", page.text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}';" in page.headers["content-security-policy"]
    assert "unsafe-inline" not in page.headers["content-security-policy"]
    assert "style=" not in page.text
