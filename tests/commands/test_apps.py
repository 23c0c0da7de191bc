"""`poolhouse app`, as an operator runs it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from joserfc.jwk import ECKey
from tests.commands.conftest import Said
from tests.conftest import PoolForTests

from poolhouse.commands import apps
from poolhouse.errors import AppNotFound, InvalidInput
from poolhouse.services import Services

SET = {
    "id_token_algorithm": "ES256",
    "token_endpoint_auth": "client_secret_basic",
    "require_pkce": True,
    "refresh_token_rotation": False,
    "code_expires_after": 60,
    "id_token_expires_after": 600,
    "access_token_expires_after": 300,
    "refresh_token_expires_after": 86400,
    "backchannel_logout_uri": "https://app.example/out",
    "backchannel_logout_session_required": True,
    "frontchannel_logout_uri": "https://app.example/frame",
    "frontchannel_logout_session_required": True,
}


async def test_how_an_application_speaks_is_shown_and_changed(
    services: Services,
    pool: PoolForTests,
    said: Said,
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    before = await said(apps.show_app, app.id, pool=pool.id)
    assert app.secret not in json.dumps(before)
    told = await said(apps.set_app, app.id, pool=pool.id, **SET)
    assert told == {**before, **SET}
    told = await said(
        apps.set_app,
        app.id,
        pool=pool.id,
        grant_type=["authorization_code"],
        response_type=["code", "id_token"],
        client_credentials_scope=["orders:read"],
        response_mode=["query"],
        redirect_uri=["https://app.example/cb"],
        logout_redirect_uri=["https://app.example/bye"],
    )
    assert (told["grant_types"], told["response_modes"]) == (["authorization_code"], ["query"])
    assert told["client_credentials_scopes"] == ["orders:read"]
    assert told["response_types"] == ["code", "id_token"]
    assert told["redirect_uris"] == ["https://app.example/cb"]
    assert told["logout_redirect_uris"] == ["https://app.example/bye"]
    assert told["code_expires_after"] == 60
    told = await said(apps.set_app, app.id, pool=pool.id, client_credentials_scope=[""])
    assert told["client_credentials_scopes"] == []


async def test_public_keys_are_read_from_a_file(
    services: Services,
    pool: PoolForTests,
    said: Said,
    tmp_path: Path,
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    key = ECKey.generate_key("P-256", {"kid": "k"})
    file = tmp_path / "jwks.json"
    file.write_text(json.dumps({"keys": [key.as_dict(private=False)]}))
    told = await said(apps.set_app, app.id, pool=pool.id, jwks=file, token_endpoint_auth="private_key_jwt")
    assert [kept["kid"] for kept in told["client_jwks"]["keys"]] == ["k"]
    for wrong in (json.dumps(key.as_dict(private=True)), "no json"):
        file.write_text(wrong)
        with pytest.raises(InvalidInput):
            await said(apps.set_app, app.id, pool=pool.id, jwks=file)


async def test_another_pools_application_is_unknown(
    services: Services,
    pool: PoolForTests,
    other_pool: PoolForTests,
    said: Said,
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    for command in (apps.show_app, apps.set_app):
        with pytest.raises(AppNotFound):
            await said(command, app.id, pool=other_pool.id)
