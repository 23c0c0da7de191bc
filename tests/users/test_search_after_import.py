"""People of a large import are searched once it is done, whatever becomes of it and of them meanwhile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.jobs import piece_of

from poolhouse.directory import search
from poolhouse.directory.totals import Totals
from poolhouse.migration import import_batches, postgres_searching
from poolhouse.migration.importing import ImportProgress
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft, UserKey, UserQuery

PEOPLE, BATCH = 9, 3


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_batches, "BATCH_ROWS", BATCH)
    monkeypatch.setattr(postgres_searching, "LATER_FROM", BATCH - 1)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    people = [{"id": n, "username": f"sought{n}", "name": "莫言"} for n in range(PEOPLE)]
    (tmp_path / "people.jsonl").write_text("".join(json.dumps(row) + "\n" for row in people))
    return tmp_path / "people.jsonl"


class Killed(Exception):
    pass


@pytest.fixture
def killed(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """An import ends before its first search row. `undo` lets the next one end."""

    async def write_all(*_: Any) -> None:
        raise Killed

    monkeypatch.setattr(postgres_searching, "write_all", write_all)
    return monkeypatch


async def bring_in(services: Services, pool: PoolForTests, file: Path, **options: Any) -> ImportProgress:
    return await services.imports.from_file(pool.administrator, file, **options)


async def found(services: Services, pool: PoolForTests, keyword: str) -> int:
    return (await services.users.list(pool.administrator, UserQuery(keyword=keyword))).total


async def named(services: Services, pool: PoolForTests, name: str) -> User:
    user = await services.users.find(pool.administrator, UserKey("username", name))
    assert user is not None
    return user


async def test_once_it_is_done_everybody_is_found_and_in_no_other_pool(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, file: Path
) -> None:
    told: list[int] = []
    done = await bring_in(services, pool, file, report=lambda progress: told.append(progress.unsearched))
    assert done.journal.imported == PEOPLE
    assert await found(services, pool, "sought") == await found(services, pool, "莫") == PEOPLE
    assert await found(services, other_pool, "sought") == 0
    assert {BATCH, 2 * BATCH} & set(told)
    assert told[-1] == await postgres_searching.waiting(services.db, pool.id) == 0


async def test_a_killed_one_is_resumed(
    services: Services, pool: PoolForTests, file: Path, killed: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Killed):
        await bring_in(services, pool, file)
    assert (await services.users.list(pool.administrator, UserQuery())).total == PEOPLE
    assert await found(services, pool, "sought") == 0
    killed.undo()
    done = await bring_in(services, pool, file, resume=True)
    assert (done.journal.imported, done.journal.skipped) == (PEOPLE, 0)
    assert await found(services, pool, "sought") == PEOPLE


async def test_one_that_nobody_resumes_is_ended_by_maintenance(
    services: Services, pool: PoolForTests, file: Path, killed: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Killed):
        await bring_in(services, pool, file)
    await piece_of(services.db, "user_search")
    assert await found(services, pool, "sought") == 0, "not while it may be on its way"
    await services.db.execute(
        "update user_search_waiting set "
        "created_at = (created_at at time zone 'UTC' - interval '10 minutes') at time zone 'UTC' "
        "where pool_id = $1",
        pool.id,
    )
    while await piece_of(services.db, "user_search"):
        pass
    assert await found(services, pool, "sought") == PEOPLE


async def test_who_changes_or_goes_before_is_found_as_they_are(
    services: Services, pool: PoolForTests, file: Path, killed: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Killed):
        await bring_in(services, pool, file)
    renamed, gone = await named(services, pool, "sought1"), await named(services, pool, "sought2")
    await services.users.update(pool.administrator, renamed.id, UserDraft({"username": "somebody"}))
    await services.users.delete(pool.administrator, [gone.id])
    killed.undo()
    await postgres_searching.write_all(services.db, pool.id)
    assert await found(services, pool, "sought") == PEOPLE - 2
    assert await found(services, pool, "somebody") == 1


async def test_a_kept_total_ends_when_search_rows_come(
    services: Services, pool: PoolForTests, file: Path, killed: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Killed):
        await bring_in(services, pool, file)
    killed.undo()
    totals, query = Totals(services.db, large=0, slow_s=0, stale_s=0), UserQuery(keyword="sought")
    assert (await search.page(services.db, totals, pool.id, query)).total == 0
    await postgres_searching.write_all(services.db, pool.id)
    assert (await search.page(services.db, totals, pool.id, query)).total == PEOPLE


async def test_a_few_people_are_searched_at_once(
    services: Services, pool: PoolForTests, tmp_path: Path, killed: pytest.MonkeyPatch
) -> None:
    few = tmp_path / "few.jsonl"
    few.write_text('{"username": "sought1"}\n{"username": "sought2"}\n')
    with pytest.raises(Killed):
        await bring_in(services, pool, few)
    assert await found(services, pool, "sought") == 2
