"""Takes a person out of the log: the act stays, with its time, kind and outcome, and nothing tells whose it was."""

from __future__ import annotations

from poolhouse.audit.person import Person
from poolhouse.db.database import Tx

KEPT_DETAIL = ("reason", "method", "step", "changed", "provider", "by", "hashes", "verified", "unproven")
"""Words of ours, or names of fields; whatever else a row says of somebody goes."""


async def names_in_log(tx: Tx, pool_id: str, user_id: str) -> tuple[set[str], set[str], int]:
    """Under which names they signed in, what they were called, and how many rows they have; in lower case.

    A former address is in no other place."""
    rows = await tx.fetch(
        "select user_name, detail, operation from audit_records where pool_id = $1 and user_id = $2",
        pool_id,
        user_id,
    )
    sign_in, called = set[str](), set[str]()
    for row in rows:
        detail = row["detail"]
        sign_in.add(str(detail.get("account") or ""))
        called.add(row["user_name"] or "")
        for side in ("before", "after"):
            values = detail.get(side)
            texts = values.values() if isinstance(values, dict) else [values]
            sign_in |= {one for one in texts if isinstance(one, str) and _is_address(one)}
    sign_in, called = ({name.strip().lower() for name in names} - {""} for names in (sign_in, called))
    return sign_in, called | sign_in, len(rows)


async def erase_person(tx: Tx, pool_id: str, person: Person) -> int:
    """Address, client, session and request go where the act was their own; an administrator's stay."""
    tag = await tx.execute(
        """
        update audit_records r set
          user_id = case when r.user_id = $2 then $3 else r.user_id end,
          resource_id = case when r.resource_id = $2 then $3 else r.resource_id end,
          actor_id = case when r.actor_id = $2 then $3 else r.actor_id end,
          user_name = case when r.user_id is null or r.user_id = $2 then null else r.user_name end,
          detail = coalesce((
            select jsonb_object_agg(d.key, d.value) from jsonb_each(r.detail) d where d.key = any($5::text[])
          ), '{}'),
          ip = case when r.kind = 'user' then null else r.ip end,
          user_agent = case when r.kind = 'user' then '' else r.user_agent end,
          request_id = case when r.kind = 'user' then '' else r.request_id end,
          session_id = case when r.kind = 'user' then null else r.session_id end
        where r.pool_id = $1 and (r.user_id = $2 or r.actor_id = $2 or r.resource_id = $2
          or (r.user_id is null and lower(r.user_name) = any($4::text[])))
        """,
        pool_id,
        person.user_id,
        person.instead,
        sorted(person.sign_in),
        list(KEPT_DETAIL),
    )
    return int(tag.split()[-1]) + await _erase_mentions(tx, pool_id, person)


async def _erase_mentions(tx: Tx, pool_id: str, person: Person) -> int:
    """In acts upon something else: a group's members, a mail's address; in a name at a sign-in that was nobody's."""
    rows = await tx.fetch(
        """
        select r.at, r.id, r.detail, r.resource_id, r.user_id, r.user_name from audit_records r
        where r.pool_id = $1 and exists (
          select 1 from unnest($2::text[]) needle
          where strpos(lower(concat_ws(' ', r.detail::text, r.resource_id,
            case when r.user_id is null then r.user_name end)), needle) > 0)
        """,
        pool_id,
        person.needles,
    )
    changed = 0
    for row in rows:
        old = [row["detail"], row["resource_id"], row["user_name"]]
        new = [person.taken_from(one) for one in old[:2]]
        new.append(old[2] if row["user_id"] else person.taken_from(old[2]))
        if new != old:
            await tx.execute(
                "update audit_records set detail = $4, resource_id = $5, user_name = $6 "
                "where pool_id = $1 and at = $2 and id = $3",
                pool_id,
                row["at"],
                row["id"],
                *new,
            )
            changed += 1
    return changed


def _is_address(text: str) -> bool:
    """Of mail or a telephone; a status or a language is no name."""
    return "@" in text or text.lstrip("+").replace(" ", "").replace("-", "").isdigit()
