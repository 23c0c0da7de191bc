"""The use cases on users; the only way in for every wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from poolhouse import emails, phones
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Forget, Tx
from poolhouse.directory.chooser import Directories
from poolhouse.directory.gathered import existing
from poolhouse.directory.stored_passwords import StoredPasswords
from poolhouse.errors import InvalidInput, TooManyUsersAsked, UserNotFound, UsersNotFound
from poolhouse.paging import Page, PageRequest
from poolhouse.users.model import IdentityDraft, User, UserDraft, UserKey, UserQuery
from poolhouse.users.profile_fields import IDENTIFIERS
from poolhouse.users.rules import clean, require_identifier

LARGEST_BATCH = 80
LARGEST_DELETE = 1000

Judge = Callable[[Caller, str, str | None], Awaitable[None]]
"""Raises WeakPassword. The password, and the id of the user whose new one it is; None for a new user."""

_OF_AN_IDENTIFIER = (*IDENTIFIERS, "phone_country_code")

UserChanged = Callable[[Tx, Caller, User, UserDraft], Awaitable[None]]
"""Hears of every update in its transaction: blocking a user ends their sessions."""


@dataclass(frozen=True, slots=True)
class Vetted:
    """What `vet` let pass, and nothing else makes: cleaned, and nobody's whom only the old database knows."""

    draft: UserDraft


