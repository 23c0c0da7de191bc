"""The v2 wire over the services."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.routing import BaseRoute

from poolhouse.wire.v2.endpoint import V2Wire
from poolhouse.wire.v2.gate import TokenGate
from poolhouse.wire.v2.graphql import GraphQL
from poolhouse.wire.v2.operations import operations, routes
from poolhouse.wire.v2.rest import Rest, Router

if TYPE_CHECKING:
    from poolhouse.app import Services


def v2_routes(services: Services) -> list[BaseRoute]:
    served = routes()
    outside = sorted({route.path for route in served if not route.path.startswith("/api/v2/")})
    wire = V2Wire(
        services,
        TokenGate(services),
        GraphQL(operations()),
        Rest(Router(served)),
        services.settings.trusted_proxies,
    )
    return wire.routes(("/api/v2/{path:path}", *outside))
