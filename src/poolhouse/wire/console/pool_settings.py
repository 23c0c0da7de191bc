"""The pool's settings: a page for each section, made of what `list-pool-settings` tells.

Only what was changed here is written; what somebody else has changed meanwhile is shown to choose from, as of every
form.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.model import Arg
from poolhouse.errors import InvalidInput, PoolhouseError
from poolhouse.wire.console import conflicts, fields
from poolhouse.wire.console.fields import Field, Overtaken
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import Visit, redirect
from poolhouse.wire.pool_settings import IDLE, OTHER, RATES, SECTIONS

READ, WRITE = "GET list-pool-settings", "POST update-pool-settings"
ALL = (*SECTIONS, OTHER)
BRANDING = "branding"
"""A section with a page of its own: `branding.py`."""
_PLAIN = tuple(name for name in ALL if name != BRANDING)


@dataclass(frozen=True, slots=True)
class Setting:
    """A field, and what the API tells of it beside. `default` as a person reads it."""

    field: Field
    told: dict[str, Any]
    default: str

    @property
    def label(self) -> str:
        """What it does; of a rate the part, which stands below what the rate does."""
        effect: str = self.told["effect"]
        if self.told["name"].partition(".")[0] in RATES:
            effect = effect.replace("：", ": ").rpartition(": ")[2]
        return effect[:1].upper() + effect[1:]

    @property
    def is_default(self) -> bool:
        return self.field.was == self.default


async def overview(visit: Visit, rendering: Rendering) -> Response:
    told = await visit.ask(READ)
    sections = []
    for name in (*ALL, IDLE):
        own = [one for one in told if one["section"] == name]
        changed = [one for one in own if one["value"] != one["default"]]
        if own:
            sections.append((name, len(own), len(changed)))
    return rendering.page(visit, "settings/overview.html", own=sections)


async def idle(visit: Visit, rendering: Rendering) -> Response:
    told = [one for one in await visit.ask(READ) if not one["hasEffect"]]
    return rendering.page(visit, "settings/idle.html", told=told)


def _shown(section: str) -> Handler:
    async def show(visit: Visit, rendering: Rendering) -> Response:
        return _page(visit, rendering, section, await _now(visit, section))

    return show


def _sent(section: str) -> Handler:
    async def send(visit: Visit, rendering: Rendering) -> Response:
        given = visit.form()
        now = await _now(visit, section)
        shown = [_typed(one, given) for one in now]
        if (wanted := given.get("reset", "")) and any(one.told["name"] == wanted for one in shown):
            reset = [
                replace(one, field=replace(one.field, text=one.default))
                if one.told["name"] == wanted
                else one
                for one in shown
            ]
            return _page(visit, rendering, section, reset, note_word="settings_reset")
        try:
            await conflicts.saved(
                visit,
                read=lambda: _now(visit, section),
                shown=lambda there: [_typed(one, given).field for one in there],
                present=lambda one, there: next(
                    each.field.was for each in there if each.field.name == one.name
                ),
                write=_write,
            )
        except Overtaken as error:
            by_name = {one.name: one for one in error.fields}
            overtaken = [
                replace(one, field=by_name[one.field.name]) for one in now if one.field.name in by_name
            ]
            return _page(visit, rendering, section, overtaken, 409, conflict=True, overtaken=error.fields)
        except PoolhouseError as error:
            trace.note(error=error)
            marked = [
                replace(one, field=replace(one.field, is_wrong=_is_about(error, one.told["name"])))
                for one in shown
            ]
            message = error.message(visit.lang)
            return _page(visit, rendering, section, marked, status_of(error), error=message)
        return redirect(f"{_base(visit)}/{section}?done=done_saved")

    return send


def _is_about(error: PoolhouseError, name: str) -> bool:
    return isinstance(error, InvalidInput) and error.facts.get("field") in (name, f"settings.{name}")


def _typed(one: Setting, given: dict[str, str]) -> Setting:
    # A setting that the form did not have is as it is: an older page of the same section.
    return replace(one, field=fields.sent(one.field.arg, given, name=one.field.name, present=one.field.was))


async def _write(conditional: Visit, _: list[Setting], mine: Sequence[Field]) -> Any:
    values = {one.name: text for one in mine if (text := fields.plain(one.text)) != fields.plain(one.was)}
    return await conditional.ask(WRITE, {"settings": values}) if values else None


async def _now(visit: Visit, section: str) -> list[Setting]:
    return [_setting(one) for one in await visit.ask(READ) if one["section"] == section]


def _setting(told: dict[str, Any]) -> Setting:
    default = told["default"]
    kind = "yes" if isinstance(default, bool) else "number" if isinstance(default, int) else "text"
    arg = Arg(f"--{told['name']}", told["name"], ("", ""), kind, tuple(told["choices"]))
    text = fields.written(arg, told["value"])
    return Setting(Field(arg, text, text), told, fields.written(arg, default))


def _page(
    visit: Visit, rendering: Rendering, section: str, shown: list[Setting], status: int = 200, **facts: Any
) -> Response:
    groups: dict[str, list[Setting]] = {}
    for one in shown:
        group = one.told["name"].partition(".")[0]
        groups.setdefault(group if group in RATES else "", []).append(one)
    told: dict[str, Any] = {"conflict": False, "note_word": "", "overtaken": []} | facts
    return rendering.page(
        visit,
        "settings/section.html",
        status,
        section=section,
        groups=list(groups.items()),
        rates=RATES,
        may=visit.may(WRITE),
        **told,
    )


def _base(visit: Visit) -> str:
    return f"{visit.pool_address}/settings"


PAGES = (
    Page("GET", "/pools/{pool}/settings", overview, calls=(READ,)),
    Page("GET", f"/pools/{{pool}}/settings/{IDLE}", idle, calls=(READ,)),
    *(Page("GET", f"/pools/{{pool}}/settings/{one}", _shown(one), calls=(READ,)) for one in _PLAIN),
    *(Page("POST", f"/pools/{{pool}}/settings/{one}", _sent(one), calls=(READ, WRITE)) for one in _PLAIN),
)
