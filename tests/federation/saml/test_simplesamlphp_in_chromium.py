"""Signing in by SAML in a real browser, by Debian's SimpleSAMLphp: requests by redirect and by a form, answers by the
form that its page posts."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from playwright.async_api import Browser as Chromium
from playwright.async_api import Page, expect
from tests.conftest import PoolForTests
from tests.federation.conftest import connected
from tests.federation.hosted import ZH, arrived, asked, signs_in
from tests.federation.saml.simplesamlphp import MISSING, is_here, knows, simplesamlphp
from tests.federation.saml.test_peer import OWN, SIGNING

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.tenants.model import Connection
from poolhouse.users.model import UserDraft

pytestmark = pytest.mark.skipif(not is_here(), reason=MISSING)
OURS = "https://poolhouse.example/sp"
BUTTON = ZH["by_source"]


@dataclass
class Company:
    services: Services
    pool: PoolForTests
    app: App
    connection: Connection

    async def settings(self, **values: Any) -> None:
        if "fields" in values:
            values["fields"] = {**self.connection.fields, **values["fields"]}
        self.connection = await self.services.sources.update_connection(
            self.pool.administrator, self.connection.id, values
        )


@pytest.fixture(scope="module")
async def idp(tmp_path_factory: pytest.TempPathFactory, server: str) -> AsyncIterator[str]:
    folder: Path = tmp_path_factory.mktemp("simplesamlphp")
    async with simplesamlphp(folder) as running:
        bare = base64.b64encode(OWN.certificate.public_bytes(Encoding.DER)).decode()
        knows(folder, OURS, f"{server}/connections/saml/corp/callback", bare)
        yield running


@pytest.fixture
async def company(
    services: Services, pool: PoolForTests, idp: str, server: str, monkeypatch: pytest.MonkeyPatch
) -> Company:
    fields = {
        "idpMetadataUrl": f"{idp}/saml2/idp/metadata.php",
        "spEntityId": OURS,
        "signedPart": "both",
        "nameIdFormat": "persistent",
        **SIGNING,
    }
    port = int(idp.rpartition(":")[2])
    app, _, connection = await connected(services, pool, port, monkeypatch, "saml", "saml", fields)
    app = await services.apps.update(pool.administrator, app.id, {"redirect_uris": (f"{server}/healthz",)})
    return Company(services, pool, app, connection)


@pytest.fixture
async def page(chromium: Chromium, company: Company) -> AsyncIterator[Page]:
    context = await chromium.new_context(locale="zh-CN")
    page = await context.new_page()
    page.set_default_timeout(15_000)
    yield page
    await context.close()


async def begun(page: Page, server: str, company: Company) -> None:
    await page.goto(asked(server, company.app))
    await page.get_by_role("link", name=BUTTON).click()


@pytest.mark.parametrize("binding", ["redirect", "post"])
async def test_a_person_goes_to_the_provider_and_comes_back_signed_in(
    page: Page, server: str, company: Company, binding: str
) -> None:
    await company.settings(fields={"requestBinding": binding})
    went: list[str] = []
    page.on("request", lambda one: went.append(f"{one.method} {one.url.partition('?')[0]}"))
    await begun(page, server, company)
    there = await arrived(page)
    assert (there["state"], bool(there["code"])) == ("s", True)
    sent = "GET" if binding == "redirect" else "POST"
    assert any(one.startswith(sent) and one.endswith("/SSOService.php") for one in went), went
    assert f"POST {server}/connections/saml/corp/callback" in went


async def test_a_person_binds_the_account_they_have(page: Page, server: str, company: Company) -> None:
    await company.settings(associable=True)
    draft = UserDraft({"username": "zhang3"}, password="lovelace")
    user = await company.services.users.create(company.pool.administrator, draft)
    await begun(page, server, company)
    await signs_in(page, "zhang3", "lovelace")
    assert (await arrived(page))["code"]
    [linked] = await company.services.identities.list(company.pool.administrator, user.id)
    assert (linked.provider, linked.user_id_in_idp) == ("saml", "zhang")


async def test_a_stranger_reads_why_nobody_was_signed_in(page: Page, server: str, company: Company) -> None:
    await company.settings(login_only=True)
    await begun(page, server, company)
    await expect(page.get_by_role("alert")).to_contain_text("还没有绑定账号")


async def test_a_sign_in_that_the_provider_begins_is_told_where_to_begin(
    page: Page, server: str, company: Company, idp: str
) -> None:
    await page.goto(f"{idp}/saml2/idp/SSOService.php?spentityid={OURS}")
    await expect(page.get_by_role("heading")).to_have_text("这次登录已失效")
    await expect(page.get_by_text("从身份源一侧发起的登录不会被接受")).to_be_visible()
    assert page.url.startswith(f"{server}/connections/saml/corp/callback")
