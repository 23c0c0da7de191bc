"""What a v2 resolver or route handler is given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from poolhouse.caller import Caller
from poolhouse.errors import NotSupported, PoolhouseError
from poolhouse.services import WireServices
from poolhouse.wire.request import HttpRequest, Query
from poolhouse.wire.sentences import DONE
from poolhouse.wire.tracked_body import TrackedBody

DEFAULT_ZONE = ZoneInfo("Asia/Shanghai")


@dataclass(slots=True)
class V2Request:
    """`caller` is anonymous when the token was refused; `refusal` then says why. `granted` is the user whom an access
    token of OpenID Connect speaks for, as far as its scopes go; only who asks about themself is heard by it.

    `path` holds the {parameters} of a REST route. `zone` is the pool's, for v2 times. `selected` holds the
    names of all fields a GraphQL document asks for, so that a resolver can fetch what its rows will need in
    one query; it leaves that in `known`, by kind and id, where the rows' field resolvers find it.
    """

    caller: Caller
    services: WireServices
    http: HttpRequest
    zone: ZoneInfo = DEFAULT_ZONE
    refusal: PoolhouseError | None = None
    path: Mapping[str, str] = field(default_factory=dict)
    selected: frozenset[str] = frozenset()
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    asked: TrackedBody | None = None
    granted: Caller | None = None

    @property
    def query(self) -> Query:
        return self.http.query

    @property
    def body(self) -> dict[str, Any]:
        """A REST body; what is looked at by name is what a script sees of it."""
        if self.asked is None:
            self.asked = TrackedBody(self.http.json_object())
            self.caller = replace(self.caller, body=self.asked.seen)
        return self.asked


class Answer(NamedTuple):
    """A REST answer whose envelope says more than 操作成功 (200). `message` is of the table in wire/sentences.py."""

    data: Any = None
    message: str = DONE
    code: int = 200


Arguments = dict[str, Any]
Operation = Callable[[V2Request, Arguments], Awaitable[Any]]
"""`async def createGroup(request, args) -> model`. Absent arguments are absent from `args`, never None."""

Field = Callable[[Any, V2Request, Arguments], Any]
"""`def arn(parent, request, args)`: sync when computed from `parent` alone (plans may use it), or async."""

Handler = Callable[[V2Request], Awaitable[Any]]


class Route(NamedTuple):
    """`Route("GET", "/api/v2/users/{userId}", handler)`; it gives `data`, an Answer or a Response."""

    method: str
    path: str
    handler: Handler


def unsupported(what: str) -> Handler:
    """For a route of the clients that another route's parameter would catch. The ledger reads `supported`."""

    async def handler(request: V2Request) -> Any:
        raise NotSupported(what=what)

    handler.supported = False  # type: ignore[attr-defined]
    return handler
