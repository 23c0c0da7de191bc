"""CompletedDirectory: a custom user store, and beside it what the store has no place for.

An old table has columns for people, seldom for what this server does with them: blocked, status, a password to be
changed at the next login. `updateUser` leaves such keys out and succeeds. So after each change the user is looked
at: what is not there is kept here where it is ours (`STATES`), and refused by name where it is the person's.
Nothing of a profile is ever kept here, but for a name by which Auth0's functions find an id (auth0_scripts.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import msgspec
import structlog
from msgspec import UNSET, UnsetType

from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.db.together import Writer
from poolhouse.directory import postgres_states as rows
from poolhouse.directory.contract import ASKING_NOTHING, Account, Adoption
from poolhouse.directory.postgres_states import STATES, State
from poolhouse.directory.scripted import ScriptedDirectory
from poolhouse.directory.scripted_queries import Gatherer
from poolhouse.errors import NotSupportedByDirectory, PoolhouseError
from poolhouse.paging import Page
from poolhouse.users.model import IdentityDraft, User, UserDraft, UserKey, UserQuery
from poolhouse.users.rules import spelled

Users = list[User]
_COARSEST = timedelta(seconds=1)
"""Of a database's times."""

_log = structlog.get_logger(__name__)


class CompletedDirectory:
    keeps_profiles = False

    def __init__(self, store: ScriptedDirectory, db: Database) -> None:
        self._store, self._db = store, db
        self._gatherer = Gatherer(store, db, self._completed)

    async def authenticate(
        self, caller: Caller, key: UserKey, password: str, known: Account | UnsetType | None = UNSET
    ) -> User:
        return await self._completed_one(caller, await self._store.authenticate(caller, key, password, known))

    async def find(self, caller: Caller, keys: Sequence[UserKey]) -> list[User | None]:
        found = await self._store.find(caller, keys)
        completed = iter(await self._completed(caller, [user for user in found if user]))
        return [next(completed) if user else None for user in found]

    async def search(self, caller: Caller, query: UserQuery) -> Page[User]:
        if query.filters or query.fields_named:
            return await self._gatherer.page(caller, query)
        page = await self._store.search(caller, query)
        return replace(page, items=await self._completed(caller, page.items))

    async def list(self, caller: Caller, query: UserQuery) -> Page[User]:
        if query.filters or query.keyword:
            return await self._gatherer.page(caller, query)
        page = await self._store.list(caller, query)
        return replace(page, items=await self._completed(caller, page.items))

    async def create(
        self, tx: Tx, caller: Caller, draft: UserDraft, identity: IdentityDraft | None = None
    ) -> User:
        user = await self._store.create(tx, caller, draft, identity)
        wanted = {name: value for name in STATES if (value := draft.values.get(name)) is not None}
        if any(value != STATES[name] for name, value in wanted.items()):
            user = await self._store.known(caller, user.id)  # createUser may have told what it was given
        kept = {
            name: value
            for name, value in wanted.items()
            if value != STATES[name] and not _alike(value, getattr(user, name))
        }
        await rows.keep(tx, caller.pool_id, user.id, kept)
        return _complete(user, kept)

    async def update(self, tx: Tx, caller: Caller, user_id: str, draft: UserDraft) -> User:
        """Raises NotSupportedByDirectory naming what the store did not keep; then nothing has changed."""
        before = await self._store.known(caller, user_id)
        asked = set(draft.values) - draft.noted
        if asked and draft.password is not None:  # a password cannot be taken back, so it comes last
            after = await self._store.rewrite(caller, before, replace(draft, password=None))
        else:
            after = await self._store.rewrite(caller, before, draft)
        verdict = judged(draft, before, after)
        if verdict.refused:
            await self._take_back(caller, before, after, draft)
            raise NotSupportedByDirectory(what=", ".join(spelled(name) for name in verdict.refused))
        if asked and draft.password is not None:
            after = await self._store.rewrite(caller, after, UserDraft(password=draft.password))
        await rows.keep(tx, caller.pool_id, user_id, verdict.kept)
        kept = (await rows.of_users(tx, caller.pool_id, [user_id])).get(user_id, {})
        return _complete(after, kept)

    async def delete(self, tx: Tx, caller: Caller, user_ids: Sequence[str]) -> None:
        await self._store.delete(tx, caller, user_ids)

    async def check_password(self, caller: Caller, user_id: str, password: str) -> bool:
        return await self._store.check_password(caller, user_id, password)

    async def account_of(self, caller: Caller, key: UserKey) -> Account | None:
        return await self._store.account_of(caller, key)

    async def refuse_if_known(self, caller: Caller, draft: UserDraft, user_id: str | None = None) -> None:
        await self._store.refuse_if_known(caller, draft, user_id)

    async def adopt(
        self, caller: Caller, key: UserKey, password: str | None, how: Adoption = ASKING_NOTHING
    ) -> User | None:
        return await self._store.adopt(caller, key, password, how)

    async def record_login(
        self,
        caller: Caller,
        user: User,
        times: int = 1,
        token_expires_at: datetime | None = None,
        writes: Writer | None = None,
    ) -> None:
        await self._store.record_login(caller, user, times, token_expires_at, writes)

    async def _completed_one(self, caller: Caller, user: User) -> User:
        return (await self._completed(caller, [user]))[0]

    async def _completed(self, caller: Caller, users: Sequence[User]) -> Users:
        if not users:
            return []
        kept = await rows.of_users(self._db, caller.pool_id, [user.id for user in users])
        return [_complete(user, kept.get(user.id, {})) for user in users]

    async def _take_back(self, caller: Caller, before: User, after: User, draft: UserDraft) -> None:
        changed = {
            name: value
            for name in draft.values
            if not _alike(value := getattr(before, name), getattr(after, name))
        }
        if not changed:
            return
        try:
            await self._store.rewrite(caller, after, UserDraft(changed))
        except PoolhouseError as error:
            _log.warning(
                "partial_change_kept", pool_id=caller.pool_id, fields=sorted(changed), cause=str(error)
            )


@dataclass(frozen=True, slots=True)
class Verdict:
    """`kept`: what is to be kept here, None where the store's word is enough. `refused`: field names."""

    kept: dict[str, Any] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)


def judged(draft: UserDraft, before: User, after: User) -> Verdict:
    """What became of each field of a change. A value the store wrote in its own way counts as kept."""
    verdict = Verdict()
    for name, value in draft.values.items():
        shown = getattr(after, name)
        if name in STATES:
            plain = value is None or value == STATES[name]
            if _alike(value, shown) or (plain and name in draft.noted):
                verdict.kept[name] = None
            elif plain:
                verdict.refused.append(name)
            else:
                verdict.kept[name] = value
        elif name not in draft.noted and not _alike(value, shown) and _alike(getattr(before, name), shown):
            verdict.refused.append(name)
    return verdict


def _complete(user: User, kept: State) -> User:
    return msgspec.structs.replace(user, **kept) if kept else user


def _alike(one: Any, other: Any) -> bool:
    if isinstance(one, datetime) and isinstance(other, datetime):
        return abs(one - other) < _COARSEST
    if isinstance(one, list | tuple) and isinstance(other, list | tuple):
        return list(one) == list(other)
    return bool(one == other)
