"""Groups and their members. Source: docs/contract/v2.md#groups."""

from __future__ import annotations

from functools import partial
from typing import Any

from poolhouse.errors import Missing
from poolhouse.groups.model import Group, GroupChanges, GroupDraft
from poolhouse.paging import Page
from poolhouse.users.model import User
from poolhouse.wire.sentences import message
from poolhouse.wire.v2.pages import page_of
from poolhouse.wire.v2.request import Arguments, Field, Operation, V2Request
from poolhouse.wire.v2.user_loader import people


async def group(request: V2Request, args: Arguments) -> Any:
    return await request.services.groups.find(request.caller, args["code"])


async def groups(request: V2Request, args: Arguments) -> Any:
    """Of the pool, or of the user `userId`."""
    page = page_of(args)
    if user_id := args.get("userId"):
        found = await request.services.groups.list_of_user(request.caller, user_id)
        return Page(len(found), list(found[page.offset : page.offset + page.size]))
    return await request.services.groups.list(request.caller, page)


async def create_group(request: V2Request, args: Arguments) -> Any:
    draft = GroupDraft(args["code"], args["name"], args.get("description"))
    return await request.services.groups.create(request.caller, draft)


async def update_group(request: V2Request, args: Arguments) -> Any:
    changes = GroupChanges(args.get("name"), args.get("description"), args.get("newCode"))
    return await request.services.groups.update(request.caller, args["code"], changes)


async def delete_groups(request: V2Request, args: Arguments) -> Any:
    await request.services.groups.delete(request.caller, args["codeList"])
    return message(request.caller.lang)


async def add_user_to_group(request: V2Request, args: Arguments) -> Any:
    await request.services.groups.add_members(request.caller, _code(args), args["userIds"])
    return message(request.caller.lang)


async def remove_user_from_group(request: V2Request, args: Arguments) -> Any:
    await request.services.groups.remove_members(request.caller, _code(args), args["userIds"])
    return message(request.caller.lang)


def _code(args: Arguments) -> str:
    """The schema lets it be absent; nothing can be done without it."""
    code: str | None = args.get("code")
    if not code:
        raise Missing("code")
    return code


async def users_of_group(group: Group, request: V2Request, args: Arguments) -> Any:
    ids = partial(request.services.groups.list_members, request.caller, group.code)
    return await people(request, await request.services.users.page_of(request.caller, ids, page_of(args)))


async def groups_of_user(user: User, request: V2Request, args: Arguments) -> Any:
    found = await request.services.groups.list_of_user(request.caller, user.id)
    return Page(len(found), list(found))


QUERIES: dict[str, Operation] = {"group": group, "groups": groups}
MUTATIONS: dict[str, Operation] = {
    "createGroup": create_group,
    "updateGroup": update_group,
    "deleteGroups": delete_groups,
    "addUserToGroup": add_user_to_group,
    "removeUserFromGroup": remove_user_from_group,
}
FIELDS: dict[tuple[str, str], Field] = {
    ("Group", "users"): users_of_group,
    ("User", "groups"): groups_of_user,
}
