"""The ledger `docs/reference/v3.md`: every endpoint that a client calls, built or not. Made from the table.

python -m poolhouse.wire.v3.ledger > docs/reference/v3.md
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import get_args

from poolhouse.federation.catalog import MANIFESTS
from poolhouse.wire import without_effect
from poolhouse.wire.v3.dto.common import ExtIdpConnType, Provider
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.table import ContractRow, authentication, contract, endpoints

_HEAD = """# Management API v3

{built} of the {all} endpoints of the official management clients are built, {built_for_people} of the
{all_for_people} that only authentication clients call, and {ours} of Poolhouse's own. This page is made from the
endpoint table (`python -m poolhouse.wire.v3.ledger`) and a test keeps it current. A running server documents requests
and responses at `/docs` and `/openapi.json`; [the contract](../contract/v3.md) has those of all endpoints, and what the
clients read of them. An endpoint that is not built answers `statusCode` 501 and its name.

A client authenticates with a token of `get-management-token`, or with a signature on every request (access key id and
secret; or the id and secret of the pool). An access key made with `create-access-key` may be limited by `scopes`: it
needs all scopes in the row of an endpoint.

Every response is HTTP 200 with the body `{{statusCode, message, requestId, data?}}`; the body of an error is
`{{statusCode, message, apiCode, requestId, data: null}}`, with a code of [errors.md](errors.md). The HTTP status
differs only for an unknown path (404), a rate limit (429), headers that are too long (431), a defect of the server
(500) and an unavailable database (503). Only `export-users` and `export-user` answer with the rows themselves
([how](../guide/custom-database.md#export)); its errors have the usual body. Unknown fields of a body or a query are
ignored.

A user's `updatedAt` changes with every field that `list-users` can show: profile, status, password, custom data,
identities, departments, posts. A sign-in (`loginsCount`, `lastLogin`, `lastIp`) does not change it, nor does a
statement that changes more than 10,000 users at once, such as the deletion of a department, a post or a custom field
of so many. In a custom user store `updatedAt` is the store's own.

## Pagination by cursor

Every list that takes `page` and `limit` also takes three fields of Poolhouse's own, in the same place: in the query, in
the body, or in its `pagination`. All are optional.

* `cursor`: `""` for the first page, then the `nextCursor` of the previous response, which is beside `data` and null on
  the last page. Keep all other parameters, including `limit`, and leave out `page`. `list-users` without `sort`
  continues after the last row, so that no user is repeated or left out while others come and go, and the thousandth
  page is as fast as the first; in other lists, and in a custom user store, a cursor stands for a page number. A
  cursor is an opaque text of at most 512 characters, valid for one list of one pool, and for `get-my-...` of one
  user; any other value is an error that names `cursor`.
* `withTotalCount`: `false` omits `totalCount`, and lists of users without `sort`, of groups, roles and applications
  then count nothing, which saves most of the time of a broad filter or search. `nextCursor` tells whether there are
  more rows.
* `countUpTo`: a number such as `10000`. In a pool of 50,000 and more, `list-users` then counts no further, unless it
  knows the total; the lists of the audit log and `list-mail` count no further in any pool. `totalCountIsExact`, beside
  `data`, is `false` when there are more than `totalCount`.

`GET list-users?limit=50&cursor=&withTotalCount=false`, then `...&cursor=<nextCursor>` until it is null.

## Accepted spellings

These spellings are accepted too: an integer as `1e+12`, `1.0` or `"12"`; a list of ids as `a,b`, `[a b]` or `[a, b]`; a
boolean of a query as `True` or `1`; an absent object as `{{}}`, and inside of an object an absent text as `""` (at
the top level `""` clears the field); a token without `Bearer`. A fraction in place of an integer, a number beyond 64
bits, or a text in place of a boolean in a body is an error that names the field. The rules are
[in the contract](../contract/v3.md#what-is-tolerated), and so is
[what typed clients can read](../contract/v3.md#what-typed-clients-can-read) of an answer.

## What is built

| family | built | of |
|---|---|---|
"""

_PEOPLE = """## Authentication clients

These endpoints are called by users, with their own token or before they have one. The clients that call them were read
from the packages ([the contract](../contract/v3/signin.md)); an endpoint that is not built has its area instead.

| endpoint | clients | built | what |
|---|---|---|---|
"""

_STORED = """## Stored without effect

These fields are kept and shown again, and nothing acts on them. An answer to a request that sets one says so behind its
`message`, and in the header `poolhouse-notice`. What v2 has of them is in [its list of methods](v2.md), and a pool's
settings are in [their own](pool-settings.md).

| field | of | why |
|---|---|---|"""

_SOURCES = """## Kinds of identity sources

Every type of source and of connection that the contract names is accepted, kept and shown again. By these connections
people [sign in](../guide/identity-sources.md); one of another kind is not supported yet: the answer that stores it says
so, and somebody who tries to sign in by it is answered 501 with its name.

| type of the source | connections that people sign in by | not supported |
|---|---|---|"""

_FAMILIES = {
    "token": "token",
    "users": "users",
    "groups": "groups",
    "roles": "roles",
    "orgs": "organizations and departments",
    "resources": "namespaces and resources (classic)",
    "permissions": "permission namespaces and data resources",
    "fields": "custom fields and custom data",
    "access_keys": "access keys",
    "administrators": "administrators of the pool",
    "audit": "action logs",
    "apps": "applications",
    "security": "security settings",
    "mail": "message service",
    "whitelist": "sign-up whitelist",
    "tenants": "tenants",
    "posts": "posts",
    "identities": "external identity providers",
}


def _kinds() -> Iterator[str]:
    """A row a type of source, with the connections that the contract names for it."""
    of: dict[str, list[str]] = {source: [] for source in get_args(Provider)}
    for kind in get_args(ExtIdpConnType):
        of[source_type(kind)].append(kind)
    for source, kinds in of.items():
        yes = ", ".join(f"`{kind}`" for kind in kinds if kind in MANIFESTS)
        no = ", ".join(f"`{kind}`" for kind in kinds if kind not in MANIFESTS)
        yield f"| `{source}` | {yes} | {no} |".replace("  |", " |")


def source_type(kind: str) -> str:
    """Of the source that a connection of the kind belongs to: its manifest says it, else the longest that the kind
    begins with."""
    if kind in MANIFESTS:
        return MANIFESTS[kind].source_type
    known: tuple[str, ...] = get_args(Provider)
    return max((source for source in known if kind.startswith(source)), key=len)


def text() -> str:
    rows, built = contract(), endpoints()
    families: dict[str, list[ContractRow]] = {}
    for row in rows.values():
        families.setdefault(row.family, []).append(row)
    order = [*(name for name in _FAMILIES if name in families), *sorted(families.keys() - _FAMILIES.keys())]
    ours = [row for row in built.values() if row.ours]
    counts = {
        "built": len(built.keys() & rows.keys()),
        "all": len(rows),
        "built_for_people": len(built.keys() & authentication().keys()),
        "all_for_people": len(authentication()),
        "ours": len(ours),
    }
    lines = [_HEAD.format(**counts).rstrip("\n")]
    for name in order:
        count = sum((row.method, row.url) in built for row in families[name])
        lines.append(f"| {_title(name)} | {count} | {len(families[name])} |")
    for name in order:
        lines += ["", f"## {_title(name)}", "", "| endpoint | built | scope | what |", "|---|---|---|---|"]
        for one in sorted(families[name], key=lambda one: (one.url, one.method)):
            done_here = built.get((one.method, one.url))
            what = f"yes | {_scopes(done_here)} | {_what(done_here)}" if done_here else f"no | | {one.reason}"
            lines.append(f"| {one.method} `{one.url.removeprefix('/api/v3/')}` | {what} |")
    lines += ["", *_STORED.splitlines()]
    for field, idle in without_effect.FIELDS.items():
        if _is_shape(field):
            shape, _, path = field.partition(".")
            named = ", ".join(
                sorted(f"{row.method} `{row.path}`" for row in built.values() if _asks(row, shape))
            )
            lines.append(f"| `{path}` | {named} | {idle.en} |")
    lines += ["", *_SOURCES.splitlines(), *_kinds(), *_of_people(built)]
    lines += ["", "## Poolhouse's own", "", "| endpoint | scope | what |", "|---|---|---|"]
    for own in sorted(ours, key=lambda own: own.url):
        lines.append(f"| {own.method} `{own.url.removeprefix('/api/v3/')}` | {_scopes(own)} | {own.title} |")
    return "\n".join(lines) + "\n"


def _of_people(built: dict[tuple[str, str], Endpoint]) -> list[str]:
    lines = ["", *_PEOPLE.splitlines()]
    for key, row in sorted(authentication().items(), key=lambda one: (one[1].url, one[1].method)):
        here = built.get(key)
        what = f"yes | {here.title}" if here else f"no | {row.reason}"
        lines.append(
            f"| {row.method} `{row.url.removeprefix('/api/v3/')}` | {', '.join(row.clients)} | {what} |"
        )
    return lines


def _is_shape(field: str) -> bool:
    return field.partition(".")[0].endswith("Dto")


def _asks(row: Endpoint, shape: str) -> bool:
    return row.request is not None and row.request.__name__ == shape


def _title(family: str) -> str:
    return _FAMILIES.get(family, family.replace("_", " "))


def _what(row: Endpoint) -> str:
    return row.title


def _scopes(row: Endpoint) -> str:
    return ", ".join(f"`{scope}`" for scope in (row.scope, *sorted(row.also)) if scope)


if __name__ == "__main__":
    sys.stdout.write(text())
