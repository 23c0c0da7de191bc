"""The users family through its wire. Source: docs/contract/v3.md#users."""

from __future__ import annotations

import base64
import re
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.wire.v3.conftest import V3Client

from poolhouse.groups.model import GroupDraft
from poolhouse.ids import new_id
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import Effect, Grant, ResourceType
from poolhouse.resources.model import TargetType as ResourceTarget
from poolhouse.roles.model import RoleDraft, RoleKey, Target, TargetType
from poolhouse.users.model import UserDraft
from poolhouse.wire.v3 import (
    users_apps,
    users_read,
    users_relations,
    users_security,
    users_sessions,
    users_write,
)

FAMILIES = (users_read, users_write, users_sessions, users_relations, users_security, users_apps)
ROWS = [row for family in FAMILIES for row in family.ENDPOINTS]


async def create(v3: V3Client, **body: Any) -> dict[str, Any]:
    answer = await v3.post("create-user", body)
    assert answer["statusCode"] == 200, answer
    return answer["data"]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_a_created_user_is_listed_as_documented(v3: V3Client) -> None:
    user = await create(v3, username="bob", email="Bob@Example.com", name="张三", gender="W")
    answer = await v3.get("list-users", page=1, limit=10, status="Activated", withDepartmentIds="True")
    assert (answer["statusCode"], answer["apiCode"], answer["data"]["totalCount"]) == (200, 20001, 1)
    (listed,) = answer["data"]["list"]
    assert listed["userId"] == user["userId"]
    assert (listed["email"], listed["gender"], listed["status"]) == ("bob@example.com", "F", "Activated")
    assert listed["departmentIds"] == []
    assert listed["lastLogin"] is None
    assert listed["lastIp"] is None
    assert listed["loginsCount"] == 0
    assert listed["photo"] == v3.services.avatar
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", listed["createdAt"])
    assert not {"customData", "identities", "postIdList"} & listed.keys()


async def test_the_neighbour_sees_nobody(v3: V3Client, neighbour: V3Client) -> None:
    user = await create(v3, username="bob")
    assert (await neighbour.get("list-users"))["data"]["totalCount"] == 0
    assert (await neighbour.get("get-user", userId=user["userId"]))["statusCode"] == 404
    answer = await neighbour.post("delete-users-batch", {"userIds": [user["userId"]]})
    assert answer["statusCode"] == 404
    assert (await v3.get("get-user", userId=user["userId"]))["statusCode"] == 200


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"limit": "51"}, "参数 limit 格式错误"),
        ({"limit": "0"}, "参数 limit 格式错误"),
        ({"page": "0"}, "参数 page 格式错误"),
        ({"page": "x"}, "参数 page 格式错误"),
        ({"status": "Gone"}, "参数 status 格式错误"),
    ],
)
async def test_a_wrong_query_is_refused_by_name(v3: V3Client, query: dict[str, str], message: str) -> None:
    answer = await v3.get("list-users", **query)
    assert answer["statusCode"] == 400
    assert answer["message"].startswith(message)


@pytest.mark.parametrize("unit", [1, 1000])
async def test_the_time_of_change_is_in_seconds_or_milliseconds(v3: V3Client, unit: int) -> None:
    await create(v3, username="bob")
    since = {"updatedAtStart": 1_655_714_763 * unit}
    until = {"updatedAtEnd": 1_655_714_763 * unit}
    assert (await v3.get("list-users", **since))["data"]["totalCount"] == 1
    assert (await v3.get("list-users", **until))["data"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("username", "bob"),
        ("email", "BOB@example.com"),
        ("phone", "18800008888"),
        ("external_id", "10010"),
        ("identity", "wechat:oj7"),
        ("identity", "6076bac:oj7"),
        ("sync_relation", "wechat:oj7"),
    ],
)
async def test_a_user_is_found_by_every_key(v3: V3Client, kind: str, value: str) -> None:
    identity = {"extIdpId": "6076bac", "provider": "wechat", "type": "openid", "userIdInIdp": "oj7"}
    user = await create(
        v3,
        username="bob",
        email="bob@example.com",
        phone="18800008888",
        externalId="10010",
        identities=[identity],
    )
    found = await v3.get("get-user", userId=value, userIdType=kind)
    assert found["data"]["userId"] == user["userId"]
    batch = await v3.get("get-user-batch", userIds=[value], userIdType=kind)
    assert [one["userId"] for one in batch["data"]] == [user["userId"]]


