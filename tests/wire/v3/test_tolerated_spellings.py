"""Every field of every operation of v3, in every spelling that another language prints its kind in.

The fields are those of the table of endpoints; the spellings of a kind are in BODY and QUERY. Source:
docs/contract/v3.md#what-is-tolerated.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import msgspec
import pytest
from msgspec import inspect as shapes
from tests.wire.v3.conftest import V3Client

from poolhouse.errors import InvalidInput
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.parsing import body_struct, query_struct
from poolhouse.wire.v3.table import endpoints


class Kind(NamedTuple):
    """The value of a kind, how else it may be spelled, and what must be refused by the field's name."""

    value: Any
    read: tuple[Any, ...] = ()
    refused: tuple[Any, ...] = ()


INTEGER = Kind(
    1000, ("1000", 1000.0, "1000.0", "1e+3", "1e 3", "1E3", "+1000"), ("x", 1.5, "1.5", "1e99", True, [1], {})
)
BODY = {
    "integer": INTEGER,
    "number": Kind(1000.0, (1000, *INTEGER.read), ("x", True, [1], {})),
    "boolean": Kind(True, (), ("true", 1, "yes", [])),
    "texts": Kind(["a", "b"], ("a,b", "[a b]", "[a, b]", '["a","b"]'), (1, True, {}, [1])),
}
QUERY = {
    "integer": Kind(["1000"], (["1000.0"], ["1e+3"], ["1e 3"]), (["x"], ["1.5"], ["1e99"])),
    "number": Kind(["1000"], (["1000.0"], ["1e+3"], ["1e 3"]), (["x"],)),
    "boolean": Kind(["true"], (["True"], ["TRUE"], ["1"]), (["yes"], ["2"])),
    "texts": Kind(["a", "b"], (["a,b"], ["[a b]"], ["[a, b]"], ['["a","b"]'])),
}
EMPTY = Kind({}, ({"no such field": 1},), (1, "x", []))


class Place(NamedTuple):
    """A field of an operation's question: the steps to it, and its kind. `at` puts a value there."""

    row: Endpoint
    path: tuple[str, ...]
    kind: str
    whole: dict[str, Any]

    def at(self, value: Any) -> dict[str, Any]:
        body: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(self.whole))
        inner = body
        for step in self.path[:-1]:
            inner = inner[step]
        inner[self.path[-1]] = value
        return body

    def __str__(self) -> str:
        return f"{self.row.name} {'.'.join(self.path)}"


def places() -> Iterator[Place]:
    for row in endpoints().values():
        if row.request:
            yield from _places(row, row.request, (), _filled(row.request))


def _places(
    row: Endpoint, kind: type[msgspec.Struct], above: tuple[str, ...], whole: dict[str, Any]
) -> Iterator[Place]:
    for field in shapes.type_info(kind).fields:  # type: ignore[attr-defined]
        path = (*above, field.encode_name)
        inner = _only(field.type)
        if isinstance(inner, shapes.StructType):
            if not field.required:
                yield Place(row, path, "empty", whole)
            yield from _places(row, inner.cls, path, _with(whole, path, _filled(inner.cls)))
        elif name := _named(inner):
            yield Place(row, path, name, whole)


def _only(kind: shapes.Type) -> shapes.Type | None:
    kinds = kind.types if isinstance(kind, shapes.UnionType) else (kind,)
    others = [one for one in kinds if not isinstance(one, shapes.NoneType)]
    return others[0] if len(others) == 1 else None


def _named(kind: shapes.Type | None) -> str:
    if isinstance(kind, shapes.IntType):
        return "integer"
    if isinstance(kind, shapes.FloatType):
        return "number"
    if isinstance(kind, shapes.BoolType):
        return "boolean"
    if isinstance(kind, shapes.ListType) and isinstance(kind.item_type, shapes.StrType):
        return "texts"
    return ""


def _filled(kind: type[msgspec.Struct]) -> dict[str, Any]:
    """Every field that must be there."""
    fields = shapes.type_info(kind).fields  # type: ignore[attr-defined]
    return {field.encode_name: _value(field.type) for field in fields if field.required}


def _value(kind: shapes.Type) -> Any:
    kind = _only(kind) or kind
    if isinstance(kind, shapes.StructType):
        return _filled(kind.cls)
    if isinstance(kind, shapes.ListType):
        return [_value(kind.item_type)]
    if isinstance(kind, shapes.LiteralType):
        return kind.values[0]
    if isinstance(kind, shapes.BoolType):
        return True
    if isinstance(kind, shapes.IntType | shapes.FloatType):
        return 1
    return {} if isinstance(kind, shapes.DictType) else "x"


