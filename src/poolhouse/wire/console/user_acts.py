"""What is done on the page of one user: each act is one operation of v3, and leads back to the tab it stands on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import ChangedMeanwhile, InvalidInput, PoolhouseError
from poolhouse.wire.console import confirming, users
from poolhouse.wire.console.conflicts import once
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect

Form = Mapping[str, str]
Values = Callable[[str, Form], dict[str, Any]]
"""(the user's id, what the form has) -> what the operation takes."""

REMOVE_PASSKEY = "DELETE webauthn/admin/credentials/{credentialId}/{userId}/{appId}"


@dataclass(frozen=True, slots=True)
class Act:
    """`name`: in the path. `done`: the word that says so. `watches`: what of the user the form has shown, and somebody
    else may have changed since; then nothing is done."""

    name: str
    tab: str
    operation: str
    values: Values
    done: str
    watches: Callable[[Form], str] | None = None


def _status(status: str) -> Values:
    return lambda user_id, form: {"userId": user_id, "status": status, "note": form.get("note", "").strip()}


def _verified(user_id: str, form: Form) -> dict[str, Any]:
    return {"userId": user_id, _marked(form): form.get("value") == "yes"}


def _marked(form: Form) -> str:
    return "phoneVerified" if form.get("field") == "phoneVerified" else "emailVerified"


def _group(user_id: str, form: Form) -> dict[str, Any]:
    return {"code": form.get("code", "").strip(), "userIds": [user_id]}


def _role(user_id: str, form: Form) -> dict[str, Any]:
    targets = [{"targetType": "USER", "targetIdentifier": user_id}]
    namespace = form.get("namespace", "").strip() or "default"
    return {"code": form.get("code", "").strip(), "namespace": namespace, "targets": targets}


def _department(user_id: str, form: Form) -> dict[str, Any]:
    return {
        "organizationCode": form.get("organization", "").strip(),
        "departmentId": form.get("department", "").strip() or "root",
        "userIds": [user_id],
    }


def _passkey(user_id: str, form: Form) -> dict[str, Any]:
    """Wherever it was made."""
    return {"credentialId": form.get("credential", ""), "userId": user_id, "appId": "-"}


def _user(user_id: str, form: Form) -> dict[str, Any]:
    return {"userId": user_id}


def _of_status(form: Form) -> str:
    return "status"


ACTS = (
    Act("block", "", "POST set-user-status", _status("Suspended"), "done_blocked", _of_status),
    Act("unblock", "", "POST set-user-status", _status("Activated"), "done_unblocked", _of_status),
    Act("verify", "security", "POST update-user", _verified, "done_saved", _marked),
    Act("group-add", "access", "POST add-group-members", _group, "done_saved"),
    Act("group-remove", "access", "POST remove-group-members", _group, "done_saved"),
    Act("role-add", "access", "POST assign-role", _role, "done_saved"),
    Act("role-remove", "access", "POST revoke-role", _role, "done_saved"),
    Act("department-add", "access", "POST add-department-members", _department, "done_saved"),
    Act("department-remove", "access", "POST remove-department-members", _department, "done_saved"),
    Act(
        "session-end",
        "sessions",
        "POST end-session",
        lambda user_id, form: {"userId": user_id, "sessionId": form.get("session", "")},
        "done_ended",
    ),
    Act("sessions-end", "sessions", "POST log-out-user", _user, "done_all_ended"),
    Act(
        "factor-remove",
        "security",
        "POST set-mfa-status",
        lambda user_id, form: {"userId": user_id, "mfaTriggerData": {"totpMfaEnabled": False}},
        "done_factor_removed",
    ),
    Act("passkey-remove", "security", REMOVE_PASSKEY, _passkey, "done_passkey_removed"),
    Act(
        "identity-unlink",
        "security",
        "POST delete-user-sync-relations",
        lambda user_id, form: {"userId": user_id, "provider": form.get("provider", "")},
        "done_unlinked",
    ),
    Act("password-link", "security", "POST send-password-link", _user, "done_link_sent"),
)


def _doing(act: Act) -> Handler:
    async def do(visit: Visit, rendering: Rendering) -> Response:
        form, user_id = visit.form(), visit.path["user"]

        async def attempt(conditional: Visit) -> Response:
            user = await visit.ask("GET get-user", {"userId": user_id})
            if act.watches and form.get("was", "") != str(user[act.watches(form)]):
                return await users.shown(visit, rendering, act.tab, 409, error_word="conflict_user")
            try:
                await conditional.ask(act.operation, act.values(user_id, form))
            except ChangedMeanwhile:
                raise
            except PoolhouseError as error:
                return await _refused(visit, rendering, act.tab, error)
            return redirect(f"{users.address(visit, act.tab)}?done={act.done}")

        return await (once(visit, attempt) if act.watches else attempt(visit))

    return do


async def reset_password(visit: Visit, rendering: Rendering) -> Response:
    """The new password is on the answer itself, and on no page that can be asked for again."""
    form, user_id = visit.form(), visit.path["user"]
    await visit.ask("GET get-user", {"userId": user_id})
    values: dict[str, Any] = {"userId": user_id, "mustChange": form.get("must_change") == "yes"}
    if given := form.get("password", ""):
        values["password"] = given
    try:
        made = await visit.ask("POST reset-user-password", values)
    except PoolhouseError as error:
        return await _refused(visit, rendering, "security", error)
    if made["password"] is None:
        return redirect(f"{users.address(visit, 'security')}?done=done_password_set")
    return await users.shown(visit, rendering, "security", new_password=made["password"])


async def erase(visit: Visit, rendering: Rendering) -> Response:
    form, user_id = visit.form(), visit.path["user"]
    person = await visit.ask("GET get-user", {"userId": user_id})
    if not confirming.is_named(form, confirming.name_to_type(person, confirming.PERSON), user_id):
        return await users.shown(visit, rendering, "data", 400, error_word="erase_wrong")
    try:
        await visit.ask("POST erase-user", {"user": user_id})
    except PoolhouseError as error:
        return await _refused(visit, rendering, "data", error)
    return redirect(f"{visit.pool_address}/users?done=done_erased")


async def export(visit: Visit, rendering: Rendering) -> Response:
    """A form, as the log has an act of it."""
    visit.form()
    user_id = visit.path["user"]
    await visit.ask("GET get-user", {"userId": user_id})
    try:
        return await visit.stream("GET export-user", {"user": user_id})
    except PoolhouseError as error:
        return await _refused(visit, rendering, "data", error)


async def _refused(visit: Visit, rendering: Rendering, tab: str, error: PoolhouseError) -> Response:
    trace.note(error=error)
    status = 400 if isinstance(error, InvalidInput) else status_of(error)
    return await users.shown(visit, rendering, tab, status, error=error.message(visit.lang))


_HERE = "/pools/{pool}/users/{user}"

PAGES = (
    *(
        Page("POST", f"{_HERE}/{act.name}", _doing(act), calls=("GET get-user", act.operation))
        for act in ACTS
    ),
    Page("POST", f"{_HERE}/password", reset_password, calls=("GET get-user", "POST reset-user-password")),
    Page("POST", f"{_HERE}/export", export, calls=("GET get-user", "GET export-user")),
    Page("POST", f"{_HERE}/erase", erase, calls=("GET get-user", "POST erase-user")),
)
