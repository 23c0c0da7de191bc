"""The action logs and the statistics. Source: docs/contract/v2.md#logs-and-statistics, docs/contract/users.md#logs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from poolhouse.apps.model import App
from poolhouse.audit.geoip import agent, geoip_document
from poolhouse.audit.model import Act, Kind, Record, RecordQuery
from poolhouse.errors import InvalidInput
from poolhouse.times import parse_end, parse_time, unix_time, v2_time
from poolhouse.users.model import User
from poolhouse.wire.audit_references import Surroundings, surroundings, whose_acts
from poolhouse.wire.spelling import integer_in
from poolhouse.wire.v2 import act_names
from poolhouse.wire.v2.pages import asked_page
from poolhouse.wire.v2.request import Route, V2Request


async def user_actions(request: V2Request) -> Any:
    return await _list(request, "user")


async def administrator_actions(request: V2Request) -> Any:
    return await _list(request, "administrator")


async def total_login_count(request: V2Request) -> Any:
    """Logins through an application and how many people they were, as far back as the log is kept."""
    request.caller.require_administrator()
    app = await request.services.apps.get(request.caller, request.query.required("appId"))
    logins, people = await request.services.audit.count_logins(request.caller, app.id)
    return {"appId": app.id, "count": logins, "users": people}


async def _list(request: V2Request, kind: Kind) -> Any:
    page = asked_page(request)
    found = await request.services.audit.list_records(request.caller, await _query(request, kind), page)
    around = await surroundings(request.services, request.caller, found.items)
    return {"totalCount": found.total, "list": [_record_json(request, row, around) for row in found.items]}


async def _query(request: V2Request, kind: Kind) -> RecordQuery:
    """`operator_arn` names who acted; for end users also `userId`, an id or a login name. Repeatable where the
    client repeats it."""
    query = request.query
    names = [*query.all("operation_name"), *query.all("eventType")]
    found: list[Act] = []
    for name in names:
        found.extend(act_names.acts(kind, name))
    who = (*(_of_arn(request, arn) for arn in query.all("operator_arn")), *query.all("userId"))
    ids, tried = await whose_acts(request.services, request.caller, who) if kind == "user" else ((), ())
    return RecordQuery(
        kind=kind,
        acts=tuple(found),
        user_ids=ids,
        names=tried,
        actor_ids=who if kind == "administrator" else (),
        app_ids=tuple(query.all("app_id")),
        only_in_apps=bool(query.flag("exclude_non_app_records")),
        ip=query.text("clientip"),
        success=query.flag("success"),
        request_id=query.text("request_id"),
        start=_moment(request, "start"),
        end=_moment(request, "end", end=True),
    )


def _of_arn(request: V2Request, arn: str) -> str:
    """`arn:cn:authing:<pool>:user:<id>` or, of an administrator, `arn:cn:authing:user:<id>`.

    Another pool's arn names nobody here.
    """
    match arn.split(":", 5):
        case ["arn", "cn", "authing", pool_id, "user", user_id]:
            return user_id if pool_id == request.caller.pool_id else arn
        case ["arn", "cn", "authing", "user", user_id]:
            return user_id
    raise InvalidInput("operator_arn", "应形如 arn:cn:authing:<用户池 ID>:user:<用户 ID>", "not an arn")


def _moment(request: V2Request, name: str, *, end: bool = False) -> datetime | None:
    """Epoch milliseconds, epoch seconds, or an ISO 8601 time; a plain date is all of its day."""
    text = request.query.text(name)
    if text is None:
        return None
    stamp = integer_in(text)
    if stamp is None:
        return (parse_end if end else parse_time)(text, name, request.zone)
    return unix_time(stamp, name)


def _record_json(request: V2Request, row: Record, around: Surroundings) -> dict[str, Any]:
    pool_id, at = request.caller.pool_id, v2_time(row.at, request.zone)
    shared = {
        "@timestamp": at,
        "timestamp": at,
        "user_agent": row.user_agent,
        "ua": _agent(row.user_agent),
        "geoip": _place(request, row.ip),
        "clientip": row.ip,
        "userpool_id": pool_id,
        "operation_name": act_names.name(row.kind, row.operation, row.resource_type),
        "operation_desc": act_names.description(row, request.caller.lang),
        "success": row.success,
        "extra_data": msgspec.json.encode(row.detail).decode(),
        "request_id": row.request_id,
        "app_id": row.app_id,
        "app": _app(around.app(row), row.app_id),
    }
    user = _user(request, row, around.user(row))
    if row.kind == "user":
        return {**shared, "operator_arn": f"arn:cn:authing:{pool_id}:user:{row.user_id or ''}", "user": user}
    return {
        **shared,
        "operator_arn": f"arn:cn:authing:user:{row.actor_id}",
        "operator_type": row.actor_kind,
        "operator_detail": {"id": row.actor_id, "displayName": row.actor_id},
        "resource_type": row.resource_type,
        "resource_desc": act_names.THINGS.get(row.resource_type, (row.resource_type,))[0],
        "resource_arn": f"arn:cn:authing:{pool_id}:{row.resource_type}:{row.resource_id or ''}",
        "user": user if row.user_id else None,
    }


def _user(request: V2Request, row: Record, user: User | None) -> dict[str, Any]:
    return {
        "id": row.user_id,
        "displayName": user.display_name if user else row.user_name,
        "photo": (user.photo if user else None) or request.services.avatar,
        "userPoolId": request.caller.pool_id,
    }


def _app(app: App | None, app_id: str | None) -> dict[str, Any] | None:
    if app is None:
        return {"id": app_id, "name": None} if app_id else None
    return {
        "id": app.id,
        "name": app.name,
        "description": app.description,
        "identifier": app.identifier,
        "logo": app.logo,
    }


def _agent(user_agent: str) -> dict[str, str]:
    known = agent(user_agent)
    name, _, major = known.name.rpartition(" ")
    return {
        "device": known.device,
        "name": name or known.name,
        "major": major if name else "",
        "os": known.os,
        "os_name": known.os,
    }


def _place(request: V2Request, ip: str | None) -> dict[str, Any]:
    place = request.services.geoip.of(ip)
    return {"ip": ip, **(geoip_document(place) if place else {})}


ROUTES = [
    Route("GET", "/api/v2/analysis/user-action", user_actions),
    Route("GET", "/api/v2/analysis/audit", administrator_actions),
    Route("GET", "/api/v2/analysis/total-login-count", total_login_count),
]
