"""Organizations, departments and their members. Source: docs/contract/v2.md#organizations."""

from __future__ import annotations

from functools import partial
from typing import Any

import msgspec

from poolhouse.errors import InvalidInput, Missing, NodeNotFound, NotPermitted
from poolhouse.orgs.model import Membership, Node, NodeDraft, NodeSort, Org, Translations
from poolhouse.paging import Page, PageRequest, everything
from poolhouse.texts import trimmed
from poolhouse.users.model import DepartmentFilter, User, UserQuery
from poolhouse.wire.json_body import json_text
from poolhouse.wire.sentences import message
from poolhouse.wire.v2.pages import page_of
from poolhouse.wire.v2.request import Arguments, Field, Operation, V2Request
from poolhouse.wire.v2.user_loader import people
from poolhouse.wire.v2.users import SORTS

NODES = "nodes"
_RELATIONS = frozenset({"users", "roles", "authorizedResources"})
_SORTS: dict[str, NodeSort] = {
    "CREATEDAT_DESC": NodeSort("created_at", True),
    "CREATEDAT_ASC": NodeSort("created_at", False),
    "UPDATEDAT_DESC": NodeSort("updated_at", True),
    "UPDATEDAT_ASC": NodeSort("updated_at", False),
}

# -- organizations -----------------------------------------------------------------------------------------


async def org(request: V2Request, args: Arguments) -> Any:
    return await request.services.orgs.get_org(request.caller, args["id"])


async def orgs(request: V2Request, args: Arguments) -> Any:
    """The nodes of all of them come in one query, when the document asks for any."""
    orgs_page = await page_of_orgs(request, args, page_of(args))
    if NODES in request.selected:
        ids = [org.id for org in orgs_page.items]
        request.known[NODES] = {**await request.services.orgs.list_nodes_of(request.caller, ids)}
    return orgs_page


async def page_of_orgs(request: V2Request, args: Arguments, page: PageRequest) -> Page[Org]:
    sort = _SORTS[args.get("sortBy") or "CREATEDAT_DESC"]
    return await request.services.orgs.list_orgs(request.caller, page, sort=sort)


async def create_org(request: V2Request, args: Arguments) -> Any:
    draft = NodeDraft(_given(args, "name", "code", "description"))
    return await request.services.orgs.create_org(request.caller, draft, args.get("tenantId"))


async def delete_org(request: V2Request, args: Arguments) -> Any:
    await request.services.orgs.delete_org(request.caller, args["id"])
    return message(request.caller.lang)


async def root_node(request: V2Request, args: Arguments) -> Any:
    return (await request.services.orgs.get_org(request.caller, args["orgId"])).root


async def root_of_org(org: Org, request: V2Request, args: Arguments) -> Any:
    return org.root


async def nodes_of_org(org: Org, request: V2Request, args: Arguments) -> Any:
    known = request.known.get(NODES, {}).get(org.id)
    return known if known is not None else await request.services.orgs.list_nodes(request.caller, org.id)


# -- departments -------------------------------------------------------------------------------------------


async def node_by_id(request: V2Request, args: Arguments) -> Any:
    return _found(request, await request.services.orgs.find_node(request.caller, args["id"]))


async def node_by_code(request: V2Request, args: Arguments) -> Any:
    return _found(
        request,
        await request.services.orgs.find_node_by_code(request.caller, args["orgId"], args["code"]),
    )


def _found(request: V2Request, node: Node | None) -> Node | None:
    """Null for an unknown one, but an error where a relation is selected: the clients take it apart unlooked."""
    if node is None and request.selected & _RELATIONS:
        raise NodeNotFound()
    return node


async def children_nodes(request: V2Request, args: Arguments) -> Any:
    return await request.services.orgs.list_children(request.caller, args["nodeId"])


async def is_root_node(request: V2Request, args: Arguments) -> Any:
    node = await request.services.orgs.get_node(request.caller, args["nodeId"])
    return node.is_root and node.org_id == args["orgId"]


async def search_nodes(request: V2Request, args: Arguments) -> Any:
    search = partial(request.services.orgs.search_nodes, request.caller, keyword=trimmed(args["keyword"]))
    return await everything(search)


async def add_node(request: V2Request, args: Arguments) -> Any:
    """The whole organization; `addNodeV2` gives the new node."""
    await add_node_v2(request, args)
    return await request.services.orgs.get_org(request.caller, args["orgId"])


async def add_node_v2(request: V2Request, args: Arguments) -> Any:
    draft = NodeDraft(
        {
            **_given(args, "name", "code", "description", "order"),
            "name_i18n": translations(args.get("nameI18n"), "nameI18n"),
            "description_i18n": translations(args.get("descriptionI18n"), "descriptionI18n"),
        }
    )
    return await request.services.orgs.create_node(
        request.caller, args["orgId"], args.get("parentNodeId"), draft
    )


async def update_node(request: V2Request, args: Arguments) -> Any:
    draft = NodeDraft(_given(args, "name", "code", "description"))
    return await request.services.orgs.update_node(request.caller, args["id"], draft)


async def delete_node(request: V2Request, args: Arguments) -> Any:
    await request.services.orgs.delete_node(request.caller, args["orgId"], args["nodeId"])
    return message(request.caller.lang)


