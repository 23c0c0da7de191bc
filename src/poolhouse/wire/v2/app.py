"""The v2 wire over the services."""

from __future__ import annotations

from starlette.routing import BaseRoute

from poolhouse.services import WireServices
from poolhouse.wire.v2.endpoint import PREFIX, V2Wire
from poolhouse.wire.v2.gate import TokenGate
from poolhouse.wire.v2.graphql import GraphQL
from poolhouse.wire.v2.operations import operations, routes
from poolhouse.wire.v2.rest import Rest, Router


def v2_routes(services: WireServices) -> list[BaseRoute]:
    served = routes()
    outside = {route.path.split("{")[0] for route in served if not route.path.startswith(PREFIX)}
    wire = V2Wire(
        services, TokenGate(services), GraphQL(operations()), Rest(Router(served)), services.settings
    )
    return wire.routes(outside)
