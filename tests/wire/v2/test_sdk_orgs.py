"""The official JavaScript client: trees as it builds them, and permissions as it asks for them."""

from __future__ import annotations

from tests.sdk import Sdk, ref


async def test_organisations_come_as_trees(sdk: Sdk) -> None:
    tree = {"name": "Acme", "code": "acme", "children": [{"name": "Dev", "code": "dev"}]}
    results = await sdk.run(
        ("org.importByJson", tree),
        ("org.findById", ref("0.id")),
        ("org.list",),
        ("org.getAllOrgs", 1, 10),
        ("users.create", {"username": "ann"}),
        ("org.addMembers", ref("1.nodes.1.id"), [ref("4.id")]),
        ("org.listMembers", ref("1.rootNode.id"), {"includeChildrenNodes": True}),
        ("org.setMainDepartment", ref("4.id"), ref("1.nodes.1.id")),
        ("users.listDepartment", ref("4.id")),
        ("users.listOrgs", ref("4.id")),
        ("org.addNode", ref("0.id"), ref("1.rootNode.id"), {"name": "Ops", "code": "ops"}),
        ("org.moveNode", ref("0.id"), ref("1.nodes.1.id"), ref("10.id")),
        ("org.removeMembers", ref("1.nodes.1.id"), [ref("4.id")]),
        ("org.exportByOrgId", ref("0.id")),
        ("org.deleteNode", ref("0.id"), ref("10.id")),
        ("org.deleteById", ref("0.id")),
        ("org.list",),
    )
    (root,) = [results[1]["tree"]] if isinstance(results[1]["tree"], dict) else results[1]["tree"]
    assert (root["code"], [child["code"] for child in root["children"]]) == ("acme", ["dev"])
    assert results[2]["totalCount"] == results[3]["totalCount"] == 1
    assert results[5]["totalCount"] == results[6]["totalCount"] == 1
    assert results[8]["list"][0]["isMainDepartment"] is True
    assert [[node["code"] for node in chain] for chain in results[9]] == [["acme", "dev"]]
    assert results[12] == {"totalCount": 0, "list": []}
    exported = results[13]
    assert exported["children"][0]["children"][0]["code"] == "dev"
    assert results[16]["totalCount"] == 0


async def test_permissions_are_given_asked_for_and_taken(sdk: Sdk) -> None:
    books = {"code": "books", "type": "DATA", "namespace": "shop", "actions": [{"name": "read"}]}
    results = await sdk.attempt(
        ("acl.createNamespace", "shop", "Shop"),
        ("acl.createResource", books),
        ("users.create", {"username": "ann"}),
        ("acl.allow", ref("2.id"), "books:1", "read", "shop"),
        ("acl.isAllowed", ref("2.id"), "books:1", "read", {"namespace": "shop"}),
        ("acl.isAllowed", ref("2.id"), "books:1", "edit", {"namespace": "shop"}),
        ("users.listAuthorizedResources", ref("2.id"), "shop"),
        ("acl.getAuthorizedTargets", {"namespace": "shop", "resource": "books:1", "resourceType": "DATA"}),
        ("roles.create", "editor"),
        (
            "policies.create",
            {"code": "p", "statements": [{"resource": "books:*", "actions": ["read"], "effect": "ALLOW"}]},
        ),
        ("roles.addPolicies", "editor", ["p"]),
        ("roles.listPolicies", "editor"),
        ("roles.listAuthorizedResources", "editor", "default"),
        ("roles.removePolicies", "editor", ["p"]),
        ("roles.listPolicies", "editor"),
        ("acl.getResourceByCode", {"namespace": "shop", "code": "books"}),
        ("acl.listNamespaces", 1, 10),
        ("acl.deleteNamespace", "shop"),
        ("acl.getResourceByCode", {"namespace": "shop", "code": "books"}),
    )
    values = [result.get("ok", result.get("error")) for result in results]
    assert (values[4], values[5]) == (True, False)
    assert values[6] == {
        "totalCount": 1,
        "list": [{"code": "books:1", "type": "DATA", "actions": ["read"]}],
    }
    assert values[7]["list"][0]["targetType"] == "USER"
    assert values[11]["list"][0]["targetType"] == "ROLE"
    assert values[12]["list"] == [{"code": "books:*", "actions": ["read"]}]
    assert values[14]["totalCount"] == 0
    assert values[15]["code"] == "books"
    assert {one["code"] for one in values[16]["list"]} == {"shop", "default", "system"}
    assert (values[17], values[18]) == (True, None)
