"""Custom fields and custom data through their wire. Source: docs/contract/v3/fields.md."""

from __future__ import annotations

from typing import Any

import pytest
from tests.fields.indexes import filled
from tests.wire.v3.conftest import V3Client

from poolhouse.ids import new_id
from poolhouse.orgs.model import NodeDraft
from poolhouse.wire.v3 import fields


async def done(v3: V3Client, path: str, body: Any) -> Any:
    answer = await v3.post(path, body)
    assert answer["statusCode"] == 200, answer
    return answer["data"]


async def new_user(v3: V3Client) -> str:
    user_id: str = (await done(v3, "create-user", {"username": f"u{new_id()}"}))["userId"]
    return user_id


async def define(v3: V3Client, key: str, kind: str, target: str = "USER", **more: Any) -> dict[str, Any]:
    field = {"targetType": target, "key": key, "dataType": kind, "label": key.upper(), **more}
    (shown,) = await done(v3, "set-custom-fields", {"list": [field]})
    return dict(shown)


def data(target_id: str, target: str = "USER", **values: Any) -> dict[str, Any]:
    return {
        "targetType": target,
        "targetIdentifier": target_id,
        "list": [{"key": key, "value": value} for key, value in values.items()],
    }


async def kept(v3: V3Client, target_id: str, target: str = "USER") -> Any:
    answer = await v3.get("get-custom-data", targetType=target, targetIdentifier=target_id, tenantId="")
    assert answer["statusCode"] == 200, answer
    return answer["data"]


@pytest.mark.parametrize("row", fields.ENDPOINTS, ids=lambda row: row.name)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_a_field_lives_and_dies(v3: V3Client) -> None:
    lang = {"enabled": True, "value": "School"}
    i18n = {"label": dict.fromkeys(("zh-CN", "en-US", "zh-TW", "ja-JP"), lang)}
    options = [{"value": "a", "label": "A"}]
    shown = await define(v3, "school", "ENUM", options=options, i18n=i18n, userEditable=True)
    assert shown == {
        "targetType": "USER",
        "createdAt": shown["createdAt"],
        "dataType": "ENUM",
        "key": "school",
        "label": "SCHOOL",
        "description": None,
        "encrypted": False,
        "isUnique": False,
        "userEditable": True,
        "visibleInAdminConsole": True,
        "visibleInUserCenter": False,
        "i18n": i18n,
        "options": options,
    }
    assert (await v3.get("get-custom-fields", targetType="USER"))["data"] == [shown]
    assert (await v3.get("get-custom-fields", targetType="ROLE"))["data"] == []
    listed = (await v3.get("list-custom-fields", targetType="USER", dataType="SELECT"))["data"]
    assert listed == {"totalCount": 1, "list": [shown]}
    await done(v3, "delete-custom-fields", {"list": [{"targetType": "USER", "key": "school"}]})
    assert (await v3.get("get-custom-fields", targetType="USER"))["data"] == []


async def test_rules_are_shown_as_they_are_given_kept_and_taken_away(v3: V3Client) -> None:
    await define(v3, "badge", "STRING")
    rule = {"type": "regExp", "content": "^[0-9]{4}$", "errorMessage": "四位数字"}
    field = {"targetType": "USER", "key": "badge"}

    async def shown(**change: Any) -> Any:
        await done(v3, "set-custom-fields", {"list": [field | change]})
        [one] = (await v3.get("get-custom-fields", targetType="USER"))["data"]
        return one.get("validateRules")

    assert await shown(validateRules=rule) == [rule]
    assert await shown(label="工牌") == [rule], "what is not given stays"
    user = (await done(v3, "create-user", {"username": "ada"}))["userId"]
    value = {"targetType": "USER", "targetIdentifier": user, "list": [{"key": "badge", "value": "12"}]}
    refused = await v3.post("set-custom-data", value)
    assert (refused["statusCode"], "四位数字" in refused["message"]) == (400, True)
    assert await shown(validateRules=[]) is None
    await done(v3, "set-custom-data", value)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"dataType": "NUMBER"}, 422),
        ({"encrypted": True}, 422),
        ({"validateRules": {"type": "never"}}, 400),
        ({"validateRules": "text"}, 400),
        ({"validateRules": [{"type": "regExp", "content": "("}]}, 400),
        ({"key": "email", "dataType": "STRING"}, 409),
        ({"key": "new"}, 400),
        ({"key": ""}, 400),
        ({"targetType": "NOTHING"}, 400),
    ],
)
async def test_a_bad_definition_is_refused(v3: V3Client, change: dict[str, Any], status: int) -> None:
    await define(v3, "school", "STRING")
    field = {"targetType": "USER", "key": "school", **change}
    assert (await v3.post("set-custom-fields", {"list": [field]}))["statusCode"] == status


