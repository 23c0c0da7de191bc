from dataclasses import dataclass
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.wire.v3 import department_members, department_merging, department_search, departments, orgs


async def data(answer: Any) -> Any:
    body = await answer
    assert body["statusCode"] == 200, body
    return body.get("data")


async def refused(answer: Any) -> int:
    body = await answer
    assert body["statusCode"] != 200, body
    assert body["message"]
    return int(body["statusCode"])


async def organisation(v3: V3Client, code: str = "acme") -> Any:
    return await data(v3.post("create-organization", {"organizationName": "Acme", "organizationCode": code}))


async def department(v3: V3Client, name: str, parent: str = "root", **more: Any) -> Any:
    body = {"organizationCode": "acme", "name": name, "parentDepartmentId": parent, **more}
    return await data(v3.post("create-department", body))


async def user(v3: V3Client, name: str) -> str:
    return str((await data(v3.post("create-user", {"username": name})))["userId"])


BODY: dict[str, Any] = {
    "organizationCode": "acme",
    "organizationCodeList": ["acme"],
    "organizationName": "x",
    "organizationNewCode": "y",
    "departmentId": "root",
    "parentDepartmentId": "root",
    "rootNodeId": "x",
    "name": "x",
    "keywords": "x",
    "status": True,
    "userIds": ["x"],
    "userId": "x",
    "provider": "x",
}


PARTS = (orgs, departments, department_search, department_members, department_merging)


@pytest.mark.parametrize("row", [row for part in PARTS for row in part.ENDPOINTS], ids=lambda row: row.path)
async def test_strangers_are_refused_and_the_neighbour_finds_nothing(
    v3: V3Client, neighbour: V3Client, row: Any
) -> None:
    root = (await organisation(v3))["departmentId"]
    body = {**BODY, "rootNodeId": root}
    if row.path in ("get-department-by-id", "get-department-available-app", "update-department-status"):
        body["departmentId"] = root
    if row.path == "update-organization-status":
        body["status"] = "true"
    call = neighbour.post if row.takes_body else neighbour.get
    arguments = ({**body},) if row.takes_body else ()
    keywords = {} if row.takes_body else body
    anonymous = await call(row.path, *arguments, headers={"authorization": ""}, **keywords)
    assert anonymous["statusCode"] == 401
    answer = await call(row.path, *arguments, **keywords)
    if row.path in ("list-organizations", "search-organizations"):
        assert answer["data"]["totalCount"] == 0
    elif row.path == "get-organization-batch":
        assert answer["data"] == []
    elif row.path not in ("create-organization", "create-department-tree"):
        assert answer["statusCode"] == 404, answer
    assert (await data(v3.get("get-organization", organizationCode="acme")))["organizationName"] == "Acme"


async def test_an_organisation_lives_from_creation_to_deletion(v3: V3Client) -> None:
    made = await organisation(v3)
    assert made["organizationCode"] == "acme"
    assert made["membersCount"] == 0
    assert made["hasChildren"] is False
    names = {"organizationName": {"en-US": {"enabled": True, "value": "ACME Ltd"}}}
    changed = await data(
        v3.post(
            "update-organization",
            {"organizationCode": "acme", "organizationNewCode": "acme2", "description": "d", "i18n": names},
        )
    )
    assert (changed["organizationCode"], changed["description"]) == ("acme2", "d")
    assert changed["i18n"]["organizationName"]["en-US"]["value"] == "ACME Ltd"
    assert changed["organizationName"] == "Acme"
    assert await refused(v3.get("get-organization", organizationCode="acme")) == 404
    body = {"organizationName": "Other", "organizationCode": "acme2"}
    assert await refused(v3.post("create-organization", body)) == 409
    assert await data(v3.post("delete-organization", {"organizationCode": "acme2"})) == {"success": True}
    assert (await data(v3.get("list-organizations")))["totalCount"] == 0


