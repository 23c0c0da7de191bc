"""Who may register, where a whitelist is switched on. Administrators create users past it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from poolhouse import emails, phones
from poolhouse.aside import aside
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput, NotWhitelisted
from poolhouse.pools import postgres_lists
from poolhouse.pools.model import Pool
from poolhouse.texts import EMPTY, written

Kind = Literal["username", "email", "phone"]
MOST_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class Entry:
    value: str
    created_at: datetime


class Whitelist:
    """`app_id` None: the pool's list; else one that holds for that application alone."""

    def __init__(self, db: Database, audit: AuditLog) -> None:
        self._db, self._audit = db, audit

    async def list(self, caller: Caller, kind: Kind, app_id: str | None = None) -> Sequence[Entry]:
        """Newest first."""
        caller.require_administrator()
        found = await postgres_lists.whitelist(self._db, caller.pool_id, app_id or "", kind)
        return [Entry(value, created_at) for value, created_at in found]

    async def add(
        self, caller: Caller, kind: Kind, values: Sequence[str], app_id: str | None = None
    ) -> Sequence[Entry]:
        """Kept are e-mails in lower case, the digits of telephone numbers, and a plus before those that begin with
        their country. What is there already stays. Gives the entries named."""
        caller.require_administrator()
        wanted = _normal(kind, values)
        async with self._db.transaction() as tx:
            await postgres_lists.add_to_whitelist(tx, caller.pool_id, app_id or "", kind, wanted)
            detail = {"kind": kind, "values": wanted[:20], "count": len(wanted)}
            await self._audit.write(tx, caller, Event("add", "whitelist", app_id, detail=detail))
        return [entry for entry in await self.list(caller, kind, app_id) if entry.value in wanted]

    async def remove(
        self, caller: Caller, kind: Kind, values: Sequence[str], app_id: str | None = None
    ) -> None:
        """However an entry is written. What is not there is no error."""
        caller.require_administrator()
        named = _normal(kind, values)
        wanted = await aside(caller.pool_id, _all_spelled, kind, values)
        async with self._db.transaction() as tx:
            await postgres_lists.remove_from_whitelist(tx, caller.pool_id, app_id or "", kind, wanted)
            detail = {"kind": kind, "values": named[:20], "count": len(named)}
            await self._audit.write(tx, caller, Event("remove", "whitelist", app_id, detail=detail))

    async def require_listed(self, caller: Caller, pool: Pool, values: Mapping[str, Any]) -> None:
        """Raises NotWhitelisted for a registration with a username, email or phone that is not on a list
        which is switched on; the application's list counts beside the pool's."""
        switched_on: dict[Kind, bool] = {
            "username": pool.settings.whitelists.username_enabled,
            "email": pool.settings.whitelists.email_enabled,
            "phone": pool.settings.whitelists.phone_enabled,
        }
        places = ["", *([caller.app_id] if caller.app_id else [])]
        for kind, on in switched_on.items():
            value = values.get(kind)
            if (
                on
                and value
                and not await self._holds(pool.id, places, kind, str(value), values.get("phone_country_code"))
            ):
                raise NotWhitelisted(field=kind)

    async def _holds(
        self, pool_id: str, places: Sequence[str], kind: Kind, value: str, country_code: str | None
    ) -> bool:
        spelled = sorted(_spelled(kind, value, country_code))
        return await postgres_lists.is_whitelisted(self._db, pool_id, places, kind, spelled)


def _spelled(kind: Kind, value: str, country_code: str | None = None) -> set[str]:
    """The entries that name `value`: a telephone number may stand there in any of its spellings, and in digits
    alone for one of any country."""
    found = {*_normal(kind, [value]), written(value), value.strip()}
    return found | set(phones.spellings(phones.plain(value), country_code)) if kind == "phone" else found


def _all_spelled(kind: Kind, values: Sequence[str]) -> list[str]:
    return sorted({text for value in values for text in _spelled(kind, value)})


def _normal(kind: Kind, values: Sequence[str]) -> Sequence[str]:
    wanted = list(dict.fromkeys(_kept(kind, value) for value in values))
    if not wanted:
        raise InvalidInput("list", *EMPTY)
    if len(wanted) > MOST_AT_ONCE:
        raise InvalidInput("list", f"一次最多 {MOST_AT_ONCE} 条", f"at most {MOST_AT_ONCE} at once")
    if any(not value or len(value) > 320 for value in wanted):
        raise InvalidInput("list", "每条长度应为 1 至 320", "each must be 1 to 320 characters")
    return wanted


def _kept(kind: Kind, value: str) -> str:
    if kind == "email":
        return emails.stored(value)
    return phones.plain(written(value)) if kind == "phone" else written(value)
