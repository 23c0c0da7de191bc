"""Whose account an outside identity opens, in each of the three directories: known, matched, asked, made, refused."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Literal

import pytest
from tests.customdb.conftest import Legacy, connect, lazy_scripts
from tests.federation.conftest import Peer, issuer, peer  # noqa: F401

from poolhouse.customdb.templates import template
from poolhouse.errors import (
    AccountBlocked,
    CustomDatabaseUnavailable,
    IdentityUnbound,
    PoolhouseError,
    ScriptFailed,
    UserExists,
)
from poolhouse.federation import binding
from poolhouse.users.model import IdentityDraft, UserDraft, UserKey

Kind = Literal["ours", "lazy", "store"]
KINDS: tuple[Kind, ...] = ("ours", "lazy", "store")
SAID = {"email": "ada@x.cn", "email_verified": True, "name": "Ada"}
THEIRS = {"username": "ada", "email": "ada@x.cn", "email_verified": True}
PASSWORD = "secret of old 1"


@dataclass
class House:
    """A pool by one of the directories, with the person whose account is waiting: in our tables, in the old database
    that she has not moved in from, in the store."""

    peer: Peer
    kind: Kind
    legacy: Legacy | None = None

    async def put(self, **values: Any) -> str:
        """The person; answers the id that a sign-in will find, "" for one who has not moved in."""
        if self.legacy is None:
            draft = UserDraft({**THEIRS, **values}, password=PASSWORD)
            return (await self.peer.services.users.create(self.peer.pool.administrator, draft)).id
        made = await self.legacy.put({**THEIRS, **values}, PASSWORD)
        return made if self.kind == "store" else ""

    async def people(self) -> int:
        """Rows of ours and of theirs."""
        ours = "select count(*) from users where pool_id = $1"
        count: int = await self.peer.services.db.fetchval(ours, self.peer.pool.id)
        if self.legacy is not None:
            count += await self.legacy.execute("select count(*) from users")
        return count

    async def identities(self) -> list[tuple[str, str]]:
        rows = await self.peer.services.db.fetch(
            "select provider, user_id from user_identities where pool_id = $1 order by provider",
            self.peer.pool.id,
        )
        return [(row[0], row[1]) for row in rows]


async def house_of(kind: Kind, peer: Peer, legacy: Legacy, **settings: Any) -> House:  # noqa: F811
    if kind == "ours":
        return House(peer, kind)
    mode = "LAZY_MIGRATION" if kind == "lazy" else "CUSTOM_USER_STORE"
    await connect(
        peer.services,
        peer.pool,
        legacy,
        mode,  # type: ignore[arg-type]
        lazy_scripts() if kind == "lazy" else None,
        **settings,
    )
    return House(peer, kind, legacy)


@pytest.fixture(params=KINDS)
async def house(
    request: pytest.FixtureRequest,
    peer: Peer,  # noqa: F811
    legacy: Legacy,
) -> House:
    return await house_of(request.param, peer, legacy)


@pytest.fixture
async def lazy(peer: Peer, legacy: Legacy) -> House:  # noqa: F811
    return await house_of("lazy", peer, legacy)


async def test_who_is_known_comes_in_and_one_who_is_not_is_refused(house: House) -> None:
    await house.peer.settings(login_only=True)
    with pytest.raises(IdentityUnbound):
        await house.peer.sign_in("ada", **SAID)
    wang = await house.put()
    if house.kind == "lazy":  # an identity is linked to who has moved in
        key = UserKey("username", "ada")
        wang = (await house.peer.services.login.with_password(house.peer.caller, key, PASSWORD)).user.id
    draft = IdentityDraft("", "ada", ext_idp_id=house.peer.source.id)
    await house.peer.services.identities.link(house.peer.pool.administrator, wang, draft)
    assert (await house.peer.sign_in("ada")).user.id == wang


async def test_the_account_of_a_verified_address_is_met_where_the_connection_says_so(house: House) -> None:
    theirs = await house.put()
    before = await house.people()
    with pytest.raises(UserExists):
        await house.peer.sign_in("ada", **SAID)
    await house.peer.settings(match_fields=("email",), login_only=True)
    came = await house.peer.sign_in("ada", **SAID)
    assert came.user.username == "ada"
    assert theirs in ("", came.user.id)
    assert await house.people() == before + (house.kind == "lazy")
    assert ("oidc", came.user.id) in await house.identities()
    again = await house.peer.sign_in("ada", **SAID)
    assert again.user.id == came.user.id


@pytest.mark.parametrize("unverified", ["there", "here"])
async def test_an_address_that_one_side_has_not_verified_meets_nobody(house: House, unverified: str) -> None:
    await house.peer.settings(match_fields=("email",), login_only=True)
    await house.put(email_verified=unverified != "here")
    before = await house.people()
    with pytest.raises(IdentityUnbound):
        await house.peer.sign_in("ada", **{**SAID, "email_verified": unverified != "there"})
    assert (await house.people(), await house.identities()) == (before, [])


async def test_who_is_asked_has_the_account_that_their_old_password_opens(house: House) -> None:
    await house.peer.settings(associable=True)
    await house.put()
    ticket = await house.peer.asked("ada", **SAID)
    services, caller = house.peer.services, house.peer.caller
    came = await services.login.with_password(caller, UserKey("username", "ada"), PASSWORD)
    await services.arrivals.bind(caller, ticket, house.peer.browser, came.user)
    assert (await house.peer.sign_in("ada", **SAID)).user.id == came.user.id


async def test_who_is_asked_is_made_no_second_account_of_their_address(house: House) -> None:
    await house.peer.settings(associable=True)
    await house.put()
    before, ticket = await house.people(), await house.peer.asked("ada", **SAID)
    with pytest.raises(UserExists):
        await house.peer.services.arrivals.create(house.peer.caller, ticket, house.peer.browser)
    assert (await house.people(), await house.identities()) == (before, [])


async def test_somebody_new_is_made_where_the_directory_keeps_people(house: House) -> None:
    made = await house.peer.sign_in("ada", **SAID)
    assert made.user.email == "ada@x.cn"
    assert await house.people() == 1
    if house.legacy is not None:
        there = await house.legacy.execute("select count(*) from users")
        assert there == (house.kind == "store")
    assert await house.identities() == [("oidc", made.user.id)]


async def test_nobody_is_met_who_only_calls_themselves_like_the_address(house: House) -> None:
    """A store's script may look for an e-mail address among its usernames, too."""
    await house.peer.settings(match_fields=("email",), login_only=True)
    await house.put(username="ada@x.cn", email="mallory@x.cn")
    if house.kind != "ours":
        named = "OR ($4::text IS NOT NULL"
        script = template("postgresql", "getUser").replace(
            named, f"OR ($2::text IS NOT NULL AND username = $2) {named}"
        )
        assert "username = $2" in script
        saved = await house.peer.services.customdb.save_script(
            house.peer.pool.administrator, "getUser", script
        )
        await house.peer.services.customdb.publish(house.peer.pool.administrator, "getUser", saved.version)
    before = await house.people()
    with pytest.raises(IdentityUnbound):
        await house.peer.sign_in("ada", **SAID)
    assert (await house.people(), await house.identities()) == (before, [])


