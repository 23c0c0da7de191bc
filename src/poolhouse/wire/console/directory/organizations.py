"""An organization as a tree that is read a branch at a time, beside one of its departments."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.directory.members import MEMBERS_PAGE
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of, redirect, segment

BRANCH = 50
"""Departments shown at once: as many as a list of v3 gives."""
TREE, SET = "GET list-department-branch", "POST set-department-member"
RIGHTS, LIMITS = "GET list-department-rights", "GET get-own-limits"
KINDS = {
    "ROLE": "right_role",
    "POLICY": "right_policy",
    "RESOURCE": "right_resource",
    "APPLICATION": "right_application",
    "DATA_POLICY": "right_data_policy",
}
ORGANIZATION = "/pools/{pool}/organizations/{organization}"
DEPARTMENT = f"{ORGANIZATION}/departments/{{department}}"


def base(visit: Visit) -> str:
    """The address of the organization."""
    return f"{visit.pool_address}/organizations/{segment(visit.path['organization'])}"


async def organization(visit: Visit, rendering: Rendering) -> Response:
    found = await visit.ask("GET get-organization", {"organizationCode": visit.path["organization"]})
    return await _shown(visit, rendering, found["departmentId"], found)


async def own(visit: Visit, rendering: Rendering) -> Response:
    """Where whoever is limited to departments begins, who sees no organization as a whole."""
    found = await visit.ask(LIMITS)
    return rendering.page(visit, "directory/own.html", found=found["departments"])


async def department(visit: Visit, rendering: Rendering) -> Response:
    return await _shown(visit, rendering, visit.path["department"])


async def _shown(
    visit: Visit, rendering: Rendering, department_id: str, root: dict[str, Any] | None = None
) -> Response:
    code, number = visit.path["organization"], page_of(visit.http.query)
    named = {"organizationCode": code, "departmentId": department_id}
    about = await visit.ask("GET get-department", {**named, "withCustomData": True})
    words = (visit.http.query.text("q") or "").strip()
    found = None
    if words:
        found = await visit.ask(TREE, {**named, "keywords": words, "limit": BRANCH})
    tree = await _tree(visit, code, department_id)
    people: dict[str, Any] | None = None
    if visit.may("GET list-department-members"):
        asked = {**named, "page": number, "limit": MEMBERS_PAGE}
        people = await visit.ask("GET list-department-members", asked)
    return rendering.page(
        visit,
        "directory/department.html",
        base=base(visit),
        of=about,
        is_root=not about["parentDepartmentId"],
        tree=tree,
        is_given=bool(visit.caller and visit.caller.limits) and tree["departmentId"] == department_id,
        branch_size=BRANCH,
        words=words,
        found=found,
        people=people,
        number=number,
        last=people is None or number * MEMBERS_PAGE >= people["totalCount"],
        leaders=set(about["leaderUserIds"] or ()),
        here=f"{base(visit)}/departments/{segment(department_id)}",
        rights=await visit.ask(RIGHTS, named) if visit.may(RIGHTS) else None,
        kinds=KINDS,
    )


async def _tree(visit: Visit, code: str, department_id: str) -> dict[str, Any]:
    """The root with every department on the way opened, and no other: as many questions as the way has steps."""
    here = await visit.ask(TREE, {"organizationCode": code, "departmentId": department_id, "limit": BRANCH})
    below, more = here["list"], here["totalCount"] > BRANCH
    for step, child in reversed(list(zip(here["path"], [*here["path"][1:], None], strict=True))):
        if child is None:
            node = {**step, "children": below, "more": more}
            continue
        branch = await visit.ask(
            TREE, {"organizationCode": code, "departmentId": step["departmentId"], "limit": BRANCH}
        )
        beside = [node if one["departmentId"] == child["departmentId"] else one for one in branch["list"]]
        if node not in beside:  # it stands on a later page of its branch
            beside.append(node)
        node = {**step, "children": beside, "more": branch["totalCount"] > BRANCH}
    return node


async def branch(visit: Visit, rendering: Rendering) -> Response:
    """What is directly below a department: a page of its own, of which the tree takes its part."""
    number = page_of(visit.http.query)
    named = {"organizationCode": visit.path["organization"], "departmentId": visit.path["department"]}
    found = await visit.ask(TREE, {**named, "page": number, "limit": BRANCH})
    return rendering.page(
        visit,
        "directory/branch.html",
        base=base(visit),
        found=found,
        above=found["path"][-1]["name"],
        here=f"{base(visit)}/departments/{segment(visit.path['department'])}",
        number=number,
        more=number * BRANCH < found["totalCount"],
    )


def _acting(flag: str, value: bool) -> Any:
    async def act(visit: Visit, rendering: Rendering) -> Response:
        given = visit.form()
        named = {"organizationCode": visit.path["organization"], "departmentId": visit.path["department"]}
        await visit.ask("GET get-department", named)
        await visit.ask(SET, {**named, "userId": given.get("user", ""), flag: value})
        return redirect(f"{base(visit)}/departments/{segment(visit.path['department'])}?done=done_saved")

    return act


ACTS = (
    ("lead", "isLeader", True),
    ("follow", "isLeader", False),
    ("main", "isMainDepartment", True),
    ("not-main", "isMainDepartment", False),
)

PAGES = (
    Page("GET", "/pools/{pool}/departments", own, calls=(LIMITS,)),
    Page("GET", ORGANIZATION, organization, calls=("GET get-organization", "GET get-department", TREE)),
    Page("GET", DEPARTMENT, department, calls=("GET get-department", TREE)),
    Page("GET", f"{DEPARTMENT}/branch", branch, calls=(TREE,)),
    *(
        Page("POST", f"{DEPARTMENT}/{name}", _acting(flag, value), calls=("GET get-department", SET))
        for name, flag, value in ACTS
    ),
)
