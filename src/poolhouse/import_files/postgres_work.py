"""SQL of those who check and import uploaded files, and of who came earlier in one that is checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from poolhouse.db.database import Executor, Tx
from poolhouse.import_files.model import CHECK, ImportFile
from poolhouse.import_files.postgres_rows import COLUMNS, ERASED, FROM, file_of
from poolhouse.migration import postgres_jobs as jobs
from poolhouse.texts import Reason

IDLE_HOURS = 24
"""After which a file that nobody goes on with is stopped."""
REFUSED_DAYS = 7
"""After the end of an import the rows that it refused go; why it did stays."""
_MOST_OF_A_ROW = 16
"""Digests: there are fewer kinds."""
_PIECES, _ROWS = 16, 10_000
"""Deleted at a time."""


async def waiting(db: Executor, most: int, only: Collection[str] | None = None) -> list[tuple[str, str]]:
    """(pool, file) of one of each pool that is to be checked, imported, stopped or emptied; whoever was served longest
    ago comes first. `only`: of these pools."""
    rows = await db.fetch(
        "select pool_id, id from (select distinct on (f.pool_id) f.pool_id, f.id, f.served_at from import_files f "
        "where f.key is not null and ($2::text[] is null or f.pool_id = any($2::text[])) and ("
        "f.status in ('CHECKING', 'IMPORTING') or f.stale_keys "
        "or (f.ended_at is null and f.updated_at < now() - make_interval(hours => $3)) "
        "or (f.ended_at is not null and f.emptied_at is null) "
        f"or f.ended_at < now() - make_interval(days => $4) or {ERASED}) "
        "order by f.pool_id, f.served_at, f.id) oldest order by served_at limit $1",
        most,
        None if only is None else list(only),
        IDLE_HOURS,
        REFUSED_DAYS,
    )
    return [(row["pool_id"], row["id"]) for row in rows]


async def take(tx: Tx, pool_id: str, file_id: str) -> ImportFile | None:
    """Until the transaction's end, and others come first then; None where another worker has it."""
    row = await tx.fetchrow(
        f"select {COLUMNS} from {FROM} where f.pool_id = $1 and f.id = $2 and f.key is not null "
        "for no key update of f skip locked",
        pool_id,
        file_id,
    )
    if row is None:
        return None
    await put_behind(tx, pool_id, file_id)
    return file_of(row)


async def put_behind(db: Executor, pool_id: str, file_id: str, waits: Reason | None = None) -> None:
    """`waits`: told until its next batch is done."""
    await db.execute(
        "update import_files set served_at = now(), "
        "reason = case when ended_at is null then coalesce($3, reason) else reason end "
        "where pool_id = $1 and id = $2",
        pool_id,
        file_id,
        list(waits) if waits else None,
    )


async def is_idle(tx: Tx, file: ImportFile) -> bool:
    idle: bool = await tx.fetchval(
        "select status in ('UPLOADING', 'UPLOADED', 'CHECKED') "
        "and updated_at < now() - make_interval(hours => $3) from import_files where pool_id = $1 and id = $2",
        file.pool_id,
        file.id,
        IDLE_HOURS,
    )
    return idle


async def is_erased(tx: Executor, file: ImportFile) -> bool:
    """Whether somebody was erased from the pool since it came, whom it may name."""
    erased: bool = await tx.fetchval(
        f"select {ERASED} from import_files f where f.pool_id = $1 and f.id = $2", file.pool_id, file.id
    )
    return erased


async def came(tx: Tx, file: ImportFile, done: int) -> None:
    await tx.execute(
        "update import_files set done = $3, reason = null, updated_at = now() where pool_id = $1 and id = $2",
        file.pool_id,
        file.id,
        done,
    )


async def checked(tx: Tx, file: ImportFile) -> None:
    await tx.execute(
        "update import_files set status = 'CHECKED', reason = null, stale_keys = true, done = size, updated_at = now() "
        "where pool_id = $1 and id = $2",
        file.pool_id,
        file.id,
    )


async def keys_beside(tx: Tx, file: ImportFile, digests: Sequence[bytes]) -> list[tuple[bytes, int, int]]:
    """(digest, kind, row) of all that those have who have one of these. Each is looked up by itself: of a table that
    was empty a moment ago the planner would read all, again and again."""
    rows = await tx.fetch(
        "select k.digest, k.kind, k.row from ("
        "select distinct one.row from unnest($3::bytea[]) as given (digest) cross join lateral ("
        "select row from import_file_keys where pool_id = $1 and file_id = $2 and digest = given.digest limit 1) one"
        ") owner cross join lateral ("
        "select digest, kind, row from import_file_keys where pool_id = $1 and file_id = $2 and row = owner.row "
        "order by digest limit $4) k",
        file.pool_id,
        file.id,
        list(digests),
        _MOST_OF_A_ROW,
    )
    return [(row["digest"], row["kind"], row["row"]) for row in rows]


async def note_keys(tx: Tx, file: ImportFile, keys: Sequence[tuple[bytes, int, int]]) -> None:
    await tx.execute(
        "insert into import_file_keys (pool_id, file_id, digest, kind, row) "
        "select $1, $2, one.digest, one.kind, one.row "
        "from unnest($3::bytea[], $4::smallint[], $5::bigint[]) as one (digest, kind, row) on conflict do nothing",
        file.pool_id,
        file.id,
        [key for key, _, _ in keys],
        [kind for _, kind, _ in keys],
        [row for _, _, row in keys],
    )


async def drop_keys(tx: Tx, file: ImportFile) -> bool:
    """Some of them; whether any is left."""
    count = await _deleted(
        tx,
        "delete from import_file_keys where pool_id = $1 and file_id = $2 and digest in (select digest "
        "from import_file_keys where pool_id = $1 and file_id = $2 limit $3) returning 1",
        file,
        _ROWS,
    )
    if count == _ROWS:
        return True
    await tx.execute(
        "update import_files set stale_keys = false where pool_id = $1 and id = $2", file.pool_id, file.id
    )
    return False


async def drop_pieces(tx: Tx, file: ImportFile) -> bool:
    """As `drop_keys`."""
    count = await _deleted(
        tx,
        "delete from import_file_pieces where pool_id = $1 and file_id = $2 and number in (select number "
        "from import_file_pieces where pool_id = $1 and file_id = $2 order by number limit $3) returning 1",
        file,
        _PIECES,
    )
    if count == _PIECES:
        return True
    await tx.execute(
        "update import_files set emptied_at = now() where pool_id = $1 and id = $2 and emptied_at is null",
        file.pool_id,
        file.id,
    )
    return False


async def drop_refused(tx: Tx, file: ImportFile) -> None:
    """What the refused rows said, once their days are over or somebody was erased; and the key of all."""
    due = await tx.fetchval(
        f"select f.ended_at < now() - make_interval(days => $3) or {ERASED} from import_files f "
        "where f.pool_id = $1 and f.id = $2",
        file.pool_id,
        file.id,
        REFUSED_DAYS,
    )
    if due:
        await tx.execute(
            "update user_import_errors set sealed = null where pool_id = $1 and source = any($2) "
            "and sealed is not null",
            file.pool_id,
            [CHECK + file.id, jobs.PREFIX + file.id],
        )
        await tx.execute(
            "update import_files set key = null where pool_id = $1 and id = $2", file.pool_id, file.id
        )


async def _deleted(tx: Tx, sql: str, file: ImportFile, most: int) -> int:
    return len(await tx.fetch(sql, file.pool_id, file.id, most))
