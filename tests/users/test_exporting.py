"""Everybody of a pool, taken out: what was written can be brought in again, and nobody learns what they may not."""

from __future__ import annotations

import csv
import json
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.conftest import PoolForTests
from tests.users.test_importing import brought_in, jsonl, logged_in

from poolhouse.caller import Caller
from poolhouse.errors import NotAuthenticated, NotPermitted
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.migration import exporting
from poolhouse.migration.exporting import KEYS
from poolhouse.migration.import_columns import FIELDS, PREFERRED
from poolhouse.migration.import_tables import _unquoted, cell_of
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

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
    async with aclosing(services.exports.rows(caller, hashes=hashes)) as pages:
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


async def test_whoever_has_no_machine_gets_no_hashes_and_the_log_says_who_did(
    services: Services, pool: PoolForTests, tmp_path: Path
) -> None:
    await brought_in(services, pool, jsonl(tmp_path, {"username": "wang", "password": PLAIN}))
    with pytest.raises(NotPermitted):
        await exported(services, pool.administrator, hashes=True)
    assert "passwordHash" not in (await exported(services, pool.administrator))[0]
    assert (await exported(services, operator(pool), hashes=True))[0]["passwordHash"].startswith("$argon2id$")
    told = await services.db.fetch(
        "select detail from audit_records where pool_id = $1 and operation = 'export' order by at", pool.id
    )
    assert [row["detail"] for row in told] == [{"hashes": False}, {"hashes": True}]


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
    | st.sampled_from(["=1", "'=1", "+86 1", "-x", "@a", "'", "＝1", "'＠a", "＋1+1"])
)
def test_no_cell_is_a_formula_and_each_is_read_as_it_was(text: str) -> None:
    cell = cell_of(text)
    assert not cell.startswith(("=", "@", "＝", "＠"))
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
