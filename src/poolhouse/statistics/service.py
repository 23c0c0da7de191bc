"""A pool's figures as one answer, quick whatever the pool holds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo

from poolhouse.caller import Caller
from poolhouse.customdb.model import needed
from poolhouse.customdb.service import CustomDatabaseService
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput
from poolhouse.mail.service import MailService
from poolhouse.pools.service import PoolService
from poolhouse.sandbox.client import Sandbox
from poolhouse.statistics import postgres
from poolhouse.times import now, zone_named

MOST_DAYS = 31
MOST_CALLS = 10_000
"""Of scripts, the newest that are looked at."""


@dataclass(slots=True)
class Day:
    """`date` in the pool's zone. `moved` came from the custom database."""

    date: str
    logins: int = 0
    refusals: int = 0
    users: int = 0
    moved: int = 0


@dataclass(frozen=True, slots=True)
class ScriptHealth:
    """`threw`: what a script's `throw` ended, a wrong password among them; `stopped`: by the sandbox."""

    name: str
    calls: int
    threw: int
    stopped: int
    p50_ms: float
    p95_ms: float
    since: datetime


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done. `code`: `scripts_missing` (`about`: which), `draft_newer`, `breaker_open`,
    `mail_not_configured`, `mail_failed`."""

    code: str
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PoolStatistics:
    """`until`: before it everything is counted; None while nothing is but the last hour. `breaker` is that of the
    process that answers, None where scripts never ran in it."""

    zone: str
    until: datetime | None
    users: int
    days: tuple[Day, ...]
    refusals: Mapping[str, int]
    scripts: tuple[ScriptHealth, ...]
    breaker: str | None
    mail_waiting: int
    mail_failed: int
    steps: tuple[Step, ...] = field(default=())


class Statistics:
    def __init__(
        self,
        *,
        db: Database,
        pools: PoolService,
        customdb: CustomDatabaseService,
        mail: MailService,
        sandbox: Sandbox,
        has_mail_server: bool,
    ) -> None:
        self._db, self._pools, self._customdb, self._mail = db, pools, customdb, mail
        self._sandbox, self._has_mail_server = sandbox, has_mail_server

    async def of(self, caller: Caller, days: int) -> PoolStatistics:
        """The last `days` days of the pool's zone, today among them. Raises InvalidInput."""
        caller.require_administrator()
        if not 1 <= days <= MOST_DAYS:
            raise InvalidInput("days", f"应为 1 至 {MOST_DAYS}", f"must be 1 to {MOST_DAYS}")
        zone = (await self._pools.get(caller.pool_id)).settings.zone
        begins = _beginnings(now(), zone_named(zone, "zone"), days)
        shown = [Day(one.date().isoformat()) for one in begins]
        refusals: dict[str, int] = {}
        for row in await postgres.by_day(self._db, caller.pool_id, begins):
            day, count = shown[row["day"] - 1], row["count"]
            if row["kind"] == "login":
                day.logins += count
            elif row["kind"] == "refusal":
                day.refusals += count
                refusals[row["name"]] = refusals.get(row["name"], 0) + count
            elif row["kind"] == "user":
                day.users += count
            else:
                day.moved += count
        health = await postgres.scripts(self._db, caller.pool_id, MOST_CALLS)
        waiting, failed = await postgres.mail(self._db, caller.pool_id)
        breaker = self._breaker(caller.pool_id)
        return PoolStatistics(
            zone=zone,
            until=await postgres.counted_until(self._db),
            users=await postgres.users(self._db, caller.pool_id),
            days=tuple(shown),
            refusals=dict(sorted(refusals.items(), key=lambda one: (-one[1], one[0]))),
            scripts=tuple(ScriptHealth(**dict(row.items())) for row in health),
            breaker=breaker,
            mail_waiting=waiting,
            mail_failed=failed,
            steps=await self._steps(caller, failed, breaker),
        )

    def _breaker(self, pool_id: str) -> str | None:
        states = [one.breaker.value for one in self._sandbox.status().connections if one.key == pool_id]
        return states[0] if states else None

    async def _steps(self, caller: Caller, mails_failed: int, breaker: str | None) -> tuple[Step, ...]:
        steps = []
        database = await self._customdb.get(caller)
        if database.enabled:
            states = await self._customdb.list_scripts(caller)
            published = {state.name for state in states if state.published is not None}
            if missing := [name for name in needed(database) if name not in published]:
                steps.append(Step("scripts_missing", tuple(missing)))
            newer = [one.name for one in states if one.published and one.draft and one.draft > one.published]
            if newer:
                steps.append(Step("draft_newer", tuple(newer)))
        if breaker == "open":
            steps.append(Step("breaker_open"))
        provider = await self._mail.get_provider(caller)
        if not self._has_mail_server and not (provider and provider.enabled):
            steps.append(Step("mail_not_configured"))
        if mails_failed:
            steps.append(Step("mail_failed"))
        return tuple(steps)


def _beginnings(moment: datetime, zone: tzinfo, days: int) -> list[datetime]:
    """When each day begins; one of 23 or 25 hours too."""
    today = moment.astimezone(zone).date()
    return [
        datetime(one.year, one.month, one.day, tzinfo=zone)
        for one in (today - timedelta(days=back) for back in reversed(range(days)))
    ]
