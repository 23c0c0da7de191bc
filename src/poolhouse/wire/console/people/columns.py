"""What the columns of a file of users are: shown with some of their cells, and chosen by hand."""

from __future__ import annotations

from typing import Any

from poolhouse.wire.console.people.export import FIELDS, GROUPS
from poolhouse.wire.console.people.view import CUSTOM
from poolhouse.wire.console.visit import Visit

ENCODINGS = ("utf-8", "utf-16", "gb18030", "big5", "windows-1252")
SEPARATORS = ("comma", "semicolon", "tab", "bar")
SECRETS = ("password", "passwordHash", "salt")
MOST_NAMED = 20
"""Of columns that nobody knows."""
UNKNOWN, LEFT_OUT = "?", ""
"""What is chosen for a column: nothing yet, and that it is left out."""


def choice(column: dict[str, Any]) -> str:
    """What is chosen for a column as it was found."""
    return LEFT_OUT if column["isLeftOut"] else column["key"] or UNKNOWN


def columns_of(form: dict[str, str]) -> dict[str, str]:
    return {
        form[f"header.{place}"]: value
        for name, value in form.items()
        if (place := name.removeprefix("key.")) != name and value != UNKNOWN and f"header.{place}" in form
    }


async def shown_columns(visit: Visit, columns: list[dict[str, Any]]) -> dict[str, Any]:
    """What `transfer/reading.html` and `transfer/columns.html` need beside what was found."""
    unknown = [one["name"] for one in columns if choice(one) == UNKNOWN]
    fields = await visit.ask(FIELDS, {"targetType": "USER"}) if visit.may(FIELDS) else []
    return {
        "chosen": [choice(one) for one in columns],
        "unknown": ", ".join(unknown[:MOST_NAMED]) + ("…" if len(unknown) > MOST_NAMED else ""),
        "groups": GROUPS,
        "secrets": SECRETS,
        "fields": [(CUSTOM + one["key"], one.get("label") or one["key"]) for one in fields],
        "encodings": ENCODINGS,
        "separators": SEPARATORS,
    }