async def test_organisations_are_listed_searched_and_fetched_in_order(v3: V3Client) -> None:
    for code in ("a", "b", "c"):
        await organisation(v3, code)
    page = await data(v3.get("list-organizations", page=2, limit=2))
    assert (page["totalCount"], [one["organizationCode"] for one in page["list"]]) == (3, ["a"])
    everything = await data(v3.get("list-organizations", fetchAll="true", limit=1))
    assert len(everything["list"]) == 3
    found = await data(v3.get("search-organizations", keywords="AC"))
    assert found["totalCount"] == 3
    batch = await data(v3.get("get-organization-batch", organizationCodeList=["c", "x", "a"]))
    assert [one["organizationCode"] for one in batch] == ["c", "a"]


async def test_an_organisation_is_switched_off_and_filtered_by_it(v3: V3Client) -> None:
    made = await organisation(v3)
    root = made["departmentId"]
    off = {"rootNodeId": root, "status": "DISABLED"}
    assert await data(v3.post("update-organization-status", off)) == {"success": True}
    assert (await data(v3.get("list-organizations", status="True")))["totalCount"] == 0
    assert (await data(v3.get("list-organizations", status="False")))["totalCount"] == 1
    assert await refused(v3.post("update-organization-status", {**off, "status": "perhaps"})) == 400


async def test_a_department_is_found_by_every_name_it_has(v3: V3Client) -> None:
    await organisation(v3)
    dev = await department(v3, "Dev", code="dev", openDepartmentId="od", description="d", isVirtualNode=True)
    assert (dev["code"], dev["isVirtualNode"], dev["membersCount"]) == ("dev", True, 0)
    child = await department(v3, "Backend", dev["departmentId"])
    assert (child["parentDepartmentId"], child["parentDepartmentCode"]) == (dev["departmentId"], "dev")
    for query in (
        {"departmentId": dev["departmentId"]},
        {"departmentId": "dev", "departmentIdType": "code"},
        {"departmentId": "od", "departmentIdType": "open_department_id"},
        {"departmentCode": "dev"},
    ):
        found = await data(v3.get("get-department", organizationCode="acme", **query))
        assert (found["name"], found["hasChildren"]) == ("Dev", True)
    found = await data(v3.get("get-department-by-id", departmentId=child["departmentId"]))
    assert found["name"] == "Backend"
    parent = await data(
        v3.get("get-parent-department", organizationCode="acme", departmentId=child["departmentId"])
    )
    assert parent["departmentId"] == dev["departmentId"]
    assert await refused(v3.get("get-department", organizationCode="acme", departmentId="none")) == 404
    assert await refused(v3.get("get-department", organizationCode="acme")) == 400


async def test_a_department_is_changed_moved_and_deleted(v3: V3Client) -> None:
    await organisation(v3)
    one, two = await department(v3, "one", code="one"), await department(v3, "two")
    below = await department(v3, "below", one["departmentId"])
    ann = await user(v3, "ann")
    changed = await data(
        v3.post(
            "update-department",
            {
                "organizationCode": "acme",
                "departmentId": one["departmentId"],
                "name": "uno",
                "leaderUserIds": [ann],
                "parentDepartmentId": two["departmentId"],
            },
        )
    )
    assert (changed["name"], changed["code"], changed["parentDepartmentId"], changed["leaderUserIds"]) == (
        "uno",
        "one",
        two["departmentId"],
        [ann],
    )
    everything = await data(
        v3.get("get-all-departments", organizationCode="acme", departmentId=two["departmentId"])
    )
    assert [found["name"] for found in everything["list"]] == ["two", "uno", "below"]
    under_itself = {
        "organizationCode": "acme",
        "departmentId": one["departmentId"],
        "parentDepartmentId": below["departmentId"],
    }
    assert await refused(v3.post("update-department", under_itself)) == 422
    off = {"departmentId": one["departmentId"], "status": False}
    assert (await data(v3.post("update-department-status", off)))["status"] is False
    gone = {"organizationCode": "acme", "departmentId": "one", "departmentIdType": "code"}
    assert await data(v3.post("delete-department", gone)) == {"success": True}
    assert await refused(v3.get("get-department-by-id", departmentId=below["departmentId"])) == 404
    assert await refused(v3.post("delete-department", {**gone, "departmentId": "root"})) in (404, 422)


