"""The endpoint table: every row of every family, held against the contract of the official clients."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

import msgspec

from poolhouse.wire.v3 import (
    access_keys,
    administrators,
    apps,
    apps_access,
    apps_addresses,
    apps_settings,
    audit,
    audit_records,
    branding,
    checks,
    customdb,
    customdb_logs,
    customdb_migration,
    data_permissions,
    data_policies,
    data_resources,
    department_members,
    department_merging,
    department_search,
    department_tree,
    departments,
    fields,
    fields_order,
    groups,
    identities,
    identity_trials,
    linking,
    mail,
    mail_outbox,
    mail_test,
    me,
    my_lists,
    my_permissions,
    namespaces,
    native,
    orgs,
    own_limits,
    passkeys,
    passkeys_second,
    permission_namespaces,
    policies,
    pool_settings,
    posts,
    resource_grants,
    resources,
    roles,
    script_replay,
    security,
    signin,
    sms,
    statistics,
    tenant_offices,
    tenants,
    users_acts,
    users_apps,
    users_bulk,
    users_data_reasons,
    users_export,
    users_find,
    users_import,
    users_import_files,
    users_read,
    users_reasons,
    users_relations,
    users_security,
    users_sessions,
    users_write,
    whitelist,
)
from poolhouse.wire.v3.endpoint import Endpoint

PREFIX = "/api/v3/"

FAMILIES: tuple[list[Endpoint], ...] = (
    access_keys.ENDPOINTS,
    branding.ENDPOINTS,
    administrators.ENDPOINTS,
    own_limits.ENDPOINTS,
    customdb.ENDPOINTS,
    customdb_logs.ENDPOINTS,
    customdb_migration.ENDPOINTS,
    script_replay.ENDPOINTS,
    users_read.ENDPOINTS,
    users_write.ENDPOINTS,
    users_find.ENDPOINTS,
    users_sessions.ENDPOINTS,
    users_acts.ENDPOINTS,
    users_apps.ENDPOINTS,
    users_reasons.ENDPOINTS,
    users_data_reasons.ENDPOINTS,
    users_bulk.ENDPOINTS,
    users_export.ENDPOINTS,
    users_import.ENDPOINTS,
    users_import_files.ENDPOINTS,
    orgs.ENDPOINTS,
    posts.ENDPOINTS,
    departments.ENDPOINTS,
    department_search.ENDPOINTS,
    department_members.ENDPOINTS,
    department_merging.ENDPOINTS,
    department_tree.ENDPOINTS,
    namespaces.ENDPOINTS,
    resources.ENDPOINTS,
    resource_grants.ENDPOINTS,
    policies.ENDPOINTS,
    permission_namespaces.ENDPOINTS,
    data_resources.ENDPOINTS,
    data_policies.ENDPOINTS,
    data_permissions.ENDPOINTS,
    users_relations.ENDPOINTS,
    users_security.ENDPOINTS,
    groups.ENDPOINTS,
    roles.ENDPOINTS,
    fields.ENDPOINTS,
    fields_order.ENDPOINTS,
    signin.ENDPOINTS,
    native.ENDPOINTS,
    checks.ENDPOINTS,
    me.ENDPOINTS,
    my_lists.ENDPOINTS,
    my_permissions.ENDPOINTS,
    passkeys.ENDPOINTS,
    passkeys_second.ENDPOINTS,
    apps.ENDPOINTS,
    apps_access.ENDPOINTS,
    apps_addresses.ENDPOINTS,
    apps_settings.ENDPOINTS,
    security.ENDPOINTS,
    statistics.ENDPOINTS,
    pool_settings.ENDPOINTS,
    audit.ENDPOINTS,
    audit_records.ENDPOINTS,
    identities.ENDPOINTS,
    identity_trials.ENDPOINTS,
    linking.ENDPOINTS,
    mail.ENDPOINTS,
    mail_outbox.ENDPOINTS,
    mail_test.ENDPOINTS,
    sms.ENDPOINTS,
    tenants.ENDPOINTS,
    tenant_offices.ENDPOINTS,
    whitelist.ENDPOINTS,
)


class ContractRow(msgspec.Struct, array_like=True, frozen=True):
    """One endpoint of the official clients. `node` and `python` are method names, "" where a client has none.

    `reason`: why no server of this kind will have it, where that is decided.
    """

    method: str
    url: str
    family: str
    node: str
    python: str
    reason: str


@cache
def contract() -> dict[tuple[str, str], ContractRow]:
    """All 497, by method and path."""
    text = files("poolhouse.wire.v3").joinpath("contract.json").read_bytes()
    rows = msgspec.json.decode(text, type=list[ContractRow])
    return {(row.method, row.url): row for row in rows}


class AuthenticationRow(msgspec.Struct, array_like=True, frozen=True):
    """One endpoint of the authentication clients. `reason`: what it belongs to, if it is not built."""

    method: str
    url: str
    clients: tuple[str, ...]
    reason: str


@cache
def authentication() -> dict[tuple[str, str], AuthenticationRow]:
    """By method and path. Source: docs/contract/v3/signin.md."""
    text = files("poolhouse.wire.v3").joinpath("authentication.json").read_bytes()
    rows = msgspec.json.decode(text, type=list[AuthenticationRow])
    return {(row.method, row.url): row for row in rows}


def is_v3(path: str) -> bool:
    """Whether whoever asks for this path reads this wire's envelope."""
    plain, with_braces = _outside()
    return f"{path}/".startswith(PREFIX) or path in plain or any(_fits(path, url) for url in with_braces)


def known(method: str, path: str) -> str | None:
    """The path as a client's contract has it, built or not. What is in braces a client fills in, or sends as it is."""
    if (method, path) in contract() or (method, path) in authentication():
        return path
    return next((url for url in _with_braces(method) if _fits(path, url)), None)


@cache
def _outside() -> tuple[frozenset[str], frozenset[str]]:
    """Without braces and with."""
    urls = frozenset(url for _, url in (*contract(), *authentication()) if not url.startswith(PREFIX))
    with_braces = frozenset(url for url in urls if "{" in url)
    return urls - with_braces, with_braces


@cache
def _with_braces(method: str) -> tuple[str, ...]:
    return tuple(url for one, url in (*contract(), *authentication()) if one == method and "{" in url)


def _fits(path: str, url: str) -> bool:
    given, wanted = path.split("/"), url.split("/")
    return len(given) == len(wanted) and all(
        part == name or (part and name.startswith("{")) for part, name in zip(given, wanted, strict=True)
    )


def built(method: str, path: str) -> Endpoint | None:
    """The row of a path, of which a client has filled in what stands in braces."""
    row = endpoints().get((method, path))
    if row is not None:
        return row
    return next((one for one in _built_with_braces(method) if _fits(path, one.url)), None)


@cache
def _built_with_braces(method: str) -> tuple[Endpoint, ...]:
    return tuple(row for (one, url), row in endpoints().items() if one == method and "{" in url)


@cache
def endpoints() -> dict[tuple[str, str], Endpoint]:
    """The rows built, by method and path. A row twice, or one of neither us nor a client, is a mistake."""
    rows: dict[tuple[str, str], Endpoint] = {}
    for family in FAMILIES:
        for row in family:
            key = (row.method, row.url)
            if key in rows:
                raise ValueError(f"{row.name} is in the table twice")
            if row.ours == (key in contract() or key in authentication()):
                raise ValueError(f"{row.name}: ours={row.ours} does not fit the contract")
            rows[key] = row
    return rows
