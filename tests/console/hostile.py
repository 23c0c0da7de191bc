"""A pool whose every text is hostile: generated from the schema, so that a new column is in it by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser

import asyncpg
from tests.conftest import PoolForTests
from tests.console.conftest import Things, one_of_each
from tests.users.test_person_export import with_a_row_everywhere

from poolhouse.db.database import Database
from poolhouse.mail.default_templates import built_in
from poolhouse.services import Services
from poolhouse.wire.console.visit import segment

ELEMENT, HANDLER, HOST = "x-evil", "onevil", "evil.example"
_REACHED = "document.documentElement.dataset.evil='1'"

PAYLOADS: Mapping[str, str] = {
    "an element": f"</textarea></title></script></style>--><{ELEMENT} {HANDLER}=1>{{{{7*7}}}}",
    "a script": f"<script>{_REACHED}</script><img src=//{HOST}/x onerror={_REACHED} {HANDLER}=1>",
    "an attribute": f'" {HANDLER}=1 autofocus onfocus="{_REACHED}" x="',
    "an address": f"javascript:{_REACHED}//https://{HOST}/x",
    "another host": f"//{HOST}/x?<{ELEMENT}>",
    "directions": "\u202egnp.exe\u2066\u200b\ufeff",
    "a formula": f'=HYPERLINK("https://{HOST}/x";"+1")',
    "lines": f"x\r\nSet-Cookie: {HANDLER}=1\r\n\r\n<{ELEMENT}>\tx",
    "length": f"<{ELEMENT}>" + "很长 long " * 4_000,
}
LONGEST_NAME = 250
"""Of what stands in addresses, so that a request can ask for it."""

OURS: Mapping[str, str] = {
    "ids that we make": (
        "id user_id app_id node_id org_id root_id parent_id ancestor_id descendant_id group_id role_id policy_id "
        "resource_id tenant_id session_id grant_id connection_id source_id administrator_id key_id target_id "
        "post_id owner_id source_app_id first_id last_id newest_id place_id main_department_id direct_management "
        "last_login_app open_id user_source_id jti device_id actor_id place asker act_id user_ids file_id"
    ),
    "words of a fixed set": (
        "kind type status mode outcome effect state algorithm purpose channel target_type data_type value_type "
        "resource_type actor_kind scope scopes actions lang security format gender register_source namespace "
        "code_challenge_method database_type provider scene app_type roles locale user_source_type"
    ),
    "digests, fingerprints and secrets": (
        "password_hash unique_digest fingerprint answer code_challenge search_key phone_key"
    ),
    "how far a job came": "after subject",
    "settings, read by a schema of ours when they are written and when they are read": (
        "settings rules options condition app_ids actions"
    ),
}
"""Names of columns that hold nothing anybody typed."""
OURS_IN_TABLES: Mapping[str, str] = {
    "custom_scripts name": "one of the names of scripts",
    "custom_scripts_published name": "the same",
    "custom_script_logs name": "the same",
    "pool_counts name": "the name of an error",
    "bulk_acts act": "a word of a fixed set",
    "bulk_acts user_ids": "ids that we make",
    "bulk_acts query": "read by a shape of ours",
    "bulk_acts arguments": "the same",
    "bulk_acts after_id": "ids that we make",
    "bulk_act_results act_id": "an id that we make",
    "bulk_act_results error": "the name of an error",
    "audit_records operation": "a word of a fixed set",
    "field_definitions key": "checked for its letters, and an identifier in queries",
    "field_values key": "the same",
    "field_indexes key": "the same",
    "user_field_values key": "the same",
    "base_field_settings key": "the name of a column",
    "pool_environment key": "checked for its letters",
    **dict.fromkeys(
        [f"import_files {name}" for name in ("encoding", "recognized", "separator", "parted_by", "reason")],
        "words and sentences of ours",
    ),
    "import_files names": "read by a shape of ours",
    "user_imports source": "a key of what the import noted",
    "user_import_errors source": "the same",
    "field_values value": "by its field's type",
    "namespaces code": "checked for its letters, and written into permissions",
}


OF_NO_POOL = (
    *("administrators", "administrator_roles", "administrator_sessions", "administrator_factors"),
    "administrator_passkeys",
    *("alembic_version", "schema_versions", "server_keys", "server_signing_keys", "maintenance_runs"),
    *("server_processes", "pool_lookup"),
)


class Tags(HTMLParser):
    """Of a page: its elements with their attributes, and its text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def harm(page: str) -> list[str]:
    """What a payload made of a page, and what the page would ask of another host."""
    found = []
    for tag, attributes in Tags(page).seen:
        if tag == ELEMENT or [name for name in attributes if name.startswith("on")]:
            found.append(f"<{tag} {attributes}>")
        for name, value in attributes.items():
            given = (value or "").strip().lower()
            if name in ("href", "src", "action", "formaction", "srcset", "poster", "data", "style"):
                ours = re.match(r"(/(?![/\\])|[#?]|data:image/|\Z)", given)
                if not ours and not (tag == "a" and given.startswith(("https://", "http://"))):
                    found.append(f"<{tag} {name}={given[:80]}>")
            if given.startswith("javascript:") and name.startswith(("hx-", "data-")):
                found.append(f"<{tag} {name}={given[:80]}>")
        if tag == "script" and not (attributes.get("src") or "").startswith("/console/static/"):
            found.append(f"<script {attributes}>")
    return found


