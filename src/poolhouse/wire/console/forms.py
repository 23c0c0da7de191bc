"""Pages that make, change and delete a thing: a form with the arguments of a command, for the same operation.

What somebody else has changed meanwhile is shown to choose from, see `conflicts`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.responses import Response

from poolhouse import trace
from poolhouse.client.model import Arg, Command, Values, got, put
from poolhouse.client.table import COMMANDS
from poolhouse.errors import InvalidInput, PoolhouseError
from poolhouse.texts import EMPTY
from poolhouse.wire.console import confirming, conflicts, field_values, fields, new_people
from poolhouse.wire.console.fields import Field, Fields, Overtaken
from poolhouse.wire.console.page import Handler, Page
from poolhouse.wire.console.rendering import Rendering, status_of
from poolhouse.wire.console.visit import PLAIN, Visit, redirect
from poolhouse.wire.console.words import Texts
from poolhouse.wire.v3.unchanged import CONDITIONAL


@dataclass(frozen=True, slots=True)
class Form:
    """`path` below a pool; `thing` is the name in it of what is changed. `command`: whose operation, arguments and
    words it has. `reads`: the operation that tells what is there, and `with_` what it is asked besides. `to`: where
    one is when it is done. `leaves`: arguments that it has no field for. `within`: what else the path fills, from its
    name there to where it goes in the call. `confirms`: what of the thing is typed to delete it, the first that it
    has; its name in the path is taken, too, and is asked for otherwise. `inside`: of what is made, the operation that
    tells what it is made in, as `within` is for it.
    `requires`: arguments that a command may leave out and this form may not. `clears`: what an emptied field sends; ""
    where null changes nothing. `finds`: what is there, where asking `reads` does not tell it by itself; `sends`: the
    call's values, of those the fields make and of what is there; `varies`: the fields it has here and now.
    `back`: where one is who does not delete it; beside the path otherwise. `makes`: what kind of thing, where it makes
    one; its heading is the word `make_` and that, or `edit_`, `delete_` and `thing`."""

    path: str
    command: str
    to: str
    thing: str = ""
    reads: str = ""
    with_: Mapping[str, Any] | None = None
    leaves: tuple[str, ...] = ()
    within: Mapping[str, str] = field(default_factory=dict)
    confirms: tuple[str, ...] = ()
    inside: tuple[str, Mapping[str, str]] | None = None
    requires: tuple[str, ...] = ()
    clears: str | None = None
    back: str = ""
    finds: Callable[[Visit], Awaitable[Any]] | None = None
    sends: Callable[[Values, Any], Values] | None = None
    varies: Callable[[Visit, list[Arg], Any], Awaitable[Fields]] | None = None
    template: str = "form.html"
    tells: Callable[[Visit], Awaitable[Mapping[str, Any]]] | None = None
    made: Callable[[Visit, Rendering, Any], Awaitable[Response]] | None = None
    words: str = ""
    makes: str = ""

    @property
    def row(self) -> Command:
        return COMMANDS[self.command]

    @property
    def subject(self) -> Arg | None:
        """The argument that the path fills with the thing."""
        return next((arg for arg in self._left if arg.positional), None) if self.thing else None

    @property
    def arguments(self) -> list[Arg]:
        return [
            arg._replace(needed=True) if arg.name in self.requires else arg
            for arg in self._left
            if arg.to and arg.name not in self.leaves and arg != self.subject
        ]

    @property
    def _left(self) -> list[Arg]:
        return [arg for arg in self.row.args if arg.to not in self.within.values()]

    @property
    def calls(self) -> tuple[str, ...]:
        return tuple(filter(None, (self.row.operation, self.reads, self.inside and self.inside[0])))


_PERSON, _THING = "directory_field_", "thing_field_"
_LEFT = ("--new-code", "--namespace")
_DEPARTMENT = "organizations/{organization}/departments/{department}"
FORMS = (
    Form(
        "users/new",
        "user create",
        "users",
        leaves=("--status", "--email-verified", "--phone-verified"),
        varies=new_people.varies,
        words=_PERSON,
        makes="user",
    ),
    Form(
        "users/{user}/edit",
        "user update",
        "users/{user}",
        "user",
        "GET get-user",
        {"withCustomData": True},
        ("--status",),
        varies=field_values.of("USER"),
        words=_PERSON,
    ),
    Form("groups/new", "group create", "groups", words=_THING, makes="group"),
    Form(
        "groups/{group}/edit",
        "group update",
        "groups/{group}",
        "group",
        "GET get-group",
        leaves=_LEFT,
        words=_THING,
    ),
    Form("roles/new", "role create", "roles", leaves=_LEFT, words=_THING, makes="role"),
    Form(
        "roles/{role}/edit",
        "role update",
        "roles/{role}",
        "role",
        "GET get-role",
        leaves=_LEFT,
        words=_THING,
    ),
    Form("organizations/new", "org create", "organizations", words=_THING, makes="organization"),
    Form(
        "organizations/{organization}/edit",
        "org update",
        "organizations/{organization}",
        "organization",
        "GET get-organization",
        leaves=_LEFT,
        words=_THING,
    ),
    Form(
        f"{_DEPARTMENT}/new",
        "org add-department",
        _DEPARTMENT,
        within={"organization": "organizationCode", "department": "parentDepartmentId"},
        inside=("GET get-department", {"organization": "organizationCode", "department": "departmentId"}),
        varies=field_values.of("DEPARTMENT"),
        words=_THING,
        makes="department",
    ),
    Form(
        f"{_DEPARTMENT}/edit",
        "org update-department",
        _DEPARTMENT,
        "department",
        "GET get-department",
        {"withCustomData": True},
        within={"organization": "organizationCode"},
        varies=field_values.of("DEPARTMENT"),
        words=_THING,
    ),
)
DELETIONS = (
    Form("users/{user}/delete", "user delete", "users", "user", "GET get-user", confirms=confirming.PERSON),
    Form("groups/{group}/delete", "group delete", "groups", "group", "GET get-group"),
    Form("roles/{role}/delete", "role delete", "roles", "role", "GET get-role"),
    Form(
        "organizations/{organization}/delete",
        "org delete",
        "organizations",
        "organization",
        "GET get-organization",
    ),
    Form(
        f"{_DEPARTMENT}/delete",
        "org delete-department",
        "organizations/{organization}",
        "department",
        "GET get-department",
        within={"organization": "organizationCode"},
        confirms=("name",),
    ),
)


def pages_of(form: Form) -> tuple[Page, Page]:
    """Raises ValueError where it changes something by an operation that holds to no condition, see `conflicts`."""
    if form.reads and form.row.operation not in CONDITIONAL:
        raise ValueError(f"{form.path}: {form.row.operation} is not among the conditional operations")
    path = f"/pools/{{pool}}/{form.path}"
    return Page("GET", path, _shown(form), calls=form.calls), Page(
        "POST", path, _sent(form), calls=form.calls
    )


def _shown(form: Form) -> Handler:
    async def show(visit: Visit, rendering: Rendering) -> Response:
        now = await _now(visit, form)
        has = await _fields(visit, form, now)
        texts = {arg.key: fields.written(arg, got(now, arg.to)) for arg in has.arguments}
        texts |= has.first if now is None else {}
        held = [has.holding(arg, texts[arg.key], texts[arg.key]) for arg in has.arguments]
        return await page_with(visit, rendering, form, held, now=now)

    return show


def _sent(form: Form) -> Handler:
    async def send(visit: Visit, rendering: Rendering) -> Response:
        given = visit.form()
        now = await _now(visit, form)
        shown = sent(form, given, await _fields(visit, form, now))
        try:
            done = await _saved(visit, form, shown, now)
        except Overtaken as error:
            return await page_with(visit, rendering, form, error.fields, 409, now=now, conflict=True)
        except PoolhouseError as error:
            trace.note(error=error)
            marked, said = fields.marked(shown, error), error.message(visit.lang)
            return await page_with(visit, rendering, form, marked, status_of(error), now=now, error=said)
        if form.made:
            return await form.made(visit, rendering, done)
        return redirect(f"{visit.address_of(form.to)}?done=done_saved")

    return send


def sent(form: Form, given: Mapping[str, str], has: Fields | None = None) -> list[Field]:
    has = has or Fields(form.arguments)
    return [has.with_words(fields.sent(arg, given)) for arg in has.arguments]


async def _fields(visit: Visit, form: Form, now: Any) -> Fields:
    return await form.varies(visit, form.arguments, now) if form.varies else Fields(form.arguments)


async def _saved(visit: Visit, form: Form, shown: list[Field], now: Any) -> Any:
    """The operation's answer; None where nothing was changed. Raises InvalidInput, Overtaken."""

    for one in shown:
        if one.arg.name in form.requires and not fields.plain(one.text):
            raise InvalidInput(one.arg.to, *EMPTY)

    async def write(conditional: Visit, there: Any, mine: Sequence[Field]) -> Any:
        if values := fields.values(mine):
            return await conditional.ask(form.row.operation, _with(visit, form, values, there))
        return None

    if now is not None:
        return await conflicts.saved(
            visit, read=lambda: _now(visit, form), shown=lambda _: shown, write=write
        )
    return await visit.ask(form.row.operation, _with(visit, form, fields.first_values(shown), None))


