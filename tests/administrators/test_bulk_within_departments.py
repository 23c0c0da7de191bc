"""An act upon many by whoever is limited to departments: upon those who are in one when their turn comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.administrators.conftest import OPERATOR, Make
from tests.administrators.test_limits import ask
from tests.administrators.test_limits_departments import ROLE, World, new_world
from tests.bulk.conftest import Works
from tests.conftest import PoolForTests

from poolhouse.accounts.service import NewAccount
from poolhouse.bulk.acts import ACTS
from poolhouse.bulk.model import Act
from poolhouse.caller import Caller
from poolhouse.errors import LimitedRole, NotFound, UserNotFound
from poolhouse.ids import new_id
from poolhouse.orgs.model import Assignment
from poolhouse.services import Services
from poolhouse.users.model import Status, User, UserDraft

ALL = {"match": {"everybody": True}}


@pytest.fixture
async def world(services: Services, pool: PoolForTests, make: Make) -> World:
    return await new_world(services, pool, make)


@pytest.fixture
def works(services: Services, pool: PoolForTests) -> Works:
    return Works(services, pool)


async def start(world: World, **values: Any) -> Any:
    return await world.ask("POST start-bulk-act", values)


async def ended(world: World, works: Works, begun: Any) -> dict[str, str]:
    """The status, and of each user what became of them."""
    await works.finish()
    asked = {"actId": begun.act_id}
    found = await world.ask("GET list-bulk-act-results", asked)
    act = await world.ask("GET get-bulk-act", asked)
    outcomes = {one.user_id: one.message or one.outcome for one in found.items}
    return {"status": act.status, **outcomes}


async def statuses(world: World, *users: User) -> list[str]:
    return [(await world.services.users.get(world.owner, one.id)).status for one in users]


async def test_all_that_match_are_those_within(world: World, works: Works) -> None:
    for match in ({"everybody": True}, {"keywords": "example.com"}):
        begun = await start(world, act="BLOCK", match=match)
        assert begun.expected == 1
        assert await ended(world, works, begun) == {"status": "COMPLETED", world.ours.id: "DONE"}
        assert await statuses(world, world.ours, world.theirs) == ["Suspended", "Activated"]
        await world.services.accounts.set_status(world.owner, world.ours.id, Status.ACTIVATED)


async def test_somebody_of_others_who_is_named_is_as_one_who_does_not_exist(
    world: World, works: Works
) -> None:
    nobody = new_id()
    named = [world.theirs.id, nobody, world.ours.id]
    begun = await start(world, act="SET_FIELD", userIds=named, field="company", value="Acme")
    found = await ended(world, works, begun)
    assert found[world.ours.id] == "DONE"
    assert found[world.theirs.id] == found[nobody] == UserNotFound().message("zh-CN")
    after = await world.services.users.get(world.owner, world.theirs.id)
    assert after == world.theirs
    results = (await world.ask("GET list-bulk-act-results", {"actId": begun.act_id})).items
    assert {one.user_id: one.name for one in results if one.name} == {world.ours.id: world.ours.display_name}


async def test_who_is_within_is_judged_when_their_turn_comes(world: World, works: Works) -> None:
    """Whoever was put elsewhere since it was begun, and whoever came since they were named."""
    begun = await start(world, act="BLOCK", userIds=[world.ours.id, world.theirs.id])
    members = world.services.department_members
    await members.set_departments(world.owner, world.ours.id, [Assignment(world.sales)])
    await members.set_departments(world.owner, world.theirs.id, [Assignment(world.bench)])
    found = await ended(world, works, begun)
    assert (found[world.ours.id], found[world.theirs.id]) == (UserNotFound().message("zh-CN"), "DONE")
    assert await statuses(world, world.ours, world.theirs) == ["Activated", "Suspended"]


@pytest.mark.parametrize("act", sorted(name for name, row in ACTS.items() if not row.within))
async def test_what_is_not_done_within_limits_is_refused(world: World, act: Act) -> None:
    """Whatever the scopes."""
    caller = replace(world.caller, admitted=True, scopes=None)
    given = {"group": "staff", "role": "boss", "namespace": "default", "node": world.lab}
    with pytest.raises(LimitedRole):
        await world.services.bulk_acts.start(caller, act, given, user_ids=[world.ours.id], confirm=1)
    assert not (await world.ask("GET list-bulk-acts", {})).items


async def test_acts_of_others_are_not_there(world: World, works: Works) -> None:
    others = await world.services.bulk_acts.start(world.owner, "BLOCK", {}, user_ids=[world.ours.id])
    mine = await start(world, act="END_SESSIONS", **ALL)
    listed = await world.ask("GET list-bulk-acts", {})
    assert (listed.total_count, [one.act_id for one in listed.items]) == (1, [mine.act_id])
    for operation in ("GET get-bulk-act", "GET list-bulk-act-results", "POST cancel-bulk-act"):
        with pytest.raises(NotFound):
            await world.ask(operation, {"actId": others.id})
    free = await ask(world.services, world.owner, "GET list-bulk-acts", {})
    assert free.total_count == 2
    cancelled = await world.ask("POST cancel-bulk-act", {"actId": mine.act_id})
    assert cancelled.status == "CANCELLED"


@pytest.mark.parametrize("departments", [[], ["bench"], ["lab", "bench"]], ids=["none", "below", "more"])
async def test_an_act_stops_where_the_limits_are_others_by_then(
    world: World, works: Works, pool: PoolForTests, departments: list[str]
) -> None:
    """All is what there was to whoever began it: without limits it would be the whole pool."""
    begun = await start(world, act="BLOCK", **ALL)
    now = [getattr(world, one) for one in departments]
    await world.services.administrators.set_roles(OPERATOR, world.administrator.id, pool.id, [ROLE], [], now)
    await works.finish()
    act = await ask(world.services, world.owner, "GET get-bulk-act", {"actId": begun.act_id})
    assert (act.status, act.done, act.reason) == ("STOPPED", 0, LimitedRole().message("zh-CN"))
    assert await statuses(world, world.ours, world.theirs) == ["Activated", "Activated"]


async def test_an_act_that_was_begun_without_limits_stops_once_there_are_some(
    services: Services, pool: PoolForTests, make: Make, works: Works
) -> None:
    world = await new_world(services, pool, make)
    one = await make(roles={pool.id: ["user-editor"]})
    free = await services.administrators.caller_in(one, pool.id, Caller(pool.id))
    begun = await services.bulk_acts.start(free, "BLOCK", {}, user_ids=[world.theirs.id])
    await services.administrators.set_roles(OPERATOR, one.id, pool.id, [ROLE], [], [world.lab])
    await works.finish()
    assert (await services.bulk_acts.get(world.owner, begun.id)).status == "STOPPED"
    assert await statuses(world, world.theirs) == ["Activated"]


async def test_an_access_key_of_theirs_acts_within_the_same(
    world: World, works: Works, pool: PoolForTests
) -> None:
    made = await world.services.accounts.create(
        world.owner, [NewAccount(UserDraft({"username": "zed"}), department_ids=[world.bench])]
    )
    one = await world.services.administrators.caller_in(world.administrator, pool.id, Caller(pool.id))
    begun = await ask(world.services, one, "POST start-bulk-act", {"act": "BLOCK", **ALL})
    await works.finish()
    assert (begun.expected, begun.admin_user_id) == (2, world.administrator.id)
    assert await statuses(world, world.ours, world.theirs, *made) == ["Suspended", "Activated", "Suspended"]
