"""`poolhouse backup` and `poolhouse restore`."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from poolhouse.commands.output import console
from poolhouse.commands.server import Data, DatabaseUrl, settings_from
from poolhouse.db import backup as files
from poolhouse.serving import database, database_of_folder

File = Annotated[Path, Parameter(help="A file of pg_dump's custom format.")]


def backup(file: File, *, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Writes the database to a file, beside a running server too. Keep DATA/secret.key as well, elsewhere."""
    settings = settings_from(data, database_url)
    with database_of_folder(settings) as url:
        asyncio.run(files.back_up(url, settings.pg_bin, file))
    console.print(f"{file}: {file.stat().st_size / 2**20:.1f} MB")


def restore(file: File, *, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Fills an empty database from a file, before the first `up` on it."""
    settings = settings_from(data, database_url)
    with database(settings) as url:
        asyncio.run(files.restore(url, settings.pg_bin, file))
    console.print(
        "restored; now copy secret.key and credentials.json of the old data folder into the new one"
    )
