"""What the last debug run of a function was given, as its page holds it when it is opened again.

Read in the log of calls, where no password is: nothing is kept beside it, in the browser least of all.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from poolhouse.customdb.model import ScriptName
from poolhouse.customdb.redaction import HIDDEN
from poolhouse.wire.console.debugging.arguments import ARGUMENTS, LONGEST_ARGUMENT, LONGEST_JSON, Argument
from poolhouse.wire.console.visit import Visit

LOGS = "POST list-custom-database-logs"
NEWEST = 100
"""Calls of the function, among which the run is looked for."""


async def last(visit: Visit, name: ScriptName) -> dict[str, str]:
    """Text by path; empty where there was no run, or their roles do not show what it was given."""
    if not visit.may(LOGS):
        return {}
    found = await visit.ask(LOGS, {"name": name, "page": 1, "limit": NEWEST})
    run = next((one for one in found["list"] if one["debug"]), None)
    return texts_of(name, run["arguments"]) if run else {}


def texts_of(name: ScriptName, args: Sequence[Any]) -> dict[str, str]:
    """What the fields hold that stand for `args`; what was hidden, or is too long for its field, is left out."""
    fields = ARGUMENTS[name]
    values = dict(zip(dict.fromkeys(one.path.partition(".")[0] for one in fields), args, strict=False))
    texts: dict[str, str] = {}
    for one in fields:
        root, _, member = one.path.partition(".")
        value = values.get(root)
        if member:
            value = value.get(member) if isinstance(value, Mapping) else None
        if one.kind == "json":
            value = _rest(fields, root, value)
        text = _text(one, value)
        longest = LONGEST_JSON if one.kind == "json" else LONGEST_ARGUMENT
        if text and HIDDEN not in text and len(text) <= longest:
            texts[one.path] = text
    return texts


def _rest(fields: Sequence[Argument], root: str, value: Any) -> Any:
    """The members that have no field."""
    known = {one.path for one in fields}
    if not isinstance(value, Mapping):
        return None
    return {name: each for name, each in value.items() if f"{root}.{name}" not in known} or None


def _text(one: Argument, value: Any) -> str:
    if one.kind == "secret" or value is None:
        return ""
    if one.kind == "json":
        return json.dumps(value, ensure_ascii=False, indent=2)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, str | int) else ""
