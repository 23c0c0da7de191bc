"""Everything the v2 wire can do, merged from one file a domain."""

from __future__ import annotations

from types import ModuleType
from typing import TypeVar

from poolhouse.wire.v2 import (
    access,
    acl,
    apps,
    audit,
    authentication,
    authentication_account,
    authentication_mfa,
    authentication_rest,
    directories,
    enterprise,
    fields,
    groups,
    guard,
    guard_flow,
    identities,
    linked_accounts,
    mail,
    native,
    orgs,
    orgs_rest,
    outside,
    policies,
    resources,
    roles,
    sso,
    tenants,
    user_loader,
    userpool,
    users,
    users_rest,
    whitelist,
)
from poolhouse.wire.v2.graphql import Operations
from poolhouse.wire.v2.request import Field, Operation, Route
from poolhouse.wire.v2.schema import MUTATION, QUERY

DOMAINS: tuple[ModuleType, ...] = (
    access,
    acl,
    apps,
    audit,
    authentication,
    authentication_account,
    authentication_mfa,
    authentication_rest,
    directories,
    enterprise,
    fields,
    groups,
    guard,
    guard_flow,
    identities,
    linked_accounts,
    mail,
    native,
    orgs,
    orgs_rest,
    outside,
    user_loader,
    policies,
    resources,
    roles,
    sso,
    tenants,
    userpool,
    users,
    users_rest,
    whitelist,
)
"""Each may export QUERIES, MUTATIONS, FIELDS and ROUTES."""


def operations(domains: tuple[ModuleType, ...] = DOMAINS) -> Operations:
    queries: dict[str, Operation] = {}
    mutations: dict[str, Operation] = {}
    fields: dict[tuple[str, str], Field] = {}
    for domain in domains:
        _merge(queries, getattr(domain, "QUERIES", {}))
        _merge(mutations, getattr(domain, "MUTATIONS", {}))
        _merge(fields, getattr(domain, "FIELDS", {}))
    strange = (queries.keys() - QUERY.fields.keys()) | (mutations.keys() - MUTATION.fields.keys())
    if strange:
        raise ValueError(f"not in the schema: {sorted(strange)}")
    return Operations(queries, mutations, fields)


def routes(domains: tuple[ModuleType, ...] = DOMAINS) -> list[Route]:
    return [route for domain in domains for route in getattr(domain, "ROUTES", [])]


K = TypeVar("K")
V = TypeVar("V")


def _merge(into: dict[K, V], more: dict[K, V]) -> None:
    twice = into.keys() & more.keys()
    if twice:
        raise ValueError(f"two resolvers for {sorted(map(str, twice))}")
    into.update(more)
