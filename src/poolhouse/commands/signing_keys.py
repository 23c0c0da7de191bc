"""`poolhouse signing-keys`: the server's keys for id and access tokens."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from cyclopts import App, Parameter

from poolhouse.commands.directory import Json, on_services
from poolhouse.commands.output import console, rows
from poolhouse.commands.server import Data, DatabaseUrl
from poolhouse.services import Services
from poolhouse.sessions.server_keys import ALGORITHMS, ANNOUNCED, ServerAlgorithm

signing_keys = App(name="signing-keys", help="The server's keys that sign id and access tokens.")


@signing_keys.command(name="list")
def list_keys(*, as_json: Json = False, data: Data = None, database_url: DatabaseUrl = None) -> None:
    """Lists them as they are published; a replaced key goes once everything it signed has expired."""

    async def work(services: Services) -> None:
        known = await services.sessions.keys.server_keys()
        columns = ("id", "algorithm", "state", "signs from", "needed until")
        shown = [(one.id, one.algorithm, one.state, one.signs_from, one.needed_until) for one in known]
        rows("signing keys", columns, shown, as_json=as_json)

    on_services(data, database_url, work)


@signing_keys.command(name="rotate")
def rotate_keys(
    *,
    algorithm: Annotated[ServerAlgorithm | None, Parameter(help="Only this one's key.")] = None,
    now: Annotated[
        bool,
        Parameter(
            help="Sign with it at once: who keeps the published keys may not know it yet.", negative=()
        ),
    ] = False,
    data: Data = None,
    database_url: DatabaseUrl = None,
) -> None:
    """Makes new keys. They are published at once and sign two minutes later; nobody is logged out."""
    after = timedelta(0) if now else ANNOUNCED

    async def work(services: Services) -> None:
        for each in [algorithm] if algorithm else ALGORITHMS:
            key_id = await services.sessions.keys.rotate_server(each, after)
            console.print(f"{each}  {key_id}  signs in {int(after.total_seconds())} s")

    on_services(data, database_url, work)
