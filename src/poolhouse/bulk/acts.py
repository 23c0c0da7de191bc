"""What may be done to many: a table of acts, each with what it asks of whoever starts it, and how it is done to one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from poolhouse.accounts.service import AccountChange, AccountService
from poolhouse.accounts.users import UserService
from poolhouse.bulk.model import Act, Arguments
from poolhouse.caller import Caller
from poolhouse.errors import FieldNotFound, InvalidInput, UserNotFound
from poolhouse.fields.model import TargetType as FieldTarget
from poolhouse.fields.service import FieldService
from poolhouse.fields.values import check, form
from poolhouse.groups.service import GroupService
from poolhouse.misfits import one_of
from poolhouse.orgs.members import DepartmentMembers
from poolhouse.orgs.service import OrgService
from poolhouse.roles.model import RoleKey, Target, TargetType
from poolhouse.roles.service import RoleService
from poolhouse.sessions.service import SessionService
from poolhouse.users import rules
from poolhouse.users.model import Status, UserDraft, UserKey
from poolhouse.users.profile_fields import KNOWN_BY, TEXT, WRITABLE

_ONES_OWN = KNOWN_BY | {"main_department_id", "phone_country_code", "identity_number"}
_NOTED = {
    "oauth",
    "browser",
    "device",
    "expired_at",
    "last_ip",
    "last_login_app",
    "user_source_id",
    "user_source_type",
}
SETTABLE = ((frozenset(TEXT) & WRITABLE) - _ONES_OWN - _NOTED) | {
    "gender",
    "email_verified",
    "phone_verified",
    "reset_password_on_next_login",
}
"""Fields of users that may be the same of many."""


@dataclass(frozen=True, slots=True)
class Services:
    """Those that do it to one."""

    users: UserService
    accounts: AccountService
    sessions: SessionService
    groups: GroupService
    roles: RoleService
    orgs: OrgService
    members: DepartmentMembers
    fields: FieldService


Prepare = Callable[[Services, Caller, Arguments], Awaitable[object]]
Deed = Callable[[Services, Caller, str, Arguments], Awaitable[object]]
"""Each writes who did what to the audit log in its own transaction, with the user's id: the work relies on it."""


@dataclass(frozen=True, slots=True)
class Row:
    """`needs`: the arguments it has, all of them needed but `note`. `prepare` raises what would befall everybody.
    `within`: whoever is limited to departments may do it to those who are in one. Groups and roles give rights, no
    limited role writes users and departments both, and nobody is deleted within limits."""

    scopes: frozenset[str]
    deed: Deed
    needs: tuple[str, ...] = ()
    prepare: Prepare | None = None
    within: bool = False


async def _block(at: Services, caller: Caller, user_id: str, given: Arguments) -> None:
    await at.accounts.set_status(caller, user_id, Status.SUSPENDED, given.get("note") or "")


async def _activate(at: Services, caller: Caller, user_id: str, given: Arguments) -> None:
    await at.accounts.set_status(caller, user_id, Status.ACTIVATED, given.get("note") or "")


async def _end_sessions(at: Services, caller: Caller, user_id: str, given: Arguments) -> None:
    await at.users.get(caller, user_id)  # else the log would have an act upon nobody
    await at.sessions.kick(caller, [user_id])


async def _add_to_group(at: Services, caller: Caller, user_id: str, given: Arguments) -> None:
    await at.groups.add_members(caller, given["group"], [user_id])


async def _remove_from_group(at: Services, caller: Caller, user_id: str, given: Arguments) -> None:
    await at.groups.remove_members(caller, given["group"], [user_id])


async def _assign_role(at: Services, caller: Caller, user_id: str, given: Arguments) -> None:
    await at.roles.assign(caller, [_role(given)], [Target(TargetType.USER, user_id)])


async def _revoke_role(at: Services, caller: Caller, user_id: str, given: Arguments) -> None:
    await at.roles.revoke(caller, [_role(given)], [Target(TargetType.USER, user_id)])


