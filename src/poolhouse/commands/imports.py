"""`poolhouse import`: many users at once, from a file."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.progress import TaskProgressColumn, TimeRemainingColumn

from poolhouse.client import output
from poolhouse.client.exits import DONE, REFUSED, UNREACHABLE, Stopped
from poolhouse.client.words import say
from poolhouse.commands.checking import require_file
from poolhouse.commands.directory import on_services, operator
from poolhouse.commands.progress import bar_of
from poolhouse.errors import DatabaseLost
from poolhouse.migration.import_tables import told as reading_of
from poolhouse.migration.importing import ImportProgress, Report
from poolhouse.migration.postgres import Journal
from poolhouse.services import Services

PLAIN_EVERY_S = 5.0


def import_users(
    file: Path,
    /,
    *,
    dry_run: bool = False,
    resume: bool = False,
    encoding: str | None = None,
    separator: str | None = None,
    ignore_column: Sequence[str] = (),
    errors: Path | None = None,
    pool: str | None = None,
    as_json: bool = False,
    data: Path | str | None = None,
    database_url: str | None = None,
) -> int:
    require_file(file)
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
        output.told(shown, as_json=as_json)

    try:
        on_services(data, database_url, work)
    except DatabaseLost as error:
        said = (
            "与数据库的连接断开；同一命令加 --resume 从中断处继续",
            "the database was lost; the same command with --resume goes on where it stopped",
        )
        raise Stopped(say(said), UNREACHABLE) from error
    return REFUSED if failed else DONE


def give_way() -> None:
    """An import hashes with every processor there is: the server's logins on this machine go first."""
    os.nice(10)


def counted(journal: Journal) -> dict[str, Any]:
    return {"imported": journal.imported, "already here": journal.skipped, "refused": journal.failed}


@contextmanager
def progress_line(quiet: bool) -> Iterator[Report]:
    """A bar on a terminal; in a pipe a line on standard error now and then; nothing with --json."""
    if quiet:
        yield lambda _: None
    elif not sys.stderr.isatty():
        yield _plain_progress()
    else:
        with bar_of(TaskProgressColumn(), TimeRemainingColumn()) as bar:
            task = bar.add_task(say(("导入", "importing")), total=None)
            pace = _Pace()

            def report(progress: ImportProgress) -> None:
                bar.update(
                    task,
                    description=_standing(progress, pace),
                    total=progress.total or None,
                    completed=progress.done,
                )

            yield report


def _standing(progress: ImportProgress, pace: _Pace) -> str:
    journal, told, unsearched = progress.journal, pace.told(progress), progress.unsearched
    if unsearched:
        return say(
            (
                f"已导入 {journal.imported}，其中 {unsearched} 人尚搜索不到",
                f"{journal.imported} in, {unsearched} of them to be found by search yet",
            )
        )
    return say(
        (
            f"已导入 {journal.imported}，拒绝 {journal.failed}{told and f'，{told}'}",
            f"{journal.imported} in, {journal.failed} refused{told and f', {told}'}",
        )
    )


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
        zh = en = ""
        if read > 0:
            left = timedelta(seconds=round((progress.total - progress.done) * taken / read))
            zh, en = f"，还需 {left}", f", {left} left"
        return say((f"{rows / taken:,.0f} 行/秒{zh}", f"{rows / taken:,.0f} rows/s{en}"))


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
            if waiting := progress.unsearched:
                told = say((f"；{waiting} 人尚搜索不到", f"; {waiting} to be found by search yet"))
            words = (
                f"{percent} 已导入 {journal.imported}，已有 {journal.skipped}，拒绝 {journal.failed} {told}",
                f"{percent} {journal.imported} imported, {journal.skipped} already here, "
                f"{journal.failed} refused {told}",
            )
            print(say(words).strip(), file=sys.stderr, flush=True)

    return report
