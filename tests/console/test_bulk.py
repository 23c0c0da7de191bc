"""One thing done to many, in the console: chosen in the list, begun on a page, followed on another."""

from __future__ import annotations

import re

from tests.bulk.conftest import Works
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open

from poolhouse.groups.model import GroupDraft
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserQuery

HERE = "/pools/{pool}/users"
START = f"{HERE}/bulk"


async def begun(console: Console, query: str, **form: str) -> str:
    """The address of the act's page."""
    answer = await console.post(f"{START}?{query}", page=f"{START}?{query}", **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].removeprefix("/console")


async def statuses(services: Services, pool: PoolForTests) -> list[str]:
    found = await services.users.list(pool.administrator, UserQuery(page=PageRequest(1, 100)))
    return sorted(f"{user.username} {user.shown_status}" for user in found.items)


async def test_those_ticked_in_the_list_are_suspended(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    works = Works(services, pool)
    people = await works.people(3)
    one = await console("user-editor")
    listed = (await one.get(HERE)).text
    boxes = re.findall(r'name="user" value="([^"]+)" form="chosen"', listed)
    assert set(boxes) == {user.id for user in people}
    query = f"user={people[0].id}&user={people[2].id}"
    assert "2 users are selected" in (await one.get(f"{START}?{query}")).text
    page = await begun(one, query, act="BLOCK", note="left")
    shown = (await one.get(page)).text
    assert "Waiting" in shown
    assert 'hx-trigger="every 2s"' in shown
    await works.finish()
    shown = (await one.get(page)).text
    assert "Completed" in shown
    assert "2 done, 0 failed, of 2" in shown
    assert 'hx-trigger="every' not in shown
    assert await statuses(services, pool) == ["u0 Suspended", "u1 Activated", "u2 Suspended"]


async def test_all_that_match_are_those_of_the_list_on_every_page(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    works = Works(services, pool)
    await works.people(60, "anna")
    await works.people(2, "bert")
    await services.groups.create(pool.administrator, GroupDraft("g", "g"))
    one = await console("owner")
    listed = (await one.get(f"{HERE}?q=anna")).text
    found = re.search(r'href="[^"]*/users/bulk\?all=1&amp;([^"]*)"', listed)
    assert found
    query = f"all=1&{found[1]}"
    assert "60 users match now" in (await one.get(f"{START}?{query}")).text
    page = await begun(one, query, act="ADD_TO_GROUP", **{"with": "g"})
    await works.finish()
    assert "60 done, 0 failed, of 60" in (await one.get(page)).text
    assert (await services.groups.list_members(pool.administrator, "g", PageRequest(1, 1))).total == 60


async def test_a_deletion_waits_for_the_number(services: Services, pool: PoolForTests, console: Open) -> None:
    works = Works(services, pool)
    await works.people(3)
    one = await console("owner")
    for typed in ("", "2", "three", "3 ; drop"):
        answer = await one.post(f"{START}?all=1", page=f"{START}?all=1", act="DELETE", confirm=typed)
        assert answer.status_code == 400, typed
    assert (await services.bulk_acts.list(pool.administrator, PageRequest(1, 1))).total == 0
    await begun(one, "all=1", act="DELETE", confirm="3")
    await works.finish()
    assert await statuses(services, pool) == []


async def test_nobody_chosen_is_said_and_begins_nothing(console: Open) -> None:
    one = await console("owner")
    assert "Nobody is selected" in (await one.get(START)).text
    answer = await one.post(START, page=START, act="BLOCK")
    assert answer.status_code == 400
    assert "choose users first" in answer.text


async def test_what_roles_do_not_allow_stands_closed(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    (user,) = await Works(services, pool).people(1)
    viewer = await console("viewer")
    assert "Your roles do not let you do this" in (await viewer.get(HERE)).text
    assert '<button name="act"' not in (await viewer.get(f"{START}?user={user.id}")).text
    editor = (await (await console("user-editor")).get(f"{START}?user={user.id}")).text
    assert 'value="BLOCK"' in editor
    assert 'value="ASSIGN_ROLE"' not in editor  # it takes roles:write


async def test_failures_are_told_each_by_each_and_a_waiting_act_is_cancelled(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    works = Works(services, pool)
    first, second = await works.people(2)
    await services.users.delete(pool.administrator, [second.id])
    one = await console("owner")
    page = await begun(one, f"user={first.id}&user={second.id}", act="ACTIVATE")
    await works.finish()
    failed = (await one.get(f"{page}?only=failed")).text
    assert second.id in failed
    assert "gone" in failed
    assert f"/users/{first.id}" not in failed
    waiting = await begun(one, f"user={first.id}", act="BLOCK")
    assert (await one.post(f"{waiting}/cancel", page=waiting)).status_code == 303
    assert "Cancelled" in (await one.get(waiting)).text
    await works.finish()
    assert await statuses(services, pool) == ["u0 Activated"]
    assert (await one.get("/pools/{pool}/bulk-acts")).text.count("/bulk-acts/") >= 2
