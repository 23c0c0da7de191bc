"""From settings to a listening server, and back down again.

`python -m poolhouse.serving` serves with several workers on a database somebody else keeps; `poolhouse up
--workers N` starts it as a child.
"""

from __future__ import annotations

import asyncio
import errno
import gc
import os
import resource
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from functools import partial
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import structlog
from starlette.applications import Starlette
from starlette.types import ASGIApp, Receive, Scope, Send

from poolhouse import logs
from poolhouse.db.cluster import home_of, made_by
from poolhouse.db.embedded import EmbeddedPostgres, running_url
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.lock import FolderTaken
from poolhouse.db.parent import ends_with_parent
from poolhouse.settings import PortTaken, SecretStr, Settings

if TYPE_CHECKING:
    from poolhouse.services import Services

CONNECTIONS = 8192
OTHER_FILES = 512
"""Files a process has open besides: its database, its scripts' processes, its log."""

LONGEST_REQUEST_S = 45
"""A server that stops waits this long for what it is answering: a script may take 20 s, a statement 30."""

DRAINING = "draining"
"""A file beside the workers' numbers that tells them to be unready, and to hurry once the others have heard of it."""
TOLD_AGAIN_S = 1.0
DRAINING_SEEN_S = 0.5

_log = structlog.get_logger(__name__)


@contextmanager
def database(settings: Settings) -> Iterator[str]:
    """The URL of the outside database, or of an embedded one for the length of the block."""
    if settings.database_url is not None:
        yield settings.database_url.get_secret_value()
        return
    settings.require_own()
    with EmbeddedPostgres(settings.data, pg_bin=settings.pg_bin) as url:
        yield url


@contextmanager
def database_of_folder(settings: Settings) -> Iterator[str]:
    """As `database`, but beside a server that runs on the folder: its database is shared, not refused.

    Raises DatabaseUnfit where none was made yet: a command that makes one in the folder it was started in by
    mistake would be the first of many.
    """
    require_made(settings)
    with ExitStack() as stack:
        try:
            url = stack.enter_context(database(settings))
        except FolderTaken:
            url = running_url(settings.data)
        yield url


def require_made(settings: Settings) -> None:
    """Raises DatabaseUnfit unless the database is an outside one, or in the data folder."""
    if settings.database_url is None and made_by(home_of(settings.data) / "cluster") is None:
        raise DatabaseUnfit(*nothing_in(settings.data))


def require_key(settings: Settings) -> None:
    """The same of the secret key: who opens services without one is given a new one, that opens nothing."""
    require_made(settings)
    if settings.secret_key is None and not (settings.data / "secret.key").exists():
        en, zh = nothing_in(settings.data)
        raise DatabaseUnfit(
            f"{en}; or give the key by POOLHOUSE_SECRET_KEY", f"{zh}；或用 POOLHOUSE_SECRET_KEY 给出密钥"
        )


def require_folder(settings: Settings) -> None:
    """For who may have lost the key: the folder is there."""
    require_made(settings)
    if not settings.data.is_dir():
        raise DatabaseUnfit(*nothing_in(settings.data))


def nothing_in(data: Path) -> tuple[str, str]:
    """English, Chinese."""
    return (
        f"no Poolhouse in {data}: name its folder by --data or POOLHOUSE_DATA; "
        f"`poolhouse up --data {data}` makes one",
        f"{data} 中没有 Poolhouse：用 --data 或 POOLHOUSE_DATA 指定数据文件夹；`poolhouse up --data {data}` 会新建一个",
    )


def with_port(settings: Settings) -> Settings:
    """Settings whose port is free now and not 0. Raises PortTaken."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as error:
            if error.errno != errno.EADDRINUSE and not isinstance(error, PermissionError):
                raise PortTaken(
                    f"cannot listen on {settings.host}: {error.strerror}; choose another address by --host",
                    f"无法监听 {settings.host}：{error.strerror}；请用 --host 换一个地址",
                ) from error
            raise PortTaken(
                f"cannot listen on {settings.host}:{settings.port}: {error.strerror}; choose another by --port",
                f"无法监听 {settings.host}:{settings.port}：{error.strerror}；请用 --port 换一个",
            ) from error
        return replace(settings, port=probe.getsockname()[1])


def connections() -> int:
    """How many connections a process takes at once. What is above waits unheard, so it is far above what
    `admission` lets in; the soft limit of open files, often 1,024, is raised for it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OTHER_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(128, min(CONNECTIONS, soft - OTHER_FILES))


