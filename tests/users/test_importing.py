"""Importing users from a file: rows, errors, dry runs, resuming, and people who are here already."""

from __future__ import annotations

import asyncio
import json
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import bcrypt
import pytest
from tests.conftest import PoolForTests
from tests.wire.sealed_passwords import FOREIGN, OF_OUR_FORM

from poolhouse.errors import (
    InvalidInput,
    InvalidOperation,
    NotPermitted,
    NotSupportedByDirectory,
    Overloaded,
    PoolhouseError,
    WrongCredentials,
)
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.migration import import_batches, importing
from poolhouse.migration import postgres as bulk_insert
from poolhouse.migration.import_tables import Reading
from poolhouse.services import Services
from poolhouse.users.model import CUSTOM_DATABASE, User, UserDraft, UserKey, UserQuery
from poolhouse.wire.v2.errors import row as v2_row
from poolhouse.wire.v3.errors import row_of as v3_row


def jsonl(folder: Path, *rows: Mapping[str, Any] | str, name: str = "users.jsonl") -> Path:
    file = folder / name
    file.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return file


def errors_of(folder: Path) -> list[dict[str, Any]]:
    file = folder / "errors.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []


async def brought_in(
    services: Services, pool: PoolForTests, file: Path, **options: Any
) -> tuple[int, int, int]:
    done = await services.imports.from_file(
        pool.administrator, file, errors=file.parent / "errors.jsonl", **options
    )
    return done.journal.imported, done.journal.skipped, done.journal.failed


async def logged_in(services: Services, pool: PoolForTests, username: str, password: str) -> User:
    directory = await services.directories.of(pool.id)
    return await directory.authenticate(pool.stranger, UserKey("username", username), password)


async def found(services: Services, pool: PoolForTests, username: str) -> User:
    user = await services.users.find(pool.administrator, UserKey("username", username))
    assert user is not None
    return user


async def test_a_stranger_may_not_import(services: Services, pool: PoolForTests, tmp_path: Path) -> None:
    with pytest.raises(PoolhouseError) as refused:
        await services.imports.from_file(pool.stranger, jsonl(tmp_path, {"username": "a"}))
    assert not isinstance(refused.value, InvalidInput)
    with pytest.raises(NotPermitted):
        await services.imports.from_file(pool.user("a" * 24), jsonl(tmp_path, {"username": "a"}))


async def test_rows_become_users_in_both_wires_spellings(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, tmp_path: Path
) -> None:
    await services.fields.define(
        pool.administrator, [FieldDraft(TargetType.USER, "level", DataType.NUMBER, "Level")]
    )
    stored = bcrypt.hashpw(b"their own", bcrypt.gensalt(4)).decode()
    file = jsonl(
        tmp_path,
        {"id": 17, "username": "wang", "email": "Wang@Old.cn", "nickname": "小王", "password": "plain one"},
        {"username": "li", "passwordHash": stored, "lastIP": "1.2.3.4", "externalId": "E-2", "arn": "x"},
        {"username": "zhao", "lastIp": "5.6.7.8", "customData": {"level": 3}, "loginsCount": 9},
    )
    done = await services.imports.from_file(pool.administrator, file, reading=Reading(ignore=("ARN",)))
    assert (done.journal.imported, done.journal.failed, done.ignored) == (3, 0, {"arn": 1})

    wang = await logged_in(services, pool, "wang", "plain one")
    assert (wang.email, wang.nickname, wang.user_source_type) == ("wang@old.cn", "小王", "excel")
    by_old_id = await services.users.find(pool.administrator, UserKey.identity(CUSTOM_DATABASE, "17"))
    assert by_old_id is not None
    assert by_old_id.id == wang.id
    assert (await logged_in(services, pool, "li", "their own")).last_ip == "1.2.3.4"
    zhao = await found(services, pool, "zhao")
    assert (zhao.last_ip, zhao.logins_count) == ("5.6.7.8", 9)
    values = await services.fields.values_of(pool.administrator, TargetType.USER, zhao.id)
    assert {value.key: value.value for value in values} == {"level": 3}
    assert (await services.users.list(other_pool.administrator, UserQuery())).total == 0


