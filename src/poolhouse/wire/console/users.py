"""The pages of one user: a tab each, with an address of its own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from poolhouse.wire.console import audit, confirming
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, page_of, segment
from poolhouse.wire.v3.walking import EXACT, NEXT, UP_TO

FACTS = (
    ("name", "name"),
    ("nickname", "nickname"),
    ("username", "username"),
    ("email", "email"),
    ("phone", "phone"),
    ("external", "externalId"),
    ("id", "userId"),
    ("logins", "loginsCount"),
)
TIMES = (("last_login", "lastLogin"), ("created", "createdAt"), ("password_set", "passwordLastSetAt"))
PAGE_SIZE = 50
MOST_COUNTED = 10_000
"""Sign-ins of somebody: an account that a program signs in to has millions."""
DATA_PERMISSIONS = "GET explain-user-data-permissions"
PASSKEYS = "GET webauthn/person/credentials"
MOST_OFFERED = 50

Facts = Callable[[Visit, str, Any], Awaitable[dict[str, Any]]]
"""(visit, the user's id, the user) -> what the tab shows."""


@dataclass(frozen=True, slots=True)
class Tab:
    """`name`: in the path below the user, "" for the first. `calls`: what it cannot be shown without."""

    name: str
    facts: Facts
    calls: tuple[str, ...] = ()

    @property
    def word(self) -> str:
        return f"tab_{self.name or 'profile'}"

    @property
    def template(self) -> str:
        return f"user/{self.name or 'profile'}.html"


async def _profile(visit: Visit, user_id: str, user: Any) -> dict[str, Any]:
    diagnosis = None
    if visit.may("GET diagnose-sign-in"):
        diagnosis = await visit.ask("GET diagnose-sign-in", {"userId": user_id})
    return {
        "facts": [(title, user[key]) for title, key in FACTS if user.get(key) not in (None, "")],
        "times": [(title, user[key]) for title, key in TIMES if user.get(key)],
        "diagnosis": diagnosis,
    }


async def _access(visit: Visit, user_id: str, user: Any) -> dict[str, Any]:
    asked = {"userId": user_id}
    return {
        "groups": (await visit.ask("GET get-user-groups", asked))["list"],
        "roles": (await visit.ask("GET explain-user-roles", asked))["list"],
        "departments": (await visit.ask("GET get-user-departments", asked))["list"],
        "offered": {
            name: await _offered(visit, operation, key)
            for name, operation, key in (
                ("group", "GET list-groups", "code"),
                ("role", "GET list-roles", "code"),
                ("organization", "GET list-organizations", "organizationCode"),
            )
        },
    }


async def _offered(visit: Visit, operation: str, key: str) -> list[str]:
    """To choose from where they are few; anything can be typed."""
    if not visit.may(operation):
        return []
    return [one[key] for one in (await visit.ask(operation, {"page": 1, "limit": MOST_OFFERED}))["list"]]


async def _resources(visit: Visit, user_id: str, user: Any) -> dict[str, Any]:
    number, namespace = page_of(visit.http.query), visit.http.query.text("namespace") or "default"
    asked = {"userId": user_id, "namespace": namespace, "page": number, "limit": PAGE_SIZE}
    found = await visit.ask("GET explain-user-resources", asked)
    at = page_of(visit.http.query, "data_page")
    data = await visit.ask(DATA_PERMISSIONS, {"userId": user_id, "page": at, "limit": PAGE_SIZE})
    return {"namespace": namespace, "data": _paged(data, at), **_paged(found, number)}


async def _sessions(visit: Visit, user_id: str, user: Any) -> dict[str, Any]:
    return {"found": (await visit.ask("GET list-sessions", {"userId": user_id}))["list"]}


async def _sign_ins(visit: Visit, user_id: str, user: Any) -> dict[str, Any]:
    number, outcome = page_of(visit.http.query), visit.http.query.text("outcome") or ""
    asked: dict[str, Any] = {
        "userId": user_id,
        "eventType": "login",
        "pagination": {"page": number, "limit": PAGE_SIZE, UP_TO: MOST_COUNTED},
    }
    if outcome in ("yes", "no"):
        asked["success"] = outcome == "yes"
    found, beside = await visit.ask_beside("POST get-user-action-logs", asked)
    return {
        "outcome": outcome,
        **_paged(found, number),
        "more": bool(beside[NEXT]),
        "is_exact": beside[EXACT],
    }


async def _audit(visit: Visit, user_id: str, user: Any) -> dict[str, Any]:
    number = page_of(visit.http.query)
    rows, following = await audit.page_of_records(visit, {"userId": user_id}, number)
    return {
        "found": [audit.told(visit, row) for row in rows],
        "number": number,
        "more": following is not None,
    }


async def _security(visit: Visit, user_id: str, user: Any) -> dict[str, Any]:
    return {
        "factors": await visit.ask("GET get-user-mfa-info", {"userId": user_id}),
        "identities": await visit.ask("GET get-user-identities", {"userId": user_id}),
        "passkeys": (await visit.ask(PASSKEYS, {"userId": user_id, "limit": 50}))["list"],
    }


async def _data(visit: Visit, user_id: str, user: Any) -> dict[str, Any]:
    return {"name_to_type": confirming.name_to_type(user, confirming.PERSON) or user_id}


TABS = (
    Tab("", _profile),
    Tab("access", _access, ("GET get-user-groups", "GET explain-user-roles", "GET get-user-departments")),
    Tab("resources", _resources, ("GET explain-user-resources", DATA_PERMISSIONS)),
    Tab("sessions", _sessions, ("GET list-sessions",)),
    Tab("sign-ins", _sign_ins, ("POST get-user-action-logs",)),
    Tab("audit", _audit, (audit.LIST,)),
    Tab("security", _security, ("GET get-user-mfa-info", "GET get-user-identities", PASSKEYS)),
    Tab("data", _data),
)
_NAMED = {tab.name: tab for tab in TABS}


async def shown(visit: Visit, rendering: Rendering, tab: str, status: int = 200, **more: Any) -> Response:
    """A tab, perhaps with what went wrong on it."""
    one, user_id = _NAMED[tab], visit.path["user"]
    user = await visit.ask(
        "GET get-user", {"userId": user_id, "withCustomData": True, "withIdentities": True}
    )
    facts = await one.facts(visit, user_id, user)
    tabs = [
        (each.word, address(visit, each.name), each is one, all(map(visit.may, each.calls))) for each in TABS
    ]
    beside = {"error_word": "", "new_password": ""} | more
    return rendering.page(
        visit, one.template, status, user=user, here=address(visit), tabs=tabs, **facts | beside
    )


def address(visit: Visit, tab: str = "") -> str:
    own = f"{visit.pool_address}/users/{segment(visit.path['user'])}"
    return f"{own}/{tab}" if tab else own


def _paged(found: Any, number: int) -> dict[str, Any]:
    total = found["totalCount"]
    return {"found": found["list"], "total": total, "number": number, "more": number * PAGE_SIZE < total}


def _handler(tab: Tab) -> Handler:
    async def show(visit: Visit, rendering: Rendering) -> Response:
        return await shown(visit, rendering, tab.name)

    return show


PAGES = tuple(
    Page(
        "GET",
        "/pools/{pool}/users/{user}" + (f"/{tab.name}" if tab.name else ""),
        _handler(tab),
        calls=("GET get-user", *tab.calls),
    )
    for tab in TABS
)
