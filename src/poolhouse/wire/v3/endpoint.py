"""One row of the v3 wire, and what its handler is given.

Routing, parsing, validation, OpenAPI, the page at /docs and the ledger are all made from these rows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from poolhouse.caller import Caller
from poolhouse.services import WireServices

if TYPE_CHECKING:
    from poolhouse.wire.v3.walking import Walk

Method = Literal["GET", "POST", "PUT", "DELETE"]

PEOPLE = frozenset({"users:read"})
"""Also of whatever tells names, addresses or numbers of people."""

Access = Literal["administrator", "user", "grant", "anyone"]
"""Whose credentials are asked for; see `auth.py`. `grant`: a user's, or the access token that they let an
application have, by whose scopes (`caller.scopes`) the handler goes."""


@dataclass(frozen=True, slots=True)
class V3Request:
    """`services` is the composition root; `headers` are lower case. `issuer`: what id tokens say who we are.
    `walk`: what the list is asked for beside page and limit."""

    caller: Caller
    services: WireServices
    headers: Mapping[str, str] = field(default_factory=dict)
    issuer: Callable[[], str] = str
    walk: Walk | None = None


Handler = Callable[[V3Request, Any], Awaitable[Any]]
"""`async def create_group(request: V3Request, body: CreateGroupReqDto) -> GroupDto`.

What it returns becomes `data` of the envelope; None leaves `data` out. Errors are raised (errors.py).
`body` is None when the row has no request struct.
"""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """`path` is without `/api/v3/` unless it starts with a slash. What stands in braces in it is a field of `request`.

    `request` is the struct of the query (GET, DELETE) or of the JSON body; `response` the type of `data`.
    `scope` is what an access key limited to scopes must hold, `<family>:read` or `<family>:write`.
    `also`: the scopes of what else it tells or does, such as the people of a group; the key must hold all of them.
    `blank` names required strings and lists that may be empty; all others are refused by name when empty.
    `ours` marks an endpoint that no client calls; a `bare` one answers its data without an envelope.
    `streams`: the media types of one that answers rows of `response` as they come; its handler returns a `Stream`
    (streaming.py), and only what it refuses is in the envelope.
    `leads`: a browser that opens its address is led on to the `url` of its data.
    """

    method: Method
    path: str
    _: KW_ONLY
    request: type[msgspec.Struct] | None
    response: Any
    handler: Handler
    scope: str
    summary: str
    also: frozenset[str] = frozenset()
    blank: frozenset[str] = frozenset()
    access: Access = "administrator"
    api_code: int | None = None
    ours: bool = False
    bare: bool = False
    streams: tuple[str, ...] = ()
    leads: bool = False

    @property
    def url(self) -> str:
        return self.path if self.path.startswith("/") else f"/api/v3/{self.path}"

    @property
    def path_fields(self) -> tuple[str, ...]:
        """Wire names of the fields that stand in the path."""
        return tuple(part[1:-1] for part in self.url.split("/") if part.startswith("{"))

    def in_path(self, path: str) -> dict[str, str]:
        """What a client filled in of them."""
        parts = zip(self.url.split("/"), path.split("/"), strict=False)
        return {name[1:-1]: given for name, given in parts if name.startswith("{")}

    @property
    def scopes(self) -> frozenset[str]:
        return self.also | {self.scope}

    @property
    def takes_body(self) -> bool:
        return self.method in ("POST", "PUT")

    @property
    def title(self) -> str:
        """What it does, in a line."""
        return self.summary

    @property
    def name(self) -> str:
        """`POST create-group`: unique, and what a person calls it."""
        return f"{self.method} {self.url.removeprefix('/api/v3/')}"


def family(name: str) -> Callable[[Method, str, type[msgspec.Struct], Any, Handler, str], Endpoint]:
    """Makes the rows of a family whose reading is all under `<name>:read`, that is GET and `check-...`, and whatever
    else there is under `<name>:write`: method, path, request, response, handler, summary."""

    def row(
        method: Method,
        path: str,
        request: type[msgspec.Struct],
        response: Any,
        handler: Handler,
        summary: str,
    ) -> Endpoint:
        reads = method == "GET" or path.startswith("check-")
        return Endpoint(
            method,
            path,
            request=request,
            response=response,
            handler=handler,
            scope=f"{name}:{'read' if reads else 'write'}",
            summary=summary,
        )

    return row
