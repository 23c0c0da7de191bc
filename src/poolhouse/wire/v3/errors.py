"""What each domain error is on this wire. Source: reference/v3.md 5, reference/custom-database.md 5.

A business error travels with HTTP 200, because both official clients lose the body of anything else.
"""

from __future__ import annotations

from dataclasses import dataclass

from poolhouse import errors as e

SIGNATURE_CODES = {
    "signature": 1300,
    "method": 1301,
    "version": 1302,
    "timestamp": 1303,
    "missing_date": 1304,
    "clock_skew": 1305,
    "replay": 1306,
}


@dataclass(frozen=True, slots=True)
class Row:
    status_code: int
    api_code: int | None = None
    http_status: int = 200


ROWS: dict[type[e.PoolhouseError], Row] = {
    e.PoolhouseError: Row(500, http_status=500),
    e.Refused: Row(403),
    e.NotAuthenticated: Row(401, 2020),
    e.TokenExpired: Row(401, 2020),
    e.TokenInvalid: Row(401, 2020),
    e.SecretWrong: Row(401, 2020),
    e.SignatureRefused: Row(401, 1300),
    e.NotPermitted: Row(403),
    e.RegistrationDisabled: Row(403, 2031),
    e.NotWhitelisted: Row(403, 2031),
    e.InvalidInput: Row(400),
    e.TooLarge: Row(400),
    e.RequestTooLarge: Row(413),
    e.BodyTooSlow: Row(408, http_status=408),
    e.BodyCutShort: Row(400),
    e.TooManyUsersAsked: Row(400),
    e.IdentifierRequired: Row(400),
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
    e.RoleCodeRefused: Row(400),
    e.WeakPassword: Row(400),
    e.PasswordUndecryptable: Row(400),
    e.NotFound: Row(404),
    e.PoolNotFound: Row(404, 2224),
    e.AppNotFound: Row(404, 2011),
    e.UserNotFound: Row(404, 2004),
    e.UsersNotFound: Row(404, 2004),
    e.GroupNotFound: Row(404),
    e.RoleNotFound: Row(404),
    e.PostNotFound: Row(404),
    e.NamespaceNotFound: Row(404),
    e.ResourceNotFound: Row(404),
    e.PolicyNotFound: Row(404),
    e.OrgNotFound: Row(404),
    e.NodeNotFound: Row(404),
    e.FieldNotFound: Row(404),
    e.FactorNotFound: Row(404),
    e.TenantNotFound: Row(404),
    e.IdentitySourceNotFound: Row(404),
    e.AccessKeyNotFound: Row(404),
    e.ScriptNotFound: Row(404),
    e.Conflict: Row(409),
    e.UserExists: Row(409),
    e.UsernameTaken: Row(409),
    e.EmailTaken: Row(409),
    e.PhoneTaken: Row(409),
    e.ExternalIdTaken: Row(409),
    e.IdentityTaken: Row(409),
    e.FactorExists: Row(409),
    e.CodeTaken: Row(409),
    e.GroupCodeTaken: Row(409),
    e.FieldValueTaken: Row(409),
    e.InvalidOperation: Row(422),
    e.LoginRefused: Row(403),
    e.WrongCredentials: Row(403, 2333),
    e.FirstPasswordRequired: Row(403, 2333),
    e.AccountBlocked: Row(403, 2005),
    e.AccountLocked: Row(403, 2005),
    e.AccountSuspended: Row(403, 2120008),
    e.AppAccessDenied: Row(403),
    e.EmailUnverified: Row(403),
    e.CaptchaRequired: Row(403, 2000),
    e.CodeWrong: Row(400, 2001),
    e.CodeExpired: Row(400, 2300),
    e.MfaRequired: Row(403, 1636),
    e.PasswordResetRequired: Row(403, 2058),
    e.OldPasswordWrong: Row(400, 2006),
    e.NotSupported: Row(501),
    e.NotSupportedByDirectory: Row(501),
    e.ScriptFailed: Row(603),
    e.CustomDatabaseUnavailable: Row(603),
    e.Unavailable: Row(503, http_status=503),
    e.TooManyRequests: Row(429, http_status=429),
    e.RegisteringTooOften: Row(429, http_status=429),
    e.Overloaded: Row(503, http_status=503),
    e.DatabaseLost: Row(503, http_status=503),
}


def row_of(error: e.PoolhouseError) -> Row:
    """The row of the class, with the code of the signature's fault where that is the fault."""
    row = next(ROWS[kind] for kind in type(error).__mro__ if kind in ROWS)
    if isinstance(error, e.SignatureRefused):
        return Row(row.status_code, SIGNATURE_CODES.get(error.facts.get("reason", ""), 1300))
    if isinstance(error, e.PasswordResetRequired) and not error.facts.get("old_password", True):
        return Row(row.status_code, 1639)
    if isinstance(error, e.MfaRequired) and error.facts.get("totp"):
        return Row(row.status_code, 1635)
    return row
