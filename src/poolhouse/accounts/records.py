"""Users written and read on behalf of other use cases: nothing here asks who may, and no wire sees it.

`users.UserService` has the same verbs for administrators, and asks first. The writing ones take the transaction of
the use case that calls them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from poolhouse import emails, phones
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Forget, Tx
from poolhouse.directory.chooser import Directories
from poolhouse.directory.contract import Adoption
from poolhouse.directory.scripted_queries import existing
from poolhouse.directory.stored_passwords import StoredPasswords
from poolhouse.errors import InvalidInput, UserNotFound, UsersNotFound
from poolhouse.paging import Page, PageRequest
from poolhouse.users.model import IdentityDraft, User, UserDraft, UserKey
from poolhouse.users.profile_fields import IDENTIFIERS
from poolhouse.users.rules import clean, require_identifier

Judge = Callable[[Caller, str, str | None], Awaitable[None]]
"""Raises WeakPassword. The password, and the id of the user whose new one it is; None for a new user."""

_OF_AN_IDENTIFIER = (*IDENTIFIERS, "phone_country_code")

UserChanged = Callable[[Tx, Caller, User, UserDraft], Awaitable[None]]
"""Hears of every update in its transaction: blocking a user ends their sessions."""


@dataclass(frozen=True, slots=True)
class Vetted:
    """What `vet` let pass, and nothing else makes: cleaned, and nobody's whom only the old database knows."""

    draft: UserDraft


class UserRecords:
    """The users of a pool, whichever Directory keeps them.

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

    async def vet(
        self,
        caller: Caller,
        draft: UserDraft,
        user_id: str | None = None,
        *,
        vouched: bool = False,
        present: User | None = None,
    ) -> Vetted:
        """Of somebody new, or of `user_id` who changes. An old database may be asked, so not inside a
        transaction that has its connection. `vouched`: an administrator says so, who may also make somebody
        whom the old database has; the clash is told when that person comes (docs/guide/custom-database.md).

        `present`: the user of `user_id`, where they are known already.

        Raises InvalidInput, WeakPassword, IdentifierRequired, UserExists, UserNotFound and what a script raises.
        """
        if (
            present is None
            and user_id is not None
            and any(draft.values.get(field) for field in _OF_AN_IDENTIFIER)
        ):
            present = await self.get(caller, user_id)
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

    async def keeps_profiles(self, caller: Caller) -> bool:
        """Whether they are ours; else a script makes and changes them, and no transaction may wait for it."""
        return (await self._directories.of(caller.pool_id)).keeps_profiles

    async def create(
        self, tx: Tx, caller: Caller, vetted: Vetted, identity: IdentityDraft | None = None
    ) -> User:
        directory = await self._directories.of(caller.pool_id)
        return await directory.create(tx, caller, vetted.draft, identity)

    async def update(self, tx: Tx, caller: Caller, user_id: str, draft: UserDraft) -> User:
        """`vet` and `apply` in one, for a transaction that has done nothing yet."""
        return await self.apply(tx, caller, user_id, await self.vet(caller, draft, user_id))

    async def apply(self, tx: Tx, caller: Caller, user_id: str, vetted: Vetted) -> User:
        """Stores a vetted change, and tells whoever must hear of it. Raises IdentifierRequired, UserNotFound."""
        directory = await self._directories.of(caller.pool_id)
        if not directory.keeps_profiles:
            await self._audit.hold(tx, caller, "user", user_id)
        user = await directory.update(tx, caller, user_id, vetted.draft)
        require_identifier({name: getattr(user, name) for name in User.__struct_fields__})
        for changed in self._changed:
            await changed(tx, caller, user, vetted.draft)
        return user

    async def adopt(self, caller: Caller, key: UserKey, how: Adoption) -> User | None:
        """Somebody of an old database, who has just proved who they are, moves in without a password; None for nobody.

        Raises what a script raises, and UserExists where somebody here has a name of theirs.
        """
        return await (await self._directories.of(caller.pool_id)).adopt(caller, key, None, how)

    async def delete(self, caller: Caller, user_ids: Sequence[str]) -> None:
        """Everything of these users, for good, in a transaction of its own. Raises UserNotFound: then nobody is."""
        async with self._db.transaction() as tx:
            await self.remove(tx, caller, user_ids)
            for user_id in user_ids:
                event = Event("delete", "user", resource_id=user_id, user_id=user_id)
                await self._audit.write(tx, caller, event)

    async def remove(self, tx: Tx, caller: Caller, user_ids: Sequence[str]) -> None:
        """Everything of them but the act itself, which the use case writes. Raises UserNotFound."""
        directory = await self._directories.of(caller.pool_id)
        await directory.delete(tx, caller, user_ids)
        for forget in self._forget:
            await forget(tx, caller.pool_id, user_ids)

    async def find(self, caller: Caller, key: UserKey) -> User | None:
        directory = await self._directories.of(caller.pool_id)
        return (await directory.find(caller, [key]))[0]

    async def get(self, caller: Caller, user_id: str) -> User:
        """Raises UserNotFound."""
        user = await self.find(caller, UserKey("id", user_id))
        if user is None:
            raise UserNotFound(user_id=user_id)
        return user

    async def require_all(self, caller: Caller, user_ids: Sequence[str]) -> None:
        """Raises UsersNotFound naming the ids that no user of the pool has."""
        wanted = list(dict.fromkeys(user_ids))
        directory = await self._directories.of(caller.pool_id)
        found: set[str] = set()
        for start in range(0, len(wanted), 500):
            keys = [UserKey("id", user_id) for user_id in wanted[start : start + 500]]
            found |= {user.id for user in await directory.find(caller, keys) if user}
        if missing := [user_id for user_id in wanted if user_id not in found]:
            raise UsersNotFound(missing)

    async def list_by_ids(self, caller: Caller, user_ids: Sequence[str]) -> list[User]:
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
            return await existing(ids, page, lambda some: self.list_by_ids(caller, some))
        found = await ids(page)
        return Page(found.total, await self.list_by_ids(caller, found.items))
