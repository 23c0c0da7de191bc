"""`poolhouse import users` and `export users` as an operator types them: what they say and how they end."""

from __future__ import annotations

import asyncio
import hashlib
import json
import stat
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.commands import imports
from poolhouse.commands.directory import operator
from poolhouse.errors import PoolNotFound
from poolhouse.migration.importing import ImportProgress
from poolhouse.migration.postgres import Journal
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserQuery

POOLHOUSE = "from poolhouse.cli import main; main()"


async def poolhouse(services: Services, pool: PoolForTests, *words: str) -> tuple[int, dict[str, Any], str]:
    where = ("--pool", pool.id, "--data", str(services.settings.data), "--database-url", services.db.url)
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        POOLHOUSE,
        *words,
        "--json",
        *where,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    return process.returncode or 0, json.loads(out) if out.strip() else {}, err.decode()


async def test_a_table_of_excel_in_chinese_windows_is_imported(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    file = tmp_path / "users.csv"
    file.write_bytes(
        "用户名;手机号;姓名;部门\r\nwang;13800138000;王芳;销售\r\nli;13900139000;李雷;\r\n".encode("gbk")
    )
    status, _, said = await poolhouse(services, pool, "import", "users", str(file))
    assert status == 1
    assert "部门" in said
    assert (await services.users.list(pool.administrator, UserQuery())).total == 0
    status, facts, _ = await poolhouse(
        services, pool, "import", "users", str(file), "--ignore-column", "部门"
    )
    assert (status, facts["imported"], facts["refused"], facts["ignored"]) == (0, 2, 0, {"部门": 2})
    found = await services.users.list(pool.administrator, UserQuery())
    assert {user.name for user in found.items} == {"王芳", "李雷"}


async def test_an_encoding_and_a_separator_are_told(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    file = tmp_path / "users.csv"
    file.write_bytes("username#name\nmueller#Müller\n".encode("latin-1"))
    status, _, said = await poolhouse(services, pool, "import", "users", str(file))
    assert status == 1
    assert "--encoding" in said
    words = ("--encoding", "latin-1", "--separator", "#")
    status, facts, _ = await poolhouse(services, pool, "import", "users", str(file), *words)
    assert (status, facts["imported"]) == (0, 1)


@pytest.mark.parametrize("name", ["out.jsonl", "out.csv"])
async def test_what_was_exported_is_imported_elsewhere(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, tmp_path: Path, name: str
) -> None:
    for number in range(3):
        draft = UserDraft({"username": f"u{number}", "name": "=王 芳"}, password="a Password of theirs 1")
        await services.users.create(pool.administrator, draft)
    file = tmp_path / name
    status, facts, _ = await poolhouse(services, pool, "export", "users", str(file), "--hashes")
    assert (status, facts) == (0, {"exported": 3, "file": str(file)})
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [file]
    status, facts, said = await poolhouse(services, other_pool, "import", "users", str(file))
    assert (status, facts["imported"]) == (0, 3), said
    found = await services.users.list(other_pool.administrator, UserQuery())
    assert {(user.username, user.name) for user in found.items} == {(f"u{n}", "=王 芳") for n in range(3)}


async def test_a_person_is_written_into_a_new_file_that_only_its_owner_reads(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    file = tmp_path / "person.json"
    status, facts, _ = await poolhouse(services, pool, "user", "export", "li", "--output", str(file))
    assert (status, facts) == (0, {"bytes": file.stat().st_size, "file": str(file)})
    assert json.loads(file.read_text())["about"]["userId"] == user.id
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for name, to in (("li", "person.json"), ("nobody", "other.json")):
        status, _, said = await poolhouse(
            services, pool, "user", "export", name, "--output", str(tmp_path / to)
        )
        assert status, name
        assert said.startswith("error: "), said
    assert list(tmp_path.iterdir()) == [file]


async def test_no_command_is_for_a_pool_that_is_not(services: Services) -> None:
    with pytest.raises(PoolNotFound):
        await operator(services, "0" * 24)


async def test_what_somebody_laid_beside_an_export_gets_nothing_of_it(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    others, file = tmp_path / "others", tmp_path / "all.jsonl"
    others.write_text("theirs")
    for laid in (".part", ".tmp"):
        file.with_name(file.name + laid).symlink_to(others)
    status, _, _ = await poolhouse(services, pool, "export", "users", str(file))
    assert status == 0
    assert others.read_text() == "theirs"


async def test_an_export_writes_over_no_file_and_leaves_none_half_written(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    there = tmp_path / "there.jsonl"
    there.write_text("mine")
    nobodys = replace(pool, id="0" * 24)
    for name, of, ends in (("there.jsonl", pool, 1), ("a.xlsx", pool, 1), ("b.csv", nobodys, 3)):
        status, _, said = await poolhouse(services, of, "export", "users", str(tmp_path / name))
        assert status == ends, name
        assert said.startswith("error: "), said
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("there.jsonl", "mine")]


def test_the_pace_is_that_of_this_run_and_not_of_the_one_before(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter((100.0, 100.0, 110.0))
    monkeypatch.setattr(imports.time, "monotonic", lambda: next(clock))
    pace = imports._Pace()
    assert pace.told(ImportProgress(Journal("f", imported=9000), done=90_000, total=100_000)) == ""
    later = ImportProgress(Journal("f", imported=9400, failed=100), done=95_000, total=100_000)
    assert pace.told(later) == "50 rows/s, 0:00:10 left"


@pytest.mark.parametrize(
    ("stored", "password", "told"),
    [
        ("md5", "hunter2", {"fits": True}),
        ("md5", "hunter3", {"fits": False}),
        ("md5-suffix", "hunter2", {"fits": False, "fitsAs": ["md5$SALT$HEX"]}),
    ],
)
async def test_one_row_is_tried_with_a_password(
    services: Services, pool: PoolForTests, tmp_path: Path, stored: str, password: str, told: dict[str, Any]
) -> None:
    """The digest is of salt and password; a table that says it the other way round is told so."""
    digest = hashlib.md5(b"pepperhunter2", usedforsecurity=False).hexdigest()
    file = tmp_path / "users.jsonl"
    rows = [
        {"username": "wang", "company": "li"},
        {"username": "li", "passwordHash": f"{stored}$pepper${digest}"},
    ]
    file.write_text("\n".join(map(json.dumps, rows)))
    pipe = ("import", "check", str(file), "--user", "li", "--password", password)
    status, found, _ = await poolhouse(services, pool, *pipe)
    assert (status, found) == (0 if told["fits"] else 1, {"line": 2, "form": "salted digest", **told})
    assert (await services.users.list(pool.administrator, UserQuery())).total == 0


async def test_a_row_that_is_not_there_or_would_be_refused_is_told(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    file = tmp_path / "users.jsonl"
    file.write_text('{"username": "li", "passwordHash": "rot13$u"}\n')
    status, _, said = await poolhouse(
        services, pool, "import", "check", str(file), "--user", "wang", "--password", "x"
    )
    assert (status, "no row has wang" in said) == (3, True)
    status, _, said = await poolhouse(
        services, pool, "import", "check", str(file), "--user", "li", "--password", "x"
    )
    assert (status, "users.jsonl:1: passwordHash" in said) == (1, True)
