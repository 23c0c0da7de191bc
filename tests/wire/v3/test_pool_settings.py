"""Security settings, whitelists, mail templates and the logs through the v3 wire.

Source: docs/contract/v3/security.md.
"""

from __future__ import annotations

from typing import Any, get_args

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_tenants import done, new_user, read

from poolhouse.audit.model import Event, Operation, ResourceType
from poolhouse.caller import Caller
from poolhouse.wire.v3 import audit, mail, security, whitelist
from poolhouse.wire.v3.mail import MASK

TEMPLATE = {
    "type": "WELCOME_EMAIL",
    "customizeEnabled": True,
    "name": "欢迎",
    "subject": "欢迎 {{ user_name }}",
    "sender": "{{ app_name }}",
    "content": "<p>{{ user_name }}</p>",
    "expiresIn": 600,
}
CHECK = {"enabled": True, "limit": 3, "timeInterval": 5, "unit": "minute"}
ANOMALY = {
    "loginFailStrategy": "captcha",
    "robotVerify": "condition_set",
    "accountLock": "disable",
    "loginFailCheck": CHECK,
    "loginPasswordFailCheck": CHECK,
    "robotVerifyLoginPasswordFailCheck": CHECK,
    "robotVerifyLoginIpWhitelistCheck": {"enabled": False, "ipWhitelist": ""},
    "robotVerifyLoginTimeCheckEnable": False,
    "robotVerifyloginWeekStartEndTime": [],
}


@pytest.mark.parametrize(
    "row",
    [*security.ENDPOINTS, *whitelist.ENDPOINTS, *mail.ENDPOINTS, *audit.ENDPOINTS],
    ids=lambda row: row.name,
)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_security_settings_are_changed_group_by_group(v3: V3Client, neighbour: V3Client) -> None:
    before = await read(v3, "get-security-settings")
    assert before["loginAnomalyDetection"]["robotVerify"] == "disable"
    assert before["loginAnomalyDetection"]["accountLock"] == "condition_set"
    assert before["selfUnlockAccount"] == {"enabled": True, "strategy": "captcha"}
    changed = await done(
        v3,
        "update-security-settings",
        {
            "allowedOrigins": ["https://a.cn", "https://b.cn"],
            "authingTokenExpiresIn": 7200,
            "verifyCodeLength": 8,
            "changePhoneStrategy": {"verifyOldPhone": True},
            "cookieSettings": {"cookieExpiresIn": 3600, "cookieExpiresOnBrowserSession": False},
            "registerAnomalyDetection": {"enabled": True, "limit": 9, "timeInterval": 60},
            "loginAnomalyDetection": ANOMALY,
            "selfUnlockAccount": {"enabled": False, "strategy": "captcha"},
        },
    )
    assert changed == await read(v3, "get-security-settings")
    assert changed["allowedOrigins"] == "https://a.cn\nhttps://b.cn"
    assert (changed["authingTokenExpiresIn"], changed["verifyCodeLength"]) == (7200, 8)
    assert changed["changePhoneStrategy"] == {"verifyOldPhone": True}
    assert changed["cookieSettings"]["cookieExpiresIn"] == 3600
    assert changed["registerAnomalyDetection"] == {"enabled": True, "limit": 9, "timeInterval": 60}
    assert changed["selfUnlockAccount"] == {"enabled": False, "strategy": "captcha"}
    login = changed["loginAnomalyDetection"]
    assert login["loginFailCheck"] == {"enabled": True, "limit": 3, "timeInterval": 300, "unit": "second"}
    assert (login["robotVerify"], login["accountLock"]) == ("condition_set", "disable")
    await done(v3, "update-security-settings", {"registerDisabled": True})
    after = await read(v3, "get-security-settings")
    assert after == {**changed, "registerDisabled": True}
    locked = {**ANOMALY, "accountLock": "condition_set"}
    await done(v3, "update-security-settings", {"loginAnomalyDetection": locked})
    assert (await read(v3, "get-security-settings"))["loginAnomalyDetection"][
        "accountLock"
    ] == "condition_set"
    assert (await read(neighbour, "get-security-settings"))["registerDisabled"] is False


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"verifyCodeLength": 0}, 400),
        ({"verifyCodeLength": "six"}, 400),
        ({"authingTokenExpiresIn": -1}, 400),
        ({"registerAnomalyDetection": {"enabled": True, "limit": 0, "timeInterval": 60}}, 400),
        ({"loginAnomalyDetection": {**ANOMALY, "robotVerify": "often"}}, 400),
        ({"loginAnomalyDetection": {**ANOMALY, "loginFailCheck": {**CHECK, "unit": "moon"}}}, 400),
        ({"loginAnomalyDetection": {**ANOMALY, "robotVerifyLoginTimeCheckEnable": True}}, 501),
        ({"enableLoginAccountSwitch": True}, 501),
        ({"selfUnlockAccount": {"enabled": True, "strategy": "password-captcha"}}, 501),
        ({"cookieSettings": {"cookieExpiresIn": 60, "cookieExpiresOnBrowserSession": True}}, 501),
    ],
)
async def test_settings_that_are_wrong_or_not_acted_upon_are_refused(
    v3: V3Client, body: dict[str, Any], status: int
) -> None:
    before = await read(v3, "get-security-settings")
    assert (await v3.post("update-security-settings", body))["statusCode"] == status
    assert await read(v3, "get-security-settings") == before


