"""Departments by their names, with the people in them, put in at once. Source: docs/contract/v3/orgs.md."""

from __future__ import annotations

from typing import Any

import msgspec

from poolhouse import misfits
from poolhouse.accounts.org_trees import NamedTree
from poolhouse.errors import InvalidInput
from poolhouse.orgs.service import DEEPEST
from poolhouse.users.model import UserDraft
from poolhouse.wire.v3.dto.orgs import (
    CreateDepartmentTreeReqDto,
    Result,
    UserInfoDto,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


async def create_department_tree(request: V3Request, body: CreateDepartmentTreeReqDto) -> Result:
    """Departments by their names, people by username, email or phone: made where they are missing."""
    merged = await request.services.department_trees.merge(request.caller, _tree(body, 0), body.tenant_id)
    return Result(
        add_user=merged.users_added,
        update_user=merged.users_updated,
        add_department=merged.departments_added,
        update_department=merged.departments_kept,
    )


def _tree(given: CreateDepartmentTreeReqDto, depth: int) -> NamedTree:
    if depth >= DEEPEST:
        raise InvalidInput("children", f"部门不能超过 {DEEPEST} 级", f"at most {DEEPEST} levels")
    members = given.members if isinstance(given.members, list) else [given.members] if given.members else []
    return NamedTree(
        given.name,
        tuple(UserDraft(_person(one)) for one in members),
        tuple(_tree(_branch(child), depth + 1) for child in given.children or ()),
    )


def _branch(child: Any) -> CreateDepartmentTreeReqDto:
    """A tree, or a bare name."""
    if isinstance(child, str) and child.strip():
        return CreateDepartmentTreeReqDto(name=child)
    try:
        return msgspec.convert(child, CreateDepartmentTreeReqDto)
    except msgspec.ValidationError as error:
        raise misfits.of(error, CreateDepartmentTreeReqDto, "children") from error


def _person(one: UserInfoDto) -> dict[str, Any]:
    given = {name: getattr(one, name) for name in UserInfoDto.__struct_fields__}
    return {name: value for name, value in given.items() if value is not None}


WRITE = "orgs:write"

ENDPOINTS = [
    Endpoint(
        "POST",
        "create-department-tree",
        request=CreateDepartmentTreeReqDto,
        response=Result,
        handler=create_department_tree,
        scope=WRITE,
        summary="Create a department with departments and users below it, all or none",
    ),
]