# -- moving in -----------------------------------------------------------------------------------------------


async def test_who_moves_in_by_a_provider_keeps_the_old_password(lazy: House) -> None:
    await lazy.peer.settings(match_fields=("email",))
    await lazy.put()
    moved = await lazy.peer.sign_in("ada", **SAID)
    key, login = UserKey("username", "ada"), lazy.peer.services.login.with_password
    with pytest.raises(ScriptFailed):
        await login(lazy.peer.caller, key, "another password 1")
    assert (await login(lazy.peer.caller, key, PASSWORD)).user.id == moved.user.id
    assert lazy.legacy is not None
    await lazy.legacy.execute("drop table users")  # neither is asked of the old database any more
    assert (await login(lazy.peer.caller, key, PASSWORD)).user.id == moved.user.id
    assert (await lazy.peer.sign_in("ada", **SAID)).user.id == moved.user.id


async def test_of_those_who_move_in_at_once_one_does(lazy: House) -> None:
    await lazy.peer.settings(match_fields=("email",))
    await lazy.put()
    came = await asyncio.gather(*(lazy.peer.sign_in("ada", **SAID) for _ in range(4)))
    assert len({one.user.id for one in came}) == 1
    assert await lazy.people() == 2
    assert [provider for provider, _ in await lazy.identities()] == ["custom-database", "oidc"]


