"""How people sign in and sign up at an application, and whether they take a second step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.model import Arg
from poolhouse.errors import ChangedMeanwhile, InvalidInput, PoolhouseError
from poolhouse.texts import EMPTY
from poolhouse.wire.console import conflicts, fields
from poolhouse.wire.console.applications.frame import CHANGE, HERE, ONE, SIGN_IN, address, framed
from poolhouse.wire.console.fields import Field, Fields, Overtaken
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import CONFLICT, Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect
from poolhouse.wire.console.words import Texts

SECOND_STEP = SIGN_IN.calls[1]
METHODS = ("USERNAME_PASSWORD", "EMAIL_PASSWORD", "PHONE_PASSWORD", "EMAIL_CODE", "PHONE_CODE")
SIGN_UPS = ("EMAIL_PASSWORD", "EMAIL_CODE", "PHONE_CODE")
FIRST = ("PASSWORD", "PASSCODE")
_OF_THE_FORM = ("", "")
"""The words of a field are the page's: there is no command with these arguments."""
ARGUMENTS = [
    Arg("--sign-in", "signIn", _OF_THE_FORM, "list", METHODS),
    Arg("--first", "first", _OF_THE_FORM, choices=FIRST, needed=True),
    Arg("--sign-up", "signUp", _OF_THE_FORM, "list", SIGN_UPS),
    Arg("--sign-up-first", "signUpFirst", _OF_THE_FORM, choices=FIRST, needed=True),
    Arg("--merged", "merged", _OF_THE_FORM, "yes", needed=True),
    Arg("--second-step", "secondStep", _OF_THE_FORM, "yes", needed=True),
]
"""`first`: what is offered first. `merged`: who signs in by a code and has no account is given one. `second-step`:
every sign-in takes a code of an authenticator too."""


async def show(visit: Visit, rendering: Rendering) -> Response:
    there = await _now(visit)
    has = _fields(visit)
    texts = [(arg, fields.written(arg, there[arg.to])) for arg in has.arguments]
    return await _page(visit, rendering, there, [has.holding(arg, text, text) for arg, text in texts])


async def save(visit: Visit, rendering: Rendering) -> Response:
    """Only what differs is written; where somebody else has changed it since the page was made, both are shown."""
    form, has = visit.form(), _fields(visit)
    shown = [has.with_words(fields.sent(arg, form)) for arg in has.arguments]
    try:
        _require(shown)
        await conflicts.saved(visit, read=lambda: _now(visit), shown=lambda _: shown, write=_write)
    except Overtaken as error:
        return await _page(visit, rendering, await _now(visit), error.fields, CONFLICT, conflict=True)
    except ChangedMeanwhile:
        raise
    except PoolhouseError as error:
        trace.note(error=error)
        marked, said = fields.marked(shown, error), error.message(visit.lang)
        return await _page(visit, rendering, await _now(visit), marked, status_of(error), error=said)
    return redirect(f"{address(visit, SIGN_IN.name)}?done=done_saved")


async def _write(conditional: Visit, there: Mapping[str, Any], mine: Sequence[Field]) -> None:
    """Raises ChangedMeanwhile where it was changed after it was read."""
    values = fields.values(mine)
    named = {"appId": there["app"]["appId"]}
    if set(values) - {"secondStep"}:
        await conditional.ask(CHANGE, {**named, **_pages(there["app"], {**there, **values})})
    if "secondStep" in values:
        key = "enabledFactors" if values["secondStep"] else "disabledFactors"
        await conditional.ask(SECOND_STEP, {**named, key: ["OTP"]})


def _require(shown: Sequence[Field]) -> None:
    """Raises InvalidInput for a choice that is none."""
    for one in shown:
        allowed = one.arg.choices or ("yes", "no")
        if one.arg.needed and one.text not in (*allowed, one.was):
            raise InvalidInput(one.arg.to, *EMPTY)


def _pages(app: Any, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """For `update-application`, which takes each of the two as a whole: what has no field here stays."""
    login, register = app["loginConfig"], app["registerConfig"]
    unnamed = [one for one in login["enabledBasicLoginMethods"] if one not in METHODS]
    return {
        "loginConfig": {
            **{name: value for name, value in login.items() if name != "enabledExtIdpConns"},
            "enabledBasicLoginMethods": [*wanted["signIn"], *unnamed],
            "defaultLoginMethod": {**login["defaultLoginMethod"], "connectionType": wanted["first"]},
            "mergeLoginAndRegisterPage": wanted["merged"],
        },
        "registerConfig": {
            **register,
            "enabledBasicRegisterMethods": list(wanted["signUp"]),
            "defaultRegisterMethod": wanted["signUpFirst"],
        },
    }


async def _now(visit: Visit) -> dict[str, Any]:
    """The application, and beside it what each field would show."""
    named = {"appId": visit.path["application"]}
    app = await visit.ask(ONE, named)
    told = await visit.ask(SECOND_STEP, named)  # which changes nothing where it names no factor
    login, register = app["loginConfig"], app["registerConfig"]
    return {
        "app": app,
        "signIn": _among(METHODS, login["enabledBasicLoginMethods"]),
        "first": login["defaultLoginMethod"]["connectionType"],
        "signUp": _among(SIGN_UPS, register["enabledBasicRegisterMethods"]),
        "signUpFirst": register["defaultRegisterMethod"],
        "merged": login["mergeLoginAndRegisterPage"],
        "secondStep": "OTP" in told["enabledFactors"],
    }


def _among(known: tuple[str, ...], names: list[str]) -> list[str]:
    return [name for name in known if name in names]


def _fields(visit: Visit) -> Fields:
    t = Texts(visit.lang)
    methods = {name: t[f"app_method_{name.lower()}"] for name in METHODS}
    ways = {name: t[f"app_way_{name.lower()}"] for name in FIRST}
    labels = {"sign_in": methods, "sign_up": methods, "first": ways, "sign_up_first": ways}
    return Fields(ARGUMENTS, labels)


async def _page(
    visit: Visit,
    rendering: Rendering,
    there: Mapping[str, Any],
    shown: Sequence[Field],
    status: int = 200,
    **more: Any,
) -> Response:
    facts = {"conflict": False, "check_at": "", "checks": {}, "about": "", "warns": "", "words": "app_field_"}
    return rendering.page(
        visit,
        "applications/form.html",
        status,
        fields=shown,
        back=address(visit),
        **{**facts, **await framed(visit, SIGN_IN, there["app"]), **more},
    )


PAGES = (
    Page("GET", f"{HERE}/sign-in", show, calls=(ONE, *SIGN_IN.calls)),
    Page("POST", f"{HERE}/sign-in", save, calls=(ONE, *SIGN_IN.calls)),
)
