"""The workers of one connection: started on first use, grown to two, recycled, and replaced when they die.

A call waits in a bounded queue until a worker has room. When a worker dies, whoever is known to have caused
it is told why; the others cannot be told apart from the cause, so those that only read are run again, one at
a time on a worker of their own, where the culprit has no company left to hurt.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from poolhouse.errors import Overloaded
from poolhouse.sandbox.frames import Answer
from poolhouse.sandbox.limits import KillReason, Limits
from poolhouse.sandbox.order import Installation, WorkerSpec
from poolhouse.sandbox.process import Call, Death, StartFailed, WorkerProcess

_log = structlog.get_logger(__name__)


class CallKilled(Exception):
    def __init__(self, reason: KillReason, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class WorkersStatus:
    pids: tuple[int, ...]
    in_flight: int
    queued: int
    started: int
    answered: int
    strays: int
    leaks: int
    deaths: dict[str, int]


class Workers:
    """`room` is asked before a process starts, and told whether calls can be answered without it; False means the
    machine has as many as it can hold, or keeps the rest for others."""

    def __init__(
        self, spec: WorkerSpec, limits: Limits, installation: Installation, room: Callable[[bool], bool]
    ) -> None:
        self.spec, self._limits, self._installation, self._room = spec, limits, installation, room
        self._queue: deque[Call] = deque()
        self._suspects: deque[Call] = deque()
        self._all: list[WorkerProcess] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self._busy_since_s: float | None = None
        self._closed = False
        self.used_s = time.monotonic()
        self.deaths: Counter[str] = Counter()
        self.started = self.answered = self.strays = self.leaks = 0
        self._told: deque[float] = deque(maxlen=limits.strays_logged)  # when stray errors were logged
        self._untold = 0

    async def run(self, call: Call) -> Answer:
        """Raises Overloaded when the queue is full, CallKilled when the call cannot be answered."""
        if self._closed:
            raise CallKilled(KillReason.CLOSED, "the sandbox is closed")
        if len(self._queue) + len(self._suspects) >= self._limits.queued:
            raise Overloaded(f"{len(self._queue)} calls wait for the scripts of {self.spec.key}")
        self.used_s = time.monotonic()
        self._queue.append(call)
        self._dispatch()
        try:
            return await call.answer
        finally:
            if call.answer.cancelled():
                self._forget(call)

    def _forget(self, call: Call) -> None:
        for queue in (self._queue, self._suspects):
            if call in queue:
                queue.remove(call)
        for worker in self._all:
            worker.forget(call)
        self._dispatch()

    # -- who runs what ------------------------------------------------------------------------------------

    def _dispatch(self) -> None:
        if self._closed:
            return
        self._dispatch_suspects()
        while self._queue:
            able = [w for w in self._all if self._takes(w)]
            if not able:
                break
            min(able, key=lambda w: w.in_flight).submit(self._queue.popleft())
        ordinary = [w for w in self._all if w.alive and not w.retiring and not w.exclusive]
        if self._queue and not ordinary:
            self._start()
        busy = len(self._queue) + sum(w.in_flight for w in ordinary) > self._limits.grow_above_in_flight
        if not busy:
            self._busy_since_s = None
        elif self._busy_since_s is None:
            self._busy_since_s = time.monotonic()
            asyncio.get_running_loop().call_later(self._limits.grow_after_ms / 1000, self._grow)

    def _takes(self, worker: WorkerProcess) -> bool:
        return (
            worker.ready
            and not worker.retiring
            and not worker.exclusive
            and worker.in_flight < self._limits.in_flight
        )

    def _dispatch_suspects(self) -> None:
        alone = next((w for w in self._all if w.exclusive and w.alive), None)
        if not self._suspects:
            if alone is not None and alone.in_flight == 0:
                alone.exclusive = False
            return
        if alone is None:
            self._start(exclusive=True)
        elif alone.ready and alone.in_flight == 0:
            alone.submit(self._suspects.popleft())

    def _grow(self) -> None:
        since = self._busy_since_s
        self._busy_since_s = None
        if self._closed or since is None:
            return
        if len([w for w in self._all if w.alive and not w.retiring]) < self._limits.workers_per_connection:
            self._start()

    # -- life ---------------------------------------------------------------------------------------------

    def _start(self, *, exclusive: bool = False, instead_of: WorkerProcess | None = None) -> None:
        spare = any(w.alive for w in self._all) and not exclusive
        if instead_of is None and not self._room(spare):
            if not any(w.alive for w in self._all):
                for call in self._take_waiting():
                    if not call.answer.done():
                        call.answer.set_exception(
                            Overloaded("as many script workers run as the machine holds")
                        )
            return
        worker = WorkerProcess(
            self.spec,
            self._limits,
            self._installation,
            on_answer=self._answered,
            on_stray=self._stray,
            on_death=self._died,
        )
        worker.exclusive = exclusive
        self._all.append(worker)
        self.started += 1
        self._spawn(self._bring_up(worker, instead_of))

    async def _bring_up(self, worker: WorkerProcess, instead_of: WorkerProcess | None) -> None:
        try:
            await worker.start()
        except (StartFailed, OSError, ValueError) as problem:
            if worker.alive:
                worker.kill(Death(KillReason.START_FAILED, str(problem)))
            for call in self._take_waiting():
                if not call.answer.done():
                    call.answer.set_exception(CallKilled(KillReason.START_FAILED, str(problem)))
            return
        if instead_of is not None:
            self._retire(instead_of)
        if self._closed:
            worker.kill(Death(KillReason.CLOSED, "closed while starting"))
        self._dispatch()

    def _take_waiting(self) -> list[Call]:
        waiting = [*self._queue, *self._suspects]
        self._queue.clear()
        self._suspects.clear()
        return waiting

    def _answered(self, worker: WorkerProcess, call: Call, answer: Answer) -> None:
        self.answered += 1
        self.used_s = time.monotonic()
        if not call.answer.done():
            call.answer.set_result(answer)
        self._recycle(worker)
        if worker.retiring and worker.in_flight == 0:
            self._end(worker)
        self._dispatch()

    def _recycle(self, worker: WorkerProcess) -> None:
        why = self._worn_out(worker)
        if why and worker.alive and not worker.retiring:
            _log.info("sandbox_worker_recycled", connection=self.spec.key, pid=worker.pid, why=why)
            self._replace(worker)

    def _worn_out(self, worker: WorkerProcess) -> str | None:
        limits = self._limits
        if worker.answered >= limits.recycle_calls:
            return f"{worker.answered} calls"
        if worker.is_full:
            return "heap two thirds full"
        if worker.leaks > limits.recycle_leaks:
            return f"{worker.leaks} calls left clients open"
        if worker.strays > limits.recycle_strays:
            return f"{worker.strays} stray errors"
        if time.monotonic() - worker.born_s > limits.recycle_age_s:
            return "age"
        if worker.answered % 16 == 0 and (rss := worker.rss_mb()) > limits.recycle_rss_mb:
            return f"{rss:.0f} MB resident"
        return None

    def _replace(self, worker: WorkerProcess) -> None:
        """A new one first, so that no caller waits for its start; then the old one takes no more."""
        if any(w.alive and not w.ready for w in self._all):
            return
        self._start(instead_of=worker)

    def _retire(self, worker: WorkerProcess) -> None:
        worker.retiring = True
        if worker.in_flight == 0:
            self._end(worker)

    def _end(self, worker: WorkerProcess) -> None:
        if worker.alive:
            worker.kill(Death(KillReason.CLOSED, "retired"))

    def _stray(self, worker: WorkerProcess, text: str) -> None:
        """A line a stray error, but no more of them than somebody reads: a script may throw as many as it likes."""
        self.strays += 1
        now = time.monotonic()
        if len(self._told) == self._told.maxlen and now - self._told[0] < self._limits.strays_logged_s:
            self._untold += 1
        else:
            more = {"untold_before": self._untold} if self._untold else {}
            _log.warning("script_stray_error", connection=self.spec.key, pid=worker.pid, error=text, **more)
            self._told.append(now)
            self._untold = 0
        self._recycle(worker)

    def _died(self, worker: WorkerProcess, death: Death, calls: list[Call]) -> None:
        self._all.remove(worker)
        self.leaks += worker.leaks
        self._spawn(worker.wait())
        if death.reason is not KillReason.CLOSED:
            self.deaths[death.reason] += 1
            _log.warning(
                "sandbox_worker_killed",
                connection=self.spec.key,
                pid=worker.pid,
                reason=death.reason,
                detail=death.detail,
                words=death.words,
                in_flight=len(calls),
            )
        alone = len(calls) == 1
        for call in calls:
            if call.answer.done():
                continue
            if call is death.culprit or alone or self._closed:
                call.answer.set_exception(CallKilled(death.reason, death.detail))
            elif call.read_only and not call.retried:
                call.retried = True
                self._suspects.append(call)
            else:
                detail = f"another call brought the worker down ({death.reason})"
                call.answer.set_exception(CallKilled(KillReason.RESTARTED, detail))
        if death.reason is not KillReason.START_FAILED:  # `_bring_up` tells those who wait
            self._dispatch()

    def sweep(self, now: float) -> bool:
        """Once in a while: heartbeats and idle stop. False when nothing is left of this group."""
        for worker in list(self._all):
            worker.heartbeat(now)
            idle = worker.ready and worker.in_flight == 0 and not self._queue
            if idle and now - max(worker.idle_since_s, worker.born_s) > self._limits.idle_stop_s:
                self._end(worker)
        return bool(self._all or self._queue or now - self.used_s < self._limits.idle_stop_s)

    @property
    def alive(self) -> int:
        return sum(w.alive for w in self._all)

    @property
    def idle(self) -> bool:
        return not self._queue and not self._suspects and all(w.in_flight == 0 and w.ready for w in self._all)

    def give_one(self) -> None:
        """Somebody has no worker at all: of several the youngest takes no more calls."""
        ordinary = [w for w in self._all if w.alive and not w.retiring and not w.exclusive]
        if len(ordinary) > 1:
            self._retire(max(ordinary, key=lambda worker: worker.born_s))

    def stop_idle(self) -> None:
        for worker in list(self._all):
            self._end(worker)

    def status(self) -> WorkersStatus:
        return WorkersStatus(
            pids=tuple(w.pid for w in self._all if w.alive and w.pid is not None),
            in_flight=sum(w.in_flight for w in self._all),
            queued=len(self._queue) + len(self._suspects),
            started=self.started,
            answered=self.answered,
            strays=self.strays,
            leaks=self.leaks + sum(w.leaks for w in self._all),
            deaths=dict(self.deaths),
        )

    async def drain(self, within_s: float) -> None:
        """Lets what is in flight finish, then closes; for a spec that changed."""
        deadline = time.monotonic() + within_s
        while not self.idle and time.monotonic() < deadline:  # noqa: ASYNC110 - nobody waits for it
            await asyncio.sleep(0.05)
        await self.close()

    async def close(self) -> None:
        self._closed = True
        for call in self._take_waiting():
            if not call.answer.done():
                call.answer.set_exception(CallKilled(KillReason.CLOSED, "the sandbox is closing"))
        for worker in list(self._all):
            worker.kill(Death(KillReason.CLOSED, "the sandbox is closing"))
        while self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)

    def _spawn(self, work: asyncio.Future[None] | object) -> None:
        task: asyncio.Task[None] = asyncio.ensure_future(work)  # type: ignore[arg-type]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