@pytest.mark.parametrize(
    ("kind", "sent", "read"),
    [
        ("STRING", "清华大学", "清华大学"),
        ("STRING", "19", "19"),
        ("NUMBER", 19, 19),
        ("NUMBER", "19", 19),
        ("BOOLEAN", True, True),
        ("BOOLEAN", "true", True),
        ("DATETIME", "2021-03-11T20:52:50+08:00", "2021-03-11T12:52:50.000Z"),
        ("DATETIME", 1615467170000, "2021-03-11T12:52:50.000Z"),
        ("ENUM", "red", "red"),
        ("OBJECT", {"ok": [1]}, {"ok": [1]}),
        ("OBJECT", '{"ok": [1]}', {"ok": [1]}),
    ],
)
async def test_a_value_is_read_as_its_type(v3: V3Client, kind: str, sent: Any, read: Any) -> None:
    user_id = await new_user(v3)
    await define(v3, "it", kind)
    assert await done(v3, "set-custom-data", data(user_id, it=sent)) == {"success": True}
    assert await kept(v3, user_id) == {"it": read}
    shown = await v3.get("get-user", userId=user_id, withCustomData="true")
    assert shown["data"]["customData"] == {"it": read}
    await done(v3, "set-custom-data", data(user_id, it=None))
    assert await kept(v3, user_id) == {}


async def test_an_object_of_v2_is_shown_as_a_string_and_may_be_written_back_as_one(v3: V3Client) -> None:
    await define(v3, "it", "OBJECT")
    user_id = await new_user(v3)
    (shown,) = (await v3.get("get-custom-fields", targetType="USER"))["data"]
    assert shown["dataType"] == "STRING"
    again = await v3.post("set-custom-fields", {"list": [{**shown, "label": "It"}]})
    assert (again["data"][0]["label"], again["data"][0]["dataType"]) == ("It", "STRING")
    await done(v3, "set-custom-data", data(user_id, it={"ok": [1]}))
    assert await kept(v3, user_id) == {"it": {"ok": [1]}}


async def test_what_does_not_fit_is_refused_by_its_key(v3: V3Client) -> None:
    user_id = await new_user(v3)
    await define(v3, "age", "NUMBER")
    for values, status, named in (({"age": "old"}, 400, "age"), ({"age": 1, "no": 1}, 404, "no")):
        answer = await v3.post("set-custom-data", data(user_id, **values))
        assert answer["statusCode"] == status
        assert named in answer["message"]
    assert (await v3.post("set-custom-data", data("nobody", age=1)))["statusCode"] == 404
    assert (await v3.post("set-custom-data", data(user_id)))["message"].startswith("参数 list 格式错误")
    assert await kept(v3, user_id) == {}


async def test_every_kind_of_target_has_its_values(v3: V3Client) -> None:
    await done(v3, "create-role", {"code": "admin"})
    await done(v3, "create-group", {"code": "staff", "name": "Staff"})
    org = await v3.services.orgs.create_org(v3.administrator, NodeDraft({"name": "Org"}))
    for target, target_id in (("ROLE", "admin"), ("GROUP", "staff"), ("DEPARTMENT", org.root.id)):
        await define(v3, "note", "STRING", target)
        await done(v3, "set-custom-data", data(target_id, target, note=target))
        assert await kept(v3, target_id, target) == {"note": target}
        missing = await v3.get("get-custom-data", targetType=target, targetIdentifier="nothing", tenantId="")
        assert missing["statusCode"] == 404


async def test_users_are_found_by_custom_fields(v3: V3Client) -> None:
    old, young = await new_user(v3), await new_user(v3)
    await define(v3, "age", "NUMBER")
    await done(v3, "set-custom-data", data(old, age=70))
    await done(v3, "set-custom-data", data(young, age=7))
    term = {"field": "age", "operator": "GREATER", "value": 70}
    found = await done(v3, "list-users", {"advancedFilter": [term]})
    assert (found["totalCount"], [user["userId"] for user in found["list"]]) == (1, [old])


