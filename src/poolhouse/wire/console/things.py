"""The page of one thing: what its `show` command shows, and the people in it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from poolhouse.client.model import Facts, Table, got
from poolhouse.client.table import COMMANDS
from poolhouse.client.words import TITLES
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit

MOST_MEMBERS = 50


@dataclass(frozen=True, slots=True)
class Thing:
    """`name`: in the path, `list` before it. `command` shows it, `members` lists who is in it."""

    name: str
    list: str
    command: str
    changes: str
    deletes: str
    members: str = ""


THINGS = (
    Thing("group", "groups", "group show", "POST update-group", "POST delete-groups-batch", "group members"),
    Thing("role", "roles", "role show", "POST update-role", "POST delete-roles-batch", "role members"),
    Thing("application", "applications", "app show", "POST update-application", "POST delete-application"),
)


def _handler(thing: Thing) -> Handler:
    async def show(visit: Visit, rendering: Rendering) -> Response:
        command = COMMANDS[thing.command]
        named = {command.args[0].to: visit.path[thing.name]}
        data = await visit.ask(command.operation, named)
        shows = command.shows
        assert isinstance(shows, Facts)
        english = visit.lang == "en-US"
        people: list[dict[str, str]] | None = None
        if thing.members and visit.may(COMMANDS[thing.members].operation):
            row = COMMANDS[thing.members]
            assert isinstance(row.shows, Table)
            answer = await visit.ask(row.operation, {**named, "page": 1, "limit": MOST_MEMBERS})
            people = got(answer, row.shows.at)
        return rendering.page(
            visit,
            "thing.html",
            thing=thing,
            named=visit.path[thing.name],
            facts=[
                (TITLES[column.title][english], got(data, column.path), column.kind)
                for column in shows.columns
            ],
            people=people,
        )

    return show


PAGES = tuple(
    Page(
        "GET",
        f"/pools/{{pool}}/{thing.list}/{{{thing.name}}}",
        _handler(thing),
        calls=(COMMANDS[thing.command].operation,),
    )
    for thing in THINGS
)