def _with(visit: Visit, form: Form, values: Mapping[str, Any], there: Any) -> Values:
    whole = _named(visit, form)
    for to, value in values.items():
        put(whole, to, form.clears if value is None else value)
    return form.sends(whole, there) if form.sends else whole


def _named(visit: Visit, form: Form) -> Values:
    """What the path says of the call."""
    values: Values = dict(form.row.fixed)
    for name, to in form.within.items():
        put(values, to, visit.path[name])
    if form.subject is not None:
        several = form.subject.name.endswith("...")
        put(values, form.subject.to, [visit.path[form.thing]] if several else visit.path[form.thing])
    return values


async def _now(visit: Visit, form: Form) -> Any:
    """What is there; None for a thing that is to be made."""
    if form.finds:
        return await form.finds(visit)
    if form.inside:
        operation, names_of = form.inside
        await visit.ask(operation, visit.parts(names_of))
    if not form.reads or form.subject is None:
        return None
    names = form.subject.to
    asked = {"userIds": "userId", "codeList": "code"}.get(names, names)
    within = visit.parts(form.within)
    return await visit.ask(form.reads, {asked: visit.path[form.thing], **within, **(form.with_ or {})})


async def page_with(
    visit: Visit,
    rendering: Rendering,
    form: Form,
    shown: list[Field],
    status: int = 200,
    *,
    now: Any = None,
    **facts: Any,
) -> Response:
    """`now`: what is there. `checks`: key of a field -> what was found of each line in it."""
    told = dict(await form.tells(visit)) if form.tells else {}
    warns = form.row.warns
    chosen, is_plain = visit.plain()
    has_script = any(one.widget == "script" for one in shown)
    response = rendering.page(
        visit,
        form.template,
        status,
        has_script=has_script,
        is_plain=is_plain,
        style_nonce=has_script and not is_plain,
        **_headed(visit, "make" if form.makes else "edit", form.makes or form.thing, now),
        fields=shown,
        back=visit.address_of(form.to),
        words=form.words,
        warns=warns[visit.lang == "en-US"] if warns else "",
        **{"conflict": False, "check_at": "", "checks": {}, "names": {}, **told, **facts},
    )
    return response if not (has_script and chosen) else visit.keep(response, PLAIN, chosen)


