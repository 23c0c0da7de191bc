"""A custom field made, changed and deleted."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolhouse.client import custom_fields
from poolhouse.client.model import Arg, Values
from poolhouse.client.table_fields import TYPES
from poolhouse.errors import FieldNotFound
from poolhouse.wire.console.custom_fields.listing import LIST, kind_of, type_of
from poolhouse.wire.console.fields import Fields
from poolhouse.wire.console.forms import Form
from poolhouse.wire.console.visit import Visit
from poolhouse.wire.console.words import Texts

USAGE = "GET get-custom-field-usage"
_PATH = "fields/{of}/{field}"
_WITHIN = {"of": "list.targetType"}
_NEVER_CHANGES = ("--type", "--encrypted")
_NOT_UNIQUE = ("BOOLEAN", "DATETIME", "ENUM", "OBJECT")
_WITHOUT_OPTIONS = ("BOOLEAN", "DATETIME", "NUMBER", "OBJECT")
_WITHOUT_RULES = ("BOOLEAN", "DATETIME", "ENUM", "OBJECT")
_WORDS = "field_"


async def _now(visit: Visit) -> Any:
    """The field as it is typed. Raises FieldNotFound."""
    kind, key = kind_of(visit), visit.path["field"]
    for one in await visit.ask(LIST, {"targetType": kind}):
        if one["key"] == key:
            return {"list": custom_fields.shown(one), "name": custom_fields.label_of(one, visit.lang)}
    raise FieldNotFound(field=key)


async def _none(visit: Visit) -> None:
    kind_of(visit)


async def _varied(visit: Visit, arguments: list[Arg], now: Any) -> Fields:
    """Without what a field of this kind, or of this type, cannot have."""
    field = now["list"] if now else {}
    kind, key = type_of(field), kind_of(visit)
    left = {
        "--indexed": key != "USER" or field.get("encrypted") or kind == "OBJECT",
        "--unique": kind in _NOT_UNIQUE or field.get("encrypted"),
        "--option": kind in _WITHOUT_OPTIONS,
        "--rules": kind in _WITHOUT_RULES and not field.get("validateRules"),
    }
    t = Texts(visit.lang)
    types = {value: t[f"field_type_{value.lower()}"] for value in TYPES}
    needed = ("--label", *(() if now else ("--type",)))
    shown = [
        arg._replace(needed=arg.needed or arg.name in needed) for arg in arguments if not left.get(arg.name)
    ]
    return Fields(shown, {"type": types})


def _made(values: Values, now: Any) -> Values:
    return {"list": [{**custom_fields.written(values["list"], None), "isNew": True}]}


def _changed(values: Values, now: Any) -> Values:
    return {"list": [custom_fields.written(values["list"], now["list"])]}


def _one(values: Values, now: Any) -> Values:
    return {"list": [values["list"]]}


async def _lost(visit: Visit) -> Mapping[str, Any]:
    asked = {"targetType": kind_of(visit), "key": visit.path["field"]}
    return {"goes": [("field_values", (await visit.ask(USAGE, asked))["valuesCount"])]}


FORMS = (
    Form(
        "fields/{of}/new",
        "field set",
        "fields/{of}",
        within=_WITHIN,
        finds=_none,
        sends=_made,
        varies=_varied,
        words=_WORDS,
        makes="field",
    ),
    Form(
        _PATH,
        "field set",
        "fields/{of}",
        "field",
        LIST,
        leaves=_NEVER_CHANGES,
        within=_WITHIN,
        finds=_now,
        sends=_changed,
        varies=_varied,
        words=_WORDS,
    ),
)
DELETIONS = (
    Form(
        f"{_PATH}/delete",
        "field delete",
        "fields/{of}",
        "field",
        LIST,
        within=_WITHIN,
        finds=_now,
        sends=_one,
        tells=_lost,
    ),
)
