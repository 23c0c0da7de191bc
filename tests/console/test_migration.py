"""The pages of a migration: how far it is, who has not come, and its end, which is begun by a typed name and paused by
leaving."""

from __future__ import annotations

import re

import pytest
from tests.client.test_migration import migrating
from tests.conftest import PoolForTests
from tests.console.conftest import Open

from poolhouse.customdb import postgres
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.console.migration import finishing

HERE = "/pools/{pool}/migration"
FINISH = f"{HERE}/finish"


async def name_of(services: Services, pool: PoolForTests) -> str:
    return (await services.pools.get(pool.id)).name


async def test_how_far_it_is_and_why_some_did_not_come(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await migrating(services, pool)
    for outcome in ("migrated", "script error", "script error", "conflict"):
        await postgres.count_migration(services.db, pool.id, outcome)
    page = (await (await console("owner")).get(HERE)).text
    assert re.findall(r'class="figure">([^<]+)<', page) == ["4", "1", "0", "205"]
    assert "refused by the script" in page
    assert '<progress id="way" max="205" value="0">' in page
    assert re.search(r"At this rate it ends</dt><dd><time", page)
    assert "/calls?script=login&amp;result=failed" in page


async def test_the_curve_is_drawn_with_its_figures(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await migrating(services, pool)
    admin = pool.administrator
    await services.migration.begin(admin)
    await services.migration.move(admin, 0)
    page = (await (await console("owner")).get(HERE)).text
    assert "People here so far" in page
    assert "100 people now" in page
    assert re.search(r"<tr><td>[\d-]+</td><td>100</td></tr>", page)
    assert re.search(r"At this rate it ends</dt><dd><time", page)


async def test_a_pool_that_migrates_nobody_says_so(console: Open) -> None:
    page = (await (await console("owner")).get(HERE)).text
    assert "Lazy migration is switched off" in page
    waiting = await (await console("owner")).get(f"{HERE}/waiting")
    assert 'role="alert"' in waiting.text


async def test_who_has_not_come_is_paged(services: Services, pool: PoolForTests, console: Open) -> None:
    await migrating(services, pool)
    await services.migration.begin(pool.administrator)
    await services.migration.move(pool.administrator, 0)
    one = await console("owner")
    here = (await one.get(f"{HERE}/waiting")).text
    assert "Of people 1 to 50 of 205 in the old database, 0 have not come" in here
    assert "Everybody of this page is here" in here
    last = (await one.get(f"{HERE}/waiting?page=5")).text
    assert "Of people 201 to 205 of 205 in the old database, 5 have not come" in last
    assert "<td>old-204</td><td>m204</td>" in last
    assert 'rel="next"' not in last


async def test_the_end_is_begun_by_the_name_of_the_pool_alone(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await migrating(services, pool)
    one = await console("owner")
    wrong = await one.post(FINISH, page=FINISH, confirm="another")
    assert wrong.status_code == 400
    assert "not the pool&#39;s name" in wrong.text
    assert (await services.migration.state(pool.administrator)).finish is None
    right = await one.post(FINISH, page=FINISH, confirm=await name_of(services, pool))
    assert right.headers["location"].endswith("/migration/finish?go=1")
    running = (await one.get(f"{FINISH}?go=1")).text
    assert 'hx-trigger="load delay:100ms"' in running
    assert "Moving people in" in running
    paused = (await one.get(FINISH)).text
    assert 'hx-trigger="load' not in paused
    assert "Paused" in paused


async def test_it_goes_on_where_it_stopped_until_everybody_was_looked_at(
    services: Services, pool: PoolForTests, console: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrating(services, pool)
    await services.users.create(pool.administrator, UserDraft({"username": "m7", "email": "other@x.cn"}))
    one = await console("owner")
    await one.post(FINISH, page=FINISH, confirm=await name_of(services, pool))
    monkeypatch.setattr(finishing, "MOST_PAGES", 1)
    first = (await one.post(f"{FINISH}/next", page=FINISH)).text
    assert "99 moved in, 0 were here, 1 were refused" in first
    assert "100 of 205 people of the old database were looked at" in first
    monkeypatch.setattr(finishing, "MOST_PAGES", 20)
    last = (await one.post(f"{FINISH}/next", page=FINISH)).text
    assert "Finished" in last
    assert 'hx-trigger="load' not in last
    assert "204 moved in" in last
    refused = (await one.get(f"{HERE}/refused")).text
    assert "<td>old-7</td>" in refused
    assert "1 in all" in refused
    again = await one.post(f"{FINISH}/next", page=FINISH)
    assert again.status_code == 200
    assert (await services.migration.state(pool.administrator)).progress is not None


async def test_a_list_that_fails_pauses_it_and_says_why(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await migrating(services, pool)
    one = await console("owner")
    await one.post(FINISH, page=FINISH, confirm=await name_of(services, pool))
    broken = "function listUsers() { throw new Error('the shop is closed'); }"
    version = (await services.customdb.save_script(pool.administrator, "listUsers", broken)).version
    await services.customdb.publish(pool.administrator, "listUsers", version)
    answer = await one.post(f"{FINISH}/next", page=FINISH)
    assert "the shop is closed" in answer.text
    assert "Paused" in answer.text
    assert 'hx-trigger="load' not in answer.text


async def test_going_on_with_what_was_never_begun_is_refused(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await migrating(services, pool)
    answer = await (await console("owner")).post(f"{FINISH}/next", page=FINISH)
    assert answer.status_code == 422
    assert (await services.migration.state(pool.administrator)).accounted == 0


async def test_a_deleted_user_is_let_in_again_and_nobody_else(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await services.db.execute(
        "insert into user_tombstones (pool_id, provider, user_id_in_idp) values ($1, 'custom-database', 'old-7')",
        pool.id,
    )
    one = await console("owner")
    unknown = await one.post(f"{HERE}/readmit", page=HERE, old_id="old-8")
    assert unknown.status_code == 404
    assert 'role="alert"' in unknown.text
    assert 'value="old-8"' in unknown.text
    known = await one.post(f"{HERE}/readmit", page=HERE, old_id=" old-7 ")
    assert known.headers["location"].endswith("?done=done_readmitted")
    assert not await postgres.is_tombstone(services.db, pool.id, "old-7")


async def test_what_a_role_does_not_allow_is_off_with_the_reason(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await migrating(services, pool)
    page = (await (await console("viewer")).get(HERE)).text
    assert re.search(r'class="button off"[^>]*>Finish the migration', page)
    assert re.search(r'name="old_id"[^>]* disabled', page)
    assert f'href="/console/pools/{pool.id}/migration/waiting"' in page
