"""Whose account an outside identity opens. Decision: docs/decisions/0090-federated-sign-in.md.

An identity is keyed by its source and by what the source calls the person, never by an e-mail address. An address is
taken over from a provider only where the provider has verified it, and meets an account only where we have, too.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal, get_args

import msgspec

from poolhouse.accounts.records import UserRecords
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.directory.contract import Adoption
from poolhouse.directory.postgres import insert_identity
from poolhouse.errors import IdentityTaken, ProviderFailed, UserExists
from poolhouse.federation import postgres
from poolhouse.federation.addresses import Spelling
from poolhouse.federation.model import ExternalUser
from poolhouse.federation.taken import is_verified, taken, vouched
from poolhouse.federation.turns import Turns
from poolhouse.login.address_proofs import AddressProofs
from poolhouse.login.codes import holder_of
from poolhouse.login.model import Channel, Registration
from poolhouse.login.sign_up import SignUp
from poolhouse.tenants.model import Connection
from poolhouse.users.model import IdentityDraft, User, UserDraft, UserKey

ProofOfAccount = Literal["username-password", "email-password", "phone-password", "email-code", "phone-code"]
PROOFS: tuple[ProofOfAccount, ...] = get_args(ProofOfAccount)


class Rules(msgspec.Struct, rename="camel", frozen=True):
    """What every kind of connection may say among its fields. `profileMapping`: our field, and the claim it is taken
    from. `syncProfile`: whether what a source says of somebody is written at each sign-in, or at the first alone.
    `challengeBindingMethods`: by what somebody who is asked may prove that an account is theirs; none: by all.
    `callback`: at which of our addresses its provider sends people back (`addresses.py`)."""

    profile_mapping: dict[str, str] = {}
    sync_profile: Literal["never", "always"] = "never"
    challenge_binding_methods: tuple[ProofOfAccount, ...] = ()
    callback: Spelling = ""

    @property
    def proofs(self) -> tuple[ProofOfAccount, ...]:
        return self.challenge_binding_methods or PROOFS


RULES = ("profileMapping", "syncProfile", "challengeBindingMethods", "callback")


@dataclass(frozen=True, slots=True)
class Way:
    """A connection somebody comes by. `provider` is its source's type, as identities have it."""

    connection: Connection
    provider: str
    social: bool
    rules: Rules


CustomData = Mapping[str, Any] | None
_Before = Callable[[Caller, Way, ExternalUser, Tx], Awaitable[None]]
_After = Callable[[Caller, Way, ExternalUser, Tx, User], Awaitable[None]]


