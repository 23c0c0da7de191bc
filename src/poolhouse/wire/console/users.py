"""The page of one user."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit, redirect, segment

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
HISTORY = "GET get-user-login-history"
LAST = 10


async def show(visit: Visit, rendering: Rendering) -> Response:
    user_id = visit.path["user"]
    user = await visit.ask(
        "GET get-user", {"userId": user_id, "withCustomData": True, "withIdentities": True}
    )
    lists: dict[str, Any] = {}
    for name, operation in (("groups", "GET get-user-groups"), ("roles", "GET get-user-roles")):
        if visit.may(operation):
            lists[name] = (await visit.ask(operation, {"userId": user_id}))["list"]
    history = (await visit.ask(HISTORY, {"userId": user_id, "page": 1, "limit": LAST}))["list"]
    return rendering.page(
        visit,
        "user.html",
        user=user,
        facts=[(title, user[key]) for title, key in FACTS if user.get(key) not in (None, "")],
        times=[(title, user[key]) for title, key in TIMES if user.get(key)],
        lists=lists,
        history=history,
    )


def _changing(status: str, done: str) -> Handler:
    async def change(visit: Visit, rendering: Rendering) -> Response:
        visit.form()
        user_id = visit.path["user"]
        await visit.ask("POST update-user", {"userId": user_id, "status": status})
        return redirect(f"/console/pools/{visit.path['pool']}/users/{segment(user_id)}?done={done}")

    return change


PAGES = (
    Page("GET", "/pools/{pool}/users/{user}", show, calls=("GET get-user", HISTORY)),
    Page(
        "POST",
        "/pools/{pool}/users/{user}/block",
        _changing("Suspended", "done_blocked"),
        calls=("POST update-user",),
    ),
    Page(
        "POST",
        "/pools/{pool}/users/{user}/unblock",
        _changing("Activated", "done_unblocked"),
        calls=("POST update-user",),
    ),
)
