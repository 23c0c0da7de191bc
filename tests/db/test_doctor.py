import json
import os
import socket
import subprocess
import sys
from pathlib import Path

from tests.conftest import PoolForTests
from tests.postgres import on_database

from poolhouse.db.database import Database, opened
from poolhouse.db.doctor import Fact, embedded_facts, server_facts
from poolhouse.processes import EQUAL, Process
from poolhouse.services import Services
from poolhouse.settings import POSTGRESQL, SECRET, Settings, settings_known
from poolhouse.users.model import UserDraft


def doctor(*flags: str) -> tuple[int, list[dict[str, str]]]:
    program = "from poolhouse.cli import main; main()"
    said = subprocess.run(
        [sys.executable, "-c", program, "doctor", "--json", *flags], capture_output=True, text=True
    )
    return said.returncode, json.loads(said.stdout)


async def test_a_migrated_server_is_well(database_url: str) -> None:
    facts = {fact.name: fact async for fact in server_facts(database_url, 10)}
    assert facts["server"].value.startswith("PostgreSQL ")
    assert facts["role"].value == "primary"
    wrong = {name for name, fact in facts.items() if fact.fault}
    # the tests' server saves nothing, and they share it
    assert wrong - {"durability", "round trip", "passwords for verifyPassword"} == set()


async def test_what_is_wrong_is_told(postgres_url: str) -> None:
    facts = {fact.name: fact async for fact in server_facts(on_database(postgres_url, "postgres"), 500)}
    assert "poolhouse migrate" in str(facts["schema"].fault)
    assert "max_connections" in str(facts["connections"].fault)


async def test_a_server_that_does_not_answer_is_one_fact() -> None:
    facts = [fact async for fact in server_facts("postgresql://x:y@127.0.0.1:1/z", 10)]
    assert [fact.name for fact in facts if fact.fault] == ["connection"]


def test_of_an_empty_folder_the_binaries_are_told_and_nothing_is_made(tmp_path: Path) -> None:
    facts = {fact.name: fact for fact in embedded_facts(tmp_path, None)}
    assert facts["binaries"].fault is None
    assert list(tmp_path.iterdir()) == []


def test_the_command_tells_of_database_and_sandbox(database_url: str, tmp_path: Path) -> None:
    _, told = doctor("--database-url", database_url)
    assert {"database", "sandbox"} <= {row["part"] for row in told}
    status, told = doctor("--data", str(tmp_path))
    assert "not running" in {row["value"] for row in told if row["what"] == "server"}
    assert status == 0


async def test_passwords_without_the_function_that_judges_them_are_told(
    services: Services, pool: PoolForTests
) -> None:
    admin = pool.administrator
    source = "async function verifyPassword() { return true; }"
    saved = await services.customdb.save_script(admin, "verifyPassword", source)
    await services.customdb.publish(admin, "verifyPassword", saved.version)
    await services.users.create(admin, UserDraft({"username": "wang"}, password_hash="odd:form"))
    fact = await function_fact(services.db.url)
    assert fact.value != "0"
    assert pool.id not in (fact.fault or "")
    await services.customdb.withdraw(admin, "verifyPassword")
    assert f"1 of pool {pool.id}" in ((await function_fact(services.db.url)).fault or "")


async def function_fact(url: str) -> Fact:
    return {fact.name: fact async for fact in server_facts(url, 10)}["passwords for verifyPassword"]


