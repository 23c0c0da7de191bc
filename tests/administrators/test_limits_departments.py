"""A role that is limited to departments: who is in one of them, or below, is all there is, however one names them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.administrators.conftest import OPERATOR, Make
from tests.administrators.test_limits import ROWS, ask, refusal
from tests.conftest import PoolForTests
from tests.wire.v3.samples import Sown, sample, sow

from poolhouse.accounts.service import NewAccount
from poolhouse.administrators.model import Administrator
from poolhouse.administrators.roles import SCOPES
from poolhouse.caller import Caller, Limits
from poolhouse.errors import (
    InvalidInput,
    InvalidOperation,
    LimitedRole,
    NodeNotFound,
    NotFound,
    NotPermitted,
    PoolhouseError,
    UserNotFound,
    UsersNotFound,
)
from poolhouse.ids import new_id
from poolhouse.orgs.model import Assignment, NodeDraft
from poolhouse.services import Services
from poolhouse.users.model import IdentityDraft, User, UserDraft
from poolhouse.wire.v3 import limited
from poolhouse.wire.v3.endpoint import Endpoint

ROLE = "user-editor"
KINDS = ("user_id", "username", "email", "phone", "external_id", "identity")
WITH_OPTIONS = ("POST update-user", "POST kick-users", "POST has-any-role", "POST set-user-departments")
"""They say in `options` how a person is named."""
BY_PERSON = [row for row in ROWS if "person" in limited.DEPARTMENTS.get(row.name, "")]
BY_DEPARTMENT = [row for row in ROWS if "department" in limited.DEPARTMENTS.get(row.name, "")]
GIVEN: dict[str, dict[str, Any]] = {
    "POST update-user": {"username": "bob", "nickname": "renamed"},
    "POST reset-user-password": {"password": "a-Longer-one-7"},
    "POST set-user-status": {"status": "Suspended"},
    "POST has-any-role": {"roles": [{"code": "boss"}]},
    "POST delete-user-sync-relations": {"provider": "nobody"},
}
"""What an operation is given besides the person, where the sample of it would not do."""


@dataclass(frozen=True)
class World:
    """`ours` is in Lab, which is below Acme; `theirs` in Sales, beside it. `bench` is below Lab. `caller` is limited to
    Lab."""

    services: Services
    owner: Caller
    sown: Sown
    lab: str
    sales: str
    bench: str
    org_id: str
    ours: User
    theirs: User
    administrator: Administrator
    caller: Caller

    async def ask(self, row: Endpoint | str, values: dict[str, Any]) -> Any:
        return await ask(self.services, self.caller, row, values)

    def names(self, user: User) -> dict[str, str]:
        """By the kind of each."""
        found = {
            "user_id": user.id,
            "username": user.username,
            "email": user.email,
            "phone": user.phone,
            "external_id": user.external_id,
        }
        return {**{kind: str(name) for kind, name in found.items()}, "identity": f"wechat:of-{user.id}"}


def naming(row: Endpoint, name: str, kind: str) -> dict[str, Any] | None:
    """The fields that name a person so; None where the operation knows ids alone."""
    assert row.request
    fields = row.request.__struct_fields__
    if "user_id_type" in fields:
        return {"userId": name, "userIdType": kind}
    if row.name in WITH_OPTIONS:
        return {"userId": name, "options": {"userIdType": kind}}
    return {"userId": name} if kind == "user_id" else None


@pytest.fixture
async def world(services: Services, pool: PoolForTests, make: Make) -> World:
    return await new_world(services, pool, make)


async def new_world(services: Services, pool: PoolForTests, make: Make, role: str = ROLE) -> World:
    owner, sown = pool.administrator, await sow(services, pool.id)
    org = await services.orgs.get_org_by_code(owner, "acme")
    sales = await services.orgs.create_node(
        owner, org.id, None, NodeDraft({"name": "Sales", "code": "sales", "open_id": "open-sales"})
    )
    bench = await services.orgs.create_node(
        owner,
        org.id,
        sown.values["departmentId"],
        NodeDraft({"name": "Bench", "code": "bench", "open_id": "open-bench"}),
    )
    lab, ours = sown.values["departmentId"], await services.users.get(owner, sown.values["userId"])
    (theirs,) = await services.accounts.create(
        owner,
        [
            NewAccount(
                UserDraft(
                    {
                        "username": "eve",
                        "email": "eve@example.com",
                        "phone": "18800009999",
                        "external_id": "eve-elsewhere",
                    }
                ),
                department_ids=[sales.id],
            )
        ],
    )
    await services.department_members.add(owner, lab, [ours.id])
    for user in (ours, theirs):
        await services.identities.link(owner, user.id, IdentityDraft("wechat", f"of-{user.id}"))
    theirs = await services.users.get(owner, theirs.id)
    one = await make()
    one = await services.administrators.set_roles(OPERATOR, one.id, pool.id, [role], [], [lab])
    caller = await services.administrators.caller_in(one, pool.id, Caller(pool.id))
    if role == ROLE:  # of both editors, as the generated tests go through what either may
        scopes = SCOPES[ROLE], SCOPES["organization-editor"]
        caller = replace(caller, scopes=frozenset().union(*(one or () for one in scopes)))
    return World(services, owner, sown, lab, sales.id, bench.id, org.id, ours, theirs, one, caller)


async def outcome(world: World, row: Endpoint | str, values: dict[str, Any]) -> PoolhouseError | None:
    try:
        await world.ask(row, values)
    except PoolhouseError as error:
        return error
    return None


# -- people ------------------------------------------------------------------------------------------------


async def test_somebody_of_another_department_is_not_found_as_one_who_does_not_exist(world: World) -> None:
    """In every operation that is judged by the person, in every way that it names one; whoever is theirs is found."""
    nobodys = {
        "user_id": new_id(),
        "username": "nobody",
        "email": "nobody@example.com",
        "phone": "18800000000",
        "external_id": "nobody-elsewhere",
        "identity": "wechat:of-nobody",
    }
    asked = 0
    for row in BY_PERSON:
        values = {**(sample(row, world.sown) or {}), **GIVEN.get(row.name, {})}
        for kind in KINDS:
            if (named := naming(row, nobodys[kind], kind)) is None:
                continue
            asked += 1
            unknown = await refusal(world.ask(row, {**values, **named}))
            theirs = naming(row, world.names(world.theirs)[kind], kind)
            other = await refusal(world.ask(row, {**values, **(theirs or {})}))
            assert other[0] is UserNotFound, (row.name, kind)
            assert other == (
                unknown[0],
                unknown[1].replace(nobodys[kind], world.names(world.theirs)[kind]),
            ), row.name
            ours = naming(row, world.names(world.ours)[kind], kind)
            error = await outcome(world, row, {**values, **(ours or {})})
            assert not isinstance(error, UserNotFound | LimitedRole), (row.name, kind, error)
    assert asked > 2 * len(BY_PERSON)
    after = await world.services.users.get(world.owner, world.theirs.id)
    assert after == world.theirs
    changed = await world.services.users.get(world.owner, world.ours.id)
    assert (changed.nickname, changed.status) == ("renamed", "Suspended")


async def test_lists_have_nobody_of_other_departments(world: World) -> None:
    ours = [world.ours.id]
    assert await _listed(world, "GET list-users", {}) == (1, ours)
    assert await _listed(world, "GET list-users", {"status": "Activated", "page": 1, "limit": 50}) == (
        1,
        ours,
    )
    everybody: dict[str, Any]
    for everybody in (
        {},
        {"keywords": "example.com"},
        {"keywords": "1880000"},
        {"advancedFilter": [{"field": "email", "operator": "CONTAINS", "value": "example"}]},
        {"advancedFilter": [{"field": "status", "operator": "EQUAL", "value": "Activated"}]},
        {"advancedFilter": [{"field": "loginsCount", "operator": "LESSER", "value": 5}]},
        {"advancedFilter": [{"field": "identity", "operator": "EQUAL", "value": "wechat"}]},
        {"options": {"sort": [{"field": "username", "order": "desc"}]}},
        {"options": {"sort": [{"field": "school", "order": "desc"}]}},
        {"options": {"pagination": {"page": 1, "limit": 1}}},
    ):
        free = await ask(world.services, world.owner, "POST list-users", everybody)
        assert free.total_count == 2, everybody
        assert await _listed(world, "POST list-users", everybody) == (1, ours), everybody
    names = [*world.names(world.theirs).values()][:5]
    found = await world.ask("POST find-users", {"values": [*names, "bob"]})
    assert [one.user_id for one in found] == [None] * 5 + ours
    for kind in KINDS:
        both = [world.names(user)[kind] for user in (world.theirs, world.ours)]
        batch = await world.ask("GET get-user-batch", {"userIds": both, "userIdType": kind})
        assert [one.user_id for one in batch] == ours, kind


async def _listed(world: World, operation: str, values: dict[str, Any]) -> tuple[int, list[str]]:
    found = await world.ask(operation, values)
    return found.total_count, [one.user_id for one in found.items]


async def test_a_filter_by_a_department_of_others_is_as_by_none_that_exists(world: World) -> None:
    def by(department: str) -> dict[str, Any]:
        place = {"organizationCode": "acme", "departmentId": department}
        return {"advancedFilter": [{"field": "department", "operator": "IN", "value": [place]}]}

    nobodys = new_id()
    unknown = await refusal(world.ask("POST list-users", by(nobodys)))
    other = await refusal(world.ask("POST list-users", by(world.sales)))
    assert other[0] is NodeNotFound
    assert other == (unknown[0], unknown[1].replace(nobodys, world.sales))
    assert await _listed(world, "POST list-users", by(world.lab)) == (1, [world.ours.id])


async def test_below_a_department_is_within_and_limits_are_judged_each_time(world: World) -> None:
    """A department that is moved away, and a person who is put elsewhere, are gone with the next operation."""
    orgs, members = world.services.orgs, world.services.department_members
    below = await orgs.create_node(world.owner, world.org_id, world.lab, NodeDraft({"name": "Bench"}))
    await members.add(world.owner, below.id, [world.theirs.id])
    asked = {"userId": world.theirs.id}
    assert (await world.ask("GET get-user", asked)).user_id == world.theirs.id
    assert (await _listed(world, "POST list-users", {}))[0] == 2
    await orgs.update_node(world.owner, below.id, NodeDraft({}), parent_id=world.sales)
    assert (await refusal(world.ask("GET get-user", asked)))[0] is UserNotFound
    assert await _listed(world, "POST list-users", {}) == (1, [world.ours.id])
    await members.set_departments(world.owner, world.ours.id, [Assignment(world.sales)])
    assert (await refusal(world.ask("GET get-user", {"userId": world.ours.id})))[0] is UserNotFound
    assert await _listed(world, "POST list-users", {}) == (0, [])


async def test_somebody_new_is_in_one_of_the_departments(world: World) -> None:
    for operation, wrap in (("create-user", dict), ("create-users-batch", lambda **one: {"list": [one]})):
        row = f"POST {operation}"
        missing = await refusal(world.ask(row, wrap(username=f"u{new_id()}")))
        assert missing[0] is InvalidInput
        assert "departmentIds" in missing[1]
        nobodys = new_id()
        unknown = await refusal(world.ask(row, wrap(username="x1", departmentIds=[world.lab, nobodys])))
        other = await refusal(world.ask(row, wrap(username="x2", departmentIds=[world.lab, world.sales])))
        assert other[0] is NodeNotFound
        assert other == (unknown[0], unknown[1].replace(nobodys, world.sales))
        made = await world.ask(row, wrap(username=f"u{new_id()}", departmentIds=[world.lab]))
        one = made[0] if isinstance(made, list) else made
        assert (await world.ask("GET get-user", {"userId": one.user_id})).user_id == one.user_id
    assert (await _listed(world, "POST list-users", {}))[0] == 3


async def test_an_export_has_nobody_of_other_departments(world: World) -> None:
    """Whether of everybody, of all that match or of those named; and the log says within which departments."""
    both, ours = [world.theirs.id, world.ours.id], [world.ours.id]
    by_mail = {"field": "email", "operator": "CONTAINS", "value": "example"}
    for operation, values in (
        ("GET export-users", {}),
        ("GET export-users", {"format": "csv", "columns": ["id"]}),
        ("POST export-users", {"match": {"everybody": True}}),
        ("POST export-users", {"match": {"keywords": "example.com"}}),
        ("POST export-users", {"match": {"advancedFilter": [by_mail]}}),
        ("POST export-users", {"userIds": [*both, new_id()]}),
    ):
        told = [await _taken(world, world.owner, operation, values)]
        told.append(await _taken(world, world.caller, operation, values))
        assert [world.theirs.id in one for one in told] == [True, False], (operation, values)
        assert [world.ours.id in one for one in told] == [True, True], (operation, values)
        assert world.theirs.username not in told[1]
    alone = {"userIds": [world.theirs.id], "columns": ["id"]}
    assert await _taken(world, world.caller, "POST export-users", alone) == ""
    hashes = {"withPasswordHashes": True}
    with pytest.raises(NotPermitted):
        await _taken(world, world.caller, "GET export-users", hashes)
    sales = {"organizationCode": "acme", "departmentId": world.sales}
    elsewhere = {"advancedFilter": [{"field": "department", "operator": "IN", "value": [sales]}]}
    with pytest.raises(NodeNotFound):
        await _taken(world, world.caller, "POST export-users", {"match": elsewhere})
    begun = await world.services.db.fetchval(
        "select detail from audit_records where pool_id = $1 and operation = 'export' and actor_id = $2 "
        "order by at limit 1",
        world.caller.pool_id,
        world.administrator.id,
    )
    assert begun["departments"] == [world.lab]
    await world.services.department_members.set_departments(world.owner, ours[0], [Assignment(world.sales)])
    assert await _taken(world, world.caller, "GET export-users", {}) == ""


async def _taken(world: World, caller: Caller, operation: str, values: dict[str, Any]) -> str:
    stream = await ask(world.services, caller, operation, values)
    return b"".join([piece async for piece in stream.pieces]).decode()


# -- departments -------------------------------------------------------------------------------------------


async def test_a_department_of_others_is_not_found_as_one_that_does_not_exist(world: World) -> None:
    """In every operation that is judged by the department, in every way that it names one."""
    for row in BY_DEPARTMENT:
        assert row.request
        values = {**(sample(row, world.sown) or {}), **GIVEN.get(row.name, {})}
        fields, judged = row.request.__struct_fields__, limited.DEPARTMENTS[row.name]
        field = "parentDepartmentId" if judged == "by parent department" else "departmentId"
        ours = world.bench if judged == "below department" else world.lab
        kinds = {"department_id": (world.sales, new_id(), ours)}
        if "department_id_type" in fields:
            ours = "bench" if ours == world.bench else "lab"
            kinds |= {
                "code": ("sales", "nowhere", ours),
                "open_department_id": ("open-sales", "open-no", "open-bench"),
            }
        if "organization_code" in fields:
            values["organizationCode"] = "acme"
        if "parentDepartmentId" in values:
            values["parentDepartmentId"] = world.lab
        for kind, (theirs, nobodys, ours) in kinds.items():
            named = {"departmentIdType": kind} if "department_id_type" in fields else {}
            unknown = await refusal(world.ask(row, {**values, **named, field: nobodys}))
            other = await refusal(world.ask(row, {**values, **named, field: theirs}))
            assert other == (unknown[0], unknown[1].replace(nobodys, theirs)), (row.name, kind)
            if other[0] is InvalidInput and "departmentIdType" in other[1]:
                continue  # a way that nobody may name one here
            assert other[0] is NodeNotFound, (row.name, kind)
            values |= {"code": f"c{new_id()}"} if judged == "by parent department" else {}
            error = await outcome(world, row, {**values, **named, field: ours})
            assert not isinstance(error, NotFound | LimitedRole), (row.name, kind, error)
        if "organization_code" in fields:
            for code in ("acme", "no-such"):
                root = await refusal(world.ask(row, {**values, "organizationCode": code, field: "root"}))
                assert root[0] is NodeNotFound, (row.name, code)


async def test_nobody_is_drawn_into_the_departments(world: World) -> None:
    here = {"organizationCode": "acme", "departmentId": world.lab}
    nobodys = new_id()
    for row in ("POST add-department-members", "POST remove-department-members"):
        unknown = await refusal(world.ask(row, {**here, "userIds": [world.ours.id, nobodys]}))
        other = await refusal(world.ask(row, {**here, "userIds": [world.ours.id, world.theirs.id]}))
        assert other == (UsersNotFound, unknown[1].replace(nobodys, world.theirs.id))
        assert unknown[0] is UsersNotFound
    lead = {"organizationCode": "acme", "departmentId": world.bench, "leaderUserIds": [world.theirs.id]}
    assert (await refusal(world.ask("POST update-department", lead)))[0] is UsersNotFound
    assert await _departments(world, world.theirs) == {world.sales}


async def test_people_move_among_the_departments_and_are_not_lost(world: World) -> None:
    """Where they are elsewhere they stay, and nobody is taken out of the last of the departments."""
    await world.services.department_members.add(world.owner, world.sales, [world.ours.id])
    lab, bench, sales = world.lab, world.bench, world.sales
    asked = {"organizationCode": "acme", "userIds": [world.ours.id]}
    assert (await refusal(world.ask("POST remove-department-members", {**asked, "departmentId": lab})))[
        0
    ] is InvalidOperation
    await world.ask("POST add-department-members", {**asked, "departmentId": bench})
    assert await _departments(world, world.ours) == {lab, bench, sales}
    taken = await asyncio.gather(
        *(
            outcome(world, "POST remove-department-members", {**asked, "departmentId": one})
            for one in (lab, bench)
        )
    )
    assert sorted(type(one).__name__ for one in taken) == ["InvalidOperation", "NoneType"]
    for wanted in ([lab], [lab, bench], [bench, sales]):
        await _put(world, wanted)
        assert await _departments(world, world.ours) == {*wanted, sales}
    other, nobodys = await _new_department(world), new_id()
    unknown = await refusal(_put(world, [bench, nobodys]))
    assert await refusal(_put(world, [bench, other])) == (
        NodeNotFound,
        unknown[1].replace(nobodys, other),
    )
    assert (await refusal(_put(world, [sales])))[0] is InvalidOperation
    assert await _departments(world, world.ours) == {bench, sales}


async def _put(world: World, departments: list[str]) -> None:
    wanted = [{"departmentId": one} for one in departments]
    await world.ask("POST set-user-departments", {"userId": world.ours.id, "departments": wanted})


async def _departments(world: World, user: User) -> set[str]:
    found = await world.services.department_members.department_ids(world.owner, [user.id])
    return set(found[user.id])


async def _new_department(world: World) -> str:
    """Beside those that are theirs."""
    draft = NodeDraft({"name": "Beside"})
    return (await world.services.orgs.create_node(world.owner, world.org_id, None, draft)).id


async def test_departments_are_made_and_changed_below_the_limits(world: World) -> None:
    here = {"organizationCode": "acme"}
    made = await world.ask(
        "POST create-department", {**here, "parentDepartmentId": world.bench, "name": "Night"}
    )
    renamed = {**here, "departmentId": made.department_id, "name": "Late", "parentDepartmentId": world.lab}
    assert (await world.ask("POST update-department", renamed)).name == "Late"
    node = await world.services.orgs.get_node(world.owner, made.department_id)
    assert (node.name, node.parent_id) == ("Late", world.lab)
    nobodys = new_id()
    unknown = await refusal(world.ask("POST update-department", {**renamed, "parentDepartmentId": nobodys}))
    out = await refusal(world.ask("POST update-department", {**renamed, "parentDepartmentId": world.sales}))
    assert out == (NodeNotFound, unknown[1].replace(nobodys, world.sales))
    for row, values in (
        ("POST update-department", {"name": "Ours alone"}),
        ("POST update-department-status", {"status": False}),
    ):
        given = {**here, "departmentId": world.lab, **values}
        assert (await refusal(world.ask(row, given)))[0] is LimitedRole
    assert (await world.services.orgs.get_node(world.owner, world.lab)).name == "Lab"


async def test_a_search_in_the_tree_finds_what_is_below_the_limits(world: World) -> None:
    orgs = world.services.orgs
    for parent in (world.lab, world.sales):
        await orgs.create_node(world.owner, world.org_id, parent, NodeDraft({"name": "Night shift"}))
    asked = {"organizationCode": "acme", "departmentId": world.lab, "keywords": "night"}
    found = await world.ask("GET list-department-branch", asked)
    assert (found.total_count, [one.parent_department_id for one in found.items]) == (1, [world.lab])
    assert [step.name for step in found.path] == ["Lab"]
    assert (await ask(world.services, world.owner, "GET list-department-branch", asked)).total_count == 2


async def test_what_ones_role_is_limited_to_is_told(world: World) -> None:
    told = await world.ask("GET get-own-limits", {})
    assert [(one.department_id, one.organization_code, one.name_path) for one in told.departments] == [
        (world.lab, "acme", ["Acme", "Lab"])
    ]
    assert told.limited
    free = await ask(world.services, world.owner, "GET get-own-limits", {})
    assert (free.limited, free.departments) == (False, [])


# -- who is limited ----------------------------------------------------------------------------------------


async def test_a_limited_viewer_changes_nothing(services: Services, pool: PoolForTests, make: Make) -> None:
    world = await new_world(services, pool, make, "viewer")
    assert (await world.ask("GET get-user", {"userId": world.ours.id})).user_id == world.ours.id
    writing = [row for row in ROWS if not all(scope.endswith(":read") for scope in row.scopes)]
    assert not any(limited.may(world.caller, row) for row in writing)


@pytest.mark.parametrize("roles", [[], ["owner"], ["application-editor"], [ROLE, "viewer"]])
async def test_only_some_roles_and_each_of_them_alone_are_limited_to_departments(
    services: Services, pool: PoolForTests, make: Make, roles: list[str]
) -> None:
    sown, one = await sow(services, pool.id), await make()
    with pytest.raises(InvalidInput) as refused:
        await services.administrators.set_roles(
            OPERATOR, one.id, pool.id, roles, [], [sown.values["departmentId"]]
        )
    assert refused.value.facts["field"] == "departments"


async def test_a_department_of_another_pool_limits_nobody(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, make: Make
) -> None:
    elsewhere, one = await sow(services, other_pool.id), await make()
    with pytest.raises(NodeNotFound):
        await services.administrators.set_roles(
            OPERATOR, one.id, pool.id, [ROLE], [], [elsewhere.values["departmentId"]]
        )


async def test_a_version_without_such_limits_gives_the_role_nothing(world: World) -> None:
    """While servers of both run: to one that knows limits to applications it is no role. And limits that are gone are
    none."""
    db, where = world.services.db, "where administrator_id = $1 and pool_id = $2"
    told = (world.administrator.id, world.caller.pool_id)
    stored = await db.fetchrow(
        f"select roles, applications, departments from administrator_roles {where}", *told
    )
    assert tuple(stored or ()) == ([f"{ROLE}:departments"], None, [world.lab])
    await db.execute(f"update administrator_roles set departments = null {where}", *told)
    nothing = await world.services.administrators.get(OPERATOR, world.administrator.id)
    assert nothing.limits == {world.caller.pool_id: Limits()}
    caller = await world.services.administrators.caller_in(nothing, world.caller.pool_id, Caller(told[1]))
    with pytest.raises(LimitedRole):
        await ask(world.services, caller, "POST list-users", {})


async def test_the_services_list_and_find_nobody_else_however_they_are_asked(world: World) -> None:
    """Behind the door, too: a limit is no matter of the wire alone."""
    caller = replace(world.caller, admitted=True)
    assert (await world.services.users.find_called(caller, [world.theirs.id, "eve"])) == [None, None]
    with pytest.raises(LimitedRole):
        await world.services.users.find_called(world.caller, [world.ours.id])