async def _add_to_department(at: Services, caller: Caller, user_id: str, given: Arguments) -> None:
    await at.members.add(caller, given["node"], [user_id])


async def _remove_from_department(at: Services, caller: Caller, user_id: str, given: Arguments) -> None:
    await at.members.remove(caller, given["node"], [user_id])


async def _set_field(at: Services, caller: Caller, user_id: str, given: Arguments) -> None:
    profile = {given["profile"]: given["value"]} if "profile" in given else {}
    custom = {given["custom"]: given["value"]} if "custom" in given else {}
    await at.accounts.update(caller, [AccountChange(user_id, UserDraft(profile), custom)])


async def _delete(at: Services, caller: Caller, user_id: str, given: Arguments) -> None:
    await at.users.delete(caller, [user_id])


def _role(given: Arguments) -> RoleKey:
    return RoleKey(given["role"], given["namespace"])


async def _has_group(at: Services, caller: Caller, given: Arguments) -> None:
    await at.groups.get(caller, given["group"])


async def _has_role(at: Services, caller: Caller, given: Arguments) -> None:
    await at.roles.get(caller, _role(given))


async def _has_node(at: Services, caller: Caller, given: Arguments) -> None:
    await at.orgs.get_node(caller, given["node"])


async def _is_settable(at: Services, caller: Caller, given: Arguments) -> None:
    if "profile" in given:
        if given["profile"] not in SETTABLE:
            raise InvalidInput("field", *one_of(sorted(map(rules.spelled, SETTABLE))))
        rules.clean({given["profile"]: given["value"]})
        return
    fields = await at.fields.list(caller, FieldTarget.USER)
    field = next((one for one in fields if one.key == given["custom"]), None)
    if field is None:
        raise FieldNotFound(field=given["custom"])
    if given["value"] is not None:
        check(field, form(field, given["value"]))


_USERS, _GROUPS, _ROLES, _ORGS = (
    frozenset({"users:write", f"{family}:write"}) for family in ("users", "groups", "roles", "orgs")
)
_ROLE = ("role", "namespace")
_FIELD = ("value",)

ACTS: Mapping[Act, Row] = {
    "BLOCK": Row(_USERS, _block, within=True),
    "ACTIVATE": Row(_USERS, _activate, within=True),
    "END_SESSIONS": Row(_USERS, _end_sessions, within=True),
    "ADD_TO_GROUP": Row(_GROUPS, _add_to_group, ("group",), _has_group),
    "REMOVE_FROM_GROUP": Row(_GROUPS, _remove_from_group, ("group",), _has_group),
    "ASSIGN_ROLE": Row(_ROLES, _assign_role, _ROLE, _has_role),
    "REVOKE_ROLE": Row(_ROLES, _revoke_role, _ROLE, _has_role),
    "ADD_TO_DEPARTMENT": Row(_ORGS, _add_to_department, ("node",), _has_node),
    "REMOVE_FROM_DEPARTMENT": Row(_ORGS, _remove_from_department, ("node",), _has_node),
    "SET_FIELD": Row(_USERS, _set_field, _FIELD, _is_settable, within=True),
    "DELETE": Row(_USERS, _delete),
}


async def require_within(at: Services, caller: Caller, user_id: str) -> None:
    """Before each of whoever is limited to departments, by who is where at that moment. Raises UserNotFound for who is
    not theirs, as for nobody."""
    if caller.limits is not None and await at.users.find(caller, UserKey("id", user_id)) is None:
        raise UserNotFound(user_id=user_id)


def kept(act: Act, given: Mapping[str, Any]) -> dict[str, Any]:
    """Of what was given, what the act is done with."""
    wanted = {*ACTS[act].needs, "note"} | ({"profile", "custom"} if act == "SET_FIELD" else set())
    return {name: value for name, value in given.items() if name in wanted}
