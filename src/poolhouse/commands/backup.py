"""`poolhouse backup` and `poolhouse restore`."""

from __future__ import annotations

import asyncio
from pathlib import Path

from poolhouse.client import output
from poolhouse.client.words import say
from poolhouse.commands.server import settings_from
from poolhouse.db import backup as files
from poolhouse.serving import database, database_of_folder


def backup(
    file: Path, *, as_json: bool = False, data: Path | str | None = None, database_url: str | None = None
) -> None:
    settings = settings_from(data, database_url)
    with database_of_folder(settings) as url:
        asyncio.run(files.back_up(settings.direct(url), settings.pg_bin, file))
    size = file.stat().st_size
    if as_json:
        output.told({"file": str(file), "bytes": size}, as_json=True)
    else:
        output.line(f"{file}: {size / 2**20:.1f} MB")


def restore(
    file: Path, *, as_json: bool = False, data: Path | str | None = None, database_url: str | None = None
) -> None:
    settings = settings_from(data, database_url)
    with database(settings) as url:
        asyncio.run(files.restore(settings.direct(url), settings.pg_bin, file))
    if as_json:
        output.told({"restored": str(file)}, as_json=True)
    else:
        said = (
            "已恢复；请把旧数据文件夹中的 secret.key 和 credentials.json 复制到新目录",
            "restored; now copy secret.key and credentials.json of the old data folder into the new one",
        )
        print(say(said))
