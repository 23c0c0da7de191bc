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


async def test_a_client_that_knows_only_its_app_gets_a_token(sdk: Sdk) -> None:
    app = {**sdk.management, "appId": sdk.authentication["appId"], "secret": sdk.authentication["secret"]}
    del app["userPoolId"]
    assert await Sdk(app).call("users.list") == {"totalCount": 0, "list": []}


async def test_a_trailing_slash_of_the_host_does_no_harm(sdk: Sdk) -> None:
    client = Sdk({**sdk.management, "host": sdk.management["host"] + "/"})
    created, _ = await client.run(("users.create", {"username": "x", "password": "x"}), ("users.list",))
    assert (await client.call("users.detail", created["id"]))["username"] == "x"


async def test_a_wrong_secret_is_said(sdk: Sdk) -> None:
    (result,) = await Sdk({**sdk.management, "secret": "x" * 32}).attempt(("users.list",))
    assert result["error"]["code"] == 2020
