"""A version with a number below one that is in already: refused in this repository, applied where it happened."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import asyncpg
import pytest
from tests.postgres import run_sql

from poolhouse.db import migrations
from poolhouse.db.doctor import server_facts
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.db.migrations import migrate, pending
from poolhouse.db.migrations.chain import revisions

LANDED = Path(__file__).parent / "versions_as_landed.txt"
OF_BEFORE = 81
"""So many landed before the order was held to."""
NEVER_SEEN = ("0151", "0155")
"""What databases of the commits from d46cc386 on lack, until 5a616c20."""
LATE = (
    *("0058", "0073", "0083", "0088", "0091", "0104", "0117", "0118", "0136", "0138", "0143"),
    *NEVER_SEEN,
)
"""All that a database may have passed over and come to the newest version all the same."""

CATALOG = """
select 'column ' || c.relname || '.' || a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || ' ' || a.attnotnull
    || ' ' || c.relpersistence::text || coalesce(pg_get_expr(d.adbin, d.adrelid), '')
  from pg_class c join pg_attribute a on a.attrelid = c.oid
  left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
  where c.relnamespace = 'public'::regnamespace and a.attnum > 0 and not a.attisdropped and c.relkind in ('r', 'p')
union all select pg_get_indexdef(indexrelid) || indisvalid from pg_index i join pg_class c on c.oid = i.indexrelid
  where c.relnamespace = 'public'::regnamespace and not c.relispartition
union all select conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) || convalidated
  from pg_constraint where connamespace = 'public'::regnamespace
union all select oid::regprocedure || ' ' || prosrc from pg_proc where pronamespace = 'public'::regnamespace
union all select pg_get_triggerdef(oid) from pg_trigger where not tgisinternal
"""


@contextmanager
def program_with(
    versions: Sequence[str], made: dict[str, SimpleNamespace], patch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Poolhouse knows these versions, and no other; `made` are some that are not in the folder."""
    real = migrations._module
    with patch.context() as while_it_lasts:
        while_it_lasts.setattr(migrations, "revisions", lambda: tuple(sorted(versions)))
        while_it_lasts.setattr(migrations, "_module", lambda one: made.get(one) or real(one))
        yield


async def made_without(url: str, versions: Sequence[str], patch: pytest.MonkeyPatch) -> None:
    """A database of before, whose program had them not yet when it was made."""
    with program_with([one for one in revisions() if one not in versions], {}, patch):
        await migrate(url)
    run_sql(url, "drop table schema_versions")


async def catalog(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        return {row[0] for row in await connection.fetch(CATALOG)}
    finally:
        await connection.close()


async def told(url: str) -> str | None:
    [found] = [fact.fault async for fact in server_facts(url, 10) if fact.name == "schema"]
    return found


def test_a_new_version_has_the_highest_number_and_stands_last_in_the_list() -> None:
    """Whoever adds one writes it at the end of `versions_as_landed.txt`: two that land at once conflict there."""
    landed = LANDED.read_text().split()
    assert sorted(landed) == list(revisions()), "each version stands in the list once"
    assert landed[OF_BEFORE - 1] == "0155", "new ones stand at the end"
    for place in range(OF_BEFORE, len(landed)):
        assert landed[place] > max(landed[:place]), f"{landed[place]} is passed over: give it a higher number"


@pytest.mark.not_on_citus("what it is compared with is distributed, and so has no triggers")
async def test_what_a_database_of_before_passed_over_is_found_and_applied(
    empty: str, empty_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made_without(empty, LATE, monkeypatch)
    assert await pending(empty) == [*LATE]
    assert "0151, 0155" in (await told(empty) or "")
    assert await migrate(empty) == [*LATE]
    assert (await pending(empty), await told(empty)) == ([], None)
    assert await catalog(empty) == await catalog(empty_url)


async def test_one_that_stopped_half_way_is_gone_on_with_and_not_taken_for_whole(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await made_without(empty, NEVER_SEEN, monkeypatch)
    whole = migrations._module("0151").UP
    broken = {"0151": SimpleNamespace(UP=(*whole[:3], "select 1 / 0;", *whole[4:]))}
    with (
        program_with(revisions(), broken, monkeypatch),
        pytest.raises(asyncpg.DivisionByZeroError),
    ):
        await migrate(empty)
    assert await pending(empty) == [*NEVER_SEEN]
    assert await migrate(empty) == [*NEVER_SEEN]
    assert await pending(empty) == []


async def test_one_below_the_newest_is_applied_and_taken_back_by_what_is_recorded(
    empty: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await migrate(empty)
    birds = {"0157": SimpleNamespace(UP="create table birds (pool_id text);", DOWN="drop table birds;")}
    with program_with([*revisions(), *birds], birds, monkeypatch):
        assert await pending(empty) == ["0157"]
        assert await migrate(empty) == ["0157"]
        assert (await pending(empty), await migrate(empty)) == ([], [])
        above = [one for one in sorted([*revisions(), *birds]) if one > "0155"]
        assert await migrate(empty, "0155") == above[::-1]
        assert await migrate(empty) == above
    # A program that does not know it is too old, though it knows the newest.
    with pytest.raises(DatabaseUnfit, match="0157"):
        await pending(empty)


async def test_what_a_program_of_before_did_is_seen(empty: str) -> None:
    """It writes `alembic_version` alone."""
    await migrate(empty)
    run_sql(empty, "delete from schema_versions where version > '0151'")
    assert await pending(empty) == []
    run_sql(empty, "update alembic_version set version_num = '0151'")
    assert await pending(empty) == [one for one in revisions() if one > "0151"]


async def test_two_nodes_at_once_apply_it_once(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    await made_without(empty, NEVER_SEEN, monkeypatch)
    both = await asyncio.gather(migrate(empty), migrate(empty))
    assert sorted(both, key=len) == [[], [*NEVER_SEEN]]
