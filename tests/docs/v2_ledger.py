"""The ledger of the v2 wire: every method of the official client, what it sends, and whether it is served.

`v2-methods.json` says what each method sends; whether that is served is read from the code. Spellings there:
`query X` and `mutation X` are GraphQL roots, `= a.b` is another method, `local` sends nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
from starlette.routing import Match

from poolhouse.app import routes
from poolhouse.services import Services
from poolhouse.wire.v2.operations import operations
from poolhouse.wire.v2.operations import routes as v2_routes
from poolhouse.wire.v2.rest import Router
from poolhouse.wire.v3.table import endpoints
from poolhouse.wire.without_effect import FIELDS

ROOT = Path(__file__).parents[2]
METHODS = ROOT / "docs/reference/v2-methods.json"
PAGE = ROOT / "docs/reference/v2.md"
PATHS = ROOT / "docs/reference/v2-rest.json"
PATHS_PAGE = ROOT / "docs/reference/v2-rest.md"

Methods = dict[str, dict[str, dict[str, list[str]]]]

_HEAD = """# API v2 by method

This page lists every public method of `authing-js-sdk` 4.23.55 and the operations it sends. A method marked *no* is
answered with code 501 and the name of the operation. Unknown input fields are ignored, in GraphQL too; a selected field
that does not exist is an error. Codes are in [errors.md](errors.md); [v2-rest.md](v2-rest.md) lists the paths that
older clients and those of other languages request. The test suite writes this page from the code and
`v2-methods.json`; to renew it:
`POOLHOUSE_RECORD_LEDGER=1 pytest tests/docs/test_v2_ledger.py`.
"""


_PATHS_HEAD = """# API v2 by path

This page lists every path that the clients of v2 request, read from their packages: npm `authing-js-sdk` 4.6.2,
4.11.6, 4.15.8 and 4.23.55, PyPI `authing` 2.0.0, 4.0.2 and 4.5.18, Maven `cn.authing:java-core` 4.3.33 and 4.3.76.
What else they send is GraphQL ([by method](v2.md)). It also has npm `@authing/guard` 5.3.9, the login component, by
its views. A path marked *no* is answered with code 501 and its name, and does nothing. The test suite writes this
page from the code and `v2-rest.json`; to renew it: `POOLHOUSE_RECORD_LEDGER=1 pytest tests/docs/test_v2_ledger.py`.
"""


def methods() -> Methods:
    found: Methods = msgspec.json.decode(METHODS.read_bytes())
    return found


Paths = dict[str, dict[str, list[str]]]
"""`GET /a/b`: client and versions: its methods."""


def paths() -> Paths:
    found: Paths = msgspec.json.decode(PATHS.read_bytes())
    return found


class Served:
    """Whether an operation has something behind it."""

    def __init__(self, services: Services) -> None:
        self._operations = operations()
        self._router = Router(v2_routes())
        self._routes = routes(services)

    def __call__(self, operation: str) -> bool:
        kind, _, name = operation.partition(" ")
        if kind == "query":
            return _built(self._operations.queries.get(name))
        if kind == "mutation":
            return _built(self._operations.mutations.get(name))
        if kind in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            return self._path(kind, re.sub(r"\{(\w+)\}", r"\1", name))
        return operation == "local"

    def _path(self, method: str, path: str) -> bool:
        found = self._router.find(method, path)
        if found is not None:
            return _built(found[0])
        if (
            path.startswith("/api/v3/") or (method, path) in endpoints()
        ):  # some of the table are below /api/v2
            return (method, path) in endpoints()
        if path.startswith("/api/v2/"):
            return False
        scope = {"type": "http", "method": method, "path": path, "headers": [], "root_path": ""}
        return any(route.matches(scope)[0] is Match.FULL for route in self._routes)


def _built(handler: object) -> bool:
    return handler is not None and getattr(handler, "supported", True)


def page(served: Served) -> str:
    known = methods()
    return _HEAD + "".join(_stored()) + "".join(_sections(known, served))


def _stored() -> Iterator[str]:
    yield (
        "\n## Stored without effect\n\nThese fields are kept and shown again, and nothing acts on them. An answer to a "
        "request that sets one says so in the header\n`poolhouse-notice`. All settings of a pool are in "
        "[their own table](pool-settings.md).\n\n| operation | field | why |\n|---|---|---|\n"
    )
    for field, idle in FIELDS.items():
        operation, _, path = field.partition(".")
        if not operation.endswith("Dto"):
            yield f"| `{operation}` | `{path}` | {idle.en} |\n"


def _sections(known: Methods, served: Served) -> Iterator[str]:
    yield "\n| client | served | methods |\n|---|---|---|\n"
    for kind, clients in known.items():
        for client, calls in clients.items():
            done = sum(is_served(known, kind, client, name, served) for name in calls)
            yield f"| {kind} {client} | {done} | {len(calls)} |\n"
    for kind, clients in known.items():
        for client, calls in clients.items():
            yield f"\n## {kind} {client}\n\n| method | operation | served |\n|---|---|---|\n"
            for name, sent in calls.items():
                mark = "yes" if is_served(known, kind, client, name, served) else "*no*"
                yield f"| {name} | {', '.join(f'`{one}`' for one in sent)} | {mark} |\n"


def paths_page(served: Served) -> str:
    known = paths()
    done = sum(map(served, known))
    rows = "".join(
        f"| `{path}` | {_asked_by(clients)} | {'yes' if served(path) else '*no*'} |\n"
        for path, clients in known.items()
    )
    return f"{_PATHS_HEAD}\n{done} of {len(known)} are served.\n\n| path | asked by | served |\n|---|---|---|\n{rows}"


def _asked_by(clients: dict[str, list[str]]) -> str:
    return "; ".join(f"{client}: {', '.join(calls)}" for client, calls in clients.items())


def is_served(known: Methods, kind: str, client: str, name: str, served: Served) -> bool:
    """A method is served when all it sends is."""
    return all(
        _is_alias_served(known, kind, client, one[2:], served) if one.startswith("= ") else served(one)
        for one in known[kind][client][name]
    )


def _is_alias_served(known: Methods, kind: str, client: str, alias: str, served: Served) -> bool:
    owner, _, name = alias.rpartition(".")
    owner = {"": client, "agreements": "applications.agreements"}.get(owner, owner)
    return is_served(known, kind, owner, name, served)
