"""Tenants and identity sources through the v3 wire. Source: docs/contract/v3/tenants.md."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_data_permissions import asked_while_deleted

from poolhouse.federation.binding import PROOFS
from poolhouse.ids import new_id
from poolhouse.tenants.secrets import MASK
from poolhouse.wire.v3 import identities, tenant_offices, tenants

CONNECTION = {
    "type": "oidc",
    "identifier": "conn1",
    "displayName": "连接",
    "fields": {"issuer": "https://idp.example", "clientId": "c", "clientSecret": "s3cret"},
}


async def done(v3: V3Client, path: str, body: Any) -> Any:
    answer = await v3.post(path, body)
    assert answer["statusCode"] == 200, answer
    return answer.get("data")


async def read(v3: V3Client, path: str, **query: Any) -> Any:
    answer = await v3.get(path, **query)
    assert answer["statusCode"] == 200, answer
    return answer["data"]


async def new_user(v3: V3Client) -> str:
    user_id: str = (await done(v3, "create-user", {"username": f"u{new_id()}"}))["userId"]
    return user_id


@pytest.mark.parametrize(
    "row",
    [
        row
        for row in [*tenants.ENDPOINTS, *tenant_offices.ENDPOINTS, *identities.ENDPOINTS]
        if row.access != "anyone"
    ],
    ids=lambda row: row.name,
)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_a_tenant_lives_and_dies(v3: V3Client) -> None:
    app_id = (await done(v3, "create-application", {"appName": "商店"}))["appId"]
    created = await done(
        v3, "create-tenant", {"name": "一", "appIds": [app_id], "logo": ["l"], "enterpriseDomains": ["a.cn"]}
    )
    tenant_id = created["tenantId"]
    assert (created["name"], created["appIds"], created["logo"]) == ("一", [app_id], "l")
    assert created["enterpriseDomains"] == ["a.cn"]
    await done(v3, "update-tenant", {"tenantId": tenant_id, "name": "二", "rejectHint": "r", "appIds": []})
    shown = await read(v3, "get-tenant", tenantId=tenant_id, withMembersCount="true")
    assert (shown["name"], shown["rejectHint"], shown["appIds"]) == ("二", "r", [])
    assert (shown["membersCount"], shown["logo"]) == (0, "l")
    assert (await read(v3, "get-tenant-by-code", code=created["code"]))["tenantId"] == tenant_id
    assert (await read(v3, "get-tenant-little-info", tenantId=tenant_id))["name"] == "二"
    listed = await read(v3, "list-tenants", keywords="二", page="1", limit="10")
    assert (listed["totalCount"], [one["tenantId"] for one in listed["list"]]) == (1, [tenant_id])
    await done(v3, "delete-tenant", {"tenantId": tenant_id})
    assert (await v3.get("get-tenant", tenantId=tenant_id))["statusCode"] == 404
    assert (await v3.post("delete-tenant", {"tenantId": tenant_id}))["statusCode"] == 404


async def test_members_and_administrators_come_and_go(v3: V3Client) -> None:
    tenant_id = (await done(v3, "create-tenant", {"name": "t", "appIds": []}))["tenantId"]
    one, two = await new_user(v3), await new_user(v3)
    await done(v3, "add-tenant-users", {"tenantId": tenant_id, "linkUserIds": [one, two]})
    listed = await done(v3, "list-tenant-users", {"tenantId": tenant_id})
    assert listed["totalCount"] == 2
    member = await read(v3, "get-tenant-user", tenantId=tenant_id, linkUserId=one)
    assert (member["linkUserId"], member["isTenantAdmin"], member["tenantId"]) == (one, False, tenant_id)
    await done(v3, "set-tenant-admin", {"tenantId": tenant_id, "memberIds": [member["memberId"]]})
    admins = await done(v3, "list-tenant-admin", {"tenantId": tenant_id, "page": "1", "limit": "10"})
    assert [each["linkUserId"] for each in admins["list"]] == [one]
    await done(v3, "delete-tenant-admin", {"tenantId": tenant_id, "linkUserId": one})
    assert (await done(v3, "list-tenant-admin", {"tenantId": tenant_id}))["totalCount"] == 0
    updates = {"nickname": "李", "gender": "F"}
    await done(v3, "update-tenant-user", {"tenantId": tenant_id, "linkUserId": one, "updates": updates})
    assert (await read(v3, "get-user", userId=one))["nickname"] == "李"
    await done(v3, "remove-tenant-users", {"tenantId": tenant_id, "memberIds": [member["memberId"]]})
    await done(v3, "delete-tenant-user", {"tenantId": tenant_id, "linkUserIds": [two]})
    assert (await done(v3, "list-tenant-users", {"tenantId": tenant_id}))["totalCount"] == 0


async def test_a_member_is_created_with_their_user_or_neither(v3: V3Client) -> None:
    tenant_id = (await done(v3, "create-tenant", {"name": "t", "appIds": []}))["tenantId"]
    body = {"tenantId": tenant_id, "gender": "M", "username": "wang", "password": "Secret-123"}
    created = await done(v3, "create-tenant-user", body)
    assert (created["username"], created["gender"], created["tenantId"]) == ("wang", "M", tenant_id)
    assert (await v3.post("create-tenant-user", body))["statusCode"] == 409
    answer = await v3.post("create-tenant-user", {**body, "tenantId": new_id(), "username": "other"})
    assert answer["statusCode"] == 404
    assert (await v3.post("is-user-exists", {"username": "other"}))["data"]["exists"] is False


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("create-tenant", {"appIds": []}, 400),
        ("create-tenant", {"name": "x", "appIds": ["nobody"]}, 404),
        ("create-tenant", {"name": "x", "appIds": [], "memberAmount": 3}, 501),
        ("update-tenant", {"tenantId": "TENANT", "name": None}, 400),
        ("add-tenant-users", {"tenantId": "TENANT", "linkUserIds": ["nobody"]}, 404),
        ("add-tenant-users", {"tenantId": "TENANT", "linkUserIds": []}, 400),
        ("remove-tenant-users", {"tenantId": "TENANT"}, 400),
        ("remove-tenant-users", {"tenantId": "TENANT", "memberIds": ["nobody"]}, 404),
        ("list-tenant-admin", {"tenantId": "TENANT", "page": "x"}, 400),
        ("create-multiple-tenant-admin", {"tenantIds": ["TENANTS"], "userId": "nobody"}, 404),
        ("create-multiple-tenant-admin", {"tenantIds": ["x"], "userId": "x", "apiAuthorized": True}, 501),
        ("delete-tenant-admin", {"linkUserId": "x"}, 400),
        ("delete-tenant-admin", {"tenantId": {"a": 1}, "linkUserId": "x"}, 400),
        ("update-tenant-user", {"tenantId": "TENANT", "linkUserId": "x", "updates": {"a": 1}}, 404),
        ("create-ext-idp", {"name": "x", "type": "no such"}, 400),
        ("create-ext-idp", {"name": "x", "type": "oidc", "tenantId": "nobody"}, 404),
        ("create-ext-idp-conn", {**CONNECTION, "extIdpId": "nobody"}, 404),
        ("create-ext-idp-conn", {**CONNECTION, "extIdpId": "nobody", "fields": "x"}, 404),
    ],
)
async def test_bad_input_is_refused(v3: V3Client, path: str, body: dict[str, Any], status: int) -> None:
    tenant_id = (await done(v3, "create-tenant", {"name": "t", "appIds": []}))["tenantId"]
    sent = {key: tenant_id if value == "TENANT" else value for key, value in body.items()}
    assert (await v3.post(path, sent))["statusCode"] == status


async def test_an_application_shows_the_connections_that_are_switched_on_in_it(v3: V3Client) -> None:
    app_id, other = [
        (await done(v3, "create-application", {"appName": name}))["appId"] for name in ("商店", "门户")
    ]
    source = await done(v3, "create-ext-idp", {"name": "企业", "type": "oidc"})
    connection = await done(v3, "create-ext-idp-conn", {**CONNECTION, "extIdpId": source["id"]})
    await done(v3, "change-ext-idp-conn-state", {"id": connection["id"], "appId": app_id, "enabled": True})
    listed = {one["appId"]: one for one in (await read(v3, "list-applications"))["list"]}
    for shown in (await read(v3, "get-application", appId=app_id), listed[app_id]):
        [one] = shown["loginConfig"]["enabledExtIdpConns"]
        assert (one["extIdpId"], one["extIdpConnId"]) == (source["id"], connection["id"])
        assert (one["extIdpType"], one["extIdpConnType"], one["isSocial"]) == ("oidc", "oidc", False)
    assert listed[other]["loginConfig"]["enabledExtIdpConns"] == []
    asked = {"appName": "新", "loginConfig": {"showAuthorizationPage": False, "enabledAllExtIdpConns": True}}
    answer = await v3.post("create-application", asked)
    assert "change-ext-idp-conn-state" in answer["message"], "that it switches nothing on is said"


async def test_sources_are_kept_switched_and_shown_without_secrets(v3: V3Client) -> None:
    app_id = (await done(v3, "create-application", {"appName": "商店"}))["appId"]
    source = await done(v3, "create-ext-idp", {"name": "企业", "type": "oidc"})
    connection = await done(v3, "create-ext-idp-conn", {**CONNECTION, "extIdpId": source["id"]})
    assert (connection["identifier"], connection["loginOnly"]) == ("conn1", False)
    state = {"id": connection["id"], "appId": app_id, "enabled": True}
    await done(v3, "change-ext-idp-conn-state", state)
    detail = await read(v3, "get-ext-idp", id=source["id"])
    [shown] = detail["connections"]
    assert shown["fields"] == {**CONNECTION["fields"], "clientSecret": MASK}
    assert shown["enabledAppIds"] == [app_id]
    for named in (connection["id"], source["id"]):
        [shown_app] = (await read(v3, "ext-idp-conn-apps", id=named))["list"]
        assert (shown_app["id"], shown_app["type"]) == (app_id, "oidc")
    assert (await read(v3, "ext-idp-conn-apps", id=source["id"], appId=new_id()))["totalCount"] == 0
    for wrong in ({"id": new_id()}, {"id": source["id"], "type": "social"}):
        assert (await v3.get("ext-idp-conn-apps", **wrong))["statusCode"] == 404
    assert (await read(v3, "list-ext-idp", appId=app_id))["totalCount"] == 1
    await done(v3, "change-ext-idp-conn-state", {**state, "enabled": False})
    assert (await read(v3, "list-ext-idp", appId=app_id))["totalCount"] == 0
    changed = await done(
        v3,
        "update-ext-idp-conn",
        {"id": connection["id"], "displayName": "新", "fields": shown["fields"], "loginOnly": True},
    )
    assert (changed["displayName"], changed["loginOnly"]) == ("新", True)
    assert (changed["associationMode"], changed["challengeBindingMethods"]) == ("none", [])
    await done(v3, "change-ext-idp-conn-association-state", {"id": connection["id"], "association": True})
    fields = {**shown["fields"], "challengeBindingMethods": ["phone-code", "email-password"]}
    for given, told in (
        (shown["fields"], list(PROOFS)),
        (fields, ["email-password", "phone-code"]),
    ):
        body = {"id": connection["id"], "displayName": "新", "fields": given}
        changed = await done(v3, "update-ext-idp-conn", body)
        assert (changed["associationMode"], changed["challengeBindingMethods"]) == ("challenge", told)
    [shown] = (await read(v3, "get-ext-idp", id=source["id"]))["connections"]
    assert (shown["associationMode"], shown["challengeBindingMethods"]) == ("challenge", told)
    assert (await done(v3, "update-ext-idp", {"id": source["id"], "name": "改"}))["name"] == "改"
    assert (await v3.get("get-ext-idp", id=source["id"], tenantId=new_id()))["statusCode"] == 404
    assert (await v3.get("get-ext-idp", id=source["id"], type="social"))["statusCode"] == 404
    assert (await read(v3, "list-tenant-ext-idp"))["totalCount"] == 0
    await done(v3, "delete-ext-idp-conn", {"id": connection["id"]})
    await done(v3, "delete-ext-idp", {"id": source["id"]})
    assert (await read(v3, "list-ext-idp"))["totalCount"] == 0


async def test_another_pools_tenants_and_sources_are_invisible(v3: V3Client, neighbour: V3Client) -> None:
    tenant = await done(v3, "create-tenant", {"name": "t", "appIds": []})
    source = await done(v3, "create-ext-idp", {"name": "s", "type": "oidc"})
    connection = await done(v3, "create-ext-idp-conn", {**CONNECTION, "extIdpId": source["id"]})
    app_id = (await done(neighbour, "create-application", {"appName": "mine"}))["appId"]
    user_id = await new_user(neighbour)
    for path, body in (
        ("update-tenant", {"tenantId": tenant["tenantId"], "name": "x"}),
        ("delete-tenant", {"tenantId": tenant["tenantId"]}),
        ("add-tenant-users", {"tenantId": tenant["tenantId"], "linkUserIds": [user_id]}),
        ("list-tenant-users", {"tenantId": tenant["tenantId"]}),
        ("set-tenant-admin", {"tenantId": tenant["tenantId"], "linkUserIds": [user_id]}),
        ("create-tenant-user", {"tenantId": tenant["tenantId"], "gender": "M", "username": "x"}),
        ("update-ext-idp", {"id": source["id"], "name": "x"}),
        ("delete-ext-idp", {"id": source["id"]}),
        ("create-ext-idp-conn", {**CONNECTION, "extIdpId": source["id"], "identifier": "c2"}),
        ("update-ext-idp-conn", {"id": connection["id"], "displayName": "x", "fields": {}}),
        ("delete-ext-idp-conn", {"id": connection["id"]}),
        ("change-ext-idp-conn-state", {"id": connection["id"], "appId": app_id, "enabled": True}),
    ):
        assert (await neighbour.post(path, body))["statusCode"] == 404, path
    assert (await neighbour.get("get-tenant", tenantId=tenant["tenantId"]))["statusCode"] == 404
    assert (await read(neighbour, "list-tenants"))["totalCount"] == 0
    assert (await read(neighbour, "list-ext-idp"))["totalCount"] == 0
    assert (await read(v3, "get-ext-idp", id=source["id"]))["connections"][0]["displayName"] == "连接"


# -- administrators of several, and departments --------------------------------------------------------------


async def test_one_user_administers_several_tenants(v3: V3Client, neighbour: V3Client) -> None:
    first, second = [
        (await done(v3, "create-tenant", {"name": name, "appIds": []}))["tenantId"] for name in "ab"
    ]
    ann = (await done(v3, "create-user", {"username": "ann", "email": "ann@x.cn"}))["userId"]
    bob = await new_user(v3)
    await done(v3, "add-tenant-users", {"tenantId": first, "linkUserIds": [ann, bob]})
    assert (await read(v3, "get-multiple-tenant-admin", userId=ann)) == {"totalCount": 0, "list": []}
    await done(v3, "create-multiple-tenant-admin", {"tenantIds": [first, second], "userId": ann})
    for tenant_id in (first, second):
        administrators = await done(v3, "list-tenant-admin", {"tenantId": tenant_id})
        assert [one["linkUserId"] for one in administrators["list"]] == [ann]
    assert (await done(v3, "list-tenant-users", {"tenantId": first}))["totalCount"] == 2
    listed = await read(v3, "list-multiple-tenant-admins", keywords="ANN@")
    assert (listed["totalCount"], listed["list"][0]["email"]) == (1, "ann@x.cn")
    assert (await read(v3, "list-multiple-tenant-admins", keywords="bob"))["totalCount"] == 0
    assert (await read(v3, "get-multiple-tenant-admin", userId=ann))["list"][0]["userId"] == ann
    missing = {"tenantIds": [first, "none"], "userId": bob}
    assert (await v3.post("create-multiple-tenant-admin", missing))["statusCode"] == 404
    assert (await read(v3, "get-multiple-tenant-admin", userId=bob))["totalCount"] == 0
    theirs = {"tenantIds": [first], "userId": ann}
    assert (await neighbour.post("create-multiple-tenant-admin", theirs))["statusCode"] == 404
    assert (await read(neighbour, "list-multiple-tenant-admins"))["totalCount"] == 0
    assert (await read(neighbour, "get-multiple-tenant-admin", userId=ann))["totalCount"] == 0


async def test_members_are_found_by_a_part_of_what_they_are_called(v3: V3Client) -> None:
    tenant_id = (await done(v3, "create-tenant", {"name": "t", "appIds": []}))["tenantId"]
    ann = (await done(v3, "create-user", {"username": "ann", "name": "安妮"}))["userId"]
    await done(v3, "add-tenant-users", {"tenantId": tenant_id, "linkUserIds": [ann, await new_user(v3)]})
    await done(v3, "set-tenant-admin", {"tenantId": tenant_id, "linkUserIds": [ann]})
    for path in ("list-tenant-users", "list-tenant-admin"):
        for words, count in (("安", 1), ("AN", 1), ("nobody", 0)):
            listed = await done(v3, path, {"tenantId": tenant_id, "keywords": words})
            assert (listed["totalCount"], len(listed["list"])) == (count, count), (path, words)


async def test_members_of_a_tenant_come_into_its_departments_and_nobody_else(
    v3: V3Client, neighbour: V3Client
) -> None:
    tenant_id = (await done(v3, "create-tenant", {"name": "t", "appIds": []}))["tenantId"]
    other = (await done(v3, "create-tenant", {"name": "o", "appIds": []}))["tenantId"]
    draft = {"organizationName": "Acme", "organizationCode": "acme", "tenantId": tenant_id}
    root = (await done(v3, "create-organization", draft))["departmentId"]
    await done(v3, "create-organization", {"organizationName": "Own", "organizationCode": "own"})
    ann, bob = await new_user(v3), await new_user(v3)
    await done(v3, "add-tenant-users", {"tenantId": tenant_id, "linkUserIds": [ann]})
    body = {"organizationCode": "acme", "departmentId": "root", "tenantId": tenant_id, "linkUserIds": [ann]}

    async def members() -> Any:
        listed = await read(v3, "list-department-members", organizationCode="acme", departmentId=root)
        return [one["userId"] for one in listed["list"]]

    path = "add-tenant-department-members"
    assert (await v3.post(path, {**body, "linkUserIds": [ann, bob]}))["statusCode"] == 404
    assert (await v3.post(path, {**body, "tenantId": other}))["statusCode"] == 404
    assert (await v3.post(path, {**body, "organizationCode": "own"}))["statusCode"] == 404
    own = {**body, "organizationCode": "own", "tenantId": None}
    assert (await v3.post(path, own))["statusCode"] == 400
    assert (await neighbour.post(path, body))["statusCode"] == 404
    assert await members() == []
    assert await done(v3, path, body) == {"success": True}
    assert await members() == [ann]
    member_id = (await done(v3, "list-tenant-users", {"tenantId": tenant_id}))["list"][0]["memberId"]
    gone = {"organizationCode": "acme", "departmentId": "root", "memberIds": [member_id]}
    path = "remove-tenant-department-members"
    assert (await neighbour.post(path, gone))["statusCode"] == 404
    assert await done(v3, path, gone) == {"success": True}
    assert await members() == []
    assert (await done(v3, "list-tenant-users", {"tenantId": tenant_id}))["totalCount"] == 1


@pytest.mark.parametrize("path", ["create-multiple-tenant-admin", "add-tenant-users", "set-tenant-admin"])
async def test_nobody_joins_a_tenant_that_is_deleted_meanwhile(v3: V3Client, path: str) -> None:
    tenant_id = (await done(v3, "create-tenant", {"name": "t", "appIds": []}))["tenantId"]
    ann = await new_user(v3)
    body = {"tenantId": tenant_id, "tenantIds": [tenant_id], "userId": ann, "linkUserIds": [ann]}
    answer = await asked_while_deleted(v3, "tenants", path, {**body, "apiAuthorized": False})
    assert answer["statusCode"] == 404, answer


async def test_a_tenant_outlives_the_application_it_came_from(v3: V3Client) -> None:
    shop = (await done(v3, "create-application", {"appName": "Shop"}))["appId"]
    ids = [
        (await done(v3, "create-tenant", {"name": name, "appIds": [], "sourceAppId": shop}))["tenantId"]
        for name in "ab"
    ]
    shown = await read(v3, "get-tenant", tenantId=ids[0], withSourceAppDetail="true")
    assert shown["sourceAppDetail"]["appName"] == "Shop"
    await done(v3, "delete-application", {"appId": shop})
    listed = await read(v3, "list-tenants", withSourceAppDetail="true")
    assert [one["sourceAppDetail"] for one in listed["list"]] == [None, None]


async def test_a_source_that_is_stored_says_that_nobody_can_sign_in_through_it(v3: V3Client) -> None:
    answer = await v3.post("create-ext-idp", {"name": "企业", "type": "alipay"}, {"x-authing-lang": "en-US"})
    assert "nobody can sign in by an identity source of this kind" in answer["message"]
    answer = await v3.post("delete-ext-idp", {"id": answer["data"]["id"]}, {"x-authing-lang": "en-US"})
    assert answer["message"] == "Success"
