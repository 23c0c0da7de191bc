"""Loads the users and applications that a page of audit rows refers to, as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from poolhouse.apps.model import App
from poolhouse.audit.model import Record
from poolhouse.caller import Caller
from poolhouse.errors import AppNotFound, CustomDatabaseUnavailable, InvalidInput, ScriptFailed
from poolhouse.login.refusal_log import name_typed
from poolhouse.services import WireServices
from poolhouse.users.model import User
from poolhouse.users.same_person import keys_typed

MOST_NAMED = 10


@dataclass(frozen=True, slots=True)
class Surroundings:
    """By id; who or what is gone since is missing."""

    users: dict[str, User] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)

    def user(self, row: Record) -> User | None:
        return self.users.get(row.user_id) if row.user_id else None

    def app(self, row: Record) -> App | None:
        return self.apps.get(row.app_id) if row.app_id else None


async def whose_acts(
    services: WireServices, caller: Caller, given: Sequence[str]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """(`user_ids`, `names`) of the acts to look for: an administrator may write an id, or a username, an e-mail
    address or a phone number, be it somebody's or only tried."""
    if caller.kind == "user" or not given:
        return tuple(given), ()
    keys = [key for name in given[:MOST_NAMED] if len(name) <= 256 for key in keys_typed(name)]
    try:
        found = [user for user in await services.users.find_many(caller, keys) if user]
    except (ScriptFailed, CustomDatabaseUnavailable, InvalidInput):
        found = []
    return (*given, *(user.id for user in found)), tuple(name_typed(name) for name in given[:MOST_NAMED])


async def surroundings(services: WireServices, caller: Caller, rows: Sequence[Record]) -> Surroundings:
    """One look-up of all people, one (cached) of each application."""
    ids = list(dict.fromkeys(row.user_id for row in rows if row.user_id))
    try:
        users = await services.users.list_by_ids(caller, ids) if ids else []
    except (ScriptFailed, CustomDatabaseUnavailable):
        users = []  # the log reads without the company's database, by the names it kept
    apps: dict[str, App] = {}
    for app_id in dict.fromkeys(row.app_id for row in rows if row.app_id):
        try:
            apps[app_id] = await services.apps.get(caller, app_id)
        except AppNotFound:
            continue
    return Surroundings({user.id: user for user in users}, apps)
