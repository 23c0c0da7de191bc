"""The pool, its environment, whitelists and mail templates over the v2 wire.

Source: docs/contract/v2.md#the-pool, docs/contract/v2.md#mail.
"""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import ClientOf, Refusal, V2Client

from poolhouse.services import Services

TEMPLATE = {
    "type": "WELCOME",
    "name": "欢迎",
    "subject": "欢迎 {{ user_name }}",
    "sender": "{{ app_name }}",
    "content": "<p>{{ user_name }}</p>",
    "hasURL": False,
    "expiresIn": 600,
}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("Userpool", {}),
        ("Userpools", {}),
        ("UpdateUserpool", {"input": {"name": "x"}}),
        ("RefreshUserpoolSecret", {}),
        ("Whitelist", {"type": "EMAIL"}),
        ("AddWhitelist", {"type": "EMAIL", "list": ["a@example.com"]}),
        ("RemoveWhitelist", {"type": "EMAIL", "list": ["a@example.com"]}),
        ("EmailTemplates", {}),
        ("PreviewEmail", {"type": "WELCOME"}),
        ("ConfigEmailTemplate", {"input": TEMPLATE}),
        ("EnableEmailTemplate", {"type": "WELCOME"}),
        ("DisableEmailTemplate", {"type": "WELCOME"}),
    ],
)
async def test_a_stranger_is_refused(stranger: V2Client, query: str, variables: dict[str, Any]) -> None:
    with pytest.raises(Refusal) as caught:
        await stranger.run(query, **variables)
    assert caught.value.code == 2020


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/api/v2/userpools/detail", None),
        ("GET", "/api/v2/env", None),
        ("POST", "/api/v2/env", {"key": "a", "value": "b"}),
        ("DELETE", "/api/v2/env/a", None),
        ("POST", "/api/v2/users/identity/link", {"userId": "u", "userIdInIdp": "x", "identifier": "y"}),
        ("POST", "/api/v2/users/identity/unlink", {"userId": "u", "identifier": "y"}),
    ],
)
async def test_a_stranger_is_refused_over_rest(stranger: V2Client, method: str, path: str, body: Any) -> None:
    with pytest.raises(Refusal) as caught:
        await stranger.rest(method, path, json=body)
    assert caught.value.code == 2020


async def test_settings_are_changed_group_by_group_and_the_rest_stays(
    v2: V2Client, pool: PoolForTests
) -> None:
    await v2.run(
        "UpdateUserpool",
        input={
            "name": "新池",
            "whitelist": {"emailEnabled": True},
            "loginFailCheck": {"enabled": True, "limit": 3},
            "changePhoneStrategy": {"verifyOldPhone": True},
            "app2WxappLoginStrategy": {"ticketExpriresAfter": 60},
            "tokenExpiresAfter": 3600,
        },
    )
    await v2.run("UpdateUserpool", input={"whitelist": {"phoneEnabled": True}, "description": "d"})
    shown = await v2.rest("GET", "/api/v2/userpools/detail")
    assert (shown["id"], shown["name"], shown["description"]) == (pool.id, "新池", "d")
    assert shown["whitelist"] == {"phoneEnabled": True, "emailEnabled": True, "usernameEnabled": False}
    assert shown["loginFailCheck"] == {"enabled": True, "limit": 3, "timeInterval": 300}
    assert shown["changePhoneStrategy"] == {"verifyOldPhone": True}
    assert shown["app2WxappLoginStrategy"]["ticketExpriresAfter"] == 60
    assert shown["tokenExpiresAfter"] == 3600
    same = await v2.one("Userpool")
    assert (same["name"], same["useCustomUserStore"]) == ("新池", False)
    assert [one["id"] for one in (await v2.one("Userpools"))["list"]] == [pool.id]


