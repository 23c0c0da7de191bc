"""`poolhouse secrets rotate`."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from typing import Annotated

from cyclopts import App, Parameter
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from poolhouse.apps import postgres as app_rows
from poolhouse.bootstrap import Credentials, read_credentials, write_credentials
from poolhouse.client.exits import Stopped
from poolhouse.commands.output import console
from poolhouse.commands.server import Data, DatabaseUrl, settings_from
from poolhouse.crypto.secretbox import SecretBox, parse_keys
from poolhouse.db.database import Database, opened
from poolhouse.pools import postgres as pool_rows
from poolhouse.rotation import reseal, reset, rotate, unopened
from poolhouse.services import secret_keys
from poolhouse.serving import database, require_folder, require_key
from poolhouse.settings import Settings

secrets = App(name="secrets", help="The key that encrypts secrets at rest.")


@secrets.command(name="rotate")
def rotate_key(*, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Makes a new secret key and closes every stored secret with it; refused beside servers that lack it.

    With POOLHOUSE_SECRET_KEY=NEW,OLD the key is yours: then secrets are closed by NEW, and OLD may go.
    """
    settings = settings_from(data, database_url)
    require_key(settings)
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


@secrets.command(name="reset")
def reset_secrets(
    *,
    yes: Annotated[bool, Parameter(help="Do not ask.", negative=())] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Gives up what a lost secret key closed, so that a server starts again; users and passwords stay.

    Says first what is lost, and asks. Stop every server before.
    """
    settings = settings_from(data, database_url)
    require_folder(settings)
    with database(settings) as url:
        asyncio.run(_reset(settings, url, yes))


async def _reset(settings: Settings, url: str, yes: bool) -> None:
    newest, *older = secret_keys(settings)
    box = SecretBox(newest, older)
    async with opened(url) as db:
        lost = await unopened(db, box)
        for sealed, count in lost.items():
            console.print(f"{count:>8}  {sealed.loss}", soft_wrap=True)
        if not lost:
            console.print("every secret opens: nothing to reset")
            return
        if not (yes or _asked()):
            raise Stopped("nothing was changed: answer yes, or give --yes")
        await reset(db, box)
        known = read_credentials(settings.data)
        if known is not None:
            write_credentials(settings.data, await _renewed(db, box, known))
    console.print("done: the secrets above are given up, users and passwords are as they were")


def _asked() -> bool:
    return sys.stdin.isatty() and input("Give these up for good? (yes/no) ").strip().lower() == "yes"


async def _renewed(db: Database, box: SecretBox, known: Credentials) -> Credentials:
    """The credentials with the secrets as they are now."""
    pool = await pool_rows.find(db, known.userPoolId, box)
    app = await app_rows.find(db, known.userPoolId, known.appId, box)
    if pool is None or app is None:
        return known
    return replace(known, userPoolSecret=pool.secret, accessKeySecret=pool.secret, appSecret=app.secret)


def _bar() -> Progress:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    return Progress(*columns, console=console, disable=not console.is_terminal)
