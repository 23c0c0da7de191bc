"""A mark in every column of every row about a person, taken from the schema: erasing the person leaves none of them."""

from __future__ import annotations

from typing import Any

from tests.conftest import PoolForTests
from tests.console.hostile import is_ours, text_columns
from tests.users.test_erasing import MARK
from tests.users.test_person_export import OF_NOBODY, with_a_row_everywhere

from poolhouse.services import Services

ADDRESS = f"{MARK}@x.cn"
SAID = f"said of {ADDRESS} by somebody"

WITH_THE_PERSON = {
    "users": "the row goes; what it says is what the erasure looks for",
    "user_identities": "the same",
    "user_tombstones": "the id in an old database, of which a digest stays",
}
NOT_SAID_OF_THEM = {
    "audit_records.user_agent": "of who acted: an administrator's act stays as it was",
    "audit_records.ip": "the same",
    "audit_records.request_id": "the same",
    **dict.fromkeys(
        [
            f"import_files.{name}"
            for name in (
                *("name", "encoding", "recognized", "separator", "parted_by", "names", "header", "ignored"),
                *("secret", "reason", "ip", "user_agent"),
            )
        ],
        "of an administrator's file, and of how it is read",
    ),
    "bulk_acts.ip": "of the administrator who acted",
    "bulk_acts.user_agent": "the same",
    "bulk_acts.departments": "ids of departments",
    "custom_script_logs.script_user_id": "an id, and compared as one",
    "tenants.creator": "the same",
    "logout_notices.issuer": "an address of this server's, with an id that goes when the call was made",
    "kept_lists.places": "ids, for minutes",
    "user_counts.source": "a word of a fixed set",
    **dict.fromkeys(
        [f"tenants.{name}" for name in ("code", "css", "description", "logo", "name", "reject_hint")],
        "of a tenant that they made and others use",
    ),
    "tenants.enterprise_domains": "the same",
}
NO_ROWS = {
    "oidc_codes": "for ten minutes, and deleted with the grant",
    "user_field_values": "made of the custom data, and deleted with the person",
}


async def _columns_to_mark(services: Services) -> list[tuple[str, str, str]]:
    return [
        (table, column, kind)
        for table, column, kind in await text_columns(services.db)
        if table not in {*OF_NOBODY, *WITH_THE_PERSON, *NO_ROWS, "alembic_version"}
        and f"{table}.{column}" not in NOT_SAID_OF_THEM
        and not is_ours(table, column)
    ]


async def _marked_columns(services: Services, pool_id: str) -> set[str]:
    found = set()
    for table, column, _ in await text_columns(services.db):
        if table in ("alembic_version", "pools") or table in OF_NOBODY:
            continue
        sql = f"select 1 from {table} where pool_id = $1 and strpos({column}::text, $2) > 0 limit 1"
        if await services.db.fetchval(sql, pool_id, MARK):
            found.add(f"{table}.{column}")
    return found


async def _mark(services: Services, pool_id: str, user_id: str) -> None:
    """What is their address already stays: some columns are compared as a whole."""
    for table, column, kind in await _columns_to_mark(services):
        as_array = f"coalesce(jsonb_typeof({column}) = 'array', false)"
        values: list[tuple[Any, str]] = {
            "text": [(SAID, "true")],
            "_text": [([SAID], "true")],
            "jsonb": [([SAID], as_array), ({"said": SAID, SAID: [SAID]}, f"not {as_array}")],
        }[kind]
        for value, where in values:
            rows = await services.db.fetch(
                f"select ctid::text as place from {table} t where pool_id = $1 and {column}::text is distinct from $2 "
                f"and (strpos(t::text, $3) > 0 or strpos(t::text, $4) > 0) and {where}",
                *(pool_id, ADDRESS, user_id, MARK),
            )  # apart, as Citus takes no whole row in an UPDATE
            await services.db.execute(
                f"update {table} set {column} = $2 where pool_id = $1 and ctid = any($3::text[]::tid[])",
                *(pool_id, value, [row["place"] for row in rows]),
            )


async def test_no_column_of_any_table_has_the_mark_of_somebody_erased(
    services: Services, pool: PoolForTests
) -> None:
    user = await with_a_row_everywhere(services, pool)
    await _mark(services, pool.id, user.id)
    asked = {f"{table}.{column}" for table, column, _ in await _columns_to_mark(services)}
    marked = await _marked_columns(services, pool.id)
    assert asked - marked == set(), (
        "columns that no row about somebody was given for, and that nothing excuses"
    )

    await services.erasure.erase(pool.administrator, user.id)

    assert await _marked_columns(services, pool.id) == set()


async def test_what_is_excused_is_in_the_schema(services: Services) -> None:
    columns = await text_columns(services.db)
    names = {f"{table}.{column}" for table, column, _ in columns}
    assert set(NOT_SAID_OF_THEM) <= names
    assert {*WITH_THE_PERSON, *NO_ROWS} <= {table for table, _, _ in columns}
