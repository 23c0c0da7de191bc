"""`poolhouse user`: what an operator does at the machine, without a token."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from poolhouse.bootstrap import read_credentials
from poolhouse.caller import Caller
from poolhouse.commands.output import facts
from poolhouse.commands.server import Data, DatabaseUrl, settings_from
from poolhouse.crypto.transport import require_plain
from poolhouse.db import migrations
from poolhouse.db.cluster import home_of, made_by
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.errors import InvalidInput, UserNotFound
from poolhouse.services import Services, opened
from poolhouse.serving import database_of_folder
from poolhouse.settings import Settings
from poolhouse.users.model import User, UserDraft, UserKey

Json = Annotated[bool, Parameter(name="--json", help="Print JSON.")]
Pool = Annotated[
    str | None, Parameter(name="--pool", help="The pool's id; the one of credentials.json if absent.")
]

users = App(name="user", help="Users of a pool.")


@asynccontextmanager
async def services_of(settings: Settings) -> AsyncIterator[Services]:
    """The services on the database of a running server, or on the embedded one started for this command."""
    if settings.database_url is None and made_by(home_of(settings.data) / "cluster") is None:
        raise DatabaseUnfit(
            f"no database in {settings.data} yet: `poolhouse up --data {settings.data}` makes one"
        )
    with database_of_folder(settings) as url:
        if waiting := await migrations.pending(url):
            raise DatabaseUnfit(
                f"the database's schema is not of this version ({len(waiting)} steps are missing): wait until the "
                "server says it is up, or start it; `poolhouse migrate` does it alone"
            )
        async with opened(settings, url) as services:
            yield services


def on_services(
    data: Path | None, database_url: str | None, work: Callable[[Services], Awaitable[None]]
) -> None:
    async def main() -> None:
        async with services_of(settings_from(data, database_url)) as services:
            await work(services)

    asyncio.run(main())


async def operator(services: Services, pool_id: str | None) -> Caller:
    """Whoever has the machine is an administrator of every pool on it. Raises PoolNotFound."""
    known = read_credentials(services.settings.data)
    chosen = pool_id or (known.userPoolId if known else None)
    if chosen is None:
        raise InvalidInput("--pool", "请指定用户池", "say which pool")
    await services.pools.get(chosen)
    return Caller(chosen, kind="system", actor_id="command line", user_agent="poolhouse cli")


@users.command(name="create")
def create_user(
    *,
    username: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    nickname: str | None = None,
    password: str | None = None,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Creates a user as an administrator."""
    given = {"username": username, "email": email, "phone": phone, "nickname": nickname}
    draft = UserDraft({name: value for name, value in given.items() if value}, password)

    async def work(services: Services) -> None:
        require_plain(password or "")
        user = await services.users.create(await operator(services, pool), draft)
        facts("user", _user_facts(user), as_json=as_json)

    on_services(data, database_url, work)


@users.command(name="find")
def find_user(
    value: str,
    /,
    *,
    pool: Pool = None,
    as_json: Json = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Finds a user by id, username, e-mail, phone or external id."""

    async def work(services: Services) -> None:
        caller = await operator(services, pool)
        for kind in ("id", "username", "email", "phone", "external_id"):
            user = await services.users.find(caller, UserKey(kind, value))
            if user is not None:
                return facts("user", _user_facts(user), as_json=as_json)
        raise UserNotFound()

    on_services(data, database_url, work)


def _user_facts(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "phone": user.phone,
        "nickname": user.nickname,
        "status": user.status,
        "logins": user.logins_count,
        "last login": user.last_login,
        "created": user.created_at,
    }
