"""ScriptedDirectory: a pool's users stay in its own database; each verb is one of its scripts.

Nothing of a profile and no password is ever written on our side.
Source: docs/contract/custom-database.md#a-store-of-ones-own.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, tzinfo
from typing import Any, Protocol, TypeVar

from msgspec import UNSET, UnsetType

from poolhouse import phones
from poolhouse.caller import Caller
from poolhouse.customdb import budget
from poolhouse.customdb.model import LiveConnection, ScriptName
from poolhouse.db.database import Tx
from poolhouse.db.together import Writer
from poolhouse.directory.contract import ASKING_NOTHING, Account, Adoption
from poolhouse.errors import (
    NotSupportedByDirectory,
    PoolhouseError,
    ScriptFailed,
    UserNotFound,
    WrongCredentials,
)
from poolhouse.paging import Page
from poolhouse.texts import written
from poolhouse.users.model import IdentityDraft, KeyKind, User, UserDraft, UserKey, UserQuery
from poolhouse.users.profiles import count_of, script_values, user_of
from poolhouse.users.rules import spelled
from poolhouse.users.same_person import LOGIN_KEYS, contradicts, differ, keys_of, may_be_rounded, taken

FIND_KEYS: tuple[KeyKind, ...] = ("id", *LOGIN_KEYS)
Users = list[User]
T = TypeVar("T")
AT_ONCE = 8
"""getUser calls of one batch that run together: a worker's own limit."""


class Scripts(Protocol):
    """The eight functions of a pool, whatever form they are written in."""

    async def invoke(self, caller: Caller, active: LiveConnection, name: ScriptName, *args: Any) -> Any: ...

    async def refuse_answer(
        self,
        caller: Caller,
        active: LiveConnection,
        name: ScriptName,
        args: Sequence[Any],
        error: ScriptFailed,
    ) -> None: ...


class LinkedIdentities(Protocol):
    """Identities linked here to a script's users."""

    async def user_id_of(self, pool_id: str, provider: str, user_id_in_idp: str) -> str | None: ...


