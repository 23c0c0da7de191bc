"""SQL of uploaded files and their bytes, for whoever asks, looks, or is to be forgotten."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.audit.person import Person
from poolhouse.bulk.model import Actor
from poolhouse.db.database import Executor, Tx
from poolhouse.import_files.model import CHECK, ImportFile
from poolhouse.import_files.postgres_rows import COLUMNS, FROM, actor_of, file_of
from poolhouse.migration.import_tables import Reading
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import Reason

CHANNEL = "import_files"
KEPT_DAYS = 30
"""Of a file that has ended, without its bytes; and what it refused."""


async def insert(tx: Tx, file: ImportFile, most: int) -> bool:
    """False where the pool has `most` that have not ended. Nodes ask one after the other."""
    await tx.execute(
        "select pg_advisory_xact_lock(hashtext('poolhouse import files'), hashtext($1))", file.pool_id
    )
    made = await tx.fetchval(
        "insert into import_files (pool_id, id, name, format, size, key, actor_kind, actor_id, scopes, lang, ip, "
        "user_agent) select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12 "
        "where (select count(*) from import_files where pool_id = $1 and emptied_at is null) < $13 "
        "on conflict do nothing returning true",
        file.pool_id,
        file.id,
        file.name,
        file.format,
        file.size,
        file.key,
        *actor_of(file.actor),
        most,
    )
    return bool(made)


async def find(db: Executor, pool_id: str, file_id: str) -> ImportFile | None:
    row = await db.fetchrow(
        f"select {COLUMNS} from {FROM} where f.pool_id = $1 and f.id = $2", pool_id, file_id
    )
    return file_of(row) if row else None


async def held(tx: Tx, pool_id: str, file_id: str) -> ImportFile | None:
    """Until the transaction's end; it waits for the piece under way."""
    row = await tx.fetchrow(
        f"select {COLUMNS} from {FROM} where f.pool_id = $1 and f.id = $2 for no key update of f",
        pool_id,
        file_id,
    )
    return file_of(row) if row else None


async def page(db: Executor, pool_id: str, wanted: PageRequest) -> Page[ImportFile]:
    """Newest first."""
    total = await db.fetchval("select count(*) from import_files where pool_id = $1", pool_id)
    rows = await db.fetch(
        f"select {COLUMNS} from {FROM} where f.pool_id = $1 order by f.created_at desc, f.id desc "
        "limit $2 offset $3",
        pool_id,
        wanted.size,
        wanted.offset,
    )
    return Page(total, [file_of(row) for row in rows])


async def put_piece(tx: Tx, file: ImportFile, number: int, sealed: bytes, size: int) -> None:
    await tx.execute(
        "insert into import_file_pieces (pool_id, file_id, number, sealed) values ($1, $2, $3, $4)",
        file.pool_id,
        file.id,
        number,
        sealed,
    )
    await tx.execute(
        "update import_files set received = received + $3, updated_at = now(), "
        "status = case when received + $3 >= size then 'UPLOADED' else status end "
        "where pool_id = $1 and id = $2",
        file.pool_id,
        file.id,
        size,
    )


async def piece(db: Executor, file: ImportFile, number: int) -> bytes | None:
    sealed: bytes | None = await db.fetchval(
        "select sealed from import_file_pieces where pool_id = $1 and file_id = $2 and number = $3",
        file.pool_id,
        file.id,
        number,
    )
    return sealed


async def set_reading(tx: Tx, file: ImportFile, reading: Reading) -> None:
    """A check that runs or has ended says nothing any more."""
    await tx.execute(
        "update import_files set encoding = $3, separator = $4, names = $5, ignored = $6, revision = revision + 1, "
        "stale_keys = stale_keys or status <> 'UPLOADED', status = 'UPLOADED', updated_at = now() "
        "where pool_id = $1 and id = $2",
        file.pool_id,
        file.id,
        reading.encoding,
        reading.separator,
        dict(reading.names),
        list(reading.ignore),
    )
    await drop_check(tx, file)


async def drop_check(tx: Tx, file: ImportFile) -> None:
    await tx.execute(
        "delete from user_imports where pool_id = $1 and source = $2", file.pool_id, CHECK + file.id
    )


async def set_recognized(db: Executor, file: ImportFile, encoding: str) -> None:
    await db.execute(
        "update import_files set recognized = $3 where pool_id = $1 and id = $2",
        file.pool_id,
        file.id,
        encoding,
    )


async def begin(
    tx: Tx,
    file: ImportFile,
    status: str,
    actor: Actor,
    *,
    header: Sequence[str],
    parted_by: str | None,
    secret: Sequence[str],
) -> None:
    """A check or the import."""
    await tx.execute(
        "update import_files set status = $3, header = $4, parted_by = $5, secret = $6, actor_kind = $7, "
        "actor_id = $8, scopes = $9, lang = $10, ip = $11, user_agent = $12, done = 0, "
        "stale_keys = stale_keys or status = 'CHECKED', updated_at = now() where pool_id = $1 and id = $2",
        file.pool_id,
        file.id,
        status,
        list(header),
        parted_by,
        list(secret),
        *actor_of(actor),
    )
    await tx.notify(CHANNEL)


async def end(tx: Tx, file: ImportFile, status: str, reason: Reason | None = None) -> bool:
    """Its bytes go next. False where it has ended already."""
    ended = await tx.fetchval(
        "update import_files set status = $3, reason = $4, ended_at = now(), updated_at = now() "
        "where pool_id = $1 and id = $2 and ended_at is null returning true",
        file.pool_id,
        file.id,
        status,
        list(reason) if reason else None,
    )
    await tx.notify(CHANNEL)
    return bool(ended)


async def drop_old(tx: Tx, pool_id: str) -> None:
    rows = await tx.fetch(
        "delete from import_files where pool_id = $1 and key is null "
        "and ended_at < now() - make_interval(days => $2) returning id",
        pool_id,
        KEPT_DAYS,
    )
    await tx.execute(
        "delete from user_imports where pool_id = $1 and source = any($2)",
        pool_id,
        [CHECK + row["id"] for row in rows],
    )


# -- whoever is forgotten ----------------------------------------------------------------------------------


async def erase_person(tx: Executor, pool_id: str, person: Person) -> int:
    """What was uploaded before now may name them, and is sealed: all of it goes. A worker that is at a file this moment
    would be waited for; it meets the mark before its next piece."""
    if not await tx.fetchval(
        "select exists (select 1 from import_files where pool_id = $1 and key is not null)", pool_id
    ):
        return 0
    await tx.execute(
        "insert into import_file_erasures (pool_id, at) values ($1, clock_timestamp()) "
        "on conflict (pool_id) do update set at = excluded.at",
        pool_id,
    )
    return 1