async def test_who_was_deleted_here_does_not_move_in_again(lazy: House) -> None:
    await lazy.peer.settings(match_fields=("email",))
    await lazy.put()
    moved = await lazy.peer.sign_in("ada", **SAID)
    await lazy.peer.services.users.delete(lazy.peer.pool.administrator, [moved.user.id])
    with pytest.raises(UserExists):
        await lazy.peer.sign_in("ada", **SAID)
    assert (await lazy.people(), await lazy.identities()) == (1, [])


async def test_who_is_blocked_in_the_old_database_is_blocked_here(lazy: House) -> None:
    await lazy.peer.settings(match_fields=("email",))
    await lazy.put(blocked=True)
    with pytest.raises(AccountBlocked):
        await lazy.peer.sign_in("ada", **SAID)


async def test_nobody_moves_in_without_the_identity_that_they_came_by(
    lazy: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await lazy.peer.settings(match_fields=("email",))
    await lazy.put()

    async def lost(*_: object) -> None:
        raise ConnectionError("in the middle")

    with monkeypatch.context() as broken:
        broken.setattr(binding, "insert_identity", lost)
        with pytest.raises(ConnectionError):
            await lazy.peer.sign_in("ada", **SAID)
    assert (await lazy.people(), await lazy.identities()) == (1, [])
    assert (await lazy.peer.sign_in("ada", **SAID)).user.username == "ada"


# -- a database that does not answer ---------------------------------------------------------------------------


THROWS = "async function getUser() { throw new Error('no'); }"
HANGS = "async function getUser() { await new Promise(() => {}); }"


@pytest.mark.parametrize("kind", ["lazy", "store"])
@pytest.mark.parametrize("fault", ["throws", "hangs", "gone"])
async def test_a_database_that_does_not_answer_refuses_and_leaves_nothing(
    peer: Peer,  # noqa: F811
    legacy: Legacy,
    kind: Kind,
    fault: str,
) -> None:
    house = await house_of(kind, peer, legacy)
    await house.put()
    known = await peer.services.users.create(peer.pool.administrator, UserDraft({"username": "old"}))
    draft = IdentityDraft("", "old there", ext_idp_id=peer.source.id)
    await peer.services.identities.link(peer.pool.administrator, known.id, draft)
    if fault == "gone":
        await legacy.execute("alter table users rename to elsewhere")
    else:
        script = THROWS if fault == "throws" else HANGS
        saved = await peer.services.customdb.save_script(peer.pool.administrator, "getUser", script)
        await peer.services.customdb.publish(peer.pool.administrator, "getUser", saved.version)
    if fault == "hangs":
        await peer.services.customdb.update(peer.pool.administrator, {"timeout_ms": 300})
    before = await house.identities()
    ours = "select count(*) from users where pool_id = $1"
    here = await peer.services.db.fetchval(ours, peer.pool.id)
    for match in (("email",), ()):
        await peer.settings(match_fields=match)
        with pytest.raises(ScriptFailed if fault == "throws" else CustomDatabaseUnavailable):
            await peer.sign_in("ada", **SAID)
    if kind == "lazy":  # who has moved in needs it for nothing
        assert (await peer.sign_in("old there")).user.id == known.id
    else:
        with pytest.raises(PoolhouseError):
            await peer.sign_in("old there")
    assert await house.identities() == before
    assert await peer.services.db.fetchval(ours, peer.pool.id) == here
    reasons = [row["reason"] for row in await peer.refusals() if row.get("method") == "identity"]
    assert set(reasons) <= {"ScriptFailed", "CustomDatabaseUnavailable"}
    assert len(reasons) >= 2
