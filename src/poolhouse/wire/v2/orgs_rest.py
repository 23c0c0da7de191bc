"""Organizations over REST: lists, import and export. Source: docs/contract/v2.md#organizations."""

from __future__ import annotations

from functools import partial
from typing import Any

from poolhouse.errors import InvalidInput, NotSupported, OrgNotFound
from poolhouse.misfits import STRING, expected
from poolhouse.orgs.model import Node, NodeDraft, Org, Tree
from poolhouse.orgs.service import DEEPEST
from poolhouse.paging import Page, PageRequest, everything
from poolhouse.times import v2_time
from poolhouse.wire.spelling import whole_number
from poolhouse.wire.v2 import orgs
from poolhouse.wire.v2.arguments import arguments_of
from poolhouse.wire.v2.orgs import plain, translations, written
from poolhouse.wire.v2.pages import asked_page, page_or_all
from poolhouse.wire.v2.request import Answer, Arguments, Route, V2Request
from poolhouse.wire.v2.schema import MUTATION


async def count(request: V2Request) -> Any:
    found = await request.services.orgs.list_orgs(request.caller, asked_page(request))
    return {"count": found.total}


async def list_orgs(request: V2Request) -> Any:
    orgs_page = await request.services.orgs.list_orgs(request.caller, asked_page(request))
    return [_org_json(request, org) for org in orgs_page.items]


async def paginated(request: V2Request) -> Any:
    """GET /api/v2/orgs/pagination: what `orgs` answers. `limit=-1` is all of them."""
    args = arguments_of("orgs", {"sortBy": request.query.text("sortBy")})

    async def ask(asked: PageRequest) -> Page[Org]:
        return await orgs.page_of_orgs(request, args, asked)

    orgs_page = await page_or_all(request, ask)
    ids = [org.id for org in orgs_page.items]
    nodes = await request.services.orgs.list_nodes_of(request.caller, ids)
    listed = [
        _org_json(request, org) | {"nodes": [node_json(request, node) for node in nodes[org.id]]}
        for org in orgs_page.items
    ]
    return {"totalCount": orgs_page.total, "list": listed}


async def create(request: V2Request) -> Any:
    """`createOrg` with its arguments as the body."""
    request.caller.require_administrator()
    org = await orgs.create_org(request, _arguments(request, "createOrg"))
    nodes = await request.services.orgs.list_nodes(request.caller, org.id)
    return _org_json(request, org) | {"nodes": [node_json(request, node) for node in nodes]}


async def add_node(request: V2Request) -> Any:
    """`addNodeV2` with its arguments as the body; the path says which organization."""
    request.caller.require_administrator()
    args = _arguments(request, "addNodeV2", orgId=request.path["orgId"])
    return node_json(request, await orgs.add_node_v2(request, args))


async def search_nodes(request: V2Request) -> Any:
    request.caller.require_administrator()
    found = await orgs.search_nodes(request, {"keyword": request.query.required("q")})
    return [node_json(request, node) for node in found]


async def add_members(request: V2Request) -> Any:
    """`addMember` with its arguments as the body; the path says to which department."""
    request.caller.require_administrator()
    args = _arguments(request, "addMember", nodeId=request.path["nodeId"])
    return node_json(request, await orgs.add_member(request, args))


async def departments(request: V2Request) -> Any:
    """GET /api/v2/users/{userId}/departments: all of them on one page."""
    user = await request.services.users.get(request.caller, request.path["userId"])
    found = await orgs.departments_of_user(user, request, {"orgId": request.query.text("orgId")})
    listed = [
        {
            "department": node_json(request, one.node),
            "isMainDepartment": one.is_main,
            "joinedAt": one.joined_at,
        }
        for one in found.items
    ]
    return {"totalCount": found.total, "list": listed}


def _arguments(request: V2Request, operation: str, **path: str) -> Arguments:
    names = MUTATION.fields[operation].args
    return arguments_of(operation, {name: request.body.get(name) for name in names} | path)


async def by_tenant(request: V2Request) -> Any:
    tenant_id = request.query.required("tenant_id")
    first = PageRequest(1, 1)
    orgs_page = await request.services.orgs.list_orgs(request.caller, first, tenant_id=tenant_id)
    if not orgs_page.items:
        raise OrgNotFound(tenant_id=tenant_id)
    return _org_json(request, orgs_page.items[0])


async def orgs_of_user(request: V2Request) -> Any:
    """For each department of the user the nodes from the root down to it."""
    user_id = request.path["userId"]
    request.caller.require_user_or_administrator(user_id)
    await request.services.users.require_all(request.caller, [user_id])
    chains = await request.services.department_members.list_chains(request.caller, user_id)
    return [[node_json(request, node) for node in chain] for chain in chains]


