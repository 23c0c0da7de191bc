"""A key that is limited to some scopes learns nobody's name by the scope of something else.

Every reading endpoint is asked with a key of its own scopes alone, in a pool where everybody is given everything.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field, replace

import httpx
import pytest
from tests.wire.v3.conftest import V3Client, connect
from tests.wire.v3.samples import Sown, sample, sow

from poolhouse.resources.model import TargetType
from poolhouse.roles.model import RoleKey
from poolhouse.services import Services
from poolhouse.wire.v3.endpoint import PEOPLE, Endpoint
from poolhouse.wire.v3.table import endpoints

NAMES = {
    "users": re.compile('"bob"|bob@example.com|18800008888'),
    "groups": re.compile('"Staff"|"staff"'),
    "roles": re.compile('"Boss"|"boss"'),
    "orgs": re.compile('"Acme"|"Lab"|"lab"'),
}
"""What those are called who are in the pool, by the family whose `:read` lets them be known."""
TOLD = {
    ("users", "groups"): "which groups somebody is in is said of the user",
    ("users", "roles"): "and so are roles",
    ("users", "orgs"): "and departments",
    ("secrets", "users"): "as good as every scope together: docs/security/README.md",
    ("audit", "users"): "the log holds names as they were; without them it tells nothing",
    ("apps", "groups"): "the code is how a rule says whom it is about",
    ("apps", "roles"): "the same",
    ("resources", "groups"): "the code is how a grant says whom it is about",
    ("resources", "roles"): "the same",
    ("roles", "groups"): "the code is how an assignment says whom it is about",
}

MANAGED = [row for row in endpoints().values() if row.access == "administrator" and row.response is not None]
READING = [row for row in MANAGED if row.scope.endswith(":read")]


@dataclass
class World:
    v3: V3Client
    sown: Sown
    keys: dict[frozenset[str], V3Client] = field(default_factory=dict)

    async def limited(self, *scopes: str) -> V3Client:
        if (wanted := frozenset(scopes)) not in self.keys:
            (key,) = (await self.v3.post("create-access-key", {"scopes": sorted(wanted)}))["data"]
            credentials = {"accessKeyId": key["accessKeyId"], "accessKeySecret": key["accessKeySecret"]}
            token = (await self.v3.post("get-management-token", credentials))["data"]["access_token"]
            self.keys[wanted] = replace(self.v3, headers={"authorization": f"Bearer {token}"})
        return self.keys[wanted]


@pytest.fixture(scope="module")
async def world(services: Services, v3_http: httpx.AsyncClient) -> World:
    """Bob is in a group, a role and a department, and to each of the four is given what can be."""
    v3 = await connect(services, v3_http)
    sown = await sow(services, v3.pool_id)
    admin, user_id, node_id = v3.administrator, sown.values["userId"], sown.values["departmentId"]
    await services.groups.add_members(admin, "staff", [user_id])
    group_id = (await services.groups.get(admin, "staff")).id
    key = RoleKey("boss", "default")
    role_id = (await services.roles.get(admin, key)).id
    await services.department_members.add(admin, node_id, [user_id])
    named = (
        (TargetType.USER, user_id),
        (TargetType.GROUP, group_id),
        (TargetType.ROLE, role_id),
        (TargetType.ORG, node_id),
    )
    await services.data_policies.authorize(admin, [sown.values["policyId"]], named)
    given = [
        {"targetType": "USER", "targetIdentifier": [user_id]},
        {"targetType": "GROUP", "targetIdentifier": ["staff"]},
        {"targetType": "ROLE", "targetIdentifier": ["boss"]},
        {"targetType": "ORG", "targetIdentifier": [node_id]},
    ]
    targets = [
        (one["targetType"], one["targetIdentifier"][0]) for one in given if one["targetType"] != "ROLE"
    ]
    assigned = [
        {"targetType": "DEPARTMENT" if kind == "ORG" else kind, "targetIdentifier": id_}
        for kind, id_ in targets
    ]
    allowed = [one | {"effect": "ALLOW", "namespaceCode": "default"} for one in given]
    for path, body in (
        ("assign-role-batch", {"roles": [{"code": "boss", "namespace": "default"}], "targets": assigned}),
        ("authorize-application-access", {"appId": sown.values["appId"], "list": allowed}),
    ):
        answer = await v3.post(path, body)
        assert answer["statusCode"] == 200, answer
    return World(v3, sown)


@pytest.mark.parametrize("row", READING, ids=lambda row: row.name)
async def test_a_scope_tells_no_names_of_others(world: World, row: Endpoint) -> None:
    family = row.scope.partition(":")[0]
    client = await world.limited(*row.scopes)
    asked = sample(row, world.sown) or {}
    given = {"json": asked} if row.takes_body else {"params": asked}
    text = (await client.http.request(row.method, row.url, headers=client.headers, **given)).text
    for other, names in NAMES.items():
        if other != family and f"{other}:read" not in row.scopes and (family, other) not in TOLD:
            found = names.search(text)
            assert not found or found[0].strip('"') in json.dumps(asked), (
                f"{row.name} tells of {other}: {text}"
            )


@pytest.mark.parametrize(
    "path", ["list-permission-view/data", "list-data-policy-targets", "list-data-policies"]
)
async def test_a_key_that_may_know_them_is_told_the_names(world: World, path: str) -> None:
    row = next(row for row in READING if row.path == path)
    client = await world.limited("resources:read", *(f"{family}:read" for family in NAMES))
    given = sample(row, world.sown)
    text = json.dumps(
        await (client.post(path, given) if row.takes_body else client.get(path, **(given or {})))
    )
    for names in NAMES.values():
        assert names.search(text), text


@pytest.mark.parametrize(
    ("path", "query"),
    [("list-permission-view/data", {"keyword": "bob"}), ("list-data-policy-targets", {"query": "bob"})],
)
async def test_names_are_searched_by_who_may_know_them(
    world: World, path: str, query: dict[str, str]
) -> None:
    row = next(row for row in READING if row.path == path)
    asked = (sample(row, world.sown) or {}) | query
    for scopes, status in (
        (["resources:read"], 403),
        (["resources:read", *(f"{f}:read" for f in NAMES)], 200),
    ):
        client = await world.limited(*scopes)
        sent = client.post(path, asked) if row.takes_body else client.get(path, **asked)
        assert (await sent)["statusCode"] == status


@pytest.mark.parametrize("row", [row for row in MANAGED if row.also], ids=lambda row: row.name)
async def test_a_key_needs_all_scopes_of_an_endpoint(world: World, row: Endpoint) -> None:
    body = {} if row.takes_body else None
    for lacking in row.scopes:
        client = await world.limited(*(row.scopes - {lacking}))
        sent = await client.http.request(row.method, row.url, headers=client.headers, json=body)
        assert sent.json()["statusCode"] == 403, lacking
    client = await world.limited(*row.scopes)
    sent = await client.http.request(row.method, row.url, headers=client.headers, json=body)
    assert sent.json()["statusCode"] != 403


async def test_the_members_of_all_groups_are_people(world: World) -> None:
    client = await world.limited("groups:read")
    assert (await client.get("get-all-groups"))["statusCode"] == 200
    assert (await client.get("get-all-groups", fetchMembers="true"))["statusCode"] == 403
    both = await world.limited("groups:read", *PEOPLE)
    assert (await both.get("get-all-groups", fetchMembers="true"))["statusCode"] == 200
