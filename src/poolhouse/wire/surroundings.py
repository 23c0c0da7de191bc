"""The people and applications a page of audit rows speaks of, as they are now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from poolhouse.apps.model import App
from poolhouse.audit.model import Record
from poolhouse.caller import Caller
from poolhouse.errors import AppNotFound, CustomDatabaseUnavailable, ScriptFailed
from poolhouse.users.model import User

if TYPE_CHECKING:
    from poolhouse.services import Services


@dataclass(frozen=True, slots=True)
class Surroundings:
    """By id; who or what is gone since is missing."""

    users: dict[str, User] = field(default_factory=dict)
    apps: dict[str, App] = field(default_factory=dict)

    def user(self, row: Record) -> User | None:
        return self.users.get(row.user_id) if row.user_id else None

    def app(self, row: Record) -> App | None:
        return self.apps.get(row.app_id) if row.app_id else None


async def surroundings(services: Services, caller: Caller, rows: Sequence[Record]) -> Surroundings:
    """One look-up of all people, one (cached) of each application."""
    ids = list(dict.fromkeys(row.user_id for row in rows if row.user_id))
    try:
        users = await services.users.by_ids(caller, ids) if ids else []
    except (ScriptFailed, CustomDatabaseUnavailable):
        users = []  # the log reads without the company's database, by the names it kept
    apps: dict[str, App] = {}
    for app_id in dict.fromkeys(row.app_id for row in rows if row.app_id):
        try:
            apps[app_id] = await services.apps.get(caller, app_id)
        except AppNotFound:
            continue
    return Surroundings({user.id: user for user in users}, apps)
