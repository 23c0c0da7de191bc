"""Queries over users of a scripted directory: which source gives the candidates, and which conditions filter them.

A script searches by a keyword and finds by a key; groups, roles, departments, identities and custom data are kept
here. Whoever can be gathered whole from one of these is judged by the rest; what would take a walk through
somebody's whole database is refused by name. docs/reference/scripts.md has the table, and a test reads it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.directory import matching, terms
from poolhouse.directory import postgres_belongings as belongings
from poolhouse.directory.filters import text_of, values_of
from poolhouse.directory.postgres_belongings import Fields
from poolhouse.directory.scripted import FIND_KEYS, ScriptedDirectory
from poolhouse.errors import NotSupportedByDirectory
from poolhouse.paging import Page, PageRequest
from poolhouse.users.model import CUSTOM, Condition, User, UserKey, UserQuery
from poolhouse.users.profile_fields import SEARCHED_FIELDS
from poolhouse.users.rules import spelled

MOST_FOUND = 80
"""Users one query may look up one by one: as many as one batch may ask for."""

Users = list[User]
Complete = Callable[[Caller, Sequence[User]], Awaitable[Users]]


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query taken apart. `key`: the condition getUser answers. `conditions`: the others on the profile."""

    query: UserQuery
    fields: Fields
    key: Condition | None
    conditions: tuple[Condition, ...]

    @property
    def belongs(self) -> bool:
        query = self.query
        kept = any(belongings.is_kept_here(one) for one in query.conditions)
        return kept or query.not_in_org or belongings.is_narrow(query)

    @property
    def judged(self) -> list[str]:
        """The names of what only a fetched profile tells."""
        query = self.query
        named = {
            "status": query.statuses,
            "updatedAt": query.updated_from or query.updated_to,
            "sort": query.sort,
        }
        return [
            *(name for name, value in named.items() if value),
            *(spelled(one.field) for one in self.conditions),
        ]

    @property
    def names(self) -> str:
        """Everything but the keyword, for a refusal."""
        query = self.query
        kept = [one.field for one in query.conditions if belongings.is_kept_here(one)]
        named = {
            "excludeUsersInOrg": query.not_in_org,
            "department": query.departments,
            "group": query.groups,
            "role": query.roles,
        }
        return ", ".join([*(name for name, value in named.items() if value), *kept, *self.judged])