def _org_json(request: V2Request, org: Org) -> dict[str, Any]:
    return {
        "id": org.id,
        "tenantId": org.tenant_id,
        "createdAt": v2_time(org.created_at, request.zone),
        "updatedAt": v2_time(org.updated_at, request.zone),
        "rootNodeId": org.root.id,
        "rootNode": node_json(request, org.root),
    }


def node_json(request: V2Request, node: Node) -> dict[str, Any]:
    return {
        "id": node.id,
        "orgId": node.org_id,
        "name": node.name,
        "nameI18n": written(node.name_i18n),
        "description": node.description,
        "descriptionI18n": written(node.description_i18n),
        "order": node.order,
        "code": node.code,
        "root": node.is_root,
        "depth": node.depth,
        "path": list(node.path),
        "codePath": list(node.code_path),
        "namePath": list(node.name_path),
        "isVirtualNode": node.is_virtual,
        "children": list(node.children),
        "createdAt": v2_time(node.created_at, request.zone),
        "updatedAt": v2_time(node.updated_at, request.zone),
    }


# -- import and export: one form, so that what is exported can be imported ------------------------------------


async def import_tree(request: V2Request) -> Any:
    request.caller.require_administrator()
    if request.body.get("filetype", "json") != "json":
        raise NotSupported(what=f"filetype {request.body.get('filetype')}"[:100])
    org = await request.services.orgs.import_tree(request.caller, _tree(request.body.get("file"), 0))
    return _org_json(request, org)


def _tree(given: Any, depth: int) -> Tree:
    if not isinstance(given, dict) or depth >= DEEPEST:
        raise InvalidInput("file", "应为部门的树", "expected a tree of departments")
    children = given.get("children") or []
    if not isinstance(children, list):
        raise InvalidInput("file.children", "应为列表", "expected a list")
    order = whole_number(given.get("order"), "file.order")
    draft = NodeDraft(
        {
            "name": _text(given, "name"),
            "code": _text(given, "code"),
            "description": _text(given, "description"),
            "order": order,
            "name_i18n": translations(given.get("nameI18n"), "file.nameI18n"),
            "description_i18n": translations(given.get("descriptionI18n"), "file.descriptionI18n"),
        }
    )
    return Tree(draft, tuple(_tree(child, depth + 1) for child in children))


def _text(given: dict[str, Any], name: str) -> str | None:
    value = given.get(name)
    if value is not None and not isinstance(value, str):
        raise InvalidInput(f"file.{name}", *expected(STRING))
    return value


async def export(request: V2Request) -> Any:
    """One organization as a tree, or all of them as a list of trees."""
    orgs = request.services.orgs
    if org_id := request.query.text("org_id"):
        return _nested(await orgs.list_nodes(request.caller, org_id))[0]
    found = await everything(partial(orgs.list_orgs, request.caller))
    nodes = await orgs.list_nodes_of(request.caller, [org.id for org in found])
    return [_nested(nodes[org.id])[0] for org in found]


def _nested(nodes: list[Node]) -> list[dict[str, Any]]:
    """Parents come before their children, children in their order."""
    trees: dict[str, dict[str, Any]] = {}
    roots: list[dict[str, Any]] = []
    for node in nodes:
        tree: dict[str, Any] = {
            "id": node.id,
            "name": node.name,
            "code": node.code,
            "nameI18n": plain(node.name_i18n),
            "description": node.description,
            "descriptionI18n": plain(node.description_i18n),
            "order": node.order,
            "children": [],
        }
        trees[node.id] = tree
        (trees[node.parent_id]["children"] if node.parent_id in trees else roots).append(tree)
    return roots


# -- not here ------------------------------------------------------------------------------------------------


async def start_sync(request: V2Request) -> Answer:
    request.caller.require_administrator()
    raise NotSupported(what=request.http.path)


ROUTES = [
    Route("GET", "/api/v2/orgs", list_orgs),
    Route("GET", "/api/v2/orgs/count", count),
    Route("GET", "/api/v2/orgs/pagination", paginated),
    Route("POST", "/api/v2/orgs", create),
    Route("POST", "/api/v2/orgs/{orgId}/nodes", add_node),
    Route("GET", "/api/v2/orgs/nodes/search", search_nodes),
    Route("POST", "/api/v2/orgs/nodes/{nodeId}/members", add_members),
    Route("GET", "/api/v2/users/{userId}/departments", departments),
    Route("GET", "/api/v2/orgs/by-tenant", by_tenant),
    Route("GET", "/api/v2/orgs/export", export),
    Route("POST", "/api/v2/orgs/import", import_tree),
    Route("GET", "/api/v2/users/{userId}/orgs", orgs_of_user),
    Route("POST", "/connections/enterprise/wechatwork/start-sync", start_sync),
    Route("POST", "/connections/enterprise/dingtalk/start-sync", start_sync),
    Route("POST", "/api/v2/ad/sync", start_sync),
]