async def test_built_in_fields_are_listed_and_relabelled(v3: V3Client) -> None:
    every = (await v3.get("get-user-base-fields"))["data"]
    shown = {field["key"]: field for field in every}
    assert (shown["email"]["isUnique"], shown["company"]["label"]) == (True, "公司")
    await done(v3, "set-user-base-fields", {"list": [{"key": "company", "label": "Firm"}]})
    page = (await v3.get("list-user-base-fields", targetType="USER", dataType="STRING", keyword="firm"))[
        "data"
    ]
    assert [(field["key"], field["label"]) for field in page["list"]] == [("company", "Firm")]
    assert (await v3.post("set-user-base-fields", {"list": [{"key": "no"}]}))["statusCode"] == 404


async def test_the_neighbour_sees_no_field_and_no_value(v3: V3Client, neighbour: V3Client) -> None:
    user_id = await new_user(v3)
    await define(v3, "age", "NUMBER")
    await done(v3, "set-custom-data", data(user_id, age=1))
    assert (await neighbour.get("get-custom-fields", targetType="USER"))["data"] == []
    await define(neighbour, "age", "NUMBER")
    hidden = await neighbour.get("get-custom-data", targetType="USER", targetIdentifier=user_id, tenantId="")
    assert hidden["statusCode"] == 404
    assert (await neighbour.post("set-custom-data", data(user_id, age=2)))["statusCode"] == 404
    await done(neighbour, "delete-custom-fields", {"list": [{"targetType": "USER", "key": "age"}]})
    assert await kept(v3, user_id) == {"age": 1}


async def test_a_field_is_indexed_and_lists_are_filtered_and_sorted_by_it(v3: V3Client) -> None:
    old, young = await new_user(v3), await new_user(v3)
    shown = await define(v3, "age", "NUMBER", indexed=True)
    assert (shown["indexed"], shown["indexProgress"]["state"]) == (True, "FILLING")
    for user_id, age in ((old, 70), (young, 7)):
        await done(v3, "set-custom-data", data(user_id, age=age))
    await filled(v3.services)
    for name in ("get-custom-fields", "list-custom-fields"):
        listed = (await v3.get(name, targetType="USER"))["data"]
        (field,) = listed if isinstance(listed, list) else listed["list"]
        assert field["indexProgress"] == {"state": "READY", "done": 2, "total": 2}
    for order, expected in (("asc", [young, old]), ("desc", [old, young])):
        options = {"sort": [{"field": "age", "order": order}]}
        found = await done(v3, "list-users", {"options": options})
        assert [user["userId"] for user in found["list"]] == expected
    again = await define(v3, "age", "NUMBER", label="Years")
    assert again["indexed"] is True
    assert (await define(v3, "age", "NUMBER", indexed=False))["indexProgress"]["state"] == "EMPTYING"


async def test_a_field_that_was_never_indexed_is_shown_as_ever(v3: V3Client) -> None:
    shown = await define(v3, "age", "NUMBER")
    assert not {"indexed", "indexProgress"} & shown.keys()


@pytest.mark.parametrize(
    ("field", "status"),
    [
        ({"key": "thing", "dataType": "OBJECT", "indexed": True}, 400),
        ({"key": "secret", "dataType": "STRING", "encrypted": True, "indexed": True}, 400),
        ({"key": "age", "dataType": "NUMBER", "indexed": "soon"}, 400),
        ({"key": "age", "dataType": "NUMBER", "indexed": True, "targetType": "ROLE"}, 400),
    ],
    ids=["an object", "encrypted", "no boolean", "of a role"],
)
async def test_what_cannot_be_indexed_is_refused_by_its_field(
    v3: V3Client, field: dict[str, Any], status: int
) -> None:
    answer = await v3.post("set-custom-fields", {"list": [{"targetType": "USER", "label": "x", **field}]})
    assert answer["statusCode"] == status
    assert "indexed" in answer["message"]


async def test_an_unknown_field_to_sort_by_is_refused_by_its_name(v3: V3Client) -> None:
    answer = await v3.post("list-users", {"options": {"sort": [{"field": "nothing", "order": "asc"}]}})
    assert (answer["statusCode"], "nothing" in answer["message"]) == (400, True)


async def test_the_neighbours_list_is_sorted_by_no_field_of_another_pool(
    v3: V3Client, neighbour: V3Client
) -> None:
    await define(v3, "age", "NUMBER", indexed=True)
    answer = await neighbour.post("list-users", {"options": {"sort": [{"field": "age", "order": "asc"}]}})
    assert answer["statusCode"] == 400
