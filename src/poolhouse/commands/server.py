"""`poolhouse up` and `poolhouse migrate`."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from poolhouse.client import output
from poolhouse.client.exits import DONE, REFUSED, USAGE, Stopped, warn
from poolhouse.client.words import say
from poolhouse.settings import SecretStr, Settings, SettingsUnfit, exposed_secrets, misspelt

if TYPE_CHECKING:
    from poolhouse.db.migrations.online import Progress as Step
    from poolhouse.db.migrations.online import Report


def settings_from(
    data: Path | str | None, database_url: str | None = None, *, strict: bool = False, **given: object
) -> Settings:
    """Flags win over POOLHOUSE_ variables. One that is no setting is warned of, and refused where it is `strict`: a
    server would go on for months without what was meant. Raises SettingsUnfit."""
    odd = misspelt(os.environ)
    if strict and odd:
        raise SettingsUnfit("; ".join(en for _, en in odd), "；".join(zh for zh, _ in odd))
    for said in odd:
        warn(say(said))
    values = {name: value for name, value in given.items() if value is not None}
    if data is not None:
        values["data"] = Path(data)
    if database_url is not None:
        values["database_url"] = SecretStr(database_url)
    settings = Settings(**values)  # type: ignore[arg-type]
    for said in exposed_secrets(settings.config):
        warn(say(said))
    return replace(settings, data=settings.data.absolute())


def up(
    *,
    data: Path | str | None = None,
    host: str | None = None,
    port: int | None = None,
    workers: int | None = None,
    database_url: str | None = None,
) -> None:
    from poolhouse import logs
    from poolhouse.tracing.sending import obstacle

    settings = settings_from(data, database_url, strict=True, host=host, port=port, workers=workers)
    if said := obstacle(os.environ):
        warn(say(said))
    logs.configure(settings.log_level, waiting=True)
    try:
        run(_up(settings, time.monotonic()))
    finally:
        logs.settle()


async def _up(settings: Settings, began: float) -> None:
    from poolhouse.serving import database, serve, serve_workers, with_port

    settings = with_port(settings)
    doors = Thread(target=_import_doors, args=(settings.workers,))
    doors.start()  # a second of imports, while Deno is tried and PostgreSQL starts or is made
    await asyncio.to_thread(
        check_scripts
    )  # before there is a database: a server that cannot start leaves nothing
    with collector_resting() as awake, database(settings) as url:
        doors.join()
        from poolhouse.bootstrap import bootstrap, credentials_file, made_elsewhere
        from poolhouse.rotation import require_every_secret
        from poolhouse.services import opened
        from poolhouse.tracing.sending import sent

        with upgrade_shown() as report:
            await _migrated(settings, url, report)
        ready = asyncio.Event()
        tracing = sent() if settings.workers == 1 else nullcontext()  # before the connections, which tell it
        async with tracing, opened(settings, url) as services:
            await require_every_secret(services.db, services.box)
            known = await bootstrap(services, settings.address)
            where = str(credentials_file(settings.data)) if known else await made_elsewhere(services)
            awake()
            admin = known.adminUsername if known else None
            told = asyncio.create_task(_tell(settings, ready, began, where, admin))
            if settings.workers == 1:
                await serve(services, ready)
        if settings.workers > 1:
            await serve_workers(settings, url, ready)
        told.cancel()


async def _migrated(settings: Settings, url: str, report: Report, to: str | None = None) -> list[str]:
    """Directly, where that address is known: else by the pooler, as far as that goes."""
    from poolhouse.db import migrations

    if settings.listen_url is not None:
        return await migrations.migrate(settings.direct(url), to, report)
    return await migrations.migrate(url, to, report, pooler=settings.pooler)


@contextmanager
def upgrade_shown() -> Iterator[Report]:
    """A bar on a terminal for what takes long; the log has the same in lines."""
    from rich.progress import TimeElapsedColumn

    from poolhouse.commands.progress import bar_of

    with bar_of(TimeElapsedColumn(), transient=True) as bar:
        task = bar.add_task("", total=None, visible=False)

        def report(at: Step) -> None:
            words = f"{at.version}, {at.step}/{at.steps}: {at.what}"
            far = at.phase or (f"{at.rows:,} {say(('行', 'rows'))}" if at.rows else "")
            share = None if at.share is None else 100 * at.share
            bar.update(task, description=f"{words} {far}".strip(), visible=True)
            bar.update(task, total=share and 100, completed=share or 0)

        yield report


@contextmanager
def collector_resting() -> Iterator[Callable[[], None]]:
    """Looking for garbage among all that is imported takes a sixth of a start. Once `awake`, the collector passes over
    what was there by then."""

    def awake() -> None:
        gc.freeze()
        gc.enable()

    gc.disable()
    try:
        yield awake
    finally:
        gc.enable()


def check_scripts() -> None:
    """What is missing is told now and not to the first person who logs in. Raises Unfit."""
    from poolhouse.sandbox.installation import deno_version, find_installation
    from poolhouse.wire.console.rendering import check_built

    check_built()
    deno_version(find_installation().deno)


def _import_doors(workers: int = 1) -> None:
    import_module("poolhouse.bootstrap")
    if workers > 1:
        return  # who only watches them answers no request
    for wire in ("v2.app", "v3.app", "oidc.endpoints", "health"):
        import_module(f"poolhouse.wire.{wire}")


async def _tell(
    settings: Settings, ready: asyncio.Event, began: float, credentials: str, admin: str | None
) -> None:
    await ready.wait()
    tell_of_start(settings.address, began, credentials, admin)
    sys.stdout.flush()


def tell_of_start(address: str, began: float, credentials: str, admin: str | None) -> None:
    """`admin`: who signs in at the console with the password in the file `credentials`; None: nobody, it is no file."""
    took = f"{time.monotonic() - began:.1f}"
    name, bold = output.painted("Poolhouse", output.GREEN), output.painted(address, output.BOLD)
    print(say((f"{name} 已启动：{bold}，用时 {took} 秒", f"{name} is up at {bold} after {took} s")))
    output.line(say((f"凭据：{credentials}", f"credentials: {credentials}")))
    console = f"{address}/console"
    if admin:
        console += say((f"（{admin}，密码在 {credentials}）", f" ({admin}; password in {credentials})"))
    output.line(say((f"控制台：{console}", f"console: {console}")))


def migrate(
    *,
    check: bool = False,
    to: str | None = None,
    distribute: bool = False,
    undistribute: bool = False,
    shards: int | None = None,
    as_json: bool = False,
    data: Path | str | None = None,
    database_url: str | None = None,
) -> int:
    from poolhouse.db import migrations
    from poolhouse.serving import database_of_folder

    if check + (to is not None) + distribute + undistribute > 1 or (shards is not None and not distribute):
        one = (
            "--check、--to、--distribute、--undistribute 只能给一个，--shards 只用于 --distribute",
            "give one of --check, --to, --distribute and --undistribute; --shards is for --distribute",
        )
        raise Stopped(say(one), USAGE)
    settings = settings_from(data, database_url)
    if distribute or undistribute:
        from poolhouse.commands import nodes

        with database_of_folder(settings) as url:
            if distribute:
                nodes.distribute(settings.direct(url), shards, as_json=as_json)
            else:
                nodes.undistribute(settings.direct(url), as_json=as_json)
        return DONE
    with database_of_folder(settings) as url:
        if check:
            pending = asyncio.run(migrations.pending(url))
            _versions("pending", pending, as_json)
            return REFUSED if pending else DONE
        with upgrade_shown() as report:
            steps = asyncio.run(_migrated(settings, url, report, to))
    _versions("applied", steps, as_json)
    return DONE


def _versions(what: str, found: Sequence[str], as_json: bool) -> None:
    if found or as_json:
        output.told({what: list(found)}, as_json=as_json)
    else:
        print(say(("已是最新", "up to date")))


def run(main: object) -> None:
    """In uvloop where it exists."""
    import uvloop

    uvloop.run(main)  # type: ignore[arg-type]
