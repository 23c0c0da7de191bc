"""User-defined fields (udf) and their values (udv). Source: docs/contract/v2.md#values-of-custom-fields."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from poolhouse.errors import InvalidInput, Missing, NotAuthenticated
from poolhouse.fields.model import DataType, Field, FieldDraft, FieldValue, Option, TargetType
from poolhouse.texts import EMPTY
from poolhouse.wire.json_body import json_text
from poolhouse.wire.sentences import message
from poolhouse.wire.v2.arguments import arguments_of
from poolhouse.wire.v2.request import Arguments, Operation, Route, V2Request
from poolhouse.wire.v2.request import Field as ResolvedField
from poolhouse.wire.v2.user_loader import custom_value, encoded


def decoded(key: str, text: str | None) -> Any:
    """What a client wrote with JSON.stringify; None takes the value away."""
    if text is None:
        return None
    return json_text(text, key)


# -- definitions -----------------------------------------------------------------------------------------


async def udf(request: V2Request, args: Arguments) -> Any:
    return list(await request.services.fields.list(request.caller, TargetType(args["targetType"])))


async def set_udf(request: V2Request, args: Arguments) -> Any:
    """Defines a field or changes it. What v2 defines users may set on themselves: v2 has no other way."""
    draft = FieldDraft(
        TargetType(args["targetType"]),
        args["key"],
        DataType(args["dataType"]),
        args["label"],
        options=_options(args.get("options")),
        editable_by_default=True,
    )
    (field,) = await request.services.fields.define(request.caller, [draft])
    return field


async def remove_udf(request: V2Request, args: Arguments) -> Any:
    await request.services.fields.delete(request.caller, [(TargetType(args["targetType"]), args["key"])])
    return message(request.caller.lang)


def options(field: Field, request: V2Request, args: Arguments) -> str | None:
    """JSON of `[{value, label}]`."""
    return msgspec.json.encode(field.options).decode() if field.options else None


def _options(text: str | None) -> tuple[Option, ...] | None:
    """JSON of `[{value, label}]`."""
    if not text:
        return None
    try:
        return tuple(msgspec.convert(json_text(text, "options"), list[Option]))
    except msgspec.ValidationError as error:
        raise InvalidInput("options", "应为 [{value, label}]", "expected [{value, label}]") from error


# -- values ----------------------------------------------------------------------------------------------


async def udv(request: V2Request, args: Arguments) -> Any:
    target_type = TargetType(args["targetType"])
    return await _values(request, target_type, await _id(request, target_type, args["targetId"]))


async def udf_value_batch(request: V2Request, args: Arguments) -> Any:
    """An entry for every target asked for, in that order, empty where nothing is kept."""
    names = list(dict.fromkeys(name for name in args["targetIds"] if name))
    target_type = TargetType(args["targetType"])
    meant = await _ids(request, target_type, names)
    ids = list(dict.fromkeys(meant.values()))
    found = await request.services.fields.values(request.caller, target_type, ids)
    return [{"targetId": name, "data": list(found.get(meant[name], ()))} for name in names]


async def set_udv(request: V2Request, args: Arguments) -> Any:
    return await _set(request, args, {args["key"]: decoded(args["key"], args["value"])})


async def set_udv_batch(request: V2Request, args: Arguments) -> Any:
    values = {item["key"]: decoded(item["key"], item.get("value")) for item in args.get("udvList") or ()}
    if not values:
        raise Missing("udvList")
    return await _set(request, args, values)


async def set_udf_value_batch(request: V2Request, args: Arguments) -> Any:
    target_type = TargetType(args["targetType"])
    meant = await _ids(request, target_type, [one["targetId"] for one in args["input"]])
    values: dict[str, dict[str, Any]] = {}
    for one in args["input"]:
        values.setdefault(meant[one["targetId"]], {})[one["key"]] = decoded(one["key"], one["value"])
    if not values:
        raise InvalidInput("input", *EMPTY)
    await request.services.fields.set_values(request.caller, target_type, values)
    return message(request.caller.lang)


async def remove_udv(request: V2Request, args: Arguments) -> Any:
    """Gives the values that are left."""
    return await _set(request, args, {args["key"]: None})


async def _ids(request: V2Request, target_type: TargetType, names: Sequence[str]) -> dict[str, str]:
    """By what the clients name a target, its id: java-core knows a role by its code, the others by its id."""
    if target_type is not TargetType.ROLE:
        return {name: name for name in names}
    return await request.services.roles.ids_by_name(request.caller, names)


async def _id(request: V2Request, target_type: TargetType, name: str) -> str:
    return (await _ids(request, target_type, [name]))[name]


async def _set(request: V2Request, args: Arguments, given: dict[str, Any]) -> list[FieldValue]:
    target_type = TargetType(args["targetType"])
    target_id = await _id(request, target_type, args["targetId"])
    await request.services.fields.set_values(request.caller, target_type, {target_id: given})
    return await _values(request, target_type, target_id)


async def _values(request: V2Request, target_type: TargetType, target_id: str) -> list[FieldValue]:
    return list(await request.services.fields.values_of(request.caller, target_type, target_id))


async def values_by_query(request: V2Request) -> Any:
    """GET /api/v2/udfs/values: what `udv` answers."""
    _refuse_strangers(request)
    query = request.query
    given = {name: query.required(name) for name in ("targetType", "targetId")}
    return [_value_json(one) for one in await udv(request, arguments_of("udv", given))]


async def set_values(request: V2Request) -> Any:
    """POST /api/v2/udvs: `data` holds the values as they are, not as JSON text; gives all values there are then."""
    _refuse_strangers(request)
    body = request.body
    target, data = {name: body.get(name) for name in ("targetType", "targetId")}, body.get("data")
    args = arguments_of("udv", target)
    if not isinstance(data, dict) or not data:
        raise InvalidInput("data", "应为非空对象", "expected a non-empty object")
    return [_value_json(one) for one in await _set(request, args, data)]


def _refuse_strangers(request: V2Request) -> None:
    """Before anything is said about what they sent."""
    if request.caller.kind == "anonymous":
        raise NotAuthenticated()


def _value_json(value: FieldValue) -> dict[str, Any]:
    return {"key": value.key, "dataType": value.data_type, "value": encoded(value), "label": value.label}


async def exist_defined_field_count(request: V2Request) -> Any:
    """How many users have a value of the field (getUdfFieldUserNum). Custom data is not kept by application."""
    key = request.query.text("definedFieldKey") or ""
    count = await request.services.fields.count_targets(request.caller, TargetType.USER, key)
    return {"definedFieldKey": key, "count": count}


QUERIES: dict[str, Operation] = {"udf": udf, "udv": udv, "udfValueBatch": udf_value_batch}
MUTATIONS: dict[str, Operation] = {
    "setUdf": set_udf,
    "removeUdf": remove_udf,
    "setUdv": set_udv,
    "setUdvBatch": set_udv_batch,
    "setUdfValueBatch": set_udf_value_batch,
    "removeUdv": remove_udv,
}
FIELDS: dict[tuple[str, str], ResolvedField] = {
    ("UserDefinedField", "options"): options,
    ("UserDefinedData", "value"): custom_value,
}
ROUTES = [
    Route("GET", "/api/v2/analysis/exist-defined-field-count", exist_defined_field_count),
    Route("GET", "/api/v2/udfs/values", values_by_query),
    Route("POST", "/api/v2/udvs", set_values),
]
