"""The `data` of a refused sign-in: what a client needs for the next step, the same in both wires.

Source: docs/contract/v2.md#second-factors, docs/contract/codes.md.
"""

from __future__ import annotations

from typing import Any

from poolhouse.audit.model import Record
from poolhouse.errors import (
    AccountLocked,
    BindingRequired,
    ChangedMeanwhile,
    MfaRequired,
    PasswordResetRequired,
    PoolhouseError,
)
from poolhouse.times import v3_time

_SHOWN = ("username", "nickname", "email", "phone", "photo")


def next_step(error: PoolhouseError) -> dict[str, Any] | None:
    """The second factor's token and whose turn it is; how an identity is linked; the token of a password change;
    in how many seconds a locked account may be tried again; what others have changed. None for the rest."""
    match error:
        case MfaRequired():
            user = error.facts.get("user")
            return {
                "mfaToken": error.facts.get("mfa_token"),
                **{name: getattr(user, name, None) for name in _SHOWN},
                "totpMfaEnabled": bool(error.facts.get("totp")),
                "faceMfaEnabled": False,
                "passkeyEnabled": error.facts.get("passkeys") == "bound",
            }
        case BindingRequired():
            return {"key": error.facts.get("key"), "methods": list(error.facts.get("methods", ()))}
        case PasswordResetRequired():
            return {"token": error.facts.get("token")}
        case AccountLocked():
            return {"retryAfter": error.facts.get("retry_after_s")}
        case ChangedMeanwhile():
            return {"changes": [_told(one) for one in error.facts.get("changes", ())]}
    return None


def _told(act: Record) -> dict[str, Any]:
    """Who did it, when and to which fields: their values are for whoever may read the thing."""
    return {
        "id": act.id,
        "timestamp": v3_time(act.at),
        "operation": act.operation,
        "actorKind": act.actor_kind,
        "actorId": act.actor_id,
        "fields": sorted({**_side(act, "before"), **_side(act, "after")}),
    }


def _side(act: Record, side: str) -> dict[str, Any]:
    found = act.detail.get(side)
    return found if isinstance(found, dict) else {}
