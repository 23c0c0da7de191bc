"""Every argument of every operation of v2, in every spelling that another language prints its kind in.

The rules are those of v3 (docs/contract/v3.md#what-is-tolerated); the arguments are those of the schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from graphql import (
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLString,
    OperationDefinitionNode,
    get_nullable_type,
    parse,
)
from tests.wire.v2.calls import Root, document, plain, roots, variables
from tests.wire.v2.conftest import V2Client

from poolhouse.wire.v2.unknown_fields import known_variables

INTEGERS = ("1000", 1000.0, "1000.0", "1e+3", "1e 3")
IDS = ("a,b", "[a b]", "[a, b]", '["a","b"]')


class Place(NamedTuple):
    root: Root
    path: tuple[str, ...]
    kind: GraphQLInputType

    def at(self, value: Any) -> dict[str, Any]:
        given = variables(self.root, plain)
        inner = given
        for step in self.path[:-1]:
            inner = inner[step]
        inner[self.path[-1]] = value
        return read(self.root, given)

    def __str__(self) -> str:
        return f"{self.root.name} {'.'.join(self.path)}"


def read(root: Root, given: dict[str, Any]) -> dict[str, Any]:
    (operation,) = parse(document(root)).definitions
    assert isinstance(operation, OperationDefinitionNode)
    return known_variables(operation, given)


def places() -> Iterator[Place]:
    for root in roots():
        for name, argument in root.field.args.items():
            yield from _places(root, (name,), argument.type)


def _places(root: Root, path: tuple[str, ...], kind: GraphQLInputType) -> Iterator[Place]:
    yield Place(root, path, kind)
    inner = get_nullable_type(kind)
    if isinstance(inner, GraphQLInputObjectType):
        for name, field in inner.fields.items():
            yield from _places(root, (*path, name), field.type)


def _is_ids(place: Place) -> bool:
    inner = get_nullable_type(place.kind)
    of_texts = isinstance(inner, GraphQLList) and get_nullable_type(inner.of_type) is GraphQLString
    return of_texts and place.path[-1].lower().endswith("ids")


ALL = list(places())


@pytest.mark.parametrize("place", [one for one in ALL if get_nullable_type(one.kind) is GraphQLInt], ids=str)
def test_an_integer_is_read_however_it_is_printed(place: Place) -> None:
    for spelled in INTEGERS:
        assert place.at(spelled) == place.at(1000), spelled
    for wrong in ("x", "1.5", 1.5, True):
        assert place.at(wrong) != place.at(1000)


@pytest.mark.parametrize("place", [one for one in ALL if _is_ids(one)], ids=str)
def test_ids_are_read_however_they_are_printed(place: Place) -> None:
    for spelled in IDS:
        assert place.at(spelled) == place.at(["a", "b"]), spelled


@pytest.mark.parametrize(
    "place",
    [one for one in ALL if len(one.path) > 1 and not isinstance(one.kind, GraphQLNonNull | GraphQLList)],
    ids=str,
)
def test_an_empty_text_is_absent_inside_of_an_input_where_no_text_is_meant(place: Place) -> None:
    steps = place.at("")
    for step in place.path[:-1]:
        steps = steps[step]
    assert (place.path[-1] in steps) == (place.kind is GraphQLString)


async def test_the_wire_reads_them_and_names_what_it_cannot_read(v2: V2Client) -> None:
    made = [(await v2.one("CreateUser", userInfo={"username": name}))["id"] for name in ("ann", "bob")]
    page = "query ($page: Int, $limit: Int) { users(page: $page, limit: $limit) { totalCount list { id } } }"
    assert len((await v2.one(page, page="1", limit=1.0))["list"]) == 1
    kept = await v2.one("CreateUser", userInfo={"username": "eve"}, identity={})
    refused = (await v2.send(page, {"page": 1, "limit": "1.5"})).json()
    assert "limit" in refused["errors"][0]["message"]["message"]
    found = await v2.rest("POST", "/api/v2/users/batch", json={"ids": f"[{' '.join(made)}]"})
    assert [one["id"] for one in found] == made
    assert await v2.one("DeleteUsers", ids=",".join([*made, kept["id"]]))
