"""`poolhouse app`: one way to change an application, its addresses and how it speaks OpenID Connect."""

from __future__ import annotations

import json
from pathlib import Path
from typing import get_args

import pytest
from joserfc.jwk import ECKey
from tests.client.conftest import Typed
from tests.conftest import PoolForTests

from poolhouse.apps import model
from poolhouse.client import table_apps
from poolhouse.client.exits import NOT_FOUND, REFUSED, USAGE
from poolhouse.services import Services
from poolhouse.wire.v3.apps_oidc import OURS

SET = {
    "idTokenSignedResponseAlg": "ES256",
    "tokenEndpointAuthMethod": "client_secret_basic",
    "requirePkce": True,
    "grantTypes": ["authorization_code"],
    "clientCredentialsScopes": ["orders:read"],
    "responseTypes": ["code", "id_token"],
    "responseModes": ["query"],
    "refreshTokenRotation": False,
    "authorizationCodeLifetime": 60,
    "idTokenLifetime": 600,
    "accessTokenLifetime": 300,
    "refreshTokenLifetime": 86400,
    "backchannelLogoutUri": "https://app.example/out",
    "backchannelLogoutSessionRequired": True,
    "frontchannelLogoutUri": "https://app.example/frame",
    "frontchannelLogoutSessionRequired": True,
}


def options(values: dict[str, object]) -> list[str]:
    """As they are typed."""
    named = {arg.to.removeprefix("oidcConfig."): arg.name for arg in table_apps.OIDC}
    given = []
    for field, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            given += [
                named[field],
                {True: "yes", False: "no"}.get(one, str(one)) if one in (True, False) else str(one),
            ]
    return given


def test_every_setting_of_openid_connect_is_an_option_with_all_its_values() -> None:
    assert {arg.to for arg in table_apps.OIDC} == {f"oidcConfig.{field}" for field in OURS}
    for known, kind in (
        (table_apps.ALGORITHMS, model.IdTokenAlgorithm),
        (table_apps.AUTHENTICATIONS, model.TokenEndpointAuth),
        (table_apps.GRANTS, model.GrantType),
        (table_apps.RESPONSES, model.ResponseType),
        (table_apps.MODES, model.ResponseMode),
    ):
        assert known == get_args(kind)


async def test_how_an_application_speaks_is_shown_and_changed(
    services: Services, pool: PoolForTests, typed: Typed
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    before = await typed("app", "show", app.id, "--json")
    assert app.secret not in before.out + (await typed("app", "show", app.id)).out
    after = await typed("app", "update", app.id, *options(SET), "--json")
    assert after.json["oidcConfig"] == {**before.json["oidcConfig"], **SET}, after
    ended = await typed("app", "update", app.id, "--client-credentials-scope", "", "--json")
    assert ended.json["oidcConfig"] == {**before.json["oidcConfig"], **SET, "clientCredentialsScopes": []}


async def test_a_new_application_speaks_as_it_is_told(typed: Typed) -> None:
    words = ("--token-endpoint-auth", "none", "--redirect-uri", "https://app.example/cb", "--sso", "no")
    made = (await typed("app", "create", "Shop", *words, "--json")).json
    assert (made["oidcConfig"]["tokenEndpointAuthMethod"], made["ssoEnabled"]) == ("none", False)
    assert made["redirectUris"] == ["https://app.example/cb"]
    assert made["secret"]


@pytest.mark.parametrize("kind", ["redirect-uri", "logout-redirect-uri"])
async def test_one_address_comes_or_goes_and_the_others_stay(
    services: Services, pool: PoolForTests, typed: Typed, kind: str
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    a, b, c = (f"https://app.example/{letter}" for letter in "abc")
    await typed("app", "update", app.id, f"--{kind}", a, f"--{kind}", b)
    words = (f"--add-{kind}", c, f"--add-{kind}", a, f"--remove-{kind}", b)
    assert (await typed("app", "update", app.id, *words)).status == 0
    kept = await services.apps.get(pool.administrator, app.id)
    assert [kept.redirect_uris, kept.logout_redirect_uris][kind.startswith("logout")] == (a, c)
    ended = await typed("app", "update", app.id, f"--remove-{kind}", b)
    assert (ended.status, b in ended.err) == (NOT_FOUND, True)
    assert (await typed("app", "update", app.id)).status == USAGE


async def test_public_keys_are_read_from_a_file(
    services: Services, pool: PoolForTests, typed: Typed, tmp_path: Path
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    key = ECKey.generate_key("P-256", {"kid": "k"})
    file = tmp_path / "jwks.json"
    words = (
        "app",
        "update",
        app.id,
        "--jwks",
        str(file),
        "--token-endpoint-auth",
        "private_key_jwt",
        "--json",
    )
    assert (await typed(*words)).status == REFUSED
    file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    assert [kept["kid"] for kept in (await typed(*words)).json["oidcConfig"]["jwks"]["keys"]] == ["k"]
    for wrong in (json.dumps(key.as_dict(private=True)), "no json"):
        file.write_text(wrong)
        assert (await typed(*words)).status == REFUSED


async def test_a_new_secret_is_asked_about_and_ends_the_old_one(
    services: Services, pool: PoolForTests, typed: Typed
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    assert (await typed("app", "rotate-secret", app.id)).status == REFUSED
    made = (await typed("app", "rotate-secret", app.id, "--yes", "--json")).json["secret"]
    assert made != app.secret
    assert (await services.apps.get(pool.administrator, app.id)).secret == made


async def test_another_pools_application_is_unknown(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, typed: Typed
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    for words in (("show", app.id), ("update", app.id, "--name", "x"), ("rotate-secret", app.id, "--yes")):
        assert (await typed("app", *words, pool_id=other_pool.id)).status == NOT_FOUND
