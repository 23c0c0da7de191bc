"""What the role of whoever asks is limited to: our own endpoint, for pages and programs that begin there.

Source: docs/guide/administrators.md.
"""

from __future__ import annotations

from msgspec import Struct

from poolhouse.wire.v3.endpoint import Endpoint, V3Request


class OwnDepartmentDto(Struct, rename="camel"):
    """`namePath`: from the root of its organization to the department itself."""

    department_id: str
    organization_code: str
    name: str
    name_path: list[str]


class OwnLimitsDto(Struct, rename="camel"):
    """`limited` is false for who may see and change whatever their scopes say."""

    limited: bool
    applications: list[str]
    departments: list[OwnDepartmentDto]


async def get_own_limits(request: V3Request, _: None) -> OwnLimitsDto:
    """One that was deleted since is left out."""
    limits = request.caller.limits
    if limits is None:
        return OwnLimitsDto(limited=False, applications=[], departments=[])
    orgs = request.services.orgs
    nodes = (await orgs.find_nodes(request.caller, sorted(limits.departments))).values()
    found = await orgs.find_orgs(request.caller, list({one.org_id for one in nodes}))
    return OwnLimitsDto(
        limited=True,
        applications=sorted(limits.applications),
        departments=[
            OwnDepartmentDto(node.id, found[node.org_id].code, node.name, list(node.name_path))
            for node in sorted(nodes, key=lambda node: (node.name_path, node.id))
        ],
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-own-limits",
        request=None,
        response=OwnLimitsDto,
        handler=get_own_limits,
        scope="orgs:read",
        summary="The applications or departments that the caller's role is limited to",
        ours=True,
    )
]
