"""Everybody of a pool, taken out: what was written can be brought in again, and nobody learns what they may not."""

from __future__ import annotations

import csv
import json
from contextlib import AsyncExitStack, aclosing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import PoolForTests
from tests.users.test_importing import brought_in, jsonl, logged_in

from poolhouse.caller import Caller
from poolhouse.errors import (
    FieldNotFound,
    InvalidInput,
    NotAuthenticated,
    NotPermitted,
    Overloaded,
    TooLarge,
    TooManyRequests,
)
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.migration import exporting, import_rows
from poolhouse.migration.export_formats import encoder
from poolhouse.migration.exporting import KEYS, Wanted
from poolhouse.migration.import_columns import FIELDS, PREFERRED
from poolhouse.migration.import_tables import _unquoted, cell_of
from poolhouse.services import Services
from poolhouse.users.model import Condition, UserDraft, UserQuery

PLAIN = "a Password of theirs 1"
EVERYTHING: dict[str, Any] = {
    **{key: f"{key} 张" for key in PREFERRED},
    "email": "w@x.cn",
    "phone": "13800138000",
    "phoneCountryCode": "+86",
    "username": "=wang",
    "birthdate": "1990-01-31",
    "gender": "F",
    "status": "Suspended",
    "registerSource": ["excel", "manual"],
    "userSourceType": "excel",
    "expiredAt": "2031-01-01T00:00:00Z",
    **dict.fromkeys(
        ("lastLogin", "lastMfaTime", "passwordLastSetAt", "signedUp"), "2024-02-29T01:02:03.004Z"
    ),
    "tokenExpiredAt": "2030-01-01T00:00:00.000Z",
    **dict.fromkeys(("emailVerified", "phoneVerified", "resetPasswordOnNextLogin"), True),
    "blocked": True,
    "loginsCount": 7,
    "passwordSecurityLevel": 2,
    "customData": {"level": 3, "note": "-1+1"},
}


def operator(pool: PoolForTests) -> Caller:
    return Caller(pool.id, kind="system", actor_id="command line")


async def exported(services: Services, caller: Caller, *, hashes: bool = False) -> list[dict[str, Any]]:
    async with aclosing(services.exports.rows(caller, Wanted(hashes=hashes))) as pages:
        return [dict(row) async for page in pages for row in page]


async def with_fields(services: Services, *pools: PoolForTests) -> None:
    drafts = [
        FieldDraft(TargetType.USER, "level", DataType.NUMBER, "Level"),
        FieldDraft(TargetType.USER, "note", DataType.STRING, "Note"),
    ]
    for pool in pools:
        await services.fields.define(pool.administrator, drafts)


async def test_a_stranger_may_not_export(services: Services, pool: PoolForTests) -> None:
    for caller, error in ((pool.stranger, NotAuthenticated), (pool.user("a" * 24), NotPermitted)):
        with pytest.raises(error):
            await exported(services, caller)


