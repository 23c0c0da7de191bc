"""Tells applications of logouts; at least once, by any number of nodes together.

A stream like the mail's: every place that falls free takes the next notice. A pool and an application hold so many
places at most, and an application that does not answer is left alone for a while, so neither makes the others wait.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import prometheus_client
import structlog

from poolhouse import tracing
from poolhouse.apps.model import App
from poolhouse.apps.service import AppService
from poolhouse.breaker import Breaker, Breakers, BreakerState
from poolhouse.db.database import Database
from poolhouse.db.outbox import OutboxStream
from poolhouse.errors import AppNotFound, TooLarge
from poolhouse.failures import told
from poolhouse.oidc import postgres_logout
from poolhouse.oidc.back_channel import CHANNEL, claims_of
from poolhouse.oidc.model import LogoutNotice
from poolhouse.outgoing import NoAnswer, NotAllowed, Outgoing
from poolhouse.retries import RetryPolicy
from poolhouse.sessions.service import SessionService
from poolhouse.times import now

AT_ONCE = 64
PER_POOL = 8
PER_APP = 2
LEASE = timedelta(minutes=2)
"""An attempt takes ten seconds, and what the system takes to give up a name."""
SENDING_S = 12.0
RETRIES = RetryPolicy(timedelta(seconds=5), timedelta(minutes=10), timedelta(hours=1))
"""About a dozen attempts. Who could not be told for an hour asks for a token some day, and is refused."""

DELIVERIES = prometheus_client.Counter(
    "poolhouse_logout_deliveries",
    "Attempts to tell an application of a logout. outcome: told, refused (for good), failed.",
    ["outcome"],
)

_log = structlog.get_logger(__name__)


class Refused(Exception):
    """The application says that the token is none (400): the next one would be the same."""


class LogoutDelivery(OutboxStream):
    """`issuer`: who we are where no grant says it. `only`: the pools it serves (None: all), for tests."""

    def __init__(
        self,
        *,
        db: Database,
        apps: AppService,
        sessions: SessionService,
        outgoing: Outgoing,
        issuer: str,
        policy: RetryPolicy = RETRIES,
        only: list[str] | None = None,
        breaker: Callable[[], Breaker] = lambda: Breaker(failures=3, open_s=5.0, open_most_s=60.0),
    ) -> None:
        super().__init__(db, "logout_notices", CHANNEL)
        self._apps, self._sessions, self._outgoing = apps, sessions, outgoing
        self._issuer, self._policy, self._only = issuer, policy, only
        self._pools: Counter[str] = Counter()
        self._flying: Counter[str] = Counter()
        self._breakers = Breakers[str](breaker)  # of applications

    def resting(self) -> int:
        """How many applications are not called for now because they failed."""
        return sum(self._breakers.state(app_id) is BreakerState.OPEN for app_id in self._breakers)

    async def run(self) -> None:
        """For the life of the server. Cancelled, it begins nothing more and waits SENDING_S for what it began."""
        await self._serve(SENDING_S)

    # -- places --------------------------------------------------------------------------------------------

    async def _start_due(self, due_by: datetime | None = None) -> int:
        """Fills the places that are free; gives how many notices it began with."""
        started, empty = 0, set[str]()
        while (room := AT_ONCE - self._flying.total()) > 0:
            full = {app_id for app_id in {*self._flying, *self._breakers} if not self._room_of(app_id)}
            lanes = await postgres_logout.lanes(
                self._db,
                room,
                per_pool=PER_POOL,
                busy=self._pools,
                but=full | empty,
                due_by=due_by,
                only=self._only,
            )
            if not lanes:
                break
            for pool_id, app_id in lanes:
                if self._pools[pool_id] >= PER_POOL:
                    continue
                notice = await postgres_logout.claim(self._db, pool_id, app_id, LEASE, due_by)
                if notice is None:  # another node was faster
                    empty.add(app_id)
                    continue
                self._start(notice)
                started += 1
        return started

    def _room_of(self, app_id: str) -> int:
        """How many notices more the application is trusted with."""
        return max(0, self._breakers.trusted(app_id, PER_APP) - self._flying[app_id])

    def _start(self, notice: LogoutNotice) -> None:
        self._flying[notice.app_id] += 1
        self._pools[notice.pool_id] += 1

        def landed() -> None:
            self._flying -= Counter([notice.app_id])
            self._pools -= Counter([notice.pool_id])
            self._wake.set()

        self._sending.start(self._deliver(notice), landed)

    # -- one notice ----------------------------------------------------------------------------------------

    async def _deliver(self, notice: LogoutNotice) -> None:
        try:
            with (
                tracing.work("logout notice", notice.pool_id) as span,
                self._breakers.admitted(notice.app_id),
            ):
                outcome = await self._attempt(notice)
                if span is not None and outcome != "told":
                    span.failed(outcome)
        except Exception:
            _log.warning(
                "logout_notice_interrupted", pool_id=notice.pool_id, app_id=notice.app_id, exc_info=True
            )
            return
        DELIVERIES.labels(outcome).inc()
        if outcome != "failed":
            self._breakers.succeeded(notice.app_id)
        elif (rests_s := self._breakers.failed(notice.app_id)) is not None:
            _log.warning(
                "logout_calls_rest",
                pool_id=notice.pool_id,
                app_id=notice.app_id,
                retry_after_s=round(rests_s, 1),
            )

    async def _attempt(self, notice: LogoutNotice) -> str:
        """Gives the outcome, one of DELIVERIES'. Raises what the database does."""
        try:
            app = await self._apps.get_anywhere(notice.app_id)
        except AppNotFound:
            return "refused"  # its notices went with it
        if not app.settings.backchannel_logout_uri:
            await postgres_logout.delete(self._db, notice)
            return "refused"
        try:
            token = await self._token(notice, app)
        except TooLarge as error:  # and so would the next one be
            await self._give_up(notice, str(error))
            return "refused"
        try:
            await self._tell(app.settings.backchannel_logout_uri, token)
        except Refused as error:
            await self._give_up(notice, str(error))
            return "refused"
        except (NotAllowed, NoAnswer) as error:
            await self._failed(notice, str(error))
            return "failed"
        except Exception as error:
            await self._failed(notice, told(error))
            return "failed"
        await postgres_logout.delete(self._db, notice)
        return "told"

    async def _token(self, notice: LogoutNotice, app: App) -> str:
        key = await self._sessions.key_for(app)
        claims = claims_of(notice, app, self._issuer, int(now().timestamp()))
        return await self._sessions.keys.sign(claims, key, "logout+jwt")

    async def _tell(self, url: str, token: str) -> None:
        """200 is success, and 204, which some frameworks make of it (Back-Channel Logout 1.0 2.8)."""
        status = await self._outgoing.post_form(url, {"logout_token": token})
        if status == 400:
            raise Refused("HTTP 400")
        if status not in (200, 204):
            raise NoAnswer(f"HTTP {status}")

    async def _failed(self, notice: LogoutNotice, error: str) -> None:
        retry_at = self._policy.next_at(now(), attempts=notice.attempts, created_at=notice.created_at)
        if retry_at is None:
            await self._give_up(notice, error)
            return
        await postgres_logout.put_off(self._db, notice, retry_at)
        self._log(notice, error, retry_at)

    async def _give_up(self, notice: LogoutNotice, error: str) -> None:
        await postgres_logout.delete(self._db, notice)
        self._log(notice, error, None)

    def _log(self, notice: LogoutNotice, error: str, retry_at: datetime | None) -> None:
        _log.warning(
            "logout_not_told",
            pool_id=notice.pool_id,
            app_id=notice.app_id,
            attempts=notice.attempts,
            error=error,
            retry_at=retry_at and retry_at.isoformat(),
        )
