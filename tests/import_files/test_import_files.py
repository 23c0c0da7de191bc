"""Files that are imported in the background: who may, that each row counts once, and that no byte stays."""

from __future__ import annotations

import asyncio
import hashlib
import json
import random
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.import_files.conftest import Files

from poolhouse.caller import Caller
from poolhouse.errors import (
    InvalidInput,
    InvalidOperation,
    NotAuthenticated,
    NotFound,
    NotPermitted,
    NotSupportedByDirectory,
    TooLarge,
)
from poolhouse.ids import new_id
from poolhouse.import_files import service, work
from poolhouse.import_files.model import PIECE, ImportFile
from poolhouse.migration.import_checks import reading_of
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey, UserQuery

ALL = PageRequest(1, 1000)
TABLE = (
    "账号;Rank;邮箱;password\nann;3;a@x.cn;a Secret 1\nbob;4;nonsense;b Secret 1\nann;5;a@x.cn;a Secret 1\n"
)
NO_RANK = reading_of(None, None, {"Rank": ""}, ())


async def total(services: Services, pool: PoolForTests) -> int:
    return (await services.users.list(pool.administrator, UserQuery())).total


def table(rows: int) -> bytes:
    return ("username,email\n" + "".join(f"user-{n},user-{n}@x.cn\n" for n in range(rows))).encode()


# -- who may -----------------------------------------------------------------------------------------------


async def test_a_stranger_uploads_reads_and_begins_nothing(
    services: Services, pool: PoolForTests, files: Files
) -> None:
    file, at = await files.uploaded(table(1)), services.import_files
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user(new_id()), NotPermitted)):
        for asked in (
            at.create(caller, "a.csv", "csv", 5),
            at.put(caller, file.id, 0, b"a"),
            at.get(caller, file.id),
            at.list(caller, ALL),
            at.errors(caller, file.id, ALL),
            at.refused(caller, file.id),
            at.columns(caller, file.id),
            at.set_columns(caller, file.id, NO_RANK),
            at.check(caller, file.id),
            at.start(caller, file.id),
            at.cancel(caller, file.id),
        ):
            with pytest.raises(refusal):
                await asked


async def test_a_file_is_checked_then_imported_and_its_refused_rows_come_back_with_the_reason(
    services: Services, pool: PoolForTests, files: Files
) -> None:
    admin, at = pool.administrator, services.import_files
    file = await files.uploaded(TABLE.encode("gb18030"))
    assert file.status == "UPLOADED"
    columns = await at.columns(admin, file.id)
    assert (columns.encoding, columns.separator) == ("gb18030", ";")
    assert columns.problem
    assert "Rank" in columns.problem.message("en-US")
    assert [one.key for one in columns.columns] == ["username", None, "email", "password"]
    assert columns.columns[3].samples == ()
    with pytest.raises(InvalidInput):
        await at.check(admin, file.id)
    assert (await at.set_columns(admin, file.id, NO_RANK)).problem is None
    await at.check(admin, file.id)
    await files.finish()
    file = await files.get(file.id)
    assert file.check
    assert (file.status, file.check.imported, file.check.skipped, file.check.failed) == ("CHECKED", 1, 1, 1)
    assert await total(services, pool) == 0
    assert "bob" in await files.refused(file.id)
    await at.start(admin, file.id)
    await files.finish()
    file = await files.get(file.id)
    assert file.job
    assert (file.status, file.job.imported, file.job.skipped, file.job.failed) == ("COMPLETED", 1, 1, 1)
    errors = (await at.errors(admin, file.id, ALL)).items
    assert [(one.line, one.field) for one in errors] == [(2, "email")]
    told = {lang: await files.refused(file.id, replace(admin, lang=lang)) for lang in ("zh-CN", "en-US")}
    for lang, head in (("zh-CN", "拒绝原因"), ("en-US", "Refused because")):
        assert (
            told[lang]
            == f"账号;Rank;邮箱;password;{head}\r\nbob;4;nonsense;;email: {errors[0].message(lang)}\r\n"
        )
    directory = await services.directories.of(pool.id)
    await directory.authenticate(pool.stranger, UserKey("username", "ann"), "a Secret 1")


