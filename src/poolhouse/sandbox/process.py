"""One worker process: its command line, its frames, its death. What it says is untrusted."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import secrets
import signal
import struct
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from poolhouse.sandbox import frames, launcher, network
from poolhouse.sandbox.frames import Answer, CheckedFrame, Frame, PongFrame, ReadyFrame, Result, StrayFrame
from poolhouse.sandbox.limits import KillReason, Limits
from poolhouse.sandbox.order import Installation, WorkerSpec, hidden_paths, order
from poolhouse.texts import storable


@dataclass(slots=True, eq=False)
class Call:
    """One frame to be answered. A `read_only` call may be repeated when another brought the worker down."""

    frame: dict[str, Any]
    timeout_ms: int
    read_only: bool
    answer: asyncio.Future[Answer]
    retried: bool = False
    timer: asyncio.TimerHandle | None = None


@dataclass(frozen=True, slots=True)
class Death:
    """`words` are the worker's own, for the server's log alone: they may name paths of this machine."""

    reason: KillReason
    detail: str
    culprit: Call | None = None
    words: str = ""


class WorkerProcess:
    """`on_answer` and `on_death` are called at most once a call and once a process."""

    def __init__(
        self,
        spec: WorkerSpec,
        limits: Limits,
        installation: Installation,
        *,
        on_answer: Callable[[WorkerProcess, Call, Answer], None],
        on_stray: Callable[[WorkerProcess, str], None],
        on_death: Callable[[WorkerProcess, Death, list[Call]], None],
    ) -> None:
        self.spec, self._limits, self._installation = spec, limits, installation
        self._on_answer, self._on_stray, self._on_death = on_answer, on_stray, on_death
        self._calls: dict[str, Call] = {}
        self._ids = itertools.count(1)
        self._process: asyncio.subprocess.Process | None = None
        self._ready = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._stderr = bytearray()
        self._death: Death | None = None
        self._pinged: tuple[float, float] | None = None  # when, and the CPU seconds used by then
        self._forgotten: set[str] = set()  # ids whose answers nobody waits for any more
        self._allowance: tuple[float, float, float] | None = None  # when, CPU seconds by then, what is left
        self._hidden = hidden_paths(installation)
        self.born_s = time.monotonic()
        self.idle_since_s = time.monotonic()
        self.exclusive = False
        self.retiring = False
        self.answered = self.leaks = self.strays = self.stderr_seen = 0
        self.is_full = False

    # -- life ---------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Returns when the worker is ready; raises `StartFailed` otherwise."""
        reach = await network.reach(self.spec.allow_hosts)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            launcher.__file__,
            json.dumps(order(self.spec, self._installation, reach)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env={},
            cwd="/",
            start_new_session=True,
            limit=64 * 1024,
        )
        self._tasks = [asyncio.create_task(self._read()), asyncio.create_task(self._read_stderr())]
        self._send(
            {
                "type": "init",
                "env": json.dumps(dict(self.spec.env)),
                "modules": self.spec.modules,
                "preload": [name for name in self.spec.preload if name in self.spec.modules],
                "pooled": self.spec.pooled,
                "dialect": self.spec.dialect,
                "timezone": self.spec.timezone,
                "resultBytes": self._limits.result_bytes,
                "resultObjects": self._limits.result_objects,
                "resultValues": self._limits.result_values,
                "consoleBytes": self._limits.console_bytes,
                "consoleLines": self._limits.console_lines,
                "strays": self._limits.recycle_strays + 1,
                "memoryMb": self.spec.memory_mb,
            }
        )
        try:
            async with asyncio.timeout(self._limits.start_ms / 1000):
                await self._ready.wait()
        except TimeoutError:
            self.kill(Death(KillReason.START_FAILED, f"not ready after {self._limits.start_ms} ms"))
        if self._death is not None:
            raise StartFailed(self._death.detail)

    @property
    def alive(self) -> bool:
        return self._death is None

    @property
    def ready(self) -> bool:
        return self.alive and self._ready.is_set()

    @property
    def in_flight(self) -> int:
        return len(self._calls)

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def stderr(self) -> str:
        return self._stderr.decode("utf-8", "replace").strip()

    # -- calls --------------------------------------------------------------------------------------------

    def submit(self, call: Call) -> None:
        call_id = f"{next(self._ids)}-{secrets.token_hex(6)}"
        frame = _encoded({**call.frame, "id": call_id})
        self._calls[call_id] = call
        hard_s = (call.timeout_ms + self._limits.hard_timeout_grace_ms) / 1000
        call.timer = asyncio.get_running_loop().call_later(hard_s, self._overdue, call)
        self._write(frame)

    def _overdue(self, call: Call) -> None:
        self.kill(
            Death(
                KillReason.HARD_TIMEOUT,
                f"no answer {self._limits.hard_timeout_grace_ms} ms after its timeout",
                call,
            )
        )

    def forget(self, call: Call) -> None:
        """The caller went away; the answer, when it comes, is dropped."""
        for call_id, other in self._calls.items():
            if other is call:
                del self._calls[call_id]
                self._forgotten.add(call_id)
                break
        if call.timer:
            call.timer.cancel()

    def heartbeat(self, now: float) -> None:
        """Finds a blocked event loop before the hard timeout does; leaves a worker that merely starves."""
        if not self.ready:
            return
        self._watch_idle(now)
        if self._pinged is None:
            self._pinged = (now, self.cpu_s())
            self._send({"type": "ping"})
            return
        pinged_s, cpu_s = self._pinged
        limit_s = self._limits.unresponsive_ms / 1000
        # CPU time of its own, not the clock: a worker the machine does not let run is not to blame.
        if now - pinged_s >= limit_s and self.cpu_s() - cpu_s >= limit_s * 0.9:
            self.kill(Death(KillReason.UNRESPONSIVE, f"no pong for {now - pinged_s:.1f} s while burning CPU"))

    def _watch_idle(self, now: float) -> None:
        """A script that left its context may go on computing after its call was answered."""
        if self._calls or self._forgotten or now - self.idle_since_s < self._limits.idle_grace_s:
            self._allowance = None
            return
        used = self.cpu_s()
        then, before, left = self._allowance or (now, used, self._limits.idle_cpu_s)
        left = min(self._limits.idle_cpu_s, left + (now - then) * self._limits.idle_cpu_share)
        left -= used - before
        self._allowance = (now, used, left)
        if left < 0:
            self.kill(Death(KillReason.IDLE_CPU, "it computes although nothing is asked of it"))

    def _send(self, frame: dict[str, Any]) -> None:
        self._write(_encoded(frame))

    def _write(self, body: bytes) -> None:
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(struct.pack(">I", len(body)) + body)

    # -- what comes out -----------------------------------------------------------------------------------

    async def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        stdout = self._process.stdout
        death: Death | None = None
        try:
            while self.alive:
                (length,) = struct.unpack(">I", await stdout.readexactly(4))
                if length > frames.longest(self._limits, asked=bool(self._calls or self._forgotten)):
                    raise frames.NotAFrame(f"a frame of {length} bytes")
                body = await stdout.readexactly(length)
                self._accept(frames.decode(self._without_paths(body), self._limits))
        except asyncio.IncompleteReadError:
            pass
        except frames.NotAFrame as problem:
            death = Death(KillReason.BAD_FRAME, f"not a frame: {problem}")
        except ConnectionError as problem:
            death = Death(KillReason.EXITED, str(problem))
        if death is None:
            death = await self._cause_of_exit()
        self.kill(death)
        # The system's word that the process ended comes only after the last byte of its pipes was read.
        with contextlib.suppress(ConnectionError):
            while await stdout.read(64 * 1024):
                pass

    def _without_paths(self, body: bytes) -> bytes:
        """Where this machine keeps its files is nobody's business; a script reads it from a stack."""
        for path, instead in self._hidden:
            body = body.replace(path, instead)
        return body

    def _accept(self, frame: Frame) -> None:
        """Raises NotAFrame for what nobody asked for: an honest worker never says it."""
        match frame:
            case PongFrame():
                if self._pinged is None:
                    raise frames.NotAFrame("a pong without a ping")
                self._pinged = None
            case ReadyFrame():
                if self._ready.is_set():
                    raise frames.NotAFrame("ready twice")
                self._ready.set()
            case StrayFrame():
                self.strays += 1
                if self.strays > self._limits.recycle_strays + 1:
                    self.kill(Death(KillReason.FLOODED, f"{self.strays} stray errors"))
                    return
                self._on_stray(self, frame.text)
            case Result():
                self._answer(frame.head.id, frame, "call")
            case CheckedFrame():
                self._answer(frame.id, frame, "check")

    def _answer(self, call_id: str, answer: Answer, kind: str) -> None:
        if call_id in self._forgotten:
            self._forgotten.discard(call_id)
            self.idle_since_s = time.monotonic()
            return
        call = self._calls.pop(call_id, None)
        if call is None:
            raise frames.NotAFrame("an answer to nothing that was asked")
        if call.frame["type"] != kind:
            self._calls[call_id] = call
            raise frames.NotAFrame("an answer to another question")
        if call.timer:
            call.timer.cancel()
        self.answered += 1
        self.idle_since_s = time.monotonic()
        if isinstance(answer, Result):
            self.leaks += answer.head.left > 0
            self.is_full = self.is_full or answer.head.full
        self._on_answer(self, call, answer)

    async def _read_stderr(self) -> None:
        assert self._process
        assert self._process.stderr
        while chunk := await self._process.stderr.read(4096):
            self.stderr_seen += len(chunk)
            if self.stderr_seen > self._limits.stderr_most_bytes:
                self.kill(Death(KillReason.FLOODED, f"{self.stderr_seen} bytes on stderr"))
            self._stderr += chunk
            del self._stderr[: -self._limits.stderr_bytes]

    # -- the end ------------------------------------------------------------------------------------------

    async def _cause_of_exit(self) -> Death:
        assert self._process
        await asyncio.wait([self._tasks[1]], timeout=1)  # the last words on stderr
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._process.wait()
        words = self.stderr
        code = self._process.returncode
        how = f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"code {code}"
        if any(sign in words for sign in ("out of memory", "OOM", "memory allocation", "Cannot allocate")):
            reason = KillReason.MEMORY
        else:
            reason = KillReason.EXITED if self._ready.is_set() else KillReason.START_FAILED
        return Death(reason, how, words=words[:500])

    def kill(self, death: Death) -> None:
        """Kills the process group at once; every call in flight is handed to `on_death`."""
        if self._death is not None:
            return
        self._death = death
        if self._process and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
        calls = list(self._calls.values())
        self._calls.clear()
        self._forgotten.clear()
        for call in calls:
            if call.timer:
                call.timer.cancel()
        self._ready.set()
        self._on_death(self, death, calls)

    async def wait(self) -> None:
        """After `kill`: until the system has forgotten the process."""
        if self._process:
            await self._process.wait()
            await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- what it uses -------------------------------------------------------------------------------------

    def cpu_s(self) -> float:
        """CPU seconds used so far; 0 where the system does not say."""
        try:
            stat = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return (int(stat[11]) + int(stat[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self) -> float:
        try:
            pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        except (OSError, IndexError):
            return 0.0
        return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def _encoded(frame: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(frame)
    except UnicodeEncodeError:
        return msgspec.json.encode(storable(frame))


class StartFailed(Exception):
    """The worker did not come up; the message is for the log."""