async def move_node(request: V2Request, args: Arguments) -> Any:
    return await request.services.orgs.move_node(
        request.caller, args["orgId"], args["nodeId"], args["targetParentId"]
    )


def _given(args: Arguments, *names: str) -> dict[str, Any]:
    return {name: args[name] for name in names if args.get(name) is not None}


# -- members -----------------------------------------------------------------------------------------------


async def add_member(request: V2Request, args: Arguments) -> Any:
    node = await _named_node(request, args)
    await request.services.department_members.add(
        request.caller, node.id, args["userIds"], args.get("isLeader")
    )
    return node


async def remove_member(request: V2Request, args: Arguments) -> Any:
    node = await _named_node(request, args)
    await request.services.department_members.remove(request.caller, node.id, args["userIds"])
    return node


async def _named_node(request: V2Request, args: Arguments) -> Node:
    """By `nodeId`, or by `orgId` and `nodeCode`."""
    if args.get("nodeId"):
        return await request.services.orgs.get_node(request.caller, args["nodeId"])
    request.caller.require_administrator()
    if not (args.get("orgId") and args.get("nodeCode")):
        raise Missing("nodeId")
    node = await request.services.orgs.find_node_by_code(request.caller, args["orgId"], args["nodeCode"])
    if node is None:
        raise NodeNotFound(code=args["nodeCode"])
    return node


async def move_members(request: V2Request, args: Arguments) -> Any:
    await request.services.department_members.move(
        request.caller, args["sourceNodeId"], args["targetNodeId"], args["userIds"]
    )
    return message(request.caller.lang)


async def set_main_department(request: V2Request, args: Arguments) -> Any:
    await request.services.department_members.set_main(
        request.caller, args["userId"], args.get("departmentId") or None
    )
    return message(request.caller.lang)


async def users_of_node(node: Node, request: V2Request, args: Arguments) -> Any:
    page = page_of(args)
    below = bool(args.get("includeChildrenNodes"))
    if sort := args.get("sortBy"):
        query = UserQuery(page, departments=(DepartmentFilter(node.id, below),), sort=(SORTS[sort],))
        return await people(request, await request.services.users.list(request.caller, query))

    async def ids(asked: PageRequest) -> Page[str]:
        return await request.services.department_members.list_members(
            request.caller, node.id, asked, include_children=below
        )

    return await people(request, await request.services.users.page_of(request.caller, ids, page))


async def departments_of_user(user: User, request: V2Request, args: Arguments) -> Any:
    """All of them on one page."""
    if request.caller.kind == "user" and request.caller.actor_id != user.id:
        raise NotPermitted()
    found = await request.services.department_members.list_departments(
        request.caller, user.id, args.get("orgId")
    )
    return Page(len(found), found)


# -- fields ------------------------------------------------------------------------------------------------


def department(membership: Membership, request: V2Request, args: Arguments) -> Node:
    return membership.node


def is_main_department(membership: Membership, request: V2Request, args: Arguments) -> bool:
    return membership.is_main


def is_root(node: Node, request: V2Request, args: Arguments) -> bool:
    return node.is_root


def is_virtual_node(node: Node, request: V2Request, args: Arguments) -> bool:
    return node.is_virtual


def name_i18n(node: Node, request: V2Request, args: Arguments) -> str | None:
    return written(node.name_i18n)


def description_i18n(node: Node, request: V2Request, args: Arguments) -> str | None:
    return written(node.description_i18n)


def translations(given: Any, field: str) -> Translations:
    """`{"en": "Research"}`, as an object or as its JSON text."""
    if given is None or given == "":
        return {}
    if isinstance(given, str):
        given = json_text(given, field)
    if not isinstance(given, dict) or not all(isinstance(text, str) for text in given.values()):
        raise InvalidInput(field, "应为语言到文本的对象", "expected an object from language to text")
    return {language: {"value": text, "enabled": True} for language, text in given.items()}


def plain(names: Translations) -> dict[str, str]:
    return {language: str(unit.get("value", "")) for language, unit in names.items()}


def written(names: Translations) -> str | None:
    return msgspec.json.encode(plain(names)).decode() if names else None


QUERIES: dict[str, Operation] = {
    "org": org,
    "orgs": orgs,
    "rootNode": root_node,
    "nodeById": node_by_id,
    "nodeByCode": node_by_code,
    "childrenNodes": children_nodes,
    "isRootNode": is_root_node,
    "searchNodes": search_nodes,
}
MUTATIONS: dict[str, Operation] = {
    "createOrg": create_org,
    "deleteOrg": delete_org,
    "addNode": add_node,
    "addNodeV2": add_node_v2,
    "updateNode": update_node,
    "deleteNode": delete_node,
    "moveNode": move_node,
    "addMember": add_member,
    "removeMember": remove_member,
    "moveMembers": move_members,
    "setMainDepartment": set_main_department,
}
FIELDS: dict[tuple[str, str], Field] = {
    ("Org", "rootNode"): root_of_org,
    ("Org", "nodes"): nodes_of_org,
    ("Node", "root"): is_root,
    ("Node", "isVirtualNode"): is_virtual_node,
    ("Node", "nameI18n"): name_i18n,
    ("Node", "descriptionI18n"): description_i18n,
    ("Node", "users"): users_of_node,
    ("User", "departments"): departments_of_user,
    ("UserDepartment", "department"): department,
    ("UserDepartment", "isMainDepartment"): is_main_department,
}