async def test_whitelists_of_the_pool_and_of_an_application(v3: V3Client, neighbour: V3Client) -> None:
    app_id = (await done(v3, "create-application", {"appName": "a"}))["appId"]
    added = await done(v3, "add-whitelist", {"type": "EMAIL", "list": ["Li@Example.com"]})
    assert [one["value"] for one in added] == ["li@example.com"]
    await done(v3, "add-whitelist-of-app", {"type": "EMAIL", "appId": app_id, "list": ["wang@example.com"]})
    assert [one["value"] for one in await read(v3, "list-whitelist", type="EMAIL")] == ["li@example.com"]
    of_app = await read(v3, "list-whitelist-of-app", type="EMAIL", appId=app_id)
    assert [one["value"] for one in of_app] == ["wang@example.com"]
    assert await read(neighbour, "list-whitelist", type="EMAIL") == []
    theirs = await neighbour.get("list-whitelist-of-app", type="EMAIL", appId=app_id)
    assert theirs["statusCode"] == 404
    for path in ("add-whitelist-of-app", "delete-whitelist-of-app"):
        answer = await neighbour.post(path, {"type": "EMAIL", "appId": app_id, "list": ["x@y.z"]})
        assert answer["statusCode"] == 404
    assert await done(v3, "delete-whitelist", {"type": "EMAIL", "list": ["li@example.com"]}) == {
        "success": True
    }
    await done(
        v3, "delete-whitelist-of-app", {"type": "EMAIL", "appId": app_id, "list": ["wang@example.com"]}
    )
    assert await read(v3, "list-whitelist", type="EMAIL") == []
    assert await read(v3, "list-whitelist-of-app", type="EMAIL", appId=app_id) == []
    assert (await v3.post("add-whitelist", {"type": "EMAIL"}))["statusCode"] == 400


async def test_mail_templates_are_put_and_previewed(v3: V3Client, neighbour: V3Client) -> None:
    known = await read(v3, "get-email-templates")
    assert {one["type"] for one in known["templates"]} == set(mail.SCENES)
    assert len(known["templates"]) == 15
    assert len(known["categories"]) == 2
    put = await done(v3, "update-email-template", TEMPLATE)
    assert (put["customizeEnabled"], put["expiresIn"]) == (True, 600)
    shown = await done(v3, "preview-email-template", {"type": "WELCOME_EMAIL"})
    assert (shown["content"], shown["subject"]) == ("<p>张三</p>", "欢迎 张三")
    given = {"type": "WELCOME_EMAIL", "content": "{{ minutes }}", "expiresIn": 120}
    assert (await done(v3, "preview-email-template", given))["content"] == "2"
    theirs = await done(neighbour, "preview-email-template", {"type": "WELCOME_EMAIL"})
    assert theirs["content"] != "<p>张三</p>"
    bad = {**TEMPLATE, "content": "{{ code"}
    assert (await v3.post("update-email-template", bad))["statusCode"] == 400
    assert (await v3.post("update-email-template", {**TEMPLATE, "tplEngine": "ejs"}))["statusCode"] == 501


async def test_the_mail_server_is_set_and_its_password_never_shown(v3: V3Client, neighbour: V3Client) -> None:
    assert await read(v3, "get-email-provider") == {"enabled": False, **_nothing()}
    smtp = {"smtp_host": "smtp.example.com", "smtp_port": 465, "sender": "a@b.cn", "senderPass": "s3cret"}
    body = {"type": "custom", "enabled": True, "smtpConfig": smtp}
    await done(v3, "config-email-provider", body)
    shown = await read(v3, "get-email-provider")
    assert shown["smtpConfig"] == {**smtp, "senderPass": MASK, "secure": True}
    await done(v3, "config-email-provider", {**body, "enabled": False, "smtpConfig": shown["smtpConfig"]})
    kept = await v3.services.mail.get_provider(v3.administrator)
    assert kept is not None
    assert (kept.password, kept.enabled) == ("s3cret", False)
    assert (await read(neighbour, "get-email-provider"))["enabled"] is False
    missing = await v3.post("config-email-provider", {"type": "qq", "enabled": True})
    assert missing["statusCode"] == 400
    ali = {"sender": "a@b.cn", "senderPass": "p"}
    await done(v3, "config-email-provider", {"type": "ali", "enabled": True, "aliExmailConfig": ali})
    assert (await read(v3, "get-email-provider"))["aliExmailConfig"] == {**ali, "senderPass": MASK}


