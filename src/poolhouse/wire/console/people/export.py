"""Users taken out into a file: whom and what is chosen on a page, and the file is what its form answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import InvalidInput, PoolhouseError
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.people.bulk import Whom, everybody, whom
from poolhouse.wire.console.people.users_list import LIST
from poolhouse.wire.console.people.view import CUSTOM
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit

EXPORT, FIELDS = "POST export-users", "GET get-custom-fields"
SEPARATORS = ("comma", "semicolon", "tab")
GROUPS: Mapping[str, tuple[str, ...]] = {
    "known": (
        "id",
        "customDatabaseId",
        "username",
        "name",
        "nickname",
        "email",
        "emailVerified",
        "phone",
        "phoneVerified",
        "phoneCountryCode",
        "externalId",
        "status",
    ),
    "profile": (
        "givenName",
        "familyName",
        "middleName",
        "preferredUsername",
        "gender",
        "birthdate",
        "photo",
        "profile",
        "website",
        "zoneinfo",
        "locale",
        "company",
        "identityNumber",
        "mainDepartmentId",
        "directManagement",
    ),
    "place": (
        "country",
        "province",
        "city",
        "region",
        "locality",
        "address",
        "streetAddress",
        "formatted",
        "postalCode",
    ),
    "account": (
        "blocked",
        "signedUp",
        "lastLogin",
        "loginsCount",
        "lastIP",
        "lastLoginApp",
        "browser",
        "device",
        "userSourceType",
        "userSourceId",
        "registerSource",
        "lastMfaTime",
        "passwordLastSetAt",
        "passwordSecurityLevel",
        "resetPasswordOnNextLogin",
        "tokenExpiredAt",
        "expiredAt",
        "unionid",
        "openid",
        "oauth",
    ),
}
"""Word of each group of columns, and what is in it; custom fields are another."""


async def choose(visit: Visit, rendering: Rendering) -> Response:
    return await _chosen(visit, rendering, await _whom(visit))


async def _whom(visit: Visit) -> Whom:
    """Those ticked, else all that the address finds."""
    return await whom(visit) or await everybody(visit)


async def _chosen(
    visit: Visit,
    rendering: Rendering,
    those: Whom,
    status: int = 200,
    *,
    error: str = "",
    form: Mapping[str, str] | None = None,
    columns: list[str] | None = None,
) -> Response:
    fields = await visit.ask(FIELDS, {"targetType": "USER"}) if visit.may(FIELDS) else []
    return rendering.page(
        visit,
        "transfer/export.html",
        status,
        whom=those,
        groups=GROUPS,
        fields=[(CUSTOM + one["key"], one.get("label") or one["key"]) for one in fields],
        separators=SEPARATORS,
        given=form if form is not None else {"format": "csv", "separator": "comma", "bom": "yes"},
        columns=columns or [],
        error=error,
    )


async def download(visit: Visit, rendering: Rendering) -> Response:
    """A form, as the log has an act of it."""
    form = visit.form()
    columns = [value for name, value in visit.http.form_pairs() if name == "column"]
    asked: dict[str, Any] = {
        "format": form.get("format", ""),
        "separator": form.get("separator", ""),
        "bom": form.get("bom") == "yes",
        "columns": columns or None,
    }
    those = await _whom(visit)
    try:
        return await visit.stream(EXPORT, {**asked, **those.values})
    except PoolhouseError as error:
        trace.note(error=error)
        status = 400 if isinstance(error, InvalidInput) else status_of(error)
        said = error.message(visit.lang)
        return await _chosen(visit, rendering, those, status, error=said, form=form, columns=columns)


PAGES = (
    Page("GET", "/pools/{pool}/users/export", choose, calls=(LIST, EXPORT)),
    Page("POST", "/pools/{pool}/users/export", download, calls=(LIST, EXPORT)),
)
