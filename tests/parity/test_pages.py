"""Every operation of either wire that takes a page: what is no page, or more than one, is refused by its name.

The operations are those of the tables: rows of v3 with `page` or `limit` in their question, roots and fields of v2's
schema with such an argument, and routes of v2 that were seen to make a page of their query or body.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
import pytest
from graphql import GraphQLObjectType, get_named_type
from msgspec import inspect as shapes
from tests.conftest import PoolForTests
from tests.wire.v2.calls import Root, calls, document, plain, roots, variables
from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.samples import Sown, sample, sow

from poolhouse.app import asgi
from poolhouse.caller import Caller
from poolhouse.ids import new_id
from poolhouse.orgs.model import NodeDraft
from poolhouse.paging import PageRequest, everything
from poolhouse.resources.model import ResourceDraft, ResourceType
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.v2.schema import SCHEMA
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.table import endpoints

HUGE = 2**31 - 1
WRONG = [(name, value) for name in ("page", "limit") for value in (-2, -1, 0, HUGE)]
EN = {"x-authing-lang": "en-US"}


@dataclass
class World:
    sown: Sown
    v2: V2Client
    v3: V3Client
    user: V3Client


@pytest.fixture(scope="module")
async def world(services: Services) -> AsyncIterator[World]:
    sown = await sow(services)
    pool = PoolForTests(sown.pool_id)
    tenant = await services.tenants.create(pool.administrator, "Acme")
    orgs = await services.orgs.list_orgs(pool.administrator, PageRequest())
    node_id = sown.values["departmentId"]
    sown.values.update(tenantId=tenant.id, orgId=orgs.items[0].id, nodeId=node_id, userPoolId=pool.id)
    transport = httpx.ASGITransport(asgi(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        token = (await services.management_tokens.of_pool(pool.id)).token
        own = {"authorization": f"Bearer {token}"}
        user = await services.users.create(pool.administrator, UserDraft({"username": "ann"}))
        visitor = Caller(pool.id, app_id=sown.values["appId"])
        logged_in = await services.login.complete_login(visitor, user, "password")
        assert logged_in.token is not None
        bobs = {"authorization": f"Bearer {logged_in.token.token}", "x-authing-app-id": sown.values["appId"]}
        yield World(
            sown,
            V2Client(http, EN | own | {"x-authing-userpool-id": pool.id}),
            V3Client(http, services, pool.id, pool.id, EN | own),
            V3Client(http, services, pool.id, pool.id, EN | bobs),
        )


# -- v3 --------------------------------------------------------------------------------------------------


def places() -> Iterator[Any]:
    for row in endpoints().values():
        for path in _places(row.request) if row.request else ():
            yield pytest.param(row, path, id=f"{row.name} {'.'.join(path)}")


def _places(kind: type[msgspec.Struct], above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    """The steps to what holds a page."""
    fields = shapes.type_info(kind).fields  # type: ignore[attr-defined]
    if {"page", "limit"} <= {field.encode_name for field in fields}:
        yield above
    for field in fields:
        kinds = field.type.types if isinstance(field.type, shapes.UnionType) else (field.type,)
        for inner in kinds:
            if isinstance(inner, shapes.StructType) and inner.cls is not kind:
                yield from _places(inner.cls, (*above, field.encode_name))


@pytest.mark.parametrize(("row", "path"), list(places()))
async def test_v3_names_what_is_no_page(world: World, row: Endpoint, path: tuple[str, ...]) -> None:
    client = world.user if row.access == "user" else world.v3
    whole = sample(row, world.sown) or {}
    for name, value in WRONG:
        asked: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(whole))
        inner = asked
        for step in path:
            inner = inner.setdefault(step, {})
        inner[name] = value
        by_query = {"params": asked} if not row.takes_body else {"json": asked}
        answer = (await client.http.request(row.method, row.url, headers=client.headers, **by_query)).json()
        assert answer["statusCode"] == 400, (name, value, answer)
        assert f"Parameter {name}" in answer["message"], (name, value)


# -- v2 --------------------------------------------------------------------------------------------------


def _takes_a_page(arguments: Any) -> bool:
    return {"page", "limit"} <= set(arguments)


@pytest.mark.parametrize("root", [one for one in roots() if _takes_a_page(one.field.args)], ids=str)
async def test_v2_names_what_is_no_page(world: World, root: Root) -> None:
    for name, value in WRONG:
        given = variables(root, plain) | {"page": 1, "limit": 10, name: value}
        answer = (await world.v2.send(document(root, 1), given)).json()
        if answer["errors"][0]["message"]["code"] == 501:
            continue
        assert f"Parameter {name}" in answer["errors"][0]["message"]["message"], (name, value, answer)


INNER = {
    "Group": 'group(code: "staff")',
    "Role": 'role(code: "boss")',
    "Node": "nodeById(id: $node)",
    "Policy": "policies",
}


def inner_fields() -> Iterator[Any]:
    for kind in SCHEMA.type_map.values():
        if isinstance(kind, GraphQLObjectType) and kind not in (SCHEMA.query_type, SCHEMA.mutation_type):
            for name, field in kind.fields.items():
                if _takes_a_page(field.args):
                    yield pytest.param(kind.name, name, field, id=f"{kind.name}.{name}")


@pytest.mark.parametrize(("kind", "name", "field"), list(inner_fields()))
async def test_a_field_of_v2_names_what_is_no_page(world: World, kind: str, name: str, field: Any) -> None:
    inner = "__typename" if isinstance(get_named_type(field.type), GraphQLObjectType) else ""
    for argument, value in WRONG:
        selected = f"{name}({argument}: {value}) {{ {inner} }}"
        if kind == "Policy":
            selected = f"list {{ {selected} }}"
        asked = f"query ($node: String!) {{ {INNER[kind]} {{ {selected} }} }}".replace(
            "($node: String!)", "($node: String!)" if "$node" in INNER[kind] else ""
        )
        answer = (await world.v2.send(asked, {"node": world.sown.values["nodeId"]})).json()
        assert f"Parameter {argument}" in answer["errors"][0]["message"]["message"], (argument, value, answer)


async def test_routes_of_v2_name_what_is_no_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    of = PageRequest.of

    def seen(*args: Any, **options: Any) -> PageRequest:
        made.append(args)
        return of(*args, **options)

    monkeypatch.setattr(PageRequest, "of", seen)
    values = {**world.sown.values, "code": "boss", "tenant_id": world.sown.values["tenantId"]}
    paged, wrong = 0, []
    for call in calls():
        if call.method not in ("GET", "POST"):
            continue
        made.clear()
        await _send(world, call.method, call.path, values)
        if not made:
            continue
        paged += 1
        for name, value in WRONG:
            answer = await _send(world, call.method, call.path, values | {name: value})
            if answer["code"] == 200 and (name, value) == ("limit", -1) and call.path in WHOLE:
                continue
            if f"Parameter {name}" not in answer["message"]:
                wrong.append((str(call), name, value, answer))
    assert not wrong
    assert paged >= 18


WHOLE = {"/api/v2/orgs/pagination", "/api/v2/resources"}
"""`limit=-1` is all of them: docs/contract/v2.md#older-clients."""


