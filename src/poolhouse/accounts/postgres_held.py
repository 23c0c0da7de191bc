"""What is held about a person, table by table, and how it is read.

What `forget_users` and `erase_person` (services/consequences.py) take away is in a row here, or in LEFT_OUT with the
reason: tests/users/test_person_export.py compares the statements of both with these rows. A row tells every column but
those named in `secret`, so that a new column is in the file without being listed.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from poolhouse.aside import aside
from poolhouse.audit.person import Person
from poolhouse.db.database import Tx

PAGE = 200
"""Rows in memory at once."""

LEFT_OUT = {
    "user_search": "made of the profile, for searches",
    "user_field_values": "made of the custom data, for searches",
    "kept_lists": "ids beside what lists are sorted by, and only remembered for a while",
    "field_values": "read by the fields themselves, which decrypt: section customData",
    "access_key_uses": "in the row of the key",
    "import_files": "an administrator's file, whose bytes are sealed, and go when somebody is erased",
    "import_file_erasures": "when somebody was last erased",
}


@dataclass(frozen=True, slots=True)
class Held:
    """`sql` answers one JSON object a row as `row`; `$1` is the pool, `args` gives the others. `secret`: columns that
    open something, or hold nothing but digests. `said`: columns of a row that count only where they name the person
    as a word, which SQL does not know."""

    section: str
    name: str
    sql: str
    args: Callable[[Person], tuple[Any, ...]]
    table: str = ""
    secret: tuple[str, ...] = ()
    said: tuple[str, ...] = ()

    @property
    def source(self) -> str:
        return self.table or self.name


def _id(person: Person) -> tuple[Any, ...]:
    return (person.user_id,)


def _id_and_names(person: Person) -> tuple[Any, ...]:
    return person.user_id, sorted(person.sign_in)


def _names(person: Person) -> tuple[Any, ...]:
    return (sorted({*person.sign_in, person.user_id.lower()}),)


def _needles(person: Person) -> tuple[Any, ...]:
    return (person.needles,)


def _ids(person: Person) -> tuple[Any, ...]:
    return ([person.user_id, *person.old_ids],)


def _needles_and_ids(person: Person) -> tuple[Any, ...]:
    return person.needles, [person.user_id, *person.old_ids]


def _id_names_and_needles(person: Person) -> tuple[Any, ...]:
    return person.user_id, sorted(person.sign_in), person.needles


def held() -> tuple[Held, ...]:
    """In the order of the file."""
    return (*_profile(), *_belongings(), *_logins(), *_acts(), *_named())


def _profile() -> tuple[Held, ...]:
    return (
        Held(
            "profile",
            "users",
            "select to_jsonb(t) as row from users t where t.pool_id = $1 and t.id = $2",
            _id,
            secret=("password_hash",),
        ),
        Held(
            "profile",
            "user_states",
            "select to_jsonb(t) as row from user_states t where t.pool_id = $1 and t.user_id = $2",
            _id,
        ),
        Held(
            "profile",
            "user_logins",
            "select to_jsonb(t) as row from user_logins t where t.pool_id = $1 and t.user_id = $2",
            _id,
        ),
        Held(
            "identities",
            "user_identities",
            "select to_jsonb(t) as row from user_identities t where t.pool_id = $1 and t.user_id = $2 order by t.id",
            _id,
        ),
    )


def _belongings() -> tuple[Held, ...]:
    return (
        Held(
            "groups",
            "group_members",
            "select to_jsonb(t) || jsonb_build_object('code', g.code, 'name', g.name) as row from group_members t "
            "join groups g on g.pool_id = t.pool_id and g.id = t.group_id "
            "where t.pool_id = $1 and t.user_id = $2 order by t.group_id",
            _id,
        ),
        Held(
            "roles",
            "role_assignments",
            "select to_jsonb(t) || jsonb_build_object('code', r.code, 'namespace', r.namespace) as row "
            "from role_assignments t join roles r on r.pool_id = t.pool_id and r.id = t.role_id "
            "where t.pool_id = $1 and t.target_type = 'USER' and t.target_id = $2 order by t.role_id",
            _id,
        ),
        Held(
            "departments",
            "node_members",
            "select to_jsonb(t) || jsonb_build_object('name', n.name, 'code', n.code) as row from node_members t "
            "join nodes n on n.pool_id = t.pool_id and n.id = t.node_id "
            "where t.pool_id = $1 and t.user_id = $2 order by t.node_id",
            _id,
        ),
        Held(
            "departments",
            "post_users",
            "select to_jsonb(t) || jsonb_build_object('name', p.name, 'code', p.code) as row from post_users t "
            "join posts p on p.pool_id = t.pool_id and p.id = t.post_id "
            "where t.pool_id = $1 and t.user_id = $2 order by t.post_id",
            _id,
        ),
        Held(
            "departments",
            "manages",
            "select jsonb_build_object('id', t.id, 'direct_management', t.direct_management) as row from users t "
            "where t.pool_id = $1 and lower(t.direct_management) = any($2::text[]) order by t.id",
            _names,
            table="users",
        ),
        Held(
            "tenants",
            "tenant_members",
            "select to_jsonb(t) || jsonb_build_object('name', n.name) as row from tenant_members t "
            "join tenants n on n.pool_id = t.pool_id and n.id = t.tenant_id "
            "where t.pool_id = $1 and t.user_id = $2 order by t.tenant_id",
            _id,
        ),
        Held(
            "tenants",
            "tenants",
            "select jsonb_build_object('id', t.id, 'name', t.name, 'creator', t.creator) as row from tenants t "
            "where t.pool_id = $1 and t.creator = $2 order by t.id",
            _id,
        ),
        Held(
            "permissions",
            "resource_grants",
            "select to_jsonb(t) as row from resource_grants t "
            "where t.pool_id = $1 and t.target_type = 'USER' and t.target_id = $2 order by t.namespace, t.resource",
            _id,
        ),
        Held(
            "permissions",
            "policy_assignments",
            "select to_jsonb(t) as row from policy_assignments t "
            "where t.pool_id = $1 and t.target_type = 'USER' and t.target_id = $2 order by t.policy_id",
            _id,
        ),
        Held(
            "permissions",
            "data_policy_targets",
            "select to_jsonb(t) as row from data_policy_targets t "
            "where t.pool_id = $1 and t.target_type = 'USER' and t.target_id = $2 order by t.policy_id",
            _id,
        ),
        Held(
            "permissions",
            "app_access",
            "select to_jsonb(t) as row from app_access t "
            "where t.pool_id = $1 and t.target_type = 'USER' and t.target_id = $2 order by t.app_id",
            _id,
        ),
    )


def _logins() -> tuple[Held, ...]:
    return (
        Held(
            "sessions",
            "sessions",
            "select to_jsonb(t) as row from sessions t where t.pool_id = $1 and t.user_id = $2 order by t.id",
            _id,
            secret=("upstream",),
        ),
        Held(
            "sessions",
            "tickets",
            "select to_jsonb(t) as row from tickets t where t.pool_id = $1 and t.user_id = $2 order by t.id",
            _id,
            secret=("digest", "detail"),
        ),
        Held(
            "sessions",
            "logout_notices",
            "select to_jsonb(t) as row from logout_notices t where t.pool_id = $1 and t.subject = $2 order by t.id",
            _id,
        ),
        Held(
            "consents",
            "oidc_grants",
            "select to_jsonb(t) as row from oidc_grants t where t.pool_id = $1 and t.user_id = $2 order by t.id",
            _id,
        ),
        Held(
            "consents",
            "oidc_codes",
            "select to_jsonb(t) as row from oidc_codes t "
            "join oidc_grants g on g.pool_id = t.pool_id and g.id = t.grant_id "
            "where t.pool_id = $1 and g.user_id = $2 order by t.grant_id, t.digest",
            _id,
            secret=("digest", "code_challenge"),
        ),
        Held(
            "consents",
            "oidc_refresh_tokens",
            "select to_jsonb(t) as row from oidc_refresh_tokens t "
            "join oidc_grants g on g.pool_id = t.pool_id and g.id = t.grant_id "
            "where t.pool_id = $1 and g.user_id = $2 order by t.grant_id, t.digest",
            _id,
            secret=("digest",),
        ),
        Held(
            "credentials",
            "user_password_history",
            "select to_jsonb(t) as row from user_password_history t "
            "where t.pool_id = $1 and t.user_id = $2 order by t.set_at",
            _id,
            secret=("password_hash",),
        ),
        Held(
            "credentials",
            "mfa_factors",
            "select to_jsonb(t) as row from mfa_factors t where t.pool_id = $1 and t.user_id = $2 order by t.id",
            _id,
            secret=("secret", "recovery_digest"),
        ),
        Held(
            "credentials",
            "user_passkeys",
            "select to_jsonb(t) as row from user_passkeys t where t.pool_id = $1 and t.user_id = $2 order by t.id",
            _id,
            secret=("credential_id", "public_key"),
        ),
        Held(
            "credentials",
            "access_keys",
            "select to_jsonb(t) || jsonb_build_object('used_at', u.used_at) as row from access_keys t "
            "left join access_key_uses u on u.pool_id = t.pool_id and u.key_id = t.id "
            "where t.pool_id = $1 and t.user_id = $2 order by t.id",
            _id,
            secret=("secret",),
        ),
    )


def _acts() -> tuple[Held, ...]:
    return (
        Held(
            "signIns",
            "sign_ins",
            "select to_jsonb(t) as row from audit_records t where t.pool_id = $1 and t.operation = 'login' "
            "and (t.user_id = $2 or (t.user_id is null and lower(t.user_name) = any($3::text[]))) "
            "order by t.at, t.id",
            _id_and_names,
            table="audit_records",
        ),
        Held(
            "acts",
            "audit_records",
            "select to_jsonb(t) as row from audit_records t "
            "where t.pool_id = $1 and (t.user_id = $2 or t.actor_id = $2 or t.resource_id = $2 "
            "or (t.user_id is null and lower(t.user_name) = any($3::text[]))) "
            "and not (t.operation = 'login' "
            "and (t.user_id is not distinct from $2 or (t.user_id is null and lower(t.user_name) = any($3::text[])))) "
            "order by t.at, t.id",
            _id_and_names,
        ),
        Held(
            "acts",
            "mentions",
            "select to_jsonb(t) as row from audit_records t where t.pool_id = $1 and exists ("
            "select 1 from unnest($4::text[]) needle "
            "where strpos(lower(concat_ws(' ', t.detail::text, t.resource_id)), needle) > 0) "
            "and (t.user_id = $2 or t.actor_id = $2 or t.resource_id = $2 "
            "or (t.user_id is null and lower(t.user_name) = any($3::text[]))) is not true order by t.at, t.id",
            _id_names_and_needles,
            table="audit_records",
            said=("detail", "resource_id"),
        ),
        Held(
            "acts",
            "bulk_act_results",
            "select to_jsonb(t) as row from bulk_act_results t where t.pool_id = $1 and t.user_id = $2 "
            "order by t.act_id, t.row",
            _id,
        ),
        Held(
            "acts",
            "bulk_acts",
            "select to_jsonb(t) as row from bulk_acts t where t.pool_id = $1 and exists ("
            "select 1 from unnest($2::text[]) needle where strpos(lower(concat_ws(' ', t.arguments::text, "
            "t.query::text, t.user_ids::text, t.reason, t.after_id)), needle) > 0) order by t.id",
            _needles,
            said=("arguments", "query", "user_ids", "reason", "after_id"),
        ),
        Held(
            "scripts",
            "custom_script_logs",
            "select to_jsonb(t) as row from custom_script_logs t where t.pool_id = $1 "
            "and (t.script_user_id is null or t.script_user_id <> all($3::text[])) and exists ("
            "select 1 from unnest($2::text[]) needle where strpos(lower("
            "concat_ws(' ', t.message, t.stack, t.console::text, t.warnings::text, t.arguments::text)), needle) > 0) "
            "order by t.at, t.id",
            _needles_and_ids,
            said=("message", "stack", "console", "warnings", "arguments"),
        ),
        Held(
            "scripts",
            "calls_about_them",
            "select to_jsonb(t) as row from custom_script_logs t "
            "where t.pool_id = $1 and t.script_user_id = any($2::text[]) order by t.at, t.id",
            _ids,
            table="custom_script_logs",
        ),
        Held(
            "mail",
            "mail_outbox",
            "select to_jsonb(t) as row from mail_outbox t "
            "where t.pool_id = $1 and (t.user_id = $2 or lower(t.recipient) = any($3::text[])) order by t.id",
            _id_and_names,
            secret=("subject", "body"),
        ),
    )


def _named() -> tuple[Held, ...]:
    return (
        Held(
            "proofs",
            "verification_codes",
            "select to_jsonb(t) as row from verification_codes t "
            "where t.pool_id = $1 and lower(t.target) = any($2::text[]) order by t.channel, t.target, t.purpose",
            _names,
            secret=("digest",),
        ),
        Held(
            "proofs",
            "unproven_addresses",
            "select to_jsonb(t) as row from unproven_addresses t "
            "where t.pool_id = $1 and t.user_id = $2 order by t.channel",
            _id,
            secret=("digest",),
        ),
        Held(
            "proofs",
            "attempts",
            "select to_jsonb(t) as row from attempts t where t.pool_id = $1 and (lower(t.subject) = any($2::text[]) "
            "or lower(substr(t.subject, strpos(t.subject, ':') + 1)) = any($2::text[])) order by t.kind, t.subject",
            _names,
        ),
        Held(
            "lists",
            "whitelist_entries",
            "select to_jsonb(t) as row from whitelist_entries t "
            "where t.pool_id = $1 and lower(t.value) = any($2::text[]) order by t.app_id, t.kind, t.value",
            _names,
        ),
        Held(
            "lists",
            "user_tombstones",
            "select to_jsonb(t) as row from user_tombstones t "
            "where t.pool_id = $1 and t.user_id_in_idp = any($2::text[]) order by t.user_id_in_idp",
            lambda person: (list(person.old_ids),),
        ),
        Held(
            "imports",
            "user_import_errors",
            "select to_jsonb(t) as row from user_import_errors t where t.pool_id = $1 and exists ("
            "select 1 from unnest($2::text[]) needle "
            "where strpos(lower(concat_ws(' ', t.field, t.message, t.message_en, t.id_in_old)), needle) > 0) "
            "order by t.source, t.line",
            _needles,
            said=("field", "message", "message_en", "id_in_old"),
            secret=("sealed",),
        ),
    )


async def pages(
    tx: Tx, pool_id: str, person: Person, one: Held
) -> AsyncGenerator[list[dict[str, Any]], None]:
    """At most PAGE rows at a time, by a cursor: a person may have a million sign-ins."""
    await tx.execute(f"declare held no scroll cursor for {one.sql}", pool_id, *one.args(person))
    while rows := await tx.fetch(f"fetch {PAGE} from held"):
        told = [row["row"] for row in rows]
        if one.said:
            told = await aside(pool_id, _naming, told, one.said, person)
        for row in told:
            for column in one.secret:
                row.pop(column, None)
        yield told
    await tx.execute("close held")  # where it is left before, the transaction ends


def _naming(rows: Sequence[dict[str, Any]], said: Sequence[str], person: Person) -> list[dict[str, Any]]:
    return [row for row in rows if any(person.is_in(text) for name in said for text in _texts(row.get(name)))]


def _texts(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in _texts(one)]
    if isinstance(value, list):
        return [text for one in value for text in _texts(one)]
    return [value] if isinstance(value, str) else []
