"""The connections of identity sources that are switched on in applications, as an application shows them."""

from __future__ import annotations

from typing import Any, cast

from poolhouse.tenants.model import Connection
from poolhouse.wire.v3.dto.apps import ApplicationDto, ApplicationEnabledExtIdpConnDto
from poolhouse.wire.v3.endpoint import V3Request
from poolhouse.wire.v3.identities import SOCIAL


async def with_connections(request: V3Request, apps: list[ApplicationDto]) -> list[ApplicationDto]:
    """The same, filled in: all of a page by one statement."""
    enabled = await request.services.sources.enabled_in(request.caller, [app.app_id for app in apps])
    for app in apps:
        app.login_config.enabled_ext_idp_conns = [_shown(*one) for one in enabled[app.app_id]]
    return apps


def _shown(connection: Connection, source_type: str) -> ApplicationEnabledExtIdpConnDto:
    return ApplicationEnabledExtIdpConnDto(
        is_social=source_type in SOCIAL,
        ext_idp_id=connection.source_id,
        ext_idp_type=cast(Any, source_type),
        ext_idp_conn_id=connection.id,
        ext_idp_conn_type=cast(Any, connection.type),
        ext_idp_conn_identifier=connection.identifier,
        ext_idp_conn_display_name=connection.display_name,
        ext_idp_conn_logo=connection.logo or "",
        enabled=True,
    )