async def test_a_csv_file_has_the_same_rows(services: Services, pool: PoolForTests, tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_text(
        "\ufeffusername,email,emailVerified,loginsCount,nickname,note\r\n"
        'wang,w@x.cn,true,3,"小""王",\r\n'
        'li,,0,,"two\nlines",ignored\r\n'
        "zhao,,perhaps,,,\r\n"
        "\r\n"
        "qian,1,2,3,4,5,6\r\n"
    )
    reading = Reading(ignore=("note",))
    assert await brought_in(services, pool, file, reading=reading) == (2, 0, 2)
    wang, li = await found(services, pool, "wang"), await found(services, pool, "li")
    assert (wang.email_verified, wang.logins_count, wang.nickname) == (True, 3, '小"王')
    assert (li.email_verified, li.nickname) == (False, "two\nlines")
    assert [(error["line"], error["field"]) for error in errors_of(tmp_path)] == [
        (5, "emailVerified"),
        (7, "row"),
    ]


async def test_every_refused_row_is_told_with_its_line_and_field_and_no_secret(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    file = jsonl(
        tmp_path,
        {"username": "good"},
        "{not json",
        "[1]",
        {"nickname": "nobody"},
        {"username": "a", "gender": "?"},
        {"username": "b", "passwordHash": "zq-secret-form"},
        {"username": "c", "password": "zq-secret", "passwordHash": "zq-secret"},
        {"username": "d", "emailVerified": "yes"},
        {"username": "e", "customData": {"unheard": 1}},
        {"username": "good"},
        {"username": "f", "lastLogin": "1602756997950"},
        "x" * (1024 * 1024 + 9),
        {"username": "last"},
        {"username": "dear", "passwordHash": "$6$rounds=99999999$salt$" + "a" * 86},
    )
    assert await brought_in(services, pool, file) == (2, 1, 11)
    told = [(error["line"], error["field"]) for error in errors_of(tmp_path)]
    assert sorted(told) == [
        (2, "row"),
        (3, "row"),
        (4, "username"),
        (5, "gender"),
        (6, "passwordHash"),
        (7, "passwordHash"),
        (8, "emailVerified"),
        (9, "unheard"),
        (11, "lastLogin"),
        (12, "row"),
        (14, "passwordHash"),
    ]
    assert "850000 rounds at most" in errors_of(tmp_path)[-1]["message"]
    assert "zq-secret" not in (tmp_path / "errors.jsonl").read_text()


@pytest.mark.parametrize("sealed", [*FOREIGN.values(), *OF_OUR_FORM.values()])
async def test_a_ciphertext_in_the_column_of_plain_passwords_is_refused_by_its_line(
    services: Services, pool: PoolForTests, tmp_path: Path, sealed: str
) -> None:
    file = jsonl(tmp_path, {"username": "a", "password": "secret 1"}, {"username": "b", "password": sealed})
    assert await brought_in(services, pool, file) == (1, 0, 1)
    [told] = errors_of(tmp_path)
    assert (told["line"], told["field"]) == (2, "password")
    assert "publicKey" in told["message"]
    assert sealed[:30] not in str(told)


async def test_somebody_here_is_left_as_they_are_and_anothers_identifier_is_an_error(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    mine = UserDraft({"username": "wang", "email": "w@x.cn", "nickname": "mine"}, password="kept secret")
    await services.users.create(pool.administrator, mine)
    file = jsonl(
        tmp_path,
        {"username": "wang", "email": "W@x.cn", "nickname": "theirs", "password": "overwritten"},
        {"username": "another", "email": "w@x.cn"},
        {"username": "wang", "phone": "13900000000"},
    )
    assert await brought_in(services, pool, file) == (0, 2, 1)
    assert errors_of(tmp_path) == [
        {"line": 2, "field": "email", "message": "belongs to another user"},
    ]
    user = await logged_in(services, pool, "wang", "kept secret")
    assert (user.nickname, user.phone) == ("mine", None)


async def test_a_link_for_the_errors_and_the_file_itself_are_refused_and_not_emptied(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    file, others, laid = jsonl(tmp_path, {"username": "ada"}), tmp_path / "others", tmp_path / "laid"
    others.write_text("theirs")
    laid.symlink_to(others)
    for errors, said in ((laid, "symbolic link"), (file, "the file that is imported")):
        with pytest.raises(InvalidInput, match=said):
            await services.imports.from_file(pool.administrator, file, errors=errors)
    assert others.read_text() == "theirs"
    assert await brought_in(services, pool, file) == (1, 0, 0)


async def test_a_refused_row_is_told_to_the_owner_of_the_file_alone(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    assert await brought_in(services, pool, jsonl(tmp_path, {"gender": "?"})) == (0, 0, 1)
    assert stat.S_IMODE((tmp_path / "errors.jsonl").stat().st_mode) == 0o600


async def test_a_dry_run_finds_the_same_errors_and_changes_nothing(
    services: Services, pool: PoolForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batches, "BATCH_ROWS", 2)
    rows = [{"username": f"u{n}", "password": "x"} for n in range(5)]
    file = jsonl(tmp_path, *rows, {"username": "u0"}, {"gender": "?"})
    assert await brought_in(services, pool, file, dry_run=True) == (5, 1, 1)
    assert (await services.users.list(pool.administrator, UserQuery())).total == 0
    assert [error["line"] for error in errors_of(tmp_path)] == [7]
    assert await services.db.fetchval("select count(*) from user_imports where pool_id = $1", pool.id) == 0


async def test_an_interrupted_import_goes_on_where_it_stopped(
    services: Services, pool: PoolForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batches, "BATCH_ROWS", 10)
    rows = [{"username": f"u{n}"} if n % 7 else {"gender": "M"} for n in range(95)]
    file = jsonl(tmp_path, *rows)

    def stop(progress: importing.ImportProgress) -> None:
        if progress.journal.position == 40:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        await brought_in(services, pool, file, report=stop)
    with (tmp_path / "errors.jsonl").open("a") as half:
        half.write('{"line": 4')  # what a kill between the file and the journal leaves behind
    assert await brought_in(services, pool, file, resume=True) == (81, 0, 14)
    assert [error["line"] for error in errors_of(tmp_path)] == list(range(1, 96, 7))
    assert await brought_in(services, pool, file, resume=True) == (81, 0, 14)
    assert await brought_in(services, pool, file) == (0, 81, 14)


async def test_passwords_are_hashed_while_those_before_them_are_stored(
    services: Services, pool: PoolForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise every processor waits for the database, batch by batch."""
    many = 2 * import_batches.BATCH_PASSWORDS
    file = jsonl(tmp_path, *({"username": f"ahead{n}", "password": f"secret-{n}"} for n in range(many)))
    hash_, insert = services.imports._hasher.hash, bulk_insert.insert
    hashed, all_are = 0, asyncio.Event()

    async def counted(password: str, share: str = "") -> str:
        nonlocal hashed
        hashed += 1
        if hashed == many:
            all_are.set()
        return await hash_(password, share)

    async def waiting(*given: Any) -> dict[int, str]:
        async with asyncio.timeout(20):
            await all_are.wait()
        return await insert(*given)

    monkeypatch.setattr(services.imports._hasher, "hash", counted)
    monkeypatch.setattr(bulk_insert, "insert", waiting)
    assert await brought_in(services, pool, file) == (many, 0, 0)
    assert (
        await logged_in(services, pool, f"ahead{many - 1}", f"secret-{many - 1}")
    ).username == f"ahead{many - 1}"
    assert hashed == many


async def test_two_imports_of_one_file_do_not_both_go_on(
    services: Services, pool: PoolForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batches, "BATCH_ROWS", 2)
    file = jsonl(tmp_path, *({"username": f"u{n}"} for n in range(6)))
    journals = bulk_insert.begin
    await brought_in(services, pool, file)
    late = await journals(services.db, pool.id, "file:x")
    log = importing.ErrorFile(None, 0)
    await services.imports.store(pool.administrator, late, [], 0, log)
    await services.imports.store(pool.administrator, late, [], 3, log)
    with pytest.raises(InvalidOperation):
        await services.imports.store(pool.administrator, late, [], 3, log)


@pytest.mark.parametrize("name", ["wang", "nobody"])
async def test_no_stranger_learns_who_came_without_a_password(
    services: Services, pool: PoolForTests, tmp_path: Path, name: str
) -> None:
    file = jsonl(tmp_path, {"username": "wang", "email": "w@x.cn", "resetPasswordOnNextLogin": True})
    await brought_in(services, pool, file)
    with pytest.raises(WrongCredentials) as refused:
        await services.login.with_password(pool.stranger, UserKey("username", name), "anything")
    assert refused.value.message("en-US") == WrongCredentials().message("en-US")
    assert (v2_row(refused.value), v3_row(refused.value)) == (
        v2_row(WrongCredentials()),
        v3_row(WrongCredentials()),
    )
    reason = await services.db.fetchval(
        "select detail->>'reason' from audit_records where pool_id = $1 and operation = 'login'", pool.id
    )
    assert reason == ("FirstPasswordRequired" if name == "wang" else "WrongCredentials")


async def test_a_pool_whose_users_live_elsewhere_refuses_an_import(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    await services.customdb.update(pool.administrator, {"enabled": True, "mode": "CUSTOM_USER_STORE"})
    with pytest.raises(NotSupportedByDirectory):
        await services.imports.from_file(pool.administrator, jsonl(tmp_path, {"username": "a"}))


async def test_an_overloaded_database_is_tried_again(
    services: Services, pool: PoolForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known, tries = bulk_insert.known, 0

    async def busy(*args: Any) -> Any:
        nonlocal tries
        tries += 1
        if tries < 3:
            raise Overloaded("deadlock")
        return await known(*args)

    monkeypatch.setattr(bulk_insert, "known", busy)
    assert await brought_in(services, pool, jsonl(tmp_path, {"username": "a"})) == (1, 0, 0)


async def test_a_file_of_another_kind_is_refused(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    for name, text in (("users.xlsx", "x"), ("users.csv", "a;b\n1;2\n"), ("users.json", "[]")):
        (tmp_path / name).write_text(text)
        with pytest.raises(InvalidInput):
            await services.imports.from_file(pool.administrator, tmp_path / name)


async def test_the_planner_hears_at_once_of_the_many_who_came(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    before = await services.db.fetchval("select clock_timestamp()")
    file = jsonl(tmp_path, *({"username": f"u{n}", "id": n} for n in range(120)))
    assert await brought_in(services, pool, file) == (120, 0, 0)
    for table in ("users", "user_identities"):
        analysed = await services.db.fetchval(
            "select pg_stat_get_last_analyze_time($1::text::regclass)", table
        )
        assert analysed is not None
        assert analysed > before


async def test_a_row_whose_name_is_free_again_is_brought_in(
    services: Services, pool: PoolForTests, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody had the name when it was inserted, and has not when it is asked who."""
    insert, times = bulk_insert.insert, 0

    async def meets_somebody_first(*args: Any) -> dict[int, str]:
        nonlocal times
        times += 1
        return {} if times == 1 else await insert(*args)

    monkeypatch.setattr(bulk_insert, "insert", meets_somebody_first)
    assert await brought_in(services, pool, jsonl(tmp_path, {"username": "wang"})) == (1, 0, 0)
    assert (times, (await found(services, pool, "wang")).username) == (2, "wang")
