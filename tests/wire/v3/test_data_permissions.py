"""Data resources, data policies, and who may do what with them, as administrators see it."""

import asyncio
import tracemalloc
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_orgs import data, department, organisation, refused, user

from poolhouse.groups.model import GroupDraft
from poolhouse.permissions import holders, policies, questions, views
from poolhouse.permissions.model import ANY_ACTION
from poolhouse.roles.model import RoleChanges, RoleDraft, RoleKey, Target, TargetType
from poolhouse.wire.v3 import data_permissions, data_policies, data_resources

TREE = [
    {
        "code": "deploy",
        "name": "Deploy",
        "children": [{"code": "prod", "name": "Production", "value": "p"}, {"code": "test", "name": "Test"}],
    },
    {"code": "db", "name": "Database", "children": [{"code": "query", "name": "Query"}]},
]
PLATFORM = {
    "namespaceCode": "shop",
    "resourceCode": "platform",
    "resourceName": "Platform",
    "type": "TREE",
    "struct": TREE,
    "actions": ["access", "execute"],
}
SERVER = {
    "namespaceCode": "shop",
    "resourceCode": "server",
    "resourceName": "Server",
    "type": "STRING",
    "struct": "10.0.0.1",
    "actions": ["read", "write"],
}
CARDS = {
    "namespaceCode": "shop",
    "resourceCode": "cards",
    "resourceName": "Cards",
    "type": "ARRAY",
    "struct": ["c1", "c2"],
    "actions": ["get", "update"],
}


async def shop(v3: V3Client) -> None:
    await data(v3.post("create-namespace", {"code": "shop", "name": "Shop"}))
    for resource in (PLATFORM, SERVER, CARDS):
        await data(v3.post("create-data-resource", resource))


async def policy(v3: V3Client, *allowed: str, denied: tuple[str, ...] = (), name: str = "p") -> str:
    statements = [{"effect": "ALLOW", "permissions": list(allowed)}] if allowed else []
    statements += [{"effect": "DENY", "permissions": list(denied)}] if denied else []
    made = await data(v3.post("create-data-policy", {"policyName": name, "statementList": statements}))
    return str(made["policyId"])


async def give(v3: V3Client, policy_id: str, type_: str, id_: str) -> None:
    body = {"policyIds": [policy_id], "targetList": [{"type": type_, "id": id_}]}
    await data(v3.post("authorize-data-policies", body))


async def asked_while_deleted(v3: V3Client, table: str, path: str, body: Any) -> dict[str, Any]:
    """The answer to a call that sees the pool's rows of `table` and writes after they are gone."""
    async with v3.services.db.transaction() as tx:
        await tx.execute(f"delete from {table} where pool_id = $1", v3.pool_id)
        asked = asyncio.create_task(v3.post(path, body))
        while not await v3.services.db.fetchval(  # noqa: ASYNC110
            "select 1 from pg_stat_activity where wait_event_type = 'Lock' and query not like 'delete from%'"
        ):
            await asyncio.sleep(0.01)
    return await asked


async def may(v3: V3Client, user_id: str, action: str, *resources: str) -> list[bool]:
    body = {"namespaceCode": "shop", "userId": user_id, "action": action, "resources": list(resources)}
    found = await data(v3.post("check-permission", body))
    assert [one["resource"] for one in found["checkResultList"]] == list(resources)
    return [one["enabled"] for one in found["checkResultList"]]


BODY: dict[str, Any] = {
    **PLATFORM,
    "key": "size",
    "label": "Size",
    "valueType": "STRING",
    "fieldList": [{"key": "x", "label": "X", "valueType": "STRING"}],
    "policyName": "theirs",
    "statementList": [{"effect": "ALLOW", "permissions": ["shop/server/read"]}],
    "targetType": "USER",
    "resources": ["server"],
    "resourceNodeCodes": ["prod"],
    "resource": "platform/deploy",
    "action": "read",
    "externalId": "e1",
}
RULE = {"targetType": "USER", "targetIdentifier": ["u"], "effect": "ALLOW"}
LISTS = {
    "list-permission-view/data",
    "list-data-resources",
    "list-data-policies",
    "list-simple-data-policies",
}


