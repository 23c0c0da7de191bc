"""Applications and who may use them through the v3 wire. Source: docs/contract/v3/apps.md."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_tenants import done, new_user, read

from poolhouse.wire.v3 import apps, apps_access


@pytest.mark.parametrize("row", [*apps.ENDPOINTS, *apps_access.ENDPOINTS], ids=lambda row: row.name)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_an_application_lives_and_dies(v3: V3Client) -> None:
    created = await done(
        v3,
        "create-application",
        {
            "appName": "商店",
            "appIdentifier": "shop",
            "appType": "spa",
            "redirectUris": ["https://example.com/cb"],
            "ssoEnabled": False,
            "brandingConfig": {"defaultLanguage": "en-US", "customCSS": ".a{}"},
        },
    )
    app_id = created["appId"]
    assert (created["appName"], created["appIdentifier"], created["appType"]) == ("商店", "shop", "spa")
    assert created["redirectUris"] == ["https://example.com/cb"]
    assert created["ssoEnabled"] is False
    assert created["brandingConfig"]["defaultLanguage"] == "en-US"
    assert created["brandingConfig"]["customCSS"] == ".a{}"
    await done(
        v3,
        "update-application",
        {
            "appId": app_id,
            "appName": "新",
            "logoutRedirectUris": ["https://example.com/out"],
            "loginConfig": {"mergeLoginAndRegisterPage": True, "showAuthorizationPage": True},
        },
    )
    shown = await read(v3, "get-application", appId=app_id)
    assert (shown["appName"], shown["appIdentifier"]) == ("新", "shop")
    assert shown["redirectUris"] == ["https://example.com/cb"]
    assert shown["logoutRedirectUris"] == ["https://example.com/out"]
    assert shown["loginConfig"]["mergeLoginAndRegisterPage"] is True
    assert shown["brandingConfig"]["defaultLanguage"] == "en-US"
    assert (await read(v3, "get-application-simple-info", appId=app_id))["appName"] == "新"
    for path in ("list-applications", "list-application-simple-info"):
        listed = await read(v3, path, keywords="新")
        assert (listed["totalCount"], [one["appId"] for one in listed["list"]]) == (1, [app_id])
        assert (await read(v3, path, isIntegrateApp="true"))["totalCount"] == 0
    secret = (await read(v3, "get-application-secret", appId=app_id))["secret"]
    fresh = (await done(v3, "refresh-application-secret", {"appId": app_id}))["secret"]
    assert len(secret) == 32
    assert (await read(v3, "get-application-secret", appId=app_id))["secret"] == fresh != secret
    await done(v3, "delete-application", {"appId": app_id})
    assert (await v3.get("get-application", appId=app_id))["statusCode"] == 404


@pytest.mark.parametrize("path", ["list-applications", "list-application-simple-info"])
async def test_a_list_is_narrowed_to_those_that_share_the_login(v3: V3Client, path: str) -> None:
    for name, enabled in (("with", True), ("without", False)):
        app_id = (await done(v3, "create-application", {"appName": name}))["appId"]
        await done(v3, "update-application", {"appId": app_id, "ssoEnabled": enabled})
    for asked, names in (
        ({"ssoEnabled": "true"}, {"with"}),
        ({"ssoEnabled": "false"}, {"with", "without"}),
        ({}, {"with", "without"}),
    ):
        listed = await read(v3, path, **asked)
        assert {one["appName"] for one in listed["list"]} == names, asked
        assert listed["totalCount"] == len(names)


async def test_active_users_are_those_with_a_live_session(v3: V3Client) -> None:
    app_id = (await done(v3, "create-application", {"appName": "a"}))["appId"]
    user_id = await new_user(v3)
    await v3.services.db.execute(
        "insert into sessions (pool_id, id, user_id, app_id, expires_at) "
        "values ($1, 's1', $2, $3, now() + interval '1 hour')",
        v3.pool_id,
        user_id,
        app_id,
    )
    found = await done(v3, "list-application-active-users", {"appId": app_id})
    assert (found["totalCount"], [one["userId"] for one in found["list"]]) == (1, [user_id])


async def test_who_may_use_an_application(v3: V3Client) -> None:
    app_id = (await done(v3, "create-application", {"appName": "a"}))["appId"]
    one, two = await new_user(v3), await new_user(v3)
    await done(
        v3, "update-application-permission-strategy", {"appId": app_id, "permissionStrategy": "DENY_ALL"}
    )
    strategy = await read(v3, "get-application-permission-strategy", appId=app_id)
    assert strategy == {"permissionStrategy": "DENY_ALL"}
    rule = {"targetType": "USER", "targetIdentifier": [one], "effect": "ALLOW"}
    broken = {**rule, "targetIdentifier": ["nobody"]}
    answer = await v3.post("authorize-application-access", {"appId": app_id, "list": [rule, broken]})
    assert answer["statusCode"] == 404
    assert (await done(v3, "list-applications-auth", {"appId": app_id}))["totalCount"] == 0
    await done(v3, "authorize-application-access", {"appId": app_id, "list": [rule]})
    [shown] = (await done(v3, "list-applications-auth", {"appId": app_id}))["list"]
    assert (shown["targetId"], shown["targetType"], shown["effect"]) == (one, "USER", "ALLOW")
    accessible = await read(v3, "get-user-accessible-apps", userId=one)
    assert app_id in [each["appId"] for each in accessible]
    assert app_id not in [each["appId"] for each in await read(v3, "get-user-accessible-apps", userId=two)]
    gone = {"targetType": "USER", "targetIdentifier": [one]}
    await done(v3, "revoke-application-access", {"appId": app_id, "list": [gone]})
    assert (await done(v3, "list-applications-auth", {"appId": app_id}))["totalCount"] == 0


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("create-application", {}, 400),
        ("create-application", {"appName": "x", "appIdentifier": "A B"}, 400),
        ("create-application", {"appName": "x", "appIdentifier": "taken"}, 409),
        ("create-application", {"appName": "x", "samlProviderEnabled": True}, 501),
        ("create-application", {"appName": "x", "oidcConfig": {"a": 1}}, 501),
        ("create-application", {"appName": "x", "defaultProtocol": "saml"}, 501),
        ("update-application", {"appId": "APP", "appName": None}, 400),
        ("update-application", {"appId": "nobody", "appName": "x"}, 404),
        ("authorize-application-access", {"appId": "APP", "list": []}, 400),
        ("list-applications-auth", {"appId": "APP", "targetTypeList": ["DOG"]}, 400),
    ],
)
async def test_bad_input_is_refused(v3: V3Client, path: str, body: dict[str, Any], status: int) -> None:
    created = await done(v3, "create-application", {"appName": "a", "appIdentifier": "taken"})
    sent = {key: created["appId"] if value == "APP" else value for key, value in body.items()}
    assert (await v3.post(path, sent))["statusCode"] == status


async def test_another_pools_applications_are_invisible(v3: V3Client, neighbour: V3Client) -> None:
    app_id = (await done(v3, "create-application", {"appName": "a"}))["appId"]
    user_id = await new_user(neighbour)
    rule = {"targetType": "USER", "targetIdentifier": [user_id], "effect": "ALLOW"}
    for path, body in (
        ("update-application", {"appId": app_id, "appName": "x"}),
        ("delete-application", {"appId": app_id}),
        ("refresh-application-secret", {"appId": app_id}),
        ("list-application-active-users", {"appId": app_id}),
        ("update-application-permission-strategy", {"appId": app_id, "permissionStrategy": "DENY_ALL"}),
        ("authorize-application-access", {"appId": app_id, "list": [rule]}),
        ("revoke-application-access", {"appId": app_id, "list": [rule]}),
        ("list-applications-auth", {"appId": app_id}),
    ):
        assert (await neighbour.post(path, body))["statusCode"] == 404, path
    for path in (
        "get-application",
        "get-application-simple-info",
        "get-application-secret",
        "get-application-permission-strategy",
    ):
        assert (await neighbour.get(path, appId=app_id))["statusCode"] == 404, path
    assert (await read(neighbour, "list-applications"))["totalCount"] == 0
    assert (await read(v3, "get-application", appId=app_id))["appName"] == "a"