class UserService:
    """Administrators' use cases on a pool's users, whichever Directory keeps them.

    `special_domains`: which of `emails.SPECIAL` an address may be under.
    """

    def __init__(
        self,
        *,
        db: Database,
        directories: Directories,
        passwords: StoredPasswords,
        audit: AuditLog,
        judge: Judge,
        changed: Sequence[UserChanged],
        forget: Sequence[Forget],
        special_domains: Collection[str],
    ) -> None:
        """`judge` is asked of every password that is set, by whomever; not of those that move in from elsewhere.
        `changed`, `forget`: whom updates and deletions tell."""
        self._db, self._directories, self._passwords, self._audit = db, directories, passwords, audit
        self._judge, self._changed, self._forget = judge, changed, forget
        self._check_email = partial(emails.checked, special=special_domains)

    async def create(self, caller: Caller, draft: UserDraft, identity: IdentityDraft | None = None) -> User:
        """A new user, as an administrator. Raises IdentifierRequired, WeakPassword, InvalidInput and the
        conflicts."""
        caller.require_administrator()
        vetted = await self.vet(caller, draft, vouched=True)
        async with self._db.transaction() as tx:
            user = await self.add(tx, caller, vetted, identity)
            await self._audit.write(tx, caller, _event("create", user))
        return user

    async def create_many(self, caller: Caller, drafts: Sequence[UserDraft]) -> list[User]:
        """All of them, or none."""
        caller.require_administrator()
        vetted = [await self.vet(caller, draft, vouched=True) for draft in drafts]
        async with self._db.transaction() as tx:
            users = [await self.add(tx, caller, one) for one in vetted]
            for user in users:
                await self._audit.write(tx, caller, _event("create", user))
        return users

    async def vet(
        self, caller: Caller, draft: UserDraft, user_id: str | None = None, *, vouched: bool = False
    ) -> Vetted:
        """Of somebody new, or of `user_id` who changes. An old database may be asked, so not inside a
        transaction that has its connection. `vouched`: an administrator says so, who may also make somebody
        whom the old database has; the clash is told when that person comes (docs/guide/custom-database.md).

        Raises InvalidInput, WeakPassword, IdentifierRequired, UserExists, UserNotFound and what a script raises.
        """
        present = None
        if user_id is not None and any(draft.values.get(field) for field in _OF_AN_IDENTIFIER):
            present = await self._require(caller, user_id)
        draft = replace(draft, values=self._cleaned(draft, present))
        draft = await self._fit(caller, draft, user_id)
        directory = await self._directories.of(caller.pool_id)
        if user_id is None:
            require_identifier(draft.values)
        asks = not vouched or not directory.keeps_profiles
        if asks and user_id is None:
            await directory.refuse_if_known(caller, draft)
        elif asks and present is not None:
            changed = {
                field: value
                for field, value in draft.values.items()
                if field in IDENTIFIERS and value != getattr(present, field)
            }
            country = draft.values.get("phone_country_code", present.phone_country_code)
            asked = UserDraft({**changed, "phone_country_code": country})
            await directory.refuse_if_known(caller, asked, user_id)
        return Vetted(draft)

    def _cleaned(self, draft: UserDraft, present: User | None) -> dict[str, Any]:
        """What is as it was is not judged anew: an old directory may hold what nobody could write today."""
        values = dict(draft.values)
        email = emails.stored if draft.any_email else self._check_email
        if present is None:
            return clean(values, email=email)
        same = {
            field: values.pop(field)
            for field in IDENTIFIERS
            if values.get(field) and values[field] == getattr(present, field)
        }
        country = None if "phone_country_code" in values else present.phone_country_code
        cleaned = same | clean(values, email=email, phone_country_code=country)
        stays = "phone" not in values and phones.find_key(present.phone, present.phone_country_code)
        if stays and present.phone and (country := cleaned.get("phone_country_code")):
            phones.key(present.phone, country)
        return cleaned

    async def _fit(self, caller: Caller, draft: UserDraft, user_id: str | None) -> UserDraft:
        if draft.password_salt is not None and draft.password_hash is None:
            raise InvalidInput("salt", "仅可与 keepPassword 一起使用", "goes with a kept password only")
        if draft.password_hash is not None:
            kept = await self._passwords.accept(caller.pool_id, draft.password_hash, draft.password_salt)
            draft = replace(draft, password_hash=kept, password_salt=None)
        if draft.password is not None and not draft.judged:
            await self._judge(caller, draft.password, user_id)
        return draft

    async def add(
        self, tx: Tx, caller: Caller, vetted: Vetted, identity: IdentityDraft | None = None
    ) -> User:
        """Keeps a new user without asking who may: for other use cases (registration)."""
        directory = await self._directories.of(caller.pool_id)
        return await directory.create(tx, caller, vetted.draft, identity)

    async def update(self, caller: Caller, user_id: str, draft: UserDraft) -> User:
        caller.require_administrator()
        vetted = await self.vet(caller, draft, user_id, vouched=True)
        async with self._db.transaction() as tx:
            user = await self.apply(tx, caller, user_id, vetted)
            await self._audit.write(tx, caller, _event("update", user, changed=sorted(draft.values)))
        return user

    async def change(self, tx: Tx, caller: Caller, user_id: str, draft: UserDraft) -> User:
        """`vet` and `apply` in one, for a transaction that has done nothing yet."""
        return await self.apply(tx, caller, user_id, await self.vet(caller, draft, user_id))

    async def apply(self, tx: Tx, caller: Caller, user_id: str, vetted: Vetted) -> User:
        """Makes a change without asking who may: for other use cases (own profile)."""
        directory = await self._directories.of(caller.pool_id)
        user = await directory.update(tx, caller, user_id, vetted.draft)
        require_identifier({name: getattr(user, name) for name in User.__struct_fields__})
        for changed in self._changed:
            await changed(tx, caller, user, vetted.draft)
        return user

    async def find(self, caller: Caller, key: UserKey) -> User | None:
        """The user, or None."""
        caller.require_administrator()
        return await self.look_up(caller, key)

    async def look_up(self, caller: Caller, key: UserKey) -> User | None:
        """`find` without asking who may: for other use cases."""
        directory = await self._directories.of(caller.pool_id)
        return (await directory.find(caller, [key]))[0]

    async def get(self, caller: Caller, user_id: str) -> User:
        """The user with this id, for an administrator or for themself. Raises UserNotFound."""
        caller.require_user_or_administrator(user_id)
        return await self._require(caller, user_id)

    async def _require(self, caller: Caller, user_id: str) -> User:
        user = await self.look_up(caller, UserKey("id", user_id))
        if user is None:
            raise UserNotFound(user_id=user_id)
        return user

    async def find_many(self, caller: Caller, keys: Sequence[UserKey]) -> list[User]:
        """Those that exist, in the order asked. At most 80 keys. Source: docs/contract/users.md#rules."""
        caller.require_administrator()
        if len(keys) > LARGEST_BATCH:
            raise TooManyUsersAsked("ids", limit=LARGEST_BATCH)
        if not keys:
            return []
        directory = await self._directories.of(caller.pool_id)
        return [user for user in await directory.find(caller, keys) if user]

    async def require_all(self, caller: Caller, user_ids: Sequence[str]) -> None:
        """Raises UserNotFound naming the ids nobody in this pool has. For other domains' use cases."""
        wanted = list(dict.fromkeys(user_ids))
        directory = await self._directories.of(caller.pool_id)
        found: set[str] = set()
        for start in range(0, len(wanted), 500):
            keys = [UserKey("id", user_id) for user_id in wanted[start : start + 500]]
            found |= {user.id for user in await directory.find(caller, keys) if user}
        if missing := [user_id for user_id in wanted if user_id not in found]:
            raise UsersNotFound(missing)

    async def by_ids(self, caller: Caller, user_ids: Sequence[str]) -> list[User]:
        """Users of a page another domain made (members of a group), in its order; the gone are left out."""
        directory = await self._directories.of(caller.pool_id)
        keys = [UserKey("id", user_id) for user_id in user_ids]
        return [user for user in await directory.find(caller, keys) if user] if keys else []

    async def page_of(
        self, caller: Caller, ids: Callable[[PageRequest], Awaitable[Page[str]]], page: PageRequest
    ) -> Page[User]:
        """A page of users another domain lists by their ids (members of a group), in its order. Of users who
        live elsewhere some may be gone without our hearing of it: see `existing`."""
        directory = await self._directories.of(caller.pool_id)
        if not directory.keeps_profiles:
            return await existing(ids, page, lambda some: self.by_ids(caller, some))
        found = await ids(page)
        return Page(found.total, await self.by_ids(caller, found.items))

    async def exists(self, caller: Caller, keys: Sequence[UserKey]) -> bool:
        """Whether any of the keys is somebody's. Asked before registration, so anybody may."""
        if not keys:
            raise InvalidInput("username", "至少需要一个查询条件", "at least one key is needed")
        directory = await self._directories.of(caller.pool_id)
        return any(await directory.find(caller, keys))

    async def list(self, caller: Caller, query: UserQuery) -> Page[User]:
        caller.require_administrator()
        directory = await self._directories.of(caller.pool_id)
        return await directory.list(caller, query)

    async def search(self, caller: Caller, query: UserQuery) -> Page[User]:
        caller.require_administrator()
        directory = await self._directories.of(caller.pool_id)
        return await directory.search(caller, query)

    async def delete(self, caller: Caller, user_ids: Sequence[str]) -> None:
        """Everything of these users, for good. An unknown id is an error and nobody is deleted."""
        caller.require_administrator()
        if len(user_ids) > LARGEST_DELETE:
            raise InvalidInput(
                "ids", f"一次最多删除 {LARGEST_DELETE} 人", f"at most {LARGEST_DELETE} at once"
            )
        if not user_ids:
            raise InvalidInput("ids", "不能为空", "must not be empty")
        await self._delete(caller, user_ids)

    async def delete_own(self, caller: Caller) -> None:
        """Everything of the user who asks, for good; the act is theirs."""
        await self._delete(caller, [caller.require_user()])

    async def _delete(self, caller: Caller, user_ids: Sequence[str]) -> None:
        directory = await self._directories.of(caller.pool_id)
        async with self._db.transaction() as tx:
            await directory.delete(tx, caller, user_ids)
            for forget in self._forget:
                await forget(tx, caller.pool_id, user_ids)
            for user_id in user_ids:
                await self._audit.write(
                    tx, caller, Event("delete", "user", resource_id=user_id, user_id=user_id)
                )


def _event(operation: Operation, user: User, **detail: object) -> Event:
    return Event(
        operation,
        "user",
        resource_id=user.id,
        user_id=user.id,
        user_name=user.display_name,
        detail=detail,
    )