@pytest.mark.parametrize(
    "row",
    [*data_resources.ENDPOINTS, *data_policies.ENDPOINTS, *data_permissions.ENDPOINTS],
    ids=lambda row: row.path,
)
async def test_strangers_are_refused_and_the_neighbour_finds_nothing(
    v3: V3Client, neighbour: V3Client, row: Any
) -> None:
    await shop(v3)
    await data(
        v3.post(
            "create-dnef",
            {
                "namespaceCode": "shop",
                "resourceCode": "platform",
                "key": "size",
                "label": "S",
                "valueType": "STRING",
            },
        )
    )
    ann = str((await data(v3.post("create-user", {"username": "ann", "externalId": "e1"})))["userId"])
    policy_id = await policy(v3, "shop/server/read", name="mine")
    await give(v3, policy_id, "USER", ann)
    body: dict[str, Any] = {
        **BODY,
        "userId": ann,
        "userIds": [ann],
        "policyId": policy_id,
        "policyIds": [policy_id],
        "targetList": [{"type": "USER", "id": ann}],
        "targetIdentifier": ann,
        "actions": ["read"],
    }
    if row.path == "list-data-policy-targets":
        body["targetType"] = ["USER"]
    if row.path in ("create-string-data-resource", "create-array-data-resource"):
        body["struct"] = "x" if "string" in row.path else ["x"]
    call = neighbour.post if row.takes_body else neighbour.get
    query = {key: value for key, value in body.items() if not isinstance(value, list | dict)}
    arguments = (body,) if row.takes_body else ()
    keywords = {} if row.takes_body else query
    anonymous = await call(row.path, *arguments, headers={"authorization": ""}, **keywords)
    assert anonymous["statusCode"] == 401
    answer = await call(row.path, *arguments, **keywords)
    if row.path in LISTS:
        assert answer["data"] == {"totalCount": 0, "list": []}
    elif row.path == "check-data-policy-exists":
        assert answer["data"]["isValid"] is True
    else:
        assert answer["statusCode"] == (400 if row.path == "create-data-policy" else 404), answer
    assert (await data(v3.get("get-data-policy", policyId=policy_id)))["policyName"] == "mine"
    assert await may(v3, ann, "read", "server") == [True]


# -- resources ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("draft", [PLATFORM, SERVER, CARDS], ids=lambda draft: draft["type"])
async def test_a_data_resource_lives_from_creation_to_deletion(v3: V3Client, draft: dict[str, Any]) -> None:
    await data(v3.post("create-namespace", {"code": "shop", "name": "Shop"}))
    path = {"TREE": "tree", "STRING": "string", "ARRAY": "array"}[draft["type"]]
    made = await data(v3.post(f"create-{path}-data-resource", {**draft, "description": "d"}))
    shown = {"resourceName", "resourceCode", "type", "actions"}
    assert {key: made[key] for key in shown} == {key: draft[key] for key in shown}
    assert await refused(v3.post("create-data-resource", draft)) == 409
    assert await refused(v3.post("create-data-resource", {**draft, "resourceCode": "other"})) == 409
    key = {"namespaceCode": "shop", "resourceCode": draft["resourceCode"]}
    found = await data(v3.get("get-data-resource", **key))
    assert _bare(found["struct"]) == draft["struct"]
    assert (found["namespaceCode"], found["description"]) == ("shop", "d")
    changed = await data(v3.post("update-data-resource", {**key, "resourceName": "New", "actions": ["a"]}))
    assert (changed["resourceName"], changed["actions"], changed["description"]) == ("New", ["a"], "d")
    assert _bare(changed["struct"]) == draft["struct"]
    assert await refused(v3.post("update-data-resource", {**key, "struct": {"code": "x"}})) == 400
    await data(v3.post("delete-data-resource", key))
    assert await refused(v3.get("get-data-resource", **key)) == 404
    assert await refused(v3.post("delete-data-resource", key)) == 404


def _bare(shown: Any) -> Any:
    """Without the keys that are null."""
    if isinstance(shown, list):
        return [_bare(one) for one in shown]
    if isinstance(shown, dict):
        return {key: _bare(value) for key, value in shown.items() if value is not None}
    return shown


async def test_data_resources_are_listed_by_namespace_and_by_part_of_a_name(v3: V3Client) -> None:
    await shop(v3)
    ann = await user(v3, "ann")
    for at in range(2):
        await give(v3, await policy(v3, "shop/server/read", name=f"p{at}"), "USER", ann)
    page = await data(v3.get("list-data-resources", namespaceCodes="shop,none", limit=2))
    assert (page["totalCount"], [one["resourceCode"] for one in page["list"]]) == (3, ["cards", "server"])
    found = await data(v3.get("list-data-resources", query="SERV"))
    assert [(one["namespaceName"], one["authorizationNum"]) for one in found["list"]] == [("Shop", 1)]
    assert (await data(v3.get("list-data-resources", namespaceCodes="none")))["totalCount"] == 0


async def test_a_code_and_a_name_are_free_or_not(v3: V3Client) -> None:
    await shop(v3)
    ask = "check-data-resource-exists"
    assert (await data(v3.get(ask, namespaceCode="shop", resourceCode="new")))["isValid"] is True
    for taken in ({"resourceCode": "server"}, {"resourceName": "Server"}):
        answer = await data(v3.get(ask, namespaceCode="shop", **taken))
        assert answer["isValid"] is False
        assert "已存在" in answer["message"]
    assert await refused(v3.get(ask, namespaceCode="none", resourceCode="x")) == 404
    assert await refused(v3.get(ask, namespaceCode="shop")) == 400


