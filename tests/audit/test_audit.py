from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from poolhouse.audit.model import Act, Event, RecordQuery
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import NotAuthenticated, NotPermitted
from poolhouse.ids import new_id
from poolhouse.paging import PageRequest

FIRST = PageRequest(1, 10)


def administrator(pool_id: str) -> Caller:
    return Caller(pool_id, "administrator", actor_id="ak1", ip="198.51.100.7", request_id="r1")


def person(pool_id: str, user_id: str, app_id: str | None = None) -> Caller:
    return Caller(pool_id, "user", actor_id=user_id, app_id=app_id, user_agent="curl/8", ip="203.0.113.9")


@pytest.fixture
def audit(database: Database) -> AuditLog:
    return AuditLog(database)


@pytest.fixture
def pool_id() -> str:
    return new_id()


async def test_a_stranger_may_not_read_the_log(audit: AuditLog, pool_id: str) -> None:
    with pytest.raises(NotAuthenticated):
        await audit.list_records(Caller(pool_id), RecordQuery("administrator"), FIRST)
    with pytest.raises(NotPermitted):
        await audit.list_records(person(pool_id, "u1"), RecordQuery("user"), FIRST)


async def test_a_row_is_read_as_it_was_written(audit: AuditLog, database: Database, pool_id: str) -> None:
    event = Event(
        "update", "user", resource_id="u1", user_id="u1", user_name="张三", detail={"before": {"a": 1}}
    )
    async with database.transaction() as tx:
        await audit.write(tx, administrator(pool_id), event)
    page = await audit.list_records(administrator(pool_id), RecordQuery("administrator"), FIRST)
    [row] = page.items
    assert page.total == 1
    assert (row.operation, row.resource_type, row.user_id, row.user_name) == ("update", "user", "u1", "张三")
    assert (row.actor_id, row.ip, row.request_id, row.success) == ("ak1", "198.51.100.7", "r1", True)
    assert row.detail == {"before": {"a": 1}}
    assert abs(datetime.now(UTC) - row.at) < timedelta(minutes=1)


async def test_another_pools_rows_are_invisible(audit: AuditLog, database: Database, pool_id: str) -> None:
    await audit.write(database, administrator(new_id()), Event("create", "user"))
    page = await audit.list_records(administrator(pool_id), RecordQuery("administrator"), FIRST)
    assert (page.total, page.items) == (0, [])


async def test_a_user_reads_their_own_acts_alone(audit: AuditLog, database: Database, pool_id: str) -> None:
    for user_id in ("u1", "u2"):
        await audit.write(database, person(pool_id, user_id), Event("login", "user"))
    own = await audit.list_records(person(pool_id, "u1"), RecordQuery("user", user_ids=("u1",)), FIRST)
    assert [row.user_id for row in own.items] == ["u1"]
    with pytest.raises(NotPermitted):
        await audit.list_records(person(pool_id, "u1"), RecordQuery("user", user_ids=("u2",)), FIRST)


async def test_the_row_goes_with_the_act(audit: AuditLog, database: Database, pool_id: str) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            await audit.write(tx, administrator(pool_id), Event("delete", "group"))
            raise RuntimeError("the act fails after all")
    page = await audit.list_records(administrator(pool_id), RecordQuery("administrator"), FIRST)
    assert page.total == 0


async def test_a_refused_login_is_written_though_the_login_is_rolled_back(
    audit: AuditLog, database: Database, pool_id: str
) -> None:
    stranger = Caller(pool_id, app_id="a1", ip="203.0.113.9")
    with pytest.raises(RuntimeError):
        async with database.transaction() as tx:
            await tx.execute("select 1")
            raise RuntimeError("wrong password")
    await audit.write_refusal(stranger, Event("login", "user", success=False, detail={"account": "nobody"}))
    page = await audit.list_records(administrator(pool_id), RecordQuery("user"), FIRST)
    assert [(row.operation, row.success, row.user_id) for row in page.items] == [("login", False, None)]


