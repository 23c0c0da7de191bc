"""One act upon many users, which goes on after the request: our own endpoints.

Decision: docs/decisions/0070-bulk-acts.md.
"""

from __future__ import annotations

from typing import Any

from msgspec import UNSET, UnsetType, convert, field
from msgspec import ValidationError as Misfit

from poolhouse import errors, misfits
from poolhouse.bulk.acts import SETTABLE
from poolhouse.bulk.model import Act, BulkAct, Outcome, Result, Status
from poolhouse.errors import InvalidInput
from poolhouse.texts import EMPTY
from poolhouse.times import v3_time
from poolhouse.users.model import UserQuery
from poolhouse.users.rules import spelled
from poolhouse.wire.v3.conversions import page
from poolhouse.wire.v3.department_dtos import the_node
from poolhouse.wire.v3.dto import Dto, Int
from poolhouse.wire.v3.dto.common import DepartmentIdType
from poolhouse.wire.v3.dto.users import ListUsersAdvancedFilterItemDto, UpdateUserReqDto
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.errors import row_of
from poolhouse.wire.v3.users_read import matching

_PROFILE = {spelled(name): name for name in SETTABLE}


class BulkMatchDto(Dto, kw_only=True):
    """As of list-users. `everybody` is said where there is neither, so that a forgotten filter means nobody."""

    keywords: str | None = None
    advanced_filter: list[ListUsersAdvancedFilterItemDto] | None = None
    everybody: bool = False


class StartBulkActDto(Dto, kw_only=True):
    """`userIds` or `match`. Beside them what the act is done with, and `confirm` of DELETE: how many."""

    act: Act
    user_ids: list[str] | None = None
    match: BulkMatchDto | None = None
    group: str | None = None
    role: str | None = None
    namespace: str | None = None
    organization_code: str | None = None
    department_id: str | None = None
    department_id_type: DepartmentIdType | None = None
    field: str | None = None
    value: Any | UnsetType = UNSET
    note: str | None = None
    confirm: Int | None = None


class BulkActQuery(Dto, kw_only=True):
    act_id: str


class ListBulkActsQuery(Dto, kw_only=True):
    page: int = 1
    limit: int = 10


class ListBulkActResultsQuery(Dto, kw_only=True):
    act_id: str
    outcome: Outcome | None = None
    page: int = 1
    limit: int = 10


class CancelBulkActDto(Dto, kw_only=True):
    act_id: str


class BulkActDto(Dto, kw_only=True):
    """`expected`: how many there were at the start, null where counting took too long. Each has been `done` or
    `failed`, or is still to come."""

    act_id: str
    act: Act
    status: Status
    reason: str | None
    group: str | None
    role: str | None
    namespace: str | None
    department_id: str | None
    field: str | None
    value: Any
    note: str | None
    all: bool
    expected: Int | None
    done: Int
    failed: Int
    admin_user_id: str
    created_at: str
    updated_at: str
    ended_at: str | None


class BulkActsDto(Dto, kw_only=True):
    total_count: Int
    items: list[BulkActDto] = field(name="list")


class BulkActResultDto(Dto, kw_only=True):
    """`name` is null of whoever is gone. `apiCode` and `message` say why it failed."""

    row: Int
    user_id: str
    name: str | None
    outcome: Outcome
    api_code: Int | None
    message: str | None


class BulkActResultsDto(Dto, kw_only=True):
    total_count: Int
    items: list[BulkActResultDto] = field(name="list")


async def start_bulk_act(request: V3Request, body: StartBulkActDto) -> BulkActDto:
    given: dict[str, Any] = {"group": body.group, "role": body.role, "note": body.note}
    if body.role:
        given["namespace"] = body.namespace or "default"
    if body.department_id:
        node = await the_node(
            request, body.organization_code or None, body.department_id, body.department_id_type
        )
        given["node"] = node.id
    if body.field:
        given |= _field(body.field, body.value)
    query = await query_of(request, body.match) if body.match else None
    begun = await request.services.bulk_acts.start(
        request.caller, body.act, given, user_ids=body.user_ids, query=query, confirm=body.confirm
    )
    return _act(begun)


async def get_bulk_act(request: V3Request, query: BulkActQuery) -> BulkActDto:
    return _act(await request.services.bulk_acts.get(request.caller, query.act_id))