async def serve(services: Services, ready: asyncio.Event | None = None) -> None:
    """Serves in this process until it is told to stop. `ready` is set once requests are answered."""
    from granian.constants import HTTPModes, Interfaces
    from granian.server.embed import Server

    from poolhouse.app import asgi, working

    settings = services.settings
    app = asgi(services)
    server = Server(
        app,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        backlog=1024,
        backpressure=connections(),
        log_enabled=False,
    )
    stopped = asyncio.Event()
    app.state.draining = stopped.is_set
    serving = asyncio.create_task(server.serve())
    with on_stop(stopped.set):
        async with working(services):
            try:
                await _listening(settings, serving)
                if ready is not None:
                    ready.set()
                stopping = asyncio.create_task(stopped.wait())
                await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
                if stopped.is_set():
                    await asyncio.sleep(settings.drain_s)
            finally:
                app.state.hurry()
                server.stop()  # type: ignore[no-untyped-call]
                await asyncio.wait([serving], timeout=LONGEST_REQUEST_S)
                if not serving.done():
                    _log.warning("connections_cut_at_shutdown", after_s=LONGEST_REQUEST_S)
                    serving.cancel()
                with suppress(asyncio.CancelledError):
                    await serving


@contextmanager
def on_stop(stop: Callable[[], object]) -> Iterator[None]:
    """SIGTERM, Ctrl-C and a closed terminal call `stop`; what nohup made deaf to the last stays deaf."""
    kinds = [signal.SIGTERM, signal.SIGINT]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        kinds.append(signal.SIGHUP)
    loop = asyncio.get_running_loop()
    for kind in kinds:
        loop.add_signal_handler(kind, stop)
    try:
        yield
    finally:
        for kind in kinds:
            loop.remove_signal_handler(kind)


async def _listening(settings: Settings, serving: asyncio.Task[None]) -> None:
    host = "127.0.0.1" if settings.host == "0.0.0.0" else settings.host  # noqa: S104
    while not serving.done():
        try:
            _, writer = await asyncio.open_connection(host, settings.port)
        except OSError:
            await asyncio.sleep(0.01)
        else:
            writer.close()
            return
    serving.result()


async def serve_workers(settings: Settings, database_url: str, ready: asyncio.Event | None = None) -> int:
    """Serves in `settings.workers` child processes until SIGTERM or SIGINT; answers their exit status."""
    with TemporaryDirectory(prefix="poolhouse-metrics-") as metrics:
        return await _serve_workers(settings, database_url, metrics, ready)


async def _serve_workers(
    settings: Settings, database_url: str, metrics: str, ready: asyncio.Event | None
) -> int:
    """`metrics` is where the workers add up what they count; prometheus_client reads the name when imported."""
    environment = {
        **_inherited(settings, database_url),
        "POOLHOUSE_DATA": str(settings.data),
        "POOLHOUSE_HOST": settings.host,
        "POOLHOUSE_PORT": str(settings.port),
        "POOLHOUSE_WORKERS": str(settings.workers),
        "POOLHOUSE_LOG_LEVEL": settings.log_level,
        "PROMETHEUS_MULTIPROC_DIR": metrics,
    }
    child = await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",  # a folder named poolhouse where somebody stands is not this program
        "-m",
        "poolhouse.serving",
        env=environment,
        start_new_session=True,
        preexec_fn=ends_with_parent(signal.SIGTERM),
    )
    ended = asyncio.create_task(child.wait())

    def stop() -> None:
        (Path(metrics) / DRAINING).touch()
        asyncio.get_running_loop().call_later(settings.drain_s, _end, child)

    with on_stop(stop):
        try:
            await _listening(settings, ended)  # type: ignore[arg-type]
            if ready is not None:
                ready.set()
            return await ended
        finally:
            _end(child)
            await child.wait()


