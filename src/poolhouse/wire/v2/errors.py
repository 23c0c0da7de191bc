"""How every domain error looks on the v2 wire. Codes: docs/contract/codes.md#v2-codes.

A business error is HTTP 200, because the clients throw the body of anything else away; only what is our
own fault or a rate limit has another status. An error without a row of its own has that of its nearest ancestor.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from poolhouse import errors as e
from poolhouse.errors import Lang, PoolhouseError
from poolhouse.wire.next_step import next_step


class Row(NamedTuple):
    code: int
    http: int = 200


TABLE: dict[type[PoolhouseError], Row] = {
    PoolhouseError: Row(1000, 500),
    e.Refused: Row(1001),
    e.NotAuthenticated: Row(2020),
    e.TokenExpired: Row(2206),
    e.TokenInvalid: Row(2207),
    e.RegistrationDisabled: Row(2031),
    e.InvalidInput: Row(400),
    e.TooLarge: Row(413),
    e.HeadersTooLarge: Row(431, 431),
    e.BodyTooSlow: Row(408, 408),
    e.TooManyUsersAsked: Row(2030),
    e.IdentifierRequired: Row(2231),
    e.EmailMalformed: Row(2003),
    e.FieldNotYours: Row(2018),
    e.EmailNotDirectly: Row(2225),
    e.PhoneNotDirectly: Row(2226),
    e.SameEmail: Row(2229),
    e.SamePhone: Row(2230),
    e.OldPasswordRequired: Row(2201),
    e.OldEmailUnproven: Row(2227),
    e.OldPhoneUnproven: Row(2228),
    e.OldEmailMismatch: Row(2037),
    e.OldPhoneMismatch: Row(2038),
    e.LastLoginMethod: Row(2217),
    e.WeakPassword: Row(2029),
    e.NotFound: Row(404),
    e.PoolNotFound: Row(2224),
    e.AppNotFound: Row(2011),
    e.UserNotFound: Row(2004),
    e.Conflict: Row(409),
    e.UserExists: Row(2026),
    e.UsernameTaken: Row(2034),
    e.EmailTaken: Row(2200),
    e.PhoneTaken: Row(2035),
    e.IdentityTaken: Row(2215),
    e.InvalidOperation: Row(422),
    e.LoginRefused: Row(2207),
    e.WrongCredentials: Row(2333),
    e.PasswordUndecryptable: Row(2016),
    e.AccountBlocked: Row(2005),
    e.AccountSuspended: Row(2005),
    e.AppAccessDenied: Row(403),
    e.EmailUnverified: Row(403),
    e.CaptchaRequired: Row(2000),
    e.CodeWrong: Row(2001),
    e.CodeExpired: Row(2300),
    e.MfaRequired: Row(1635),
    e.PasswordResetRequired: Row(1639),
    e.OldPasswordWrong: Row(2203),
    e.NotSupported: Row(501),
    e.ScriptFailed: Row(603),
    e.CustomDatabaseUnavailable: Row(603),
    e.Unavailable: Row(1000, 503),
    e.TooManyRequests: Row(429, 429),
    e.RegisteringTooOften: Row(2100),
}

FORCED_PASSWORD_RESET = 2058


def row(error: PoolhouseError) -> Row:
    for kind in type(error).__mro__:
        if kind in TABLE:
            if kind is e.PasswordResetRequired and error.facts.get("old_password"):
                return Row(FORCED_PASSWORD_RESET)
            return TABLE[kind]
    return TABLE[PoolhouseError]


def described(error: PoolhouseError, lang: Lang) -> dict[str, Any]:
    """`{code, message, data}`."""
    return {"code": row(error).code, "message": error.message(lang), "data": next_step(error)}


def headers(error: PoolhouseError) -> dict[str, str]:
    if isinstance(error, e.Unavailable) and row(error).http in (429, 503):
        return {"retry-after": str(error.facts.get("retry_after_s") or 1)}
    return {}