async def list_bulk_acts(request: V3Request, query: ListBulkActsQuery) -> BulkActsDto:
    found = await request.services.bulk_acts.list(request.caller, page(query.page, query.limit))
    return BulkActsDto(total_count=found.total, items=[_act(one) for one in found.items])


async def list_bulk_act_results(request: V3Request, query: ListBulkActResultsQuery) -> BulkActResultsDto:
    found = await request.services.bulk_acts.results(
        request.caller, query.act_id, page(query.page, query.limit), query.outcome
    )
    people = await request.services.users.list_by_ids(request.caller, [one.user_id for one in found.items])
    names = {one.id: one.display_name for one in people}
    items = [_result(one, names.get(one.user_id)) for one in found.items]
    return BulkActResultsDto(total_count=found.total, items=items)


async def cancel_bulk_act(request: V3Request, body: CancelBulkActDto) -> BulkActDto:
    return _act(await request.services.bulk_acts.cancel(request.caller, body.act_id))


async def query_of(request: V3Request, given: BulkMatchDto) -> UserQuery:
    """Raises InvalidInput."""
    if not (given.keywords or given.advanced_filter or given.everybody):
        raise InvalidInput("match", *EMPTY)
    return await matching(request, given.keywords, given.advanced_filter)


def _field(name: str, value: Any) -> dict[str, Any]:
    """What update-user would take: a field of users by its name, else a custom field's key."""
    found = {} if value is UNSET else {"value": value}
    known = name in UpdateUserReqDto.__struct_encode_fields__ or name in _PROFILE
    if not known:
        return {"custom": name, **found}
    if name in UpdateUserReqDto.__struct_encode_fields__:
        try:
            convert({"userId": "", name: found.get("value")}, UpdateUserReqDto)
        except Misfit as error:
            raise misfits.of(error, UpdateUserReqDto, "") from error
    return {"profile": _PROFILE.get(name, name), **found}


def _act(one: BulkAct) -> BulkActDto:
    given = one.arguments
    return BulkActDto(
        act_id=one.id,
        act=one.act,
        status=one.status,
        reason=one.reason,
        group=given.get("group"),
        role=given.get("role"),
        namespace=given.get("namespace"),
        department_id=given.get("node"),
        field=spelled(given["profile"]) if "profile" in given else given.get("custom"),
        value=given.get("value"),
        note=given.get("note"),
        all=one.query is not None,
        expected=one.expected,
        done=one.done,
        failed=one.failed,
        admin_user_id=one.actor.id,
        created_at=v3_time(one.created_at),
        updated_at=v3_time(one.updated_at),
        ended_at=v3_time(one.ended_at) if one.ended_at else None,
    )


def _result(one: Result, name: str | None) -> BulkActResultDto:
    kind = getattr(errors, one.error, errors.PoolhouseError) if one.error else None
    assert one.outcome
    return BulkActResultDto(
        row=one.row,
        user_id=one.user_id,
        name=name,
        outcome=one.outcome,
        api_code=row_of(kind()).api_code if kind else None,
        message=one.message,
    )


ENDPOINTS = [
    Endpoint(
        "POST",
        "start-bulk-act",
        request=StartBulkActDto,
        response=BulkActDto,
        handler=start_bulk_act,
        scope="users:write",
        summary="Do one thing to many users: those named, or all that match",
        ours=True,
    ),
    Endpoint(
        "GET",
        "get-bulk-act",
        request=BulkActQuery,
        response=BulkActDto,
        handler=get_bulk_act,
        scope="users:read",
        summary="How far a bulk act has come",
        ours=True,
    ),
    Endpoint(
        "GET",
        "list-bulk-acts",
        request=ListBulkActsQuery,
        response=BulkActsDto,
        handler=list_bulk_acts,
        scope="users:read",
        summary="The pool's bulk acts of the last 30 days, newest first",
        ours=True,
    ),
    Endpoint(
        "GET",
        "list-bulk-act-results",
        request=ListBulkActResultsQuery,
        response=BulkActResultsDto,
        handler=list_bulk_act_results,
        scope="users:read",
        summary="What became of each user of a bulk act",
        ours=True,
    ),
    Endpoint(
        "POST",
        "cancel-bulk-act",
        request=CancelBulkActDto,
        response=BulkActDto,
        handler=cancel_bulk_act,
        scope="users:write",
        summary="End a bulk act; what is done stays done",
        ours=True,
    ),
]