async def _send(world: World, method: str, path: str, values: dict[str, Any]) -> Any:
    at = path
    for name, value in values.items():
        at = at.replace(f"{{{name}}}", str(value))
    flat = {name: str(value) for name, value in values.items() if isinstance(value, str | int)}
    content = {} if method == "GET" else {"json": values}
    response = await world.v2.http.request(method, at, params=flat, headers=world.v2.headers, **content)
    is_json = response.headers.get("content-type", "").startswith("application/json")
    return response.json() if is_json and isinstance(response.json(), dict) else {"code": 200, "message": ""}


# -- what is not paged -----------------------------------------------------------------------------------


async def test_a_whole_list_is_answered_up_to_its_bound(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = [
        *((world.v2, path, {"limit": "-1"}) for path in WHOLE),
        (world.v3, "/api/v3/list-organizations", {"fetchAll": "true"}),
        (world.v3, "/api/v3/list-applications", {"all": "true"}),
    ]
    for _ in range(2):
        await world.v3.services.orgs.create_org(world.v3.administrator, NodeDraft({"name": "More"}))
        await world.v3.services.apps.create(world.v3.administrator, "more")
        await world.v3.services.resources.create(
            world.v3.administrator, ResourceDraft(new_id(), ResourceType.DATA)
        )
    for client, path, query in listed:
        whole = (await client.http.get(path, params=query, headers=client.headers)).json()
        assert whole["data"]["totalCount"] == len(whole["data"]["list"]) >= 2
        with monkeypatch.context() as few:
            few.setattr(everything, "__defaults__", (1,))
            refused = (await client.http.get(path, params=query, headers=client.headers)).json()
        assert "there are more than 1" in refused["message"], path
