import json
import subprocess
import sys
from pathlib import Path

from tests.postgres import on_database

from poolhouse.db.doctor import embedded_facts, server_facts


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
    assert wrong - {"durability", "round trip"} == set()  # the tests' server saves nothing, and they share it


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