async def test_jobs_that_fail_or_are_overdue_are_told(
    database_url: str, services: Services, legacy_url: str
) -> None:
    await services.db.execute(
        "insert into maintenance_runs (name, started_at, finished_at, rows, seconds, failures, failed_at, error) "
        "values ('sessions', now() - interval '1 hour', now() - interval '1 hour', 7, 1.5, 0, null, null), "
        "('login', now(), now(), 7, 0, 3, now() - interval '1 hour', 'KeyError'), "
        "('mail', now() - interval '1 day', now() - interval '1 day', 0, 0, 1, now(), 'KeyError') "
        "on conflict (name) do update set started_at = excluded.started_at, finished_at = excluded.finished_at, "
        "rows = excluded.rows, seconds = excluded.seconds, failures = excluded.failures, "
        "failed_at = excluded.failed_at, error = excluded.error"
    )
    try:
        told = {row["what"]: row for row in doctor("--database-url", database_url)[1]}
        assert told["maintenance: sessions"]["value"].endswith("UTC, 7 rows in 1.50 s, 0 failures")
        assert told["maintenance: sessions"]["wrong"] == "", "no server runs on it"
        assert told["maintenance: login"]["wrong"] == "", "it has worked since"
        assert "KeyError" in told["maintenance: mail"]["wrong"]
        async with opened(legacy_url, name="poolhouse node test") as node:
            await node.listen("anything", heard)
            told = {row["what"]: row for row in doctor("--database-url", database_url)[1]}
        assert told["maintenance: sessions"]["wrong"] == "", "it runs on another database of the server"
        async with opened(database_url, name="poolhouse node test") as node:
            await node.listen("anything", heard)
            told = {row["what"]: row for row in doctor("--database-url", database_url)[1]}
        assert "overdue" in told["maintenance: sessions"]["wrong"]
    finally:
        await services.db.execute("delete from maintenance_runs where name in ('sessions', 'login', 'mail')")


async def heard(_payload: str | None) -> None:
    """Nothing is sent."""


async def test_the_processes_of_all_nodes_are_told_with_what_is_wrong_or_not_the_same(
    database: Database, database_url: str
) -> None:
    processes = [Process(database, Settings(database_connections=many)) for many in (7, 9, 10)]
    ids = [one.id for one in processes]
    try:
        for one in processes:
            await one.beat()
        told = {row["what"]: row for row in doctor("--database-url", database_url)[1]}
        pid = f"process {socket.gethostname()} {os.getpid()}"
        assert " connections, clock " in told[pid]["value"]
        assert told[pid]["wrong"] == ""
        assert "versions" not in told
        assert f"up to {7 + 3 + 1 + 9 + 4 + 1 + 10 + 5 + 1} by 3 processes" in told["connections"]["value"]
        for change in (
            "host = 'hung', seen_at = now() - interval '40 seconds'",
            "host = 'fast', clock_ahead_s = 600, settings = settings || '{\"trusted_proxies\": \"2\"}'",
            "host = 'other', version = '0.9', replica = 'silent'",
        ):
            await database.execute(f"update server_processes set {change} where id = $1", ids.pop())
        told = {row["what"]: row for row in doctor("--database-url", database_url)[1]}
    finally:
        await database.execute("delete from server_processes")
    pid = f"{os.getpid()}"
    assert "not heard of for 4" in told[f"process hung {pid}"]["wrong"]
    assert "NTP" in told[f"process fast {pid}"]["wrong"]
    assert "standby" in told[f"process other {pid}"]["wrong"]
    assert "0.9" in told["versions"]["value"]
    assert f"fast {pid}: 2" in told["POOLHOUSE_TRUSTED_PROXIES"]["value"]
    assert [name for name in told if name.startswith("POOLHOUSE_")] == ["POOLHOUSE_TRUSTED_PROXIES"]


async def test_a_row_that_nobody_has_written_for_an_hour_goes(database: Database) -> None:
    old, new = Process(database, Settings()), Process(database, Settings())
    await old.beat()
    gone = "update server_processes set seen_at = now() - interval '61 minutes' where id = $1"
    await database.execute(gone, old.id)
    await new.beat()
    left = [row["id"] for row in await database.fetch("select id from server_processes")]
    await database.execute("delete from server_processes where id = $1", new.id)
    assert old.id not in left
    assert new.id in left


def test_what_must_be_the_same_on_every_node_is_a_setting_that_holds_no_secret() -> None:
    known = settings_known()
    assert [name for name in EQUAL if known[name].kind in (SECRET, POSTGRESQL)] == []