def _with(whole: dict[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    return Place(None, path, "", whole).at(value)  # type: ignore[arg-type]


def kind_of(place: Place) -> Kind:
    if place.kind == "empty":
        return EMPTY
    return (BODY if place.row.takes_body else QUERY)[place.kind]


def parsed(place: Place, value: Any) -> msgspec.Struct:
    row = place.row
    assert row.request
    if row.takes_body:
        return body_struct(row.request, place.at(value), row.blank)
    pairs = [(name, one) for name, given in place.at(value).items() for one in _sent(given)]
    return query_struct(row.request, pairs, row.blank)


def _sent(given: Any) -> list[str]:
    return [str(one) for one in given] if isinstance(given, list) else [str(given)]


def plain(place: Place) -> msgspec.Struct:
    """Of an empty object: without the field."""
    if place.kind != "empty":
        return parsed(place, kind_of(place).value)
    body = place.at(None)
    inner = body
    for step in place.path[:-1]:
        inner = inner[step]
    del inner[place.path[-1]]
    assert place.row.request
    return body_struct(place.row.request, body, place.row.blank)


ALL = list(places())


@pytest.mark.parametrize("place", ALL, ids=str)
def test_a_field_is_read_in_every_spelling_of_its_kind(place: Place) -> None:
    expected = plain(place)
    for spelled in (kind_of(place).value, *kind_of(place).read):
        assert parsed(place, spelled) == expected, spelled


@pytest.mark.parametrize("place", ALL, ids=str)
def test_what_is_no_value_of_the_kind_is_refused_by_the_name_of_the_field(place: Place) -> None:
    for spelled in kind_of(place).refused:
        with pytest.raises(InvalidInput) as refused:
            parsed(place, spelled)
        assert refused.value.facts["field"].startswith(".".join(place.path)), spelled


def test_the_table_has_a_field_of_every_kind_in_bodies_and_queries() -> None:
    assert {place.kind for place in ALL if place.row.takes_body} >= {"integer", "boolean", "texts", "empty"}
    assert {place.kind for place in ALL if not place.row.takes_body} >= {"integer", "boolean", "texts"}
    assert len(ALL) > 300


async def test_the_wire_reads_what_go_and_java_print(v3: V3Client) -> None:
    made = [(await v3.post("create-user", {"username": name}))["data"]["userId"] for name in ("ann", "bob")]
    for spelled in (f"[{' '.join(made)}]", f"[{', '.join(made)}]", ",".join(made)):
        found = await v3.get("get-user-batch", userIds=spelled)
        assert [one["userId"] for one in found["data"]] == made
    listed = await v3.http.get(
        "/api/v3/list-users?updatedAtStart=1.65571476389e+12&limit=1.0&withCustomData=TRUE",
        headers=v3.headers,
    )
    assert (listed.json()["data"]["totalCount"], len(listed.json()["data"]["list"])) == (2, 1)
    refused = await v3.get("list-users", limit="1.5")
    assert (refused["statusCode"], refused["message"]) == (400, "参数 limit 格式错误：应为整数")
    gone = await v3.post("delete-users-batch", {"userIds": f"[{' '.join(made)}]"})
    assert gone["data"] == {"success": True}


async def test_an_external_id_that_holds_a_comma_is_named_by_its_own_key(v3: V3Client) -> None:
    await v3.post("create-user", {"username": "ann", "externalId": "a,b"})
    for spelled in ("userIds[]=a,b", 'userIds=["a,b"]'):
        found = await v3.http.get(
            f"/api/v3/get-user-batch?{spelled}&userIdType=external_id", headers=v3.headers
        )
        assert [one["externalId"] for one in found.json()["data"]] == ["a,b"], spelled


async def test_an_empty_text_clears_at_the_top_and_is_nothing_inside_of_options(v3: V3Client) -> None:
    user = (await v3.post("create-user", {"username": "ann", "nickname": "x", "otp": {"secret": ""}}))["data"]
    changed = await v3.post(
        "update-user",
        {
            "userId": user["userId"],
            "nickname": "",
            "options": {"userIdType": "", "resetPasswordOnNextLogin": None},
        },
    )
    assert changed["statusCode"] == 200
    assert not changed["data"]["nickname"]
