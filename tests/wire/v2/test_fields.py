"""User-defined fields and their values over the v2 wire. Source: docs/contract/v2.md#values-of-custom-fields."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import ClientOf, Refusal, V2Client

from poolhouse.ids import new_id

CALLS: list[tuple[str, dict[str, Any]]] = [
    ("Udf", {"targetType": "USER"}),
    ("Udv", {"targetType": "USER", "targetId": "u"}),
    ("UdfValueBatch", {"targetType": "USER", "targetIds": ["u"]}),
    ("SetUdf", {"targetType": "USER", "key": "k", "dataType": "STRING", "label": "K"}),
    ("RemoveUdf", {"targetType": "USER", "key": "k"}),
    ("SetUdv", {"targetType": "USER", "targetId": "u", "key": "k", "value": '"v"'}),
    ("SetUdvBatch", {"targetType": "USER", "targetId": "u", "udvList": [{"key": "k", "value": '"v"'}]}),
    ("SetUdfValueBatch", {"targetType": "USER", "input": [{"targetId": "u", "key": "k", "value": '"v"'}]}),
    ("RemoveUdv", {"targetType": "USER", "targetId": "u", "key": "k"}),
]


async def new_user(v2: V2Client) -> str:
    created = await v2.one("CreateUser", userInfo={"username": f"u{new_id()}"})
    user_id: str = created["id"]
    return user_id


async def define(v2: V2Client, key: str, kind: str) -> None:
    await v2.run("SetUdf", targetType="USER", key=key, dataType=kind, label=key.upper())


@pytest.mark.parametrize(("query", "variables"), CALLS, ids=lambda value: str(value)[:20])
async def test_a_stranger_is_refused(stranger: V2Client, query: str, variables: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        await stranger.run(query, **variables)
    assert caught.value.code == 2020


async def test_a_field_lives_and_dies(v2: V2Client) -> None:
    options = '[{"value":"a","label":"A"}]'
    field = await v2.one(SET, key="school", options=options)
    assert field == {
        "targetType": "USER",
        "dataType": "SELECT",
        "key": "school",
        "label": "School",
        "options": options,
    }
    listed = await v2.one("Udf", targetType="USER")
    assert [(one["key"], one["label"]) for one in listed] == [("school", "School")]
    assert await v2.one("Udf", targetType="ROLE") == []
    assert (await v2.one("RemoveUdf", targetType="USER", key="school"))["code"] == 200
    assert await v2.one("Udf", targetType="USER") == []
    with pytest.raises(Refusal):
        await v2.run("RemoveUdf", targetType="USER", key="school")
    with pytest.raises(Refusal) as caught:
        await v2.run(SET, key="school", options="not json")
    assert "options" in caught.value.message


SET = """
mutation setUdf($key: String!, $options: String) {
  setUdf(targetType: USER, key: $key, dataType: SELECT, label: "School", options: $options) {
    targetType dataType key label options
  }
}
"""


@pytest.mark.parametrize(
    ("kind", "sent", "read"),
    [
        ("STRING", '"清华大学"', "清华大学"),
        ("STRING", '"123"', "123"),
        ("SELECT", '"red"', "red"),
        ("NUMBER", "19", "19"),
        ("NUMBER", "1.5", "1.5"),
        ("BOOLEAN", "true", "true"),
        ("DATETIME", '"2021-03-11T12:52:50.000Z"', "1615467170000"),
        ("DATETIME", "1615467170000", "1615467170000"),
        ("OBJECT", '{"ok":"good"}', '{"ok":"good"}'),
    ],
)
async def test_a_value_is_read_as_the_client_expects_it(
    v2: V2Client, kind: str, sent: str, read: str
) -> None:
    user_id = await new_user(v2)
    await define(v2, "it", kind)
    await v2.run("SetUdv", targetType="USER", targetId=user_id, key="it", value=sent)
    expected = [{"key": "it", "dataType": kind, "value": read, "label": "IT"}]
    assert await v2.one("Udv", targetType="USER", targetId=user_id) == expected
    shown = await v2.one("UserWithCustomData", id=user_id)
    assert [{**one} for one in shown["customData"]] == expected


@pytest.mark.parametrize(
    ("kind", "sent"),
    [("STRING", "123"), ("NUMBER", '"19"'), ("BOOLEAN", "1"), ("OBJECT", '"x"'), ("STRING", "no json")],
)
async def test_a_value_of_another_type_is_refused_by_its_key(v2: V2Client, kind: str, sent: str) -> None:
    user_id = await new_user(v2)
    await define(v2, "it", kind)
    with pytest.raises(Refusal) as caught:
        await v2.run("SetUdv", targetType="USER", targetId=user_id, key="it", value=sent)
    assert " it " in caught.value.message


async def test_an_undefined_key_is_refused(v2: V2Client) -> None:
    user_id = await new_user(v2)
    with pytest.raises(Refusal) as caught:
        await v2.run("SetUdv", targetType="USER", targetId=user_id, key="nothing", value='"x"')
    assert "nothing" in caught.value.message


async def test_a_batch_is_all_or_nothing(v2: V2Client) -> None:
    first, second = await new_user(v2), await new_user(v2)
    await define(v2, "age", "NUMBER")
    good = [
        {"targetId": first, "key": "age", "value": "1"},
        {"targetId": second, "key": "age", "value": "2"},
    ]
    with pytest.raises(Refusal):
        await v2.run("SetUdfValueBatch", targetType="USER", input=[*good, {**good[0], "targetId": "nobody"}])
    read = await v2.one("UdfValueBatch", targetType="USER", targetIds=[first, second])
    assert [one["data"] for one in read] == [[], []]
    assert (await v2.one("SetUdfValueBatch", targetType="USER", input=good))["code"] == 200
    read = await v2.one("UdfValueBatch", targetType="USER", targetIds=[second, first])
    assert [(one["targetId"], one["data"][0]["value"]) for one in read] == [(second, "2"), (first, "1")]


async def test_a_role_is_meant_by_its_id_or_by_its_code(v2: V2Client) -> None:
    role = await v2.one("CreateRole", code="boss")
    await v2.run("SetUdf", targetType="ROLE", key="level", dataType="STRING", label="Level")
    await v2.run("SetUdv", targetType="ROLE", targetId="boss", key="level", value='"3"')
    (value,) = await v2.one("Udv", targetType="ROLE", targetId=role["id"])
    assert value["value"] == "3"
    read = await v2.one("UdfValueBatch", targetType="ROLE", targetIds=["boss", role["id"]])
    assert [(one["targetId"], one["data"][0]["value"]) for one in read] == [("boss", "3"), (role["id"], "3")]
    item = {"targetId": "boss", "key": "level", "value": '"4"'}
    await v2.run("SetUdfValueBatch", targetType="ROLE", input=[item])
    assert (await v2.one("Udv", targetType="ROLE", targetId="boss"))[0]["value"] == "4"


async def test_another_pools_role_is_meant_by_no_code(
    v2: V2Client, v2_of: ClientOf, other_pool: PoolForTests
) -> None:
    await (await v2_of(other_pool)).run("CreateRole", code="boss")
    await v2.run("SetUdf", targetType="ROLE", key="level", dataType="STRING", label="Level")
    with pytest.raises(Refusal):
        await v2.run("SetUdv", targetType="ROLE", targetId="boss", key="level", value='"3"')


async def test_removing_a_value_gives_what_is_left(v2: V2Client) -> None:
    user_id = await new_user(v2)
    for key in ("a", "b"):
        await define(v2, key, "NUMBER")
    udvs = [{"key": key, "value": json.dumps(1)} for key in ("a", "b")]
    kept = await v2.one("SetUdvBatch", targetType="USER", targetId=user_id, udvList=udvs)
    assert [one["key"] for one in kept] == ["a", "b"]
    left = await v2.one("RemoveUdv", targetType="USER", targetId=user_id, key="a")
    assert [one["key"] for one in left] == ["b"]


async def test_a_page_of_users_asks_once_for_custom_data(
    v2: V2Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    from poolhouse.fields import postgres

    for _ in range(3):
        await new_user(v2)
    asked = []
    original = postgres.list_values

    async def counted(*args: Any) -> Any:
        asked.append(args)
        return await original(*args)

    monkeypatch.setattr(postgres, "list_values", counted)
    page = await v2.one("UsersWithCustomData")
    assert [user["customData"] for user in page["list"]] == [[], [], []]
    assert len(asked) == 1


async def test_users_of_a_field_are_counted_and_filtered(v2: V2Client) -> None:
    teacher, _ = await new_user(v2), await new_user(v2)
    await define(v2, "isTeacher", "BOOLEAN")
    await v2.run("SetUdv", targetType="USER", targetId=teacher, key="isTeacher", value="true")
    path = "/api/v2/analysis/exist-defined-field-count"
    counted = await v2.rest("GET", path, params={"definedFieldKey": "isTeacher", "appId": "any"})
    assert counted["count"] == 1


async def test_another_pools_values_are_invisible(
    v2: V2Client, v2_of: ClientOf, other_pool: PoolForTests
) -> None:
    neighbour = await v2_of(other_pool)
    user_id = await new_user(v2)
    await define(v2, "age", "NUMBER")
    await v2.run("SetUdv", targetType="USER", targetId=user_id, key="age", value="1")
    assert await neighbour.one("Udf", targetType="USER") == []
    assert await neighbour.one("Udv", targetType="USER", targetId=user_id) == []
    await define(neighbour, "age", "NUMBER")
    for query, variables in (
        ("SetUdv", {"targetType": "USER", "targetId": user_id, "key": "age", "value": "2"}),
        ("RemoveUdv", {"targetType": "USER", "targetId": user_id, "key": "age"}),
    ):
        with pytest.raises(Refusal) as caught:
            await neighbour.run(query, **variables)
        assert caught.value.code == 2004
    assert (await v2.one("Udv", targetType="USER", targetId=user_id))[0]["value"] == "1"