def deleting(form: Form) -> tuple[Page, Page]:
    async def ask(visit: Visit, rendering: Rendering) -> Response:
        return await _confirmed(visit, rendering, form)

    async def delete(visit: Visit, rendering: Rendering) -> Response:
        given = visit.form()
        now = await _now(visit, form)
        if not confirming.is_named(given, _typed(visit, form, now), visit.path[form.thing]):
            return await _confirmed(visit, rendering, form, 400, error_word="confirm_wrong")
        values = _named(visit, form)
        await visit.ask(form.row.operation, form.sends(values, now) if form.sends else values)
        return redirect(f"{visit.address_of(form.to)}?done=done_deleted")

    path = f"/pools/{{pool}}/{form.path}"
    return Page("GET", path, ask, calls=form.calls), Page("POST", path, delete, calls=form.calls)


def _typed(visit: Visit, form: Form, now: Any) -> str:
    """What is asked for to confirm the deletion."""
    return confirming.name_to_type(now, form.confirms) or visit.path[form.thing]


def _headed(visit: Visit, act: str, kind: str, now: Any) -> dict[str, Any]:
    """What the page does, to what, and what becomes of what that holds."""
    t = Texts(visit.lang)
    word = f"{act}_{kind}"
    return {
        "heading": t(word, called=confirming.called(now)),
        "about": t[f"{word}_about"] if t.has(f"{word}_about") else "",
    }


async def _confirmed(
    visit: Visit, rendering: Rendering, form: Form, status: int = 200, error_word: str = ""
) -> Response:
    now = await _now(visit, form)
    told = dict(await form.tells(visit)) if form.tells else {}
    warns = form.row.warns
    return rendering.page(
        visit,
        "delete.html",
        status,
        **_headed(visit, "delete", form.thing, now),
        called=confirming.called(now),
        identifier=visit.path[form.thing],
        named=_typed(visit, form, now),
        back=visit.address_of(form.back or form.path.rpartition("/")[0]),
        error_word=error_word,
        warns=warns[visit.lang == "en-US"] if warns else "",
        **{"goes": (), **told},
    )


PAGES = (
    *(page for form in FORMS for page in pages_of(form)),
    *(page for form in DELETIONS for page in deleting(form)),
)