@pytest.mark.parametrize(
    "path",
    [
        row.path
        for row in ROWS
        if row.method == "GET" and row.request and "user_id" in row.request.__struct_fields__
    ],
)
async def test_an_empty_user_id_is_refused_by_name(v3: V3Client, path: str) -> None:
    answer = await v3.get(path, userId="", appId="shop")
    assert (answer["statusCode"], answer["message"]) == (400, "参数 userId 格式错误")


async def test_a_user_needs_an_identifier(v3: V3Client) -> None:
    answer = await v3.post("create-user", {"name": "nobody"})
    assert answer["statusCode"] == 400


@pytest.mark.parametrize(
    ("field", "value"),
    [("username", "bob"), ("email", "BOB@example.com"), ("phone", "18800008888"), ("externalId", "1")],
)
async def test_a_taken_identifier_is_a_conflict(v3: V3Client, field: str, value: str) -> None:
    await create(v3, username="bob", email="bob@example.com", phone="18800008888", externalId="1")
    answer = await v3.post("create-user", {"username": "else", field: value})
    assert answer["statusCode"] == 409


async def test_a_batch_is_all_or_nothing(v3: V3Client) -> None:
    answer = await v3.post(
        "create-users-batch", {"list": [{"username": "a"}, {"username": "b"}, {"username": "a"}]}
    )
    assert answer["statusCode"] == 409
    assert (await v3.get("list-users"))["data"]["totalCount"] == 0
    answer = await v3.post("create-users-batch", {"list": [{"username": "a"}, {"username": "b"}]})
    assert [user["username"] for user in answer["data"]] == ["a", "b"]


async def test_null_clears_a_field_and_absent_leaves_it(v3: V3Client) -> None:
    user = await create(v3, username="bob", nickname="b", company="acme")
    answer = await v3.post("update-user", {"userId": user["userId"], "nickname": None, "name": "n"})
    assert answer["statusCode"] == 200
    assert (answer["data"]["nickname"], answer["data"]["company"], answer["data"]["name"]) == (
        None,
        "acme",
        "n",
    )


async def test_a_user_is_updated_by_another_key(v3: V3Client) -> None:
    await create(v3, username="bob")
    body = {"userId": "bob", "name": "n", "options": {"userIdType": "username"}}
    assert (await v3.post("update-user", body))["data"]["name"] == "n"


async def test_a_batch_of_updates_is_all_or_nothing(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    changes = [{"userId": user["userId"], "name": "n"}, {"userId": new_id(), "name": "m"}]
    assert (await v3.post("update-user-batch", {"list": changes}))["statusCode"] == 404
    assert (await v3.get("get-user", userId=user["userId"]))["data"]["name"] is None
    assert (await v3.post("update-user-batch", {"list": changes[:1]}))["data"][0]["name"] == "n"


async def test_users_are_deleted_all_or_none(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    unknown = await v3.post("delete-users-batch", {"userIds": [user["userId"], new_id()]})
    assert unknown["statusCode"] == 404
    assert (await v3.get("list-users"))["data"]["totalCount"] == 1
    done = await v3.post("delete-users-batch", {"userIds": [user["userId"]]})
    assert done["data"] == {"success": True}
    assert (await v3.get("list-users"))["data"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"userIds": []}, "参数 userIds 格式错误"),
        ({"userIds": ""}, "参数 userIds 格式错误"),
        ({"userIds": 1}, "参数 userIds 格式错误：应为字符串列表"),
        ({}, "缺少参数 userIds"),
    ],
)
async def test_no_user_ids_are_refused_by_name(v3: V3Client, body: dict[str, Any], message: str) -> None:
    answer = await v3.post("delete-users-batch", body)
    assert (answer["statusCode"], answer["message"]) == (400, message)


async def test_is_user_exists_needs_a_key(v3: V3Client) -> None:
    await create(v3, username="bob")
    assert (await v3.post("is-user-exists", {"username": "bob"}))["data"] == {"exists": True}
    assert (await v3.post("is-user-exists", {"email": "bob@x.com"}))["data"] == {"exists": False}
    answer = await v3.post("is-user-exists", {})
    assert (answer["statusCode"], answer["message"]) == (
        400,
        "参数 username, email, phone, externalId 格式错误",
    )


@pytest.mark.parametrize("by", ["status", "advancedFilter"])
async def test_a_suspended_user_and_a_blocked_one_look_alike(v3: V3Client, by: str) -> None:
    ann, _, eve = [(await create(v3, username=name))["userId"] for name in ("ann", "bob", "eve")]
    await v3.post("update-user", {"userId": ann, "status": "Suspended"})
    await v3.services.users.update(v3.administrator, eve, UserDraft({"blocked": True}))

    async def names(status: str) -> list[str]:
        condition = {"field": "status", "operator": "EQUAL", "value": status}
        if by == "status":
            answer = await v3.get("list-users", status=status)
        else:
            answer = await v3.post("list-users", {"advancedFilter": [condition]})
        assert {user["status"] for user in answer["data"]["list"]} == {status}
        return sorted(user["username"] for user in answer["data"]["list"])

    assert await names("Suspended") == ["ann", "eve"]
    assert await names("Activated") == ["bob"]


