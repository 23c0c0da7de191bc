"""Everything held about a person is in one file: by the schema and by the erasure, so that no table is forgotten."""

from __future__ import annotations

import json
import re
from contextlib import aclosing
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.users.test_erasing import MARK, OLD, marked, texts_of_users

from poolhouse.accounts.person_export import camel
from poolhouse.accounts.postgres_held import LEFT_OUT, held
from poolhouse.audit.person import Person
from poolhouse.errors import NotAuthenticated, NotPermitted, TooManyRequests, UserNotFound
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.ids import new_id
from poolhouse.resources.model import AccessRule, Effect, Statement
from poolhouse.resources.model import TargetType as GrantTarget
from poolhouse.services import Services
from poolhouse.services.consequences import ERASE, FORGET_USERS
from poolhouse.users.model import User, UserDraft

COUNTS = {"field_indexes", "user_counts", "user_search_waiting"}
"""How many, or how far something is: of nobody."""


async def exported(services: Services, caller: Any, name: str) -> tuple[str, dict[str, Any]]:
    async with aclosing(services.person_export.pieces(caller, name)) as pieces:
        text = b"".join([piece async for piece in pieces]).decode()
    return text, json.loads(text)


async def with_a_row_everywhere(services: Services, pool: PoolForTests) -> User:
    """Somebody whom every row of `held` has something of."""
    admin, db = pool.administrator, services.db
    user = await marked(services, pool)
    draft = FieldDraft(TargetType.USER, "sealed", DataType.STRING, "Sealed", encrypted=True)
    await services.fields.define(admin, [draft])
    await services.fields.set_values(admin, TargetType.USER, {user.id: {"sealed": f"{MARK} sealed"}})
    other = await services.users.create(admin, UserDraft({"username": "report"}))
    await services.policies.create(admin, "policy", [Statement(Effect.ALLOW, "books:*", ("read",))])
    await services.policies.assign(admin, ["policy"], GrantTarget.USER, [user.id])
    app = await services.apps.create(admin, "another app")
    await services.app_access.put_all(admin, app.id, [AccessRule(GrantTarget.USER, (user.id,))])
    rows: list[tuple[str, tuple[Any, ...]]] = [
        ("update users set direct_management = $2 where pool_id = $1 and id = $3", (user.id, other.id)),
        ("update tenants set creator = $2 where pool_id = $1", (user.id,)),
        ("insert into posts (pool_id, id, code, name) values ($1, $2, 'post', 'post')", ("p" * 24,)),
        ("insert into post_users (pool_id, post_id, user_id) values ($1, $2, $3)", ("p" * 24, user.id)),
        (
            "insert into tickets (pool_id, id, purpose, user_id, digest, detail, tries_left, expires_at) "
            "values ($1, $2, 'mfa', $3, '', $4, 1, now() + interval '1 day')",
            (new_id(), user.id, {"secret": "hidden-in-a-ticket"}),
        ),
        (
            "insert into logout_notices (pool_id, id, app_id, session_id, subject, issuer) "
            "values ($1, $2, $3, 's', $4, 'i')",
            (new_id(), app.id, user.id),
        ),
        (
            "insert into unproven_addresses (pool_id, user_id, channel, digest) values ($1, $2, 'email', '') "
            "on conflict do nothing",
            (user.id,),
        ),
        (
            "insert into user_tombstones (pool_id, provider, user_id_in_idp) values ($1, 'custom-database', $2)",
            (OLD,),
        ),
        (
            "insert into user_states (pool_id, user_id) values ($1, $2) on conflict do nothing",
            (user.id,),
        ),
        (
            "insert into oidc_refresh_tokens (pool_id, digest, grant_id, expires_at) "
            "select $1, '\\x01', id, now() + interval '1 day' from oidc_grants where pool_id = $1 and user_id = $2",
            (user.id,),
        ),
        (
            "insert into bulk_acts (pool_id, id, act, arguments, query, actor_kind, actor_id, lang, user_agent) "
            "values ($1, 'b', 'BLOCK', jsonb_build_object('note', $2::text), '{}', 'system', 's', 'zh-CN', '')",
            (f"{MARK}-name left",),
        ),
        (
            "insert into bulk_act_results (pool_id, act_id, row, user_id) values ($1, 'b', 1, $2)",
            (user.id,),
        ),
        ("insert into user_imports (pool_id, source) values ($1, 's')", ()),
        (
            "insert into user_import_errors (pool_id, source, line, field, message, message_en, id_in_old) "
            "values ($1, 's', 1, 'f', $2, $2, $3)",
            (f"taken {MARK}-name", OLD),
        ),
    ]
    for sql, args in rows:
        await db.execute(sql, pool.id, *args)
    return user


