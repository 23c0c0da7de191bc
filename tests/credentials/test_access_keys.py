"""Keys: made, limited, disabled, used, and signatures that count once."""

from __future__ import annotations

import asyncio
import base64
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.jobs import piece_of

from poolhouse.administrators.holders import KeyHolders
from poolhouse.caller import Caller
from poolhouse.credentials import access_key_tokens, postgres
from poolhouse.credentials.access_keys import AccessKeyService
from poolhouse.credentials.scopes import SCOPES
from poolhouse.errors import (
    AccessKeyNotFound,
    DatabaseLost,
    InvalidInput,
    InvalidOperation,
    NotAuthenticated,
    NotPermitted,
    SignatureRefused,
    TooLarge,
)
from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.users.model import UserDraft


@pytest.fixture
def keys(services: Services) -> AccessKeyService:
    return services.access_keys


async def test_a_stranger_makes_no_key(keys: AccessKeyService, pool: PoolForTests) -> None:
    with pytest.raises(NotAuthenticated):
        await keys.create(pool.stranger)
    with pytest.raises(NotAuthenticated):
        await keys.list(pool.stranger)


async def test_a_key_authenticates_with_its_secret_alone(keys: AccessKeyService, pool: PoolForTests) -> None:
    key = await keys.create(pool.administrator)
    assert (await keys.authenticate(key.id, key.secret)).pool_id == pool.id
    for key_id, secret in ((key.id, "wrong"), (new_id(), key.secret), ("", ""), ("x\x00", "")):
        with pytest.raises(NotAuthenticated):
            await keys.authenticate(key_id, secret)


