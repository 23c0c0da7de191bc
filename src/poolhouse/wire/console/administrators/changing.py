"""The roles of an administrator in a pool as fields of a form, so that two who set them at once are both asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from poolhouse.administrators.roles import ROLES
from poolhouse.client.model import Arg
from poolhouse.wire.console import conflicts, fields
from poolhouse.wire.console.administrators import limits
from poolhouse.wire.console.fields import Field
from poolhouse.wire.console.visit import Visit
from poolhouse.wire.console.words import Texts

ROLE = Arg("--role", "roles", ("", ""), "list", ROLES)
LIMITS = {kind.name: Arg(f"--{kind.name}", kind.name, ("", ""), "list") for kind in limits.KINDS}
"""Their words are the page's."""

There = Mapping[str, Any]
"""`roles`, `applications` and `departments` of somebody in a pool."""


def fresh(there: There) -> list[Field]:
    """A form that nobody has filled in yet."""
    texts = [(arg, present(Field(arg), there)) for arg in (ROLE, *LIMITS.values())]
    return [Field(arg, text, text) for arg, text in texts]


def sent(form: Mapping[str, str], there: There) -> list[Field]:
    """`there`: what is taken for shown by a form that does not say what it showed."""
    texts = {name: _lines(ids) for name, ids in limits.sent(form).items()}
    return [
        fields.sent(arg, {**form, **texts}, present=present(Field(arg), there))
        for arg in (ROLE, *LIMITS.values())
    ]


def present(one: Field, there: There) -> str:
    """What a field would show now, in one order for each: boxes have none."""
    found = there.get(one.arg.to) or []
    return "\n".join(role for role in ROLES if role in found) if one.arg is ROLE else _lines(found)


def held(shown: Sequence[Field]) -> dict[str, list[str]]:
    """What the boxes of a form show."""
    return {one.arg.to: [line for line in one.text.split("\n") if line] for one in shown}


async def saved(
    visit: Visit,
    form: Mapping[str, str],
    read: Callable[[], Awaitable[There]],
    write: Callable[[Visit, Mapping[str, Any]], Awaitable[Any]],
) -> None:
    """`write` is given all three, what was not changed here as it is there. Raises as `conflicts.saved`."""

    async def whole(conditional: Visit, there: There, mine: Sequence[Field]) -> Any:
        kept = {name: list(there.get(name) or []) for name in ("roles", *LIMITS)}
        return await write(conditional, {**kept, **fields.values(mine)})

    await conflicts.saved(
        visit, read=read, shown=lambda there: sent(form, there), write=whole, present=present
    )


async def named(visit: Visit, shown: Sequence[Field]) -> list[Field]:
    """With what each role and what it is limited to is called, for the page that shows two to choose from. `visit`: in
    the pool."""
    t = Texts(visit.lang)
    roles: dict[str, str] = {role: t[f"role_{role.replace('-', '_')}"] for role in ROLES}
    labels: dict[str, Mapping[str, str]] = {"roles": roles}
    for kind in limits.KINDS:
        (one,) = (each for each in shown if each.arg.to == kind.name)
        ids = sorted({line for text in (one.text, one.was, one.first) for line in text.split("\n") if line})
        labels[kind.name] = await kind.called(visit, ids) if ids and visit.caller else {}
    return [replace(one, labels=labels[one.arg.to]) for one in shown]


def _lines(ids: Sequence[str]) -> str:
    return "\n".join(sorted(ids))
