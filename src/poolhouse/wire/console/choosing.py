"""Things that a form chooses by their names: a box for each, those that are chosen first, then those that were found.

It works without a script: "Find" sends the form itself with `?find=NAME`, which saves nothing, and the page shows the
form as it was sent with what was found. The macro is `chosen_by_name` of choosing.html. Fields are `NAME.ID`, and the
words are in `find.NAME`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

from poolhouse.errors import InvalidInput
from poolhouse.wire.console.visit import Visit

MOST_FOUND = 20
"""Offered at once; whoever does not see what they look for types more of its name."""
LONGEST_WORDS = 256
Names = Mapping[str, str]
"""Id -> name."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What can be chosen. `name`: of the fields. `find`: the first `MOST_FOUND` in whose name the words are, of all
    where there are none. `called`: the names of those with the ids, without those that are gone."""

    name: str
    find: Callable[[Visit, str], Awaitable[Names]]
    called: Callable[[Visit, Sequence[str]], Awaitable[Names]]


@dataclass(frozen=True, slots=True)
class Chosen:
    """`names`: of those that are chosen, "" for one that is gone. `offered`: others to choose from; `more`: there may
    be more of them. `asked`: whether they were looked for. `unsaved`: others are chosen than were at first."""

    kind: Kind
    names: Names
    offered: Names
    words: str = ""
    asked: bool = False
    more: bool = False
    unsaved: bool = False


def sent(kind: Kind, form: Mapping[str, str]) -> list[str]:
    """The ids that a form chooses."""
    mark = f"{kind.name}."
    return [name.removeprefix(mark) for name in form if name.startswith(mark)]


def is_asked(kind: Kind, visit: Visit) -> bool:
    """Whether the form was sent to find something, and is not to be carried out."""
    return visit.http.query.text("find") == kind.name


async def chosen(
    kind: Kind, visit: Visit, ids: Sequence[str], *, was: Sequence[str] | None = None, offers: bool = True
) -> Chosen:
    """What the form shows: `ids` chosen, where `was` were at first, and what was found by the words that were sent.
    `offers`: something to choose from before anybody has searched. Raises InvalidInput."""
    asked = visit.http.method == "POST" and is_asked(kind, visit)
    words = visit.form().get(f"find.{kind.name}", "").strip() if asked else ""
    if len(words) > LONGEST_WORDS:
        raise InvalidInput(
            f"find.{kind.name}", f"最多 {LONGEST_WORDS} 个字符", f"at most {LONGEST_WORDS} characters"
        )
    known = await kind.called(visit, ids) if ids else {}
    found = await kind.find(visit, words) if asked or offers else {}
    return Chosen(
        kind,
        {one: known.get(one, "") for one in ids},
        {one: name for one, name in found.items() if one not in ids},
        words,
        asked,
        more=len(found) >= MOST_FOUND,
        unsaved=was is not None and set(ids) != set(was),
    )
