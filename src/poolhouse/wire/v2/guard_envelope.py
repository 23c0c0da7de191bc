"""The envelope as the login component `@authing/guard` reads it: who says `x-authing-request-from: Guard@...`.

It decides by `statusCode` (2 done, 3 the next step, 4 and 6 a message to show) and `apiCode`, beside v2's `code`; what
comes with another HTTP status than 200 it calls a network error. Source: docs/contract/guard.md#envelope.
"""

from __future__ import annotations

from typing import Any

from poolhouse.errors import (
    AccountLocked,
    MfaRequired,
    PasswordResetRequired,
    PoolhouseError,
    TooManyRequests,
)
from poolhouse.users.model import User
from poolhouse.wire.v2.request import V2Request

DONE, BROKEN_OFF, UNLOCK, SENT_JUST_NOW = 1600, 1699, 1643, 2080
_STEPS = frozenset({DONE, BROKEN_OFF, UNLOCK, 1635, 1636, 1639, 2058})


def asks(request: V2Request) -> bool:
    return request.http.headers.get("x-authing-request-from", "").startswith("Guard@")


def said(code: int) -> dict[str, int]:
    return {"statusCode": _status(code)} | ({} if code == 200 else {"apiCode": code})


def refused(error: PoolhouseError, code: int, data: Any) -> dict[str, Any]:
    """What is added to a refusal: the codes, and for a next step what its page draws and the handle of the flow."""
    match error:
        case MfaRequired():
            ticket = error.facts["mfa_token"]
            shown = {**data, **_second_step(error)}
            return {**said(code), "flowHandle": ticket, "data": shown}
        case PasswordResetRequired():
            return {**said(code), "flowHandle": error.facts.get("token")}
        case AccountLocked() if error.facts.get("self_unlock"):
            return {**said(UNLOCK), "code": UNLOCK}
        case TooManyRequests():
            return {**said(code), "apiCode": SENT_JUST_NOW}
    return said(code)


def http_status(status: int) -> int:
    return 200 if status == 429 else status


def _second_step(error: MfaRequired) -> dict[str, Any]:
    user: User = error.facts["user"]
    factors = _factors(user, bool(error.facts.get("totp")), error.facts.get("passkeys", "off"))
    return {
        "applicationMfa": [{"mfaPolicy": name, "sort": at, "status": 1} for at, name in enumerate(factors)],
        "mfaEmail": user.email,
        "mfaPhone": user.phone,
        "mfaPhoneCountryCode": user.phone_country_code,
        "avatar": user.photo,
    }


def _factors(user: User, totp: bool, passkeys: str) -> list[str]:
    """Who has an authenticator or a passkey uses it, or who has no authenticator an address they have; others set one
    up, or prove an address. The first is shown first."""
    if totp:
        return ["OTP", "PASSKEY"] if passkeys == "bound" else ["OTP"]
    if passkeys == "bound":
        addresses = {"EMAIL": user.email, "SMS": user.phone}
        return ["PASSKEY", *(name for name, address in addresses.items() if address)]
    return ["OTP", "EMAIL", "SMS", *(["PASSKEY"] if passkeys == "none" else [])]


def _status(code: int) -> int:
    """499 is the client's in general: a code of v2 is of no hundred that the component knows."""
    if code in _STEPS:
        return 302
    return code if 200 <= code < 700 else 499