async def test_a_resource_follows_its_namespace(v3: V3Client) -> None:
    await shop(v3)
    policy_id = await policy(v3, "shop/platform/deploy/test/execute")
    await data(v3.post("update-namespace", {"code": "shop", "newCode": "store"}))
    said = (await data(v3.get("get-data-policy", policyId=policy_id)))["statementList"]
    assert said == [{"effect": "ALLOW", "permissions": ["store/platform/deploy/test/execute"]}]
    await data(v3.post("delete-namespace", {"code": "store"}))
    assert (await data(v3.get("list-data-resources")))["totalCount"] == 0
    assert (await data(v3.get("get-data-policy", policyId=policy_id)))["statementList"] == []


async def test_fields_of_nodes_live_from_creation_to_deletion(v3: V3Client) -> None:
    await shop(v3)
    key = {"namespaceCode": "shop", "resourceCode": "platform"}
    size = {"key": "size", "label": "Size", "valueType": "SELECT", "config": {"options": [{"value": "big"}]}}
    assert await refused(v3.post("create-dnef", {**key, **size, "config": None})) == 400
    await data(v3.post("create-dnef", {**key, **size}))
    assert await refused(v3.post("create-dnef", {**key, **size})) == 409
    note = {"key": "note", "label": "Note", "valueType": "STRING"}
    assert await refused(v3.post("batch-create-dnef", {**key, "fieldList": [note, size]})) == 409
    await data(v3.post("batch-create-dnef", {**key, "fieldList": [note]}))
    first = await data(v3.get("list-dnef", **key, maxSize=1))
    assert (first["nextStartIndex"], first["truncated"], first["list"][0]["key"]) == (2, True, "size")
    last = await data(v3.get("list-dnef", **key, startIndex=2))
    assert (last["nextStartIndex"], last["truncated"], last["list"][0]["key"]) == (3, False, "note")
    nodes = [{"code": "a", "name": "A", "extendFieldValue": {"size": "big", "note": "n"}}]
    await data(v3.post("update-data-resource", {**key, "struct": nodes}))
    huge = [{"code": "a", "name": "A", "extendFieldValue": {"size": "huge"}}]
    assert await refused(v3.post("update-data-resource", {**key, "struct": huge})) == 400
    await data(v3.post("update-dnef", {**key, "key": "size", "label": "S"}))
    await data(v3.post("delete-dnef", {**key, "key": "note"}))
    assert await refused(v3.post("delete-dnef", {**key, "key": "note"})) == 404
    found = await data(v3.get("get-data-resource", **key))
    assert [(one["key"], one["label"]) for one in found["extendFieldList"]] == [("size", "S")]
    assert found["struct"][0]["extendFieldValue"] == {"size": "big"}
    assert await refused(v3.post("create-dnef", {**key, "resourceCode": "cards", **note})) == 422


# -- policies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lang", "taken"), [("zh-CN", "已存在"), ("en-US", "already exist")])
async def test_what_is_taken_is_told_in_the_callers_language(v3: V3Client, lang: str, taken: str) -> None:
    await shop(v3)
    await policy(v3, "shop/cards/get")
    headers = {"x-authing-lang": lang}
    for answer in (
        await v3.get("check-data-policy-exists", headers, policyName="p"),
        await v3.get("check-data-resource-exists", headers, namespaceCode="shop", resourceCode="cards"),
        await v3.get("check-data-resource-exists", headers, namespaceCode="shop", resourceName="Cards"),
        await v3.post("check-permission-namespace-exists", {"code": "shop"}, headers),
    ):
        assert answer["data"]["message"].endswith(taken), answer


async def test_a_data_policy_lives_from_creation_to_deletion(v3: V3Client) -> None:
    await shop(v3)
    policy_id = await policy(v3, "shop/server/*", "shop/cards/get", denied=("shop/platform/db/access",))
    found = await data(v3.get("get-data-policy", policyId=policy_id))
    assert found["statementList"] == [
        {"effect": "ALLOW", "permissions": ["shop/server/*", "shop/cards/get"]},
        {"effect": "DENY", "permissions": ["shop/platform/db/access"]},
    ]
    again = {"policyName": "p", "statementList": [{"effect": "ALLOW", "permissions": ["shop/server/read"]}]}
    assert await refused(v3.post("create-data-policy", again)) == 409
    assert (await data(v3.get("check-data-policy-exists", policyName="p")))["isValid"] is False
    assert (await data(v3.get("check-data-policy-exists", policyName="q")))["isValid"] is True
    body = {"policyId": policy_id, "policyName": "new", "statementList": again["statementList"]}
    assert (await data(v3.post("update-data-policy", body)))["policyName"] == "new"
    found = await data(v3.get("get-data-policy", policyId=policy_id))
    assert found["statementList"] == again["statementList"]
    await data(v3.post("delete-data-policy", {"policyId": policy_id}))
    assert await refused(v3.get("get-data-policy", policyId=policy_id)) == 404
    assert await refused(v3.post("update-data-policy", body)) == 404