async def text_columns(db: Database) -> list[tuple[str, str, str]]:
    """(table, column, type) of everything that may hold a text."""
    rows = await db.fetch(
        "select c.table_name, c.column_name, c.udt_name from information_schema.columns c "
        "join pg_class r on r.relname = c.table_name and r.relnamespace = 'public'::regnamespace "
        "where c.table_schema = 'public' and r.relkind in ('r', 'p') and not r.relispartition "
        "and c.udt_name in ('text', 'varchar', '_text', '_varchar', 'jsonb') and c.column_name <> 'pool_id' "
        "order by 1, 2"
    )
    return [(row["table_name"], row["column_name"], row["udt_name"]) for row in rows]


def is_ours(table: str, column: str) -> bool:
    return f"{table} {column}" in OURS_IN_TABLES or any(column in names.split() for names in OURS.values())


NO_ROWS = {
    *(
        "access_accounts",
        "agreements",
        "custom_scripts_published",
    ),
    *("kept_lists", "mail_providers", "user_field_values"),
}
"""Tables that the pool has nothing in, because no page shows what is in them."""
KEPT_BY_RULES = ("data_policy_statements.path", "data_resource_nodes.path")
"""Of these, the database refuses what is no path."""


async def filled(services: Services, pool: PoolForTests) -> Things:
    """A row of everything."""
    things = await one_of_each(services, pool)
    await services.mail.put_template(
        pool.administrator, replace(built_in("login_code", "zh-CN"), enabled=True)
    )
    user = await with_a_row_everywhere(services, pool)
    for sql in (
        "insert into base_field_settings (pool_id, key) values ($1, 'name')",
        "insert into resources (pool_id, id, namespace, code, type) "
        "select $1, 'r', code, 'books', 'DATA' from namespaces where pool_id = $1 limit 1",
    ):
        await services.db.execute(sql, pool.id)
    return replace(things, user=user.id)


async def poisoned(
    services: Services, pool: PoolForTests, things: Things, payload: str
) -> tuple[Things, set[str]]:
    """The addresses of the things now, and the columns that took the payload: all that a constraint does not keep
    from it. What must be unique gets an ending of its own."""
    taken: set[str] = set()
    for table, column, kind in await text_columns(services.db):
        if is_ours(table, column) or table in OF_NO_POOL:
            continue
        which = "id" if table == "pools" else "pool_id"
        value = payload[:LONGEST_NAME] if column in ("code", "identifier") else payload
        new = {
            "text": "$2::text || left(md5(ctid::text), 4)",
            "varchar": "$2::text",
            "_text": "array[$2::text]",
            "_varchar": "array[$2::text]",
            "jsonb": _jsonb(column),
        }[kind]
        try:
            async with services.db.transaction() as tx:
                changed = await tx.execute(
                    f"update {table} set {column} = {new} where {which} = $1", pool.id, value
                )
        except asyncpg.PostgresError:
            continue
        if changed != "UPDATE 0":
            taken.add(f"{table}.{column}")
    one = services.db.fetchval
    asked = {
        "group": "select code from groups where pool_id = $1 order by id limit 1",
        "resource": "select code from resources where pool_id = $1 and namespace = 'warehouse' limit 1",
        "resource_policy": "select code from policies where pool_id = $1 and namespace = 'warehouse' limit 1",
        "data_resource": "select code from data_resources where pool_id = $1 and namespace_number = "
        "(select number from namespaces where pool_id = $1 and code = 'warehouse') limit 1",
        "role": "select code from roles where pool_id = $1 and namespace = 'default' order by id limit 1",
        "organization": "select n.code from nodes n join orgs o on o.pool_id = $1 and o.root_id = n.id "
        "where n.pool_id = $1 and n.id in (select ancestor_id from node_closure where pool_id = $1 "
        f"and descendant_id = '{things.department}') limit 1",
    }
    found = {name: segment(str(await one(sql, pool.id))) for name, sql in asked.items()}
    return replace(things, **found), taken


def _jsonb(column: str) -> str:
    """Each kind of document that a column has, with the payload where a text is."""
    said = "jsonb_build_object('enabled', true, 'value', $2::text)"
    shapes: dict[str, str] = {
        "console": "jsonb_build_array(jsonb_build_object('level', 'log', 'text', $2::text))",
        "warnings": "jsonb_build_array($2::text, jsonb_build_object('zh', $2::text, 'en', $2::text))",
        "i18n": f"jsonb_build_object('label', jsonb_build_object('en-US', {said}, 'zh-CN', {said}))",
        "arguments": "jsonb_build_array($2::text, jsonb_build_object($2::text, $2::text))",
    }
    inside = "jsonb_build_object($2::text, $2::text)"
    return shapes.get(
        column, f"jsonb_build_object($2::text, $2::text, 'reason', $2::text, 'after', {inside})"
    )