async def test_a_stranger_takes_nobody_out(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    for caller, error in ((pool.stranger, NotAuthenticated), (pool.user(user.id), NotPermitted)):
        with pytest.raises(error):
            await exported(services, caller, user.id)


async def test_the_neighbour_s_person_is_unknown_and_leaves_no_act(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    user = await services.users.create(other_pool.administrator, UserDraft({"username": "li"}))
    await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    with pytest.raises(UserNotFound):
        await exported(services, pool.administrator, user.id)
    count = "select count(*) from audit_records where pool_id = $1 and operation = 'export'"
    assert await services.db.fetchval(count, pool.id) == 0
    text, _ = await exported(services, pool.administrator, "li")
    assert user.id not in text
    assert other_pool.id not in text


async def test_every_text_of_every_row_is_in_the_file_but_the_secrets(
    services: Services, pool: PoolForTests
) -> None:
    """A mark of its own in every column of text, as far as the table takes one; then every row is looked for."""
    user = await with_a_row_everywhere(services, pool)
    text, found = await exported(services, pool.administrator, user.id)
    tables = {one.name: found[one.section][camel(one.name)] for one in held()}
    assert {name for name, rows in tables.items() if not rows} == set()
    assert found["customData"]["sealed"] == f"{MARK} sealed"
    for column in await texts_of_users(services):
        assert str(found["profile"]["users"][0][camel(column)]).lower().startswith(MARK), column

    by_name = {one.name: one for one in held()}
    for name, rows in tables.items():
        one = by_name[name]
        for row in rows:
            assert not {camel(column) for column in one.secret} & set(row), name
        if "to_jsonb(t)" in one.sql:
            columns = await services.db.fetch(
                "select column_name from information_schema.columns where table_schema = 'public' and table_name = $1",
                one.source,
            )
            known = {camel(row["column_name"]) for row in columns} - {"poolId"}
            assert known - set(rows[0]) == {camel(column) for column in one.secret}, name
    assert "hidden-in-a-ticket" not in text
    assert "$argon2id$" not in text
    assert found["about"]["leftOut"]["mfaFactors"] == ["secret", "recoveryDigest"]


async def test_marks_are_found_wherever_the_erasure_would_strike_them_out(
    services: Services, pool: PoolForTests
) -> None:
    """What stands in the tables of somebody before, and does not after, was in the file: the two keep one rule."""
    user = await with_a_row_everywhere(services, pool)
    before = await _rows_with_marks(services, pool.id, user.id)
    _, found = await exported(services, pool.administrator, f"{MARK}@x.cn")
    counted: dict[str, int] = {}
    for one in held():
        rows = found[one.section][camel(one.name)]
        counted[one.source] = counted.get(one.source, 0) + len(rows)
    assert {"audit_records", "custom_script_logs", "mail_outbox", "user_import_errors"} <= set(before)
    missed = {
        table: (count, counted.get(table, 0))
        for table, count in before.items()
        if table not in {*LEFT_OUT, *COUNTS} and count > counted.get(table, 0)
    }
    assert missed == {}


async def _rows_with_marks(services: Services, pool_id: str, user_id: str) -> dict[str, int]:
    """Table -> rows that have the mark or the person's id."""
    tables = await services.db.fetch(
        "select c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace "
        "where n.nspname = 'public' and c.relkind in ('r', 'p') and not c.relispartition"
    )
    counts = {}
    for name in (row["relname"] for row in tables):
        count = await services.db.fetchval(
            f'select count(*) from "{name}" t '
            "where strpos(t::text, $3) > 0 and (strpos(t::text, $1) > 0 or strpos(t::text, $2) > 0)",
            MARK,
            user_id,
            pool_id,
        )
        if count:
            counts[name] = count
    return counts


async def test_every_table_that_is_forgotten_or_erased_is_exported_or_left_out_for_a_reason(
    services: Services,
) -> None:
    sent: list[str] = []

    class Recorder:
        async def execute(self, sql: str, *args: object) -> str:
            sent.append(sql)
            return "UPDATE 0"

        async def fetch(self, sql: str, *args: object) -> list[object]:
            sent.append(sql)
            return []

        async def fetchval(self, sql: str, *args: object) -> int:
            sent.append(sql)
            return 0

    for forget in FORGET_USERS:
        await forget(Recorder(), "pool", ["user"])  # type: ignore[arg-type]
    person = Person("user", "new", frozenset({"name"}), frozenset({"name"}))
    for erase in ERASE.values():
        await erase(Recorder(), "pool", person)  # type: ignore[arg-type]
    named = await services.db.fetch(
        "select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid "
        "where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition "
        "and a.attname in ('user_id', 'target_id', 'user_id_in_idp')"
    )
    theirs = {row["relname"] for row in named} | {
        table
        for sql in sent
        for table in re.findall(r"(?:delete from|update|from) ([a-z_]+)", sql)
        if "_" in table
    }
    tables = {
        row["relname"]
        for row in await services.db.fetch("select relname from pg_class where relkind in ('r', 'p')")
    }
    assert (theirs & tables) - {one.source for one in held()} - set(LEFT_OUT) - COUNTS == set()


OF_NOBODY: dict[str, str] = {
    "schema_versions": "numbers of the schema",
    **dict.fromkeys(
        (
            "administrators",
            "administrator_factors",
            "administrator_passkeys",
            "administrator_roles",
            "administrator_sessions",
        ),
        "of administrators, who belong to the server and are deleted there",
    ),
    **dict.fromkeys(
        (
            "apps",
            "access_accounts",
            "agreements",
            "base_field_settings",
            "field_definitions",
            "pool_environment",
        ),
        "what an administrator set up",
    ),
    **dict.fromkeys(
        (
            "custom_databases",
            "custom_scripts",
            "custom_scripts_published",
            "mail_providers",
            "mail_templates",
        ),
        "the same",
    ),
    **dict.fromkeys(
        (
            "data_policies",
            "data_policy_statements",
            "data_resource_fields",
            "data_resource_nodes",
            "data_resources",
        ),
        "the same",
    ),
    **dict.fromkeys(
        ("namespaces", "policies", "policy_statements", "resources", "roles", "groups"), "the same"
    ),
    **dict.fromkeys(
        ("identity_sources", "identity_connections", "identity_connection_states", "pools", "tenant_apps"),
        "the same",
    ),
    **dict.fromkeys(
        ("nodes", "node_closure", "orgs", "posts", "post_departments", "tenant_resources"), "the same"
    ),
    **dict.fromkeys(("server_keys", "server_signing_keys", "signing_keys"), "keys of the server"),
    "pool_lookup": "in which pool a domain, an application or a key is",
    "server_processes": "what a process of the server says of itself",
    **dict.fromkeys(
        ("captchas", "oidc_client_assertions", "oidc_revoked_tokens", "federation_attempts"),
        "ids by chance, of no name, until they expire",
    ),
    **dict.fromkeys(
        ("custom_migrations", "maintenance_runs", "pool_counts", "user_imports"),
        "how many, and by which file",
    ),
    **dict.fromkeys(
        ("import_file_pieces", "import_file_keys"),
        "bytes and digests of an administrator's file, which go when somebody is erased",
    ),
}
"""Tables with texts that hold nothing of a person whom the pool is for, and why."""


async def test_every_table_with_texts_is_exported_or_holds_nothing_of_a_person(services: Services) -> None:
    """Of the schema as it is: a new table is a row of `held`, or here with the reason."""
    rows = await services.db.fetch(
        "select distinct c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid "
        "where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition "
        "and a.attnum > 0 and not a.attisdropped and a.attname <> 'pool_id' "
        "and a.atttypid in ('text'::regtype, 'jsonb'::regtype, 'text[]'::regtype)"
    )
    tables = {row["relname"] for row in rows}
    theirs = {one.source for one in held()} | set(LEFT_OUT) | COUNTS
    assert sorted(tables - theirs - set(OF_NOBODY)) == []
    assert set(OF_NOBODY) & theirs == set()


async def test_no_column_of_bytes_is_told(services: Services) -> None:
    """They are digests and what is sealed: a new one is named in `secret`, or nothing is exported."""
    rows = await services.db.fetch(
        "select table_name, column_name from information_schema.columns "
        "where table_schema = 'public' and (data_type = 'bytea' or column_name like '%password_hash%')"
    )
    bytes_of: dict[str, set[str]] = {}
    for row in rows:
        bytes_of.setdefault(row["table_name"], set()).add(row["column_name"])
    told = {
        one.name: bytes_of.get(one.source, set()) - set(one.secret)
        for one in held()
        if "to_jsonb(t)" in one.sql and bytes_of.get(one.source, set()) - set(one.secret)
    }
    assert told == {}


async def test_the_log_says_who_took_it_before_the_first_piece_and_how_it_ended(
    services: Services, pool: PoolForTests
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    kept = (
        "select success, detail from audit_records "
        "where pool_id = $1 and operation = 'export' and user_id = $2 order by at"
    )
    async with aclosing(services.person_export.pieces(pool.administrator, "li")) as pieces:
        await anext(pieces)
        assert [row["detail"] for row in await services.db.fetch(kept, pool.id, user.id)] == [{"held": True}]
    ends = await services.db.fetch(kept, pool.id, user.id)
    assert [row["success"] for row in ends] == [True, False]
    _, found = await exported(services, pool.administrator, "li")
    ends = await services.db.fetch(kept, pool.id, user.id)
    assert ends[-1]["success"]
    assert ends[-1]["detail"]["rows"] > 1
    assert "export" in {row["operation"] for row in found["acts"]["auditRecords"]}


async def test_somebody_deleted_before_is_told_by_their_id(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "gone"}))
    await services.users.delete(pool.administrator, [user.id])
    _, found = await exported(services, pool.administrator, user.id)
    assert found["profile"]["users"] == []
    assert {row["operation"] for row in found["acts"]["auditRecords"]} >= {"create", "delete"}


async def test_a_name_within_another_word_is_not_theirs(services: Services, pool: PoolForTests) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    for message in ("a client listed", "no user Li"):
        await services.db.execute(
            "insert into custom_script_logs (pool_id, id, name, duration_ms, success, outcome, message) "
            "values ($1, $2, 'login', 1, false, 'threw', $3)",
            pool.id,
            new_id(),
            message,
        )
    _, found = await exported(services, pool.administrator, user.id)
    assert [row["message"] for row in found["scripts"]["customScriptLogs"]] == ["no user Li"]


async def test_many_rows_come_in_pages(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("poolhouse.accounts.postgres_held.PAGE", 2)
    user = await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    for _ in range(5):
        await services.sessions.kick(pool.administrator, [user.id])
    _, found = await exported(services, pool.administrator, user.id)
    kicks = [row for row in found["acts"]["auditRecords"] if row["operation"] == "kick"]
    assert len({row["id"] for row in kicks}) == 5


async def test_it_takes_one_of_the_places_of_the_pool_s_exports(
    services: Services, pool: PoolForTests
) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "li"}))
    with services.exports.place(pool.id), services.exports.place(pool.id), pytest.raises(TooManyRequests):
        await exported(services, pool.administrator, "li")
