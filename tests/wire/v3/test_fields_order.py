"""The order of custom fields and how many values one has: operations of ours."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_fields import data, define, done, kept, new_user

from poolhouse.wire.v3 import fields_order


async def keys(v3: V3Client, target: str = "USER") -> list[str]:
    listed = [one["key"] for one in (await v3.get("get-custom-fields", targetType=target))["data"]]
    paged = (await v3.get("list-custom-fields", targetType=target, limit=50))["data"]["list"]
    assert [one["key"] for one in paged] == listed
    return listed


@pytest.mark.parametrize("row", fields_order.ENDPOINTS, ids=lambda row: row.name)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_fields_are_placed_and_the_others_stand_behind(v3: V3Client, neighbour: V3Client) -> None:
    for key in "abcd":
        await define(v3, key, "STRING")
        await define(neighbour, key, "STRING")
    await define(v3, "a", "STRING", target="ROLE")
    ordered = await done(v3, "order-custom-fields", {"targetType": "USER", "keys": ["c", "b"]})
    assert [one["key"] for one in ordered] == ["c", "b", "a", "d"]
    assert await keys(v3) == ["c", "b", "a", "d"]
    await define(v3, "e", "STRING")
    assert await keys(v3) == ["c", "b", "a", "d", "e"]
    await done(v3, "order-custom-fields", {"targetType": "USER", "keys": ["d"]})
    assert await keys(v3) == ["d", "a", "b", "c", "e"]
    assert await keys(neighbour) == ["a", "b", "c", "d"]
    user_id = await new_user(v3)
    await done(v3, "set-custom-data", data(user_id, a="1", d="2", e="3"))
    assert list(await kept(v3, user_id)) == ["d", "a", "e"]


@pytest.mark.parametrize("given", [[], ["a", "a"], ["a", "nothing"], ["a"] * 1001])
async def test_no_order_changes_nothing(v3: V3Client, given: list[str]) -> None:
    for key in "ba":
        await define(v3, key, "STRING")
    answer = await v3.post("order-custom-fields", {"targetType": "USER", "keys": given})
    assert answer["statusCode"] in (400, 404, 413)
    assert await keys(v3) == ["b", "a"]


async def test_values_are_counted_in_their_own_pool(v3: V3Client, neighbour: V3Client) -> None:
    await define(v3, "school", "STRING")
    await done(v3, "set-custom-data", data(await new_user(v3), school="x"))
    asked = {"targetType": "USER", "key": "school"}
    assert (await v3.get("get-custom-field-usage", **asked))["data"] == {**asked, "valuesCount": 1}
    assert (await neighbour.get("get-custom-field-usage", **asked))["statusCode"] == 404


async def test_a_field_that_must_be_new_changes_none(v3: V3Client) -> None:
    await define(v3, "school", "STRING")
    field = {"targetType": "USER", "key": "school", "label": "other", "isNew": True}
    other = {"targetType": "USER", "key": "other", "dataType": "STRING", "isNew": True}
    answer = await v3.post("set-custom-fields", {"list": [other, field]})
    assert answer["statusCode"] == 409
    (one,) = (await v3.get("get-custom-fields", targetType="USER"))["data"]
    assert one["label"] == "SCHOOL"
