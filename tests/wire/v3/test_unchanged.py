"""`If-Unmodified-Since`: of two who change one thing at once, exactly one does."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import asyncpg
import pytest
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.federation.fitting import FIELDS
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_users_import_files import uploaded

from poolhouse.ids import new_id
from poolhouse.wire.v3.table import endpoints
from poolhouse.wire.v3.unchanged import CONDITIONAL, HEADER

FIELD = {"targetType": "USER", "dataType": "STRING", "key": "level"}
SMTP = {"smtp_host": "mail.shop.example", "smtp_port": 465, "secure": True, "senderPass": "s3cret-word"}
LOCK = "lock table audit_records in share row exclusive mode"


async def thing(v3: V3Client, operation: str) -> dict[str, Any]:
    """What names one that there is in the body of the operation."""
    made: dict[str, Any]
    match operation.removeprefix("POST update-"):
        case "user" | "POST set-user-status":
            made = await v3.post("create-user", {"username": "li", "password": "first-secret-1"})
            return {"userId": made["data"]["userId"]}
        case "group":
            await v3.post("create-group", {"code": "staff", "name": "员工", "description": ""})
            return {"code": "staff", "name": "员工"}
        case "role":
            await v3.post("create-role", {"code": "editor"})
            return {"code": "editor", "newCode": "editor"}
        case "organization" | "department" as kind:
            await v3.post("create-organization", {"organizationCode": "shop", "organizationName": "公司"})
            if kind == "organization":
                return {"organizationCode": "shop"}
            made = await v3.post(
                "create-department",
                {"organizationCode": "shop", "name": "实验室", "parentDepartmentId": "root"},
            )
            return {"organizationCode": "shop", "departmentId": made["data"]["departmentId"]}
        case "application":
            made = await v3.post("create-application", {"appName": "shop"})
            return {"appId": made["data"]["appId"]}
        case "POST set-import-file-columns":
            return {"fileId": await uploaded(v3)}
        case "POST set-custom-fields":
            await v3.post("set-custom-fields", {"list": [{**FIELD, "label": "before"}]})
        case "namespace":
            await v3.post("create-namespace", {"code": "shop", "name": "店"})
            return {"code": "shop"}
        case "resource":
            await v3.post("create-resource", {"code": "book", "type": "DATA", "actions": []})
            return {"code": "book"}
        case "data-resource" | "data-policy" as kind:
            names = {"namespaceCode": "default", "resourceCode": "names"}
            whole = {**names, "resourceName": "n", "type": "STRING", "struct": "a", "actions": ["read"]}
            await v3.post("create-data-resource", whole)
            if kind == "data-resource":
                return names
            said = [{"effect": "ALLOW", "permissions": ["default/names/read"]}]
            made = await v3.post("create-data-policy", {"policyName": "p", "statementList": said})
            return {"policyId": made["data"]["policyId"]}
        case "policy":
            said = [{"resource": "books", "actions": ["read"]}]
            await v3.post("create-policy", {"code": "readers", "statements": said})
            return {"code": "readers"}
        case "POST set-pool-administrator-roles":
            one = await v3.services.administrators.create(OPERATOR, f"c{new_id()}", PASSWORD)
            return {"administrator": one.id}
        case "application-permission-strategy" | "application-mfa-settings":
            made = await v3.post("create-application", {"appName": "shop"})
            return {"appId": made["data"]["appId"]}
        case "tenant":
            made = await v3.post("create-tenant", {"name": "shop", "appIds": []})
            return {"tenantId": made["data"]["tenantId"]}
        case "ext-idp" | "ext-idp-conn" as kind:
            made = await v3.post("create-ext-idp", {"name": "x", "type": "github"})
            if kind == "ext-idp":
                return {"id": made["data"]["id"]}
            conn = {
                "extIdpId": made["data"]["id"],
                "type": "github",
                "identifier": new_id(),
                "fields": FIELDS,
            }
            made = await v3.post("create-ext-idp-conn", {**conn, "displayName": "x"})
            return {"id": made["data"]["id"], "fields": FIELDS}
        case "email-template":
            found = await v3.get("get-email-templates")
            return next(one for one in found["data"]["templates"] if one["type"] == "LOGIN_VERIFY_CODE")
    return {}


def change(operation: str, text: str) -> dict[str, Any]:
    return {
        "user": {"nickname": text},
        "POST set-user-status": {"status": "Activated" if text == "third!" else "Suspended"},
        "group": {"description": text},
        "role": {"description": text},
        "organization": {"organizationName": text},
        "department": {"name": text},
        "application": {"appDescription": text},
        "pool-settings": {"settings": {"verify_code_length": str(4 + len(text))}},
        "custom-database": {"timeoutMs": 1000 + len(text)},
        "POST set-import-file-columns": {"columns": {"Rank": "" if text == "one" else "nickname"}},
        "POST set-custom-fields": {"list": [{**FIELD, "label": text}]},
        "namespace": {"description": text},
        "resource": {"description": text},
        "data-resource": {"description": text},
        "data-policy": {"description": text},
        "policy": {"description": text},
        "branding": {"name": text},
        "POST set-pool-administrator-roles": {"roles": ["viewer" if text == "one" else "user-editor"]},
        "application-permission-strategy": {"permissionStrategy": "DENY_ALL"},
        "application-mfa-settings": {"enabledFactors": ["OTP"]},
        "tenant": {"description": text},
        "ext-idp": {"name": text},
        "ext-idp-conn": {"displayName": text},
        "POST config-email-provider": {
            "type": "custom",
            "enabled": False,
            "smtpConfig": SMTP | {"sender": f"{text.strip('!')}@shop.example"},
        },
        "email-template": {"subject": text, "customizeEnabled": True},
    }[operation.removeprefix("POST update-")]


async def until_waiting(barrier: asyncpg.Connection, count: int) -> None:
    """Until so many wait for a lock of the database."""
    sql = """select count(*) from pg_locks l join pg_stat_activity a using (pid)
             where not l.granted and a.datname = current_database()"""
    async with asyncio.timeout(10):
        while await barrier.fetchval(sql) < count:  # noqa: ASYNC110
            await asyncio.sleep(0.01)


def since(moment: datetime) -> dict[str, str]:
    return {HEADER: moment.isoformat()}


def test_every_conditional_operation_is_one() -> None:
    assert {row.name for row in endpoints().values()} >= CONDITIONAL


@pytest.mark.parametrize("operation", sorted(CONDITIONAL))
async def test_of_two_changes_at_once_one_wins(v3: V3Client, database_url: str, operation: str) -> None:
    named, path = await thing(v3, operation), operation.removeprefix("POST ")
    read = datetime.now(UTC)
    barrier = await asyncpg.connect(database_url)
    try:
        begun = barrier.transaction()
        await begun.start()
        await barrier.execute(LOCK)
        both = [
            asyncio.create_task(v3.post(path, named | change(operation, text), since(read)))
            for text in ("one", "other")
        ]
        await until_waiting(barrier, 2)
        await begun.rollback()
    finally:
        await barrier.close()
    answers = await asyncio.gather(*both)
    assert sorted(one["statusCode"] for one in answers) == [200, 409], answers
    (refused,) = (one for one in answers if one["statusCode"] == 409)
    assert refused["apiCode"] == 40909
    (told,) = refused["data"]["changes"]
    done = {"set-user-status": "block", "set-pool-administrator-roles": "authorize"}.get(path, "update")
    assert (told["actorId"], told["operation"]) == (v3.pool_id, done)
    again = await v3.post(path, named | change(operation, "third!"), since(datetime.now(UTC)))
    assert again["statusCode"] == 200, "whoever has read it since may"


async def test_what_changes_nothing_of_it_stands_in_nobodys_way(v3: V3Client) -> None:
    named = await thing(v3, "POST update-user")
    before = datetime.now(UTC)
    await v3.post(
        "signin", {"connection": "PASSWORD", "passwordPayload": {"username": "li", "password": "no"}}
    )
    await v3.post("kick-users", {"userId": named["userId"], "appIds": []})
    changed = await v3.post("update-user", named | {"nickname": "a"}, since(before))
    assert changed["statusCode"] == 200, changed


async def test_a_change_of_its_custom_data_counts(v3: V3Client) -> None:
    named = await thing(v3, "POST update-user")
    field = {"targetType": "USER", "dataType": "STRING", "key": "level", "label": "level"}
    made = await v3.post("set-custom-fields", {"list": [field]})
    assert made["statusCode"] == 200, made
    before = datetime.now(UTC)
    data = {
        "targetType": "USER",
        "targetIdentifier": named["userId"],
        "list": [{"key": "level", "value": "1"}],
    }
    assert (await v3.post("set-custom-data", data))["statusCode"] == 200
    refused = await v3.post("update-user", named | {"nickname": "a"}, since(before))
    assert refused["statusCode"] == 409
    assert refused["data"]["changes"][0]["fields"] == ["level"]


async def test_the_header_is_an_http_date_or_iso_and_nothing_else(v3: V3Client) -> None:
    named = await thing(v3, "POST update-group")
    tomorrow = format_datetime(datetime.now(UTC) + timedelta(days=1), usegmt=True)
    assert (await v3.post("update-group", named, {HEADER: tomorrow}))["statusCode"] == 200
    yesterday = format_datetime(datetime.now(UTC) - timedelta(days=1), usegmt=True)
    assert (await v3.post("update-group", named, {HEADER: yesterday}))["statusCode"] == 409
    for wrong in ("yesterday", "Fri, 99 Foo 2026 00:00:00 GMT", "1" * 5000):
        refused = await v3.post("update-group", named, {HEADER: wrong})
        assert refused["statusCode"] == 400, wrong
        assert HEADER in refused["message"]


async def test_an_operation_without_the_condition_refuses_the_header(v3: V3Client) -> None:
    refused = await v3.post("create-role", {"code": "a"}, since(datetime.now(UTC)))
    assert refused["statusCode"] == 400
    assert HEADER in refused["message"]
    assert (await v3.get("get-role", code="a"))["statusCode"] == 404
    assert (await v3.get("list-roles", since(datetime.now(UTC))))["statusCode"] == 200