@pytest.mark.parametrize(
    "permission",
    [
        "shop/server",
        "server/read",
        "none/server/read",
        "shop/none/read",
        "shop/server/burn",
        "shop/server/node/read",
        "shop/platform/none/access",
        "shop/platform/deploy/test",
        "shop//server/read",
    ],
)
async def test_a_statement_about_what_is_not_there_is_refused_by_name(v3: V3Client, permission: str) -> None:
    await shop(v3)
    body = {"policyName": "p", "statementList": [{"effect": "ALLOW", "permissions": [permission]}]}
    answer = await v3.post("create-data-policy", body)
    assert answer["statusCode"] == 400
    assert "statementList.permissions" in answer["message"]
    assert (await data(v3.get("check-data-policy-exists", policyName="p")))["isValid"] is True


async def test_policies_are_listed_with_what_they_speak_about_and_whom_they_are_given_to(
    v3: V3Client,
) -> None:
    await shop(v3)
    ann = str((await data(v3.post("create-user", {"username": "ann", "name": "Ann"})))["userId"])
    await give(v3, await policy(v3, "shop/server/read", "shop/server/write", name="first"), "USER", ann)
    await policy(v3, "shop/cards/get", name="second")
    page = await data(v3.get("list-data-policies"))
    assert [one["policyName"] for one in page["list"]] == ["second", "first"]
    assert [one["resourceName"] for one in page["list"][1]["resourceList"]] == ["Server"]
    assert page["list"][1]["targetList"] == [{"id": ann, "type": "USER", "name": "Ann"}]
    simple = await data(v3.get("list-simple-data-policies", query="FIRST"))
    assert (simple["totalCount"], simple["list"][0]["policyName"]) == (1, "first")


async def test_targets_are_given_listed_and_taken_away(v3: V3Client) -> None:
    await shop(v3)
    admin = v3.administrator
    ann = await user(v3, "ann")
    group = await v3.services.groups.create(admin, GroupDraft("staff", "Staff"))
    await v3.services.roles.create(admin, RoleDraft("clerk", name="Clerk"))
    root = (await organisation(v3))["departmentId"]
    policy_id = await policy(v3, "shop/server/read")
    targets = [
        {"type": "USER", "id": ann},
        {"type": "GROUP", "id": group.id},
        {"type": "ROLE", "id": "clerk"},
        {"type": "ORG", "id": root},
    ]
    for _ in range(2):
        await data(v3.post("authorize-data-policies", {"policyIds": [policy_id], "targetList": targets}))
    page = await data(v3.get("list-data-policy-targets", policyId=policy_id))
    assert {(one["targetType"], one["targetName"]) for one in page["list"]} == {
        ("USER", "ann"),
        ("GROUP", "Staff"),
        ("ROLE", "Clerk"),
        ("ORG", "Acme"),
    }
    some = await data(v3.get("list-data-policy-targets", policyId=policy_id, targetType="GROUP,ORG"))
    assert some["totalCount"] == 2
    assert (await data(v3.get("list-data-policy-targets", policyId=policy_id, query="cler")))[
        "totalCount"
    ] == 1
    assert await refused(v3.get("list-data-policy-targets", policyId=policy_id, targetType="DOG")) == 400
    gone = {"policyId": policy_id, "targetType": "GROUP", "targetIdentifier": "staff"}
    for _ in range(2):
        await data(v3.post("revoke-data-policy", gone))
    assert (await data(v3.get("list-data-policy-targets", policyId=policy_id)))["totalCount"] == 3


async def test_whoever_is_deleted_is_given_nothing_any_more(v3: V3Client) -> None:
    await shop(v3)
    admin = v3.administrator
    ann = await user(v3, "ann")
    await v3.services.groups.create(admin, GroupDraft("staff", "Staff"))
    await v3.services.roles.create(admin, RoleDraft("clerk", name="Clerk"))
    await organisation(v3)
    lab = (await department(v3, "Lab"))["departmentId"]
    policy_id = await policy(v3, "shop/server/read")
    for type_, id_ in (("USER", ann), ("GROUP", "staff"), ("ROLE", "clerk"), ("ORG", lab)):
        await give(v3, policy_id, type_, id_)
    for path, body in (
        ("delete-users-batch", {"userIds": [ann]}),
        ("delete-groups-batch", {"codeList": ["staff"]}),
        ("delete-roles-batch", {"codeList": ["clerk"]}),
        ("delete-department", {"organizationCode": "acme", "departmentId": lab}),
    ):
        before = (await data(v3.get("list-data-policy-targets", policyId=policy_id)))["totalCount"]
        await data(v3.post(path, body))
        page = await data(v3.get("list-data-policy-targets", policyId=policy_id))
        assert page["totalCount"] == before - 1, path


@pytest.mark.parametrize("type_", ["USER", "GROUP", "ROLE", "ORG"])
async def test_a_policy_is_not_given_to_nobody(v3: V3Client, type_: str) -> None:
    await shop(v3)
    policy_id = await policy(v3, "shop/server/read")
    body = {"policyIds": [policy_id], "targetList": [{"type": type_, "id": "none"}]}
    assert await refused(v3.post("authorize-data-policies", body)) == 404


