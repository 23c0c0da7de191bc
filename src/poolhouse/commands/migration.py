"""`poolhouse migration`: how far a pool's old database has moved in, and the end of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from poolhouse.commands.directory import on_services, operator
from poolhouse.commands.imports import counted, give_way, progress_line
from poolhouse.commands.output import facts, rows
from poolhouse.commands.tree import Data, DatabaseUrl, Json, Pool
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import User

migration = App(name="migration", help="Moving the users of a custom database in.")

PAGE = 100
REASONS = {
    "script error": "refused by the script",
    "unavailable": "script failed, or the old database did not answer",
    "deleted here": "deleted here (poolhouse migration lift ID)",
}
"""What is counted, in words: a script that throws an Error of its own says no, as for a wrong password; what it did not
mean to throw is a failure."""


@migration.command(name="status")
def status(
    *, pool: Pool = None, as_json: Json = False, data: Data = None, database_url: DatabaseUrl = None
) -> None:
    """How many came, who failed and why, and when everybody will be here at this rate."""

    async def work(services: Services) -> None:
        state = await services.migration.state(await operator(services, pool))
        progress = state.progress
        shown: dict[str, Any] = {"attempted": progress.attempted, "migrated": progress.migrated}
        shown |= {
            f"failed: {REASONS.get(reason, reason)}": count for reason, count in progress.failed.items()
        }
        shown |= {"first": progress.first_at, "last": progress.last_at}
        shown |= {"accounted for": state.accounted, "not yet here": state.remaining}
        shown["an hour"] = None if state.per_hour is None else round(state.per_hour, 1)
        shown["last hour"] = state.last_hour
        facts("migration", {**shown, "estimated end": state.estimated_end}, as_json=as_json)

    on_services(data, database_url, work)


@migration.command(name="waiting")
def waiting(
    *,
    limit: Annotated[int, Parameter(help="How many to show at most.")] = 50,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Shows who has not come yet, as listUsers lists them."""

    async def work(services: Services) -> None:
        caller, found, number = await operator(services, pool), list[User](), 1
        while len(found) < limit:
            page = await services.migration.waiting(caller, PageRequest(number, PAGE))
            found += page.items
            if number * PAGE >= page.total:
                break
            number += 1
        columns = ("id", "username", "email", "phone", "nickname")
        shown = [tuple(getattr(user, name) for name in columns) for user in found[:limit]]
        rows("waiting", columns, shown, as_json=as_json)

    on_services(data, database_url, work)


@migration.command(name="finish")
def finish(
    *,
    dry_run: Annotated[bool, Parameter(help="Only count; move no user.")] = False,
    resume: Annotated[bool, Parameter(help="Go on at the page where the last run stopped.")] = False,
    errors: Annotated[Path, Parameter(help="File for users who conflict with an existing user.")] = Path(
        "migration.errors.jsonl"
    ),
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Moves in everybody listUsers lists who never logged in; they set a new password by a code.

    Exit status 1 if somebody could not be moved in.
    """
    failed = 0

    async def work(services: Services) -> None:
        nonlocal failed
        give_way()
        with progress_line(as_json) as report:
            done = await services.migration.finish(
                await operator(services, pool), errors=errors, dry_run=dry_run, resume=resume, report=report
            )
        failed = done.failed
        shown = counted(done)
        if dry_run:
            shown = {"would be imported": shown.pop("imported"), **shown}
        if failed:
            shown["errors"] = str(errors)
        facts("migration", shown, as_json=as_json)

    on_services(data, database_url, work)
    sys.exit(1 if failed else 0)
