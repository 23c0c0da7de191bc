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
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from poolhouse.sandbox import launcher, network
from poolhouse.sandbox.limits import KillReason, Limits
from poolhouse.sandbox.protection import Protection, uid_for


@dataclass(frozen=True, slots=True)
class WorkerSpec:
    """What one worker is for. `key` names the connection; a changed spec under it replaces its workers.

    `env` is what the scripts see as `env`; nothing of it is in the process's environment. `allow_hosts` are
    `host:port`, written as the scripts write them. `memory_mb` is V8's heap.
    """

    key: str
    env: Mapping[str, str] = field(repr=False)
    allow_hosts: tuple[str, ...] = ()
    memory_mb: int = 96
    pooled: bool = False
    modules: tuple[str, ...] = (
        "pg",
        "lodash",
        "bcrypt",
        "bcryptjs",
        "mysql2",
        "mysql2/promise",
        "mongodb",
        "axios",
    )
    preload: tuple[str, ...] = ("pg", "lodash", "bcrypt")


@dataclass(frozen=True, slots=True)
class Installation:
    """Where Deno and the JavaScript side are, and what the machine can put around them."""

    deno: Path
    js: Path
    protection: Protection


# -- what a worker says -----------------------------------------------------------------------------------


class ThrownFrame(msgspec.Struct):
    name: str
    message: str
    code: str | None
    stack: str


class ResultFrame(msgspec.Struct, tag="result", rename="camel"):
    id: str
    ok: bool
    ms: float
    console: list[tuple[str, str]]
    console_cut: bool
    opened: int
    left: int
    connection_lost: bool
    spliced: int
    value: str = "null"
    lost: list[str] = []
    error: ThrownFrame | None = None
    stopped: str | None = None


class ProblemFrame(msgspec.Struct):
    message: str
    line: int | None = None
    column: int | None = None


class CheckedFrame(msgspec.Struct, tag="checked"):
    id: str
    problem: ProblemFrame | None


class StrayFrame(msgspec.Struct, tag="stray"):
    text: str


class ReadyFrame(msgspec.Struct, tag="ready"):
    pass


class PongFrame(msgspec.Struct, tag="pong"):
    pass


