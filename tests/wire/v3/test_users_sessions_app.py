"""A list narrowed to an application that there is not is refused, and no empty list."""

from __future__ import annotations

from tests.wire.v3.conftest import V3Client


async def test_sign_ins_through_an_application_that_there_is_not(v3: V3Client) -> None:
    made = await v3.post("create-user", {"username": "li", "password": "first-secret-1"})
    user = made["data"]["userId"]
    refused = await v3.get("get-user-login-history", userId=user, appId="no-such-application")
    assert refused["statusCode"] == 400
    assert "appId" in refused["message"]
    app = (await v3.post("create-application", {"appName": "shop"}))["data"]["appId"]
    empty = await v3.get("get-user-login-history", userId=user, appId=app)
    assert (empty["statusCode"], empty["data"]["totalCount"]) == (200, 0)
