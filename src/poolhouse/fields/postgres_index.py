"""All SQL that keeps `user_field_values`, the index of the custom fields that are marked.

A marked field is filled in pieces by whichever node does maintenance, and conditions use it once it is whole. Locks are
taken in the order definition, `field_indexes`, value, index, by everybody.
Decision: docs/decisions/0049-indexed-fields.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from poolhouse.db.database import Executor, Tx
from poolhouse.fields.model import DataType, Field, IndexState, TargetType

INDEXABLE = (DataType.STRING, DataType.SELECT, DataType.NUMBER, DataType.DATETIME, DataType.BOOLEAN)
TEXT_LENGTH = 200
"""Characters of a text that are sorted by, and found without looking at the value. As the schema's comment has it."""
PIECES_A_RUN = 20
"""After so many a run of the job ends, and the next begins: one that lasts for an hour would be taken for one that
hangs."""
GRACE_S = 60
"""How long an index that is no longer wanted stays: longer than any list that began to read it takes."""

NUMBER = "case jsonb_typeof(v.value) when 'number' then v.value::numeric when 'boolean' then v.value::boolean::int end"
TEXT = f"case when jsonb_typeof(v.value) = 'string' then left(v.value #>> '{{}}', {TEXT_LENGTH}) end"
"""What a value `v` is sorted by."""
PLAIN = r"translate(v.value #>> '{}', E'\x1c\x1d\x1e\x1f', '    ')"
FOLDED = f"poolhouse_search_key({PLAIN})"
"""A value as it is searched: as the texts of a user are."""
_ENTRY = f"u.created_at, {TEXT}, {NUMBER}, case when jsonb_typeof(v.value) = 'string' then {FOLDED} end"
_COLUMNS = "pool_id, key, user_id, created_at, text_value, number_value, search_key"
_ANEW = """
on conflict (pool_id, key, user_id) do update set created_at = excluded.created_at,
  text_value = excluded.text_value, number_value = excluded.number_value, search_key = excluded.search_key
"""


async def note(
    tx: Tx, pool_id: str, target_type: str, key: str, user_ids: Sequence[str], *, waits: bool = True
) -> None:
    """Enters what is stored of a key, in the transaction that has locked these values.

    `waits`: for whoever deletes the user, who would not see the new row. A statement apart from the one that saves:
    Citus takes none that inserts what another returns.
    """
    lock = "for key share of u" if waits else ""
    await tx.execute(
        f"""
        insert into user_field_values ({_COLUMNS})
        select v.pool_id, v.key, u.id, {_ENTRY}
        from field_values v join users u on u.pool_id = v.pool_id and u.id = v.target_id
        where v.pool_id = $1 and v.target_type = $2 and v.key = $3 and v.target_id = any($4::text[])
        {lock} {_ANEW}
        """,
        pool_id,
        target_type,
        key,
        list(user_ids),
    )


async def wait_for_others(tx: Tx, pool_id: str) -> None:
    """Who define fields of the pool: of two who create the same one, the second finds it. Before any other lock."""
    await tx.execute("select pg_advisory_xact_lock(hashtextextended('field definitions ' || $1, 0))", pool_id)


async def hold(tx: Tx, pool_id: str, keys: Sequence[str] | None = None) -> None:
    """The definitions of these fields, or of all of the pool, in the order that everybody takes them who takes more
    than one. Nobody writes a value of them, or changes them, until the transaction ends."""
    await tx.execute(
        """
        select 1 from field_definitions d where d.pool_id = $1 and ($2::text[] is null or d.key = any($2))
        order by d.created_at, d.key for no key update
        """,
        pool_id,
        None if keys is None else list(keys),
    )


async def count_marked(tx: Tx, pool_id: str) -> int:
    marked: int = await tx.fetchval(
        "select count(*) from field_definitions d where d.pool_id = $1 and d.indexed", pool_id
    )
    return marked


async def mark(tx: Tx, pool_id: str, field: Field) -> None:
    """Begins to fill the index of a field that is `indexed`, or to empty that of one that is not.

    Whoever read the definition before and writes a value still is waited for by who changed it.
    """
    await tx.execute(
        """
        insert into field_indexes (pool_id, target_type, key, state, after, done, total, since)
        select $1, $2, $3, $4, '', 0, (select count(*) from field_values v where v.pool_id = $1
          and v.target_type = $2 and v.key = $3), now()
        on conflict (pool_id, target_type, key) do update set
          state = excluded.state, after = '', done = 0, total = excluded.total, since = excluded.since
        """,
        pool_id,
        field.target_type,
        field.key,
        IndexState.FILLING if field.indexed else IndexState.EMPTYING,
    )


async def lock(tx: Tx, pool_id: str, target_type: TargetType, key: str) -> None:
    """Whoever deletes a field holds its definition, then its index: a piece of work on that is let finish."""
    for table in ("field_definitions", "field_indexes"):
        await tx.execute(
            f"select 1 from {table} where pool_id = $1 and target_type = $2 and key = $3 for update",
            pool_id,
            target_type,
            key,
        )


