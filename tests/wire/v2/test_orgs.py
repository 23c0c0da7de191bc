"""The organisations of the v2 wire: GraphQL by the official documents, the rest over REST."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import ClientOf, Refusal, V2Client

from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

TREE: dict[str, Any] = {
    "name": "北京非凡科技有限公司",
    "code": "feifan",
    "nameI18n": {"en": "Feifan"},
    "order": 10,
    "children": [
        {
            "code": "dev",
            "name": "研发",
            "order": 40,
            "description": "d",
            "children": [{"code": "backend", "name": "后端"}],
        },
        {"code": "hr", "name": "人事", "order": 10},
    ],
}


@pytest.fixture
async def v2(v2_of: ClientOf, pool: PoolForTests) -> V2Client:
    return await v2_of(pool)


@pytest.fixture
async def neighbour(v2_of: ClientOf, other_pool: PoolForTests) -> V2Client:
    return await v2_of(other_pool)


async def user(services: Services, pool: PoolForTests) -> str:
    made = await services.users.create(pool.administrator, UserDraft({"username": f"u{new_id()}"}))
    return made.id


def operations(org: dict[str, Any], user_id: str) -> list[tuple[str, dict[str, Any]]]:
    root = org["rootNode"]["id"]
    return [
        ("Org", {"id": org["id"]}),
        ("RootNode", {"orgId": org["id"]}),
        ("IsRootNode", {"orgId": org["id"], "nodeId": root}),
        ("ChildrenNodes", {"nodeId": root}),
        ("NodeByIdWithMembers", {"id": root}),
        ("AddNode", {"orgId": org["id"], "name": "x"}),
        ("AddNodeV2", {"orgId": org["id"], "name": "x"}),
        ("UpdateNode", {"id": root, "name": "x"}),
        ("MoveNode", {"orgId": org["id"], "nodeId": root, "targetParentId": root}),
        ("AddMember", {"nodeId": root, "userIds": [user_id]}),
        ("RemoveMember", {"nodeId": root, "userIds": [user_id]}),
        ("MoveMembers", {"sourceNodeId": root, "targetNodeId": root, "userIds": [user_id]}),
        ("SetMainDepartment", {"userId": user_id, "departmentId": root}),
        ("DeleteNode", {"orgId": org["id"], "nodeId": root}),
        ("DeleteOrg", {"id": org["id"]}),
    ]


async def test_strangers_are_refused_and_the_neighbour_finds_nothing(
    v2: V2Client, neighbour: V2Client, services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    org = await v2.one("CreateOrg", name="Acme", code="acme")
    theirs = await user(services, other_pool)
    stranger = v2.with_token(None)
    for name, variables in operations(org, theirs):
        with pytest.raises(Refusal) as refused:
            await stranger.run(name, **variables)
        assert refused.value.code == 2020, name
        with pytest.raises(Refusal) as refused:
            await neighbour.run(name, **variables)
        assert (refused.value.status, refused.value.code) != (200, 2020), name
        assert refused.value.status == 200, name
    for name, variables in (("Orgs", {}), ("SearchNodes", {"keyword": "Acme"}), ("CreateOrg", {"name": "x"})):
        with pytest.raises(Refusal) as refused:
            await stranger.run(name, **variables)
        assert refused.value.code == 2020
    assert (await neighbour.one("Orgs"))["totalCount"] == 0
    assert await neighbour.one("SearchNodes", keyword="Acme") == []
    assert await neighbour.one("NodeById", id=org["rootNode"]["id"]) is None
    assert await neighbour.one("NodeByCode", orgId=org["id"], code="acme") is None
    assert (await v2.one("Org", id=org["id"]))["rootNode"]["name"] == "Acme"


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/api/v2/orgs"),
        ("GET", "/api/v2/orgs/count"),
        ("GET", "/api/v2/orgs/by-tenant?tenant_id=x"),
        ("GET", "/api/v2/orgs/export"),
        ("POST", "/api/v2/orgs/import"),
        ("GET", "/api/v2/users/x/orgs"),
        ("POST", "/api/v2/ad/sync"),
    ],
)
async def test_strangers_are_refused_over_rest(v2: V2Client, method: str, path: str) -> None:
    with pytest.raises(Refusal) as refused:
        await v2.with_token(None).rest(method, path)
    assert refused.value.code == 2020


async def test_a_tree_is_built_moved_and_read_as_the_client_expects(v2: V2Client) -> None:
    org = await v2.one("CreateOrg", name="Acme", code="acme", description="d")
    assert (org["rootNode"]["code"], len(org["nodes"])) == ("acme", 1)
    a = await v2.one("AddNodeV2", orgId=org["id"], name="a", nameI18n='{"en":"A"}', order=2)
    assert (a["name"], a["nameI18n"], a["order"], a["root"]) == ("a", '{"en":"A"}', 2, False)
    whole = await v2.one("AddNode", orgId=org["id"], parentNodeId=a["id"], name="b", code="b")
    assert len(whole["nodes"]) == 3
    b = await v2.one("NodeByCode", orgId=org["id"], code="b")
    paths = await v2.one("query ($id: String!) { nodeById(id: $id) { namePath codePath path } }", id=b["id"])
    assert (paths["namePath"], paths["codePath"]) == (["Acme", "a", "b"], ["acme", None, "b"])
    assert paths["path"] == [org["rootNode"]["id"], a["id"], b["id"]]
    root = org["rootNode"]["id"]
    moved = await v2.one("MoveNode", orgId=org["id"], nodeId=b["id"], targetParentId=root)
    (root_node,) = (node for node in moved["nodes"] if node["root"] is True)
    assert root_node["children"] == [a["id"], b["id"]]
    assert all(isinstance(node["children"], list) for node in moved["nodes"])
    assert await v2.one("IsRootNode", orgId=org["id"], nodeId=root) is True
    assert await v2.one("IsRootNode", orgId=org["id"], nodeId=a["id"]) is False
    renamed = await v2.one("UpdateNode", id=a["id"], name="alpha")
    assert renamed["name"] == "alpha"
    assert [one["name"] for one in await v2.one("ChildrenNodes", nodeId=root)] == ["alpha", "b"]
    assert (await v2.one("RootNode", orgId=org["id"]))["id"] == root
    assert (await v2.one("DeleteNode", orgId=org["id"], nodeId=a["id"]))["code"] == 200
    listed = await v2.one("Orgs", page=1, limit=10)
    assert (listed["totalCount"], len(listed["list"][0]["nodes"])) == (1, 2)
    assert (await v2.one("DeleteOrg", id=org["id"]))["code"] == 200
    assert (await v2.one("Orgs"))["totalCount"] == 0
    with pytest.raises(Refusal):
        await v2.one("Org", id=org["id"])


async def test_members_join_move_lead_and_leave(v2: V2Client, services: Services, pool: PoolForTests) -> None:
    org = await v2.one("CreateOrg", name="Acme")
    root = org["rootNode"]["id"]
    a = await v2.one("AddNodeV2", orgId=org["id"], name="a", code="a")
    one, two = await user(services, pool), await user(services, pool)
    joined = await v2.one("AddMember", nodeId=a["id"], userIds=[one, two])
    assert joined["users"]["totalCount"] == 2
    below = await v2.one("NodeByIdWithMembers", id=root, includeChildrenNodes=True, limit=1)
    assert (below["users"]["totalCount"], len(below["users"]["list"])) == (2, 1)
    direct = await v2.one("NodeByIdWithMembers", id=root)
    assert direct["users"] == {"totalCount": 0, "list": []}
    sorted_by = await v2.one("NodeByIdWithMembers", id=a["id"], sortBy="CREATEDAT_ASC")
    assert [each["id"] for each in sorted_by["users"]["list"]] == [one, two]
    assert (await v2.one("SetMainDepartment", userId=one, departmentId=a["id"]))["code"] == 200
    departments = (await v2.one("GetUserDepartments", id=one))["departments"]
    assert departments["totalCount"] == 1
    assert departments["list"][0]["isMainDepartment"] is True
    assert departments["list"][0]["department"]["isVirtualNode"] is False
    assert departments["list"][0]["joinedAt"].endswith("+08:00")
    moved = await v2.one("MoveMembers", sourceNodeId=a["id"], targetNodeId=root, userIds=[one])
    assert moved["code"] == 200
    chains = await v2.rest("GET", f"/api/v2/users/{two}/orgs")
    assert [[node["name"] for node in chain] for chain in chains] == [["Acme", "a"]]
    left = await v2.one("RemoveMember", nodeId=a["id"], userIds=[two])
    assert left["users"]["totalCount"] == 0
    with pytest.raises(Refusal) as refused:
        await v2.one("AddMember", nodeId=a["id"], userIds=["nobody"])
    assert refused.value.code == 2004


async def test_a_tree_is_imported_twice_exported_and_imported_again(v2: V2Client) -> None:
    first = await v2.rest("POST", "/api/v2/orgs/import", json={"filetype": "json", "file": TREE})
    second = await v2.rest("POST", "/api/v2/orgs/import", json={"filetype": "json", "file": TREE})
    assert first["id"] != second["id"]
    exported = await v2.rest("GET", f"/api/v2/orgs/export?org_id={first['id']}")
    assert [child["name"] for child in exported["children"]] == ["人事", "研发"]
    assert exported["nameI18n"] == {"en": "Feifan"}
    again = await v2.rest("POST", "/api/v2/orgs/import", json={"filetype": "json", "file": exported})
    copied = await v2.rest("GET", f"/api/v2/orgs/export?org_id={again['id']}")
    assert _without_ids(copied) == _without_ids(exported)
    assert len(await v2.rest("GET", "/api/v2/orgs/export")) == 3
    assert await v2.rest("GET", "/api/v2/orgs/count") == {"count": 3}
    listed = await v2.rest("GET", "/api/v2/orgs?page=1&limit=2")
    assert [one["id"] for one in listed] == [again["id"], second["id"]]
    found = await v2.one("SearchNodes", keyword="后")
    assert len(found) == 3
    assert found[0]["codePath"] == ["feifan", "dev", "backend"]


def _without_ids(tree: dict[str, Any]) -> dict[str, Any]:
    kept = {key: value for key, value in tree.items() if key != "id"}
    return kept | {"children": [_without_ids(child) for child in tree["children"]]}


@pytest.mark.parametrize(
    "tree",
    [
        None,
        [],
        "x",
        {},
        {"name": 5},
        {"name": "x", "children": {"a": 1}},
        {"name": "x", "children": [1]},
        {"name": "x", "order": "first"},
        {"name": "x", "order": 2**40},
        {"name": "x", "nameI18n": {"en": 1}},
        {"name": "x", "code": ["a"]},
    ],
)
async def test_a_malformed_tree_is_refused_by_name(v2: V2Client, tree: Any) -> None:
    with pytest.raises(Refusal) as refused:
        await v2.rest("POST", "/api/v2/orgs/import", json={"filetype": "json", "file": tree})
    assert refused.value.status == 200
    assert (await v2.one("Orgs"))["totalCount"] == 0


async def test_an_organisation_is_found_by_its_tenant(v2: V2Client) -> None:
    org = await v2.one("CreateOrg", name="Acme", tenantId="t1")
    found = await v2.rest("GET", "/api/v2/orgs/by-tenant?tenant_id=t1")
    assert (found["id"], found["rootNode"]["name"]) == (org["id"], "Acme")
    with pytest.raises(Refusal):
        await v2.rest("GET", "/api/v2/orgs/by-tenant?tenant_id=t2")


async def test_a_sync_says_that_it_is_not_supported(v2: V2Client) -> None:
    for path in ("/connections/enterprise/wechatwork/start-sync", "/api/v2/ad/sync"):
        with pytest.raises(Refusal) as refused:
            await v2.rest("POST", path, json={})
        assert path in refused.value.message
