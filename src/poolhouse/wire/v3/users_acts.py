"""What an administrator does about one user, which no client asks for: our own endpoints.

Source: docs/contract/v3.md#one-user.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from msgspec import UNSET, UnsetType, field

from poolhouse.accounts.service import AccountChange
from poolhouse.audit.geoip import know_agents
from poolhouse.crypto.policy import generated_password
from poolhouse.errors import AppNotFound, InvalidInput, UserNotFound
from poolhouse.login.refusal_log import in_words
from poolhouse.sessions.model import Session
from poolhouse.texts import BLANK
from poolhouse.times import v3_time
from poolhouse.users.model import Status, User, UserDraft, UserKey
from poolhouse.wire.v3.audit import agent_dto
from poolhouse.wire.v3.dto import Dto, Int
from poolhouse.wire.v3.dto.audit import ParsedUserAgent
from poolhouse.wire.v3.dto.common import IsSuccessDto, UserStatus
from poolhouse.wire.v3.endpoint import Endpoint, V3Request

# -- sessions ----------------------------------------------------------------------------------------------


class ListSessionsQuery(Dto, kw_only=True):
    user_id: str
    app_id: str | None = None


class SessionDto(Dto, kw_only=True):
    id: str
    app_id: str
    app_name: str
    device_id: str
    ip: str | None
    user_agent: str
    parsed_user_agent: ParsedUserAgent
    created_at: str
    expires_at: str


class SessionListDto(Dto, kw_only=True):
    items: list[SessionDto] = field(name="list")


class EndSessionDto(Dto, kw_only=True):
    user_id: str
    session_id: str


class LogOutUserDto(Dto, kw_only=True):
    user_id: str
    app_ids: list[str] = field(default_factory=list)


class EndedDto(Dto, kw_only=True):
    ended: Int


async def list_sessions(request: V3Request, query: ListSessionsQuery) -> SessionListDto:
    found = await request.services.sessions.list(request.caller, query.user_id, query.app_id or None)
    await know_agents(one.user_agent for one in found)
    apps = {app_id: await _app_name(request, app_id) for app_id in {one.app_id for one in found}}
    return SessionListDto(items=[_session(one, apps[one.app_id]) for one in found])


async def end_session(request: V3Request, body: EndSessionDto) -> EndedDto:
    """0 where it has ended already, or is somebody else's."""
    was_open = await request.services.sessions.end(request.caller, body.session_id, body.user_id)
    return EndedDto(ended=int(was_open))


async def log_out_user(request: V3Request, body: LogOutUserDto) -> EndedDto:
    """Of the applications named, or of all: `kick-users` asks for their ids."""
    await _user(request, body.user_id)  # else the log would have an act upon nobody
    for app_id in body.app_ids or ():
        await request.services.apps.get(request.caller, app_id)
    ended = await request.services.sessions.kick(request.caller, [body.user_id], body.app_ids or None)
    return EndedDto(ended=ended)


def _session(one: Session, app_name: str) -> SessionDto:
    return SessionDto(
        id=one.id,
        app_id=one.app_id,
        app_name=app_name,
        device_id=one.device_id,
        ip=one.ip,
        user_agent=one.user_agent,
        parsed_user_agent=agent_dto(one.user_agent),
        created_at=v3_time(one.created_at),
        expires_at=v3_time(one.expires_at),
    )


async def _app_name(request: V3Request, app_id: str) -> str:
    try:
        return (await request.services.apps.get(request.caller, app_id)).name if app_id else ""
    except (AppNotFound, InvalidInput):
        return ""


# -- the account -------------------------------------------------------------------------------------------


class SetUserStatusDto(Dto, kw_only=True):
    user_id: str
    status: UserStatus
    note: str | None = None


class ResetUserPasswordDto(Dto, kw_only=True):
    user_id: str
    password: str | UnsetType = UNSET
    must_change: bool = True


class NewPasswordDto(Dto, kw_only=True):
    user_id: str
    password: str | None


class PasswordLinkDto(Dto, kw_only=True):
    user_id: str
    app_id: str | None = None


class EraseUserDto(Dto, kw_only=True):
    user: str
    also: list[str] = field(default_factory=list)


class ErasedDto(Dto, kw_only=True):
    instead: str
    rows: dict[str, int]


async def set_user_status(request: V3Request, body: SetUserStatusDto) -> IsSuccessDto:
    await request.services.accounts.set_status(
        request.caller, body.user_id, Status(body.status), body.note or ""
    )
    return IsSuccessDto(success=True)