# -- questions ---------------------------------------------------------------------------------------------


async def test_what_is_allowed_is_allowed_and_a_denial_wins(v3: V3Client) -> None:
    await shop(v3)
    ann = await user(v3, "ann")
    allowed = "shop/server/*", "shop/platform/deploy/test/execute", "shop/platform/db/query/access"
    await give(v3, await policy(v3, *allowed), "USER", ann)
    assert await may(v3, ann, "write", "server", "cards", "none") == [True, False, False]
    assert await may(v3, ann, "burn", "server") == [False]
    paths = (
        "platform/deploy/test",
        "/platform/deploy/test",
        "platform/deploy/prod",
        "platform/deploy",
        "platform",
    )
    assert await may(v3, ann, "execute", *paths) == [True, True, False, False, False]
    denial = await policy(v3, denied=("shop/server/write", "shop/platform/db/*"), name="no")
    assert await may(v3, ann, "access", "platform/db/query") == [True]
    await give(v3, denial, "USER", ann)
    assert await may(v3, ann, "write", "server") == [False]
    assert await may(v3, ann, "read", "server") == [True]
    assert await may(v3, ann, "access", "platform/db/query") == [False]
    body = {"namespaceCode": "none", "userId": ann, "action": "read", "resources": ["server"]}
    assert await refused(v3.post("check-permission", body)) == 404
    assert await refused(v3.post("check-permission", {**body, "namespaceCode": "shop", "userId": "x"})) == 404


async def test_a_policy_reaches_users_through_whatever_they_are_in(v3: V3Client) -> None:
    await shop(v3)
    admin = v3.administrator
    ann, bob = await user(v3, "ann"), await user(v3, "bob")
    root = (await organisation(v3))["departmentId"]
    lab = (await department(v3, "Lab"))["departmentId"]
    await v3.services.department_members.add(admin, lab, [ann])
    await v3.services.groups.create(admin, GroupDraft("staff", "Staff"))
    await v3.services.groups.add_members(admin, "staff", [ann])
    role = await v3.services.roles.create(admin, RoleDraft("clerk"))
    await v3.services.roles.assign(admin, [RoleKey("clerk")], [Target(TargetType.NODE, root)])
    policy_id = await policy(v3, "shop/server/read")
    for type_, id_ in (("GROUP", "staff"), ("ORG", root), ("ORG", lab), ("ROLE", role.id)):
        assert await may(v3, ann, "read", "server") == [False]
        await give(v3, policy_id, type_, id_)
        assert await may(v3, ann, "read", "server") == [True]
        assert await may(v3, bob, "read", "server") == [False]
        assert await who_may(v3, "server", "read") == [ann]
        revoked = {"policyId": policy_id, "targetType": type_, "targetIdentifier": id_}
        await data(v3.post("revoke-data-policy", revoked))
    await give(v3, policy_id, "ROLE", role.id)
    await v3.services.roles.update(admin, RoleKey("clerk"), RoleChanges(enabled=False))
    assert await may(v3, ann, "read", "server") == [False]
    assert await who_may(v3, "server", "read") == []


async def who_may(v3: V3Client, resource: str, action: str) -> list[str]:
    body = {"namespaceCode": "shop", "resources": [resource], "actions": [action]}
    found = await data(v3.post("list-resource-targets", body))
    ((by_action,),) = [one["actionAuthList"] for one in found["authUserList"]]
    assert by_action["action"] == action
    return by_action["userIds"]


async def test_who_may_is_everybody_allowed_and_nobody_denied(v3: V3Client) -> None:
    await shop(v3)
    ann, bob = await user(v3, "ann"), await user(v3, "bob")
    await v3.services.groups.create(v3.administrator, GroupDraft("staff", "Staff"))
    await v3.services.groups.add_members(v3.administrator, "staff", [ann, bob])
    await give(v3, await policy(v3, "shop/platform/deploy/test/*"), "GROUP", "staff")
    assert await who_may(v3, "platform/deploy/test", "execute") == sorted([ann, bob])
    assert await who_may(v3, "platform/deploy", "execute") == []
    await give(v3, await policy(v3, denied=("shop/platform/deploy/execute",), name="no"), "USER", bob)
    assert await who_may(v3, "platform/deploy/test", "execute") == [ann]
    assert await who_may(v3, "platform/deploy/test", "access") == sorted([ann, bob])
    assert await who_may(v3, "none", "access") == []


async def test_an_external_user_is_asked_about_by_their_external_id(v3: V3Client) -> None:
    await shop(v3)
    made = await data(v3.post("create-user", {"username": "ann", "externalId": "e1"}))
    await give(v3, await policy(v3, "shop/server/read"), "USER", made["userId"])
    body = {"namespaceCode": "shop", "externalId": "e1", "action": "read", "resources": ["server"]}
    found = await data(v3.post("check-external-user-permission", body))
    assert [one["enabled"] for one in found["checkResultList"]] == [True]
    assert await refused(v3.post("check-external-user-permission", {**body, "externalId": "e2"})) == 404
    body = {"namespaceCode": "shop", "externalId": "e1", "resourceCode": "server"}
    shown = await data(v3.post("get-external-user-resource-struct", body))
    assert shown["strResourceAuthAction"] == {"value": "10.0.0.1", "actions": ["read"]}


