"""What somebody signed in is told of themself, and nobody else of them."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from authing import AuthenticationClient
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_clients import NODE, SDK
from tests.wire.v3.test_orgs import department, organisation
from tests.wire.v3.test_resources import BOOKS
from tests.wire.v3.test_signin import Person, bob  # noqa: F401
from tests.wire.v3.test_tenants import done

from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.users.model import UserDraft, UserKey
from poolhouse.wire.v3 import my_lists


@pytest.fixture
async def member(v3: V3Client, bob: Person) -> Person:  # noqa: F811
    """Bob, signed in, with one of everything; Eve beside him has nothing."""
    await v3.services.users.create(v3.administrator, UserDraft({"username": "eve"}, password="secret 1"))
    user = await v3.services.users.find(v3.administrator, UserKey("username", "bob"))
    assert user is not None
    await done(v3, "create-group", {"code": "staff", "name": "Staff", "description": "", "type": "static"})
    await done(v3, "add-group-members", {"code": "staff", "userIds": [user.id]})
    await done(v3, "create-role", {"code": "boss", "name": "Boss"})
    await done(
        v3,
        "assign-role",
        {"code": "boss", "targets": [{"targetType": "GROUP", "targetIdentifier": "staff"}]},
    )
    await organisation(v3)
    for name in ("Dev", "Ops"):
        made = await department(v3, name)
        place = {"organizationCode": "acme", "departmentId": made["departmentId"]}
        await done(v3, "add-department-members", {**place, "userIds": [user.id]})
    tenant = await done(v3, "create-tenant", {"name": "North", "appIds": [bob.app_id]})
    await done(v3, "add-tenant-users", {"tenantId": tenant["tenantId"], "linkUserIds": [user.id]})
    await done(v3, "create-resource", BOOKS)
    grant = {
        "targetType": "USER",
        "targetIdentifiers": [user.id],
        "resources": [{"code": "books:1", "actions": ["read"], "resourceType": "DATA"}],
    }
    await done(v3, "authorize-resources", {"list": [grant]})
    await bob.sign_in("bob", "wrong")
    await bob.sign_in("bob", "secret 1")
    return bob


async def told(person: Person, path: str, **query: Any) -> Any:
    answer = await person.get(path, **query)
    assert answer["statusCode"] == 200, answer
    return answer["data"]


async def test_what_one_has_is_told(member: Person) -> None:
    assert [one["code"] for one in await told(member, "get-my-group-list")] == ["staff"]
    assert [one["code"] for one in await told(member, "get-my-role-list")] == ["boss"]
    assert [one["tenantName"] for one in await told(member, "get-my-tenant-list")] == ["North"]
    resources = await told(member, "get-my-authorized-resources")
    assert [(one["resourceCode"], one["actions"]) for one in resources["list"]] == [("books:1", ["read"])]
    assert (await told(member, "get-my-authorized-resources", resourceType="MENU"))["totalCount"] == 0
    assert [one["appId"] for one in await told(member, "get-my-logged-in-apps")] == [member.app_id]


async def test_of_the_own_departments_custom_data_is_told_what_users_see(member: Person) -> None:
    admin, fields = member.v3.administrator, member.v3.services.fields
    await fields.define(
        admin,
        [
            FieldDraft(TargetType.NODE, "floor", DataType.NUMBER, visible_in_user_center=True),
            FieldDraft(TargetType.NODE, "budget", DataType.NUMBER),
        ],
    )
    nodes = (await told(member, "get-my-department-list"))["list"]
    await fields.set_values(
        admin, TargetType.NODE, {node["departmentId"]: {"floor": 3, "budget": 5} for node in nodes}
    )
    shown = (await told(member, "get-my-department-list", withCustomData="true"))["list"]
    assert [node["customData"] for node in shown] == [{"floor": 3}] * len(nodes)


async def test_the_departments_come_in_the_order_asked_for(member: Person) -> None:
    query = {"sortBy": "DepartmentName", "orderBy": "Desc", "limit": 1}
    page = await told(member, "get-my-department-list", **query)
    assert (page["totalCount"], [one["name"] for one in page["list"]]) == (2, ["Ops"])
    assert page["list"][0]["organizationCode"] == "acme"
    (second,) = (await told(member, "get-my-department-list", **query, page=2))["list"]
    assert second["name"] == "Dev"


async def test_a_member_of_the_group_inherits_its_role_no_longer_than_they_are_one(member: Person) -> None:
    user_id = (await told(member, "get-profile"))["userId"]
    await done(member.v3, "remove-group-members", {"code": "staff", "userIds": [user_id]})
    assert await told(member, "get-my-role-list") == []
    assert await told(member, "get-my-group-list") == []


async def test_the_login_history_has_refusals_too_and_can_be_narrowed(member: Person) -> None:
    page = await told(member, "get-my-login-history")
    right, wrong = page["list"]
    assert page["totalCount"] == 2
    assert (right["success"], right["loginMethod"], right["appId"], right["appName"]) == (
        True,
        "password",
        member.app_id,
        "shop",
    )
    assert (wrong["success"], wrong["errorMessage"]) == (False, "WrongCredentials")
    assert right["clientIp"] == "127.0.0.1"
    only = await told(member, "get-my-login-history", success=False)
    assert [one["loginAt"] for one in only["list"]] == [wrong["loginAt"]]
    assert (await told(member, "get-my-login-history", appId="77"))["totalCount"] == 0
    assert (await told(member, "get-my-login-history", start=4_000_000_000_000))["totalCount"] == 0


async def test_an_application_that_is_closed_or_switched_off_is_not_accessible(member: Person) -> None:
    v3 = member.v3
    closed = await v3.services.apps.create(v3.administrator, "closed")
    await done(
        v3,
        "update-application-permission-strategy",
        {"appId": closed.id, "permissionStrategy": "DENY_ALL"},
    )
    switched = await v3.services.apps.create(v3.administrator, "off", settings={"enabled": False})
    open_app = await v3.services.apps.create(
        v3.administrator, "open", settings={"init_login_uri": "https://open.example/login"}
    )
    shown = {one["appId"]: one for one in await told(member, "get-my-accessible-apps")}
    assert shown.keys() == {member.app_id, open_app.id}
    assert shown[member.app_id]["active"] is True
    assert shown[open_app.id]["active"] is False
    assert shown[open_app.id]["appLoginUrl"] == "https://open.example/login"
    assert switched.id not in shown


@pytest.mark.parametrize("row", my_lists.ENDPOINTS, ids=lambda row: row.path)
async def test_nobody_else_is_told_anything_of_it(member: Person, neighbour: V3Client, row: Any) -> None:
    eve = Person(member.v3, member.app_id)
    await eve.sign_in("eve", "secret 1")
    theirs = await neighbour.services.apps.create(neighbour.administrator, "theirs")
    draft = UserDraft({"username": "bob"}, password="secret 1")
    await neighbour.services.users.create(neighbour.administrator, draft)
    namesake = Person(neighbour, theirs.id)
    await namesake.sign_in("bob", "secret 1")
    bobs, eves, namesakes = [await told(one, row.path) for one in (member, eve, namesake)]
    if row.path in ("get-my-login-history", "get-my-logged-in-apps", "get-my-accessible-apps"):
        assert member.app_id not in str(namesakes)
        assert (await told(member, "get-profile"))["userId"] not in str(eves)
    else:
        assert _listed(bobs)
        assert not _listed(eves)
        assert not _listed(namesakes)


@pytest.mark.parametrize("row", my_lists.ENDPOINTS, ids=lambda row: row.path)
async def test_an_administrators_token_is_nobodys_own(member: Person, row: Any) -> None:
    assert (await member.v3.get(row.path))["statusCode"] == 401


def _listed(data: Any) -> Any:
    return data["list"] if isinstance(data, dict) else data


PYTHON_METHODS = (
    "get_login_history",
    "get_logged_in_apps",
    "get_accessible_apps",
    "get_tenant_list",
    "get_role_list",
    "get_group_list",
    "get_department_list",
    "get_authorized_resources",
)


async def test_the_python_client_reads_every_list(member: Person, server: str) -> None:
    client = AuthenticationClient(app_id=member.app_id, app_host=server, access_token=member.token)
    answers = [await asyncio.to_thread(getattr(client, method)) for method in PYTHON_METHODS]
    assert [answer["statusCode"] for answer in answers] == [200] * len(my_lists.ENDPOINTS)
    assert all(answer["data"] for answer in answers)
    assert (await asyncio.to_thread(client.get_system_info))["rsa"]["publicKey"].startswith("-----BEGIN")
    assert (await asyncio.to_thread(client.get_country_list))["statusCode"] == 200


NODE_CALLS = """
const { AuthenticationClient } = require(process.argv[1])
const client = new AuthenticationClient({
  appId: process.argv[3], appSecret: 'x', appHost: process.argv[2], accessToken: process.argv[4],
})
const calls = ['getLoginHistory', 'getLoggedInApps', 'getAccessibleApps', 'getTenantList', 'getRoleList',
  'getGroupList', 'getDepartmentList', 'getAuthorizedResources']
Promise.all(calls.map((name) => client[name]({}))).then((answers) => console.log(JSON.stringify(answers)))
"""


async def test_the_node_client_reads_every_list(member: Person, server: str) -> None:
    process = await asyncio.create_subprocess_exec(
        NODE, "-e", NODE_CALLS, SDK, server, member.app_id, member.token, stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    answers = json.loads(out)
    assert [answer["statusCode"] for answer in answers] == [200] * len(my_lists.ENDPOINTS)
    assert all(answer["data"] for answer in answers)