async def test_any_typed_name_can_be_written(audit: AuditLog, pool_id: str) -> None:
    stranger = Caller(pool_id, user_agent="\0 agent")
    await audit.write_refusal(
        stranger,
        Event("login", "user", user_name="a\0b\ud800", success=False, detail={"account": "\0\udfff"}),
    )
    page = await audit.list_records(administrator(pool_id), RecordQuery("user"), FIRST)
    assert page.items[0].user_name == "a\ufffdb\ufffd"
    assert page.items[0].detail == {"account": "\ufffd\ufffd"}


ROWS = [
    (person("", "u1", "app1"), Event("login", "user")),
    (person("", "u1", "app2"), Event("update", "user")),
    (replace(person("", "u2", "app1"), ip="192.0.2.1"), Event("login", "user", success=False)),
    (person("", "u2"), Event("update_password", "user")),
    (replace(person("", "u3", "app1"), tenant_id="t1", request_id="r9"), Event("create", "group")),
]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (RecordQuery("user"), [4, 3, 2, 1, 0]),
        (RecordQuery("user", acts=(Act("login"),)), [2, 0]),
        (RecordQuery("user", acts=(Act("login"), Act("update_password", "user"))), [3, 2, 0]),
        (RecordQuery("user", acts=(Act("create", "user"),)), []),
        (RecordQuery("user", resource_types=("group",)), [4]),
        (RecordQuery("user", user_ids=("u2", "u3")), [4, 3, 2]),
        (RecordQuery("user", actor_ids=("u1",)), [1, 0]),
        (RecordQuery("user", app_ids=("app1",)), [4, 2, 0]),
        (RecordQuery("user", only_in_apps=True), [4, 2, 1, 0]),
        (RecordQuery("user", tenant_id="t1"), [4]),
        (RecordQuery("user", ip="192.0.2.1"), [2]),
        (RecordQuery("user", request_id="r9"), [4]),
        (RecordQuery("user", success=False), [2]),
        (RecordQuery("user", start=datetime(2000, 1, 1, tzinfo=UTC)), [4, 3, 2, 1, 0]),
        (RecordQuery("user", end=datetime(2000, 1, 1, tzinfo=UTC)), []),
        (RecordQuery("administrator"), []),
    ],
)
async def test_each_filter_filters(
    audit: AuditLog, database: Database, pool_id: str, query: RecordQuery, expected: list[int]
) -> None:
    for caller, event in ROWS:
        await audit.write(database, replace(caller, pool_id=pool_id), event)
    page = await audit.list_records(administrator(pool_id), query, FIRST)
    acts = [(caller.actor_id, event.operation, caller.app_id) for caller, event in ROWS]
    assert [acts.index((row.actor_id, row.operation, row.app_id)) for row in page.items] == expected
    assert page.total == len(expected)


async def test_pages_neither_repeat_nor_lose_rows(audit: AuditLog, database: Database, pool_id: str) -> None:
    for _ in range(7):
        await audit.write(database, administrator(pool_id), Event("create", "role", resource_id=new_id()))
    seen = []
    for number in (1, 2, 3, 4):
        page = await audit.list_records(
            administrator(pool_id), RecordQuery("administrator"), PageRequest(number, 3)
        )
        assert page.total == 7
        seen += [row.resource_id for row in page.items]
    assert len(seen) == len(set(seen)) == 7


async def test_logins_through_an_application_are_counted(
    audit: AuditLog, database: Database, pool_id: str
) -> None:
    for user_id, success in (("u1", True), ("u1", True), ("u2", True), ("u3", False)):
        await audit.write(database, person(pool_id, user_id, "app1"), Event("login", "user", success=success))
    assert await audit.count_logins(administrator(pool_id), "app1") == (3, 2)
    assert await audit.count_logins(administrator(new_id()), "app1") == (0, 0)
