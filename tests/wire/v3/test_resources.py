from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_orgs import data, department, organisation, refused, user

from poolhouse.resources.model import Effect, Statement, TargetType
from poolhouse.wire.v3 import namespaces, resources

BOOKS = {"code": "books", "type": "DATA", "name": "Books", "actions": [{"name": "read", "description": "r"}]}

BODY: dict[str, Any] = {
    "code": "mine",
    "codeList": ["mine"],
    "list": [],
    "ids": ["x"],
    "namespace": "mine",
    "type": "DATA",
    "name": "x",
    "newCode": "y",
    "targetType": "USER",
    "targetIdentifier": "x",
    "userId": "x",
    "action": "x",
    "resource": "x",
    "appId": "mine",
    "tenantId": "x",
    "association": True,
}
LISTS = {"list-namespaces", "list-resources", "list-common-resource"}
LENIENT = {
    "get-namespaces-batch",
    "get-resources-batch",
    "get-authorized-resources",
    "get-group-authorized-resources",
    "get-role-authorized-resources",
    "get-resource-authorized-targets",
    "create-namespace",
    "create-namespaces-batch",
}


@pytest.mark.parametrize("row", [*namespaces.ENDPOINTS, *resources.ENDPOINTS], ids=lambda row: row.path)
async def test_strangers_are_refused_and_the_neighbour_finds_nothing(
    v3: V3Client, neighbour: V3Client, row: Any
) -> None:
    await data(v3.post("create-namespace", {"code": "mine", "name": "Mine"}))
    made = await v3.services.resources.create(v3.administrator, _draft("mine"), "mine")
    body = {**BODY, "ids": [made.id]}
    if row.path in ("create-resources-batch", "create-namespaces-batch"):
        body["list"] = [{"code": "mine", "type": "DATA"}]
    if row.path == "authorize-resources":
        ann = await user(v3, "ann")
        grant = {"code": "mine", "actions": ["x"], "resourceType": "DATA"}
        body["list"] = [{"targetType": "USER", "targetIdentifiers": [ann], "resources": [grant]}]
    if row.path == "delete-resources-batch":
        del body["codeList"]
    call = neighbour.post if row.takes_body else neighbour.get
    arguments = (body,) if row.takes_body else ()
    keywords = {} if row.takes_body else body
    anonymous = await call(row.path, *arguments, headers={"authorization": ""}, **keywords)
    assert anonymous["statusCode"] == 401
    answer = await call(row.path, *arguments, **keywords)
    if row.path in LISTS:
        assert all(one["code"] != "mine" for one in answer["data"]["list"])
    elif row.path not in LENIENT:
        assert answer["statusCode"] == 404, answer
    else:
        assert made.id not in str(answer)
    assert (await data(v3.get("get-resource", code="mine", namespace="mine")))["code"] == "mine"


def _draft(code: str) -> Any:
    from poolhouse.resources.model import ResourceDraft, ResourceType

    return ResourceDraft(code, ResourceType.DATA)


async def test_a_namespace_lives_from_creation_to_deletion(v3: V3Client) -> None:
    made = await data(v3.post("create-namespace", {"code": "shop", "name": "Shop", "description": "d"}))
    assert made == {"code": "shop", "name": "Shop", "description": "d"}
    assert await refused(v3.post("create-namespace", {"code": "shop"})) == 409
    changed = await data(v3.post("update-namespace", {"code": "shop", "newCode": "store"}))
    assert (changed["code"], changed["name"]) == ("store", "Shop")
    assert await refused(v3.get("get-namespace", code="shop")) == 404
    await data(v3.post("create-namespaces-batch", {"list": [{"code": "a"}, {"code": "b", "name": "B"}]}))
    batch = await data(v3.get("get-namespaces-batch", codeList=["b", "none", "store"]))
    assert [one["code"] for one in batch] == ["b", "store"]
    page = await data(v3.get("list-namespaces", keywords="B"))
    assert [one["code"] for one in page["list"]] == ["b"]
    assert await data(v3.post("delete-namespace", {"code": "store"})) == {"success": True}
    assert await data(v3.post("delete-namespaces-batch", {"codeList": ["a", "b"]})) == {"success": True}
    assert {one["code"] for one in (await data(v3.get("list-namespaces")))["list"]} == {"default", "system"}


async def test_roles_of_a_namespace_are_listed(v3: V3Client) -> None:
    from poolhouse.roles.model import RoleDraft

    await data(v3.post("create-namespace", {"code": "shop"}))
    await v3.services.roles.create(v3.administrator, RoleDraft("clerk", "shop", name="Clerk"))
    page = await data(v3.get("list-namespace-roles", code="shop"))
    assert (page["totalCount"], page["list"][0]["code"], page["list"][0]["name"]) == (1, "clerk", "Clerk")
    assert await refused(v3.get("list-namespace-roles", code="none")) == 404