def _inherited(settings: Settings, database_url: str) -> dict[str, str]:
    """The environment, with the database's address if workers would not find it themselves: what is in a file stays
    there, and is not to be read among a process's variables."""
    if settings.database_url is not None:
        found = Settings(data=settings.data, config=settings.config).database_url
        if found == settings.database_url:
            return dict(os.environ)
    of_address = ("POOLHOUSE_DATABASE_URL", "POOLHOUSE_DATABASE_URL_FILE")
    others = {name: value for name, value in os.environ.items() if name.upper() not in of_address}
    return {**others, "POOLHOUSE_DATABASE_URL": database_url}


def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.terminate()


def worker() -> ASGIApp:
    """One worker's application: its services open and close with the server's lifespan."""
    from poolhouse.app import asgi, working
    from poolhouse.services import opened
    from poolhouse.tracing.sending import sent

    settings = Settings()
    stack = AsyncExitStack()
    inner: list[Starlette] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with stack:
            url = (settings.database_url or SecretStr("")).get_secret_value()
            await stack.enter_async_context(sent())
            services = await stack.enter_async_context(opened(settings, url))
            await stack.enter_async_context(working(services))
            inner.append(asgi(services))
            state = inner[0].state
            told = f"{os.environ['PROMETHEUS_MULTIPROC_DIR']}/{DRAINING}"
            # Asked at every answer: a Path takes five times as long.
            state.draining = partial(os.path.exists, told)
            last_bodies = asyncio.create_task(
                _hurry(state.hurry, state.draining, settings.drain_s), name="last bodies"
            )
            yield
            last_bodies.cancel()
        await asyncio.to_thread(logs.settle)

    outer = Starlette(lifespan=lifespan)

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        await (outer if scope["type"] == "lifespan" else inner[0])(scope, receive, send)

    return application


async def _hurry(hurry: Callable[[], object], draining: Callable[[], bool], drain_s: float) -> None:
    """As `serve` does when it stops: a worker that waited for a slow body would be killed before its own last work.

    One that is still there a moment later missed its signal: uvloop forgets those that come while the loop rests,
    between a worker's start and its first request.
    """
    while not draining():  # noqa: ASYNC110 - a file of another process
        await asyncio.sleep(DRAINING_SEEN_S)
    await asyncio.sleep(drain_s)
    hurry()
    await asyncio.sleep(TOLD_AGAIN_S)
    os.kill(os.getpid(), signal.SIGTERM)


_ENDINGS = (signal.SIGTERM, signal.SIGINT)


def _hold_endings() -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, _ENDINGS)


def _let_endings() -> None:
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDINGS)


def _end_when_told() -> None:
    """A worker inherits the handlers of the process that forks it, which end nothing in the worker: told to stop
    while it imports the application it would go on until it is killed, after `LONGEST_REQUEST_S`. Endings are held
    while it is forked, for Python forgets what came before the new process first ran."""
    for kind in _ENDINGS:
        signal.signal(kind, signal.SIG_DFL)
    _let_endings()


def main() -> None:
    from granian.constants import HTTPModes, Interfaces
    from granian.server import Server as ProcessServer

    settings = Settings()
    logs.configure(settings.log_level, waiting=True)
    # Once for all workers, who are forked from here and have it in common, instead of by each.
    gc.disable()
    import_module("poolhouse.app")
    gc.freeze()
    gc.enable()
    os.register_at_fork(before=_hold_endings, after_in_parent=_let_endings, after_in_child=_end_when_told)
    ProcessServer(
        "poolhouse.serving:worker",
        factory=True,
        address=settings.host,
        port=settings.port,
        interface=Interfaces.ASGI,
        http=HTTPModes.http1,
        workers=settings.workers,
        respawn_failed_workers=True,
        backpressure=connections(),
        workers_kill_timeout=LONGEST_REQUEST_S,
        log_enabled=False,
    ).serve()


if __name__ == "__main__":
    main()
