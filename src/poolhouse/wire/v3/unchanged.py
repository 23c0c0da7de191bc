"""`If-Unmodified-Since`: a change that is made only where nobody else has changed the same meanwhile.

The header is RFC 9110's (section 13.1.4), with an ISO 8601 time beside its HTTP date, as many changes are made within a
second. Operations that hold to it are CONDITIONAL; any other that changes something refuses the header, instead of
passing it over. Docs: docs/contract/v3.md#conditional-changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from poolhouse.caller import Caller, Unchanged
from poolhouse.errors import InvalidInput
from poolhouse.times import parse_time

HEADER = "if-unmodified-since"
CONDITIONAL = {
    "POST set-custom-fields",
    "POST set-user-status",
    "POST set-pool-administrator-roles",
    "POST update-application-permission-strategy",
    "POST update-application-mfa-settings",
    "POST config-email-provider",
    "POST set-import-file-columns",
} | frozenset(
    f"POST update-{thing}"
    for thing in (
        "user",
        "group",
        "role",
        "organization",
        "department",
        "application",
        "pool-settings",
        "custom-database",
        "email-template",
        "namespace",
        "resource",
        "data-resource",
        "data-policy",
        "policy",
        "branding",
        "tenant",
        "ext-idp",
        "ext-idp-conn",
    )
)
"""Each changes one thing, and writes that into the log in the same transaction, as an `update` or by another name."""
OF_THE_SERVER = frozenset({"POST set-administrator-roles"})
"""Operations of the operator that are as the CONDITIONAL, for the console: over HTTP they take no condition."""
_LONGEST = 64


def condition(operation: str, headers: Mapping[str, str]) -> Unchanged | None:
    """Of a request that changes something. Raises InvalidInput naming the header."""
    given = headers.get(HEADER)
    if given is None or operation.startswith("GET "):
        return None
    if operation not in CONDITIONAL:
        raise InvalidInput(HEADER, "此接口不支持该请求头", "this operation takes no such header")
    return Unchanged(_time(given))


def require_kept(operation: str, caller: Caller) -> None:
    """Of a caller in this process, too."""
    kept = CONDITIONAL | OF_THE_SERVER
    if caller.unchanged and operation not in kept and not operation.startswith("GET "):
        raise TypeError(f"{operation} holds to no condition")


def _time(given: str) -> datetime:
    if given.endswith("GMT") and len(given) < _LONGEST:
        try:
            return parsedate_to_datetime(given).replace(tzinfo=UTC)
        except (ValueError, TypeError, OverflowError) as error:
            raise InvalidInput(HEADER, "不是 HTTP 日期", "not an HTTP date") from error
    return parse_time(given[:_LONGEST], HEADER)
