"""Tokens bought with a secret: good while it is the secret, and for nobody's login."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests

from poolhouse.errors import TokenExpired, TokenInvalid
from poolhouse.services import Services
from poolhouse.sessions import tokens
from poolhouse.times import now


async def test_it_speaks_for_its_pool(services: Services, pool: PoolForTests) -> None:
    issued = await services.management_tokens.of_pool(pool.id)
    claims = await services.credentials.read(issued.token)
    assert (claims.kind, claims.pool_id, claims.subject) == ("management", pool.id, pool.id)
    assert claims.raw["scoped_userpool_id"] == pool.id
    known = {"id": pool.id, "email": "", "userPoolId": pool.id}
    assert {name: claims.data[name] for name in known} == known
    assert issued.exp - issued.iat > 2 * 3600


async def test_a_new_signing_key_ends_none(services: Services, pool: PoolForTests) -> None:
    token = (await services.management_tokens.of_pool(pool.id)).token
    await services.sessions.keys.rotate_management(pool.id)
    assert (await services.credentials.read(token)).pool_id == pool.id


async def test_one_that_no_secret_bought_is_refused(services: Services, pool: PoolForTests) -> None:
    """Whatever made it: nothing could end it before its time."""
    issued = int(now().timestamp())
    claims = {"sub": pool.id, "iat": issued, "exp": issued + 60, "scoped_userpool_id": pool.id, "data": {}}
    token = tokens.sign(claims, await services.sessions.keys.management(pool.id))
    with pytest.raises(TokenInvalid):
        await services.credentials.read(token)
    with pytest.raises(TokenInvalid):
        await services.management_tokens.renew(token)


async def test_it_is_nobodys_login(services: Services, pool: PoolForTests) -> None:
    token = (await services.management_tokens.of_pool(pool.id)).token
    with pytest.raises(TokenInvalid):
        await services.sessions.read(token)
    with pytest.raises(TokenInvalid):
        await services.sessions.of_token(token)


async def test_it_is_not_renewed_past_its_secret(services: Services, pool: PoolForTests) -> None:
    token = (await services.management_tokens.of_pool(pool.id)).token
    await services.pools.refresh_secret(pool.administrator)
    with pytest.raises(TokenExpired):
        await services.management_tokens.renew(token)
