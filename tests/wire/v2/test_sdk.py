"""The official JavaScript client against a listening server: the day's work of an administrator."""

from __future__ import annotations

from tests.sdk import Sdk, ref


async def test_users_are_managed(sdk: Sdk) -> None:
    info = {"username": "bob", "email": "Bob@x.com", "password": "passw0rd", "nickname": "鲍勃"}
    results = await sdk.attempt(
        ("users.create", info),
        ("users.update", ref("0.id"), {"nickname": "Bob"}),
        ("users.detail", ref("0.id")),
        ("users.list", 1, 10),
        ("users.find", {"email": "bob@x.com"}),
        ("users.exists", {"username": "bob"}),
        ("users.exists", {"username": "nobody"}),
        ("users.search", "Bob"),
        ("users.batch", [ref("0.id")]),
        ("users.list", 1, 10, {"withCustomData": True}),
        ("users.find", {"username": "nobody"}),
        ("users.create", {"username": "bob"}),
        ("users.delete", ref("0.id")),
        ("users.detail", ref("0.id")),
        ("users.detail", "xxx"),
    )
    created, updated, detail, listed, found, exists, missing, searched, batch, whole = (
        result["ok"] for result in results[:10]
    )
    assert (created["email"], created["nickname"]) == ("bob@x.com", "鲍勃")
    assert updated["nickname"] == detail["nickname"] == "Bob"
    assert {user["id"] for user in (found, *listed["list"], *searched["list"], *batch, *whole["list"])} == {
        created["id"]
    }
    assert (listed["totalCount"], exists, missing) == (1, True, False)
    assert whole["list"][0]["customData"] == {}
    assert results[10] == {"ok": None}
    assert results[11]["error"]["code"] == 2034
    assert results[12]["ok"]["code"] == 200
    assert results[13] == results[14] == {"ok": None}


async def test_users_are_deleted_together(sdk: Sdk) -> None:
    results = await sdk.attempt(
        ("users.create", {"username": "a"}),
        ("users.create", {"username": "b"}),
        ("users.deleteMany", [ref("0.id"), "0" * 24]),
        ("users.list",),
        ("users.deleteMany", [ref("0.id"), ref("1.id")]),
        ("users.list",),
    )
    assert results[2]["error"]["code"] == 2004
    assert results[3]["ok"]["totalCount"] == 2
    assert results[4]["ok"]["code"] == 200
    assert results[5]["ok"] == {"totalCount": 0, "list": []}


async def test_every_method_of_users_answers(sdk: Sdk) -> None:
    """All 40, as the client spells them; what they do in detail is tested domain by domain."""
    app = sdk.authentication["appId"]
    user = ref("0.id")
    results = await sdk.attempt(
        ("users.create", {"username": "one", "email": "one@x.com", "password": "passw0rd"}),
        ("groups.create", "g", "G"),
        ("roles.create", "r"),
        ("udf.set", "USER", "school", "STRING", "School"),
        ("users.update", user, {"nickname": "One"}),
        ("users.detail", user, {"withCustomData": True}),
        ("users.batch", [user], {"queryField": "id", "withCustomData": True}),
        ("users.list",),
        ("users.filter", {"page": 1, "limit": 10}),
        ("users.listArchivedUsers",),
        ("users.exists", {"email": "one@x.com"}),
        ("users.find", {"username": "one", "withCustomData": True}),
        ("users.search", "one", {"withCustomData": True}),
        ("users.refreshToken", user),
        ("users.addGroup", user, "g"),
        ("users.listGroups", user),
        ("users.removeGroup", user, "g"),
        ("users.addRoles", user, ["r"]),
        ("users.listRoles", user),
        ("users.hasRole", user, "r"),
        ("users.removeRoles", user, ["r"]),
        ("users.listOrgs", user),
        ("users.listDepartment", user),
        ("users.listAuthorizedResources", user, "default"),
        ("users.setUdfValue", user, {"school": "清华"}),
        ("users.getUdfValue", user),
        ("users.getUdfValueBatch", [user]),
        ("users.setUdfValueBatch", [{"userId": user, "data": {"school": "北大"}}]),
        ("users.removeUdfValue", user, "school"),
        ("users.kick", [user]),
        ("users.logout", {"userId": user, "appId": app}),
        ("users.checkLoginStatus", user),
        ("users.listUserActions", {"page": 1, "limit": 10}),
        ("users.sendFirstLoginVerifyEmail", {"userId": user, "appId": app}),
        ("users.getUserTenants", user),
        ("users.linkIdentity", {"userId": user, "userIdInIdp": "w1", "isSocial": True, "type": "openid"}
         | {"identifier": "wechat"}),
        ("users.unlinkIdentity", {"userId": user, "isSocial": True, "type": "openid"}
         | {"identifier": "wechat"}),
        ("users.getApplicationLoginUserNum", {"appId": app}),
        ("users.getUdfFieldUserNum", {"definedFieldKey": "school", "appId": app}),
        ("users.resignUser", user),
        ("users.resignUserBatch", [user]),
        ("users.delete", user),
        ("users.create", {"username": "two"}),
        ("users.deleteMany", [ref("42.id")]),
    )  # fmt: skip
    failed = {index: result for index, result in enumerate(results) if "error" in result}
    assert not failed
    given = [result["ok"] for result in results]
    assert given[15]["list"][0]["code"] == "g"
    assert given[19] is True
    assert given[25] == {"school": "清华"}
    assert given[35]["code"] == given[36]["code"] == 200


async def test_a_client_that_knows_only_its_app_gets_a_token(sdk: Sdk) -> None:
    app = {**sdk.management, "appId": sdk.authentication["appId"], "secret": sdk.authentication["secret"]}
    del app["userPoolId"]
    assert await Sdk(app).call("users.list") == {"totalCount": 0, "list": []}


async def test_a_trailing_slash_of_the_host_does_no_harm(sdk: Sdk) -> None:
    client = Sdk({**sdk.management, "host": sdk.management["host"] + "/"})
    created, _ = await client.run(("users.create", {"username": "x", "password": "secret"}), ("users.list",))
    assert (await client.call("users.detail", created["id"]))["username"] == "x"


async def test_a_wrong_secret_is_said(sdk: Sdk) -> None:
    (result,) = await Sdk({**sdk.management, "secret": "x" * 32}).attempt(("users.list",))
    assert result["error"]["code"] == 2020