async def test_a_pool_has_only_so_many(
    keys: AccessKeyService, pool: PoolForTests, other_pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poolhouse.credentials.access_keys.KEYS_A_POOL", 2)
    for _ in range(2):
        await keys.create(pool.administrator)
    with pytest.raises(TooLarge) as refused:
        await keys.create(pool.administrator)
    assert refused.value.facts["field"] == "accessKey"
    await keys.create(other_pool.administrator)


@pytest.mark.parametrize("scope", ["", "users:delete", "user:read", "Users:read", "x" * 10_000])
async def test_a_scope_that_there_is_none_is_refused_naming_those_there_are(
    keys: AccessKeyService, pool: PoolForTests, scope: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await keys.create(pool.administrator, scopes=["users:read", scope])
    assert refused.value.facts["field"] == "scopes"
    said = refused.value.message("en-US")
    assert all(one in said for one in SCOPES)
    assert len(said) < 1000
    assert [key.id for key in await keys.list(pool.administrator)] == [pool.id]


@pytest.mark.parametrize("payload", ["{}", "[]", "null", "7", '"sub"', "no JSON"])
def test_a_token_that_names_no_key_is_refused_before_it_is_verified(payload: str) -> None:
    middle = base64.urlsafe_b64encode(payload.encode()).decode().rstrip("=")
    for token in (f"head.{middle}.signature", middle, ""):
        with pytest.raises(NotAuthenticated):
            access_key_tokens.key_id(token)


async def test_a_secret_is_shown_once_and_kept_sealed(
    keys: AccessKeyService, pool: PoolForTests, services: Services
) -> None:
    key = await keys.create(pool.administrator)
    assert (await keys.get(pool.administrator, key.id)).secret != key.secret
    assert all(key.secret != one.secret for one in await keys.list(pool.administrator))
    stored = await services.db.fetchval("select secret from access_keys where id = $1", key.id)
    assert key.secret.encode() not in stored


async def test_the_pools_own_pair_is_listed_and_stays(keys: AccessKeyService, pool: PoolForTests) -> None:
    assert [(one.id, one.enabled) for one in await keys.list(pool.administrator)] == [(pool.id, True)]
    for act in (
        keys.delete(pool.administrator, pool.id),
        keys.update(pool.administrator, pool.id, enabled=False),
    ):
        with pytest.raises(InvalidOperation):
            await act


async def test_another_pools_key_is_invisible(
    keys: AccessKeyService, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    key = await keys.create(pool.administrator)
    assert key.id not in {one.id for one in await keys.list(other_pool.administrator)}
    for act in (
        keys.get(other_pool.administrator, key.id),
        keys.delete(other_pool.administrator, key.id),
        keys.update(other_pool.administrator, key.id, enabled=False),
    ):
        with pytest.raises(AccessKeyNotFound):
            await act
    assert await keys.authenticate(key.id, key.secret)


async def test_a_disabled_key_is_refused_and_an_enabled_one_works_again(
    keys: AccessKeyService, pool: PoolForTests
) -> None:
    key = await keys.create(pool.administrator)
    await keys.update(pool.administrator, key.id, enabled=False)
    with pytest.raises(NotAuthenticated):
        await keys.authenticate(key.id, key.secret)
    assert [one.id for one in await keys.list(pool.administrator, enabled=False)] == [key.id]
    await keys.update(pool.administrator, key.id, enabled=True)
    assert await keys.authenticate(key.id, key.secret)


async def test_a_limited_key_makes_no_wider_one(keys: AccessKeyService, pool: PoolForTests) -> None:
    limited = Caller(pool.id, "administrator", scopes=frozenset({"users:read", "access_keys:write"}))
    with pytest.raises(NotPermitted):
        await keys.create(limited)
    with pytest.raises(NotPermitted):
        await keys.create(limited, scopes=["users:write"])
    assert (await keys.create(limited, scopes=["users:read"])).scopes == {"users:read"}


@pytest.mark.parametrize("whose", ["a key of its own", "the pool's pair"])
async def test_the_last_use_is_shown(keys: AccessKeyService, pool: PoolForTests, whose: str) -> None:
    key_id = pool.id if whose == "the pool's pair" else (await keys.create(pool.administrator)).id
    assert (await keys.get(pool.administrator, key_id)).used_at is None
    await keys.note_use(pool.id, key_id)
    assert (await keys.get(pool.administrator, key_id)).used_at is not None


async def test_nothing_is_kept_of_a_deleted_key(
    keys: AccessKeyService, pool: PoolForTests, services: Services
) -> None:
    key = await keys.create(pool.administrator)
    await keys.note_use(pool.id, key.id)
    await keys.delete(pool.administrator, key.id)
    kept = (
        "select (select count(*) from access_keys where pool_id = $1 and id = $2) "
        "+ (select count(*) from access_key_uses where pool_id = $1 and key_id = $2)"
    )
    assert await services.db.fetchval(kept, pool.id, key.id) == 0


async def test_a_busy_key_writes_its_use_once_a_minute(
    keys: AccessKeyService, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, written = await keys.create(pool.administrator), []

    async def count(*args: object) -> None:
        written.append(args)

    monkeypatch.setattr(postgres, "note_use", count)
    for _ in range(20):
        await keys.note_use(key.pool_id, key.id)
    assert len(written) == 1


async def test_a_signature_counts_once_on_every_node(
    services: Services, keys: AccessKeyService, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    another_node = AccessKeyService(
        services.db, services.pools, services.box, services.audit, KeyHolders(services.db)
    )
    key = await keys.create(pool.administrator)
    await keys.spend(key, b"signature")
    with pytest.raises(SignatureRefused) as refused:
        await another_node.spend(key, b"signature")
    assert refused.value.facts["reason"] == "replay"
    await keys.spend(await keys.create(other_pool.administrator), b"signature")


async def test_spent_signatures_are_forgotten_once_the_clock_refuses_them(
    services: Services, keys: AccessKeyService, pool: PoolForTests
) -> None:
    key = await keys.create(pool.administrator)
    await keys.spend(key, b"old")
    await keys.spend(key, b"new")
    await services.db.execute(
        "update spent_signatures set spent_at = now() - interval '1 hour' where pool_id = $1 and signature = $2",
        pool.id,
        b"old",
    )
    await piece_of(services.db, "signatures")
    left = await services.db.fetch("select signature from spent_signatures where pool_id = $1", pool.id)
    assert {row["signature"] for row in left} == {b"new"}


async def test_a_key_is_asked_for_in_its_own_pool_alone(
    keys: AccessKeyService, services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Asked for as a pool's id, a key's may lead to a machine that is lost."""
    key, own = await keys.create(pool.administrator), await services.pools.get(pool.id)

    async def lost(pool_id: str) -> Any:
        if pool_id != pool.id:
            raise DatabaseLost("the machine of another pool")
        return own

    monkeypatch.setattr(services.pools, "get", lost)
    assert (await keys.authenticate(key.id, key.secret)).id == key.id
    assert (await keys.authenticate(pool.id, own.secret)).own


async def test_a_key_disabled_while_it_is_being_read_stays_refused(
    keys: AccessKeyService, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = await keys.create(pool.administrator)
    real, disabled = postgres.find_to_authenticate, asyncio.Event()

    async def slow(*args: Any) -> Any:
        found = await real(*args)
        await disabled.wait()
        return found

    monkeypatch.setattr(postgres, "find_to_authenticate", slow)
    reading = asyncio.create_task(keys.resolve(key.id))
    await asyncio.sleep(0.1)
    await keys.update(pool.administrator, key.id, enabled=False)
    disabled.set()
    await reading
    with pytest.raises(NotAuthenticated):
        await keys.authenticate(key.id, key.secret)


async def test_a_key_made_for_a_user_ends_with_them_and_no_other_does(
    keys: AccessKeyService, services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    ann, ben = [
        await services.users.create(pool.administrator, UserDraft({"username": name}))
        for name in ("ann", "ben")
    ]
    hers = await keys.create(pool.administrator, user_id=ann.id)
    await keys.note_use(pool.id, hers.id)
    others = [
        await keys.create(pool.administrator, user_id=ben.id),
        await keys.create(pool.administrator),
        await keys.create(other_pool.administrator, user_id=ann.id),
    ]
    await services.users.delete(pool.administrator, [ann.id])
    with pytest.raises(NotAuthenticated):
        await keys.authenticate(hers.id, hers.secret)
    for key in others:
        assert await keys.authenticate(key.id, key.secret)
    used = await services.db.fetchval("select count(*) from access_key_uses where key_id = $1", hers.id)
    assert used == 0