async def test_children_are_filtered_by_kind_and_status(v3: V3Client) -> None:
    await organisation(v3)
    real, virtual = await department(v3, "real"), await department(v3, "virtual", isVirtualNode=True)
    await data(v3.post("update-department-status", {"departmentId": real["departmentId"], "status": False}))

    async def listed(**terms: Any) -> list[str]:
        page = await data(
            v3.get("list-children-departments", organizationCode="acme", departmentId="root", **terms)
        )
        assert page["totalCount"] == len(page["list"])
        return [one["name"] for one in page["list"]]

    assert await listed() == ["real", "virtual"]
    assert await listed(excludeVirtualNode="true") == ["real"]
    assert await listed(onlyVirtualNode="true") == [virtual["name"]]
    assert await listed(status="true") == ["virtual"]


async def test_departments_are_searched_by_keyword_and_by_filter(v3: V3Client) -> None:
    await organisation(v3)
    for name in ("Sales", "Sales North", "Dev"):
        await department(v3, name)
    found = await data(v3.post("search-departments", {"organizationCode": "acme", "keywords": "sales"}))
    assert {one["name"] for one in found} == {"Sales", "Sales North"}
    body = {
        "organizationCode": "acme",
        "advancedFilter": [
            {"field": "name", "operator": "CONTAINS", "value": "s"},
            {"field": "createdAt", "operator": "GREATER", "value": 0},
        ],
        "sort": [{"field": "name", "order": "desc"}],
        "limit": 1,
    }
    assert [one["name"] for one in await data(v3.post("search-departments-list", body))] == ["Sales North"]
    for wrong in (
        {"field": "nothing", "operator": "EQUAL", "value": "x"},
        {"field": "name", "operator": "EQUAL", "value": {"a": 1}},
        {"field": "createdAt", "operator": "BETWEEN", "value": [1]},
        {"field": "createdAt", "operator": "CONTAINS", "value": "x"},
    ):
        assert await refused(v3.post("search-departments-list", {**body, "advancedFilter": [wrong]})) == 400


@dataclass(frozen=True)
class Staffed:
    """The organisation Acme with one department, Dev, of which Ann and then Bob became members."""

    v3: V3Client
    ann: str
    bob: str
    dev_id: str
    dev: dict[str, str]
    root: dict[str, str]

    async def ids(self) -> list[str]:
        return sorted(await data(self.v3.get("list-department-member-ids", **self.dev)))


@pytest.fixture
async def staffed(v3: V3Client) -> Staffed:
    await organisation(v3)
    dev_id = (await department(v3, "Dev", code="dev"))["departmentId"]
    ann, bob = await user(v3, "ann"), await user(v3, "bob")
    dev = {"organizationCode": "acme", "departmentId": "dev", "departmentIdType": "code"}
    for one in (ann, bob):
        await data(v3.post("add-department-members", {**dev, "userIds": [one]}))
    return Staffed(v3, ann, bob, dev_id, dev, {"organizationCode": "acme", "departmentId": "root"})


async def test_who_is_added_to_a_department_is_its_member(staffed: Staffed) -> None:
    new = [await user(staffed.v3, name) for name in ("cyd", "dan")]
    body = {**staffed.dev, "userIds": new}
    assert await data(staffed.v3.post("add-department-members", body)) == {"success": True}
    assert await staffed.ids() == sorted([staffed.ann, staffed.bob, *new])


async def test_a_person_nobody_knows_cannot_be_added_to_a_department(staffed: Staffed) -> None:
    body = {**staffed.dev, "userIds": ["nobody"]}
    assert await refused(staffed.v3.post("add-department-members", body)) == 404
    assert await staffed.ids() == sorted([staffed.ann, staffed.bob])


async def test_a_removed_member_is_gone_and_the_others_stay(staffed: Staffed) -> None:
    await data(staffed.v3.post("remove-department-members", {**staffed.dev, "userIds": [staffed.ann]}))
    assert await staffed.ids() == [staffed.bob]


