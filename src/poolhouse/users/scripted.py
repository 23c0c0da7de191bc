"""ScriptedDirectory: a pool's users stay in its own database; each verb is one of its scripts.

Nothing of a profile and no password is ever written on our side. Source: reference/custom-database.md 2.3.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from poolhouse.caller import Caller
from poolhouse.customdb.model import Active, ScriptName
from poolhouse.customdb.runner import ScriptRunner
from poolhouse.db.pool import Tx
from poolhouse.errors import NotSupportedByDirectory, ScriptFailed, UserExists, UserNotFound, WrongCredentials
from poolhouse.paging import Page
from poolhouse.users.model import SEARCHED_FIELDS, IdentityDraft, KeyKind, User, UserDraft, UserKey, UserQuery
from poolhouse.users.profiles import script_values, user_of

LOGIN_KEYS: tuple[KeyKind, ...] = ("email", "phone", "username")
FIND_KEYS: tuple[KeyKind, ...] = ("id", *LOGIN_KEYS)
Users = list[User]
AT_ONCE = 8
"""getUser calls of one batch that run together: a worker's own limit."""


class LinkedIdentities(Protocol):
    """Identities linked here to a script's users."""

    async def user_id_of(self, pool_id: str, provider: str, user_id_in_idp: str) -> str | None: ...


class ScriptedDirectory:
    keeps_profiles = False

    def __init__(self, active: Active, runner: ScriptRunner, identities: LinkedIdentities) -> None:
        self._active, self._runner, self._identities = active, runner, identities

    async def authenticate(self, caller: Caller, key: UserKey, password: str) -> User:
        if key.kind not in LOGIN_KEYS:
            raise NotSupportedByDirectory(what=f"login by {key.kind}")
        if not password:  # a script may ask a directory that lets an empty password in (LDAP's bind)
            raise WrongCredentials("empty password")
        query = {kind: key.value if kind == key.kind else None for kind in LOGIN_KEYS}
        profile = await self._call(caller, "login", query, password)
        return user_of(profile, caller.pool_id, "login")

    async def id_of(self, caller: Caller, key: UserKey) -> str | None:
        return None

    async def find(self, caller: Caller, keys: Sequence[UserKey]) -> list[User | None]:
        if len(keys) == 1:
            return [await self._find_one(caller, keys[0])]
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
            raise NotSupportedByDirectory(what=f"find by {key.kind}")
        query = {kind: key.value if kind == key.kind else None for kind in FIND_KEYS}
        profile = await self._call(caller, "getUser", query)
        return user_of(profile, caller.pool_id, "getUser") if profile is not None else None

    async def search(self, caller: Caller, query: UserQuery) -> Page[User]:
        """A script has no paging here, so the page is cut from what it returns."""
        self._refuse_filters(query)
        if query.fields != SEARCHED_FIELDS:
            raise NotSupportedByDirectory(what="search fields")
        answer = await self._call(caller, "searchUser", query.keyword or "")
        total, users = self._page(answer, caller, "searchUser")
        if total > len(users):  # the script pages by itself: what it gave is all there is to cut from
            return Page(total, users[query.page.offset :][: query.page.size])
        return Page(len(users), users[query.page.offset :][: query.page.size])

    async def list(self, caller: Caller, query: UserQuery) -> Page[User]:
        self._refuse_filters(query)
        answer = await self._call(caller, "listUsers", query.page.number, query.page.size)
        return Page(*self._page(answer, caller, "listUsers"))

    async def create(
        self, tx: Tx, caller: Caller, draft: UserDraft, identity: IdentityDraft | None = None
    ) -> User:
        """getUser first, so that a script which does not check for itself makes no second user."""
        if draft.password_hash is not None:
            raise NotSupportedByDirectory(what="keepPassword")
        if identity is not None:
            raise NotSupportedByDirectory(what="identity")
        for kind in LOGIN_KEYS:
            if (value := draft.values.get(kind)) and await self._find_one(caller, UserKey(kind, value)):
                raise UserExists(field=kind)
        info: dict[str, Any] = {
            "email": None,
            "phone": None,
            "username": None,
            "nickname": None,
            "photo": None,
        }
        info |= script_values(draft.values)
        info["password"] = draft.password
        profile = await self._call(caller, "createUser", info)
        if profile is not None:
            return user_of(profile, caller.pool_id, "createUser")
        for kind in LOGIN_KEYS:
            value = draft.values.get(kind)
            if value and (user := await self._find_one(caller, UserKey(kind, value))):
                return user
        raise ScriptFailed("createUser returned null and getUser does not find the user")

    async def update(self, tx: Tx, caller: Caller, user_id: str, draft: UserDraft) -> User:
        if draft.password_hash is not None:
            raise NotSupportedByDirectory(what="keepPassword")
        updates = script_values(draft.values)
        if draft.password is not None:
            updates["password"] = draft.password
        profile = await self._call(caller, "updateUser", user_id, updates)
        if profile is not None:
            return user_of(profile, caller.pool_id, "updateUser")
        user = await self._find_one(caller, UserKey("id", user_id))
        if user is None:
            raise UserNotFound(user_id=user_id)
        return user

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
        answer = await self._call(caller, "validatePassword", user_id, password)
        if answer is None:
            raise UserNotFound(user_id=user_id)
        return answer is True

    async def refuse_if_known(self, caller: Caller, draft: UserDraft) -> None:
        """`create` asks getUser."""

    async def adopt(self, caller: Caller, key: UserKey, password: str | None) -> User | None:
        return None

    async def record_login(
        self, caller: Caller, user: User, times: int = 1, token_expires_at: datetime | None = None
    ) -> None:
        """Told to updateUser where the connection wants it; its answer does not matter."""
        if self._active.database.record_logins:
            values = {name: getattr(user, name) for name in ("logins_count", "last_login", "last_ip")}
            await self._call(caller, "updateUser", user.id, script_values(values))

    def _refuse_filters(self, query: UserQuery) -> None:
        if query.filters:
            raise NotSupportedByDirectory(what=", ".join(query.filters))

    def _page(self, answer: Any, caller: Caller, function: str) -> tuple[int, Users]:
        if answer is None:
            return 0, []
        if not isinstance(answer, Mapping) or not isinstance(answer.get("list"), list):
            raise ScriptFailed(
                f"{function} must return totalCount and list", cause=f"{type(answer).__name__}"
            )
        users = [user_of(profile, caller.pool_id, function) for profile in answer["list"]]
        total = answer.get("totalCount")
        if isinstance(total, str) and total.isdigit():
            total = int(total)
        if isinstance(total, bool) or not isinstance(total, int | float):
            raise ScriptFailed(f"{function} must return a number as totalCount", cause=f"{total!r}")
        return int(total), users

    async def _call(self, caller: Caller, name: ScriptName, *args: Any) -> Any:
        return await self._runner.invoke(caller, self._active, name, *args)
