"""`oidcConfig` of an application: what is set is read back, what has no meaning is refused by its name."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
import pytest
from joserfc.jwk import ECKey, OctKey, RSAKey
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_apps import done, read

from poolhouse.apps.model import GRANT_TYPES, AppSettings
from poolhouse.wire.v3 import apps_oidc
from poolhouse.wire.v3.dto.apps import OIDCConfig

SET: dict[str, Any] = {
    "idTokenSignedResponseAlg": "ES256",
    "tokenEndpointAuthMethod": "client_secret_basic",
    "requirePkce": True,
    "grantTypes": ["authorization_code", "refresh_token"],
    "clientCredentialsScopes": ["orders:read", "orders:write"],
    "responseTypes": ["code"],
    "responseModes": ["form_post"],
    "refreshTokenRotation": False,
    "authorizationCodeLifetime": 60,
    "idTokenLifetime": 600,
    "accessTokenLifetime": 300,
    "refreshTokenLifetime": 86400,
    "backchannelLogoutUri": "https://app.example/out",
    "backchannelLogoutSessionRequired": True,
    "frontchannelLogoutUri": "https://app.example/frame",
    "frontchannelLogoutSessionRequired": True,
    "postLogoutRedirectUris": ["https://app.example/bye"],
}


async def an_app(v3: V3Client, **config: Any) -> str:
    created = await done(v3, "create-application", {"appName": "a", "oidcConfig": config or None})
    app_id: str = created["appId"]
    return app_id


async def config_of(v3: V3Client, app_id: str) -> dict[str, Any]:
    config: dict[str, Any] = (await read(v3, "get-application", appId=app_id))["oidcConfig"]
    return config


def test_every_setting_has_a_name_of_the_wire() -> None:
    names = {field.encode_name for field in msgspec.structs.fields(OIDCConfig)}
    assert names == set(apps_oidc.OURS) | {"postLogoutRedirectUris"}
    assert set(apps_oidc.OURS.values()) <= set(AppSettings.__struct_fields__)


async def test_what_is_set_is_read_back_and_the_rest_stays(v3: V3Client) -> None:
    app_id = await an_app(v3)
    before = await config_of(v3, app_id)
    for name, value in SET.items():
        await done(v3, "update-application", {"appId": app_id, "oidcConfig": {name: value}})
        before = {**before, name: value}
        assert await config_of(v3, app_id) == before
    assert await config_of(v3, await an_app(v3, **SET)) == before


async def test_what_is_read_can_be_sent_back(v3: V3Client) -> None:
    app_id = await an_app(v3, **SET)
    shown = await config_of(v3, app_id)
    await done(v3, "update-application", {"appId": app_id, "oidcConfig": shown})
    assert await config_of(v3, app_id) == shown


async def test_null_is_the_default(v3: V3Client) -> None:
    app_id = await an_app(v3, grantTypes=["authorization_code"], accessTokenLifetime=60)
    cleared = {"grantTypes": None, "accessTokenLifetime": None}
    await done(v3, "update-application", {"appId": app_id, "oidcConfig": cleared})
    config = await config_of(v3, app_id)
    assert config["grantTypes"] == list(GRANT_TYPES)
    assert config["accessTokenLifetime"] == AppSettings().access_token_expires_after


RSA = RSAKey.generate_key(2048, private=True)
SMALL = RSAKey.generate_key(1024, private=True)
P384 = ECKey.generate_key("P-384", private=True)
PUBLIC = RSA.as_dict(private=False)
P256 = ECKey.generate_key("P-256").as_dict(private=False)
MODULUS = RSA.public_key.public_numbers().n


def number(value: int) -> str:
    size = max(32, -(-value.bit_length() // 8))
    return base64.urlsafe_b64encode(value.to_bytes(size)).rstrip(b"=").decode()


@pytest.mark.parametrize(
    ("config", "field"),
    [
        ("text", "oidcConfig"),
        ({"idTokenSignedResponseAlg": "none"}, "oidcConfig.idTokenSignedResponseAlg"),
        ({"idTokenSignedResponseAlg": "HS512"}, "oidcConfig.idTokenSignedResponseAlg"),
        ({"tokenEndpointAuthMethod": "tls_client_auth"}, "oidcConfig.tokenEndpointAuthMethod"),
        ({"grantTypes": ["password"]}, "oidcConfig.grantTypes[0]"),
        ({"grantTypes": []}, "oidcConfig.grantTypes"),
        ({"grantTypes": ["refresh_token"] * 21}, "oidcConfig.grantTypes"),
        ({"clientCredentialsScopes": [1]}, "oidcConfig.clientCredentialsScopes[0]"),
        ({"clientCredentialsScopes": ["a b"]}, "oidcConfig.clientCredentialsScopes[0]"),
        ({"clientCredentialsScopes": [""]}, "oidcConfig.clientCredentialsScopes[0]"),
        ({"clientCredentialsScopes": ["a", 'b"']}, "oidcConfig.clientCredentialsScopes[1]"),
        ({"clientCredentialsScopes": ["a", "openid"]}, "oidcConfig.clientCredentialsScopes[1]"),
        ({"clientCredentialsScopes": ["a", "roles"]}, "oidcConfig.clientCredentialsScopes[1]"),
        ({"clientCredentialsScopes": ["a" * 1025, "b" * 1025]}, "oidcConfig.clientCredentialsScopes"),
        ({"responseTypes": ["token"]}, "oidcConfig.responseTypes[0]"),
        ({"responseModes": ["jwt"]}, "oidcConfig.responseModes[0]"),
        ({"accessTokenLifetime": 1}, "oidcConfig.accessTokenLifetime"),
        ({"authorizationCodeLifetime": 86401}, "oidcConfig.authorizationCodeLifetime"),
        ({"postLogoutRedirectUris": ["javascript:alert(1)"]}, "logoutRedirectUris"),
        ({"backchannelLogoutUri": "http://app.example/out"}, "oidcConfig.backchannelLogoutUri"),
        ({"backchannelLogoutUri": "https://app.example/#out"}, "oidcConfig.backchannelLogoutUri"),
        ({"frontchannelLogoutUri": "http://app.example/out"}, "oidcConfig.frontchannelLogoutUri"),
        ({"backchannelLogoutUri": 7}, "oidcConfig.backchannelLogoutUri"),
        (
            {"tokenEndpointAuthMethod": "none", "idTokenSignedResponseAlg": "HS256"},
            "oidcConfig.idTokenSignedResponseAlg",
        ),
        (
            {
                "tokenEndpointAuthMethod": "none",
                "idTokenSignedResponseAlg": "RS256",
                "refreshTokenRotation": False,
            },
            "oidcConfig.refreshTokenRotation",
        ),
        ({"tokenEndpointAuthMethod": "private_key_jwt"}, "oidcConfig.jwks"),
        ({"jwks": [1]}, "oidcConfig.jwks"),
        ({"jwks": {"keys": []}}, "oidcConfig.jwks.keys"),
        ({"jwks": {"keys": [PUBLIC] * 11}}, "oidcConfig.jwks.keys"),
        ({"jwks": RSA.as_dict(private=True)}, "oidcConfig.jwks.keys[0].d"),
        ({"jwks": OctKey.generate_key(256).as_dict()}, "oidcConfig.jwks.keys[0]"),
        ({"jwks": SMALL.as_dict(private=False)}, "oidcConfig.jwks.keys[0].n"),
        ({"jwks": {**PUBLIC, "n": "x" * 1028}}, "oidcConfig.jwks.keys[0].n"),
        ({"jwks": P384.as_dict(private=False)}, "oidcConfig.jwks.keys[0].crv"),
        ({"jwks": {**PUBLIC, "alg": "HS256"}}, "oidcConfig.jwks.keys[0].alg"),
        ({"jwks": {**PUBLIC, "use": "enc"}}, "oidcConfig.jwks.keys[0].use"),
        ({"jwks": {**PUBLIC, "kid": "k" * 257}}, "oidcConfig.jwks.keys[0].kid"),
        ({"jwks": {**PUBLIC, "kid": "a\0b"}}, "oidcConfig"),
        ({"jwks": {**PUBLIC, "e": "A" * 7}}, "oidcConfig.jwks.keys[0].e"),
        ({"jwks": {**PUBLIC, "n": number(MODULUS - 1)}}, "oidcConfig.jwks.keys[0].n"),
        ({"jwks": {**PUBLIC, "n": number(MODULUS * 65521)}}, "oidcConfig.jwks.keys[0].n"),
        ({"jwks": {**PUBLIC, "n": number(MODULUS * MODULUS)}}, "oidcConfig.jwks.keys[0].n"),
        ({"jwks": {**PUBLIC, "n": number(MODULUS >> 1 | 1)}}, "oidcConfig.jwks.keys[0].n"),
        ({"jwks": {**PUBLIC, "e": "AA"}}, "oidcConfig.jwks.keys[0].e"),
        ({"jwks": {**PUBLIC, "e": "AQ"}}, "oidcConfig.jwks.keys[0].e"),
        ({"jwks": {**PUBLIC, "e": "AQAA"}}, "oidcConfig.jwks.keys[0].e"),
        ({"jwks": {**PUBLIC, "e": "AQABA"}}, "oidcConfig.jwks.keys[0].e"),
        ({"jwks": {**P256, "y": P256["x"]}}, "oidcConfig.jwks.keys[0]"),
        ({"jwks": {**P256, "x": "AA"}}, "oidcConfig.jwks.keys[0]"),
        ({"jwks": {**P256, "x": number(0), "y": number(0)}}, "oidcConfig.jwks.keys[0]"),
        ({"jwks": {"keys": [{**PUBLIC, "kid": "k"}, {**P256, "kid": "k"}]}}, "oidcConfig.jwks.keys[1].kid"),
        ({"jwks": {**PUBLIC, "n": "!!"}}, "oidcConfig.jwks.keys[0]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_what_does_not_fit_is_refused_by_its_name(v3: V3Client, config: Any, field: str) -> None:
    answer = await v3.post("create-application", {"appName": "a", "oidcConfig": config})
    assert answer["statusCode"] == 400, answer
    assert field in answer["message"]


@pytest.mark.parametrize(
    "config",
    [
        {"jwksUri": "https://app.example/jwks.json"},
        {"skipConsent": True},
        {"idTokenEncryptedResponseAlg": "RSA-OAEP"},
        {"x" * 10_000: 1},
    ],
    ids=lambda config: min(config)[:40],
)
async def test_what_nobody_reads_is_not_kept(v3: V3Client, config: dict[str, Any]) -> None:
    answer = await v3.post("create-application", {"appName": "a", "oidcConfig": config})
    assert answer["statusCode"] == 501, answer
    assert f"oidcConfig.{min(config)}"[:60] in answer["message"]
    assert len(answer["message"]) < 200


async def test_a_key_that_signs_assertions_cannot_be_taken_away_under_them(v3: V3Client) -> None:
    app_id = await an_app(v3, tokenEndpointAuthMethod="private_key_jwt", jwks=PUBLIC)
    answer = await v3.post("update-application", {"appId": app_id, "oidcConfig": {"jwks": None}})
    assert answer["statusCode"] == 400
    changed = {"jwks": None, "tokenEndpointAuthMethod": "client_secret"}
    await done(v3, "update-application", {"appId": app_id, "oidcConfig": changed})
    assert (await config_of(v3, app_id))["jwks"] == {}


async def test_a_key_is_kept_without_what_it_does_not_need(v3: V3Client) -> None:
    app_id = await an_app(v3, jwks={**PUBLIC, "kid": "k1", "x5c": ["AAAA"], "x5u": "https://app.example/c"})
    [kept] = (await config_of(v3, app_id))["jwks"]["keys"]
    assert set(kept) == {"kty", "n", "e", "kid", "use", "alg"}
    assert kept["alg"] == "RS256"