async def test_nodes_below_one_are_asked_about_by_their_codes(v3: V3Client) -> None:
    await shop(v3)
    ann = await user(v3, "ann")
    await give(v3, await policy(v3, "shop/platform/deploy/test/execute"), "USER", ann)
    body = {
        "namespaceCode": "shop",
        "userId": ann,
        "action": "execute",
        "resource": "platform/deploy",
        "resourceNodeCodes": ["test", "prod", "none"],
    }
    found = await data(v3.post("check-user-same-level-permission", body))
    shown = [(one["resourceNodeCode"], one["enabled"]) for one in found["checkLevelResultList"]]
    assert shown == [("test", True), ("prod", False), ("none", False)]
    assert (
        await refused(v3.post("check-user-same-level-permission", {**body, "resourceNodeCodes": ["a/b"]}))
        == 400
    )


async def test_what_a_user_may_do_is_told_resource_by_resource(v3: V3Client) -> None:
    await shop(v3)
    ann = await user(v3, "ann")
    allowed = "shop/server/*", "shop/cards/get", "shop/platform/*"
    denied = "shop/platform/db/*", "shop/platform/deploy/prod/execute"
    await give(v3, await policy(v3, *allowed, denied=denied), "USER", ann)
    body = {"namespaceCode": "shop", "userId": ann, "resources": ["server", "platform/deploy/prod", "none"]}
    found = await data(v3.post("get-user-resource-permission-list", body))
    assert [one["actions"] for one in found["permissionList"]] == [["read", "write"], ["access"], []]
    (whole,) = (await data(v3.post("get-user-permission-list", {"userIds": [ann]})))["userPermissionList"]
    assert (whole["userId"], whole["namespaceCode"]) == (ann, "shop")
    cards, platform, server = whole["resourceList"]
    assert cards["arrAuthorize"] == {"values": ["c1", "c2"], "actions": ["get"]}
    assert server["strAuthorize"] == {"value": "10.0.0.1", "actions": ["read", "write"]}
    nodes = {one["nodePath"]: one["nodeActions"] for one in platform["treeAuthorize"]["authList"]}
    assert nodes == {
        "/deploy": ["access", "execute"],
        "/deploy/prod": ["access"],
        "/deploy/test": ["access", "execute"],
    }
    elsewhere = {"userIds": [ann], "namespaceCodes": ["default"]}
    assert (await data(v3.post("get-user-permission-list", elsewhere)))["userPermissionList"] == []


async def test_a_resource_is_shown_in_its_structure_as_far_as_it_is_open(v3: V3Client) -> None:
    await shop(v3)
    ann, bob = await user(v3, "ann"), await user(v3, "bob")
    await give(v3, await policy(v3, "shop/platform/deploy/prod/access", "shop/cards/get"), "USER", ann)

    async def struct(user_id: str, code: str) -> Any:
        body = {"namespaceCode": "shop", "userId": user_id, "resourceCode": code}
        return _bare(await data(v3.post("get-user-resource-struct", body)))

    tree = [{**TREE[0], "value": "a secret of who may deploy"}, TREE[1]]
    changed = {"namespaceCode": "shop", "resourceCode": "platform", "struct": tree}
    await data(v3.post("update-data-resource", changed))
    (deploy,) = (await struct(ann, "platform"))["treeResourceAuthAction"]["nodeAuthActionList"]
    assert (deploy["code"], deploy["actions"]) == ("deploy", [])
    assert "value" not in deploy, "the way there is shown, not what it holds"
    assert deploy["children"] == [{"code": "prod", "name": "Production", "value": "p", "actions": ["access"]}]
    assert (await struct(ann, "cards"))["arrResourceAuthAction"] == {
        "values": ["c1", "c2"],
        "actions": ["get"],
    }
    assert (await struct(bob, "cards"))["arrResourceAuthAction"] == {"values": [], "actions": []}
    assert (await struct(bob, "server"))["strResourceAuthAction"] == {"actions": []}
    assert (await struct(bob, "platform"))["treeResourceAuthAction"]["nodeAuthActionList"] == []
    none = {"namespaceCode": "shop", "userId": ann, "resourceCode": "none"}
    assert await refused(v3.post("get-user-resource-struct", none)) == 404


