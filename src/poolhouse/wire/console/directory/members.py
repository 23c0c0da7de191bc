"""Who is in a group, has a role, or is in a department: paged, put in by any name, several at once, and taken out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from starlette.responses import Response

from poolhouse.errors import InvalidInput
from poolhouse.texts import EMPTY
from poolhouse.wire.console import finding
from poolhouse.wire.console.finding import FIND
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, redirect

MEMBERS_PAGE = 50
MOST_LINES = 80
"""As many as `find-users` takes."""


@dataclass(frozen=True, slots=True)
class Members:
    """`path`: of the thing below a pool; `named`: from names in it to where they go in the calls. `as_targets`: roles
    are given to targets, of which a user is one kind; `users`: where their ids go otherwise."""

    path: str
    named: Mapping[str, str]
    reads: str
    lists: str
    adds: str
    removes: str
    as_targets: bool = False
    users: str = "userIds"
    asks: Mapping[str, Any] = field(default_factory=dict)

    def whom(self, user_ids: list[str]) -> dict[str, Any]:
        if self.as_targets:
            return {"targets": [{"targetType": "USER", "targetIdentifier": one} for one in user_ids]}
        return {self.users: user_ids}

    def of(self, visit: Visit) -> dict[str, Any]:
        return visit.parts(self.named)

    def here(self, visit: Visit) -> str:
        return visit.address_of(self.path)


GROUP = Members(
    "groups/{group}",
    {"group": "code"},
    "GET get-group",
    "GET list-group-members",
    "POST add-group-members",
    "POST remove-group-members",
)
ROLE = Members(
    "roles/{role}",
    {"role": "code"},
    "GET get-role",
    "GET list-role-members",
    "POST assign-role",
    "POST revoke-role",
    as_targets=True,
)
DEPARTMENT = Members(
    "organizations/{organization}/departments/{department}",
    {"organization": "organizationCode", "department": "departmentId"},
    "GET get-department",
    "GET list-department-members",
    "POST add-department-members",
    "POST remove-department-members",
)
TENANT = Members(
    "tenants/{tenant}",
    {"tenant": "tenantId"},
    "GET get-tenant",
    "POST list-tenant-users",
    "POST add-tenant-users",
    "POST remove-tenant-users",
    users="linkUserIds",
)
ALL = (GROUP, ROLE, DEPARTMENT, TENANT)

Outcome = Literal["found", "nobody", "twice"]


def _adding(members: Members) -> Handler:
    async def add(visit: Visit, rendering: Rendering) -> Response:
        """Whoever is found is put in at once, all together; then each line's result is shown."""
        text = visit.form().get("who", "")
        await visit.ask(members.reads, members.of(visit))
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        if not lines:
            raise InvalidInput("userIds", *EMPTY)
        if len(lines) > MOST_LINES:
            raise InvalidInput("userIds", f"一次最多 {MOST_LINES} 行", f"at most {MOST_LINES} lines at once")
        people = await finding.found(visit, lines)
        ids = list(dict.fromkeys(one["userId"] for one in people if one["userId"]))
        if ids:
            await visit.ask(members.adds, {**members.of(visit), **members.whom(ids)})
        return rendering.page(
            visit,
            "directory/added.html",
            back=members.here(visit),
            results=_results(people),
            left="\n".join(one["value"] for one in people if not one["userId"]),
            count=len(ids),
        )

    return add


def _results(found: list[dict[str, Any]]) -> list[tuple[dict[str, Any], Outcome]]:
    seen: set[str] = set()
    results: list[tuple[dict[str, Any], Outcome]] = []
    for one in found:
        id_ = one["userId"]
        results.append((one, "nobody" if not id_ else "twice" if id_ in seen else "found"))
        seen.add(id_)
    return results


def _removing(members: Members) -> Handler:
    async def remove(visit: Visit, rendering: Rendering) -> Response:
        user_id = visit.form().get("user", "")
        await visit.ask(members.reads, members.of(visit))
        await visit.ask(members.removes, {**members.of(visit), **members.whom([user_id])})
        return redirect(f"{members.here(visit)}?done=done_removed")

    return remove


PAGES = tuple(
    page
    for one in ALL
    for page in (
        Page("POST", f"/pools/{{pool}}/{one.path}/add", _adding(one), calls=(FIND, one.reads, one.adds)),
        Page("POST", f"/pools/{{pool}}/{one.path}/remove", _removing(one), calls=(one.reads, one.removes)),
    )
)
