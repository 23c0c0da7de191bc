"""`poolhouse export`: everybody of a pool, into a file that `poolhouse import` reads."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import aclosing, contextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from poolhouse.commands.directory import Json, Pool, on_services, operator
from poolhouse.commands.output import facts, fail
from poolhouse.commands.server import Data, DatabaseUrl
from poolhouse.files import draft_beside
from poolhouse.migration.export_formats import Encode, encoder
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserQuery

exports = App(name="export", help="Takes everybody of a pool out into a file.")


@exports.command(name="users")
def export_users(
    file: Annotated[
        Path, Parameter(help="A .jsonl file, an object a line; or a table (.csv). It must be new.")
    ],
    /,
    *,
    hashes: Annotated[bool, Parameter(help="With the hashes of passwords. The audit log says so.")] = False,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Writes everybody of a pool, as they are at one moment, with their custom data.

    `poolhouse import users` reads the file. It is complete or it is not there, and only its owner may read it.
    """
    encode = _encoder(file)
    written = 0

    async def work(services: Services) -> None:
        nonlocal written
        caller = await operator(services, pool)
        total = (await services.users.list(caller, UserQuery(PageRequest(1, 1)))).total
        with draft_beside(file) as draft, _progress(total, as_json) as advance:
            draft.file.write(encode(()))
            async with aclosing(services.exports.rows(caller, hashes=hashes)) as pages:
                async for page in pages:
                    draft.file.write(encode(page))
                    written += len(page)
                    advance(len(page))
            draft.settle()
            os.link(draft.path, file)

    if file.exists():
        fail(f"{file}: is there already")
    try:
        on_services(data, database_url, work)
    except FileExistsError:
        fail(f"{file}: is there already")
    facts("export", {"exported": written, "file": str(file)}, as_json=as_json)


def _encoder(file: Path) -> Encode:
    if file.suffix in (".jsonl", ".ndjson"):
        return encoder("jsonl")
    if file.suffix == ".csv":
        return encoder("csv")
    fail(f"{file}: must be one of .jsonl, .ndjson, .csv")


@contextmanager
def _progress(total: int, quiet: bool) -> Iterator[Callable[[int], None]]:
    console = Console(stderr=True)
    columns = (TextColumn("exporting"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        yield partial(bar.advance, bar.add_task("exporting", total=total))