async def test_what_goes_from_a_resource_goes_from_the_policies(v3: V3Client) -> None:
    """And does not come back with a node of the same code."""
    await shop(v3)
    ann = await user(v3, "ann")
    policy_id = await policy(v3, "shop/platform/deploy/test/execute", "shop/server/write", "shop/server/read")
    await give(v3, policy_id, "USER", ann)
    key = {"namespaceCode": "shop", "resourceCode": "platform"}
    await data(v3.post("update-data-resource", {**key, "struct": TREE[1:]}))
    await data(v3.post("update-data-resource", {**key, "struct": TREE}))
    assert await may(v3, ann, "execute", "platform/deploy/test") == [False]
    server = {"namespaceCode": "shop", "resourceCode": "server"}
    await data(v3.post("update-data-resource", {**server, "actions": ["read"]}))
    await data(v3.post("update-data-resource", {**server, "actions": ["read", "write"]}))
    assert await may(v3, ann, "write", "server") == [False]
    said = (await data(v3.get("get-data-policy", policyId=policy_id)))["statementList"]
    assert said == [{"effect": "ALLOW", "permissions": ["shop/server/read"]}]
    await data(v3.post("delete-data-resource", server))
    await data(v3.post("create-data-resource", SERVER))
    assert await may(v3, ann, "read", "server") == [False]


async def test_the_policies_of_resources_and_of_data_say_nothing_of_each_other(v3: V3Client) -> None:
    await shop(v3)
    ann = await user(v3, "ann")
    await data(v3.post("create-resource", {"code": "server", "type": "DATA", "namespace": "shop"}))
    grant = {"targetType": "USER", "targetIdentifiers": [ann]}
    grant["resources"] = [{"code": "server", "actions": [ANY_ACTION], "resourceType": "DATA"}]  # type: ignore[assignment]
    await data(v3.post("authorize-resources", {"namespace": "shop", "list": [grant]}))
    assert await may(v3, ann, "read", "server") == [False]
    await give(v3, await policy(v3, "shop/cards/get"), "USER", ann)
    asked = {"userId": ann, "resource": "cards", "action": "get", "namespace": "shop"}
    assert (await data(v3.post("is-action-allowed", asked)))["allowed"] is False


async def test_the_view_has_a_row_for_each_user_and_each_resource_that_is_open(v3: V3Client) -> None:
    await shop(v3)
    admin = v3.administrator
    ann = str((await data(v3.post("create-user", {"username": "ann", "name": "Ann"})))["userId"])
    bob = await user(v3, "bob")
    root = (await organisation(v3))["departmentId"]
    await v3.services.department_members.add(admin, root, [ann, bob])
    await v3.services.groups.create(admin, GroupDraft("staff", "Staff"))
    await v3.services.groups.add_members(admin, "staff", [ann])
    await v3.services.roles.create(admin, RoleDraft("clerk", name="Clerk"))
    await v3.services.roles.assign(admin, [RoleKey("clerk")], [Target(TargetType.USER, ann)])
    first = await policy(v3, "shop/server/read", "shop/cards/get", name="first")
    for type_, id_ in (("GROUP", "staff"), ("ROLE", "clerk"), ("ORG", root)):
        await give(v3, first, type_, id_)
    await give(v3, await policy(v3, denied=("shop/cards/*",), name="second"), "USER", bob)
    page = await data(v3.post("list-permission-view/data", {}))
    rows = {(one["userId"], one["dataResourceCode"]): one for one in page["list"]}
    assert rows.keys() == {(ann, "server"), (ann, "cards"), (bob, "server")}
    assert page["totalCount"] == 3
    row = rows[ann, "server"]
    assert (row["username"], row["namespaceName"], row["dataResourceName"]) == ("Ann", "Shop", "Server")
    assert [one["dataPolicyName"] for one in row["dataPolicyList"]] == ["first"]
    assert [one["roleCode"] for one in row["roleList"]] == ["clerk"]
    assert [one["groupName"] for one in row["groupList"]] == ["Staff"]
    assert [one["nodeName"] for one in row["nodeList"]] == ["Acme"]
    assert rows[bob, "server"]["groupList"] == []
    few = await data(v3.post("list-permission-view/data", {"page": 2, "limit": 2}))
    assert (few["totalCount"], len(few["list"])) == (3, 1)
    assert (await data(v3.post("list-permission-view/data", {"keyword": "AN"})))["totalCount"] == 2


async def test_the_view_of_a_large_pool_is_refused(v3: V3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop(v3)
    await give(v3, await policy(v3, "shop/cards/get", "shop/server/read"), "USER", await user(v3, "ann"))
    monkeypatch.setattr(views, "MOST_ROWS", 1)
    assert await refused(v3.post("list-permission-view/data", {})) == 422


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("check-permission", {"resources": ["x"] * (questions.MOST_ASKED + 1), "action": "a"}),
        (
            "check-user-same-level-permission",
            {"resource": "x", "resourceNodeCodes": ["x"] * (questions.MOST_ASKED + 1), "action": "a"},
        ),
        ("list-resource-targets", {"resources": ["x"], "actions": ["a"] * (questions.MOST_ACTIONS + 1)}),
        (
            "get-user-permission-list",
            {"userIds": [f"u{at}" for at in range(data_permissions.MOST_USERS + 1)]},
        ),
        (
            "create-data-policy",
            {
                "policyName": "p",
                "statementList": [
                    {"effect": "ALLOW", "permissions": ["a/b/c"] * (policies.MOST_PERMISSIONS + 1)}
                ],
            },
        ),
        (
            "authorize-data-policies",
            {"policyIds": ["p"], "targetList": [{"type": "USER", "id": "u"}] * (policies.MOST_TARGETS + 1)},
        ),
        ("create-permission-namespaces-batch", {"list": [{"code": "c", "name": "n"}] * 1001}),
        ("delete-permission-namespaces-batch", {"codes": ["c"] * 1001}),
        ("authorize-application-access", {"appId": "a", "list": [RULE] * 1001}),
        ("revoke-application-access", {"appId": "a", "list": [RULE] * 1001}),
    ],
)
async def test_more_than_the_limit_is_refused(v3: V3Client, path: str, body: dict[str, Any]) -> None:
    ann = await user(v3, "ann")
    answer = await v3.post(path, {"namespaceCode": "default", "userId": ann, **body})
    assert (answer["statusCode"], answer["apiCode"]) == (400, 40002), answer


