"""The `data` of a refused sign-in: what a client needs for the next step, the same in both wires.

Source: docs/contract/v2.md#second-factors, docs/contract/codes.md.
"""

from __future__ import annotations

from typing import Any

from poolhouse.errors import AccountLocked, MfaRequired, PasswordResetRequired, PoolhouseError

_SHOWN = ("username", "nickname", "email", "phone", "photo")


def next_step(error: PoolhouseError) -> dict[str, Any] | None:
    """The second factor's token and whose turn it is; the token of a password change;
    in how many seconds a locked account may be tried again. None for the rest."""
    match error:
        case MfaRequired():
            user = error.facts.get("user")
            return {
                "mfaToken": error.facts.get("mfa_token"),
                **{name: getattr(user, name, None) for name in _SHOWN},
                "totpMfaEnabled": bool(error.facts.get("totp")),
                "faceMfaEnabled": False,
            }
        case PasswordResetRequired():
            return {"token": error.facts.get("token")}
        case AccountLocked():
            return {"retryAfter": error.facts.get("retry_after_s")}
    return None
