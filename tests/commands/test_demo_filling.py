"""What a new demonstration's pool holds, once, and whatever stopped its filling."""

from __future__ import annotations

import asyncpg
import pytest
from tests.conftest import PoolForTests

from poolhouse import phones
from poolhouse.commands import demo, demo_filling, demo_people, demo_things, postgres_demo
from poolhouse.commands.demo_filling import MOVED, begin, fill
from poolhouse.commands.demo_people import IN_POOL, in_legacy, in_pool
from poolhouse.commands.demo_things import CONTRACTORS_IN
from poolhouse.customdb import postgres as script_rows
from poolhouse.db.database import Database
from poolhouse.orgs.model import Node
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserDraft


@pytest.fixture
async def legacy_url(database_url: str) -> str:
    """The old table, in a schema of its own."""
    connection = await asyncpg.connect(database_url)
    await connection.execute("create schema if not exists legacy")
    await connection.close()
    url = f"{database_url}{'&' if '?' in database_url else '?'}search_path=legacy"
    await demo._fill(url)
    return url


FEW = 200


@pytest.fixture
def few_people(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stops a filling and goes on with it is the same for a tenth of the people."""
    monkeypatch.setattr(demo_people, "IN_POOL", FEW)


async def held(services: Services, pool: PoolForTests) -> dict[str, int]:
    """How much of everything the pool has."""
    caller, one = pool.administrator, PageRequest(1, 1)
    logins = await services.db.fetchval(
        "select count(*) from audit_records where pool_id = $1 and operation = 'login'", pool.id
    )
    return {
        "users": await services.db.fetchval("select count(*) from users where pool_id = $1", pool.id),
        "logins": logins,
        "orgs": (await services.orgs.list_orgs(caller, one)).total,
        "groups": (await services.groups.list(caller, one)).total,
        "roles": (await services.roles.list(caller, "default", one)).total,
        "apps": (await services.apps.list(caller, one)).total,
        "tenants": (await services.tenants.list(caller, one)).total,
        "sources": len(await services.sources.list(caller)),
        "keys": len(await services.access_keys.list(caller)),
        "policies": (await services.data_policies.list(caller, one)).total,
        "acts": (await services.bulk_acts.list(caller, one)).total,
        "imports": (await services.import_jobs.list(caller, one)).total,
        "files": (await services.import_files.list(caller, one)).total,
        "mails": (await services.mail.list_messages(caller, one)).total,
    }


def test_nobody_generated_is_twice_or_has_a_number_that_is_given_out() -> None:
    people = [*in_pool(), *in_legacy()]
    numbers = [phones.key(one.phone, one.phone_country_code) for one in people]
    assert len({one.username for one in people}) == len({*numbers}) == len(people)
    assert all(number.startswith(("+861420000", "+447700900")) for number in numbers)
    assert all(one.email.endswith(".example") and one.email.isascii() for one in people)
    assert in_pool() == in_pool()


async def test_a_new_pool_has_people_departments_and_a_month_of_sign_ins(
    services: Services, pool: PoolForTests, legacy_url: str
) -> None:
    assert await fill(services, pool.id, legacy_url) == "filled"
    found = await held(services, pool)
    assert found["users"] == IN_POOL + MOVED + CONTRACTORS_IN
    assert found["orgs"] == 1
    caller = pool.administrator
    (org,) = (await services.orgs.list_orgs(caller, PageRequest())).items
    nodes: list[Node] = await services.orgs.list_nodes(caller, org.id)
    assert max(node.depth for node in nodes) == 2
    members = await services.department_members.list_members(
        caller, org.root.id, PageRequest(), include_children=True
    )
    assert members.total > IN_POOL / 2
    figures = await services.statistics.of(caller, 30)
    assert sum(day.logins > 0 for day in figures.days) >= 28
    assert sum(day.logins + day.refusals for day in figures.days) >= 0.95 * found["logins"]
    assert sum(day.moved for day in figures.days) == MOVED
    assert {"WrongCredentials", "AccountSuspended", "AccountLocked"} <= set(figures.refusals)
    assert 100 < sum(day.users for day in figures.days) < IN_POOL / 2
    state = await services.migration.state(caller)
    assert state.progress.migrated == state.accounted == MOVED
    assert state.progress.failed
    valued = await services.db.fetchval(
        "select count(distinct target_id) from field_values where pool_id = $1 and target_type = 'USER'",
        pool.id,
    )
    assert valued > IN_POOL / 2


@pytest.mark.usefixtures("few_people")
async def test_filling_again_adds_nothing(services: Services, pool: PoolForTests, legacy_url: str) -> None:
    await fill(services, pool.id, legacy_url)
    before = await held(services, pool)
    assert await fill(services, pool.id, legacy_url) == "filled"
    assert await held(services, pool) == before


@pytest.mark.usefixtures("few_people")
@pytest.mark.parametrize(
    "where", ["_import", "_accounts", "_apps", "_organize", "add", "_values", "count_again"]
)
async def test_what_was_stopped_is_gone_on_with_and_nothing_is_there_twice(
    services: Services, pool: PoolForTests, legacy_url: str, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    """`where`: stopped when this was done, and nothing after it."""
    module = {"count_again": postgres_demo, "add": demo_things}.get(where, demo_filling)
    done = getattr(module, where)

    async def stopped(*given: object) -> None:
        await done(*given)
        raise KeyError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(module, where, stopped)
        with pytest.raises(KeyError, match="killed"):
            await fill(services, pool.id, legacy_url)
    assert (await held(services, pool))["logins"] == 0
    assert await fill(services, pool.id, legacy_url) == "filled"
    found = await held(services, pool)
    assert (found["users"], found["orgs"]) == (FEW + MOVED + CONTRACTORS_IN, 1)
    assert found["groups"] == found["apps"] == 4
    assert (found["tenants"], found["sources"], found["keys"], found["policies"]) == (3, 2, 3, 2)
    assert (found["acts"], found["imports"], found["files"]) == (1, 1, 1)


@pytest.mark.usefixtures("few_people")
async def test_nothing_of_a_demonstration_is_sent_or_offered(
    services: Services, pool: PoolForTests, legacy_url: str
) -> None:
    """Its people have addresses of nobody, and its identity sources names of no host."""
    await fill(services, pool.id, legacy_url)
    states = await services.db.fetch(
        "select status, count(*) as mails, min(created_at) < now() - interval '7 days' as is_old "
        "from mail_outbox where pool_id = $1 group by status",
        pool.id,
    )
    assert {one["status"] for one in states} == {"sent", "dead"}
    assert all(one["is_old"] for one in states)
    sources = await services.sources.list(pool.administrator)
    assert not any(one.states for source in sources for one in source.connections)


async def test_a_pool_that_had_people_is_left_as_it_is(
    services: Services, database: Database, pool: PoolForTests, legacy_url: str
) -> None:
    await database.execute(
        "insert into users (pool_id, id, username) values ($1, 'somebody', 'somebody')", pool.id
    )
    before = await held(services, pool)
    assert await fill(services, pool.id, legacy_url) == "another's"
    assert await held(services, pool) == before


@pytest.mark.usefixtures("few_people")
async def test_whoever_moves_while_it_is_filled_is_counted(
    services: Services, database: Database, pool: PoolForTests, legacy_url: str
) -> None:
    assert await begin(services, pool.id) == "begun"
    await script_rows.count_migration(database, pool.id, "migrated")
    await services.users.create(pool.administrator, UserDraft({"username": "bob"}))
    assert await fill(services, pool.id, legacy_url) == "filled"
    state = await services.migration.state(pool.administrator)
    assert state.progress.migrated == MOVED + 1
    assert (await held(services, pool))["users"] == FEW + MOVED + CONTRACTORS_IN + 1


async def test_a_filling_that_fails_is_told_and_does_not_end_the_server(
    services: Services, pool: PoolForTests, capsys: pytest.CaptureFixture[str]
) -> None:
    await demo._fill_and_tell(services, pool.id, "postgresql://127.0.0.1:1/none", 0.0)
    assert "goes on with it" in capsys.readouterr().out
    assert await begin(services, pool.id) == "begun"