async def test_a_question_costs_no_more_than_it_is_long(v3: V3Client) -> None:
    """Neither one long path that is written out for every code, nor many deep ones of which nothing is there."""
    await shop(v3)
    ann = await user(v3, "ann")
    one = {"namespaceCode": "shop", "userId": ann, "action": "access"}
    long = {**one, "resource": "x" * 300_000, "resourceNodeCodes": [f"c{at}" for at in range(200)]}
    deep = {**one, "resources": ["platform/db", *(f"platform/{at}" + "/a" * 900 for at in range(199))]}
    tracemalloc.start()
    try:
        refusal = await v3.post("check-user-same-level-permission", long, headers={"x-authing-lang": "en-US"})
        assert refusal["statusCode"] == 400
        assert refusal["message"].startswith("Parameter resource is"), refusal
        assert len((await data(v3.post("check-permission", deep)))["checkResultList"]) == 200
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 30_000_000


@pytest.mark.parametrize(
    ("table", "path", "body"),
    [
        ("data_policies", "authorize-data-policies", {"targetList": [{"type": "GROUP", "id": "staff"}]}),
        ("namespaces", "create-data-resource", {**SERVER, "resourceCode": "new", "resourceName": "New"}),
    ],
)
async def test_what_is_deleted_meanwhile_is_not_there(
    v3: V3Client, table: str, path: str, body: dict[str, Any]
) -> None:
    await shop(v3)
    await v3.services.groups.create(v3.administrator, GroupDraft("staff", "Staff"))
    policy_id = await policy(v3, "shop/server/read")
    answer = await asked_while_deleted(v3, table, path, {**body, "policyIds": [policy_id]})
    assert answer["statusCode"] == 404, answer


async def test_an_answer_about_too_many_users_is_refused(
    v3: V3Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    await shop(v3)
    ann, bob = await user(v3, "ann"), await user(v3, "bob")
    await v3.services.groups.create(v3.administrator, GroupDraft("staff", "Staff"))
    await v3.services.groups.add_members(v3.administrator, "staff", [ann, bob])
    await give(v3, await policy(v3, "shop/server/read"), "GROUP", "staff")
    monkeypatch.setattr(holders, "MOST_USERS", 1)
    body = {"namespaceCode": "shop", "resources": ["server"], "actions": ["read"]}
    assert await refused(v3.post("list-resource-targets", body)) == 422
    monkeypatch.undo()
    monkeypatch.setattr(holders, "MOST_HELD", 1)
    for path in ("list-resource-targets", "list-permission-view/data"):
        assert await refused(v3.post(path, body if path == "list-resource-targets" else {})) == 422, path
    monkeypatch.undo()
    monkeypatch.setattr(questions, "MOST_COUNTED", 5)
    assert await refused(v3.post("list-resource-targets", {**body, "actions": ["read", "read"]})) == 422
    assert len(await who_may(v3, "server", "read")) == 2


async def test_an_answer_of_too_many_grants_is_refused(v3: V3Client, monkeypatch: pytest.MonkeyPatch) -> None:
    await shop(v3)
    ann = await user(v3, "ann")
    await give(v3, await policy(v3, "shop/platform/*"), "USER", ann)
    monkeypatch.setattr(questions, "MOST_STATEMENTS", 2)
    assert await refused(v3.post("get-user-permission-list", {"userIds": [ann]})) == 422
    assert await may(v3, ann, "access", "platform/db") == [True]
    monkeypatch.undo()
    bob = await user(v3, "bob")
    await v3.services.groups.create(v3.administrator, GroupDraft("staff", "Staff"))
    await v3.services.groups.add_members(v3.administrator, "staff", [ann, bob])
    await give(v3, await policy(v3, "shop/server/read", "shop/server/write", name="q"), "GROUP", "staff")
    monkeypatch.setattr(questions, "MOST_TOLD", 12)
    for users, status in (([ann], 200), ([bob], 200), ([ann, bob], 422)):
        assert (await v3.post("get-user-permission-list", {"userIds": users}))["statusCode"] == status, users