class Gatherer:
    """`complete` adds to users what is kept here of them."""

    def __init__(self, store: ScriptedDirectory, db: Database, complete: Complete) -> None:
        self._store, self._db, self._complete = store, db, complete

    async def page(self, caller: Caller, query: UserQuery) -> Page[User]:
        """Raises NotSupportedByDirectory naming what neither a script nor anything kept here can say, and what
        a query of our own tables would raise."""
        asked = await self._taken_apart(caller, query)
        if asked.key is None and not query.keyword and not asked.judged and belongings.is_narrow(query):
            return await self._members(caller, asked)
        users = await self._complete(caller, await self._gathered(caller, asked))
        if asked.belongs and users:
            ids = [user.id for user in users]
            fitting = await belongings.among(self._db.lagging, caller.pool_id, query, asked.fields, ids)
            users = [user for user in users if user.id in fitting]
        tests = matching.tests_of(query, asked.conditions)
        users = matching.in_order([user for user in users if all(test(user) for test in tests)], query.sort)
        return Page(len(users), users[query.page.offset :][: query.page.size])

    async def _taken_apart(self, caller: Caller, query: UserQuery) -> _Asked:
        found = await terms.custom_fields(self._db.lagging, caller.pool_id, query)
        fields = {
            key: replace(field, index=None) for key, field in found.items()
        }  # it has users of ours alone
        terms.check(caller.pool_id, query, fields)
        if by_value := [one.field for one in query.sort if one.field.startswith(CUSTOM)]:
            raise NotSupportedByDirectory(what=f"sort {by_value[0]}")
        of_profile = [one for one in query.conditions if not belongings.is_kept_here(one)]
        if any(one.field == "logged_in_apps" for one in of_profile):
            raise NotSupportedByDirectory(what="loggedInApps")
        keys = [one for one in of_profile if one.field in FIND_KEYS and one.operator in ("EQUAL", "IN")]
        key = keys[0] if keys else None
        return _Asked(query, fields, key, tuple(one for one in of_profile if one is not key))

    async def _members(self, caller: Caller, asked: _Asked) -> Page[User]:
        """Of users only what is kept here is asked: the page is cut here, and the database shows its users."""

        async def ids(page: PageRequest) -> Page[str]:
            return await belongings.page(self._db.lagging, caller.pool_id, asked.query, asked.fields, page)

        return await existing(ids, asked.query.page, lambda some: self._found(caller, some))

    async def _gathered(self, caller: Caller, asked: _Asked) -> Users:
        """Everybody who may be meant. Raises NotSupportedByDirectory."""
        query = asked.query
        if asked.key is not None:
            users = await self._by_key(caller, asked.key)
            return _holding(users, query) if query.keyword else users
        if not query.keyword:
            if belongings.is_narrow(query):
                return await self._few_members(caller, asked, ", ".join(asked.judged))
            raise NotSupportedByDirectory(what=asked.names)
        unsearched = set(query.fields) - set(SEARCHED_FIELDS) if query.fields_named else set()
        if unsearched:
            what = ", ".join(f"fields {spelled(field)}" for field in sorted(unsearched))
            if belongings.is_narrow(query):
                return _holding(await self._few_members(caller, asked, what), query)
            raise NotSupportedByDirectory(what=what)
        total, users = await self._store.everybody(caller, query.keyword)
        if total <= len(users):
            return _holding(users, query) if query.fields_named else users
        what = f"{asked.names or 'fields'} (searchUser returned {len(users)} of {total})"
        if belongings.is_narrow(query):
            return _holding(await self._few_members(caller, asked, what), query)
        raise NotSupportedByDirectory(what=what)

    async def _by_key(self, caller: Caller, key: Condition) -> Users:
        values = values_of(key.value) if key.operator == "IN" else [key.value]
        wanted = list(dict.fromkeys(text_of(value) for value in values))
        if len(wanted) > MOST_FOUND:
            raise NotSupportedByDirectory(what=f"{spelled(key.field)} IN with more than {MOST_FOUND} values")
        keys = [UserKey(kind, value) for value in wanted for kind in FIND_KEYS if kind == key.field]
        found = {user.id: user for user in await self._store.find(caller, keys) if user}
        return [user for user in found.values() if matching.said(key)(user)]

    async def _few_members(self, caller: Caller, asked: _Asked, what: str) -> Users:
        most = PageRequest(1, MOST_FOUND)
        ids = await belongings.page(self._db.lagging, caller.pool_id, asked.query, asked.fields, most)
        if ids.total > MOST_FOUND:
            raise NotSupportedByDirectory(what=f"{what}: of more than {MOST_FOUND} members ({ids.total})")
        return await self._found(caller, ids.items)

    async def _found(self, caller: Caller, user_ids: Sequence[str]) -> Users:
        found = await self._store.find(caller, [UserKey("id", user_id) for user_id in user_ids])
        return await self._complete(caller, [user for user in found if user])


async def existing(
    ids: Callable[[PageRequest], Awaitable[Page[str]]],
    page: PageRequest,
    found: Callable[[Sequence[str]], Awaitable[Users]],
) -> Page[User]:
    """A page of members known by their ids, some of whom their own database may have lost.

    Few are all looked up, so the total counts those who are there. Of many the page alone is: it leaves out who is
    gone, and the total still counts them.
    """
    few = await ids(PageRequest(1, MOST_FOUND))
    if few.total <= MOST_FOUND:
        users = await found(few.items) if few.items else []
        return Page(len(users), users[page.offset :][: page.size])
    asked = await ids(page)
    return Page(asked.total, await found(asked.items) if asked.items else [])


def _holding(users: Sequence[User], query: UserQuery) -> Users:
    fits = matching.holds(query.keyword or "", query.fields)
    return [user for user in users if fits(user)]
