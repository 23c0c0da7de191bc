"""Identities as an administrator links them: by the documented examples word for word, and alike on both wires."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.v2.conftest import Refusal, V2Client
from tests.wire.v3.conftest import V3Client

LINK, UNLINK = "/api/v2/users/identity/link", "/api/v2/users/identity/unlink"
DOCUMENTED = {"userIdInIdp": "user001", "isSocial": True, "type": "openid", "identifier": "wechat"}
"""docs/contract/users.md#linked-identities, its example; the user's id is beside it."""


async def user_of(v2: V2Client, name: str) -> str:
    made: str = (await v2.one("CreateUser", userInfo={"username": name, "password": "secret 1"}))["id"]
    return made


async def shown(v3: V3Client, user_id: str) -> list[dict[str, Any]]:
    listed = (await v3.get("list-users", withIdentities="true"))["data"]["list"]
    (mine,) = (one["identities"] for one in listed if one["userId"] == user_id)
    assert mine == (await v3.get("get-user-identities", userId=user_id))["data"]
    assert isinstance(mine, list)
    return mine


async def test_the_documented_example_is_stored_in_an_empty_pool(v2: V2Client, v3: V3Client) -> None:
    user_id = await user_of(v2, "ann")
    linked = await v2.http.post(LINK, json=DOCUMENTED | {"userId": user_id}, headers=v2.headers)
    assert (linked.json()["code"], linked.json()["message"]) == (200, "绑定成功")
    (one,) = await shown(v3, user_id)
    assert (one["provider"], one["type"], one["userIdInIdp"]) == ("wechat", "openid", "user001")
    assert one["originConnIds"] == ["wechat"]
    (same,) = (await v2.one("User", id=user_id))["identities"]
    assert (same["provider"], same["connectionId"], same["isSocial"]) == ("wechat", "wechat", True)
    gone = {name: value for name, value in DOCUMENTED.items() if name != "userIdInIdp"}
    answer = await v2.http.post(UNLINK, json=gone | {"userId": user_id}, headers=v2.headers)
    assert (answer.json()["code"], answer.json()["message"]) == (200, "解绑成功")
    assert await shown(v3, user_id) == []


async def test_v3_has_no_word_for_a_source_of_ones_own_and_names_what_it_was_linked_by(
    v2: V2Client, v3: V3Client
) -> None:
    user_id = await user_of(v2, "ann")
    await v2.http.post(
        LINK, json=DOCUMENTED | {"userId": user_id, "identifier": "our-crm"}, headers=v2.headers
    )
    (one,) = await shown(v3, user_id)
    assert (one["provider"], one["originConnIds"]) == (None, ["our-crm"])


async def test_a_known_source_gives_its_kind_and_its_connection(v2: V2Client, v3: V3Client) -> None:
    user_id = await user_of(v2, "ann")
    source = (await v3.post("create-ext-idp", {"name": "公司", "type": "wechat"}))["data"]["id"]
    connection = await v3.post(
        "create-ext-idp-conn",
        {
            **{"extIdpId": source, "type": "wechat:pc", "identifier": "our-wechat", "displayName": "x"},
            "fields": {"clientID": "x", "clientSecret": "y"},
        },
    )
    conn_id = connection["data"]["id"]
    for number, (wire, body) in enumerate(
        (
            (v2, {"identifier": "our-wechat"}),
            (v2, {"identifier": "our-wechat", "extIdpId": source}),
            (v3, {"extIdpId": source}),
        )
    ):
        given = {"userId": user_id, "userIdInIdp": f"u{number}", "type": "openid"} | body
        if wire is v3:
            assert (await v3.post("link-identity", given))["data"] == {"success": True}
        else:
            await v2.rest("POST", LINK, json=given)
    for one in await shown(v3, user_id):
        assert (one["provider"], one["extIdpId"], one["originConnIds"]) == ("wechat", source, [conn_id])
    assert (await v3.post("unlink-identity", {"userId": user_id, "extIdpId": source}))["statusCode"] == 200
    assert await shown(v3, user_id) == []


async def test_an_unknown_source_is_refused_on_both_wires(v2: V2Client, v3: V3Client) -> None:
    user_id = await user_of(v2, "ann")
    given = DOCUMENTED | {"userId": user_id, "extIdpId": "6076bacxxxxxxxxd80d993b5"}
    with pytest.raises(Refusal) as caught:
        await v2.rest("POST", LINK, json=given)
    assert caught.value.code == 404
    answer = await v3.post("link-identity", given)
    assert (answer["statusCode"], answer["apiCode"]) == (404, 40413)
    assert await shown(v3, user_id) == []


async def test_it_is_no_two_users(v2: V2Client, v3: V3Client) -> None:
    for name, code in (("ann", 200), ("bob", 2215)):
        given = DOCUMENTED | {"userId": await user_of(v2, name)}
        answer = await v2.http.post(LINK, json=given, headers=v2.headers)
        assert answer.json()["code"] == code


async def test_it_opens_nothing(v2: V2Client, v3: V3Client, stranger: V2Client) -> None:
    """No sign-in takes an identity's id for a name, and nobody is asked to believe an outside source's word."""
    user_id = await user_of(v2, "ann")
    await v2.rest("POST", LINK, json=DOCUMENTED | {"userId": user_id})
    app = (await v3.get("list-applications"))["data"]["list"]
    headers = {"x-authing-app-id": app[0]["appId"]} if app else {}
    for name in ("user001", "wechat:user001"):
        for password in ("user001", "", "secret 1"):
            with pytest.raises(Refusal):
                await stranger.one("LoginByUsername", input={"username": name, "password": password})
        for kind in ("PASSWORD", "LDAP", "AD"):
            body = {"connection": kind, "passwordPayload": {"username": name, "password": "secret 1"}}
            answer = await v3.http.post("/api/v3/signin", json=body, headers=headers)
            assert answer.json()["statusCode"] != 200
    logged_in = await v3.get("get-user-logged-in-identities", userId=user_id)
    assert logged_in["data"] == []
