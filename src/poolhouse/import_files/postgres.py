"""SQL of uploaded files, their bytes, and who came earlier in one that is checked."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from asyncpg import Record

from poolhouse.audit.person import Person
from poolhouse.bulk.model import Actor
from poolhouse.db.database import Executor, Tx
from poolhouse.import_files.model import CHECK, ImportFile
from poolhouse.migration import postgres_jobs as jobs
from poolhouse.migration.import_tables import Reading
from poolhouse.migration.postgres import Journal
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import Reason

CHANNEL = "import_files"
KEPT_DAYS = 30
"""Of a file that has ended, without its bytes; and what it refused."""
IDLE_HOURS = 24
"""After which a file that nobody goes on with is stopped."""
REFUSED_DAYS = 7
"""After the end of an import the rows that it refused go; why it did stays."""
_MOST_OF_A_ROW = 16
"""Digests: there are fewer kinds."""
_PIECES, _ROWS = 16, 10_000
"""Deleted at a time."""

_OWN = (
    "f.pool_id, f.id, f.name, f.format, f.size, f.received, f.key, f.encoding, f.separator, f.names, f.ignored, "
    "f.recognized, f.revision, f.header, f.parted_by, f.secret, f.actor_kind, f.actor_id, f.scopes, f.lang, f.ip, "
    "f.user_agent, f.status, f.reason, f.done, f.stale_keys, f.created_at, f.updated_at, f.ended_at, f.emptied_at"
)
_NOTED = ("source", "position", "imported", "skipped", "failed", "errors_bytes")
_COLUMNS = f"{_OWN}, " + ", ".join(
    [f"{of}.{name} as {of}_{name}" for of in "cj" for name in _NOTED]
    + [f"{of}.finished_at is not null as {of}_finished" for of in "cj"]
)
_FROM = (
    "import_files f "
    f"left join user_imports c on c.pool_id = f.pool_id and c.source = '{CHECK}' || f.id "
    f"left join user_imports j on j.pool_id = f.pool_id and j.source = '{jobs.PREFIX}' || f.id and j.of_file"
)
_ERASED = "exists (select 1 from import_file_erasures e where e.pool_id = f.pool_id and e.at >= f.created_at)"


# -- whoever asks and looks --------------------------------------------------------------------------------


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
        *_actor(file.actor),
        most,
    )
    return bool(made)


async def find(db: Executor, pool_id: str, file_id: str) -> ImportFile | None:
    row = await db.fetchrow(
        f"select {_COLUMNS} from {_FROM} where f.pool_id = $1 and f.id = $2", pool_id, file_id
    )
    return _file(row) if row else None


async def held(tx: Tx, pool_id: str, file_id: str) -> ImportFile | None:
    """Until the transaction's end; it waits for the piece under way."""
    row = await tx.fetchrow(
        f"select {_COLUMNS} from {_FROM} where f.pool_id = $1 and f.id = $2 for no key update of f",
        pool_id,
        file_id,
    )
    return _file(row) if row else None


async def page(db: Executor, pool_id: str, wanted: PageRequest) -> Page[ImportFile]:
    """Newest first."""
    total = await db.fetchval("select count(*) from import_files where pool_id = $1", pool_id)
    rows = await db.fetch(
        f"select {_COLUMNS} from {_FROM} where f.pool_id = $1 order by f.created_at desc, f.id desc "
        "limit $2 offset $3",
        pool_id,
        wanted.size,
        wanted.offset,
    )
    return Page(total, [_file(row) for row in rows])


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
        *_actor(actor),
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


# -- whoever works -----------------------------------------------------------------------------------------


async def waiting(db: Executor, most: int, only: Collection[str] | None = None) -> list[tuple[str, str]]:
    """(pool, file) of one of each pool that is to be checked, imported, stopped or emptied; whoever was served longest
    ago comes first. `only`: of these pools."""
    rows = await db.fetch(
        "select pool_id, id from (select distinct on (f.pool_id) f.pool_id, f.id, f.served_at from import_files f "
        "where f.key is not null and ($2::text[] is null or f.pool_id = any($2::text[])) and ("
        "f.status in ('CHECKING', 'IMPORTING') or f.stale_keys "
        "or (f.ended_at is null and f.updated_at < now() - make_interval(hours => $3)) "
        "or (f.ended_at is not null and f.emptied_at is null) "
        f"or f.ended_at < now() - make_interval(days => $4) or {_ERASED}) "
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
        f"select {_COLUMNS} from {_FROM} where f.pool_id = $1 and f.id = $2 and f.key is not null "
        "for no key update of f skip locked",
        pool_id,
        file_id,
    )
    if row is None:
        return None
    await put_behind(tx, pool_id, file_id)
    return _file(row)


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
        f"select {_ERASED} from import_files f where f.pool_id = $1 and f.id = $2", file.pool_id, file.id
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
        f"select f.ended_at < now() - make_interval(days => $3) or {_ERASED} from import_files f "
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


def _actor(actor: Actor) -> tuple[Any, ...]:
    scopes = None if actor.scopes is None else sorted(actor.scopes)
    return (actor.kind, actor.id, scopes, actor.lang, actor.ip, actor.user_agent)


def _file(row: Record) -> ImportFile:
    found: dict[str, Any] = dict(row.items())
    journals = []
    for of in "cj":
        noted = [found.pop(f"{of}_{name}") for name in _NOTED]
        finished = found.pop(f"{of}_finished")
        journals.append(Journal(*(*noted, finished)) if noted[0] is not None else None)
    kind, actor_id = found.pop("actor_kind"), found.pop("actor_id")
    scopes, lang, ip, agent = (found.pop(name) for name in ("scopes", "lang", "ip", "user_agent"))
    reason, ignored, header, secret = (found.pop(name) for name in ("reason", "ignored", "header", "secret"))
    return ImportFile(
        **found,
        ignored=tuple(ignored),
        header=tuple(header),
        secret=tuple(secret),
        reason=(reason[0], reason[1]) if reason else None,
        actor=Actor(kind, actor_id, None if scopes is None else frozenset(scopes), lang, ip, agent),
        check=journals[0],
        job=journals[1],
    )
