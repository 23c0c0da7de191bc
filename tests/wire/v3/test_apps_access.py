"""Rules on who may use an application, by their ids and by whom they are about; and what else an application has."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_signin import Person, bob  # noqa: F401
from tests.wire.v3.test_tenants import done, new_user, read

from poolhouse.errors import NotPermitted
from poolhouse.mfa import totp
from poolhouse.users.model import UserDraft, UserKey
from poolhouse.wire.v3 import apps_access, apps_settings


async def closed_app(v3: V3Client, name: str = "a") -> str:
    app_id = str((await done(v3, "create-application", {"appName": name}))["appId"])
    body = {"appId": app_id, "permissionStrategy": "DENY_ALL"}
    await done(v3, "update-application-permission-strategy", body)
    return app_id


async def allow(v3: V3Client, app_id: str, kind: str, identifier: str, effect: str = "ALLOW") -> None:
    rule = {"targetType": kind, "targetIdentifier": [identifier], "effect": effect}
    await done(v3, "authorize-application-access", {"appId": app_id, "list": [rule]})


async def rule_ids(v3: V3Client, app_id: str) -> list[str]:
    return [one["id"] for one in (await done(v3, "list-applications-auth", {"appId": app_id}))["list"]]


async def accessible(v3: V3Client, user_id: str) -> list[str]:
    return [one["appId"] for one in await read(v3, "get-user-accessible-apps", userId=user_id)]


async def delete(v3: V3Client, *ids: str) -> int:
    answer = await v3.http.delete(
        "/api/v3/batch-applications-auth", params={"authIds[]": list(ids)}, headers=v3.headers
    )
    return int(answer.json()["statusCode"])


async def test_a_rule_is_switched_off_and_on_by_its_id(v3: V3Client) -> None:
    app_id, one = await closed_app(v3), await new_user(v3)
    await allow(v3, app_id, "USER", one)
    (rule,) = await rule_ids(v3, app_id)
    await done(v3, "update-auth-enabled", {"id": rule, "enabled": False})
    assert await accessible(v3, one) == []
    await done(v3, "update-auth-enabled", {"id": rule, "enabled": True})
    assert await accessible(v3, one) == [app_id]


async def test_the_rules_of_an_application_can_be_narrowed(v3: V3Client) -> None:
    app_id, one, two = await closed_app(v3), await new_user(v3), await new_user(v3)
    await done(v3, "create-role", {"code": "boss", "name": "Boss"})
    await allow(v3, app_id, "USER", one)
    await allow(v3, app_id, "USER", two, "DENY")
    await allow(v3, app_id, "ROLE", "boss")
    await done(v3, "update-auth-enabled", {"id": f"{app_id}:USER:default:{two}", "enabled": False})
    for narrowed, expected in (
        ({}, {one, two, "boss"}),
        ({"effect": "DENY"}, {two}),
        ({"targetTypeList": ["ROLE", "GROUP"]}, {"boss"}),
        ({"targetName": "OS"}, {"boss"}),
        ({"enabled": True}, {one, "boss"}),
        ({"enabled": False, "effect": "ALLOW"}, set()),
    ):
        found = await done(v3, "list-applications-auth", {"appId": app_id, **narrowed})
        assert {rule["targetId"] for rule in found["list"]} == expected, narrowed
        assert found["totalCount"] == len(expected)


async def test_rules_of_several_applications_go_together_or_not_at_all(v3: V3Client) -> None:
    one = await new_user(v3)
    first, second = await closed_app(v3, "a"), await closed_app(v3, "b")
    for app_id in (first, second):
        await allow(v3, app_id, "USER", one)
    rules = [*await rule_ids(v3, first), *await rule_ids(v3, second)]
    assert await delete(v3, *rules, "nobody:USER:default:x") == 404
    assert await delete(v3, rules[0], "no rule") == 400
    assert len(await accessible(v3, one)) == 2
    assert await delete(v3, *rules) == 200
    assert await accessible(v3, one) == []


async def test_a_neighbour_can_do_nothing_with_the_id_of_a_rule(v3: V3Client, neighbour: V3Client) -> None:
    app_id, one = await closed_app(v3), await new_user(v3)
    await allow(v3, app_id, "USER", one)
    (rule,) = await rule_ids(v3, app_id)
    assert (await neighbour.post("update-auth-enabled", {"id": rule, "enabled": False}))["statusCode"] == 404
    assert await delete(neighbour, rule) == 404
    about = {"targetType": "USER", "targetId": one}
    assert (await neighbour.post("list-subject-auth", about))["statusCode"] == 404
    assert (await neighbour.get("get-subject-auth-detail", appId=app_id, **about))["statusCode"] == 404
    assert await accessible(v3, one) == [app_id]


async def test_the_applications_of_a_subject_are_those_with_a_rule_on_it(v3: V3Client) -> None:
    one = await new_user(v3)
    await done(v3, "create-role", {"code": "boss", "name": "Boss"})
    first, second = await closed_app(v3, "Shop"), await closed_app(v3, "Bank")
    await allow(v3, first, "USER", one)
    await allow(v3, second, "USER", one, "DENY")
    await allow(v3, second, "ROLE", "boss")

    async def listed(kind: str, target: str, **narrowed: Any) -> list[str]:
        body = {"targetType": kind, "targetId": target, **narrowed}
        return [item["appId"] for item in (await done(v3, "list-subject-auth", body))["list"]]

    assert sorted(await listed("USER", one)) == sorted([first, second])
    assert await listed("ROLE", "boss") == [second]
    assert await listed("USER", one, appName="sho") == [first]
    assert await listed("USER", one, effect=["DENY"]) == [second]
    assert await listed("USER", one, enabled=False) == []
    assert await listed("USER", one, appTypeList=["INTEGRATED"]) == []


async def test_why_somebody_may_use_an_application_is_told(v3: V3Client) -> None:
    one, app_id = await new_user(v3), await closed_app(v3)
    await done(v3, "create-role", {"code": "boss", "name": "Boss"})
    target = {"targetType": "USER", "targetIdentifier": one}
    await done(v3, "assign-role", {"code": "boss", "targets": [target]})

    async def told() -> tuple[str, str]:
        query = {"targetId": one, "targetType": "USER", "appId": app_id}
        answer = await read(v3, "get-subject-auth-detail", **query)
        return answer["authType"], answer["targetType"]

    assert await told() == ("DEFAULT", "USER")
    await allow(v3, app_id, "ROLE", "boss")
    assert await told() == ("SUBJECT", "ROLE")
    await allow(v3, app_id, "USER", one)
    assert await told() == ("SELF", "USER")
    await allow(v3, app_id, "ROLE", "boss", "DENY")
    assert await told() == ("SUBJECT", "ROLE")


async def test_an_identifier_is_free_until_an_application_of_the_pool_has_it(
    v3: V3Client, neighbour: V3Client
) -> None:
    assert await done(v3, "check-domain-available", {"domain": "front"}) == {"available": True}
    await done(v3, "create-application", {"appName": "a", "appIdentifier": "front"})
    assert await done(v3, "check-domain-available", {"domain": "front"}) == {"available": False}
    assert await done(neighbour, "check-domain-available", {"domain": "front"}) == {"available": True}
    assert (await v3.post("check-domain-available", {"domain": "No Name"}))["statusCode"] == 400


async def test_a_second_step_is_asked_for_where_the_application_wants_one(bob: Person) -> None:  # noqa: F811
    v3 = bob.v3
    body = {"appId": bob.app_id, "enabledFactors": ["OTP"]}
    assert await done(v3, "update-application-mfa-settings", body) == {"enabledFactors": ["OTP"]}
    assert (await bob.sign_in("bob", "secret 1"))["apiCode"] == 1636
    other = await v3.services.apps.create(v3.administrator, "other")
    assert (await Person(v3, other.id).sign_in("bob", "secret 1"))["statusCode"] == 200
    assert await done(v3, "update-application-mfa-settings", {"appId": bob.app_id}) == {
        "enabledFactors": ["OTP"]
    }
    body = {"appId": bob.app_id, "disabledFactors": ["OTP", "SMS"]}
    assert await done(v3, "update-application-mfa-settings", body) == {"enabledFactors": []}
    assert (await bob.sign_in("bob", "secret 1"))["statusCode"] == 200


async def test_the_token_of_a_second_step_signs_in_with_a_right_code_alone(
    bob: Person,  # noqa: F811
    neighbour: V3Client,
) -> None:
    v3 = bob.v3
    user = await v3.services.users.find(v3.administrator, UserKey("username", "bob"))
    assert user is not None
    query = {"appId": bob.app_id, "userId": user.id}
    assert (await v3.get("get-mfa-trigger-data", **query))["statusCode"] == 422
    key = "JBSWY3DPEHPK3PXP"
    await v3.services.mfa.import_secrets(v3.administrator, [(user.id, key, None)])
    assert (await neighbour.get("get-mfa-trigger-data", **query))["statusCode"] == 404
    told = await read(v3, "get-mfa-trigger-data", **query)
    assert (told["username"], told["totpMfaEnabled"]) == ("bob", True)
    bob.token = told["mfaToken"]
    assert (await bob.get("get-profile"))["statusCode"] == 401
    code = totp.code_at(totp.key_of(key), int(time.time()) // 30)
    wrong = f"{(int(code) + 500_000) % 1_000_000:06}"
    assert (await bob.post("mfa-totp-verify", totp=wrong))["statusCode"] == 400
    bob.token = (await bob.post("mfa-totp-verify", totp=code))["data"]["access_token"]
    assert (await bob.get("get-profile"))["data"]["username"] == "bob"


async def test_a_second_step_opened_by_an_administrator_binds_no_factor(bob: Person) -> None:  # noqa: F811
    """It would make whoever may open one any user who has none."""
    services, visitor = bob.v3.services, replace(bob.v3.administrator, kind="anonymous", actor_id="")
    admin = bob.v3.administrator
    ann = await services.users.create(admin, UserDraft({"username": "ann"}, password="secret 1"))
    await services.apps.update(admin, bob.app_id, {}, {"mfa_required": True})
    opened = await services.login.open_second_step(admin, bob.app_id, ann)
    ticket = opened.facts["mfa_token"]
    with pytest.raises(NotPermitted):
        await services.mfa_login.associate(visitor, ticket, "Shop")
    with pytest.raises(NotPermitted):
        await services.mfa_login.confirm(visitor, ticket, "000000")
    await services.codes.send(visitor, "email", "eve@example.com", "mfa")
    with pytest.raises(NotPermitted):
        await services.mfa_login.by_code(visitor, ticket, "email", "eve@example.com", "000000")
    assert not (await services.mfa.list(replace(admin, kind="user", actor_id=ann.id), ann.id))


async def test_no_second_step_is_opened_for_who_may_not_sign_in(bob: Person) -> None:  # noqa: F811
    v3 = bob.v3
    user = await v3.services.users.find(v3.administrator, UserKey("username", "bob"))
    assert user is not None
    await v3.services.mfa.import_secrets(v3.administrator, [(user.id, "JBSWY3DPEHPK3PXP", None)])
    query = {"appId": bob.app_id, "userId": user.id}
    body = {"appId": bob.app_id, "permissionStrategy": "DENY_ALL"}
    await done(v3, "update-application-permission-strategy", body)
    assert (await v3.get("get-mfa-trigger-data", **query))["statusCode"] == 403
    body["permissionStrategy"] = "ALLOW_ALL"
    await done(v3, "update-application-permission-strategy", body)
    await done(v3, "update-user", {"userId": user.id, "status": "Suspended"})
    assert (await v3.get("get-mfa-trigger-data", **query))["statusCode"] == 403


async def test_a_factor_that_cannot_be_required_is_refused_and_nothing_changes(v3: V3Client) -> None:
    app_id = (await done(v3, "create-application", {"appName": "a"}))["appId"]
    body = {"appId": app_id, "enabledFactors": ["OTP", "FACE"]}
    assert (await v3.post("update-application-mfa-settings", body))["statusCode"] == 501
    assert await done(v3, "update-application-mfa-settings", {"appId": app_id}) == {"enabledFactors": []}


async def test_the_applications_of_tenants_can_be_narrowed(v3: V3Client, neighbour: V3Client) -> None:
    shop, bank, _ = [
        (await done(v3, "create-application", {"appName": name, "ssoEnabled": sso}))["appId"]
        for name, sso in (("Shop", True), ("Bank", False), ("Alone", True))
    ]
    north = (await done(v3, "create-tenant", {"name": "North", "appIds": [shop]}))["tenantId"]
    await done(v3, "create-tenant", {"name": "South", "appIds": [shop, bank]})

    async def listed(headers: dict[str, str] | None = None, **query: Any) -> list[str]:
        answer = await v3.get("list-tenant-applications", headers=headers, **query)
        return [one["appId"] for one in answer["data"]["list"]]

    assert sorted(await listed()) == sorted([shop, bank])
    assert await listed({"x-authing-tenant-id": north}) == [shop]
    assert await listed(keywords="BAN") == [bank]
    assert await listed(sso_enabled="True") == [shop]
    assert len(await listed(limit=1)) == 1
    theirs = await neighbour.get("list-tenant-applications", headers={"x-authing-tenant-id": north})
    assert theirs["statusCode"] == 404
    assert (await neighbour.get("list-tenant-applications"))["data"]["totalCount"] == 0


@pytest.mark.parametrize("row", [*apps_access.ENDPOINTS, *apps_settings.ENDPOINTS], ids=lambda row: row.name)
async def test_people_and_strangers_are_refused(bob: Person, row: Any) -> None:  # noqa: F811
    await bob.sign_in("bob", "secret 1")
    for headers, status in (({}, 401), (bob.headers(), 403)):
        answer = await bob.v3.http.request(row.method, row.url, headers=headers)
        assert answer.json()["statusCode"] == status
