"""What each domain error is on this wire; docs/reference/errors.md shows it. Source: docs/contract/v3.md#errors,
docs/contract/codes.md.

A business error travels with HTTP 200, because both official clients lose the body of anything else. `apiCode` is
the documented one where there is one, of this wire or else of v2; the five-digit ones are ours, a `statusCode` and a
number. A code once given keeps its meaning: people switch on it. An error without a row of its own
has that of its nearest ancestor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from poolhouse import errors as e


@dataclass(frozen=True, slots=True)
class Row:
    status_code: int
    api_code: int
    http_status: int = 200


ROWS: dict[type[e.PoolhouseError], Row] = {
    e.PoolhouseError: Row(500, 1000, 500),
    e.Refused: Row(403, 1001),
    e.NotAuthenticated: Row(401, 2020),
    e.SignatureRefused: Row(401, 1300),
    e.RegistrationDisabled: Row(403, 2031),
    e.InvalidInput: Row(400, 40001),
    e.TooLarge: Row(400, 40002),
    e.RequestTooLarge: Row(413, 41301),
    e.HeadersTooLarge: Row(431, 43101, 431),
    e.BodyTooSlow: Row(408, 40801, 408),
    e.BodyCutShort: Row(400, 40003),
    e.FormStale: Row(400, 40005),
    e.QueryTooBroad: Row(400, 40006),
    e.TooManyUsersAsked: Row(400, 2030),
    e.IdentifierRequired: Row(400, 2231),
    e.EmailMalformed: Row(400, 2003),
    e.FieldNotYours: Row(403, 2018),
    e.EmailNotDirectly: Row(403, 2225),
    e.PhoneNotDirectly: Row(403, 2226),
    e.SameEmail: Row(400, 2229),
    e.SamePhone: Row(400, 2230),
    e.OldPasswordRequired: Row(400, 2201),
    e.OldEmailUnproven: Row(400, 2227),
    e.OldPhoneUnproven: Row(400, 2228),
    e.OldEmailMismatch: Row(400, 2037),
    e.OldPhoneMismatch: Row(400, 2038),
    e.LastLoginMethod: Row(422, 2217),
    e.RoleCodeRefused: Row(400, 40004),
    e.WeakPassword: Row(400, 2029),
    e.PasswordUndecryptable: Row(400, 2016),
    e.NotFound: Row(404, 40401),
    e.PoolNotFound: Row(404, 2224),
    e.AppNotFound: Row(404, 2011),
    e.UserNotFound: Row(404, 2004),
    e.GroupNotFound: Row(404, 40402),
    e.RoleNotFound: Row(404, 40403),
    e.PostNotFound: Row(404, 40404),
    e.NamespaceNotFound: Row(404, 40405),
    e.ResourceNotFound: Row(404, 40406),
    e.PolicyNotFound: Row(404, 40407),
    e.OrgNotFound: Row(404, 40408),
    e.NodeNotFound: Row(404, 40409),
    e.FieldNotFound: Row(404, 40410),
    e.FactorNotFound: Row(404, 40411),
    e.TenantNotFound: Row(404, 40412),
    e.IdentitySourceNotFound: Row(404, 40413),
    e.AccessKeyNotFound: Row(404, 40414),
    e.ScriptNotFound: Row(404, 40415),
    e.AdministratorNotFound: Row(404, 40416),
    e.PasskeyNotFound: Row(404, 40417),
    e.SessionNotFound: Row(404, 40418),
    e.ConnectionNotFound: Row(404, 40419),
    e.Conflict: Row(409, 40901),
    e.UserExists: Row(409, 2026),
    e.UsernameTaken: Row(409, 2034),
    e.EmailTaken: Row(409, 2200),
    e.PhoneTaken: Row(409, 2035),
    e.IdentityTaken: Row(409, 2215),
    e.FactorExists: Row(409, 40902),
    e.CodeTaken: Row(409, 40903),
    e.GroupCodeTaken: Row(409, 40904),
    e.FieldValueTaken: Row(409, 40905),
    e.ScriptOvertaken: Row(409, 40907),
    e.PublishedMeanwhile: Row(409, 40910),
    e.PasskeyExists: Row(409, 40908),
    e.ChangedMeanwhile: Row(409, 40909),
    e.InvalidOperation: Row(422, 42201),
    e.ScriptUnproven: Row(422, 42202),
    e.LoginRefused: Row(403, 40301),
    e.WrongCredentials: Row(403, 2333),
    e.AccountBlocked: Row(403, 2005),
    e.AccountSuspended: Row(403, 2120008),
    e.AppAccessDenied: Row(403, 40302),
    e.EmailUnverified: Row(403, 40303),
    e.CaptchaRequired: Row(403, 2000),
    e.CodeWrong: Row(400, 2001),
    e.CodeExpired: Row(400, 2300),
    e.PasskeyRefused: Row(403, 40304),
    e.ProviderFailed: Row(403, 40305),
    e.IdentityUnbound: Row(403, 40306),
    e.BindingRequired: Row(403, 1640),
    e.MfaRequired: Row(403, 1636),
    e.PasswordResetRequired: Row(403, 2058),
    e.OldPasswordWrong: Row(400, 2006),
    e.NotSupported: Row(501, 50101),
    e.NotSupportedByDirectory: Row(501, 50102),
    e.LimitsNotSupported: Row(501, 50103),
    e.ScriptFailed: Row(603, 60301),
    e.CustomDatabaseUnavailable: Row(603, 60302),
    e.PasswordFunctionUnavailable: Row(603, 60303),
    e.Unavailable: Row(503, 50301, 503),
    e.TooManyRequests: Row(429, 42901, 429),
    e.RegisteringTooOften: Row(429, 2100, 429),
    e.Overloaded: Row(503, 50302, 503),
    e.DatabaseLost: Row(503, 50303, 503),
    e.DatabaseFull: Row(503, 50304, 503),
}


VARIANTS: dict[type[e.PoolhouseError], tuple[str, Mapping[Any, int]]] = {
    e.SignatureRefused: (
        "reason",
        {
            "signature": 1300,
            "method": 1301,
            "version": 1302,
            "timestamp": 1303,
            "missing_date": 1304,
            "clock_skew": 1305,
            "replay": 1306,
        },
    ),
    e.CodeWrong: ("factor", {"totp": 6001, "recovery": 6002, "no totp": 6003, "no recovery": 6004}),
    e.PasswordResetRequired: ("old_password", {True: 2058, False: 1639}),
    e.MfaRequired: ("totp", {True: 1635, False: 1636}),
    e.BindingRequired: ("may_create", {True: 1641, False: 1640}),
}
"""Errors with a code for each value of one of their facts."""


def listed(kind: type[e.PoolhouseError]) -> type[e.PoolhouseError]:
    """The class whose row an error of this class has: itself or its nearest ancestor in ROWS."""
    return next(ancestor for ancestor in kind.__mro__ if ancestor in ROWS)


def row_of(error: e.PoolhouseError) -> Row:
    """The row of the class, with the code of its variant where it has some."""
    kind = listed(type(error))
    fact, codes = VARIANTS.get(kind, ("", {}))
    row = ROWS[kind]
    return replace(row, api_code=codes.get(error.facts.get(fact), row.api_code)) if codes else row
