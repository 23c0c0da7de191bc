"""What a command asks of the services, where it is no call of the operator's door."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from poolhouse.bootstrap import read_credentials
from poolhouse.caller import Caller
from poolhouse.client.words import language
from poolhouse.commands.mendable import other_schema
from poolhouse.commands.server import settings_from
from poolhouse.credentials import operator as credentials
from poolhouse.db import migrations
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.services import Services, opened
from poolhouse.serving import database_of_folder, require_key
from poolhouse.settings import Settings


@asynccontextmanager
async def services_of(settings: Settings) -> AsyncIterator[Services]:
    """The services on the database of a running server, or on the embedded one started for this command."""
    require_key(settings)
    with database_of_folder(settings) as url:
        if waiting := await migrations.pending(url):
            raise DatabaseUnfit(*other_schema(len(waiting)))
        async with opened(settings, url) as services:
            yield services


def on_services(
    data: Path | str | None, database_url: str | None, work: Callable[[Services], Awaitable[None]]
) -> None:
    async def main() -> None:
        async with services_of(settings_from(data, database_url)) as services:
            await work(services)

    asyncio.run(main())


async def operator(services: Services, pool_id: str | None) -> Caller:
    """Whoever has the machine is an administrator of every pool on it. Raises PoolNotFound, InvalidInput."""
    known = read_credentials(services.settings.data)
    chosen = await credentials.pool_of(services.pools, pool_id or (known.userPoolId if known else ""))
    return credentials.operator(chosen, account_here(), lang=language())


def account_here() -> str:
    """The name of the account that runs this."""
    return credentials.name_of(os.geteuid())
