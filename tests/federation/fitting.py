"""Fields with which a connection of any kind in the catalog can be made: each kind leaves the others' alone."""

from __future__ import annotations

from typing import Any

from poolhouse.services import Services
from poolhouse.tenants.secrets import seal

FIELDS: dict[str, Any] = {
    "tenant": "aaaabbbb-0000-cccc-1111-dddd2222eeee",
    "clientId": "c",
    "clientSecret": "s3cret",
    "issuer": "https://idp.example",
    "authEndPoint": "https://idp.example/authorize",
    "tokenEndPoint": "https://idp.example/token",
    "userInfoEndPoint": "https://idp.example/me",
    "idpMetadataUrl": "https://idp.example/metadata",
    "loginUrl": "https://cas.example/login",
    "validateUrl": "https://cas.example/p3/serviceValidate",
    "url": "ldaps://directory.example",
    "bindTemplate": "uid={username},ou=people,dc=example",
}


async def as_stored_before(
    services: Services, pool_id: str, connection_id: str, fields: dict[str, Any]
) -> None:
    """As it may stand there since before fields were judged."""
    await services.db.execute(
        "update identity_connections set fields = $3 where pool_id = $1 and id = $2",
        pool_id,
        connection_id,
        seal(fields, pool_id, connection_id, services.box),
    )