class ScriptedDirectory:
    keeps_profiles = False

    def __init__(self, active: LiveConnection, scripts: Scripts, identities: LinkedIdentities) -> None:
        self._active, self._scripts, self._identities = active, scripts, identities
        self._zone = active.database.zone

    async def authenticate(
        self, caller: Caller, key: UserKey, password: str, known: Account | UnsetType | None = UNSET
    ) -> User:
        if key.kind not in LOGIN_KEYS:
            raise NotSupportedByDirectory(what=f"login by {key.kind}")
        if not password:  # a script may ask a directory that lets an empty password in (LDAP's bind)
            raise WrongCredentials("empty password")

        def read(profile: Any) -> User:
            return self._meant(profile, caller, "login", key)

        async def tried(value: str) -> User:
            query = {kind: value if kind == key.kind else None for kind in LOGIN_KEYS}
            return await self._ask(caller, "login", query, password, read=read)

        try:
            try:
                user = await tried(_spellings(key)[0])
            except ScriptFailed:
                theirs = await self._spelling_of_the_store(caller, key)
                if theirs is None:
                    raise
                user = await tried(theirs)
        except ScriptFailed as error:
            if self._active.database.error_messages == "uniform":
                raise WrongCredentials(f"the login script: {error.facts['thrown']}") from error
            raise
        return await self._confirmed(caller, key, user)

    async def account_of(self, caller: Caller, key: UserKey) -> Account | None:
        return None

    async def find(self, caller: Caller, keys: Sequence[UserKey]) -> list[User | None]:
        if len(keys) == 1:
            return [await self._find_one(caller, keys[0])]
        budget.require(len(keys))
        places = asyncio.Semaphore(AT_ONCE)

        async def find_in_turn(key: UserKey) -> User | None:
            async with places:
                return await self._find_one(caller, key)

        try:
            async with asyncio.TaskGroup() as group:
                found = [group.create_task(find_in_turn(key)) for key in keys]
        except ExceptionGroup as failures:  # the first failure is everybody's answer
            raise failures.exceptions[0] from failures
        return [task.result() for task in found]

    async def _find_one(self, caller: Caller, key: UserKey) -> User | None:
        if key.kind == "identity":
            provider, _, user_id_in_idp = key.value.partition(":")
            linked = await self._identities.user_id_of(caller.pool_id, provider, user_id_in_idp)
            return await self._find_one(caller, UserKey("id", linked)) if linked else None
        if key.kind not in FIND_KEYS:
            raise NotSupportedByDirectory(what=f"find by {spelled(key.kind)}")
        if key.kind == "id":
            return await self._by_id(caller, key.value)
        for value in _spellings(key):
            if user := await self._find_spelled(caller, key, value):
                return await self._confirmed(caller, key, user)
        return None

    async def _find_spelled(self, caller: Caller, key: UserKey, value: str) -> User | None:
        query = {kind: value if kind == key.kind else None for kind in FIND_KEYS}

        def read(profile: Any) -> User | None:
            return None if profile is None else self._meant(profile, caller, "getUser", key)

        return await self._ask(caller, "getUser", query, read=read)

    async def _spelling_of_the_store(self, caller: Caller, key: UserKey) -> str | None:
        """How the store writes a number or an address that is not known there as it was typed. None where it is:
        then something else was wrong."""
        typed, *others = _spellings(key)
        try:
            for value in (typed, *others) if others else ():
                if await self._find_spelled(caller, key, value):
                    return value if value != typed else None
        except PoolhouseError:
            pass  # what login said is the answer
        return None

    async def _by_id(self, caller: Caller, user_id: str) -> User | None:
        """Whom the store itself knows by this very id. A script that splices finds somebody for `1 OR 1=1`,
        too, but not somebody of that id."""

        def read(profile: Any) -> User | None:
            return None if profile is None else self._user(profile, caller, "getUser")

        query = {kind: user_id if kind == "id" else None for kind in FIND_KEYS}
        user = await self._ask(caller, "getUser", query, read=read)
        return user if user is not None and user.id == user_id else None

    def _user(self, profile: Any, caller: Caller, function: ScriptName) -> User:
        return user_of(profile, caller.pool_id, function, self._zone)

    def _meant(self, profile: Any, caller: Caller, function: ScriptName, key: UserKey) -> User:
        """Raises ScriptFailed for a profile that says it is somebody else's than the one asked for."""
        user = self._user(profile, caller, function)
        if contradicts(user, key):
            raise ScriptFailed(
                f"{function} must return the user it was asked for, but the {key.kind} is another's",
                cause=f"id {user.id}",
            )
        return user

    async def _confirmed(self, caller: Caller, key: UserKey, user: User) -> User:
        """The user; whose id may have been rounded is looked up by it, for it could be somebody else's."""
        if may_be_rounded(user.id):
            found = await self._by_id(caller, user.id)
            if found is None or contradicts(found, key) or differ(found, user):
                raise ScriptFailed(
                    "the id is another's: a number beyond 2^53 was rounded, return it as text",
                    cause=f"id {user.id}",
                )
        return user

    async def search(self, caller: Caller, query: UserQuery) -> Page[User]:
        """A script has no paging here, so the page is cut from what it returns."""
        self._refuse_filters(query)
        if query.fields_named:
            raise NotSupportedByDirectory(what="fields")
        total, users = await self.everybody(caller, query.keyword or "")
        return Page(total, users[query.page.offset :][: query.page.size])

    async def everybody(self, caller: Caller, keyword: str) -> tuple[int, Users]:
        """Whom the script finds, and how many it says they are: never less than it shows."""
        total, users = await self._page(caller, "searchUser", keyword)
        return max(total, len(users)), users

    async def list(self, caller: Caller, query: UserQuery) -> Page[User]:
        self._refuse_filters(query)
        page = query.page
        total, users = await self._page(caller, "listUsers", page.number, page.size)
        if len(users) > page.size and len(users) >= total:  # it does not page: everybody came
            return Page(len(users), users[page.offset :][: page.size])
        if page.number == 1:
            total = max(total, min(len(users), page.size))
        # No more than totalCount leaves: a script that ignores `page` shows nobody on a page behind the last.
        return Page(total, users[: max(0, min(page.size, total - page.offset))])

    async def create(
        self, tx: Tx, caller: Caller, draft: UserDraft, identity: IdentityDraft | None = None
    ) -> User:
        """getUser first, so that a script which does not check for itself makes no second user."""
        if draft.password_hash is not None:
            raise NotSupportedByDirectory(what="keepPassword")
        if identity is not None:
            raise NotSupportedByDirectory(what="identity")
        await self._refuse_others(caller, draft.values, None)
        info: dict[str, Any] = {
            "email": None,
            "phone": None,
            "username": None,
            "nickname": None,
            "photo": None,
        }
        info |= script_values(draft.values, self._zone)
        info["password"] = draft.password
        given = [UserKey(kind, value) for kind in LOGIN_KEYS if (value := draft.values.get(kind))]

        def read(profile: Any) -> User | None:
            if profile is None:
                return None
            made = self._user(profile, caller, "createUser")
            for key in given:
                made = self._meant(profile, caller, "createUser", key)
            return made

        made = await self._ask(caller, "createUser", info, read=read)
        if made is not None:
            return await self._confirmed(caller, given[0], made) if given else made
        for key in given:
            if user := await self._find_one(caller, key):
                return user
        raise ScriptFailed("createUser returned null and getUser does not find the user")

    async def update(self, tx: Tx, caller: Caller, user_id: str, draft: UserDraft) -> User:
        return await self.rewrite(caller, await self.known(caller, user_id), draft)

    async def known(self, caller: Caller, user_id: str) -> User:
        """Asked before an id is given to a script that trusts it. Raises UserNotFound."""
        user = await self._by_id(caller, user_id)
        if user is None:
            raise UserNotFound(user_id=user_id)
        return user

    async def rewrite(self, caller: Caller, before: User, draft: UserDraft) -> User:
        """`before` as the store shows them once updateUser was told; what it did not keep has not changed."""
        if draft.password_hash is not None:
            raise NotSupportedByDirectory(what="keepPassword")
        updates = script_values(draft.values, self._zone)
        if draft.password is not None:
            updates["password"] = draft.password

        def read(profile: Any) -> None:
            if profile is not None and self._user(profile, caller, "updateUser").id != before.id:
                raise ScriptFailed("updateUser must return the user it was given", cause=f"not {before.id}")

        await self._ask(caller, "updateUser", before.id, updates, read=read)
        return await self.known(caller, before.id)

    async def delete(self, tx: Tx, caller: Caller, user_ids: Sequence[str]) -> None:
        """All are looked up before any is deleted: a script offers no transaction over several."""
        wanted = list(dict.fromkeys(user_ids))
        found = await self.find(caller, [UserKey("id", user_id) for user_id in wanted])
        if missing := [user_id for user_id, user in zip(wanted, found, strict=True) if user is None]:
            raise UserNotFound(user_ids=missing)
        for user_id in wanted:
            if await self._call(caller, "deleteUser", user_id) is False:
                raise ScriptFailed("Delete Account Failed", cause=f"deleteUser returned false for {user_id}")

    async def check_password(self, caller: Caller, user_id: str, password: str) -> bool:
        if not password:
            return False
        user = await self.known(caller, user_id)
        answer = await self._call(caller, "validatePassword", user.id, password)
        if answer is None:
            raise UserNotFound(user_id=user_id)
        return answer is True

    async def refuse_if_known(self, caller: Caller, draft: UserDraft, user_id: str | None = None) -> None:
        """`create` asks getUser; so a change is asked for here."""
        if user_id is not None:
            await self._refuse_others(caller, draft.values, user_id)

    async def _refuse_others(self, caller: Caller, values: Mapping[str, Any], user_id: str | None) -> None:
        keys = keys_of(values)
        for key, user in zip(keys, await self.find(caller, keys), strict=True):
            if user is not None and user.id != user_id:
                raise taken(key, user_id)

    async def adopt(
        self, caller: Caller, key: UserKey, password: str | None, how: Adoption = ASKING_NOTHING
    ) -> User | None:
        return None

    async def record_login(
        self,
        caller: Caller,
        user: User,
        times: int = 1,
        token_expires_at: datetime | None = None,
        writes: Writer | None = None,
    ) -> None:
        """Told to updateUser where the connection wants it; its answer does not matter."""
        if self._active.database.record_logins:
            values = {name: getattr(user, name) for name in ("logins_count", "last_login", "last_ip")}
            await self._call(caller, "updateUser", user.id, script_values(values, self._zone))

    def _refuse_filters(self, query: UserQuery) -> None:
        if query.filters:
            raise NotSupportedByDirectory(what=", ".join(query.filters))

    async def _page(self, caller: Caller, function: ScriptName, *args: Any) -> tuple[int, Users]:
        def read(answer: Any) -> tuple[int, Users]:
            return _page_of(answer, caller.pool_id, function, self._zone)

        return await self._ask(caller, function, *args, read=read)

    async def _ask(self, caller: Caller, name: ScriptName, *args: Any, read: Callable[[Any], T]) -> T:
        """What `read` makes of the answer. An answer it refuses is the script's failure, in its log too."""
        answer = await self._call(caller, name, *args)
        try:
            # Thousands of profiles take longer than others should wait.
            return await asyncio.to_thread(read, answer) if _is_long(answer) else read(answer)
        except ScriptFailed as error:
            await self._scripts.refuse_answer(caller, self._active, name, args, error)
            raise

    async def _call(self, caller: Caller, name: ScriptName, *args: Any) -> Any:
        return await self._scripts.invoke(caller, self._active, name, *args)


