"""The page of one thing: what its `show` command shows, and the people in it."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.responses import Response

from poolhouse.client.model import Facts, got
from poolhouse.client.table import COMMANDS
from poolhouse.wire.console.access import grants
from poolhouse.wire.console.access.grants import Grantee
from poolhouse.wire.console.directory import members
from poolhouse.wire.console.directory.members import MEMBERS_PAGE, Members
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of
from poolhouse.wire.console.words import titled


@dataclass(frozen=True, slots=True)
class Thing:
    """`name`: in the path, `list` before it. `command` shows it, `members`: who is in it."""

    name: str
    list: str
    command: str
    changes: str
    deletes: str
    members: Members | None = None
    grants: Grantee | None = None


THINGS = (
    Thing(
        "group",
        "groups",
        "group show",
        "POST update-group",
        "POST delete-groups-batch",
        members.GROUP,
        grants.GROUP,
    ),
    Thing(
        "role",
        "roles",
        "role show",
        "POST update-role",
        "POST delete-roles-batch",
        members.ROLE,
        grants.ROLE,
    ),
)


def _handler(thing: Thing) -> Handler:
    async def show(visit: Visit, rendering: Rendering) -> Response:
        command = COMMANDS[thing.command]
        named = {command.args[0].to: visit.path[thing.name]}
        data = await visit.ask(command.operation, named)
        shows = command.shows
        assert isinstance(shows, Facts)
        people, number = None, page_of(visit.http.query)
        if thing.members and visit.may(thing.members.lists):
            asked = {**named, "page": number, "limit": MEMBERS_PAGE}
            people = await visit.ask(thing.members.lists, asked)
        return rendering.page(
            visit,
            "thing.html",
            thing=thing,
            named=visit.path[thing.name],
            facts=[
                (titled(column.title, visit.lang), got(data, column.path), column.kind)
                for column in shows.columns
            ],
            people=people,
            number=number,
            last=people is None or number * MEMBERS_PAGE >= people["totalCount"],
            granted=await grants.of(visit, thing.grants) if thing.grants else None,
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