def _nothing() -> dict[str, None]:
    return dict.fromkeys(("type", "smtpConfig", "sendGridConfig", "aliExmailConfig", "tencentExmailConfig"))


def test_every_act_has_a_word_of_the_contract() -> None:
    contract = get_args(audit.AdminAuditLogDto.__annotations__["operation_type"]) or ()
    assert not contract or set(audit.OPERATIONS.values()) <= set(contract)
    assert set(audit.OPERATIONS) <= set(get_args(Operation))
    assert set(audit.EVENTS) <= set(get_args(Operation))
    assert set(audit.RESOURCES) <= set(get_args(ResourceType))


async def test_what_people_did_is_listed(v3: V3Client, neighbour: V3Client) -> None:
    app_id = (await done(v3, "create-application", {"appName": "商店"}))["appId"]
    user_id = await new_user(v3)
    there = Caller(v3.pool_id, app_id=app_id, ip="203.0.113.9", user_agent="curl/8", request_id="r1")
    log = v3.services.audit
    await log.write(v3.services.db, there, Event("login", "user", user_id, user_id=user_id))
    await log.write_refusal(there, Event("login", "user", user_name="nobody", success=False))
    itself = Caller(v3.pool_id, "user", actor_id=user_id)
    await log.write(v3.services.db, itself, Event("update", "user", user_id, user_id=user_id))
    found = await done(v3, "get-user-action-logs", {})
    assert [row["eventType"] for row in found["list"]] == ["updateUserPrefile", "login", "login"]
    one = await done(v3, "get-user-action-logs", {"eventType": "login", "success": True})
    [row] = one["list"]
    assert (row["userId"], row["appName"], row["clientIp"]) == (user_id, "商店", "203.0.113.9")
    assert (row["requestId"], row["success"]) == ("r1", True)
    for body, total in (
        ({"eventType": "updateUserProfile"}, 1),
        ({"eventType": "noSuchThing"}, 0),
        ({"userId": user_id}, 2),
        ({"appId": app_id}, 2),
        ({"clientIp": "203.0.113.9"}, 2),
        ({"requestId": "r1", "success": False}, 1),
        ({"start": 4102444800000}, 0),
        ({"end": 4102444800000}, 3),
        ({"pagination": {"page": 2, "limit": 2}}, 3),
    ):
        assert (await done(v3, "get-user-action-logs", body))["totalCount"] == total, body
    assert (await done(neighbour, "get-user-action-logs", {}))["totalCount"] == 0
    bad = await v3.post("get-user-action-logs", {"pagination": {"page": "x"}})
    assert bad["statusCode"] == 400


async def test_what_administrators_did_is_listed(v3: V3Client, neighbour: V3Client) -> None:
    user_id = await new_user(v3)
    await done(v3, "create-group", {"code": "g", "name": "G"})
    await done(v3, "update-security-settings", {"registerDisabled": True})
    found = await done(v3, "get-admin-audit-logs", {})
    kinds = [(row["operationType"], row["resourceType"]) for row in found["list"]]
    assert kinds == [("update", "userpool"), ("create", "userGroup"), ("create", "user")]
    only = await done(v3, "get-admin-audit-logs", {"operationType": "create", "resourceType": "user"})
    [row] = only["list"]
    assert user_id in row["eventDetails"]
    assert row["adminUserId"]
    for body, total in (
        ({"operationType": "all", "resourceType": "all"}, 3),
        ({"operationType": "create"}, 2),
        ({"resourceType": "userGroup"}, 1),
        ({"resourceType": "customDatabase"}, 0),
        ({"operationType": "no such"}, 0),
        ({"userId": row["adminUserId"]}, 3),
        ({"userId": "nobody"}, 0),
        ({"success": False}, 0),
    ):
        assert (await done(v3, "get-admin-audit-logs", body))["totalCount"] == total, body
    assert (await done(neighbour, "get-admin-audit-logs", {}))["totalCount"] == 0