class Binding:
    def __init__(
        self,
        *,
        db: Database,
        users: UserRecords,
        sign_up: SignUp,
        proofs: AddressProofs,
        turns: Turns,
        audit: AuditLog,
    ) -> None:
        self._db, self._users, self._sign_up = db, users, sign_up
        self._proofs, self._audit = proofs, audit
        self._turns = turns

    async def known(self, caller: Caller, way: Way, came: ExternalUser) -> User | None:
        """The user whose identity this is; None for nobody.

        Raises IdentityTaken where its ids are two people's, ProviderFailed (issuer, account).
        """
        user_id = await self._owner(self._db, caller, way, came)
        if user_id is None:
            return None
        user = await self._users.find(caller, UserKey("id", user_id))
        if user is None:
            raise ProviderFailed("account", "绑定的账号已不存在", "the account it is linked to is gone")
        return user

    async def of(self, caller: Caller, user_id: str) -> User:
        """Raises UserNotFound."""
        return await self._users.get(caller, user_id)

    async def matched(self, caller: Caller, way: Way, came: ExternalUser) -> User | None:
        """The user with the same address, by the fields the connection matches by: verified there and proved here.

        Somebody who has not moved in from the old database yet does so by that, with the identity or not at all, where
        the old database says that the address is verified. Raises what its scripts do.
        """
        for channel, address in vouched(came).items():
            if channel not in way.connection.match_fields:
                continue
            user = await holder_of(self._users, caller, channel, address)
            if user is None:
                user = await self._moved_in(caller, way, came, channel, address)
            if user is None or not is_verified(user, channel, address):
                continue
            if await self._proofs.is_unproven(caller, channel, user):
                continue
            if not await self._is_another(self._db, caller, way, came, user.id):
                return user
        return None

    async def _moved_in(
        self, caller: Caller, way: Way, came: ExternalUser, channel: Channel, address: str
    ) -> User | None:
        how = Adoption(
            admits=lambda theirs: is_verified(theirs, channel, address),
            also=partial(self._written_late, caller, way, came),
        )
        return await self._users.adopt(caller, UserKey(channel, address), how)

    async def create(
        self, caller: Caller, way: Way, came: ExternalUser, custom_data: CustomData = None
    ) -> User:
        """A new user by the pool's rules for signing up, with the identity, both or neither. Of two that come at once
        as the same person one makes the account, and the other is given it. `custom_data`: by the pool's custom fields.

        Where a script makes the user no transaction waits for it, so nothing is locked before: they take turns, and the
        identity is asked about again once the script has answered. What it made then stays, without it.

        Raises what `SignUp.create` does, and Overloaded where a turn takes too long.
        """
        if await self._users.keeps_profiles(caller):
            return await self._made(caller, way, came, self._claim, self._written, custom_data)
        named = f"{way.connection.source_id}:{came.ids[0].value}"
        async with self._turns.of(caller.pool_id, way.connection.id, named):
            user = await self.known(caller, way, came)
            return user or await self._made(caller, way, came, None, self._written_late, custom_data)

    async def _made(
        self,
        caller: Caller,
        way: Way,
        came: ExternalUser,
        first: _Before | None,
        also: _After,
        custom_data: CustomData,
    ) -> User:
        proved = vouched(came)
        for channel, address in proved.items():
            holder = await holder_of(self._users, caller, channel, address)
            if holder is not None:
                await self._proofs.release(caller, channel, holder)
        values: dict[str, Any] = taken(came, way.rules.profile_mapping)
        called = {one.type: one.value for one in came.ids}
        values["openid"] = called.get("openid") or called.get("open_id") or came.ids[0].value
        if unionid := called.get("unionid") or called.get("union_id"):
            values["unionid"] = unionid
        values |= {str(channel): one for channel, one in proved.items()}
        registration = Registration(
            "identity",
            values,
            vouched=frozenset(proved),
            source=way.connection.type,
            custom_data=custom_data or {},
        )
        try:
            return await self._sign_up.create(
                caller,
                registration,
                first=partial(first, caller, way, came) if first else None,
                also=partial(also, caller, way, came),
            )
        except (IdentityTaken, UserExists):
            user = await self.known(caller, way, came)
            if user is None:
                raise
            return user

    async def link(self, caller: Caller, way: Way, came: ExternalUser, user: User) -> None:
        """All ids that the user does not have yet, in one transaction; and what the source says of them.

        Raises IdentityTaken: an id is somebody else's, or the user is somebody else there.
        """
        async with self._db.transaction() as tx:
            await postgres.lock(tx, caller.pool_id, way.connection.source_id, came.ids[0].value)
            owner = await self._owner(tx, caller, way, came)
            if owner not in (None, user.id) or await self._is_another(tx, caller, way, came, user.id):
                raise IdentityTaken(field="userIdInIdp")
            await self._written(caller, way, came, tx, user)

    async def synchronize(self, caller: Caller, way: Way, came: ExternalUser, user: User) -> User:
        """The profile as the source has it, where the connection says so. No address, and nothing that we would not
        let people say of themselves."""
        if way.rules.sync_profile != "always":
            return user
        told = taken(came, way.rules.profile_mapping)
        changed = {name: value for name, value in told.items() if getattr(user, name) != value}
        if not changed:
            return user
        vetted = await self._users.vet(caller, UserDraft(changed), user.id, present=user)
        async with self._db.transaction() as tx:
            after = await self._users.apply(tx, caller, user.id, vetted)
            event = Event(
                "update",
                "user",
                user.id,
                user_id=user.id,
                user_name=user.display_name,
                app_id=caller.app_id,
                detail={"changed": sorted(changed), "connection": way.connection.identifier},
                before={name: getattr(user, name) for name in changed},
                after={name: getattr(after, name) for name in changed},
            )
            await self._audit.write(tx, caller, event)
        return after

    # -- inside --------------------------------------------------------------------------------------------

    async def _owner(self, db: Executor, caller: Caller, way: Way, came: ExternalUser) -> str | None:
        rows = await postgres.identities_called(
            db,
            caller.pool_id,
            way.connection.source_id,
            (way.connection.id, way.connection.identifier),
            [one.value for one in came.ids],
        )
        key, meant = came.ids[0], {(one.type, one.value) for one in came.ids}
        named = [
            row
            for row in rows
            if (row["type"], row["user_id_in_idp"]) in meant
            or (row["type"] == "generic" and row["user_id_in_idp"] == key.value)
        ]
        if not named:
            return None
        owners = {row["user_id"] for row in named}
        if len(owners) > 1:
            raise IdentityTaken("its ids are linked to different users", field="userIdInIdp")
        _require_same_authority(named, came.issuer)
        [owner] = owners
        by_key = any(row["user_id_in_idp"] == key.value for row in named)
        if not by_key and await self._is_another(db, caller, way, came, owner):
            raise IdentityTaken("another of its ids is somebody else's", field="userIdInIdp")
        return str(owner)

    async def _is_another(
        self, db: Executor, caller: Caller, way: Way, came: ExternalUser, user_id: str
    ) -> bool:
        key = came.ids[0]
        return await postgres.has_another(
            db,
            caller.pool_id,
            user_id,
            way.connection.source_id,
            (key.type, key.value),
            connection_id=way.connection.id if key.of_client else None,
        )

    async def _claim(self, caller: Caller, way: Way, came: ExternalUser, tx: Tx) -> None:
        """Nobody is made for an identity that has become somebody's meanwhile."""
        await postgres.lock(tx, caller.pool_id, way.connection.source_id, came.ids[0].value)
        if await self._owner(tx, caller, way, came) is not None:
            raise IdentityTaken(field="userIdInIdp")

    async def _written_late(self, caller: Caller, way: Way, came: ExternalUser, tx: Tx, user: User) -> None:
        """Of a user whom a script has made or told of meanwhile."""
        await postgres.lock(tx, caller.pool_id, way.connection.source_id, came.ids[0].value)
        if await self._owner(tx, caller, way, came) not in (None, user.id):
            raise IdentityTaken(field="userIdInIdp")
        await self._written(caller, way, came, tx, user)

    async def _written(self, caller: Caller, way: Way, came: ExternalUser, tx: Tx, user: User) -> None:
        source_id = way.connection.source_id
        values = [one.value for one in came.ids]
        connection = (way.connection.id, way.connection.identifier)
        await postgres.adopt(tx, caller.pool_id, user.id, source_id, way.provider, connection, values)
        rows = await postgres.identities_called(tx, caller.pool_id, source_id, connection, values)
        there = {(row["type"], row["user_id_in_idp"]) for row in rows if row["user_id"] == user.id}
        for one in came.ids:
            if (one.type, one.value) in there:
                continue
            draft = IdentityDraft(
                provider=way.provider,
                user_id_in_idp=one.value,
                type=one.type,
                ext_idp_id=source_id,
                connection_id=way.connection.id,
                is_social=way.social,
                openid=one.value if one.type in ("openid", "open_id") else None,
                profile=came.claims,
            )
            identity_id = await insert_identity(tx, caller.pool_id, user.id, draft)
            event = Event(
                "link_identity",
                "identity",
                identity_id,
                user_id=user.id,
                user_name=user.display_name,
                app_id=caller.app_id,
                detail={"provider": way.provider, "connection": way.connection.identifier},
            )
            await self._audit.write(tx, caller, event)
        await postgres.told_again(tx, caller.pool_id, user.id, source_id, values, came.claims)


def _require_same_authority(named: Sequence[Mapping[str, Any]], issuer: str) -> None:
    """That who says who has come is who called the person so before. Where the protocol names no issuer it is the
    connection: two of one source may be two companies' servers. What a platform calls people (a unionid) is one
    everywhere."""
    for row in named:
        if row["issuer"] and issuer:
            if row["issuer"] != issuer:
                raise ProviderFailed(
                    "issuer", "该身份此前来自另一个 issuer", "the identity was linked under another issuer"
                )
        elif row["is_elsewhere"] and row["type"] == "generic":
            raise ProviderFailed(
                "issuer",
                "该身份属于同一身份源的另一个连接",
                "the identity is of another connection of the source",
            )