async def test_a_key_made_for_somebody_gets_no_hashes_the_pool_s_own_and_the_machine_do(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    await brought_in(services, pool, jsonl(tmp_path, {"username": "wang", "password": PLAIN}))
    key = Caller(pool.id, "administrator", "a" * 24)
    limited = Caller(pool.id, "administrator", pool.id, scopes=frozenset({"users:read", "secrets:read"}))
    for caller in (key, limited):
        with pytest.raises(NotPermitted):
            await exported(services, caller, hashes=True)
        assert "passwordHash" not in (await exported(services, caller))[0]
    for caller in (pool.administrator, operator(pool)):
        out = await exported(services, caller, hashes=True)
        assert out[0]["passwordHash"].startswith("$argon2id$")


async def noted(services: Services, pool: PoolForTests) -> list[tuple[str, bool, dict[str, Any]]]:
    found = await services.db.fetch(
        "select actor_id, success, detail from audit_records where pool_id = $1 and operation = 'export' "
        "order by at",
        pool.id,
    )
    return [(row["actor_id"], row["success"], row["detail"]) for row in found]


async def test_the_log_says_who_took_what_and_how_many_also_of_an_export_broken_off(
    services: Services, pool: PoolForTests
) -> None:
    for name in ("a", "b", "c"):
        await services.users.create(pool.administrator, UserDraft({"username": name}))
    await exported(services, operator(pool), hashes=True)
    async with aclosing(services.exports.rows(pool.administrator, page=2)) as pages:
        await anext(pages)
    assert await noted(services, pool) == [
        ("command line", True, {"hashes": True}),
        ("command line", True, {"hashes": True, "rows": 3}),
        (pool.id, True, {"hashes": False}),
        (pool.id, False, {"hashes": False, "rows": 2}),
    ]


async def test_few_run_at_once_of_a_pool_and_of_a_process(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    for one in (pool, other_pool):
        await services.users.create(one.administrator, UserDraft({"username": "a"}))
    async with AsyncExitStack() as running:

        async def begin(one: PoolForTests) -> None:
            pages = await running.enter_async_context(aclosing(services.exports.rows(one.administrator)))
            await anext(pages)

        await begin(pool)
        await begin(pool)
        with pytest.raises(TooManyRequests) as of_the_pool:
            await begin(pool)
        await begin(other_pool)
        with pytest.raises(Overloaded) as of_the_process:
            await begin(other_pool)
        assert of_the_pool.value.facts == of_the_process.value.facts == {"retry_after_s": exporting.RETRY_S}
    assert len(await exported(services, pool.administrator)) == 1


async def test_told_to_stop_it_ends_before_the_next_page_and_none_begins(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "b"):
        await services.users.create(pool.administrator, UserDraft({"username": name}))
    monkeypatch.setattr(services.exports, "_stopping", False)
    async with aclosing(services.exports.rows(pool.administrator, page=1)) as pages:
        await anext(pages)
        services.exports.stop()
        with pytest.raises(Overloaded):
            await anext(pages)
    with pytest.raises(Overloaded):
        await exported(services, pool.administrator)


async def test_every_field_comes_in_again_as_it_went_out(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, tmp_path: Path
) -> None:
    await with_fields(services, pool, other_pool)
    rows = (
        {**EVERYTHING, "id": 17, "password": PLAIN},
        {"username": "li"},
        {"username": "sun", "password": PLAIN},
    )
    assert await brought_in(services, pool, jsonl(tmp_path, *rows)) == (3, 0, 0)
    out = await exported(services, operator(pool), hashes=True)
    whole = next(row for row in out if row["username"] == "=wang")
    assert set(whole) == set(KEYS)
    assert whole["customDatabaseId"] == "17"

    file = jsonl(tmp_path, *out, name="again.jsonl")
    assert await brought_in(services, other_pool, file) == (3, 0, 0)
    again = await exported(services, operator(other_pool), hashes=True)
    ids = {row["username"]: row.pop("id") for row in out}
    for row in again:
        del row["id"]
        # Whoever came from no old database is known there by the id they had here.
        came_from = row["customDatabaseId"] if row["username"] == "=wang" else row.pop("customDatabaseId")
        assert came_from == ("17" if row["username"] == "=wang" else ids[row["username"]])
    assert sorted(again, key=str) == sorted(out, key=str)
    assert (await logged_in(services, other_pool, "sun", PLAIN)).username == "sun"


async def test_an_export_is_of_one_moment_and_one_pool(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 2)
    for name in ("a", "b", "c"):
        await services.users.create(pool.administrator, UserDraft({"username": name}))
    await services.users.create(other_pool.administrator, UserDraft({"username": "elsewhere"}))
    seen: list[str] = []
    async with aclosing(services.exports.rows(pool.administrator)) as pages:
        async for page in pages:
            if not seen:
                await services.users.create(pool.administrator, UserDraft({"username": "too late"}))
            seen += [row["username"] for row in page]
    assert sorted(seen) == ["a", "b", "c"]


def test_the_keys_of_a_row_are_those_an_import_reads() -> None:
    assert {FIELDS[key] for key in PREFERRED} == set(FIELDS.values())


@settings(suppress_health_check=[HealthCheck.differing_executors])
@given(
    st.text().filter(lambda text: text == text.strip())
    | st.sampled_from(
        ["=1", "'=1", "+86 1", "-x", "@a", "'", "＝1", "'＠a", "＋1+1", "\t=1", "\r=1", "'\t", "-2-3"]
    )
)
def test_no_cell_is_a_formula_and_each_is_read_as_it_was(text: str) -> None:
    cell = cell_of(text)
    assert not cell.startswith(("=", "@", "＝", "＠", "\t", "\r"))
    assert cell == text or not cell.startswith(("+", "-", "＋", "－"))
    assert _unquoted(cell) == text


async def test_a_table_comes_in_again_as_it_went_out(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, tmp_path: Path
) -> None:
    await with_fields(services, pool, other_pool)
    await brought_in(services, pool, jsonl(tmp_path, {**EVERYTHING, "id": 17}, {"username": "li", "id": 18}))
    out = await exported(services, operator(pool))
    file = tmp_path / "table.csv"
    with file.open("w", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(KEYS)
        writer.writerows([cell_of(row[key]) if key in row else "" for key in KEYS] for row in out)
    assert await brought_in(services, other_pool, file) == (2, 0, 0), (tmp_path / "errors.jsonl").read_text()
    again = await exported(services, operator(other_pool))
    for row in (*out, *again):
        del row["id"]
    assert sorted(json.dumps(row, sort_keys=True) for row in again) == sorted(
        json.dumps(row, sort_keys=True) for row in out
    )


async def test_whoever_counts_as_deleted_is_left_out_for_an_import_would_let_them_in(
    services: Services, pool: PoolForTests
) -> None:
    for name in ("stays", "gone"):
        await services.users.create(pool.administrator, UserDraft({"username": name}))
    await services.db.execute(
        "update users set is_deleted = true where pool_id = $1 and username = 'gone'", pool.id
    )
    assert [row["username"] for row in await exported(services, pool.administrator)] == ["stays"]


async def test_those_named_and_those_who_match_come_and_nobody_of_another_pool(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    made = [
        (await services.users.create(pool.administrator, UserDraft({"username": name}))).id
        for name in ("anna", "annika", "bert", "gone")
    ]
    theirs = (await services.users.create(other_pool.administrator, UserDraft({"username": "annabel"}))).id
    await services.db.execute(
        "update users set is_deleted = true where pool_id = $1 and id = $2", pool.id, made[3]
    )
    named = Wanted(user_ids=(made[2], theirs, made[0], made[0], made[3]))
    matching = Wanted(query=UserQuery(keyword="ann"))
    selective = Wanted(query=UserQuery(conditions=(Condition("username", "EQUAL", "bert"),)))
    nobody = Wanted(query=UserQuery(keyword="zoe"))
    for wanted, names in (
        (named, ["anna", "bert"]),
        (matching, ["anna", "annika"]),
        (selective, ["bert"]),
        (nobody, []),
    ):
        async with aclosing(services.exports.rows(pool.administrator, wanted, page=1)) as pages:
            assert [row["username"] async for page in pages for row in page] == names
    first, last = (await noted(services, pool))[:2]
    assert first[2] == {"hashes": False, "users": 5}
    assert last[2] == {"hashes": False, "users": 5, "rows": 2}
    assert (await noted(services, pool))[2][2] == {"hashes": False, "matching": True}


async def test_chosen_columns_alone_come_custom_fields_among_them(
    services: Services, pool: PoolForTests
) -> None:
    await with_fields(services, pool)
    await services.users.create(pool.administrator, UserDraft({"username": "anna", "email": "a@x.cn"}))
    (row,) = await exported(services, pool.administrator)
    await services.fields.set_values(
        pool.administrator, TargetType.USER, {row["id"]: {"level": 3, "note": "n"}}
    )
    wanted = Wanted(columns=("customData.level", "username"))
    async with aclosing(services.exports.rows(pool.administrator, wanted)) as pages:
        assert [row async for page in pages for row in page] == [
            {"username": "anna", "customData": {"level": 3}}
        ]
    assert (await noted(services, pool))[-1][2]["columns"] == ["customData.level", "username"]


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (Wanted(columns=("nosuch",)), InvalidInput),
        (Wanted(columns=("passwordHash",)), InvalidInput),
        (Wanted(columns=("customData.nosuch",)), FieldNotFound),
        (Wanted(columns=("id",) * 201), TooLarge),
        (Wanted(user_ids=()), InvalidInput),
        (Wanted(user_ids=("a",) * 1001), TooLarge),
        (Wanted(user_ids=("a" * 257,)), TooLarge),
    ],
)
async def test_what_cannot_be_asked_for_is_refused_before_anything_is_noted(
    services: Services, pool: PoolForTests, wanted: Wanted, error: type[Exception]
) -> None:
    with pytest.raises(error):
        async with aclosing(services.exports.rows(pool.administrator, wanted)) as pages:
            await anext(pages, None)
    assert await noted(services, pool) == []


@pytest.mark.parametrize("separator", ["comma", "semicolon", "tab"])
async def test_columns_of_custom_fields_come_in_again_as_they_went_out(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, tmp_path: Path, separator: Any
) -> None:
    await with_fields(services, pool, other_pool)
    values = [{"level": 3, "note": "=1+1"}, {"note": "\t=cmd"}, {"note": "'-x;,"}, {"level": -2.5}]
    rows = [{"username": f"u{at}", "customData": value} for at, value in enumerate(values)]
    assert await brought_in(services, pool, jsonl(tmp_path, *rows)) == (4, 0, 0)
    wanted = Wanted(columns=("username", "customData.level", "customData.note"))
    encode = encoder("csv", wanted.keys, separator, mark=False)
    file = tmp_path / "table.csv"
    async with aclosing(services.exports.rows(pool.administrator, wanted)) as pages:
        file.write_bytes(b"".join([encode(page) async for page in pages]))
    assert b"'=1+1" in file.read_bytes()
    assert await brought_in(services, other_pool, file) == (4, 0, 0), file.read_text()
    again = await exported(services, other_pool.administrator)
    assert {row["username"]: row["customData"] for row in again} == {
        row["username"]: row["customData"] for row in rows
    }


async def test_a_stored_hash_that_looks_like_a_formula_comes_in_as_it_was(tmp_path: Path) -> None:
    """Of a pool whose own function judges them: base64, say."""
    encode = encoder("csv", ("username", "passwordHash"))
    file = tmp_path / "table.csv"
    file.write_bytes(encode([{"username": "u", "passwordHash": "+abc="}]))
    assert b"'+abc=" in file.read_bytes()
    (raw,) = import_rows.read(file)
    assert raw.given["passwordHash"] == "+abc="
