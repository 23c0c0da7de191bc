"""Policies, grants, resources and namespaces of the v2 wire."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import ClientOf, Refusal, V2Client
from tests.wire.v2.test_orgs import user

from poolhouse.groups.model import GroupDraft
from poolhouse.roles.model import RoleDraft
from poolhouse.services import Services

STATEMENT = {"resource": "books:1", "actions": ["books:read"], "effect": "ALLOW"}
IF = {"param": "SourceIp", "operator": "IpAddress", "value": {"any": ["thing"]}}


@pytest.fixture
async def v2(v2_of: ClientOf, pool: PoolForTests) -> V2Client:
    return await v2_of(pool)


@pytest.fixture
async def neighbour(v2_of: ClientOf, other_pool: PoolForTests) -> V2Client:
    return await v2_of(other_pool)


OPERATIONS: list[tuple[str, dict[str, Any]]] = [
    ("CreatePolicy", {"code": "q", "statements": [STATEMENT]}),
    ("UpdatePolicy", {"code": "p", "description": "x"}),
    ("DeletePolicy", {"code": "p"}),
    ("DeletePolicies", {"codeList": ["p"]}),
    ("Policy", {"code": "p"}),
    ("Policies", {}),
    ("PolicyAssignments", {"code": "p"}),
    ("AddPolicyAssignments", {"policies": ["p"], "targetType": "USER", "targetIdentifiers": ["U"]}),
    ("RemovePolicyAssignments", {"policies": ["p"], "targetType": "USER", "targetIdentifiers": ["U"]}),
    ("EnablePolicyAssignment", {"policy": "p", "targetType": "USER", "targetIdentifier": "U"}),
    ("DisbalePolicyAssignment", {"policy": "p", "targetType": "USER", "targetIdentifier": "U"}),
    ("Allow", {"resource": "books:1", "action": "books:read", "userId": "U"}),
    ("IsActionAllowed", {"resource": "books:1", "action": "books:read", "userId": "U"}),
    ("IsActionDenied", {"resource": "books:1", "action": "books:read", "userId": "U"}),
    ("AuthorizedTargets", {"namespace": "default", "resourceType": "DATA", "resource": "books:1"}),
    ("AuthorizeResource", {"resource": "books:1", "opts": [{"targetType": "USER", "targetIdentifier": "U"}]}),
    ("ListUserAuthorizedResources", {"id": "U"}),
]


async def test_strangers_are_refused_and_the_neighbour_changes_nothing(
    v2: V2Client, neighbour: V2Client, services: Services, pool: PoolForTests
) -> None:
    mine = await user(services, pool)
    await v2.one("CreatePolicy", code="p", statements=[STATEMENT])
    await v2.one("AddPolicyAssignments", policies=["p"], targetType="USER", targetIdentifiers=[mine])
    for name, variables in OPERATIONS:
        given = {
            key: mine
            if value == "U"
            else [mine]
            if value == ["U"]
            else [{**value[0], "targetIdentifier": mine}]
            if key == "opts"
            else value
            for key, value in variables.items()
        }
        with pytest.raises(Refusal) as refused:
            await v2.with_token(None).run(name, **given)
        assert refused.value.code == 2020, name
        answer = (await neighbour.send(neighbour.documents[name], given)).json()
        assert mine not in str(answer.get("data")), name
    assert (await v2.one("Policy", code="p"))["statements"][0]["resource"] == "books:1"
    assert (await v2.one("PolicyAssignments", code="p"))["totalCount"] == 1
    question = {"resource": "books:1", "action": "books:read", "userId": mine}
    assert await v2.one("IsActionAllowed", **question) is True


async def test_a_policy_keeps_its_statements_and_conditions(v2: V2Client) -> None:
    made = await v2.one("CreatePolicy", code="p", statements=[{**STATEMENT, "condition": [IF]}])
    assert made["statements"][0]["condition"] == [IF]
    assert (made["isDefault"], made["assignmentsCount"], made["namespace"]) == (False, 0, "default")
    changed = await v2.one("UpdatePolicy", code="p", newCode="q", statements=[STATEMENT])
    assert (changed["code"], changed["statements"][0]["actions"]) == ("q", ["books:read"])
    listed = await v2.one("Policies")
    assert [one["code"] for one in listed["list"]] == ["q", "AdministratorAccess"]
    with pytest.raises(Refusal):
        await v2.one("UpdatePolicy", code="AdministratorAccess", description="x")
    await v2.one("DeletePolicy", code="q")
    assert await v2.one("Policy", code="q") is None


async def test_the_misspelt_operation_disables(v2: V2Client, services: Services, pool: PoolForTests) -> None:
    ann = await user(services, pool)
    await v2.one("CreatePolicy", code="p", statements=[STATEMENT])
    await v2.one("AddPolicyAssignments", policies=["p"], targetType="USER", targetIdentifiers=[ann])
    question = {"resource": "books:1", "action": "books:read", "userId": ann}
    target = {"policy": "p", "targetType": "USER", "targetIdentifier": ann}
    assert await v2.one("IsActionAllowed", **question) is True
    await v2.one("DisbalePolicyAssignment", **target)
    assert await v2.one("IsActionAllowed", **question) is False
    assert await v2.one("IsActionDenied", **question) is True
    await v2.one("EnablePolicyAssignment", **target)
    assert await v2.one("IsActionAllowed", **question) is True


async def test_a_roles_code_under_the_wrong_type_still_reaches_the_role(
    v2: V2Client, services: Services, pool: PoolForTests
) -> None:
    await services.roles.create(pool.administrator, RoleDraft("editor"))
    await v2.one("CreatePolicy", code="p", statements=[STATEMENT])
    wrong = {"policies": ["p"], "targetType": "USER", "targetIdentifiers": ["editor"]}
    await v2.one("AddPolicyAssignments", **wrong)
    found = await v2.one("PolicyAssignments", targetType="ROLE", targetIdentifier="editor")
    assert found == {
        "totalCount": 1,
        "list": [{"code": "p", "targetType": "ROLE", "targetIdentifier": "editor"}],
    }
    await v2.one("RemovePolicyAssignments", **wrong)
    assert (await v2.one("PolicyAssignments", code="p"))["totalCount"] == 0
    with pytest.raises(Refusal) as refused:
        await v2.one("AddPolicyAssignments", **{**wrong, "targetIdentifiers": ["nobody"]})
    assert refused.value.code == 2004


async def test_a_policy_shows_its_assignments(v2: V2Client, services: Services, pool: PoolForTests) -> None:
    ann = await user(services, pool)
    await v2.one("CreatePolicy", code="p", statements=[STATEMENT])
    await v2.one("AddPolicyAssignments", policies=["p"], targetType="USER", targetIdentifiers=[ann])
    shown = await v2.one("PolicyWithAssignments", code="p")
    assert shown["assignmentsCount"] == 1
    assert shown["assignments"][0]["targetIdentifier"] == ann
    found = await v2.rest("GET", "/api/v2/policies/assignments/by-target?policy_code=p&target_type=USER")
    assert found["list"][0]["targetIdentifier"] == ann
    assert (await v2.rest("GET", "/api/v2/policies/assignments/by-target?policy_code=none"))["list"] == []


async def test_grants_are_given_asked_for_listed_and_taken(
    v2: V2Client, services: Services, pool: PoolForTests
) -> None:
    caller = pool.administrator
    ann = await user(services, pool)
    await services.groups.create(caller, GroupDraft("team", "Team"))
    await services.roles.create(caller, RoleDraft("editor"))
    org = await v2.one("CreateOrg", name="Acme")
    root = org["rootNode"]["id"]
    resource = {"code": "ec2", "type": "DATA", "actions": [{"name": "ec2:Start", "description": "s"}]}
    await v2.rest("POST", "/api/v2/resources", json={**resource, "namespace": "default"})
    targets = [("USER", ann), ("GROUP", "team"), ("ROLE", "editor"), ("ORG", root)]
    opts = [
        {
            "targetType": type_,
            "targetIdentifiers": [identifier],
            "resources": [{"code": "ec2:1", "actions": [f"ec2:{type_}"], "resourceType": "DATA"}],
        }
        for type_, identifier in targets
    ]
    assert await v2.rest("POST", "/api/v2/acl/authorize-resources", json={"opts": opts}) is True
    question = {"userId": ann, "resource": "ec2:1", "action": "ec2:USER"}
    assert await v2.rest("POST", "/api/v2/acl/is-allowed", json=question) == {"allowed": True}
    asked = {"targets": [{"targetType": t, "targetIdentifier": i} for t, i in targets]}
    batch = await v2.rest("POST", "/api/v2/acl/list-authorized-resources-batch", json=asked)
    assert [page["list"][0]["actions"] for page in batch["list"]] == [[f"ec2:{t}"] for t, _ in targets]
    for name, variables, relation in (
        ("ListUserAuthorizedResources", {"id": ann, "namespace": "default"}, None),
        ("ListNodeByIdAuthorizedResources", {"id": root, "namespace": "default"}, None),
    ):
        shown = (await v2.one(name, **variables))["authorizedResources"]
        assert (shown["totalCount"], shown["list"][0]["code"], relation) == (1, "ec2:1", None)
    found = await v2.one(
        "AuthorizedTargets",
        namespace="default",
        resource="ec2:1",
        resourceType="DATA",
        actions={"op": "OR", "list": ["ec2:USER", "ec2:GROUP"]},
    )
    assert {one["targetIdentifier"] for one in found["list"]} == {ann, "team"}
    both = {"op": "AND", "list": ["ec2:USER", "ec2:GROUP"]}
    none = await v2.one(
        "AuthorizedTargets", namespace="default", resource="ec2:1", resourceType="DATA", actions=both
    )
    assert none["totalCount"] == 0
    assert await v2.rest("POST", "/api/v2/acl/revoke-resources", json={"opts": opts[:1]}) is True
    assert await v2.rest("POST", "/api/v2/acl/is-allowed", json=question) == {"allowed": False}
    one = {"resource": "ec2:1", "opts": [{"targetType": "GROUP", "targetIdentifier": "team"}]}
    assert await v2.rest("POST", "/api/v2/acl/revoke-resource", json=one) is True
    listed = await v2.one("AuthorizedResources", targetType="GROUP", targetIdentifier="team")
    assert listed == {"totalCount": 0, "list": []}


async def test_a_menu_is_listed_without_actions(v2: V2Client, services: Services, pool: PoolForTests) -> None:
    ann = await user(services, pool)
    menu = {"code": "menu_a", "type": "MENU", "actions": [], "apiIdentifier": "/m"}
    await v2.rest("POST", "/api/v2/resources", json=menu)
    opt = {"targetType": "USER", "targetIdentifier": ann}
    await v2.one("AuthorizeResource", namespace="default", resource="menu_a", opts=[opt])
    shown = (await v2.one("ListUserAuthorizedResources", id=ann))["authorizedResources"]["list"]
    assert shown == [{"code": "menu_a", "type": "MENU", "actions": None, "apiIdentifier": "/m"}]


async def test_a_resource_lives_from_creation_to_deletion(v2: V2Client, pool: PoolForTests) -> None:
    made = await v2.rest("POST", "/api/v2/resources", json={"code": "books", "type": "DATA"})
    assert (made["userPoolId"], made["code"], made["actions"]) == (pool.id, "books", [])
    assert isinstance(made["namespaceId"], int)
    assert await v2.rest("GET", f"/api/v2/resources/detail?id={made['id']}") == made
    assert await v2.rest("GET", "/api/v2/resources/detail?namespace=default&code=books") == made
    assert await v2.rest("GET", "/api/v2/resources/detail?code=none") is None
    changed = await v2.rest("POST", "/api/v2/resources/books", json={"description": "d"})
    assert changed["description"] == "d"
    bulk = {"bulk": [{"code": code, "type": "DATA", "namespace": "default"} for code in ("6666", "777")]}
    for _ in range(2):
        assert await v2.rest("POST", "/api/v2/resources/bulk", json=bulk) is True
    assert (await v2.rest("GET", "/api/v2/resources?page=1&limit=10"))["totalCount"] == 3
    assert await v2.rest("DELETE", "/api/v2/resources/books?namespace=default") is True
    with pytest.raises(Refusal):
        await v2.rest("DELETE", "/api/v2/resources/books?namespace=default")


async def test_namespaces_are_kept_under_their_own_pool_only(
    v2: V2Client, neighbour: V2Client, pool: PoolForTests
) -> None:
    path = f"/api/v2/resource-namespace/{pool.id}"
    made = await v2.rest("POST", path, json={"code": "shop", "name": "Shop"})
    assert (made["code"], made["status"]) == ("shop", 1)
    changed = await v2.rest("PUT", f"{path}/code/shop", json={"name": "Store"})
    assert (changed["name"], changed["id"]) == ("Store", made["id"])
    listed = await v2.rest("GET", f"{path}?page=1&limit=10")
    assert {one["code"] for one in listed["list"]} == {"shop", "default", "system"}
    for method, where in (
        ("GET", path),
        ("POST", path),
        ("PUT", f"{path}/code/shop"),
        ("DELETE", f"{path}/code/shop"),
    ):
        with pytest.raises(Refusal):
            await neighbour.rest(method, where, json={"code": "x"})
        with pytest.raises(Refusal) as refused:
            await v2.with_token(None).rest(method, where, json={"code": "x"})
        assert refused.value.code == 2020
    assert await v2.rest("DELETE", f"{path}/code/shop") is True


async def test_access_to_an_application_is_ruled_and_shown(
    v2: V2Client, neighbour: V2Client, services: Services, pool: PoolForTests
) -> None:
    ann = await user(services, pool)
    app = await services.apps.create(pool.administrator, "shop")
    path = f"/api/v2/applications/{app.id}/authorization"
    rule = {"targetType": "USER", "targetIdentifiers": [ann]}
    await v2.rest("POST", f"{path}/deny", json=rule)
    assert not await services.app_access.may_use(pool.administrator, app.id, ann)
    await v2.rest("POST", f"{path}/disable-effect", json=rule)
    assert await services.app_access.may_use(pool.administrator, app.id, ann)
    await v2.rest("POST", f"{path}/enable-effect", json=rule)
    records = await v2.rest("GET", f"{path}/records?page=1&limit=10")
    assert (records["totalCount"], records["list"][0]["effect"]) == (1, "DENY")
    await v2.rest("POST", f"{path}/allow", json=rule)
    await v2.rest("POST", f"{path}/revoke", json=rule)
    assert (await v2.rest("GET", f"{path}/records"))["totalCount"] == 0
    for method, where in (("GET", f"{path}/records"), ("POST", f"{path}/allow"), ("POST", f"{path}/deny")):
        with pytest.raises(Refusal):
            await neighbour.rest(method, where, json=rule)


async def test_an_access_account_lives_from_creation_to_deletion(
    v2: V2Client, neighbour: V2Client, services: Services, pool: PoolForTests
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    path = f"/api/v2/applications/{app.id}/programmatic-access-accounts"
    made = await v2.rest("POST", path, json={"tokenLifetime": 60, "remarks": "ci"})
    assert (made["appId"], made["tokenLifetime"], made["enabled"]) == (app.id, 60, True)
    one = "/api/v2/applications/programmatic-access-accounts"
    renewed = await v2.rest("PATCH", one, json={"id": made["id"], "secret": "s" * 32})
    assert renewed["secret"] == "s" * 32
    off = await v2.rest("PATCH", one, json={"id": made["id"], "enabled": False})
    assert off["enabled"] is False
    for method, where, body in (
        ("GET", path, None),
        ("POST", path, {}),
        ("PATCH", one, {"id": made["id"], "enabled": True}),
        ("DELETE", f"{one}?id={made['id']}", None),
    ):
        with pytest.raises(Refusal):
            await neighbour.rest(method, where, json=body)
    assert (await v2.rest("GET", f"{path}?limit=10&page=1"))["list"] == [off]
    assert await v2.rest("DELETE", f"{one}?id={made['id']}") is True


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/api/v2/acl/is-allowed", {}),
        ("/api/v2/acl/is-allowed", {"userId": 5, "resource": "x", "action": "y"}),
        ("/api/v2/acl/is-allowed", {"userId": "u", "resource": "", "action": "y"}),
        ("/api/v2/acl/authorize-resources", {"opts": []}),
        ("/api/v2/acl/authorize-resources", {"opts": [{"targetType": "NOBODY"}]}),
        ("/api/v2/acl/authorize-resources", {"opts": "x"}),
        ("/api/v2/acl/revoke-resource", {"resource": "x", "opts": []}),
        ("/api/v2/acl/list-authorized-resources-batch", {"targets": [{}]}),
        ("/api/v2/resources", {"code": "x", "type": "STRANGE"}),
        ("/api/v2/resources", {"code": "x" * 10_000, "type": "DATA"}),
        ("/api/v2/resources/bulk", {"bulk": []}),
        ("/api/v2/resources/bulk", {"bulk": [None]}),
    ],
)
async def test_a_malformed_body_is_refused_and_never_a_fault(
    v2: V2Client, path: str, body: dict[str, Any]
) -> None:
    with pytest.raises(Refusal) as refused:
        await v2.rest("POST", path, json=body)
    assert refused.value.status == 200
    assert refused.value.message
