"""A connection's settings as fields of a form, one for each that its kind has.

Of a kind that nobody signs in by there is one field of JSON, as its settings are anybody's guess.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from msgspec import inspect

from poolhouse.client.model import Arg, Values
from poolhouse.customdb.templates import declared
from poolhouse.federation.catalog import MANIFESTS
from poolhouse.federation.model import Field, Manifest
from poolhouse.federation.registering import REGISTERING
from poolhouse.wire.console.fields import Fields
from poolhouse.wire.console.visit import Visit
from poolhouse.wire.console.words import Texts
from poolhouse.wire.v3.dto.common import ExtIdpConnType

WHOLE = "fields"
NAMES: dict[str, Any] = {
    "env": {},
    "context": {},
    "profile": {
        "userIdInIdp": "string\nnever changes",
        "name": "string",
        "nickname": "string",
        "photo": "string",
        "email": "string",
        "emailVerified": "boolean",
        "phone": "string",
        "phoneVerified": "boolean",
    },
    "connection": {
        "id": "string",
        "identifier": "string",
        "userPoolId": "string",
        "callbackUrl": "string",
        "codeVerifier": "string\nwith pkce",
        "config": "object\nthe settings",
    },
    "config": {
        one.name: "boolean" if one.name in ("pkce", "emailIsVerified") else "string"
        for one in MANIFESTS["oauth"].fields
        if not one.example
    },
}
"""What a connection's scripts are handed, by the names that the example gives it (`providers/oauth2`)."""
_COMMON: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("profileMapping", "pairs", ()),
    ("syncProfile", "text", ("never", "always")),
)
"""What every kind may say (`federation.binding.Rules`)."""


def kinds_of(source_type: str) -> tuple[str, ...]:
    """Those of a source's connections by which people sign in."""
    return tuple(kind for kind, manifest in MANIFESTS.items() if manifest.source_type == source_type)


def making(visit: Visit, arguments: list[Arg], source_type: str) -> Fields:
    """Of a connection to be made: its kind is the first of its source's, or what the form or the address names."""
    kinds = kinds_of(source_type)
    if not kinds:
        return Fields([_chosen(arg, get_args(ExtIdpConnType)) for arg in arguments])
    kind = kind_meant(visit, source_type)
    varied = changing(visit, arguments, kind)
    own = [
        _chosen(arg, kinds) if len(kinds) == 1 else _chosen(arg, kinds)._replace(needed=False)
        for arg in varied.arguments
    ]
    return replace(varied, arguments=own, first={"type": kind})


def kind_meant(visit: Visit, source_type: str) -> str:
    """Of a connection to be made; "" where nobody signs in by the source."""
    kinds = kinds_of(source_type)
    named = visit.form().get("type", "") if visit.http.method == "POST" else visit.http.query.text("type")
    return named if named in kinds else next(iter(kinds), "")


def beside(visit: Visit, kind: str) -> dict[str, Any]:
    """What the form of a connection says beside its fields: what is done at the provider before, and the names that the
    editor of its scripts offers."""
    register = REGISTERING.get(kind)
    return {
        "register": register[visit.lang == "en-US"] if register else "",
        "names": {**NAMES, "modules": declared()["modules"]},
    }


def changing(visit: Visit, arguments: list[Arg], kind: str) -> Fields:
    """Of one that is there."""
    manifest = MANIFESTS.get(kind)
    if manifest is None:
        return Fields(arguments)
    lang = 0 if visit.lang == "zh-CN" else 1
    types = {one.encode_name: one for one in _inspected(manifest)}
    own = [(one, _argument(one, types[one.name])) for one in manifest.fields]
    t = Texts(visit.lang)
    common = [
        Arg(_name(name), f"{WHOLE}.{name}", (t[f"source_setting_{name}"],) * 2, form_kind, choices)
        for name, form_kind, choices in _COMMON
    ]
    own.sort(key=lambda pair: pair[0].rare)
    helps = {arg.key: one.hint[lang] for one, arg in own if one.hint}
    helps |= {
        arg.key: t[f"source_setting_{name}_help"] for arg, (name, *_) in zip(common, _COMMON, strict=True)
    }
    return Fields(
        [*(arg for arg in arguments if arg.to != WHOLE), *(arg for _, arg in own), *common],
        helps=helps,
        examples={arg.key: one.example for one, arg in own if one.example},
        rare=frozenset([*(arg.key for one, arg in own if one.rare), *(arg.key for arg in common)]),
    )


def whole(values: Values, now: Any) -> Values:
    """The wire takes all settings at once: those that were changed, among those that are there. A secret that is sent
    as it is shown stays, and what the form has no field for."""
    there = {"displayName": now["displayName"], WHOLE: now[WHOLE]} if now else {}
    if (now["type"] if now else values.get("type")) in MANIFESTS:
        every = {**there.get(WHOLE, {}), **(values.get(WHOLE) or {})}
        kept = {name: _without_gone(value) for name, value in every.items() if value is not None}
        values = {**values, WHOLE: kept}
    return {**there, **values}


def _without_gone(value: Any) -> Any:
    """Lines that were taken out of a field of pairs are null in what it sends."""
    if isinstance(value, Mapping):
        return {name: each for name, each in value.items() if each is not None}
    return value


def _inspected(manifest: Manifest) -> tuple[inspect.Field, ...]:
    found = inspect.type_info(manifest.settings)
    assert isinstance(found, inspect.StructType)
    return found.fields


def _argument(one: Field, told: inspect.Field) -> Arg:
    kind, choices = _kind(one, told.type)
    return Arg(_name(one.name), f"{WHOLE}.{one.name}", one.label, kind, choices, needed=told.required)


def _kind(one: Field, told: inspect.Type) -> tuple[str, tuple[str, ...]]:
    if one.example:
        return "script", ()
    if one.code:
        return "code", ()
    match told:
        case inspect.BoolType():
            return "yes", ()
        case inspect.IntType():
            return "decimal", ()
        case inspect.LiteralType(values=values):
            return "text", tuple(str(value) for value in values if value)
        case inspect.ListType():
            return "list", ()
        case inspect.DictType():
            return "pairs", ()
    return "text", ()


def _name(name: str) -> str:
    """Of the form's field: it has no capitals, and a setting's name may have."""
    return f"--setting_{name.encode().hex()}"


def _chosen(arg: Arg, types: tuple[str, ...]) -> Arg:
    return arg._replace(choices=types) if arg.to == "type" else arg
