"""Runs a function of a customer's script and says what became of it. The one way into the sandbox."""

from __future__ import annotations

import asyncio
import os
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from poolhouse import tracing, turn
from poolhouse.breaker import Breaker, BreakerState
from poolhouse.errors import InvalidInput, Overloaded
from poolhouse.sandbox.frames import Answer, CheckedFrame, Level, Result, ResultFrame
from poolhouse.sandbox.installation import find_installation
from poolhouse.sandbox.limits import KillReason, Limits
from poolhouse.sandbox.order import Dialect, Installation, WorkerSpec
from poolhouse.sandbox.process import Call
from poolhouse.sandbox.protection import Protection
from poolhouse.sandbox.warnings import Sentence, Warned
from poolhouse.sandbox.workers import CallKilled, Workers, WorkersStatus
from poolhouse.texts import storable

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ConsoleLine:
    level: Level
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The function's promise settled. `value` is JSON: undefined is None, a Date ISO text, a BigInt a string.

    `warnings` are for the script's author. `clients_left_open` counts database clients nobody
    closed; they are closed for the script a quarter of a second later. `dialect` is the form the function was
    found in: under `auth0` it may be either.
    """

    value: Any
    console: tuple[ConsoleLine, ...]
    duration_ms: float
    clients_opened: int = 0
    clients_left_open: int = 0
    connection_lost: bool = False
    warnings: tuple[Warned, ...] = ()
    dialect: Dialect = "poolhouse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Threw:
    """The script threw, or does not compile, or lacks the function. `stack` has its own lines only.

    `private`: the words are a driver's or the runtime's, and tell of hosts, tables or this machine. Otherwise the
    script's author chose them for whoever is told.
    """

    name: str
    message: str
    code: str | None
    stack: str
    private: bool
    console: tuple[ConsoleLine, ...]
    duration_ms: float
    clients_opened: int = 0
    clients_left_open: int = 0
    connection_lost: bool = False
    warnings: tuple[Warned, ...] = ()
    dialect: Dialect = "poolhouse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Killed:
    """The sandbox stopped it. `detail` is for the log, never for an end user."""

    reason: KillReason
    detail: str
    console: tuple[ConsoleLine, ...] = ()
    duration_ms: float = 0.0
    clients_opened: int = 0
    clients_left_open: int = 0
    connection_lost: bool = False
    warnings: tuple[Warned, ...] = ()
    dialect: Dialect = "poolhouse"


Outcome = Returned | Threw | Killed


@dataclass(frozen=True, slots=True)
class Checked:
    """`problem` is None for a source that compiles; `auth0`: it looks written for Auth0."""

    problem: SyntaxProblem | None
    auth0: bool = False


@dataclass(frozen=True, slots=True)
class SyntaxProblem:
    """`line` and `column` count from 1; `text` is that line. All three are None where nobody can tell."""

    message: str
    line: int | None
    column: int | None
    text: str | None


@dataclass(frozen=True, slots=True)
class ConnectionStatus:
    key: str
    breaker: BreakerState
    workers: WorkersStatus


@dataclass(frozen=True, slots=True)
class SandboxStatus:
    workers: int
    workers_most: int
    connections: tuple[ConnectionStatus, ...]


_TOO_DEAR = (KillReason.MEMORY, KillReason.HARD_TIMEOUT, KillReason.UNRESPONSIVE, KillReason.EXITED)


class Sandbox:
    """One a server process. Workers start when first needed; `close` ends them."""

    def __init__(
        self,
        limits: Limits | None = None,
        *,
        deno: Path | None = None,
        js: Path | None = None,
        workers_most: int | None = None,
        processes: int = 1,
    ) -> None:
        """`processes`: how many of the server share the machine, and with it what all may use."""
        self._limits = (limits or Limits()).shared_by(processes)
        self._where = (deno, js)
        self._installation: Installation | None = None
        self._workers_most = workers_most or max(2, _workers_by_memory() // processes)
        self._groups: dict[str, Workers] = {}
        self._breakers: dict[str, Breaker] = {}
        self._sweeper: asyncio.Task[None] | None = None
        self._drains: set[asyncio.Task[None]] = set()

    # -- the three things one can ask ---------------------------------------------------------------------

    async def run(
        self,
        spec: WorkerSpec,
        *,
        source: str,
        function: str,
        args: list[Any],
        timeout_ms: int,
        read_only: bool,
        guarded: bool = True,
        auth0_args: list[Any] | None = None,
    ) -> Outcome:
        """Calls `function` of `source` with deep copies of `args`, or of `auth0_args` and a callback where the
        connection's dialect is Auth0's and the function is in that form. The last of `args` is the context.

        `read_only`: the call may be repeated if another one brought its worker down. `guarded`: the circuit
        breaker may refuse it; somebody who repairs a connection wants to see the failure itself. Raises
        Overloaded when too many calls wait already.
        """
        self._check_size(source)
        started = time.monotonic()
        breaker = self._breaker(spec)
        if not breaker.admit() and guarded:
            detail = f"the last calls lost the database; next try in {breaker.retry_after_s:.1f} s"
            return Killed(reason=KillReason.BREAKER_OPEN, detail=detail)
        frame = {"type": "call", "fn": function, "source": source, "args": args, "timeoutMs": timeout_ms}
        if auth0_args is not None:
            frame["auth0"] = auth0_args
        with tracing.span(f"script {function}", attributes={"poolhouse.script.function": function}) as span:
            try:
                answer = await self._ask(spec, frame, timeout_ms, read_only)
                outcome = _outcome(answer, (time.monotonic() - started) * 1000, spec)
            except CallKilled as killed:
                outcome = Killed(
                    reason=killed.reason,
                    detail=killed.detail,
                    duration_ms=(time.monotonic() - started) * 1000,
                )
            except (Overloaded, asyncio.CancelledError):
                breaker.abandoned()
                raise
            if span is not None and not isinstance(outcome, Returned):
                # Not the name of what it threw, which may hold anything.
                span.failed(outcome.reason.value if isinstance(outcome, Killed) else "threw")
        self._tell(spec.key, breaker, outcome)
        return outcome

    async def check(
        self, source: str, function: str, *, key: str = "", dialect: Dialect = "poolhouse"
    ) -> Checked:
        """Compiles and runs nothing. `key` names whose it is: a source that takes its worker down must not take
        somebody else's check along.

        Raises CallKilled when the sandbox itself cannot say.
        """
        self._check_size(source)
        spec = WorkerSpec(key=f"{key} check".strip(), env={}, modules=(), preload=(), dialect=dialect)
        try:
            answer = await self._ask(spec, {"type": "check", "fn": function, "source": source}, 5_000, True)
        except CallKilled as killed:
            if killed.reason not in _TOO_DEAR:
                raise
            words = "compiling it takes more memory or time than a script has"
            return Checked(SyntaxProblem(words, None, None, None))
        assert isinstance(answer, CheckedFrame)
        problem = answer.problem
        if problem is None:
            return Checked(None, answer.auth0)
        lines = source.splitlines()
        text = lines[problem.line - 1] if problem.line and problem.line <= len(lines) else None
        return Checked(SyntaxProblem(problem.message, problem.line, problem.column, text), answer.auth0)

    async def forget(self, key: str) -> None:
        """The connection was deleted or switched off: its workers end, its breaker starts afresh."""
        self._breakers.pop(key, None)
        if group := self._groups.pop(key, None):
            await group.close()

    def protection(self) -> Protection:
        return self._installed().protection

    def status(self) -> SandboxStatus:
        connections = tuple(
            ConnectionStatus(
                key,
                self._breakers[key].state if key in self._breakers else BreakerState.CLOSED,
                group.status(),
            )
            for key, group in self._groups.items()
        )
        return SandboxStatus(self._alive(), self._workers_most, connections)

    async def close(self) -> None:
        if self._sweeper:
            self._sweeper.cancel()
        groups = list(self._groups.values())
        self._groups.clear()
        await asyncio.gather(*(group.close() for group in groups), *self._drains, return_exceptions=True)

    # -- inside -------------------------------------------------------------------------------------------

    @property
    def source_bytes(self) -> int:
        """How large a source may be."""
        return self._limits.source_bytes

    def _check_size(self, source: str) -> None:
        if len(source.encode("utf-8", "surrogatepass")) > self._limits.source_bytes:
            limit = self._limits.source_bytes
            raise InvalidInput("source", f"不能超过 {limit} 字节", f"must not exceed {limit} bytes")

    def _breaker(self, spec: WorkerSpec) -> Breaker:
        """A changed connection starts with a closed one: it may be the repair."""
        group = self._groups.get(spec.key)
        breaker = self._breakers.get(spec.key)
        if breaker is None or (group is not None and group.spec != spec):
            limits = self._limits
            breaker = Breaker(limits.breaker_failures, limits.breaker_open_s, limits.breaker_open_most_s)
            self._breakers[spec.key] = breaker
        return breaker

    async def _ask(self, spec: WorkerSpec, frame: dict[str, Any], timeout_ms: int, read_only: bool) -> Answer:
        turn.let_go()
        future: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        return await self._group(spec).run(Call(frame, timeout_ms, read_only, future))

    def _group(self, spec: WorkerSpec) -> Workers:
        group = self._groups.get(spec.key)
        if group is not None and group.spec != spec:
            drain = asyncio.create_task(group.drain(within_s=25))
            self._drains.add(drain)
            drain.add_done_callback(self._drains.discard)
            group = None
        if group is None:
            group = self._groups[spec.key] = Workers(spec, self._limits, self._installed(), self._room)
        if self._sweeper is None or self._sweeper.done():
            self._sweeper = asyncio.create_task(self._sweep())
        return group

    def _installed(self) -> Installation:
        if self._installation is None:
            self._installation = find_installation(*self._where)
            for layer in self._installation.protection.missing:
                _log.warning("sandbox_layer_missing", layer=layer.name, detail=layer.detail)
        return self._installation

    def _alive(self) -> int:
        return sum(group.alive for group in self._groups.values())

    def _room(self, spare: bool) -> bool:
        """Whether one more process may start. A quarter of the places are for connections that have none; for such
        a one the longest idle connection makes room, or next time one that has several."""
        kept = max(1, self._workers_most // 4) if spare else 0
        if self._alive() < self._workers_most - kept:
            return True
        if spare:
            return False
        idle = [group for group in self._groups.values() if group.alive and group.idle]
        if not idle:
            several = [group for group in self._groups.values() if group.alive > 1]
            if several:
                max(several, key=lambda group: group.alive).give_one()
            return False
        min(idle, key=lambda group: group.used_s).stop_idle()
        return True

    def _tell(self, key: str, breaker: Breaker, outcome: Outcome) -> None:
        before = breaker.state
        if isinstance(outcome, Killed):
            # A refused start or our own stop says nothing of the database, a silent script does.
            if outcome.reason in (KillReason.CLOSED, KillReason.RESTARTED):
                breaker.abandoned()
            else:
                breaker.failed()
        elif outcome.connection_lost:
            breaker.failed()
        else:
            breaker.succeeded()
        if breaker.state is BreakerState.OPEN and before is not BreakerState.OPEN:
            _log.error("custom_database_breaker_opened", connection=key, retry_after_s=breaker.retry_after_s)
        elif breaker.state is BreakerState.CLOSED and before is not BreakerState.CLOSED:
            _log.info("custom_database_breaker_closed", connection=key)

    async def _sweep(self) -> None:
        period_s = self._limits.heartbeat_ms / 1000
        while True:
            await asyncio.sleep(period_s)
            now = time.monotonic()
            for key, group in list(self._groups.items()):
                try:
                    keep = group.sweep(now)
                except Exception:  # one connection's trouble must not end the heartbeat of all
                    _log.exception("sandbox_sweep_failed", connection=key)
                    continue
                if not keep:
                    del self._groups[key]


def _workers_by_memory() -> int:
    """A quarter of the machine's memory at 100 MB a worker, and never fewer than four."""
    memory_mb = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2**20
    return max(4, memory_mb // 4 // 100)


_connection_words = re.compile(
    r"ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN|Connection terminated"
)


# For errors whose making nobody heard: the runtime's own, written into the text of another.
_runtime_words = re.compile(
    r"\bE(?:CONN|ADDR|NOT|TIMED|HOST|NET|PIPE|AI_|ACCES|PERM|PROTO)[A-Z_]*\b"
    r"|getaddrinfo|--allow-|os error \d|Requires \w+ access|is not a function|is not defined|is not iterable"
    r"|Cannot (?:read|set) propert|Unexpected (?:token|end)|Maximum call stack|SQLSTATE"
)


def _names_machinery(message: str, spec: WorkerSpec) -> bool:
    if _runtime_words.search(message):
        return True
    hosts = [place for place in spec.allow_hosts if place]
    names = [host for place in hosts if "." in (host := place.rpartition(":")[0])]
    return any(name in message for name in (*hosts, *names))


def _outcome(answer: Answer, elapsed_ms: float, spec: WorkerSpec) -> Outcome:
    """`elapsed_ms` by our own clock: a worker's may say anything."""
    assert isinstance(answer, Result)
    head = answer.head
    facts: dict[str, Any] = {
        "console": tuple(ConsoleLine(level, storable(text)) for level, text in head.lines()),
        "duration_ms": min(head.ms, elapsed_ms),
        "clients_opened": head.opened,
        "clients_left_open": head.left,
        "connection_lost": head.connection_lost,
        "warnings": tuple(_warnings(head)),
        "dialect": head.dialect,
    }
    if head.stopped is not None:
        reason = (
            KillReason.OUTPUT_TOO_LARGE if head.stopped == "output_too_large" else KillReason.SOFT_TIMEOUT
        )
        detail = f"after {facts['duration_ms']:.0f} ms"
        if head.stopped == "timeout" and head.dialect == "auth0" and not head.answers:
            detail += ", without the callback having been called"
        return Killed(reason=reason, detail=detail, **facts)
    if head.error is not None:
        error = head.error
        # The documented templates wrap every error and so lose its code; its words are still there.
        lost = bool(_connection_words.search(error.message))
        facts["connection_lost"] = head.connection_lost or lost
        private = error.private or lost or _names_machinery(error.message, spec)
        return Threw(
            name=storable(error.name),
            message=storable(error.message),
            code=storable(error.code),
            stack=storable(error.stack),
            private=private,
            **facts,
        )
    if answer.unreadable is not None:
        return Killed(
            reason=KillReason.BAD_FRAME, detail=f"an unreadable answer: {answer.unreadable}", **facts
        )
    return Returned(value=answer.value, **facts)


def _warnings(answer: ResultFrame) -> list[Warned]:
    warnings: list[Warned] = []
    if answer.left:
        warnings.append(Sentence.LEFT_OPEN(left=answer.left))
    if answer.spliced:
        warnings.append(Sentence.SPLICED())
    if answer.console_cut:
        warnings.append(Sentence.CONSOLE_CUT())
    if answer.answers > 1:
        warnings.append(Sentence.CALLED_AGAIN())
    warnings.extend(Sentence.LOST(what=storable(what)) for what in answer.lost)
    return warnings
