"""A database from before a number was one however it is written (schema 0024): everybody is still found, nobody is
merged, and the doctor tells who is here twice."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import asyncpg
import pytest
from tests.postgres import on_database, run_sql

from poolhouse.caller import Caller
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db.database import opened
from poolhouse.db.migrations import migrate
from poolhouse.errors import PhoneTaken
from poolhouse.ids import new_id
from poolhouse.services import Services, build
from poolhouse.settings import Settings
from poolhouse.users.model import UserDraft, UserKey

BEFORE = "0024"
PEOPLE: dict[str, dict[str, str]] = {
    "home": {"phone": "13900000001"},
    "abroad": {"phone": "2025550123", "phone_country_code": "+1"},
    "elder": {"phone": "13900000002"},
    "twin": {"phone": "+8613900000002"},
    "extension": {"phone": "138"},
    "odd country": {"phone": "13900000003", "phone_country_code": "nowhere"},
    "plain": {"username": "zo\u00e9"},
    "decomposed": {"username": "zoe\u0301"},
    "alone": {"username": "rene\u0301", "email": "rene\u0301@example.com"},
    "any text": {"email": "abcdefghij"},
}


@dataclass
class Upgraded:
    url: str
    services: Services
    administrator: Caller

    async def by(self, kind: str, value: str, country_code: str | None = None) -> str | None:
        key = UserKey(kind, value, country_code)  # type: ignore[arg-type]
        user = await self.services.users.find(self.administrator, key)
        return user.id if user else None


@pytest.fixture
async def upgraded(postgres_url: str, tmp_path: Path) -> AsyncIterator[Upgraded]:
    name = f"upgrade_{new_id()}"
    run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
    url = on_database(postgres_url, name)
    await migrate(url, BEFORE)
    connection = await asyncpg.connect(url)
    await connection.execute("insert into pools (id, name, domain, secret) values ('p', 'old', 'old', '')")
    for place, (user_id, values) in enumerate(PEOPLE.items()):
        await connection.execute(
            f"insert into users (pool_id, id, created_at, {', '.join(values)}) "
            f"values ('p', $1, now() + $2 * interval '1 s', {', '.join(f'${n}' for n in range(3, 3 + len(values)))})",
            user_id,
            place,
            *values.values(),
        )
    await connection.close()
    await migrate(url)
    hasher = PasswordHasher(memory_kib=64, passes=1)
    async with opened(url) as database:
        services = await build(Settings(data=tmp_path), database, hasher)
        yield Upgraded(url, services, Caller(pool_id="p", kind="administrator", actor_id="p"))
    hasher.close()
    run_sql(postgres_url, f'drop database "{name}" with (force)')


async def test_everybody_is_found_by_what_was_written(upgraded: Upgraded) -> None:
    for user_id, values in PEOPLE.items():
        for kind in ("username", "email", "phone"):
            if value := values.get(kind):
                assert await upgraded.by(kind, value) == user_id


async def test_an_old_number_is_found_in_every_spelling(upgraded: Upgraded) -> None:
    for typed in ("+8613900000001", "8613900000001", "139 0000 0001"):
        assert await upgraded.by("phone", typed) == "home"
    assert await upgraded.by("phone", "+12025550123") == "abroad"
    assert await upgraded.by("phone", "8613900000003") == "odd country"


async def test_of_two_with_one_number_each_is_found_as_it_is_written_and_else_the_elder(
    upgraded: Upgraded,
) -> None:
    assert await upgraded.by("phone", "+8613900000002") == "twin"
    assert await upgraded.by("phone", "8613900000002") == "elder"
    with pytest.raises(PhoneTaken):
        await upgraded.services.users.create(upgraded.administrator, UserDraft({"phone": "139 0000 0002"}))


async def test_an_old_name_is_found_composed_and_decomposed(upgraded: Upgraded) -> None:
    for text in ("rene\u0301", "ren\u00e9"):
        assert await upgraded.by("username", text) == "alone"
        assert await upgraded.by("email", f"{text}@example.com") == "alone"


async def test_what_nobody_could_write_today_stays_while_it_stays_as_it_is(upgraded: Upgraded) -> None:
    change = UserDraft({"phone": "138", "nickname": "Ext"})
    assert (
        await upgraded.services.users.update(upgraded.administrator, "extension", change)
    ).nickname == "Ext"
    change = UserDraft({"email": "abcdefghij", "nickname": "Any"})
    assert (
        await upgraded.services.users.update(upgraded.administrator, "any text", change)
    ).nickname == "Any"


async def test_the_doctor_tells_who_is_here_twice_and_no_value(upgraded: Upgraded) -> None:
    program = "from poolhouse.cli import main; main()"
    command = [sys.executable, "-c", program, "doctor", "--json", "--database-url", upgraded.url]
    said = await asyncio.to_thread(subprocess.run, command, capture_output=True, text=True)
    rows = {row["what"]: row for row in json.loads(said.stdout)}
    assert said.returncode == 1
    assert rows["users of one phone"]["value"].startswith("1")
    assert "elder, twin (pool p)" in rows["users of one phone"]["wrong"]
    assert "decomposed, plain (pool p)" in rows["users of one username"]["wrong"]
    assert rows["users of one email"]["wrong"] == ""
    assert "13900000002" not in said.stdout


async def test_the_way_back_keeps_everybody_and_the_way_up_finds_them_again(upgraded: Upgraded) -> None:
    await upgraded.services.users.create(upgraded.administrator, UserDraft({"phone": "2025550123"}))
    await migrate(upgraded.url, BEFORE)
    await migrate(upgraded.url)
    assert await upgraded.by("phone", "+12025550123") == "abroad"
    assert await upgraded.by("phone", "+862025550123") is not None
