"""The wires are asked before the pages, and answer nothing that was a page's."""

from __future__ import annotations

from starlette.routing import BaseRoute, Match, Route

from poolhouse.app import plain_paths, routes, wires_among
from poolhouse.services import Services
from poolhouse.wire.v3.table import endpoints


def first(doors: list[BaseRoute], method: str, path: str) -> BaseRoute | None:
    scope = {"type": "http", "method": method, "path": path}
    return next((door for door in doors if door.matches(scope)[0] is Match.FULL), None)


def test_whatever_a_wire_answers_it_is_the_first_door_for_it_of_all(services: Services) -> None:
    doors = routes(services)
    wires = wires_among(doors)
    asked = [(method, path) for path in plain_paths(doors) for method in ("GET", "POST")]
    asked += [*endpoints(), ("GET", "/api/v2/users/x"), ("POST", "/graphql/v2"), ("GET", "/api/v4/x")]
    for method, path in asked:
        found = first(wires, method, path)
        assert found in (None, first(doors, method, path)), (method, path)


def test_no_page_is_among_the_wires_but_one_under_the_path_of_a_wire(services: Services) -> None:
    assert [door.path for door in wires_among(routes(services)) if isinstance(door, Route)] == [
        "/api/v2/email/verify",
        "/graphql/v2",
    ]
