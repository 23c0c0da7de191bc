"""`poolhouse export`: the users of a pool, into a file that `poolhouse import` reads; `user export`: all about one;
`import refused`: the rows of a file that were refused."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.progress import MofNCompleteColumn, TimeElapsedColumn

from poolhouse.caller import Caller
from poolhouse.client.exits import Stopped
from poolhouse.client.output import shown, terminal
from poolhouse.client.output import told as tell
from poolhouse.client.words import say
from poolhouse.commands.directory import on_services, operator
from poolhouse.commands.progress import bar_of
from poolhouse.errors import QueryTooBroad
from poolhouse.files import draft_beside
from poolhouse.migration.export_formats import Format, Separator, encoder
from poolhouse.migration.exporting import Wanted
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserQuery
from poolhouse.wire.v3.endpoint import V3Request
from poolhouse.wire.v3.parsing import body_struct
from poolhouse.wire.v3.users_bulk import BulkMatchDto, query_of


def export_users(
    file: Path,
    /,
    *,
    hashes: bool = False,
    column: Sequence[str] = (),
    separator: Separator = "comma",
    no_bom: bool = False,
    words: str | None = None,
    filter: Any = None,
    pool: str | None = None,
    as_json: bool = False,
    data: Path | str | None = None,
    database_url: str | None = None,
) -> None:
    """The file is complete or it is not there, and only its owner may read it."""
    kind = _format(file)
    wanted = Wanted(columns=tuple(column), hashes=hashes)
    encode = encoder(kind, wanted.keys, separator, mark=not no_bom)
    written = 0

    async def work(services: Services) -> None:
        nonlocal written
        caller = await operator(services, pool)
        query = await _query(services, caller, words, filter)
        total = None
        with suppress(QueryTooBroad):
            counted = replace(query or UserQuery(), page=PageRequest(1, 1))
            total = (await (services.users.search if words else services.users.list)(caller, counted)).total
        with draft_beside(file) as draft, _progress(total, as_json) as advance:
            draft.file.write(encode(()))
            async with aclosing(services.exports.rows(caller, replace(wanted, query=query))) as pages:
                async for page in pages:
                    draft.file.write(encode(page))
                    written += len(page)
                    advance(len(page))
            draft.settle()
            os.link(draft.path, file)

    _into_new(file, partial(on_services, data, database_url, work))
    tell({"exported": written, "file": str(file)}, as_json=as_json)


def export_user(
    user: str,
    /,
    *,
    output: Path,
    pool: str | None = None,
    as_json: bool = False,
    data: Path | str | None = None,
    database_url: str | None = None,
) -> None:
    """As `export_users`."""
    written = 0

    async def work(services: Services) -> None:
        nonlocal written
        caller = await operator(services, pool)
        with draft_beside(output) as draft:
            async with aclosing(services.person_export.pieces(caller, user)) as pieces:
                async for piece in pieces:
                    written += draft.file.write(piece)
            draft.settle()
            os.link(draft.path, output)

    _into_new(output, partial(on_services, data, database_url, work))
    tell({"bytes": written, "file": str(output)}, as_json=as_json)


def refused_rows(
    file_id: str,
    /,
    *,
    output: Path | None = None,
    pool: str | None = None,
    data: Path | str | None = None,
    database_url: str | None = None,
) -> None:
    """Into a file as `export_users`, else to standard output: as they are in a pipe, and spelled out on a terminal."""
    written = 0

    async def work(services: Services) -> None:
        nonlocal written
        caller = await operator(services, pool)
        _, pieces = await services.import_files.refused(caller, file_id)
        async with aclosing(pieces):
            if output is None:
                async for piece in pieces:
                    _out(piece)
                return
            with draft_beside(output) as draft:
                async for piece in pieces:
                    written += draft.file.write(piece)
                draft.settle()
                os.link(draft.path, output)

    if output is None:
        on_services(data, database_url, work)
        return
    _into_new(output, partial(on_services, data, database_url, work))
    tell({"bytes": written, "file": str(output)}, as_json=False)


def _out(piece: bytes) -> None:
    """Whole lines of UTF-8."""
    if terminal():
        print(shown(piece.decode().replace("\r\n", "\n"), lines=True), end="")
    else:
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


def _into_new(file: Path, work: Callable[[], None]) -> None:
    there = say((f"{file} 已存在", f"{file}: is there already"))
    if file.exists():
        raise Stopped(there)
    try:
        work()
    except FileExistsError as error:
        raise Stopped(there) from error


async def _query(services: Services, caller: Caller, words: str | None, given: Any) -> UserQuery | None:
    """None for everybody. Raises InvalidInput."""
    if not words and not given:
        return None
    values = {"keywords": words, "advancedFilter": given, "everybody": True}
    match = body_struct(BulkMatchDto, {name: value for name, value in values.items() if value is not None})
    return await query_of(V3Request(caller, services), match)


def _format(file: Path) -> Format:
    if file.suffix in (".jsonl", ".ndjson"):
        return "jsonl"
    if file.suffix == ".csv":
        return "csv"
    raise Stopped(
        say((f"{file} 应为 .jsonl、.ndjson 或 .csv 文件", f"{file}: must be one of .jsonl, .ndjson, .csv"))
    )


@contextmanager
def _progress(total: int | None, quiet: bool) -> Iterator[Callable[[int], None]]:
    with bar_of(MofNCompleteColumn(), TimeElapsedColumn(), quiet=quiet) as bar:
        yield partial(bar.advance, bar.add_task(say(("导出", "exporting")), total=total))