async def test_who_resigns_is_out_of_departments(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    assert (await v3.post("resign-user", {"userId": "bob", "userIdType": "username"}))["data"]["success"]
    shown = (await v3.get("get-user", userId=user["userId"]))["data"]
    assert (shown["status"], shown["workStatus"]) == ("Resigned", "Closed")


async def test_archived_users_are_listed_with_their_time(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    await v3.post("update-user", {"userId": user["userId"], "status": "Archived"})
    (archived,) = (await v3.get("list-archived-users", startAt=1_655_714_763))["data"]["list"]
    assert archived["userId"] == user["userId"]
    assert archived["archivedAt"].endswith("Z")
    assert (await v3.get("list-archived-users", startAt=9_999_999_999))["data"]["totalCount"] == 0


async def test_raw_elasticsearch_is_refused_clearly(v3: V3Client) -> None:
    answer = await v3.post("list-users", {"searchQuery": {"query": {"bool": {}}}})
    assert answer["statusCode"] == 501
    assert "searchQuery" in answer["message"]


async def test_identities_are_linked_and_unlinked(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    other = await create(v3, username="ann")
    source = (await v3.post("create-ext-idp", {"name": "WeChat", "type": "wechat"}))["data"]["id"]
    link = {"userId": user["userId"], "extIdpId": source, "userIdInIdp": "oj7", "type": "openid"}
    unknown = await v3.post("link-identity", link | {"extIdpId": "6076bac"})
    assert (unknown["statusCode"], unknown["apiCode"]) == (404, 40413)
    assert (await v3.post("link-identity", link))["data"] == {"success": True}
    taken = await v3.post("link-identity", link | {"userId": other["userId"]})
    assert taken["statusCode"] == 409
    (identity,) = (await v3.get("get-user-identities", userId=user["userId"]))["data"]
    assert (identity["extIdpId"], identity["userIdInIdp"], identity["type"]) == (source, "oj7", "openid")
    assert identity["provider"] == "wechat"
    shown = (await v3.get("list-users", withIdentities="true"))["data"]["list"]
    assert [len(one["identities"]) for one in shown] == [0, 1]
    (relation,) = (await v3.get("get-user-sync-relations", userId=user["userId"]))["data"]
    assert relation["userIdInIdp"] == "oj7"
    gone = {"userId": user["userId"], "extIdpId": source}
    assert (await v3.post("unlink-identity", gone))["data"] == {"success": True}
    assert (await v3.get("get-user-identities", userId=user["userId"]))["data"] == []


async def test_groups_and_roles_of_a_user(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    groups, roles, admin = v3.services.groups, v3.services.roles, v3.administrator
    await groups.create(admin, GroupDraft("staff", "Staff"))
    await groups.add_members(admin, "staff", [user["userId"]])
    await roles.create(admin, RoleDraft("boss", name="Boss"))
    await roles.assign(
        admin, [RoleKey("boss")], [Target(TargetType.GROUP, (await groups.get(admin, "staff")).id)]
    )
    shown = (await v3.get("get-user-groups", userId="bob", userIdType="username"))["data"]
    assert [group["code"] for group in shown["list"]] == ["staff"]
    shown = (await v3.get("get-user-roles", userId=user["userId"]))["data"]
    assert [(role["code"], role["namespace"]) for role in shown["list"]] == [("boss", "default")]
    asked = {"userId": user["userId"], "roles": [{"code": "boss"}, {"code": "other"}]}
    assert (await v3.post("has-any-role", asked))["data"] == {"hasAnyRole": True}
    assert (await v3.post("has-any-role", asked | {"roles": [{"code": "other"}]}))["data"] == {
        "hasAnyRole": False
    }
    assert (await v3.post("has-any-role", asked | {"roles": []}))["message"] == "参数 roles 格式错误"


async def test_a_totp_secret_comes_goes_and_is_shown(v3: V3Client) -> None:
    user = await create(v3, username="bob", email="bob@example.com")
    item = {"userId": user["userId"], "otp": {"secret": "JBSWY3DPEHPK3PXP", "recoveryCode": "abc"}}
    assert (await v3.post("import-otp", {"list": [item]}))["statusCode"] == 200
    info = (await v3.get("get-user-mfa-info", userId=user["userId"]))["data"]
    assert (info["totpStatus"], info["emailMfaStatus"], info["smsMfaStatus"]) == (
        "enabled",
        "enabled",
        "disabled",
    )
    assert (await v3.get("get-otp-secret-by-user", userId=user["userId"]))["data"][
        "secret"
    ] == "JBSWY3DPEHPK3PXP"
    status = (await v3.get("get-mfa-status", userId=user["userId"]))["data"]
    assert status["totpMfaEnabled"] is True
    off = {"userId": user["userId"], "mfaTriggerData": status | {"totpMfaEnabled": False}}
    assert (await v3.post("set-mfa-status", off))["data"] == {"success": True}
    assert (await v3.get("get-mfa-status", userId=user["userId"]))["data"]["totpMfaEnabled"] is False
    on = {"userId": user["userId"], "mfaTriggerData": status}
    assert (await v3.post("set-mfa-status", on))["statusCode"] == 422
    assert (await v3.get("get-otp-secret-by-user", userId=user["userId"]))["statusCode"] == 404


async def test_a_stored_password_goes_out_and_comes_back(v3: V3Client) -> None:
    user = await create(v3, username="bob", password="correct horse")
    stored = (await v3.post("get-user-password-ciphertext", {"userId": user["userId"]}))["data"]["ciphertext"]
    batch = (await v3.post("batch-get-user-encrypt-password", {"userIds": [user["userId"]]}))["data"]
    assert batch == [{"userId": user["userId"], "encryptedPassword": stored}]
    again = await create(v3, username="ann", password=stored, options={"keepPassword": True})
    directory = await v3.services.directories.of(v3.pool_id)
    assert await directory.check_password(v3.administrator, again["userId"], "correct horse")
    assert not await directory.check_password(v3.administrator, again["userId"], stored)


@pytest.mark.parametrize("encryption", ["rsa", "none"])
async def test_a_password_arrives_as_the_options_say(v3: V3Client, encryption: str) -> None:
    transport = v3.services.transport
    given = "correct horse"
    if encryption == "rsa":
        key = serialization.load_pem_public_key(transport.rsa_public_key.encode())
        assert isinstance(key, rsa.RSAPublicKey)
        given = base64.b64encode(key.encrypt(given.encode(), padding.PKCS1v15())).decode()
    user = await create(v3, username="bob", password=given, options={"passwordEncryptType": encryption})
    directory = await v3.services.directories.of(v3.pool_id)
    assert await directory.check_password(v3.administrator, user["userId"], "correct horse")


async def test_a_field_is_decrypted_with_the_callers_key(v3: V3Client) -> None:
    key = rsa.generate_private_key(65537, 2048)
    content = base64.b64encode(key.public_key().encrypt("身份证".encode(), padding.PKCS1v15())).decode()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    asked = {"privateKey": pem, "data": [{"fieldName": "identityNumber", "encryptedContent": content}]}
    (shown,) = (await v3.post("users/field/decrypt", asked))["data"]
    assert (shown["fieldName"], shown["decryptedContent"]) == ("identityNumber", "身份证")
    bare = "".join(pem.split("\n")[1:-2])
    assert (await v3.post("users/field/decrypt", asked | {"privateKey": bare}))["statusCode"] == 200
    wrong = await v3.post("users/field/decrypt", asked | {"privateKey": "x"})
    assert (wrong["statusCode"], wrong["message"]) == (
        400,
        "参数 privateKey 格式错误：应为 PEM 格式的 RSA 私钥",
    )


async def test_nobody_has_proved_a_real_name(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    info = await v3.get("get-user-principal-authentication-info", userId=user["userId"])
    assert info["data"] == {"totalCount": 0, "list": []}
    reset = await v3.post("reset-user-principal-authentication-info", {"userId": user["userId"]})
    assert (reset["statusCode"], reset["message"]) == (422, "没有认证记录")


async def test_sessions_of_a_user_are_seen_and_ended(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    app = await v3.services.apps.create(v3.administrator, "shop")
    ids = {"userId": user["userId"], "appId": app.id}
    assert (await v3.post("check-session-status", ids))["data"] == {"active": False}
    await v3.services.sessions.start(
        v3.services.db, v3.administrator, user["userId"], timedelta(hours=1), app_id=app.id
    )
    assert (await v3.post("check-session-status", ids))["data"] == {"active": True}
    (shown,) = (await v3.get("get-user-loggedin-apps", userId=user["userId"]))["data"]
    assert (shown["appId"], shown["appName"]) == (app.id, "shop")
    filters = [{"field": "loggedInApps", "operator": "IN", "value": [app.id]}]
    assert (await v3.post("list-users", {"advancedFilter": filters}))["data"]["totalCount"] == 1
    assert (await v3.post("kick-users", {"userId": user["userId"], "appIds": []}))["statusCode"] == 400
    kicked = await v3.post("kick-users", {"userId": user["userId"], "appIds": [app.id]})
    assert kicked["data"] == {"success": True}
    assert (await v3.post("check-session-status", ids))["data"] == {"active": False}


async def test_a_closed_application_lets_in_whom_it_was_told(v3: V3Client) -> None:
    user, admin, services = await create(v3, username="bob"), v3.administrator, v3.services
    opened = await services.apps.create(admin, "open")
    closed = await services.apps.create(admin, "closed")
    await services.apps.update(admin, closed.id, {}, {"default_access": "DENY_ALL"})
    shown = (await v3.get("get-user-accessible-apps", userId=user["userId"]))["data"]
    assert [app["appId"] for app in shown] == [opened.id]
    await services.app_access.put(admin, closed.id, ResourceTarget.USER, [user["userId"]], Effect.ALLOW)
    shown = (await v3.get("get-user-accessible-apps", userId=user["userId"]))["data"]
    assert {app["appId"] for app in shown} == {opened.id, closed.id}
    shown = (await v3.get("get-user-authorized-apps", userId=user["userId"]))["data"]
    assert [(app["appId"], app["appDefaultLoginStrategy"]) for app in shown] == [(closed.id, "DENY_ALL")]


async def test_authorized_resources_of_a_user_are_listed(v3: V3Client) -> None:
    user = await create(v3, username="bob")
    grant = Authorization(
        ResourceTarget.USER, (user["userId"],), (Grant("ecs", ("read",), ResourceType.API),)
    )
    await v3.services.authorization.authorize(v3.administrator, [grant])
    shown = (await v3.get("get-user-authorized-resources", userId=user["userId"]))["data"]
    assert [(one["resourceCode"], one["actions"]) for one in shown["list"]] == [("ecs", ["read"])]
    assert (await v3.get("get-user-authorized-resources", userId=user["userId"], namespace="none"))["data"][
        "totalCount"
    ] == 0


async def test_authorized_resources_of_a_group_and_a_role_are_listed(v3: V3Client) -> None:
    admin, services = v3.administrator, v3.services
    await services.groups.create(admin, GroupDraft("staff", "Staff"))
    await services.roles.create(admin, RoleDraft("boss"))
    grants = (Grant("ecs", ("read",), ResourceType.API),)
    for target, code in ((ResourceTarget.GROUP, "staff"), (ResourceTarget.ROLE, "boss")):
        await services.authorization.authorize(admin, [Authorization(target, (code,), grants)])
    (of_group,) = (await v3.get("get-group-authorized-resources", code="staff"))["data"]
    assert (of_group["resourceCode"], of_group["actions"]) == ("ecs", ["read"])
    (of_role,) = (await v3.get("get-role-authorized-resources", code="boss"))["data"]["list"]
    assert (of_role["resourceCode"], of_role["actions"]) == ("ecs", ["read"])
    assert (await v3.get("get-role-authorized-resources", code="none"))["statusCode"] == 404


async def test_a_password_expiry_asked_for_in_a_list_is_refused_by_name_and_not_ignored(v3: V3Client) -> None:
    answer = await v3.get("list-users", withUserPasswordExpireTime="true")
    assert answer["statusCode"] == 501
    assert "withUserPasswordExpireTime" in answer["message"]


async def test_a_user_is_created_with_an_authenticator(v3: V3Client) -> None:
    otp = {"secret": "JBSWY3DPEHPK3PXP", "recoveryCode": "abcd-efgh"}
    user = await create(v3, username="bob", otp=otp)
    read = await v3.get("get-otp-secret-by-user", userId=user["userId"])
    assert read["data"]["secret"] == otp["secret"]
    refused = await v3.post("create-user", {"username": "ann", "otp": {"secret": "x" * 300}})
    assert refused["statusCode"] == 400
    assert (await v3.post("is-user-exists", {"username": "ann"}))["data"] == {"exists": False}


async def test_what_the_go_client_sends_of_everybody_makes_a_user(v3: V3Client) -> None:
    body = {
        "username": "bob",
        "password": "passw0rd",
        "otp": {"secret": ""},
        "options": {"sendNotification": {}},
    }
    made = await v3.post("create-user", body)
    assert made["statusCode"] == 200, made
    status = await v3.get("get-user-mfa-info", userId=made["data"]["userId"])
    assert status["data"]["totpStatus"] == "disabled"
