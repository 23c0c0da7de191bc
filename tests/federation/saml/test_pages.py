"""Signing in by SAML as a browser does, on the hosted page; and what we tell a provider of us."""

from __future__ import annotations

import base64
import re
from html import unescape
from urllib.parse import urlencode

import httpx
from lxml import etree
from tests.conftest import PoolForTests
from tests.federation.saml.test_flow import Company, company, idp
from tests.oidc.conftest import Browser

from poolhouse.federation.model import Begun

__all__ = ["company", "idp"]
CLIENT_PAGE = "https://client.example/callback"
HERE = "http://127.0.0.1:3000"
"""The tests' server says so of itself, whatever the browser's address."""
METADATA = "{urn:oasis:names:tc:SAML:2.0:metadata}"


async def begun(company: Company, browser: Browser) -> Begun:
    """The form that our page posts to the provider."""
    facts = {"client_id": company.app.id, "redirect_uri": CLIENT_PAGE, "response_type": "code",
             "scope": "openid", "state": "s", "ext_idp_conn_id": "acme"}  # fmt: skip
    page = await browser.open(f"/oidc/auth?{urlencode(facts)}")
    assert page.status_code == 200, page.text
    action = re.search(r'action="([^"]+)"', page.text)
    assert action
    fields = re.findall(r'name="([^"]+)" value="([^"]*)"', page.text)
    return Begun(unescape(action[1]), {}, {name: unescape(value) for name, value in fields})


async def test_a_person_comes_by_saml_to_the_application(company: Company, http: httpx.AsyncClient) -> None:
    await company.idp.knows(
        entity_id=f"{HERE}/connections/saml/acme/metadata?userpool_id={company.pool.id}",
        consumer=f"{HERE}/connections/saml/acme/callback",
    )
    browser, foreign = (
        Browser(http),
        httpx.AsyncClient(transport=http._transport, base_url="http://poolhouse"),
    )
    answer = await company.idp.answer(await begun(company, browser))
    posted = await foreign.post("/connections/saml/acme/callback", data=dict(answer.form))
    assert posted.status_code == 303, posted.text
    await browser.open(posted.headers["location"])
    assert browser.arrived["state"] == "s"
    assert browser.arrived["code"]


async def test_an_answer_of_a_hundred_kilobytes_is_read(company: Company, http: httpx.AsyncClient) -> None:
    """Of somebody in very many groups. What is no SAML is refused by its step, after it was read."""
    browser = Browser(http)
    state = dict((await begun(company, browser)).form or {})["RelayState"]
    form = {"RelayState": state, "SAMLResponse": base64.b64encode(b"<x>" + b"y" * 72_000).decode()}
    posted = await http.post("/connections/saml/acme/callback", data=form)
    assert posted.status_code == 303, posted.text
    await browser.open(posted.headers["location"])
    assert [step for step, _ in await company.refusals()] == ["xml"]


async def test_the_provider_reads_at_our_address_who_we_are(
    company: Company, http: httpx.AsyncClient
) -> None:
    address = f"/connections/saml/acme/metadata?userpool_id={company.pool.id}"
    answer = await http.get(address)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/samlmetadata+xml")
    document = etree.fromstring(answer.content)
    assert document.get("entityID") == HERE + address
    consumers = document.iter(f"{METADATA}AssertionConsumerService")
    assert [one.get("Location") for one in consumers] == [f"{HERE}/connections/saml/acme/callback"]
    assert b"PRIVATE KEY" not in answer.content


async def test_metadata_are_of_a_connection_of_the_pool_that_has_them(
    company: Company, http: httpx.AsyncClient, other_pool: PoolForTests
) -> None:
    for path in (
        f"/connections/saml/acme/metadata?userpool_id={other_pool.id}",
        f"/connections/oidc/acme/metadata?userpool_id={company.pool.id}",
        f"/connections/saml/nobodys/metadata?userpool_id={company.pool.id}",
        "/connections/saml/acme/metadata",
    ):
        answer = await http.get(path)
        assert answer.status_code == 400, path
        assert "entityID" not in answer.text
