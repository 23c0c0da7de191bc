"""The page of one connection of an identity source, and what its form helps with."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Open
from tests.federation.fitting import FIELDS

from poolhouse.errors import ProviderFailed
from poolhouse.federation.catalog import MANIFESTS
from poolhouse.federation.registering import REGISTERING
from poolhouse.services import Services
from poolhouse.tenants.model import Connection, ConnectionDraft

PRINTED = "the provider said <nothing>"


async def made(services: Services, pool: PoolForTests, source: str, kind: str) -> Connection:
    draft = ConnectionDraft(kind, f"of-{kind.replace(':', '-')}", "公司", FIELDS)
    [connection] = (
        await services.sources.create(pool.administrator, "公司", source, connections=[draft])
    ).connections
    return connection


def at(connection: Connection) -> str:
    return f"/pools/{{pool}}/sources/{connection.source_id}/connections/{connection.id}"


async def failed(services: Services, pool: PoolForTests, connection: Connection) -> None:
    """A sign-in by it, at its script."""
    error = ProviderFailed(
        "token", "codeToTokenScript 抛出了 Error：不行", "codeToTokenScript threw Error: no"
    )
    error.printed = PRINTED
    await services.provider_connections.note(replace(pool.stranger, ip="203.0.113.9"), connection, error)


async def test_the_page_tells_what_to_register_and_how_the_last_sign_in_failed(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    connection = await made(services, pool, "oauth2", "oauth")
    one = await console("viewer")
    page = (await one.get(at(connection))).text
    assert "/connections/oauth2/of-oauth/callback</code>" in page
    assert REGISTERING["oauth"][1] in page.replace("&#39;", "'")
    assert "No sign-in has failed" in page
    assert "stored only" not in page
    await failed(services, pool, connection)
    page = (await one.get(at(connection))).text
    assert "codeToTokenScript threw Error: no" in page
    assert "the provider said &lt;nothing&gt;" in page
    assert "s3cret" not in page
    assert re.search(r"/audit/[0-9a-f]{24}", page), "where the whole entry is"


async def test_a_form_folds_what_is_seldom_needed_and_says_what_to_do_before(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    for source, kind in (("oidc", "oidc"), ("saml", "saml"), ("lark", "lark-internal")):
        made_in = await services.sources.create(pool.administrator, "公司", source)
        page = (await one.get(f"/pools/{{pool}}/sources/{made_in.id}/connections/new")).text
        assert REGISTERING[kind][1] in page.replace("&#39;", "'"), kind
        plain, _, folded = page.partition('<details class="rare">')
        for setting in MANIFESTS[kind].fields:
            name = f'name="setting_{setting.name.encode().hex()}"'
            assert (name in folded, name in plain) == (setting.rare, not setting.rare), setting.name
            assert setting.hint
            assert setting.hint[1] in page.replace("&#39;", "'").replace("&amp;", "&"), setting.name


async def test_a_folded_field_that_holds_something_is_shown(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    connection = await made(services, pool, "oidc", "oidc")
    one = await console("owner")
    assert '<details class="rare">' in (await one.get(f"{at(connection)}/edit")).text
    fields = {**connection.fields, "scopes": "openid"}
    await services.sources.update_connection(pool.administrator, connection.id, {"fields": fields})
    assert '<details class="rare" open>' in (await one.get(f"{at(connection)}/edit")).text


@pytest.mark.parametrize("plain", [False, True])
async def test_scripts_have_an_editor_whose_styles_carry_the_nonce_or_a_plain_field(
    services: Services, pool: PoolForTests, console: Open, plain: bool
) -> None:
    connection = await made(services, pool, "oauth2", "oauth")
    one = await console("owner")
    answer = await one.get(f"{at(connection)}/edit{'?plain=1' if plain else ''}")
    policy = answer.headers["content-security-policy"]
    assert ("nonce-" in policy, answer.text.count("<script-editor")) == ((False, 0) if plain else (True, 2))
    assert answer.text.count("module.exports = async function") == 2, "an example each"
    other = await made(services, pool, "oidc", "oidc")
    answer = await one.get(f"{at(other)}/edit")
    assert "nonce-" not in answer.headers["content-security-policy"]