async def work(tx: Tx, limit: int) -> int:
    """One piece of one index, the oldest unfinished first. Maintenance's job: `limit` while there is more to do, and
    less now and then, so that no run of it is long."""
    row = await _next(tx)
    if row is None:
        return 0
    pool_id, target_type, key, state, after, done = row
    if state == IndexState.FILLING:
        await _fill(tx, pool_id, target_type, key, after, limit)
    else:
        await _empty(tx, pool_id, target_type, key, limit)
    return limit if (done // limit + 1) % PIECES_A_RUN else limit - 1


async def _next(tx: Tx) -> Sequence[Any] | None:
    """Of any pool; held until the transaction ends. Somebody who marks it anew or deletes it is not waited for."""
    found = await tx.fetchrow(
        """
        select i.pool_id, i.target_type, i.key from field_indexes i
        where i.state = 'FILLING' or (i.state = 'EMPTYING' and i.since < now() - make_interval(secs => $1))
        order by i.since limit 1
        """,
        float(GRACE_S),
    )
    if found is None:
        return None
    row = await tx.fetchrow(
        """
        select i.pool_id, i.target_type, i.key, i.state, i.after, i.done from field_indexes i
        where i.pool_id = $1 and i.target_type = $2 and i.key = $3 and i.state <> 'READY'
          and (i.state = 'FILLING' or i.since < now() - make_interval(secs => $4)) for update
        """,
        *found,
        float(GRACE_S),
    )
    return None if row is None else tuple(row)


async def _fill(tx: Tx, pool_id: str, target_type: str, key: str, after: str, limit: int) -> None:
    """`for share` waits for whoever is writing a value and reads what they wrote. Whoever writes it next waits for
    this piece, and then changes or deletes what it noted."""
    last, rows = await _piece(tx, pool_id, target_type, key, after, limit)
    await tx.execute(
        """
        update field_indexes set after = $4, done = done + $5, total = greatest(total, done + $5), state = $6
        where pool_id = $1 and target_type = $2 and key = $3
        """,
        pool_id,
        target_type,
        key,
        after if last is None else last,
        rows,
        IndexState.READY if rows < limit else IndexState.FILLING,
    )


async def _piece(
    tx: Tx, pool_id: str, target_type: str, key: str, after: str, limit: int
) -> tuple[str | None, int]:
    rows = await tx.fetch(
        """
        select v.target_id from field_values v
        where v.pool_id = $1 and v.target_type = $2 and v.key = $3 and v.target_id > $4
        order by v.target_id limit $5 for share
        """,
        pool_id,
        target_type,
        key,
        after,
        limit,
    )
    if not rows:
        return None, 0
    ids = [row["target_id"] for row in rows]
    await note(tx, pool_id, target_type, key, ids, waits=False)
    return ids[-1], len(ids)


async def _empty(tx: Tx, pool_id: str, target_type: str, key: str, limit: int) -> None:
    gone = await tx.fetchval(
        """
        with gone as (
          delete from user_field_values f where f.pool_id = $1 and f.key = $2 and f.user_id = any(array(
            select o.user_id from user_field_values o where o.pool_id = $1 and o.key = $2 limit $3))
          returning f.user_id)
        select count(*) from gone
        """,
        pool_id,
        key,
        limit,
    )
    if gone < limit:
        await tx.execute(
            "delete from field_indexes where pool_id = $1 and target_type = $2 and key = $3",
            pool_id,
            target_type,
            key,
        )
    else:
        await tx.execute(
            "update field_indexes set done = done + $4, total = greatest(total, done + $4) "
            "where pool_id = $1 and target_type = $2 and key = $3",
            pool_id,
            target_type,
            key,
            limit,
        )


async def forget(tx: Tx, pool_id: str, user_ids: Sequence[str], key: str | None = None) -> None:
    """After their values are deleted, and as a statement of its own: a piece of work was perhaps waited for, and this
    one sees what that noted.

    It sees a value of this `key`, too, that somebody gave since, which stays. Without a key the users go: so do theirs.
    """
    await tx.execute(
        """
        delete from user_field_values f where f.pool_id = $1 and f.user_id = any($2::text[]) and f.key = any(array(
          select i.key from field_indexes i where i.pool_id = $1 and ($3::text is null or i.key = $3)))
          and ($3::text is null or not exists (select 1 from field_values v where v.pool_id = $1
            and v.target_type = $4 and v.target_id = f.user_id and v.key = f.key))
        """,
        pool_id,
        list(user_ids),
        key,
        TargetType.USER,
    )


async def delete_entries(tx: Tx, pool_id: str, key: str) -> None:
    await tx.execute("delete from user_field_values where pool_id = $1 and key = $2", pool_id, key)


async def unfinished(db: Executor) -> tuple[int, int]:
    """For /metrics: how many indexes are being filled, and how many values that still is."""
    row = await db.fetchrow(
        "select count(*) as fields, coalesce(sum(total - done), 0)::bigint as waiting from field_indexes "
        "where state = 'FILLING'"
    )
    return (row["fields"], row["waiting"]) if row else (0, 0)