async def test_a_resource_lives_from_creation_to_deletion(v3: V3Client) -> None:
    made = await data(v3.post("create-resource", BOOKS))
    assert (made["code"], made["namespace"], made["actions"]) == (
        "books",
        "default",
        [{"name": "read", "description": "r"}],
    )
    assert await refused(v3.post("create-resource", BOOKS)) == 409
    changed = await data(v3.post("update-resource", {"code": "books", "description": "new"}))
    assert (changed["description"], changed["name"]) == ("new", "Books")
    batch = {"list": [{"code": "menu", "type": "MENU"}, {"code": "api", "type": "API"}]}
    for _ in range(2):
        assert await data(v3.post("create-resources-batch", batch)) == {"success": True}
    assert (await data(v3.get("list-resources")))["totalCount"] == 3
    menus = await data(v3.get("list-resources", type="MENU"))
    assert [one["code"] for one in menus["list"]] == ["menu"]
    found = await data(v3.get("get-resources-batch", codeList=["api,none", "books"]))
    assert [one["code"] for one in found] == ["api", "books"]
    common = await data(v3.get("list-common-resource", keyword="boo", namespaceCodeList="default"))
    (one,) = common["list"]
    assert (one["code"], one["namespace"], one["userPoolId"]) == ("books", "default", v3.pool_id)
    assert isinstance(one["namespaceId"], int)
    await data(v3.post("delete-common-resources-batch", {"ids": [one["id"]]}))
    await data(v3.post("delete-resources-batch", {"codeList": ["menu"]}))
    await data(v3.post("delete-resource", {"code": "api"}))
    assert (await data(v3.get("list-resources")))["totalCount"] == 0
    assert await refused(v3.get("get-resource", code="api")) == 404


async def test_a_resource_is_linked_to_a_tenant_and_let_go(v3: V3Client, neighbour: V3Client) -> None:
    app = await v3.services.apps.create(v3.administrator, "shop")
    tenant = await v3.services.tenants.create(v3.administrator, "Acme")
    theirs = await v3.services.tenants.create(neighbour.administrator, "Other")
    await data(v3.post("create-resource", {**BOOKS, "namespace": app.id}))
    link = {"code": "books", "appId": app.id, "tenantId": tenant.id, "association": True}
    for linked in (True, True, False):
        answer = await data(v3.post("associate-tenant-resource", {**link, "association": linked}))
        assert answer == {"success": True}
        shown = await data(v3.get("get-resource", code="books", namespace=app.id))
        assert shown["linkedToTenant"] is linked
    assert await refused(v3.post("associate-tenant-resource", {**link, "tenantId": theirs.id})) == 404
    assert await refused(v3.post("associate-tenant-resource", {**link, "tenantId": ""})) == 400
    assert await refused(v3.post("associate-tenant-resource", {**link, "code": "none"})) == 404


async def test_what_is_granted_is_allowed_listed_and_found(v3: V3Client) -> None:
    await organisation(v3)
    dev = await department(v3, "Dev")
    ann = await user(v3, "ann")
    place = {"organizationCode": "acme", "departmentId": dev["departmentId"]}
    await data(v3.post("add-department-members", {**place, "userIds": [ann]}))
    await data(v3.post("create-resource", {**BOOKS, "apiIdentifier": "/books", "description": "all"}))

    def grant(target: str, identifier: str, code: str, *actions: str) -> dict[str, Any]:
        resource = {"code": code, "actions": list(actions), "resourceType": "DATA"}
        return {"targetType": target, "targetIdentifiers": [identifier], "resources": [resource]}

    question = {"userId": ann, "resource": "books:1", "action": "read"}
    assert await data(v3.post("is-action-allowed", question)) == {"allowed": False}
    grants = [
        grant("USER", ann, "books:1", "read"),
        grant("DEPARTMENT", dev["departmentId"], "books:2", "edit"),
    ]
    assert await data(v3.post("authorize-resources", {"list": grants})) == {"success": True}
    assert await data(v3.post("is-action-allowed", question)) == {"allowed": True}
    query = {"targetType": "USER", "targetIdentifier": ann}
    page = await data(v3.get("get-authorized-resources", **query))
    assert [(one["resourceCode"], one["actions"], one["effect"]) for one in page["list"]] == [
        ("books:1", ["read"], "ALLOW"),
        ("books:2", ["edit"], "ALLOW"),
    ]
    assert page["list"][0]["apiIdentifier"] == "/books"
    narrowed = await data(v3.get("get-authorized-resources", **query, resourceList=["books:2"]))
    assert [one["resourceCode"] for one in narrowed["list"]] == ["books:2"]
    of_department = {"targetType": "DEPARTMENT", "targetIdentifier": dev["departmentId"]}
    page = await data(v3.get("get-authorized-resources", **of_department))
    assert [one["resourceCode"] for one in page["list"]] == ["books:2"]
    targets = await data(v3.post("get-resource-authorized-targets", {"resource": "books:2"}))
    assert targets == {
        "totalCount": 1,
        "list": [{"targetType": "DEPARTMENT", "targetIdentifier": dev["departmentId"], "actions": ["edit"]}],
    }
    assert await refused(v3.post("authorize-resources", {"list": [grant("GROUP", "none", "b", "x")]})) == 404
    assert await refused(v3.post("is-action-allowed", {**question, "userId": "nobody"})) == 404


async def test_denials_and_conditions_are_shown_when_asked_for(v3: V3Client) -> None:
    ann, policies = await user(v3, "ann"), v3.services.policies
    term = {"param": "SourceIp", "operator": "IpAddress", "value": ["10.0.0.0/8"]}
    await policies.create(
        v3.administrator,
        "p",
        [
            Statement(Effect.ALLOW, "books:1", ("read",), None, (term,)),
            Statement(Effect.DENY, "books:2", ("*",)),
        ],
    )
    await policies.assign(v3.administrator, ["p"], TargetType.USER, [ann])
    query = {"targetType": "USER", "targetIdentifier": ann}
    (shown,) = (await data(v3.get("get-authorized-resources", **query)))["list"]
    assert shown["condition"] == [{**term, "value": '["10.0.0.0/8"]'}]
    both = (await data(v3.get("get-authorized-resources", **query, withDenied="true")))["list"]
    assert [(one["resourceCode"], one["effect"]) for one in both] == [
        ("books:1", "ALLOW"),
        ("books:2", "DENY"),
    ]
