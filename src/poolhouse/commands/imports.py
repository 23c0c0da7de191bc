"""`poolhouse import`: many users at once, from a file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

from poolhouse.client.passwords import ASK, secret
from poolhouse.commands.directory import Json, Pool, on_services, operator
from poolhouse.commands.output import facts, fail
from poolhouse.commands.server import Data, DatabaseUrl
from poolhouse.errors import DatabaseLost
from poolhouse.migration.import_tables import told as reading_of
from poolhouse.migration.importing import ImportProgress, Report
from poolhouse.migration.postgres import Journal
from poolhouse.services import Services

imports = App(name="import", help="Brings in many users from a file.")

PLAIN_EVERY_S = 5.0


@imports.command(name="users")
def import_users(
    file: Annotated[
        Path, Parameter(help="A .jsonl file, an object a line; or a table with a header (.csv).")
    ],
    /,
    *,
    dry_run: Annotated[bool, Parameter(help="Check every row and change nothing.")] = False,
    resume: Annotated[bool, Parameter(help="Go on where an import of this file stopped.")] = False,
    encoding: Annotated[
        str | None, Parameter(help="Of a table, if it is not recognised: utf-8, utf-16, gb18030, ...")
    ] = None,
    separator: Annotated[
        str | None,
        Parameter(help="Of a table, if it is not recognised: comma, semicolon, tab, bar or a character."),
    ] = None,
    ignore_column: Annotated[
        tuple[str, ...], Parameter(help="Leave this column or key out; may be given again.")
    ] = (),
    errors: Annotated[
        Path | None, Parameter(help="File for the refused rows; FILE.errors.jsonl if absent.")
    ] = None,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Imports users; somebody who is here already is left as they are.

    A column nobody knows is refused before anything is imported. Exit status 1 if a row was refused.
    """
    if not file.is_file():
        fail(f"{file}: no such file")
    reading = reading_of(encoding, separator, ignore_column)
    errors_file = errors or file.with_name(file.name + ".errors.jsonl")
    failed = 0

    async def work(services: Services) -> None:
        nonlocal failed
        give_way()
        with progress_line(as_json) as report:
            done = await services.imports.from_file(
                await operator(services, pool),
                file,
                errors=errors_file,
                dry_run=dry_run,
                resume=resume,
                reading=reading,
                report=report,
            )
        failed = done.journal.failed
        shown = counted(done.journal)
        if dry_run:
            shown = {"would be imported": shown.pop("imported"), **shown}
        if failed:
            shown["errors"] = str(errors_file)
        if done.ignored:
            shown["ignored"] = (
                done.ignored
                if as_json
                else ", ".join(f"{key} ({n})" for key, n in sorted(done.ignored.items()))
            )
        facts("import", shown, as_json=as_json)

    try:
        on_services(data, database_url, work)
    except DatabaseLost:
        fail("the database was lost; the same command with --resume goes on where it stopped")
    sys.exit(1 if failed else 0)


@imports.command(name="check")
def check_row(
    file: Annotated[Path, Parameter(help="As for `import users`.")],
    /,
    *,
    user: Annotated[str, Parameter(help="Whose row: a username, e-mail, number, name or id in it.")],
    password: Annotated[
        str | None,
        Parameter(
            help="Theirs: - reads a line of standard input; asked for if absent.", allow_leading_hyphen=True
        ),
    ] = None,
    encoding: Annotated[str | None, Parameter(help="As for `import users`.")] = None,
    separator: Annotated[str | None, Parameter(help="As for `import users`.")] = None,
    ignore_column: Annotated[tuple[str, ...], Parameter(help="As for `import users`.")] = (),
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Tries one row with its person's password: would they be able to sign in? Nothing is imported.

    Exit status 1 if not. Where another way to write the same digest fits, it is named.
    """
    if not file.is_file():
        fail(f"{file}: no such file")
    reading = reading_of(encoding, separator, ignore_column)
    fits: bool | None = False

    async def work(services: Services) -> None:
        nonlocal fits
        caller = await operator(services, pool)
        typed = secret(ASK if password is None else password)
        trial = await services.imports.trial(caller, file, user, typed, reading)
        fits = trial.fits
        said = "verifyPassword says (poolhouse scripts run)" if fits is None else "yes" if fits else "no"
        shown: dict[str, Any] = {"line": trial.line, "form": trial.form, "fits": fits if as_json else said}
        if trial.instead:
            shown["fits as"] = list(trial.instead) if as_json else ", ".join(trial.instead)
        facts("row", shown, as_json=as_json)

    on_services(data, database_url, work)
    sys.exit(1 if fits is False else 0)


def give_way() -> None:
    """An import hashes with every processor there is: the server's logins on this machine go first."""
    os.nice(10)


def counted(journal: Journal) -> dict[str, Any]:
    return {"imported": journal.imported, "already here": journal.skipped, "refused": journal.failed}


@contextmanager
def progress_line(quiet: bool) -> Iterator[Report]:
    """A bar on a terminal; in a pipe a line on standard error now and then; nothing with --json."""
    console = Console(stderr=True)
    if quiet:
        yield lambda _: None
    elif not console.is_terminal:
        yield _plain_progress()
    else:
        columns = (
            TextColumn("[progress.description]{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeRemainingColumn(),
        )
        with Progress(*columns, console=console) as bar:
            task = bar.add_task("importing", total=None)

            pace = _Pace()

            def report(progress: ImportProgress) -> None:
                journal = progress.journal
                words = f"{journal.imported} in, {journal.failed} refused, {pace.told(progress)}"
                if progress.unsearched:
                    words = f"{journal.imported} in, {progress.unsearched} of them to be found by search yet"
                bar.update(task, description=words, total=progress.total or None, completed=progress.done)

            yield report


class _Pace:
    """Rows a second, and the time left by what is read of the file: both since this run began, so that what an earlier
    one did makes nothing look faster."""

    def __init__(self) -> None:
        self._began = 0.0
        self._first: ImportProgress | None = None

    def told(self, progress: ImportProgress) -> str:
        """Empty until there is something to tell from: the first batch begins before the first look."""
        if self._first is None:
            self._first, self._began = progress, time.monotonic()
        taken = time.monotonic() - self._began
        rows = _rows(progress) - _rows(self._first)
        read = progress.done - self._first.done
        if not rows or taken <= 0:
            return ""
        left = (
            f", {timedelta(seconds=round((progress.total - progress.done) * taken / read))} left"
            if read > 0
            else ""
        )
        return f"{rows / taken:,.0f} rows/s{left}"


def _rows(progress: ImportProgress) -> int:
    journal = progress.journal
    return journal.imported + journal.skipped + journal.failed


def _plain_progress() -> Report:
    last = time.monotonic()
    pace = _Pace()

    def report(progress: ImportProgress) -> None:
        nonlocal last
        told = pace.told(progress)
        if time.monotonic() - last >= PLAIN_EVERY_S:
            last = time.monotonic()
            percent = f"{100 * progress.done // progress.total}%" if progress.total else ""
            journal = progress.journal
            if progress.unsearched:
                told = f"; {progress.unsearched} to be found by search yet"
            print(
                f"{percent} {journal.imported} imported, {journal.skipped} already here, "
                f"{journal.failed} refused {told}".strip(),
                file=sys.stderr,
                flush=True,
            )

    return report
