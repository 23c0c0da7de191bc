"""Linking, unlinking and listing the identities of users, in every kind of directory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from poolhouse.accounts.records import UserRecords
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.directory.postgres import insert_identity
from poolhouse.errors import IdentitySourceNotFound, IdentityTaken, InvalidInput
from poolhouse.identities import postgres
from poolhouse.identities.model import Identity
from poolhouse.tenants.postgres_sources import origin
from poolhouse.texts import EMPTY
from poolhouse.users.model import IdentityDraft


class IdentityService:
    def __init__(self, db: Database, users: UserRecords, audit: AuditLog) -> None:
        self._db, self._users, self._audit = db, users, audit

    async def list(self, caller: Caller, user_id: str) -> Sequence[Identity]:
        """Oldest first; [] for a user nobody knows."""
        caller.require_user_or_administrator(user_id)
        return await postgres.of_users(self._db, caller.pool_id, [user_id])

    async def list_of_users(self, caller: Caller, user_ids: Sequence[str]) -> dict[str, Sequence[Identity]]:
        """For a page of users: every asked id is a key."""
        if len(user_ids) == 1:
            caller.require_user_or_administrator(user_ids[0])
        else:
            caller.require_administrator()
        found: dict[str, Sequence[Identity]] = dict.fromkeys(user_ids, ())
        for identity in await postgres.of_users(self._db, caller.pool_id, user_ids):
            found[identity.user_id] = (*found[identity.user_id], identity)
        return found

    async def link(self, caller: Caller, user_id: str, draft: IdentityDraft) -> Identity:
        """`draft.provider` is the identifier of a connection, and may be empty where the source's id is given.

        Linking what the user has already is success. Raises UserNotFound, IdentitySourceNotFound (an unknown
        `ext_idp_id`), IdentityTaken, InvalidInput.
        """
        caller.require_administrator()
        for field, value in (
            ("userIdInIdp", draft.user_id_in_idp),
            ("identifier", draft.provider or draft.ext_idp_id or ""),
        ):
            if not value or len(value) > 256:
                raise InvalidInput(field, "长度应为 1 至 256", "must be 1 to 256 characters")
        await self._users.require_all(caller, [user_id])
        draft = await self._sourced(caller, draft)
        key = (draft.provider, draft.user_id_in_idp, draft.type, draft.ext_idp_id or "")
        try:
            async with self._db.transaction() as tx:
                linked = await postgres.find(tx, caller.pool_id, *key)
                if linked is not None:
                    return _of(linked, user_id)
                await insert_identity(tx, caller.pool_id, user_id, draft)
                linked = await postgres.find(tx, caller.pool_id, *key)
                assert linked is not None
                act = Event(
                    "link_identity", "identity", linked.id, user_id=user_id, detail={"provider": key[0]}
                )
                await self._audit.write(tx, caller, act)
        except IdentityTaken:  # perhaps by another request that links it to the same user
            linked = await postgres.find(self._db, caller.pool_id, *key)
            if linked is None:
                raise
            return _of(linked, user_id)
        return linked

    async def _sourced(self, caller: Caller, draft: IdentityDraft) -> IdentityDraft:
        """With the kind of its source for provider. Where no source is known by what was given, as in the documented
        examples, it is the administrator's word (docs/decisions/0021-linked-identities.md)."""
        named = draft.ext_idp_id or ""
        known = await origin(self._db, caller.pool_id, named, draft.provider)
        if known is not None:
            source_id, kind, connection_id = known
            return replace(draft, provider=kind, ext_idp_id=source_id, connection_id=connection_id)
        if named:
            raise IdentitySourceNotFound(source_id=named)
        return replace(draft, connection_id=draft.provider)

    async def unlink(
        self,
        caller: Caller,
        user_id: str,
        *,
        ext_idp_id: str | None = None,
        provider: str | None = None,
        type_: str | None = None,
    ) -> int:
        """All identities of the user at a source (its id, or its provider), of one type if one is given.

        Gives how many there were; none is no error. Raises UserNotFound.
        """
        caller.require_administrator()
        return await self._unlink(caller, user_id, ext_idp_id, provider, type_)

    async def unlink_own(
        self,
        caller: Caller,
        ext_idp_id: str | None = None,
        *,
        provider: str | None = None,
        type_: str | None = None,
    ) -> int:
        """`unlink` by the user whose they are; the act is theirs."""
        return await self._unlink(caller, caller.require_user(), ext_idp_id, provider, type_)

    async def take_over(self, caller: Caller, other: Caller) -> int:
        """All identities of `other` are the caller's from now on; each has proved who they are. The other account
        stays, and nobody signs in to it by them.

        Gives how many there were. Raises InvalidInput where both are one, UserNotFound, IdentityTaken where a source
        knows both of them.
        """
        user_id, from_id = caller.require_user(), other.require_user()
        if other.pool_id != caller.pool_id or user_id == from_id:
            raise InvalidInput(
                "secondaryUserToken",
                "应为同一用户池中另一个账号的 token",
                "must be the token of another account in the same pool",
            )
        await self._users.require_all(caller, [user_id, from_id])
        async with self._db.transaction() as tx:
            await postgres.lock_users(tx, caller.pool_id, [user_id, from_id])
            if await postgres.share_a_source(tx, caller.pool_id, user_id, from_id):
                raise IdentityTaken("a source knows both accounts", field="secondaryUserToken")
            moved = await postgres.move(tx, caller.pool_id, from_id, user_id)
            for identity in moved:
                detail = {"provider": identity.provider}
                gone = Event("unlink_identity", "identity", identity.id, user_id=from_id, detail=detail)
                come = Event("link_identity", "identity", identity.id, user_id=user_id, detail=detail)
                await self._audit.write(tx, other, gone)
                await self._audit.write(tx, caller, come)
        return len(moved)

    async def _unlink(
        self,
        caller: Caller,
        user_id: str,
        ext_idp_id: str | None,
        provider: str | None = None,
        type_: str | None = None,
    ) -> int:
        if not ext_idp_id and not provider:
            raise InvalidInput("extIdpId", *EMPTY)
        await self._users.require_all(caller, [user_id])
        async with self._db.transaction() as tx:
            gone = await postgres.delete(
                tx,
                caller.pool_id,
                user_id,
                ext_idp_id=ext_idp_id or None,
                provider=provider or None,
                type_=type_ or None,
            )
            for identity in gone:
                act = Event(
                    "unlink_identity",
                    "identity",
                    identity.id,
                    user_id=user_id,
                    detail={"provider": identity.provider},
                )
                await self._audit.write(tx, caller, act)
        return len(gone)


def _of(linked: Identity, user_id: str) -> Identity:
    if linked.user_id != user_id:
        raise IdentityTaken(field="userIdInIdp")
    return linked
