"""The custom fields of somebody or something in a form: one field for each, by its type."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from poolhouse.client.custom_fields import label_of
from poolhouse.client.model import Arg, step_of
from poolhouse.wire.console.fields import Fields
from poolhouse.wire.console.visit import Visit

DATA = "customData"
DEFINED = "GET get-custom-fields"
_KINDS = {"NUMBER": "decimal", "BOOLEAN": "yes", "DATETIME": "moment"}
_UTC = {"zh-CN": "{label}（UTC）", "en-US": "{label} (UTC)"}


def of(target: str) -> Callable[[Visit, list[Arg], Any], Awaitable[Fields]]:
    """For a form with an argument for all of them together, which stays where roles do not show what fields there are.

    Those that are not for administrators' consoles have none.
    """

    async def varied(visit: Visit, arguments: list[Arg], now: Any) -> Fields:
        if not visit.may(DEFINED):
            return Fields(arguments)
        defined = [
            one for one in await visit.ask(DEFINED, {"targetType": target}) if one["visibleInAdminConsole"]
        ]
        own = [(one, _argument(one, now, visit.lang)) for one in defined]
        return Fields(
            [*(arg for arg in arguments if arg.to != DATA), *(arg for _, arg in own)],
            {arg.key: {each["value"]: each["label"] for each in one["options"] or ()} for one, arg in own},
            {arg.key: one["description"] or "" for one, arg in own},
        )

    return varied


def _argument(field: dict[str, Any], now: Any, lang: str) -> Arg:
    key, label = field["key"], label_of(field, lang)
    kind = "json" if field.get("isObject") else _KINDS.get(field["dataType"], "text")
    to = f"{DATA}.{step_of(key)}"
    if kind == "moment":
        label = _UTC[lang].format(label=label)
    choices = tuple(one["value"] for one in field["options"] or ()) if kind == "text" else ()
    # its name in the form has no capitals and no hyphens, and a key may have both
    return Arg(f"--custom_{key.encode().hex()}", to, (label, label), kind, choices)
