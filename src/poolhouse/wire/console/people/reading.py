"""How an uploaded file is read, as fields of a form: two administrators may look at one file.

A column is a field by its place, as long as it has the name that the form showed there: whoever changed the encoding or
the separator meanwhile may have made others of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from poolhouse.client.model import Arg
from poolhouse.wire.console import conflicts, fields
from poolhouse.wire.console.fields import Field
from poolhouse.wire.console.people.columns import UNKNOWN, choice
from poolhouse.wire.console.visit import Visit

ONE, COLUMNS, SET = "GET get-import-file", "GET get-import-file-columns", "POST set-import-file-columns"
_OF_THE_FORM = ("", "")
"""The words of a field are the page's: the command of the same has arguments of its own."""
ENCODING = Arg("--encoding", "encoding", _OF_THE_FORM)
SEPARATOR = Arg("--separator", "separator", _OF_THE_FORM)
_NAMED = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


@dataclass(frozen=True, slots=True)
class There:
    """The file, and what each of its columns is taken for."""

    file: dict[str, Any]
    found: dict[str, Any]

    @property
    def columns(self) -> list[dict[str, Any]]:
        columns: list[dict[str, Any]] = self.found["columns"]
        return columns


async def there(visit: Visit) -> There:
    """Raises InvalidOperation where its bytes are not all here, or gone."""
    named = {"fileId": visit.path["file"]}
    file = await visit.ask(ONE, named)
    return There(file, await visit.ask(COLUMNS, named))


def unchanged(now: There) -> list[Field]:
    return [Field(arg, present, present) for arg, present in _present(now)]


def _present(now: There) -> list[tuple[Arg, str]]:
    separator = now.file["separator"] or ""
    return [
        (ENCODING, now.file["encoding"] or ""),
        (SEPARATOR, _NAMED.get(separator, separator)),
        *(
            (Arg(f"--key.{place}", "columns", _OF_THE_FORM), choice(column))
            for place, column in enumerate(now.columns)
        ),
    ]


def sent(form: Mapping[str, str], now: There) -> list[Field]:
    found = []
    for arg, present in _present(now):
        _, dot, place = arg.key.partition(".")
        is_same = not dot or fields.plain(form.get(f"header.{place}", "")) == now.columns[int(place)]["name"]
        found.append(fields.sent(arg, form if is_same else {}, present=present))
    return found


async def saved(visit: Visit, *, whole: bool) -> dict[str, Any] | None:
    """What the columns are now; None where nothing was changed. `whole`: what follows is about all that the page
    showed. Raises Overtaken, and what v3 refuses."""

    async def write(conditional: Visit, now: There, mine: Sequence[Field]) -> Any:
        texts = {arg.key: present for arg, present in _present(now)} | {one.name: one.text for one in mine}
        columns = {
            column["name"]: texts[f"key.{place}"]
            for place, column in enumerate(now.columns)
            if texts[f"key.{place}"] != UNKNOWN
        }
        reading = {name: texts[name] or None for name in ("encoding", "separator")}
        return await conditional.ask(SET, {"fileId": visit.path["file"], **reading, "columns": columns})

    found: dict[str, Any] | None = await conflicts.saved(
        visit,
        read=lambda: there(visit),
        shown=lambda now: sent(visit.form(), now),
        write=write,
        present=lambda one, now: {arg.key: text for arg, text in _present(now)}[one.name],
        whole=whole,
    )
    return found