async def test_the_secret_is_replaced(v2: V2Client, services: Services, pool: PoolForTests) -> None:
    before = (await services.pools.get(pool.id)).secret
    fresh = await v2.one("RefreshUserpoolSecret")
    assert fresh != before
    token = (
        await services.management_tokens.of_pool(pool.id)
    ).token  # the client's own ended with the old one
    assert (await v2.with_token(token).rest("GET", "/api/v2/userpools/detail"))["secret"] == fresh


async def test_the_environment_is_kept(v2: V2Client, v2_of: ClientOf, other_pool: PoolForTests) -> None:
    await v2.rest("POST", "/api/v2/env", json={"key": "DB_HOST", "value": "h"})
    assert await v2.rest("GET", "/api/v2/env") == [{"key": "DB_HOST", "value": "h"}]
    neighbour = await v2_of(other_pool)
    assert await neighbour.rest("GET", "/api/v2/env") == []
    with pytest.raises(Refusal):
        await neighbour.rest("DELETE", "/api/v2/env/DB_HOST")
    await v2.rest("DELETE", "/api/v2/env/DB_HOST")
    assert await v2.rest("GET", "/api/v2/env") == []


async def test_whitelists_are_kept(v2: V2Client, v2_of: ClientOf, other_pool: PoolForTests) -> None:
    added = await v2.one("AddWhitelist", type="EMAIL", list=["Li@Example.com"])
    assert [one["value"] for one in added] == ["li@example.com"]
    [entry] = await v2.one("Whitelist", type="EMAIL")
    assert entry["createdAt"] == entry["updatedAt"]
    assert await (await v2_of(other_pool)).one("Whitelist", type="EMAIL") == []
    assert await v2.one("Whitelist", type="PHONE") == []
    assert await v2.one("RemoveWhitelist", type="EMAIL", list=["li@example.com"]) == []


async def test_templates_are_put_previewed_and_switched(
    v2: V2Client, v2_of: ClientOf, other_pool: PoolForTests
) -> None:
    templates = await v2.one("EmailTemplates")
    assert {one["type"] for one in templates} == {
        "RESET_PASSWORD",
        "PASSWORD_RESETED_NOTIFICATION",
        "CHANGE_PASSWORD",
        "WELCOME",
        "VERIFY_EMAIL",
        "CHANGE_EMAIL",
    }
    assert all(one["isSystem"] and not one["enabled"] for one in templates)
    put = await v2.one("ConfigEmailTemplate", input=TEMPLATE)
    assert (put["enabled"], put["isSystem"], put["expiresIn"]) == (True, False, 600)
    assert await v2.one("PreviewEmail", type="WELCOME") == "<p>张三</p>"
    assert await (await v2_of(other_pool)).one("PreviewEmail", type="WELCOME") != "<p>张三</p>"
    assert (await v2.one("DisableEmailTemplate", type="WELCOME"))["enabled"] is False
    assert await v2.one("PreviewEmail", type="WELCOME") != "<p>张三</p>"
    assert (await v2.one("EnableEmailTemplate", type="WELCOME"))["content"] == "<p>{{ user_name }}</p>"
    with pytest.raises(Refusal) as caught:
        await v2.one("ConfigEmailTemplate", input={**TEMPLATE, "content": "{% for a in b %}{% endfor %}"})
    assert caught.value.code == 400


async def test_an_identity_is_linked_and_unlinked(v2: V2Client) -> None:
    user = await v2.one("CreateUser", userInfo={"username": "li"})
    link = {"userId": user["id"], "userIdInIdp": "user001", "isSocial": True, "type": "openid"}
    await v2.rest("POST", "/api/v2/users/identity/link", json={**link, "identifier": "wechat"})
    identity = {"userIdInIdp": "user001", "provider": "wechat"}
    assert (await v2.one("FindUser", identity=identity))["id"] == user["id"]
    shown = (await v2.one("Users"))["list"][0]["identities"]
    assert [(one["provider"], one["type"]) for one in shown] == [("wechat", "openid")]
    await v2.rest(
        "POST", "/api/v2/users/identity/unlink", json={"userId": user["id"], "identifier": "wechat"}
    )
    assert (await v2.one("Users"))["list"][0]["identities"] == []
