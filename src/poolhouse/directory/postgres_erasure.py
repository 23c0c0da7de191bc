"""Takes a person out of what is kept of a directory beside its users: tombstones, managers, remembered lists."""

from __future__ import annotations

from poolhouse.audit.person import Person, digest_of_tombstone
from poolhouse.db.database import Tx


async def old_ids(tx: Tx, pool_id: str, user_id: str) -> tuple[str, ...]:
    """Theirs in other systems, as long as they are here."""
    rows = await tx.fetch(
        "select user_id_in_idp, openid from user_identities where pool_id = $1 and user_id = $2",
        pool_id,
        user_id,
    )
    return tuple(sorted({one for row in rows for one in (row["user_id_in_idp"], row["openid"]) if one}))


async def erase_person(tx: Tx, pool_id: str, person: Person) -> int:
    """Places in lists hold what they are sorted by, names too; they are only remembered, and found out again."""
    rows = await tx.fetch(
        "delete from user_tombstones where pool_id = $1 and user_id_in_idp = any($2::text[]) "
        "returning provider, user_id_in_idp, deleted_at",
        pool_id,
        list(person.old_ids),
    )
    for row in rows:
        await tx.execute(
            "insert into user_tombstones (pool_id, provider, user_id_in_idp, deleted_at) values ($1, $2, $3, $4) "
            "on conflict do nothing",
            pool_id,
            row["provider"],
            digest_of_tombstone(pool_id, row["user_id_in_idp"]),
            row["deleted_at"],
        )
    managed = await tx.execute(
        "update users set direct_management = null where pool_id = $1 and lower(direct_management) = any($2::text[])",
        pool_id,
        [*sorted(person.sign_in), person.user_id.lower()],
    )
    await tx.execute("delete from kept_lists where pool_id = $1", pool_id)
    return len(rows) + int(managed.split()[-1])
