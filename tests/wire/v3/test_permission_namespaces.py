"""Namespaces by their newer names, which are the older ones' things."""

import asyncio
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_orgs import data, refused

from poolhouse.roles.model import RoleDraft
from poolhouse.wire.v3 import permission_namespaces

BODY: dict[str, Any] = {"code": "mine", "codes": ["mine"], "name": "Mine", "newCode": "yours"}


@pytest.mark.parametrize("row", permission_namespaces.ENDPOINTS, ids=lambda row: row.path)
async def test_strangers_are_refused_and_the_neighbour_finds_nothing(
    v3: V3Client, neighbour: V3Client, row: Any
) -> None:
    await data(v3.post("create-permission-namespace", {"code": "mine", "name": "Mine"}))
    body = {**BODY, "list": [{"code": "mine", "name": "Mine"}]}
    call = neighbour.post if row.takes_body else neighbour.get
    arguments, keywords = ((body,), {}) if row.takes_body else ((), BODY)
    anonymous = await call(row.path, *arguments, headers={"authorization": ""}, **keywords)
    assert anonymous["statusCode"] == 401
    answer = await call(row.path, *arguments, **keywords)
    if row.path.startswith("create"):
        assert answer["statusCode"] == 200
    elif row.path == "list-permission-namespaces":
        assert {one["code"] for one in answer["data"]["list"]} == {"default", "system"}
    elif row.path == "get-permission-namespaces-batch":
        assert answer["data"] == []
    elif row.path == "check-permission-namespace-exists":
        assert answer["data"]["isValid"] is True
    else:
        assert answer["statusCode"] == 404, answer
    assert (await data(v3.get("get-permission-namespace", code="mine")))["name"] == "Mine"


async def test_a_permission_namespace_lives_from_creation_to_deletion(v3: V3Client) -> None:
    made = await data(
        v3.post("create-permission-namespace", {"code": "shop", "name": "Shop", "description": "d"})
    )
    assert made == {"code": "shop", "name": "Shop", "description": "d"}
    assert await data(v3.get("get-namespace", code="shop")) == made
    assert await refused(v3.post("create-permission-namespace", {"code": "shop", "name": "x"})) == 409
    for taken in ({"code": "shop"}, {"name": "Shop"}):
        assert (await data(v3.post("check-permission-namespace-exists", taken)))["isValid"] is False
    assert (await data(v3.post("check-permission-namespace-exists", {"code": "free"})))["isValid"] is True
    assert await refused(v3.post("check-permission-namespace-exists", {})) == 400
    changed = await data(v3.post("update-permission-namespace", {"code": "shop", "newCode": "store"}))
    assert changed == {"code": "store", "name": "Shop", "description": "d"}
    more = [{"code": "a", "name": "A"}, {"code": "b", "name": "B"}]
    await data(v3.post("create-permission-namespaces-batch", {"list": more}))
    batch = await data(v3.get("get-permission-namespaces-batch", codes="b,none,store"))
    assert [one["code"] for one in batch] == ["b", "store"]
    assert (await data(v3.get("list-permission-namespaces", query="sto")))["totalCount"] == 1
    await v3.services.roles.create(v3.administrator, RoleDraft("clerk", "store", name="Clerk"))
    page = await data(v3.get("list-permission-namespace-roles", code="store"))
    assert (page["totalCount"], page["list"][0]["name"]) == (1, "Clerk")
    assert await data(v3.post("delete-permission-namespace", {"code": "store"})) == {"success": True}
    await data(v3.post("delete-permission-namespaces-batch", {"codes": ["a", "b"]}))
    assert await refused(v3.get("list-permission-namespace-roles", code="store")) == 404
    assert await refused(v3.post("delete-permission-namespace", {"code": "default"})) == 422


async def test_two_batches_of_one_set_wait_for_each_other_in_a_line(v3: V3Client) -> None:
    codes = [f"c{at:02}" for at in range(40)]
    asked = [[{"code": code, "name": "n"} for code in codes[:: -1 if at % 2 else 1]] for at in range(6)]
    answers = await asyncio.gather(
        *(v3.post("create-permission-namespaces-batch", {"list": some}) for some in asked)
    )
    assert sorted(answer["statusCode"] for answer in answers) == [200] + [409] * 5
