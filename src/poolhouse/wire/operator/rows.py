"""What is asked through the operator's door alone: about the whole server, or not in the documented v3 wire.

Rows as those of v3, so that the same engine parses and refuses by name; no client and no address reaches them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from poolhouse.errors import InvalidInput, UserNotFound
from poolhouse.migration.import_rows import as_read
from poolhouse.paging import PageRequest
from poolhouse.pools.model import Pool
from poolhouse.sessions.server_keys import ALGORITHMS, ANNOUNCED, ServerAlgorithm, ServerKey
from poolhouse.times import now, v3_time
from poolhouse.wire.operator import administrators, scripts, statements
from poolhouse.wire.operator.row import Camel, row
from poolhouse.wire.v3.endpoint import V3Request

# -- pools -------------------------------------------------------------------------------------------------


class PageQuery(Camel):
    page: int = 1
    limit: int = 50


class CreatePoolDto(Camel):
    name: str
    domain: str | None = None


async def list_pools(request: V3Request, query: PageQuery) -> dict[str, Any]:
    found = await request.services.pools.list(PageRequest.of(query.page, query.limit))
    return {"totalCount": found.total, "list": [_pool(pool) for pool in found.items]}


async def get_pool(request: V3Request, _: None) -> dict[str, Any]:
    pool = await request.services.pools.get(request.caller.pool_id)
    return {**_pool(pool), "secret": pool.secret}


async def create_pool(request: V3Request, body: CreatePoolDto) -> dict[str, Any]:
    pool = await request.services.pools.create(body.name, body.domain)
    return {**_pool(pool), "secret": pool.secret}


def _pool(pool: Pool) -> dict[str, Any]:
    created = v3_time(pool.created_at) if pool.created_at else None
    return {"id": pool.id, "name": pool.name, "domain": pool.domain, "createdAt": created}


# -- people ------------------------------------------------------------------------------------------------


class FindQuery(Camel):
    value: str


async def find_user(request: V3Request, query: FindQuery) -> dict[str, Any]:
    """Whoever has this id, username, e-mail, phone or external id, in this order."""
    (user,) = await request.services.users.find_called(request.caller, [query.value])
    if user is None:
        raise UserNotFound(user_id=query.value)
    return {"userId": user.id}


# -- keys and files ----------------------------------------------------------------------------------------


class RotateSigningKeysDto(Camel):
    algorithm: ServerAlgorithm | None = None
    now: bool = False


class RowToTry(Camel):
    line: int
    given: dict[str, Any]


class TryImportRowsDto(Camel):
    """`rows`: those of a file that name the user; `file`: its name."""

    file: str
    user: str
    password: str
    rows: list[RowToTry]


async def list_signing_keys(request: V3Request, _: None) -> dict[str, Any]:
    return {"list": [_key(one) for one in await request.services.sessions.keys.server_keys()]}


async def rotate_signing_keys(request: V3Request, body: RotateSigningKeysDto) -> dict[str, Any]:
    keys = request.services.sessions.keys
    after = timedelta(0) if body.now else ANNOUNCED
    made = [
        await keys.rotate_server(each, after) for each in ([body.algorithm] if body.algorithm else ALGORITHMS)
    ]
    return {"list": [_key(one) for one in await keys.server_keys() if one.id in made]}


async def try_import_rows(request: V3Request, body: TryImportRowsDto) -> dict[str, Any]:
    rows = [as_read(one.line, one.given) for one in body.rows]
    trial = await request.services.imports.trial(
        request.caller, rows, body.user, body.password, file=body.file
    )
    found: dict[str, Any] = {"line": trial.line, "form": trial.form, "fits": trial.fits}
    if trial.fits is None:
        found["judge"] = "poolhouse scripts run FOLDER verifyPassword"
    if trial.instead:
        found["fitsAs"] = list(trial.instead)
    return found


def _key(one: ServerKey) -> dict[str, Any]:
    return {
        "id": one.id,
        "algorithm": one.algorithm,
        "state": one.state,
        "signsFrom": v3_time(one.signs_from),
        "neededUntil": v3_time(one.needed_until),
    }


# -- the log ----------------------------------------------------------------------------------


class PruneAuditDto(Camel):
    keep_days: int


async def prune_audit(request: V3Request, body: PruneAuditDto) -> dict[str, Any]:
    if body.keep_days < 1:
        raise InvalidInput("keepDays", "应不小于 1", "must be at least 1")
    before = now() - timedelta(days=min(body.keep_days, 36_500))
    return {"before": v3_time(before), "deleted": await request.services.audit.prune(before)}


ROWS = [
    row("GET", "list-pools", PageQuery, list_pools, "The pools of this server"),
    row("GET", "get-pool", None, get_pool, "A pool, its secret included"),
    row("POST", "create-pool", CreatePoolDto, create_pool, "Creates a pool"),
    row("GET", "find-user", FindQuery, find_user, "The id of whoever has this name, address or number"),
    row("POST", "prune-audit", PruneAuditDto, prune_audit, "Deletes older acts, in every pool"),
    row("GET", "list-signing-keys", None, list_signing_keys, "The server's signing keys, as published"),
    row("POST", "rotate-signing-keys", RotateSigningKeysDto, rotate_signing_keys, "Makes new ones"),
    row("POST", "try-import-rows", TryImportRowsDto, try_import_rows, "A row and its person's password"),
    *administrators.ROWS,
    *scripts.ROWS,
    *statements.ROWS,
]
