"""`poolhouse secrets`: the key that encrypts secrets at rest."""

from __future__ import annotations

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

from rich.progress import MofNCompleteColumn, TaskID

from poolhouse.apps import postgres as app_rows
from poolhouse.bootstrap import Credentials, read_credentials, write_credentials
from poolhouse.client import output
from poolhouse.client.exits import Stopped
from poolhouse.client.words import say
from poolhouse.commands.progress import bar_of
from poolhouse.commands.server import settings_from
from poolhouse.crypto.secretbox import SecretBox, parse_keys
from poolhouse.db.database import Database, opened
from poolhouse.pools import postgres as pool_rows
from poolhouse.rotation import reseal, reset, rotate, unopened
from poolhouse.services import secret_keys
from poolhouse.serving import database, require_folder, require_key
from poolhouse.settings import Settings


def rotate_key(
    *, as_json: bool = False, data: Path | str | None = None, database_url: str | None = None
) -> None:
    """With POOLHOUSE_SECRET_KEY=NEW,OLD the key is the operator's: then secrets are closed by NEW."""
    settings = settings_from(data, database_url)
    require_key(settings)
    with database(settings) as url, bar_of(MofNCompleteColumn(), quiet=as_json) as bar:
        tasks: dict[str, TaskID] = {}

        def told(table: str, done: int, total: int) -> None:
            if table not in tasks:
                tasks[table] = bar.add_task(table, total=total)
            bar.update(tasks[table], completed=done)

        async def work() -> int:
            async with opened(settings.direct(url)) as db:
                if settings.secret_key is None:
                    return await rotate(db, settings.data / "secret.key", told)
                newest, *older = parse_keys(settings.secret_key.get_secret_value())
                return await reseal(db, SecretBox(newest, older), told)

        done = asyncio.run(work())
    if as_json:
        output.told({"secrets": done}, as_json=True)
    else:
        print(say((f"{done} 项已用新密钥加密", f"{done} secrets are closed by the new key")))


def reset_secrets(
    *,
    yes: bool = False,
    as_json: bool = False,
    data: Path | str | None = None,
    database_url: str | None = None,
) -> None:
    """Says first what is lost, and asks."""
    settings = settings_from(data, database_url)
    require_folder(settings)
    with database(settings) as url:
        asyncio.run(_reset(settings, url, yes, as_json))


async def _reset(settings: Settings, url: str, yes: bool, as_json: bool) -> None:
    newest, *older = secret_keys(settings)
    box = SecretBox(newest, older)
    async with opened(settings.direct(url)) as db:
        lost = await unopened(db, box)
        if as_json:
            print(json.dumps({"lost": {sealed.table: count for sealed, count in lost.items()}}))
        else:
            for sealed, count in lost.items():
                print(f"{count:>8}  {say(sealed.loss)}")
        if not lost:
            if not as_json:
                print(say(("所有内容都能解密，无需放弃", "every secret opens: nothing to reset")))
            return
        if not (yes or _asked()):
            raise Stopped(
                say(("没有改动：请确认，或加 --yes", "nothing was changed: answer yes, or give --yes"))
            )
        await reset(db, box)
        known = read_credentials(settings.data)
        if known is not None:
            write_credentials(settings.data, await _renewed(db, box, known))
    if not as_json:
        said = (
            "完成：已放弃以上内容，用户和密码不变",
            "done: the secrets above are given up, users and passwords are as they were",
        )
        print(say(said))


def _asked() -> bool:
    if not sys.stdin.isatty():
        return False
    asked = say(("永久放弃这些内容？(yes/no) ", "Give these up for good? (yes/no) "))
    print(asked, end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("yes", "是")


async def _renewed(db: Database, box: SecretBox, known: Credentials) -> Credentials:
    """The credentials with the secrets as they are now."""
    pool = await pool_rows.find(db, known.userPoolId, box)
    app = await app_rows.find(db, known.userPoolId, known.appId, box)
    if pool is None or app is None:
        return known
    return replace(known, userPoolSecret=pool.secret, accessKeySecret=pool.secret, appSecret=app.secret)