async def reset_user_password(request: V3Request, body: ResetUserPasswordDto) -> NewPasswordDto:
    """The one that is made here is answered, this once; one that was given is not repeated."""
    given = None if body.password is UNSET else body.password
    if given == "":
        raise InvalidInput("password", *BLANK)
    read = await request.services.transport.read_new(given, "auto") if given else None
    password = read or generated_password()
    draft = UserDraft({"reset_password_on_next_login": body.must_change}, password, judged=given is None)
    await request.services.accounts.update(request.caller, [AccountChange(body.user_id, draft)])
    return NewPasswordDto(user_id=body.user_id, password=None if given else password)


async def send_password_link(request: V3Request, body: PasswordLinkDto) -> IsSuccessDto:
    caller = request.caller
    if body.app_id:
        await request.services.apps.get(caller, body.app_id)
        caller = replace(caller, app_id=body.app_id)
    await request.services.links.send_first_login(caller, body.user_id)
    return IsSuccessDto(success=True)


async def erase_user(request: V3Request, body: EraseUserDto) -> ErasedDto:
    """`user`: an id, username, e-mail, phone or external id, or the id of somebody deleted before."""
    erased = await request.services.erasure.erase(request.caller, body.user, body.also)
    return ErasedDto(instead=erased.instead, rows=dict(erased.rows))


# -- why somebody cannot sign in ---------------------------------------------------------------------------


class DiagnoseQuery(Dto, kw_only=True):
    user_id: str
    app_id: str | None = None


class FindingDto(Dto, kw_only=True):
    code: str
    stops: bool
    message: str
    facts: dict[str, Any]


class RefusedSignInDto(Dto, kw_only=True):
    at: str
    reason: str | None
    message: str
    name: str | None
    app_id: str | None
    ip: str | None


class DiagnosisDto(Dto, kw_only=True):
    user_id: str
    name: str
    can_sign_in: bool
    findings: list[FindingDto]
    failures: list[RefusedSignInDto]


async def diagnose_sign_in(request: V3Request, query: DiagnoseQuery) -> DiagnosisDto:
    user = await _user(request, query.user_id)
    found = await request.services.diagnosis.of(request.caller, user, query.app_id)
    lang = request.caller.lang
    return DiagnosisDto(
        user_id=user.id,
        name=user.display_name,
        can_sign_in=not any(one.stops for one in found.findings),
        findings=[
            FindingDto(code=one.code, stops=one.stops, message=one.told(lang), facts=dict(one.facts))
            for one in found.findings
        ],
        failures=[
            RefusedSignInDto(
                at=v3_time(row.at),
                reason=row.detail.get("reason"),
                message=in_words(str(row.detail.get("reason") or ""), lang),
                name=row.user_name,
                app_id=row.app_id,
                ip=row.ip,
            )
            for row in found.failures
        ],
    )


async def _user(request: V3Request, user_id: str) -> User:
    user = await request.services.users.find(request.caller, UserKey("id", user_id))
    if user is None:
        raise UserNotFound(user_id=user_id)
    return user


def _row(
    method: Any, path: str, body: Any, response: Any, handler: Any, scopes: Sequence[str], summary: str
) -> Endpoint:
    return Endpoint(
        method,
        path,
        request=body,
        response=response,
        handler=handler,
        scope=scopes[0],
        also=frozenset(scopes[1:]),
        summary=summary,
        ours=True,
    )


_READ, _WRITE = ("users:read",), ("users:write",)

ENDPOINTS = [
    _row(
        "GET",
        "list-sessions",
        ListSessionsQuery,
        SessionListDto,
        list_sessions,
        _READ,
        "Where a user is logged in",
    ),
    _row("POST", "end-session", EndSessionDto, EndedDto, end_session, _WRITE, "End one session of a user"),
    _row(
        "POST",
        "log-out-user",
        LogOutUserDto,
        EndedDto,
        log_out_user,
        _WRITE,
        "End a user's sessions at some applications, or all",
    ),
    _row(
        "POST",
        "set-user-status",
        SetUserStatusDto,
        IsSuccessDto,
        set_user_status,
        _WRITE,
        "Suspend a user or activate them again, and say why",
    ),
    _row(
        "POST",
        "reset-user-password",
        ResetUserPasswordDto,
        NewPasswordDto,
        reset_user_password,
        _WRITE,
        "Set a user's password, one that is made here where none is given",
    ),
    _row(
        "POST",
        "send-password-link",
        PasswordLinkDto,
        IsSuccessDto,
        send_password_link,
        _WRITE,
        "Mail a user a link to choose a password by",
    ),
    _row(
        "POST",
        "erase-user",
        EraseUserDto,
        ErasedDto,
        erase_user,
        ("users:write", "audit:write"),
        "Delete somebody and take them out of every record: of administrators, for owners alone",
    ),
    _row(
        "GET",
        "diagnose-sign-in",
        DiagnoseQuery,
        DiagnosisDto,
        diagnose_sign_in,
        ("users:read", "audit:read"),
        "Why a user cannot sign in",
    ),
]