async def test_members_of_departments_below_are_listed_only_when_asked_for(staffed: Staffed) -> None:
    listed = await data(staffed.v3.get("list-department-members", **staffed.root))
    assert (listed["totalCount"], listed["list"]) == (0, [])
    below = {**staffed.root, "includeChildrenDepartments": "true"}
    assert (await data(staffed.v3.get("list-department-members", **below)))["totalCount"] == 2


@pytest.mark.parametrize("sort", ["Default", "JoinDepartmentAt", "userId", "createAt", "updatedAt"])
@pytest.mark.parametrize(("order", "names"), [("Asc", ["ann", "bob"]), ("Desc", ["bob", "ann"])])
async def test_members_are_listed_in_the_order_asked_for(
    staffed: Staffed, sort: str, order: str, names: list[str]
) -> None:
    # Two users made within the same moment are told apart by a change of the later one.
    await data(staffed.v3.post("update-user", {"userId": staffed.bob, "nickname": "B"}))
    query = {**staffed.dev, "sortBy": sort, "orderBy": order}
    page = await data(staffed.v3.get("list-department-members", **query))
    assert [one["username"] for one in page["list"]] == names


async def test_a_listed_member_shows_their_departments_when_asked_for(staffed: Staffed) -> None:
    for query, shown in (({"withDepartmentIds": "true"}, [staffed.dev_id]), ({}, None)):
        page = await data(staffed.v3.get("list-department-members", **staffed.dev, **query))
        assert [one.get("departmentIds") for one in page["list"]] == [shown, shown]


async def test_members_are_searched_by_a_part_of_their_name(staffed: Staffed) -> None:
    found = await data(staffed.v3.get("search-department-members", **staffed.dev, keywords="AN"))
    assert [one["username"] for one in found["list"]] == ["ann"]


async def test_a_member_is_in_their_department_and_below_the_ones_above(staffed: Staffed) -> None:
    below = {**staffed.root, "includeChildrenDepartments": "True"}
    for query, expected in ((staffed.dev, True), (staffed.root, False), (below, True)):
        answer = await data(staffed.v3.get("is-user-in-department", userId=staffed.ann, **query))
        assert answer == {"inDepartment": expected}


async def test_members_are_counted_for_the_department_and_the_organisation(staffed: Staffed) -> None:
    assert (await data(staffed.v3.get("get-department", **staffed.dev)))["membersCount"] == 2
    acme = await data(staffed.v3.get("get-organization", organizationCode="acme"))
    assert acme["membersCount"] == 2


async def test_custom_data_of_a_department_is_kept_and_shown_when_asked_for(v3: V3Client) -> None:
    await organisation(v3)
    fields = v3.services.fields
    from poolhouse.fields.model import DataType, FieldDraft, TargetType

    await fields.define(
        v3.administrator, [FieldDraft(TargetType.NODE, "floor", data_type=DataType.NUMBER, label="Floor")]
    )
    dev = await department(v3, "Dev", customData={"floor": 3})
    assert dev.get("customData") is None
    query = {"organizationCode": "acme", "departmentId": dev["departmentId"]}
    shown = await data(v3.get("get-department", **query, withCustomData="true"))
    assert shown["customData"] == {"floor": 3}
    await data(v3.post("update-department", {**query, "customData": {"floor": 4}}))
    shown = await data(v3.get("get-department", **query, withCustomData="true"))
    assert shown["customData"] == {"floor": 4}
    ann = await user(v3, "ann")
    await data(v3.post("add-department-members", {**query, "userIds": [ann]}))
    (plain,) = (await data(v3.get("get-user-departments", userId=ann)))["list"]
    assert plain.get("customData") is None
    (shown,) = (await data(v3.get("get-user-departments", userId=ann, withCustomData="true")))["list"]
    assert shown["customData"] == {"floor": 4}
    body = {"organizationCode": "acme", "name": "x", "parentDepartmentId": "root"}
    assert await refused(v3.post("create-department", {**body, "customData": {"unknown": 1}})) in (400, 404)
    assert await refused(v3.post("create-department", {**body, "customData": 5})) == 400


