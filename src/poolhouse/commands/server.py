"""`poolhouse up` and `poolhouse migrate`."""

from __future__ import annotations

import asyncio
import gc
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from poolhouse.commands.output import console, warn
from poolhouse.settings import SecretStr, Settings, misspelt

if TYPE_CHECKING:
    from poolhouse.db.migrations.online import Progress as Step
    from poolhouse.db.migrations.online import Report

Data = Annotated[Path | None, Parameter(help="Folder of the database, the keys and credentials.json.")]
DatabaseUrl = Annotated[str | None, Parameter(help="An outside PostgreSQL instead of the embedded one.")]


def settings_from(data: Path | None, database_url: str | None = None, **given: object) -> Settings:
    """Flags win over POOLHOUSE_ variables."""
    for said in misspelt(os.environ):
        warn(said)
    values = {name: value for name, value in given.items() if value is not None}
    if data is not None:
        values["data"] = data
    if database_url is not None:
        values["database_url"] = SecretStr(database_url)
    settings = Settings(**values)  # type: ignore[arg-type]
    return replace(settings, data=settings.data.absolute())


def up(
    *,
    data: Data = None,
    host: Annotated[str | None, Parameter(help="Address to listen on.")] = None,
    port: Annotated[int | None, Parameter(help="Port to listen on; 0 takes a free one.")] = None,
    workers: Annotated[int | None, Parameter(help="Server processes.")] = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Starts the server; the first start also creates a pool, an application and an administrator."""
    from poolhouse import logs

    settings = settings_from(data, database_url, host=host, port=port, workers=workers)
    logs.configure(settings.log_level)
    run(_up(settings, time.monotonic()))


async def _up(settings: Settings, began: float) -> None:
    from poolhouse.db import migrations
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

        with upgrade_shown() as report:
            await migrations.migrate(url, report=report)
        ready = asyncio.Event()
        async with opened(settings, url) as services:
            await require_every_secret(services.db, services.box)
            known = await bootstrap(services, settings.address)
            where = str(credentials_file(settings.data)) if known else await made_elsewhere(services)
            awake()
            told = asyncio.create_task(_tell(settings, ready, began, where))
            if settings.workers == 1:
                await serve(services, ready)
        if settings.workers > 1:
            await serve_workers(settings, url, ready)
        told.cancel()


@contextmanager
def upgrade_shown() -> Iterator[Report]:
    """A bar on a terminal for what takes long; the log has the same in lines."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    terminal = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn()
    with Progress(*columns, console=terminal, transient=True, disable=not terminal.is_terminal) as bar:
        task = bar.add_task("upgrading", total=None, visible=False)

        def report(at: Step) -> None:
            words = f"{at.version}, {at.step} of {at.steps}: {at.what}"
            far = at.phase or (f"{at.rows:,} rows" if at.rows else "")
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
    """What is missing is told now and not to the first person who logs in. Raises SandboxUnfit."""
    from poolhouse.sandbox.installation import deno_version, find_installation

    deno_version(find_installation().deno)


def _import_doors(workers: int = 1) -> None:
    import_module("poolhouse.bootstrap")
    if workers > 1:
        return  # who only watches them answers no request
    for wire in ("v2.app", "v3.app", "oidc.endpoints", "health"):
        import_module(f"poolhouse.wire.{wire}")


async def _tell(settings: Settings, ready: asyncio.Event, began: float, credentials: str) -> None:
    await ready.wait()
    console.print(f"[bold green]Poolhouse[/] is up at [bold]{settings.address}[/]", end=" ")
    console.print(f"after {time.monotonic() - began:.1f} s")
    console.print(f"credentials: {credentials}", markup=False)
    sys.stdout.flush()


def migrate(
    *,
    data: Data = None,
    database_url: DatabaseUrl = None,
    check: Annotated[bool, Parameter(help="Only say what is pending; exit status 1 if anything is.")] = False,
    to: Annotated[str | None, Parameter(help='A version such as 0007, or "base".')] = None,
) -> None:
    """Brings the database's schema to this program's version, or to another."""
    from poolhouse.db import migrations
    from poolhouse.serving import database_of_folder

    settings = settings_from(data, database_url)
    with database_of_folder(settings) as url:
        if check:
            pending = asyncio.run(migrations.pending(url))
            console.print(f"pending: {' '.join(pending)}" if pending else "up to date")
            sys.exit(1 if pending else 0)
        with upgrade_shown() as report:
            steps = asyncio.run(migrations.migrate(url, to, report))
    console.print(f"applied: {' '.join(steps)}" if steps else "up to date")


def run(main: object) -> None:
    """In uvloop where it exists."""
    import uvloop

    uvloop.run(main)  # type: ignore[arg-type]
