"""`poolhouse secrets rotate`."""

from __future__ import annotations

import asyncio

from cyclopts import App
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from poolhouse.commands.output import console
from poolhouse.commands.server import Data, DatabaseUrl, settings_from
from poolhouse.crypto.secretbox import SecretBox, parse_keys
from poolhouse.db.pool import opened
from poolhouse.rotation import reseal, rotate
from poolhouse.serving import database

secrets = App(name="secrets", help="The key that encrypts secrets at rest.")


@secrets.command(name="rotate")
def rotate_key(*, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Makes a new secret key and closes every stored secret with it. Stop every server first.

    With POOLHOUSE_SECRET_KEY=NEW,OLD the key is yours: then secrets are closed by NEW, and OLD may go.
    """
    settings = settings_from(data, database_url)
    with database(settings) as url, _bar() as bar:
        tasks: dict[str, TaskID] = {}

        def told(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = bar.add_task(table, total=total)
            bar.update(tasks[table], completed=done)

        async def work() -> int:
            async with opened(url) as db:
                if settings.secret_key is None:
                    return await rotate(db, settings.data / "secret.key", told)
                newest, *older = parse_keys(settings.secret_key.get_secret_value())
                return await reseal(db, SecretBox(newest, older), told)

        done = asyncio.run(work())
    console.print(f"{done} secrets are closed by the new key")


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)