async def test_a_tree_of_names_and_people_is_laid_over_what_is_there(v3: V3Client) -> None:
    await user(v3, "ann")
    tree = {
        "name": "Acme",
        "children": [
            "Ops",
            {
                "name": "Dev",
                "members": [{"username": "ann", "name": "Ann"}, {"email": "bob@x.com"}],
                "children": [{"name": "Backend", "members": {"phone": "13800138000"}}],
            },
        ],
    }
    first = await data(v3.post("create-department-tree", tree))
    assert first == {"addUser": 2, "updateUser": 1, "addDepartment": 4, "updateDepartment": 0}
    again = await data(v3.post("create-department-tree", tree))
    assert again == {"addUser": 0, "updateUser": 3, "addDepartment": 0, "updateDepartment": 4}
    (org,) = (await data(v3.get("list-organizations")))["list"]
    assert (org["organizationName"], org["membersCount"]) == ("Acme", 3)
    code = org["organizationCode"]
    everything = await data(v3.get("get-all-departments", organizationCode=code))
    assert {one["name"]: one["membersCount"] for one in everything["list"]} == {
        **{"Acme": 0, "Ops": 0, "Dev": 2},
        "Backend": 1,
    }
    root = {"organizationCode": code, "departmentId": "root", "includeChildrenDepartments": "true"}
    members = await data(v3.get("list-department-members", **root))
    assert "Ann" in {one["name"] for one in members["list"]}
    nobody = {"name": "Acme", "children": [{"name": "New", "members": [{"name": "Nobody"}]}]}
    twice = {"name": "Acme", "children": ["New"], "members": [{"username": "a"}, {"username": "a"}]}
    for wrong in (
        nobody,
        twice,
        {"name": "Acme", "children": ["New", 5]},
        {"name": "Acme", "children": [" "]},
    ):
        assert await refused(v3.post("create-department-tree", wrong)) == 400
    everything = await data(v3.get("get-all-departments", organizationCode=code))
    assert everything["totalCount"] == 4


async def test_there_are_no_sync_relations(v3: V3Client) -> None:
    await organisation(v3)
    assert await data(v3.get("get-department-sync-relations", organizationCode="acme")) == []
    body = {"organizationCode": "acme", "departmentId": "root", "provider": "dingtalk"}
    assert await refused(v3.post("delete-department-sync-relations", body)) == 404


async def test_with_a_tenant_named_nothing_of_others_is_found(v3: V3Client) -> None:
    mine, theirs = [
        (await data(v3.post("create-tenant", {"name": name, "appIds": []})))["tenantId"] for name in "ab"
    ]
    body = {"organizationName": "Acme", "organizationCode": "acme", "tenantId": mine}
    root = (await data(v3.post("create-organization", body)))["departmentId"]
    at_root = {"organizationCode": "acme", "departmentId": "root"}
    for name, given in (("get-organization", {"organizationCode": "acme"}), ("get-department", at_root)):
        for tenant_id in ("", mine):
            assert (await data(v3.get(name, **given, tenantId=tenant_id)))["departmentId"] == root
        assert await refused(v3.get(name, **given, tenantId=theirs)) == 404
    by_id = {"departmentId": root, "tenantId": theirs}
    assert await refused(v3.get("get-department-by-id", **by_id)) == 404
    batch = {"organizationCodeList": "acme", "tenantId": theirs}
    assert await data(v3.get("get-organization-batch", **batch)) == []
    wrong = {"organizationCode": "acme", "tenantId": theirs}
    for name, given in (
        ("update-organization", {**wrong, "organizationName": "x"}),
        ("create-department", {**wrong, "name": "x", "parentDepartmentId": "root"}),
        ("delete-department", {**wrong, "departmentId": root}),
        ("delete-organization", wrong),
    ):
        assert await refused(v3.post(name, given)) == 404, name
    assert (await data(v3.get("get-organization", organizationCode="acme")))["organizationName"] == "Acme"
