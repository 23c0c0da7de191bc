"""A pool's and an application's signing keys: made when something is signed, deleted when nothing needs them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from joserfc import jws
from tests.conftest import PoolForTests
from tests.jobs import piece_of

from poolhouse.credentials import management_tokens
from poolhouse.errors import TokenInvalid
from poolhouse.services import Services
from poolhouse.sessions import tokens
from poolhouse.sessions.keys import KeyRing
from poolhouse.times import now


async def stored(services: Services, pool: PoolForTests) -> set[str]:
    rows = await services.db.fetch("select id from signing_keys where pool_id = $1", pool.id)
    return {row["id"] for row in rows}


async def later(services: Services, pool: PoolForTests, passed: timedelta) -> None:
    """As if so much time had passed for the pool's keys, and maintenance came by."""
    await services.db.execute(
        "update signing_keys set needed_until = (needed_until at time zone 'UTC' - $2::interval) at time zone 'UTC', "
        "created_at = (created_at at time zone 'UTC' - $2::interval) at time zone 'UTC' "
        "where pool_id = $1",
        pool.id,
        passed,
    )
    await piece_of(services.db, "signing_keys")


async def test_a_replaced_key_stays_while_what_it_signed_can_live_and_then_goes(
    services: Services, pool: PoolForTests
) -> None:
    token = (await services.management_tokens.of_pool(pool.id)).token
    old = tokens.hint(token).key_id
    new = (await services.sessions.keys.rotate_management(pool.id)).key_id

    await later(services, pool, management_tokens.LIFETIME)
    assert await stored(services, pool) == {old, new}
    assert (await services.credentials.read(token)).pool_id == pool.id

    await later(services, pool, timedelta(days=2))
    assert await stored(services, pool) == {new}


async def test_a_key_is_not_deleted_under_a_worker_that_has_not_heard_of_the_next(
    services: Services, pool: PoolForTests
) -> None:
    """It was needed no more, and so was gone the moment another replaced it: what it signed then was no token."""
    await services.sessions.keys.management(pool.id)
    await later(services, pool, timedelta(days=2))
    await KeyRing(services.db, services.box).rotate_management(pool.id)
    await later(services, pool, timedelta(0))
    token = (await services.management_tokens.of_pool(pool.id)).token
    assert (await KeyRing(services.db, services.box).read(token)).pool_id == pool.id


async def test_the_key_that_signs_stays_however_old(services: Services, pool: PoolForTests) -> None:
    token = (await services.management_tokens.of_pool(pool.id)).token
    await later(services, pool, timedelta(days=1000))
    assert await stored(services, pool) == {tokens.hint(token).key_id}


async def test_the_longest_token_decides_how_long_a_key_is_kept(
    services: Services, pool: PoolForTests
) -> None:
    for days in (400, 7):
        await services.management_tokens.of_pool(pool.id, lifetime=timedelta(days=days))
    until = await services.db.fetchval("select needed_until from signing_keys where pool_id = $1", pool.id)
    assert timedelta(days=400) < until - now() < timedelta(days=402)


async def test_an_applications_key_goes_with_it(services: Services, pool: PoolForTests) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    await services.sessions.keys.of_app(pool.id, app.id, app.secret)
    await later(services, pool, timedelta(days=2))
    assert len(await stored(services, pool)) == 1
    await services.apps.delete(pool.administrator, app.id)
    await later(services, pool, timedelta(0))
    assert await stored(services, pool) == set()


@pytest.mark.parametrize("named", ["own", "foreign"])
async def test_a_token_from_when_a_key_was_named_with_its_pool_is_read_for_that_pool_alone(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, named: str
) -> None:
    token = (await services.management_tokens.of_pool(pool.id)).token
    key = await services.sessions.keys.management(pool.id)
    pool_id = pool.id if named == "own" else other_pool.id
    header = {"alg": "HS256", "typ": "JWT", "kid": f"{pool_id}.{key.key_id}"}
    old = jws.serialize_compact(header, tokens.encode_payload(tokens.verify(token, key)), key.key, ["HS256"])
    if named == "own":
        assert (await services.credentials.read(old)).pool_id == pool.id
    else:
        with pytest.raises(TokenInvalid):
            await services.credentials.read(old)


async def test_first_tokens_at_once_make_one_key(services: Services, pool: PoolForTests) -> None:
    import asyncio

    ring = services.sessions.keys
    keys = await asyncio.gather(*(ring.management(pool.id) for _ in range(5)))
    assert len({key.key_id for key in keys}) == 1
    assert len(await stored(services, pool)) == 1