async def test_the_neighbour_knows_no_file(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, files: Files
) -> None:
    file, at, theirs = await files.uploaded(table(1)), services.import_files, other_pool.administrator
    assert (await at.list(theirs, ALL)).total == 0
    for asked in (
        at.get(theirs, file.id),
        at.put(theirs, file.id, 0, b""),
        at.columns(theirs, file.id),
        at.set_columns(theirs, file.id, NO_RANK),
        at.check(theirs, file.id),
        at.start(theirs, file.id),
        at.cancel(theirs, file.id),
        at.errors(theirs, file.id, ALL),
        at.refused(theirs, file.id),
    ):
        with pytest.raises(NotFound):
            await asked


# -- the upload --------------------------------------------------------------------------------------------


async def test_an_upload_that_breaks_off_goes_on_at_its_place_and_nothing_else_fits(
    services: Services, pool: PoolForTests
) -> None:
    admin, at = pool.administrator, services.import_files
    content = table(PIECE // 20)
    file = await at.create(admin, "people.csv", "csv", len(content))
    assert (await at.put(admin, file.id, 0, content[:PIECE])).received == PIECE
    for position, data, named in ((0, content[:PIECE], "position"), (PIECE, content[PIECE:-1], "data")):
        with pytest.raises(InvalidInput) as refused:
            await at.put(admin, file.id, position, data)
        assert refused.value.facts["field"] == named
    with pytest.raises(InvalidOperation):
        await at.check(admin, file.id)
    began, other = (hashlib.sha256(one).hexdigest() for one in (content[:PIECE], b"x" + content[1:PIECE]))
    with pytest.raises(InvalidInput, match="firstDigest"):
        await at.put(admin, file.id, PIECE, content[PIECE:], first_digest=other)
    while (file := await at.get(admin, file.id)).status == "UPLOADING":
        piece = content[file.received :][:PIECE]
        await at.put(admin, file.id, file.received, piece, first_digest=began.upper())
    assert file.received == len(content)
    with pytest.raises(InvalidOperation):
        await at.put(admin, file.id, file.received, b"a")


async def test_a_file_that_is_too_large_or_one_too_many_is_refused(
    services: Services, pool: PoolForTests, files: Files
) -> None:
    at = services.import_files
    with pytest.raises(TooLarge):
        await at.create(pool.administrator, "a.csv", "csv", services.settings.import_file_mb * 1_000_000 + 1)
    with pytest.raises(InvalidInput):
        await at.create(pool.administrator, "a.csv", "csv", 0)
    for _ in range(service.MOST_OPEN):
        file = await files.uploaded(table(1))
    with pytest.raises(InvalidOperation):
        await files.uploaded(table(1))
    await at.cancel(pool.administrator, file.id)
    await files.finish()
    await files.uploaded(table(1))


async def test_no_byte_of_a_file_can_be_read_in_the_database_or_stays_after_its_end(
    services: Services, pool: PoolForTests, files: Files
) -> None:
    admin, at, db = pool.administrator, services.import_files, services.db
    file = await files.uploaded(b"username,gender\nmarked,strange-value\n")
    await at.check(admin, file.id)
    await files.finish()
    sealed = await db.fetch(
        "select sealed from import_file_pieces where pool_id = $1 union all "
        "select sealed from user_import_errors where pool_id = $1",
        pool.id,
    )
    assert len(sealed) == 2
    assert not any(b"marked" in row["sealed"] or b"strange" in row["sealed"] for row in sealed)
    await at.start(admin, file.id)
    await files.finish()
    assert (await files.get(file.id)).emptied_at
    for name in ("import_file_pieces", "import_file_keys"):
        assert await db.fetchval(f"select count(*) from {name} where pool_id = $1", pool.id) == 0
    assert "strange-value" in await files.refused(file.id)
    await db.execute(
        "update import_files set ended_at = (ended_at at time zone 'UTC' - interval '8 days') at time zone 'UTC' "
        "where pool_id = $1",
        pool.id,
    )
    await files.finish()
    assert await db.fetchval("select count(sealed) from user_import_errors where pool_id = $1", pool.id) == 0
    with pytest.raises(InvalidOperation):
        await files.refused(file.id)
    assert (await at.errors(admin, file.id, ALL)).total == 1


async def test_a_file_that_nobody_goes_on_with_is_stopped_after_a_day(
    services: Services, pool: PoolForTests, files: Files
) -> None:
    file = await files.uploaded(table(1))
    await files.finish()
    assert (await files.get(file.id)).status == "UPLOADED"
    await services.db.execute(
        "update import_files set updated_at = (updated_at at time zone 'UTC' - interval '25 hours') at time zone 'UTC' "
        "where pool_id = $1",
        pool.id,
    )
    await files.finish()
    file = await files.get(file.id)
    assert (file.status, bool(file.emptied_at), bool(file.reason)) == ("STOPPED", True, True)


async def test_who_is_erased_is_in_no_file_any_more(
    services: Services, pool: PoolForTests, files: Files
) -> None:
    admin, at = pool.administrator, services.import_files
    user = await services.users.create(admin, UserDraft({"username": "li"}))
    ended = await files.uploaded(b"username,gender\nli,strange\n")
    await at.start(admin, ended.id)
    await files.finish()
    assert "strange" in await files.refused(ended.id)
    waiting = await files.uploaded(table(1))
    await services.erasure.erase(admin, user.id)
    await files.finish()
    assert (await files.get(waiting.id)).status == "STOPPED"
    assert [(await files.get(one.id)).key for one in (ended, waiting)] == [None, None]
    later = await files.uploaded(table(1))
    await at.start(admin, later.id)
    await files.finish()
    assert (await files.get(later.id)).status == "COMPLETED"


# -- rows --------------------------------------------------------------------------------------------------


async def test_a_check_knows_who_came_earlier_in_the_file_however_far_away(
    services: Services, pool: PoolForTests, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "BATCH_ROWS", 2)
    monkeypatch.setattr(work, "PIECE_S", 0.0)
    rows: list[dict[str, Any]] = [
        {"username": "ann", "email": "a@x.cn", "id": "1"},
        *({"username": f"u{n}"} for n in range(3)),
        {"username": "ann", "email": "a@x.cn"},
        {"username": "other", "email": "a@x.cn"},
        {"username": "someone", "id": 1},
    ]
    content = "".join(json.dumps(row) + "\n" for row in rows).encode()
    outcomes = []
    for checks in (True, False):
        file = await files.uploaded(content, "people.jsonl")
        begin = services.import_files.check if checks else services.import_files.start
        await begin(pool.administrator, file.id)
        await files.finish()
        file = await files.get(file.id)
        journal = file.check if checks else file.job
        assert journal
        refused = (await services.import_files.errors(pool.administrator, file.id, ALL)).items
        told = [(one.line, one.field) for one in refused]
        outcomes.append((journal.imported, journal.skipped, journal.failed, told))
    assert outcomes == [(4, 2, 1, [(6, "email")])] * 2


async def test_bytes_that_are_no_text_in_the_middle_refuse_their_row_alone(
    services: Services, pool: PoolForTests, files: Files
) -> None:
    content = "username,name\nann,安安静静\nbob,".encode() + b"\xc3\x28\xff" + "\ncleo,克\n".encode()
    file = await files.uploaded(content)
    await services.import_files.start(pool.administrator, file.id)
    await files.finish()
    file = await files.get(file.id)
    assert file.job
    assert (file.status, file.job.imported, file.job.failed) == ("COMPLETED", 2, 1)
    assert [
        one.line for one in (await services.import_files.errors(pool.administrator, file.id, ALL)).items
    ] == [2]
    assert "bob" in await files.refused(file.id)


async def test_a_formula_in_a_refused_row_is_none_in_the_file_that_comes_back(
    services: Services, pool: PoolForTests, files: Files
) -> None:
    file = await files.uploaded(b"username,gender\n=1+1,x\n")
    await services.import_files.start(pool.administrator, file.id)
    await files.finish()
    assert "\r\n'=1+1,x," in await files.refused(file.id)


# -- two administrators, and what changes meanwhile --------------------------------------------------------


async def test_of_two_who_begin_at_once_one_is_told_what_runs(
    services: Services, pool: PoolForTests, files: Files
) -> None:
    one, other = await files.uploaded(table(1)), await files.uploaded(table(2))
    at, admin = services.import_files, pool.administrator
    begun = await asyncio.gather(
        at.start(admin, one.id), at.start(admin, one.id), at.start(admin, other.id), return_exceptions=True
    )
    assert [type(result) for result in begun].count(InvalidOperation) == 2
    (running,) = [result for result in begun if isinstance(result, ImportFile)]
    with pytest.raises(InvalidOperation):
        await services.import_jobs.put(admin, running.id, '{"username": "x"}\n', 0)
    with pytest.raises(InvalidOperation):
        await services.import_jobs.create(admin)


async def test_columns_said_anew_stop_a_check_and_forget_it(
    services: Services, pool: PoolForTests, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "BATCH_ROWS", 2)
    monkeypatch.setattr(work, "PIECE_S", 0.0)
    file, at = await files.uploaded(table(6)), services.import_files
    await at.check(pool.administrator, file.id)
    worker = files.worker()
    await worker.step()
    assert (await files.get(file.id)).status == "CHECKING"
    await at.set_columns(pool.administrator, file.id, reading_of(None, None, {"email": ""}, ()))
    assert ((await files.get(file.id)).status, (await files.get(file.id)).check) == ("UPLOADED", None)
    await at.check(pool.administrator, file.id)
    while await worker.step():
        pass
    file = await files.get(file.id)
    assert file.check
    assert (file.status, file.check.imported, file.check.skipped) == ("CHECKED", 6, 0)


@pytest.mark.parametrize("by", ["file", "job"])
async def test_a_cancelled_import_keeps_who_is_in_and_takes_nobody_more(
    services: Services, pool: PoolForTests, files: Files, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    monkeypatch.setattr(work, "BATCH_ROWS", 2)
    monkeypatch.setattr(work, "PIECE_S", 0.0)
    file = await files.uploaded(table(6))
    await services.import_files.start(pool.administrator, file.id)
    await files.worker().step()
    place = services.import_files if by == "file" else services.import_jobs
    await place.cancel(pool.administrator, file.id)
    await files.finish()
    file = await files.get(file.id)
    assert (file.status, bool(file.emptied_at)) == ("CANCELLED", True)
    assert (await services.import_jobs.get(pool.administrator, file.id)).status == "CANCELLED"
    assert await total(services, pool) == 2


async def test_an_import_stops_with_the_right_of_who_began_it(
    services: Services, pool: PoolForTests, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "BATCH_ROWS", 2)
    monkeypatch.setattr(work, "PIECE_S", 0.0)
    gone = Caller(pool.id, kind="administrator", actor_id=new_id(), scopes=frozenset({"users:write"}))
    file = await files.uploaded(table(6))
    await services.import_files.start(gone, file.id)
    await files.finish()
    file = await files.get(file.id)
    assert file.status == "STOPPED"
    assert file.reason
    assert file.reason[0] != file.reason[1]
    assert await total(services, pool) == 0


async def test_a_pool_whose_people_move_to_another_database_imports_no_more(
    services: Services, pool: PoolForTests, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = await files.uploaded(table(2))
    await services.import_files.start(pool.administrator, file.id)

    async def elsewhere(caller: Caller) -> None:
        raise NotSupportedByDirectory(what="import")

    monkeypatch.setattr(services.imports, "require_native", elsewhere)
    await files.finish()
    assert (await files.get(file.id)).status == "STOPPED"
    with pytest.raises(NotSupportedByDirectory):
        await files.uploaded(table(1))


async def test_a_deleted_pool_takes_its_files_along(
    services: Services, other_pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "BATCH_ROWS", 2)
    monkeypatch.setattr(work, "PIECE_S", 0.0)
    theirs = Files(services, other_pool)
    file = await theirs.uploaded(table(6))
    await services.import_files.start(other_pool.administrator, file.id)
    worker = theirs.worker()
    await worker.step()
    await services.db.execute("delete from pools where id = $1", other_pool.id)
    assert not await worker.step()
    for name in ("import_files", "import_file_pieces", "import_file_keys"):
        assert (
            await services.db.fetchval(f"select count(*) from {name} where pool_id = $1", other_pool.id) == 0
        )


async def test_pools_take_turns(
    services: Services, other_pool: PoolForTests, files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(work, "BATCH_ROWS", 2)
    monkeypatch.setattr(work, "PIECE_S", 0.0)
    theirs = Files(services, other_pool)
    begun = []
    for one in (files, theirs):
        file = await one.uploaded(table(8))
        begun.append(await services.import_files.start(one.pool.administrator, file.id))
    worker = files.worker(other_pool.id)
    for _ in range(4):
        await worker.step()
    came = [await total(services, one.pool) for one in (files, theirs)]
    assert came == [4, 4]


# -- a worker that dies ------------------------------------------------------------------------------------

WORKER = """
import asyncio, sys
from pathlib import Path
from poolhouse.bulk.rights import Rights
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db.database import Database
from poolhouse.import_files import work
from poolhouse.services import build
from poolhouse.settings import Settings

work.BATCH_ROWS, work.PIECE_S = 40, 0.02

async def main(data, url, pool_id):
    db = await Database.open(url)
    at = await build(Settings(data=Path(data)), db, PasswordHasher(memory_kib=64, passes=1))
    worker = work.FileWork(db=db, box=at.box, imports=at.imports, rights=Rights(at.administrators, at.access_keys),
                           audit=at.audit, only=frozenset({pool_id}))
    print("up", flush=True)
    while await worker.step():
        pass

asyncio.run(main(*sys.argv[1:]))
"""
PEOPLE, KILLS = 600, 2


async def test_a_killed_worker_leaves_every_row_to_be_counted_once(
    services: Services, pool: PoolForTests, files: Files
) -> None:
    rows = [f"user-{n},user-{n}@x.cn" for n in range(PEOPLE)]
    rows[100:100] = ["user-1,user-1@x.cn", "odd,nonsense"]
    file = await files.uploaded(("username,email\n" + "\n".join(rows) + "\n").encode())

    async def read() -> int:
        found = await files.get(file.id)
        journal = found.job or found.check
        return journal.position if journal else 0

    killed = 0
    for begin, ended in (
        (services.import_files.check, "CHECKED"),
        (services.import_files.start, "COMPLETED"),
    ):
        await begin(pool.administrator, file.id)
        for attempt in range(KILLS + 1):
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", WORKER, str(services.settings.data), services.db.url, pool.id),
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
            if attempt < KILLS:
                before = await read()
                while process.returncode is None and await read() == before:  # noqa: ASYNC110
                    await asyncio.sleep(0.002)
                await asyncio.sleep(random.random() * 0.05)
                if process.returncode is None:
                    process.kill()
                    killed += 1
            _, told = await process.communicate()
        assert process.returncode == 0, told.decode()
        found = await files.get(file.id)
        journal = found.job or found.check
        assert found.status == ended
        assert journal
        assert (journal.imported, journal.skipped, journal.failed) == (PEOPLE, 1, 1)
    assert killed >= 2
    assert await total(services, pool) == PEOPLE
    assert Path(services.settings.data).exists()
