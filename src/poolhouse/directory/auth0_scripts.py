"""A pool's scripts in Auth0's form, asked as if they were our eight.

Auth0 keeps a copy of every profile and so has functions for the database only by e-mail or username: no listing, no
search, no look-up by id, and one function for each thing that changes. What is missing is made here of what there
is, or refused by name; a function of ours, published beside them, is called as it is.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from poolhouse.caller import Caller
from poolhouse.customdb.auth0 import name_of
from poolhouse.customdb.model import Auth0Name, LiveConnection, ScriptName
from poolhouse.customdb.runner import ScriptRunner
from poolhouse.db.database import Database
from poolhouse.directory import postgres_states as rows
from poolhouse.errors import (
    NotSupportedByDirectory,
    ScriptFailed,
    UserNotFound,
    WrongCredentials,
)
from poolhouse.texts import is_storable
from poolhouse.users.profiles import script_id

REMEMBERED = 10_000
"""Ids whose names are kept in memory, of all pools together."""
LONGEST_NAME = 256


class Auth0Scripts:
    """What `ScriptedDirectory` asks. One for all pools."""

    def __init__(self, runner: ScriptRunner, db: Database) -> None:
        self._runner, self._db = runner, db
        self._known: OrderedDict[tuple[str, str], str] = OrderedDict()

    async def invoke(self, caller: Caller, active: LiveConnection, name: ScriptName, *args: Any) -> Any:
        """As `ScriptRunner.invoke`. Raises NotSupportedByDirectory naming a function there is nothing for."""
        if name == "login":
            return await self._login(caller, active, *args)
        if name == "getUser":
            return await self._find(caller, active, *args)
        if name == "createUser":
            return await self._create(caller, active, *args)
        if name in active.sources or name == "deleteUser":
            return await self._runner.invoke(caller, active, name, *args)
        if name == "updateUser":
            return await self._update(caller, active, *args)
        if name == "validatePassword":
            return await self._validate(caller, active, *args)
        raise NotSupportedByDirectory(what=f"{name} (Auth0 has none; publish one of Poolhouse's)")

    async def refuse_answer(
        self,
        caller: Caller,
        active: LiveConnection,
        name: ScriptName,
        args: Sequence[Any],
        error: ScriptFailed,
    ) -> None:
        await self._runner.refuse_answer(caller, active, name, args, error)

    async def _login(self, caller: Caller, active: LiveConnection, query: Any, password: str) -> Any:
        profile = await self._runner.invoke(caller, active, "login", query, password)
        if not profile:
            raise WrongCredentials("the login script called back without a user")
        return await self._remembered(active, profile)

    async def _find(self, caller: Caller, active: LiveConnection, query: Mapping[str, Any]) -> Any:
        known_as = None
        if user_id := query.get("id"):
            known_as = await self._name_of(active, user_id)
        profile = await self._runner.invoke(caller, active, "getUser", query, known_as=known_as)
        return await self._remembered(active, profile, known_as)

    async def _create(self, caller: Caller, active: LiveConnection, info: Any) -> Any:
        profile = await self._runner.invoke(caller, active, "createUser", info)
        return await self._remembered(active, profile)

    # -- one update, several functions ---------------------------------------------------------------------

    async def _update(
        self, caller: Caller, active: LiveConnection, user_id: str, updates: Mapping[str, Any]
    ) -> None:
        """What no function is for is left out: whoever asked looks at the user again and says so."""
        if not updates.keys() & {"email", "emailVerified", "username", "password"}:
            return
        before = await self._by_id(caller, active, user_id)
        name = name_of(before) or user_id
        old, new = before.get("username") or name, updates.get("username")
        renamed = new and new != old and await self._change(caller, active, "changeUsername", old, new)
        if renamed and not before.get("email"):
            name = str(new)
        if await self._change_email(caller, active, before, updates):
            name = updates.get("email") or name
        await self._remember(active, user_id, name)
        if updates.get("password") is not None:
            await self._change_password(caller, active, user_id, name, updates["password"])

    async def _change_email(
        self, caller: Caller, active: LiveConnection, before: Mapping[str, Any], updates: Mapping[str, Any]
    ) -> bool:
        old, new = before.get("email"), updates.get("email")
        verified = updates.get("emailVerified")
        if old and new and str(new).lower() != str(old).lower():
            return await self._change(caller, active, "changeEmail", old, new, bool(verified))
        if not old or verified is None or verified == before.get("emailVerified", False):
            return False
        if verified and "verify" in active.sources:
            await self._change(caller, active, "verify", old)
        else:
            await self._change(caller, active, "changeEmail", old, old, bool(verified))
        return False

    async def _change_password(
        self, caller: Caller, active: LiveConnection, user_id: str, name: str, password: str
    ) -> None:
        """Auth0's MySQL example answers false for a password it has changed; so `login` has the last word."""
        if await self._runner.invoke(caller, active, "changePassword", name, password):
            return
        if not await self._lets_in(caller, active, user_id, name, password):
            raise ScriptFailed("changePassword did not change the password", cause="it answered false")

    async def _change(self, caller: Caller, active: LiveConnection, function: Auth0Name, *args: Any) -> bool:
        """False where nobody published the function, and then nothing is changed."""
        if function not in active.sources:
            return False
        await self._runner.invoke(caller, active, function, *args)
        return True

    async def _validate(self, caller: Caller, active: LiveConnection, user_id: str, password: str) -> bool:
        before = await self._by_id(caller, active, user_id)
        name = name_of(before) or user_id
        return await self._lets_in(caller, active, user_id, name, password)

    async def _lets_in(
        self, caller: Caller, active: LiveConnection, user_id: str, name: str, password: str
    ) -> bool:
        kind = "email" if "@" in name else "username"
        query = {each: name if each == kind else None for each in ("email", "phone", "username")}
        try:
            profile = await self._runner.invoke(caller, active, "login", query, password)
        except WrongCredentials:
            return False
        return _id_of(profile) == user_id

    async def _by_id(self, caller: Caller, active: LiveConnection, user_id: str) -> Mapping[str, Any]:
        found = await self._find(
            caller, active, {"id": user_id, "email": None, "phone": None, "username": None}
        )
        if _id_of(found) != user_id:
            raise UserNotFound(user_id=user_id)
        profile: Mapping[str, Any] = found
        return profile

    # -- by what an id is found ----------------------------------------------------------------------------

    async def _remembered(self, active: LiveConnection, profile: Any, known_as: str | None = None) -> Any:
        user_id = _id_of(profile)
        if user_id is not None and (name := name_of(profile)) and name != known_as:
            await self._remember(active, user_id, name)
        return profile

    async def _remember(self, active: LiveConnection, user_id: str, name: str) -> None:
        """In the database only where users stay in their own: there an id is all that a session has of them."""
        key = (active.database.pool_id, user_id)
        if name == user_id or len(name) > LONGEST_NAME or not is_storable(name):
            return
        if active.database.mode == "CUSTOM_USER_STORE":
            await rows.name(self._db, *key, name)
            return
        self._known[key] = name
        self._known.move_to_end(key)
        if len(self._known) > REMEMBERED:
            self._known.popitem(last=False)

    async def _name_of(self, active: LiveConnection, user_id: str) -> str | None:
        if active.database.mode == "CUSTOM_USER_STORE":
            return await rows.name_of(self._db, active.database.pool_id, user_id)
        return self._known.get((active.database.pool_id, user_id))


def _id_of(profile: Any) -> str | None:
    try:
        return script_id(profile, "getUser")
    except ScriptFailed:
        return None
