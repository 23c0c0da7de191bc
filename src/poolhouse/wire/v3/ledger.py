"""The ledger `docs/reference/v3.md`: every endpoint that a client calls, built or not. Made from the table.

python -m poolhouse.wire.v3.ledger > docs/reference/v3.md
"""

from __future__ import annotations

import sys

from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.table import ContractRow, authentication, contract, endpoints

_HEAD = """# Management API v3

{built} of the {all} endpoints of the official management clients are built, {built_for_people} of the
{all_for_people} that only authentication clients call, and {ours} of Poolhouse's own. This page is made from the
endpoint table (`python -m poolhouse.wire.v3.ledger`) and a test keeps it current. A running server has the shapes at
`/docs` and `/openapi.json`; those of all endpoints, and what the clients make of them, are in
[the contract](../contract/v3.md). An endpoint that is not built answers `statusCode` 501
and names itself.

Authentication is either client's: a token of `get-management-token`, or a signature on every request
(access key id and secret; the pool's own pair is its id and secret). An access key made with
`create-access-key` may be limited by `scopes`; the scopes an endpoint asks for are in its
row: the key must hold all of them.

Every answer is HTTP 200 with an envelope, `{{statusCode, message, requestId, data?}}`, and a refusal
`{{statusCode, message, apiCode, requestId, data: null}}`, whose codes are in [errors.md](errors.md); HTTP itself
says 404 for a path nobody knows, 429 for a rate limit, 431 for headers that are too long, 500 for a fault of the
server and 503 while the database is away. `export-users` alone answers no envelope but the rows themselves
([how](../guide/custom-database.md#export)); its refusals are in one. Fields of a body or a query that nobody knows are
passed over.

A user's `updatedAt` moves with everything that `list-users` can show of them: profile, status, password, custom data,
identities, departments, posts. A login (`loginsCount`, `lastLogin`, `lastIp`) does not move it, nor does a statement
that changes more than 10,000 people at once: the end of a department, a post or a custom field that so many have.
In a custom user store `updatedAt` is the store's own.

## Walking through a list

Every list that takes `page` and `limit` takes two fields more, where those stand: in the query, in the body, or in
its `pagination`. They are Poolhouse's own, and who sends neither sees nothing of them.

* `cursor`: `""` for the first page, then what `nextCursor` was in the answer before, beside `data`; it is null on
  the last page. All else stays as it was asked first, `limit` too, and `page` is left out. `list-users` without
  `sort` goes on behind the last row seen, so nobody who was there throughout is shown twice or left out, and the
  thousandth page costs what the first did; in other lists, and in a custom user store, a cursor stands for the page
  of its number. A cursor is of one list, one pool, and for `get-my-...` of one person; it is up to 512 characters
  that say nothing to whoever reads them. Anything else is refused by the name `cursor`.
* `withTotalCount`: `false` leaves `totalCount` out, and `list-users` without `sort` then counts nobody: of a broad
  filter or search that is most of the time. `nextCursor` says whether there is more.

`GET list-users?limit=50&cursor=&withTotalCount=false`, then `...&cursor=<nextCursor>` until it is null.

## What may come in another spelling

An integer as `1e+12`, `1.0` or `"12"`; a list of ids as `a,b`, `[a b]` or `[a, b]`; a boolean of a query as `True`
or `1`; an object that says nothing as `{{}}`, and inside of an object an absent text as `""`, whereas at the top `""`
clears; a token without `Bearer`. A fraction where an integer is meant, a number beyond 64 bits, or a text for a
boolean in a body is refused by the name of its field. The rules are
[in the contract](../contract/v3.md#what-is-tolerated), and so is
[what typed clients can read](../contract/v3.md#what-typed-clients-can-read) of an answer.

## What is built

| family | built | of |
|---|---|---|
"""

_PEOPLE = """## Authentication clients

What people do themselves, with their own token or before they have one. Which client calls what is read from the
packages ([the contract](../contract/v3/signin.md)); of what is not built stands what it belongs to.

| endpoint | clients | built | what |
|---|---|---|---|
"""

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
    "audit": "action logs",
    "apps": "applications",
    "security": "security settings",
    "mail": "message service",
    "whitelist": "sign-up whitelist",
    "tenants": "tenants",
    "posts": "posts",
    "identities": "external identity providers",
}


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
    lines += _of_people(built)
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


def _title(family: str) -> str:
    return _FAMILIES.get(family, family.replace("_", " "))


def _what(row: Endpoint) -> str:
    return f"{row.title}. Stored only: nobody can sign in through it" if row.stored_only else row.title


def _scopes(row: Endpoint) -> str:
    return ", ".join(f"`{scope}`" for scope in (row.scope, *sorted(row.also)) if scope)


if __name__ == "__main__":
    sys.stdout.write(text())
