"""POST list-users: keywords, the ten operators over every listed field, sort.

Source: docs/contract/v3.md#advanced-filter.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_users import create

from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.orgs.model import NodeDraft


async def names(v3: V3Client, *conditions: tuple[str, str, Any], **body: Any) -> list[str] | str:
    """Usernames found, or the message of the refusal."""
    filters = [
        {"field": field, "operator": operator, **({} if value is None else {"value": value})}
        for field, operator, value in conditions
    ]
    answer = await v3.post("list-users", {"advancedFilter": filters, **body})
    if answer["statusCode"] != 200:
        return f"{answer['statusCode']} {answer['message']}"
    assert answer["data"]["totalCount"] == len(answer["data"]["list"])
    return sorted(user["username"] for user in answer["data"]["list"])


@pytest.fixture
async def three(v3: V3Client) -> V3Client:
    await create(v3, username="ann", email="ann@a.com", gender="F", company="Acme", birthdate="1990-01-01")
    await create(v3, username="bob", email="bob@b.com", gender="M", company="张三公司", phone="18800008888")
    await create(v3, username="eve", name="Eve", status="Suspended", externalId="7")
    await v3.services.db.execute(
        "update users set logins_count = 10, last_login = '2024-01-02T00:00:00Z', last_login_app = 'app1' "
        "where pool_id = $1 and username = 'bob'",
        v3.pool_id,
    )
    return v3


@pytest.mark.parametrize(
    ("conditions", "found"),
    [
        ([("status", "EQUAL", "Suspended")], ["eve"]),
        ([("status", "NOT_EQUAL", "Suspended")], ["ann", "bob"]),
        ([("status", "IN", ["Suspended", "Activated"])], ["ann", "bob", "eve"]),
        ([("email", "EQUAL", "ANN@A.com")], ["ann"]),
        ([("email", "CONTAINS", "@A")], ["ann"]),
        ([("email", "NOT_CONTAINS", "@a")], ["bob", "eve"]),
        ([("email", "IS_NULL", None)], ["eve"]),
        ([("email", "NOT_NULL", None)], ["ann", "bob"]),
        ([("company", "CONTAINS", "三公")], ["bob"]),
        ([("company", "CONTAINS", "%")], []),
        ([("gender", "EQUAL", "W")], ["ann"]),
        ([("gender", "IN", ["M", "F"])], ["ann", "bob"]),
        ([("loginsCount", "GREATER", 10)], ["bob"]),
        ([("loginsCount", "LESSER", 10)], ["ann", "bob", "eve"]),
        ([("loginsCount", "BETWEEN", [1, 100])], ["bob"]),
        ([("loginsCount", "EQUAL", "10")], ["bob"]),
        ([("lastLogin", "BETWEEN", [1704100000000, 1704200000000])], ["bob"]),
        ([("lastLogin", "GREATER", "2024-01-02T00:00:00.000Z")], ["bob"]),
        ([("lastLoginTime", "LESSER", "2024-01-01T00:00:00Z")], []),
        ([("lastLoginApp", "EQUAL", "app1")], ["bob"]),
        ([("loggedInApps", "IN", ["app1", "app2"])], ["bob"]),
        ([("signedUp", "GREATER", 1_655_714_763_890)], ["ann", "bob", "eve"]),
        ([("birthdate", "EQUAL", "1990-01-01")], ["ann"]),
        ([("birthdate", "GREATER", "1980-01-01")], ["ann"]),
        ([("externalId", "EQUAL", "7")], ["eve"]),
        ([("externalId", "EQUAL", 7)], ["eve"]),
        ([("userSource", "EQUAL", "adminCreated")], ["ann", "bob", "eve"]),
        ([("identity", "IS_NULL", None)], ["ann", "bob", "eve"]),
        ([("identity", "EQUAL", "wechat:1")], []),
        ([("gender", "EQUAL", "M"), ("phone", "NOT_NULL", None)], ["bob"]),
        ([("gender", "EQUAL", "F"), ("phone", "NOT_NULL", None)], []),
    ],
)
async def test_conditions_are_joined_by_and(
    three: V3Client, conditions: list[tuple[str, str, Any]], found: list[str]
) -> None:
    assert await names(three, *conditions) == found


@pytest.mark.parametrize(
    "conditions",
    [
        [("loginsCount", "CONTAINS", "1")],
        [("loginsCount", "GREATER", "many")],
        [("loginsCount", "EQUAL", "--5")],
        [("loginsCount", "BETWEEN", [1])],
        [("lastLogin", "GREATER", "yesterday")],
        [("lastLogin", "GREATER", 10**17)],
        [("emailVerified", "GREATER", True)],
        [("email", "EQUAL", {"a": 1})],
        [("loggedInApps", "CONTAINS", "x")],
        [("department", "CONTAINS", "x")],
        [("department", "IN", ["x"])],
    ],
)
async def test_what_a_field_cannot_be_asked_is_refused(
    three: V3Client, conditions: list[tuple[str, str, Any]]
) -> None:
    answer = await names(three, *conditions)
    assert isinstance(answer, str)
    assert answer.startswith("400 参数 advancedFilter")


@pytest.mark.parametrize(
    "field",
    [
        "id",
        "phone",
        "email",
        "username",
        "externalId",
        "name",
        "status",
        "gender",
        "birthdate",
        "givenName",
        "familyName",
        "preferredUsername",
        "profile",
        "country",
        "province",
        "zoneinfo",
        "website",
        "address",
        "streetAddress",
        "company",
        "postalCode",
        "formatted",
        "signedUp",
        "locale",
        "lastLogin",
        "loginsCount",
        "lastLoginApp",
        "userSource",
        "identity",
    ],
)
async def test_every_listed_field_can_be_asked_for(three: V3Client, field: str) -> None:
    assert isinstance(await names(three, (field, "NOT_NULL", None)), list)


async def test_a_custom_field_is_asked_by_its_key(three: V3Client) -> None:
    drafts = [
        FieldDraft(TargetType.USER, "school", DataType.STRING),
        FieldDraft(TargetType.USER, "age", DataType.NUMBER),
    ]
    await three.services.fields.define(three.administrator, drafts)
    user = await create(three, username="zoe", customData={"school": "北京大学", "age": 22})
    assert user["customData"] == {"school": "北京大学", "age": 22}
    assert await names(three, ("school", "EQUAL", "北京大学")) == ["zoe"]
    assert await names(three, ("age", "GREATER", 22)) == ["zoe"]
    assert await names(three, ("age", "LESSER", 21)) == []
    assert await names(three, ("unknown", "EQUAL", "x")) == "404 自定义字段 unknown 未定义"
    shown = (await three.get("get-user", userId=user["userId"], withCustomData="true"))["data"]
    assert shown["customData"] == {"school": "北京大学", "age": 22}


async def test_an_undefined_custom_field_fails_the_whole_creation(v3: V3Client) -> None:
    answer = await v3.post("create-user", {"username": "bob", "customData": {"school": "x"}})
    assert answer["statusCode"] == 404
    assert (await v3.get("list-users"))["data"]["totalCount"] == 0


async def test_a_department_is_asked_by_its_place(v3: V3Client) -> None:
    orgs, admin = v3.services.orgs, v3.administrator
    org = await orgs.create_org(admin, NodeDraft({"name": "Acme", "code": "acme"}))
    node = await orgs.create_node(admin, org.id, org.root.id, NodeDraft({"name": "Lab", "code": "lab"}))
    user = await create(v3, username="ann", departmentIds=[node.id])
    await create(v3, username="bob")
    place = {"organizationCode": "acme", "departmentId": node.id, "departmentIdType": "department_id"}
    assert await names(v3, ("department", "IN", [place])) == ["ann"]
    root = {"organizationCode": "acme", "departmentId": "root", "includeChildrenDepartments": True}
    assert await names(v3, ("department", "IN", [root])) == ["ann"]
    assert await names(v3, ("department", "IN", [root | {"includeChildrenDepartments": False}])) == []
    shown = await v3.get("get-user-departments", userId=user["userId"], withDepartmentPaths="true")
    (department,) = shown["data"]["list"]
    assert department["organizationCode"] == "acme"
    assert department["departmentNamePath"] == ["Acme", "Lab"]


@pytest.mark.parametrize(
    ("keywords", "fields", "found"),
    [
        ("BO", None, ["bob"]),
        ("eve", None, ["eve"]),
        ("acme", None, []),
        ("acme", ["company"], ["ann"]),
        ("三", ["company"], ["bob"]),
        ("7", ["externalId", "company"], ["eve"]),
    ],
)
async def test_keywords_are_looked_for_in_the_asked_fields(
    three: V3Client, keywords: str, fields: list[str] | None, found: list[str]
) -> None:
    options = {"fuzzySearchOn": fields} if fields else {}
    assert await names(three, keywords=keywords, options=options) == found


@pytest.mark.parametrize(
    "field",
    [
        "id",
        "createdAt",
        "updatedAt",
        "email",
        "username",
        "externalId",
        "phone",
        "status",
        "statusChangedAt",
        "passwordLastSetAt",
        "loginsCount",
        "gender",
        "lastLogin",
        "userSourceType",
        "lastMfaTime",
        "passwordSecurityLevel",
        "phoneCountryCode",
        "lastIp",
    ],
)
@pytest.mark.parametrize("order", ["asc", "desc"])
async def test_every_documented_field_sorts(three: V3Client, field: str, order: str) -> None:
    answer = await three.post("list-users", {"options": {"sort": [{"field": field, "order": order}]}})
    assert answer["data"]["totalCount"] == 3


async def test_sorting_orders_and_pages(three: V3Client) -> None:
    found = []
    for number in (1, 2, 3):
        options = {
            "sort": [{"field": "username", "direction": "asc"}],
            "pagination": {"page": number, "limit": 1},
        }
        answer = await three.post("list-users", {"options": options})
        assert answer["data"]["totalCount"] == 3
        found += [user["username"] for user in answer["data"]["list"]]
    assert found == ["ann", "bob", "eve"]
