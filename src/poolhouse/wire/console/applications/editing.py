"""The forms of an application: made, its basic facts, its addresses, how it speaks OpenID Connect; and deleted."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from poolhouse.client.table_apps import ADDRESSES as LISTS
from poolhouse.client.table_apps import LOOKS, OIDC
from poolhouse.client.table_apps import SIGN_IN as ENTRY
from poolhouse.wire.console import forms
from poolhouse.wire.console.applications import credentials
from poolhouse.wire.console.applications.frame import (
    ADDRESSES,
    BASIC,
    CHANGE,
    HERE,
    ONE,
    PATH,
    PROTOCOL,
    telling,
)
from poolhouse.wire.console.fields import typed
from poolhouse.wire.console.forms import Form
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering
from poolhouse.wire.console.visit import Visit

CHECK = "POST check-redirect-uris"
_TEMPLATE = "applications/form.html"
_WORDS = "app_field_"
_LOGOUTS = tuple(arg for arg in OIDC if "channel-logout" in arg.name)
_PROTOCOL = tuple(arg for arg in OIDC if arg not in _LOGOUTS)
_NAME = "--name"
_CLIENT = "--token-endpoint-auth"
"""Chosen when it is made, as it says whether there is a secret to keep."""


def _without(*kept: Any) -> tuple[str, ...]:
    """Every argument that has a field elsewhere."""
    return tuple(arg.name for arg in (*LISTS, *LOOKS, *ENTRY, *OIDC) if arg not in kept) + (
        () if not kept or kept[0] in LOOKS else (_NAME,)
    )


async def _made(visit: Visit, rendering: Rendering, app: Any) -> Response:
    """With its secret, which is on no page that can be asked for again."""
    secret = ""
    if credentials.may_see(visit):
        secret = (await visit.ask(credentials.SECRET, {"appId": app["appId"]}))["secret"]
    return await credentials.shown(visit, rendering, app, secret=secret, is_new=True)


FORMS = (
    Form(
        "applications/new",
        "app create",
        "applications",
        leaves=tuple(arg.name for arg in (*ENTRY, *OIDC) if arg.name != _CLIENT),
        made=_made,
        words=_WORDS,
        makes="application",
    ),
    Form(
        f"{PATH}/edit",
        "app update",
        PATH,
        "application",
        ONE,
        leaves=_without(*LOOKS, ENTRY[0]),
        template=_TEMPLATE,
        tells=telling(BASIC),
        words=_WORDS,
    ),
    Form(
        f"{PATH}/addresses",
        "app update",
        f"{PATH}/addresses",
        "application",
        ONE,
        leaves=_without(*LISTS, ENTRY[1], *_LOGOUTS),
        template=_TEMPLATE,
        tells=telling(ADDRESSES, tuple(arg.key for arg in LISTS)),
        words=_WORDS,
    ),
    Form(
        f"{PATH}/protocol",
        "app update",
        f"{PATH}/protocol",
        "application",
        ONE,
        leaves=_without(*_PROTOCOL),
        template=_TEMPLATE,
        tells=telling(PROTOCOL),
        words=_WORDS,
    ),
)
DELETIONS = (Form(f"{PATH}/delete", "app delete", "applications", "application", ONE, confirms=("appName",)),)
_OF_ADDRESSES = FORMS[2]


async def check(visit: Visit, rendering: Rendering) -> Response:
    """The form as it was typed, with what is to be said of each address in it; nothing is saved."""
    given = visit.form()
    held = forms.sent(_OF_ADDRESSES, given)
    found = {}
    for arg in LISTS:
        lines = [line.strip() for line in typed(arg, given).splitlines() if line.strip()]
        found[arg.key] = await visit.ask(CHECK, {"redirectUris": lines}) if lines else []
    return await forms.page_with(visit, rendering, _OF_ADDRESSES, held, checks=found)


PAGES = (Page("POST", f"{HERE}/addresses/check", check, calls=(ONE, CHECK, CHANGE)),)
