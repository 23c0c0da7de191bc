"""How people sign in and sign up at an application, and whether they take a second step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.errors import ChangedMeanwhile, PoolhouseError
from poolhouse.wire.console.applications.frame import CHANGE, HERE, ONE, SIGN_IN, address, framed
from poolhouse.wire.console.conflicts import once
from poolhouse.wire.console.page import Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect

SECOND_STEP = SIGN_IN.calls[1]
METHODS = ("USERNAME_PASSWORD", "EMAIL_PASSWORD", "PHONE_PASSWORD", "EMAIL_CODE", "PHONE_CODE")
SIGN_UPS = ("EMAIL_PASSWORD", "EMAIL_CODE", "PHONE_CODE")
FIRST = ("PASSWORD", "PASSCODE")


@dataclass(frozen=True, slots=True)
class Methods:
    """`first`: what is offered first. `merged`: who signs in by a code and has no account is given one.
    `second_step`: every sign-in takes a code of an authenticator too."""

    sign_in: tuple[str, ...]
    first: str
    sign_up: tuple[str, ...]
    sign_up_first: str
    merged: bool
    second_step: bool

    @classmethod
    def kept(cls, app: Any, factors: list[str]) -> Methods:
        login, register = app["loginConfig"], app["registerConfig"]
        return cls(
            _among(METHODS, login["enabledBasicLoginMethods"]),
            login["defaultLoginMethod"]["connectionType"],
            _among(SIGN_UPS, register["enabledBasicRegisterMethods"]),
            register["defaultRegisterMethod"],
            login["mergeLoginAndRegisterPage"],
            "OTP" in factors,
        )

    @classmethod
    def typed(cls, form: Mapping[str, str]) -> Methods:
        return cls(
            tuple(name for name in METHODS if f"sign_in.{name}" in form),
            form.get("first", ""),
            tuple(name for name in SIGN_UPS if f"sign_up.{name}" in form),
            form.get("sign_up_first", ""),
            form.get("merged") == "yes",
            form.get("second_step") == "yes",
        )

    @property
    def mark(self) -> str:
        """Alike for what is alike: what a form remembers to have shown."""
        parts = (self.sign_in, self.first, self.sign_up, self.sign_up_first, self.merged, self.second_step)
        return repr(parts)

    def pages(self, app: Any) -> dict[str, Any]:
        """For `update-application`, which takes each of the two as a whole: what has no field here stays."""
        login, register = app["loginConfig"], app["registerConfig"]
        unnamed = [one for one in login["enabledBasicLoginMethods"] if one not in METHODS]
        return {
            "loginConfig": {
                **{name: value for name, value in login.items() if name != "enabledExtIdpConns"},
                "enabledBasicLoginMethods": [*self.sign_in, *unnamed],
                "defaultLoginMethod": {**login["defaultLoginMethod"], "connectionType": self.first},
                "mergeLoginAndRegisterPage": self.merged,
            },
            "registerConfig": {
                **register,
                "enabledBasicRegisterMethods": list(self.sign_up),
                "defaultRegisterMethod": self.sign_up_first,
            },
        }


def _among(known: tuple[str, ...], names: list[str]) -> tuple[str, ...]:
    return tuple(name for name in known if name in names)


async def show(visit: Visit, rendering: Rendering) -> Response:
    app, kept = await _now(visit)
    return await _page(visit, rendering, app, kept, kept)


async def save(visit: Visit, rendering: Rendering) -> Response:
    """Only what differs is written; nothing where somebody else has changed any of it since the page was made."""
    return await once(visit, lambda conditional: _save(visit, rendering, conditional))


async def _save(visit: Visit, rendering: Rendering, conditional: Visit) -> Response:
    """Raises ChangedMeanwhile where it was changed after it was read."""
    form = visit.form()
    app, kept = await _now(visit)
    wanted = Methods.typed(form)
    if wanted.mark != kept.mark and kept.mark != form.get("was", ""):
        return await _page(visit, rendering, app, wanted, kept, 409, error_word="app_sign_in_conflict")
    named = {"appId": app["appId"]}
    try:
        if replace(wanted, second_step=False) != replace(kept, second_step=False):
            await conditional.ask(CHANGE, {**named, **wanted.pages(app)})
        if wanted.second_step != kept.second_step:
            key = "enabledFactors" if wanted.second_step else "disabledFactors"
            await visit.ask(SECOND_STEP, {**named, key: ["OTP"]})
    except ChangedMeanwhile:
        raise
    except PoolhouseError as error:
        trace.note(error=error)
        said = {"error": error.message(visit.lang)}
        return await _page(visit, rendering, app, wanted, kept, status_of(error), **said)
    return redirect(f"{address(visit, SIGN_IN.name)}?done=done_saved")


async def _now(visit: Visit) -> tuple[Any, Methods]:
    named = {"appId": visit.path["application"]}
    app = await visit.ask(ONE, named)
    told = await visit.ask(SECOND_STEP, named)  # which changes nothing where it names no factor
    return app, Methods.kept(app, told["enabledFactors"])


async def _page(
    visit: Visit,
    rendering: Rendering,
    app: Any,
    shown: Methods,
    kept: Methods,
    status: int = 200,
    **more: str,
) -> Response:
    facts = await framed(visit, SIGN_IN, app)
    return rendering.page(
        visit,
        "applications/sign_in.html",
        status,
        shown=shown,
        was=kept.mark,
        kept=kept,
        methods=METHODS,
        sign_ups=SIGN_UPS,
        ways=FIRST,
        **facts | more,
    )


PAGES = (
    Page("GET", f"{HERE}/sign-in", show, calls=(ONE, *SIGN_IN.calls)),
    Page("POST", f"{HERE}/sign-in", save, calls=(ONE, *SIGN_IN.calls)),
)
