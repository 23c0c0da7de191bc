"""Signing in by an identity source where the users are in somebody else's database: their identities are kept here,
under the id that the scripts give."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from tests.customdb.conftest import Legacy, connect
from tests.federation.conftest import Peer, issuer, peer  # noqa: F401

from poolhouse.accounts.records import UserRecords
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.errors import IdentityUnbound, Overloaded
from poolhouse.federation import turns
from poolhouse.services import build
from poolhouse.settings import Settings
from poolhouse.users.model import IdentityDraft

ADA = {"email": "ada@x.cn", "email_verified": True, "name": "Ada"}


@pytest.fixture
async def store(peer: Peer, legacy: Legacy) -> Legacy:  # noqa: F811
    await connect(peer.services, peer.pool, legacy, "CUSTOM_USER_STORE")
    return legacy


async def test_somebody_new_is_made_by_the_script_and_known_again(peer: Peer, store: Legacy) -> None:  # noqa: F811
    made = await peer.sign_in("ada", **ADA)
    assert await store.execute("select id::text from users where email = 'ada@x.cn'") == made.user.id
    assert (await peer.sign_in("ada", **ADA)).user.id == made.user.id
    assert await store.execute("select count(*) from users") == 1
    [identity] = await peer.services.identities.list(peer.pool.administrator, made.user.id)
    assert (identity.user_id, identity.user_id_in_idp) == (made.user.id, "ada")
    assert await peer.services.db.fetchval("select count(*) from users where pool_id = $1", peer.pool.id) == 0


async def test_whom_an_administrator_links_is_found_by_getuser(peer: Peer, store: Legacy) -> None:  # noqa: F811
    await peer.settings(login_only=True)
    wang = await store.put({"username": "wang"}, "secret one")
    with pytest.raises(IdentityUnbound):
        await peer.sign_in("wang there")
    admin = peer.pool.administrator
    await peer.services.identities.link(
        admin, wang, IdentityDraft("", "wang there", ext_idp_id=peer.source.id)
    )
    assert (await peer.sign_in("wang there")).user.id == wang
    await peer.services.identities.unlink(admin, wang, ext_idp_id=peer.source.id)
    with pytest.raises(IdentityUnbound):
        await peer.sign_in("wang there")


async def test_no_transaction_waits_for_createuser_and_two_at_once_are_one(
    peer: Peer,  # noqa: F811
    store: Legacy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun: list[bool] = []
    create = UserRecords.create

    async def watched(self: UserRecords, tx: Any, *given: Any) -> Any:
        begun.append(tx._connection is not None)
        return await create(self, tx, *given)

    monkeypatch.setattr(UserRecords, "create", watched)
    one, two = await asyncio.gather(peer.sign_in("ada", **ADA), peer.sign_in("ada", **ADA))
    assert one.user.id == two.user.id
    assert await store.execute("select count(*) from users") == 1
    assert begun == [False]


@pytest.fixture
async def elsewhere(
    peer: Peer,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Peer]:
    """Another server on the same database, with the same key."""
    hasher = PasswordHasher(memory_kib=64, passes=1)
    built = await build(Settings(data=peer.services.settings.data), peer.services.db, hasher)
    outgoing = peer.services.provider_connections._outgoing
    monkeypatch.setattr(built.provider_connections, "_outgoing", outgoing)
    yield replace(peer, services=built)
    await built.sandbox.close()
    hasher.close()


async def test_two_at_once_on_two_servers_are_one(
    peer: Peer,  # noqa: F811
    store: Legacy,
    elsewhere: Peer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The script takes its time, so that the second comes while the first has nobody's row yet."""
    asked = 0
    create = UserRecords.create

    async def slow(self: UserRecords, *given: Any) -> Any:
        nonlocal asked
        asked += 1
        await asyncio.sleep(0.3)
        return await create(self, *given)

    monkeypatch.setattr(UserRecords, "create", slow)
    people = await asyncio.gather(*(one.sign_in("ada", **ADA) for one in (peer, elsewhere, peer, elsewhere)))
    assert len({one.user.id for one in people}) == 1
    assert asked == 1, "createUser was asked once"
    assert await store.execute("select count(*) from users") == 1
    left = "select count(*) from federation_attempts where pool_id = $1"
    assert await peer.services.db.fetchval(left, peer.pool.id) == 0, "every turn is over"


async def test_the_turn_of_a_server_that_died_ends_by_itself_and_nobody_waits_for_ever(
    peer: Peer,  # noqa: F811
    store: Legacy,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "WAIT_S", 0.2)
    attempts = peer.services.federation._attempts
    held = (peer.pool.id, peer.connection.id, f"{peer.source.id}:ada")
    assert await attempts.begin_turn(*held)
    with pytest.raises(Overloaded):
        await peer.sign_in("ada", **ADA)
    assert await store.execute("select count(*) from users") == 0
    await peer.services.db.execute(
        "update federation_attempts set expires_at = now() where pool_id = $1", peer.pool.id
    )
    assert (await peer.sign_in("ada", **ADA)).user.id


async def test_the_account_of_an_address_is_met_by_it(peer: Peer, store: Legacy) -> None:  # noqa: F811
    """The script says that it is verified: the database is its own authority."""
    await peer.settings(match_fields=("email",), login_only=True)
    wang = await store.put({"email": "ada@x.cn", "email_verified": True}, "secret one")
    assert (await peer.sign_in("ada", **ADA)).user.id == wang
