"""Tells applications of logouts; at least once, by any number of nodes together.

A stream like the mail's: every place that falls free takes the next notice. A pool and an application hold so many
places at most, and an application that does not answer is left alone for a while, so neither makes the others wait.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta

import prometheus_client
import structlog

from poolhouse.apps.model import App
from poolhouse.apps.service import AppService
from poolhouse.background import Tasks, forever
from poolhouse.breaker import Breaker, BreakerState
from poolhouse.db.database import Database
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
LOOK_EVERY_S = 15.0
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


class LogoutDelivery:
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
        self._db, self._apps, self._sessions, self._outgoing = db, apps, sessions, outgoing
        self._issuer, self._policy, self._only, self._new_breaker = issuer, policy, only, breaker
        self._wake, self._listening = asyncio.Event(), False
        self._sending = Tasks("logout notices")
        self._pools: Counter[str] = Counter()
        self._flying: Counter[str] = Counter()
        self._breakers: dict[str, Breaker] = {}  # of applications that failed last

    def resting(self) -> int:
        """How many applications are not called for now because they failed."""
        return sum(one.state is BreakerState.OPEN for one in self._breakers.values())

    async def run(self) -> None:
        """For the life of the server. Cancelled, it begins nothing more and waits SENDING_S for what it began."""
        try:
            await forever("logout_notices", self._turn, self._rest)
        finally:
            await self._sending.settled(SENDING_S)

    async def deliver_due(self) -> int:
        """Tries everything that is due by now; gives how many notices were tried."""
        moment = await postgres_logout.moment(self._db)
        tried = 0
        while True:
            self._wake.clear()
            tried += await self._start_due(moment)
            if not self._sending.running:
                return tried
            await self._wake.wait()

    async def _turn(self) -> None:
        self._wake.clear()
        if not self._listening:
            await self._db.listen(CHANNEL, self._woken)
            self._listening = True
        await self._start_due()

    async def _rest(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._wake.wait()

    async def _woken(self, _payload: str | None) -> None:
        self._wake.set()

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
        """How many notices more the application is trusted with: one while it proves itself again."""
        breaker = self._breakers.get(app_id)
        most = PER_APP
        if breaker is not None and breaker.state is not BreakerState.CLOSED:
            most = 1 if breaker.state is BreakerState.HALF_OPEN else 0
        return max(0, most - self._flying[app_id])

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
        breaker = self._breakers.get(notice.app_id)
        if breaker is not None:
            breaker.admit()
        try:
            outcome = await self._attempt(notice)
        except BaseException as error:  # cancelled, or no database: says nothing about the application
            if breaker is not None:
                breaker.abandoned()
            if not isinstance(error, Exception):
                raise
            _log.warning(
                "logout_notice_interrupted", pool_id=notice.pool_id, app_id=notice.app_id, exc_info=True
            )
            return
        DELIVERIES.labels(outcome).inc()
        if outcome == "failed":
            self._app_failed(notice)
        else:
            self._breakers.pop(notice.app_id, None)

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

    def _app_failed(self, notice: LogoutNotice) -> None:
        breaker = self._breakers.setdefault(notice.app_id, self._new_breaker())
        before = breaker.state
        breaker.failed()
        if breaker.state is BreakerState.OPEN and before is not BreakerState.OPEN:
            _log.warning(
                "logout_calls_rest",
                pool_id=notice.pool_id,
                app_id=notice.app_id,
                retry_after_s=round(breaker.retry_after_s, 1),
            )