Answer = ResultFrame | CheckedFrame
Frame = ResultFrame | CheckedFrame | StrayFrame | ReadyFrame | PongFrame
_decode = msgspec.json.Decoder(Frame).decode


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
    reason: KillReason
    detail: str
    culprit: Call | None = None


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
        self.born_s = time.monotonic()
        self.idle_since_s = time.monotonic()
        self.exclusive = False
        self.retiring = False
        self.answered = self.leaks = self.strays = self.unknown_ids = 0

    # -- life ---------------------------------------------------------------------------------------------

    async def start(self) -> None:
        """Returns when the worker is ready; raises `StartFailed` otherwise."""
        reach = await network.reach(self.spec.allow_hosts)
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            launcher.__file__,
            json.dumps(self._order(reach)),
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
                "resultBytes": self._limits.result_bytes,
                "consoleBytes": self._limits.console_bytes,
            }
        )
        try:
            async with asyncio.timeout(self._limits.start_ms / 1000):
                await self._ready.wait()
        except TimeoutError:
            self.kill(Death(KillReason.START_FAILED, f"not ready after {self._limits.start_ms} ms"))
        if self._death is not None:
            raise StartFailed(self._death.detail)

    def _order(self, reach: network.Reach) -> dict[str, Any]:
        deno, js, protection = (
            self._installation.deno,
            self._installation.js,
            self._installation.protection,
        )
        net = [f"--allow-net={','.join(reach.allow)}"] if reach.allow else []
        return {
            "argv": [
                str(deno),
                "run",
                "--quiet",
                "--no-prompt",
                "--no-config",
                "--no-lock",
                "--node-modules-dir=manual",
                "--cached-only",
                "--no-remote",
                "--deny-import",
                "--ignore-env",
                *(["--allow-sys=osRelease,hostname"] if "mongodb" in self.spec.modules else []),
                *net,
                f"--deny-net={','.join(reach.deny)}",
                f"--v8-flags=--max-old-space-size={self.spec.memory_mb}",
                str(js / "worker.mjs"),
            ],
            # A DENO_DIR that cannot exist: a writable one would be a place two tenants share (localStorage).
            "env": {"DENO_DIR": "/proc/nope", "NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"},
            "parent": os.getpid(),
            "uid": uid_for(self.spec.key) if protection.own_uid else None,
            "landlock_abi": protection.landlock_abi,
            "seccomp": protection.seccomp,
            "ipv6": reach.ipv6,
            # Deno reserves about 555 MB of writable mappings before it uses any.
            "data_mb": 672 + self.spec.memory_mb,
            "ports": reach.ports,
            "read": [
                str(js.resolve()),
                "/etc/ssl",
                "/etc/pki",
                "/etc/resolv.conf",
                "/etc/hosts",
                "/etc/host.conf",
                "/etc/nsswitch.conf",
                "/etc/gai.conf",
                "/etc/ld.so.cache",
                "/etc/localtime",
                "/usr/share/zoneinfo",
                "/dev/urandom",
            ],
            "execute": [str(deno.resolve()), "/lib", "/lib64", "/usr/lib", "/usr/lib64"],
            "write": ["/dev/null"],
        }

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
        self._calls[call_id] = call
        hard_s = (call.timeout_ms + self._limits.hard_timeout_grace_ms) / 1000
        call.timer = asyncio.get_running_loop().call_later(hard_s, self._overdue, call)
        self._send({**call.frame, "id": call_id})

    def _overdue(self, call: Call) -> None:
        self.kill(
            Death(
                KillReason.HARD_TIMEOUT,
                f"no answer {self._limits.hard_timeout_grace_ms} ms after its timeout",
                call,
            )
        )

    def forget(self, call: Call) -> None:
        """The caller went away. The answer, when it comes, is of an unknown id."""
        for call_id, other in self._calls.items():
            if other is call:
                del self._calls[call_id]
                break
        if call.timer:
            call.timer.cancel()

    def heartbeat(self, now: float) -> None:
        """Finds a blocked event loop before the hard timeout does; leaves a worker that merely starves."""
        if not self.ready:
            return
        if self._pinged is None:
            if self._calls:
                self._pinged = (now, self.cpu_s())
                self._send({"type": "ping"})
            return
        pinged_s, cpu_s = self._pinged
        limit_s = self._limits.unresponsive_ms / 1000
        # CPU time of its own, not the clock: a worker the machine does not let run is not to blame.
        if now - pinged_s >= limit_s and self.cpu_s() - cpu_s >= limit_s * 0.9:
            self.kill(Death(KillReason.UNRESPONSIVE, f"no pong for {now - pinged_s:.1f} s while burning CPU"))

    def _send(self, frame: dict[str, Any]) -> None:
        body = msgspec.json.encode(frame)
        if self._process and self._process.stdin and not self._process.stdin.is_closing():
            self._process.stdin.write(struct.pack(">I", len(body)) + body)

    # -- what comes out -----------------------------------------------------------------------------------

    async def _read(self) -> None:
        assert self._process
        assert self._process.stdout
        stdout = self._process.stdout
        death: Death | None = None
        try:
            while True:
                (length,) = struct.unpack(">I", await stdout.readexactly(4))
                if length > self._limits.frame_bytes:
                    death = Death(KillReason.BAD_FRAME, f"a frame of {length} bytes")
                    break
                self._accept(_decode(await stdout.readexactly(length)))
        except asyncio.IncompleteReadError:
            pass
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as problem:
            death = Death(KillReason.BAD_FRAME, f"not a frame: {problem}")
        except ConnectionError as problem:
            death = Death(KillReason.EXITED, str(problem))
        if death is None:
            death = await self._cause_of_exit()
        self.kill(death)

    def _accept(self, frame: Frame) -> None:
        match frame:
            case PongFrame():
                self._pinged = None
            case ReadyFrame():
                self._ready.set()
            case StrayFrame():
                self.strays += 1
                self._on_stray(self, frame.text)
            case ResultFrame() | CheckedFrame():
                call = self._calls.pop(frame.id, None)
                if call is None:
                    self.unknown_ids += 1
                    return
                if call.timer:
                    call.timer.cancel()
                self.answered += 1
                self.idle_since_s = time.monotonic()
                if isinstance(frame, ResultFrame) and frame.left:
                    self.leaks += 1
                self._on_answer(self, call, frame)

    async def _read_stderr(self) -> None:
        assert self._process
        assert self._process.stderr
        while chunk := await self._process.stderr.read(4096):
            self._stderr += chunk
            del self._stderr[: -self._limits.stderr_bytes]

    # -- the end ------------------------------------------------------------------------------------------

    async def _cause_of_exit(self) -> Death:
        assert self._process
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await self._tasks[1]  # the last words on stderr
                await self._process.wait()
        words = self.stderr
        code = self._process.returncode
        how = f"signal {signal.Signals(-code).name}" if code is not None and code < 0 else f"code {code}"
        if any(sign in words for sign in ("out of memory", "OOM", "memory allocation", "Cannot allocate")):
            return Death(KillReason.MEMORY, f"{how}: {words[:500]}")
        if not self._ready.is_set():
            return Death(KillReason.START_FAILED, f"{how}: {words[:500]}")
        return Death(KillReason.EXITED, f"{how}: {words[:500]}")

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


class StartFailed(Exception):
    """The worker did not come up; the message is for the log."""