def _spellings(key: UserKey) -> list[str]:
    """What a store is asked for in turn, which may compare to the letter: a telephone number it may keep in any of
    its spellings, an address as it was typed or in lower case."""
    typed = written(key.value)
    if key.kind == "phone":
        return phones.spellings(typed, key.country_code)
    return list(dict.fromkeys([typed, key.stored]))


def _is_long(answer: Any) -> bool:
    listed = answer.get("list") if isinstance(answer, Mapping) else None
    return isinstance(listed, list) and len(listed) > AT_ONCE * 10


def _page_of(answer: Any, pool_id: str, function: str, zone: tzinfo = UTC) -> tuple[int, Users]:
    if answer is None:
        return 0, []
    if not isinstance(answer, Mapping) or not isinstance(answer.get("list"), list):
        raise ScriptFailed(f"{function} must return totalCount and list", cause=f"{type(answer).__name__}")
    users = [user_of(profile, pool_id, function, zone) for profile in answer["list"]]
    return _total(answer.get("totalCount"), function, len(users)), users


def _total(value: Any, function: str, came: int) -> int:
    """A count, also one a driver has made a string of; v2 answers it in 32 bits. searchUser has no pages, so
    what came is all there is unless it says otherwise."""
    total = came if value is None and function == "searchUser" else count_of(value)
    if total is None:
        raise ScriptFailed(f"{function} must return a number as totalCount", cause=f"{value!r}"[:200])
    return total
