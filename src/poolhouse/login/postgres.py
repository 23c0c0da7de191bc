"""All SQL on attempts, codes, tickets and captchas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from asyncpg import Record

from poolhouse.audit.person import Person
from poolhouse.db.database import Executor
from poolhouse.db.expiry import delete_old
from poolhouse.db.together import Writer
from poolhouse.login.model import CHANNELS

if TYPE_CHECKING:
    from poolhouse.login.tally import Limit, Subject

# -- attempts ----------------------------------------------------------------------------------------------


# A window that is inserted ends $4 seconds from now, so an older one that ends so long before it has ended by now. The
# moment itself would be now(), and a sharding PostgreSQL takes nothing in DO UPDATE that is not immutable, which the
# difference of two times is, and their sum with an interval is not.
_ENDED = "excluded.ends_at - a.ends_at >= make_interval(secs => $4)"
_COUNT = f"case when {_ENDED} then 1 else a.count + 1 end"


async def count_attempt(db: Executor, pool_id: str, kind: str, subject: str, window_s: int) -> int:
    """How many in this window, this one included."""
    return int(
        await db.fetchval(
            f"""
            insert into attempts as a (pool_id, kind, subject, count, ends_at)
            values ($1, $2, $3, 1, now() + make_interval(secs => $4))
            on conflict (pool_id, kind, subject) do update set
              count = {_COUNT},
              ends_at = case when {_ENDED} then excluded.ends_at else a.ends_at end
            returning count
            """,
            pool_id,
            kind,
            subject,
            window_s,
        )
    )


FIRST_LOCK_S, LONGEST_LOCK_S = 60, 3600

_LOCKS = f"$6 and {_COUNT} >= $5"
_LOCK_S = f"least($8, $7 * power(2, least({_COUNT} - $5, 20)))"
_NOW_S = "extract(epoch from excluded.ends_at - 'epoch'::timestamptz) - $4"


async def take_attempt(db: Executor, subject: Subject, limit: Limit) -> int | None:
    """Counts a try if there is one left: None. Else nothing, and the seconds until there is one, 1 at least."""
    locks_at_once = limit.locks and limit.most <= 1
    taken = await db.fetchval(
        f"""
        insert into attempts as a (pool_id, kind, subject, count, ends_at, locked_until)
        values ($1, $2, $3, 1, now() + make_interval(secs => $4),
                case when $10 then now() + make_interval(secs => $7) end)
        on conflict (pool_id, kind, subject) do update set
          count = {_COUNT},
          ends_at = case when {_LOCKS} then to_timestamp({_NOW_S} + {_LOCK_S} + $9)
            when {_ENDED} then excluded.ends_at else a.ends_at end,
          locked_until = case when {_LOCKS} then to_timestamp({_NOW_S} + {_LOCK_S}) end
        where {_ENDED} or a.count < $5
          or ($6 and coalesce(excluded.ends_at - a.locked_until >= make_interval(secs => $4), true))
        returning true
        """,
        subject.pool_id,
        subject.kind,
        subject.name,
        limit.window_s + (FIRST_LOCK_S if locks_at_once else 0),
        limit.most,
        limit.locks,
        float(FIRST_LOCK_S),
        float(LONGEST_LOCK_S),
        limit.window_s,
        locks_at_once,
    )
    if taken:
        return None
    left = await db.fetchval(
        """
        select ceil(extract(epoch from (case when $4 then coalesce(locked_until, now()) else ends_at end) - now()))
        from attempts where pool_id = $1 and kind = $2 and subject = $3
        """,
        subject.pool_id,
        subject.kind,
        subject.name,
        limit.locks,
    )
    return max(1, int(left or 1))


async def locked_for(db: Executor, pool_id: str, kind: str, subject: str) -> int | None:
    """Seconds a lock still lasts."""
    left = await db.fetchval(
        """
        select ceil(extract(epoch from locked_until - now())) from attempts
        where pool_id = $1 and kind = $2 and subject = $3 and locked_until > now()
        """,
        pool_id,
        kind,
        subject,
    )
    return None if left is None else int(left)


async def give_attempt_back(db: Writer, subject: Subject) -> None:
    """A counted try that proved nothing. It was let through, so nothing was locked when it came."""
    await db.execute(
        """
        update attempts set count = greatest(count - 1, 0), locked_until = null
        where pool_id = $1 and kind = $2 and subject = $3
        """,
        subject.pool_id,
        subject.kind,
        subject.name,
    )


async def forget_attempts(db: Writer, pool_id: str, kind: str, subjects: Sequence[str]) -> None:
    await db.execute(
        "delete from attempts where pool_id = $1 and kind = $2 and subject = any($3::text[])",
        pool_id,
        kind,
        list(subjects),
    )


# -- verification codes ------------------------------------------------------------------------------------


async def put_code(
    db: Executor,
    pool_id: str,
    channel: str,
    target: str,
    purpose: str,
    digest: bytes,
    tries: int,
    lifetime_s: int,
    resend_after_s: int,
) -> bool:
    """A new code in place of the old one. False: the old one is younger than `resend_after_s`."""
    return bool(
        await db.fetchval(
            """
            insert into verification_codes as c
              (pool_id, channel, target, purpose, digest, tries_left, created_at, expires_at)
            values ($1, $2, $3, $4, $5, $6, now(), now() + make_interval(secs => $7))
            on conflict (pool_id, channel, target, purpose) do update set
              digest = excluded.digest, tries_left = excluded.tries_left,
              created_at = excluded.created_at, expires_at = excluded.expires_at
            where excluded.created_at - c.created_at >= make_interval(secs => $8)
            returning true
            """,
            pool_id,
            channel,
            target,
            purpose,
            digest,
            tries,
            lifetime_s,
            resend_after_s,
        )
    )


async def spend_try(
    db: Executor, pool_id: str, channel: str, target: str, digests: Mapping[str, bytes]
) -> list[Record]:
    """purpose, digest, expired: the codes that still had a try left, and now have one less. A guess that is none of
    them, by their purposes, costs each a try; one that is right costs the others none."""
    return await db.fetch(
        """
        with spent as (
          update verification_codes c set tries_left = c.tries_left - 1
          from unnest($4::text[], $5::bytea[]) as guess (purpose, digest)
          where c.pool_id = $1 and c.channel = $2 and c.target = $3 and c.purpose = guess.purpose
            and c.tries_left > 0 and (c.digest = guess.digest or not exists (
              select 1 from verification_codes o
              join unnest($4::text[], $5::bytea[]) as other (purpose, digest)
                on other.purpose = o.purpose and other.digest = o.digest
              where o.pool_id = $1 and o.channel = $2 and o.target = $3 and o.tries_left > 0))
          returning c.purpose, c.digest, c.expires_at)
        select purpose, digest, expires_at <= now() as expired from spent
        """,
        pool_id,
        channel,
        target,
        list(digests),
        list(digests.values()),
    )


async def return_try(
    db: Executor, pool_id: str, channel: str, target: str, purpose: str, digest: bytes
) -> None:
    """The try that found the code right, of a code nobody has used meanwhile."""
    await db.execute(
        "update verification_codes set tries_left = tries_left + 1 "
        "where pool_id = $1 and channel = $2 and target = $3 and purpose = $4 and digest = $5",
        pool_id,
        channel,
        target,
        purpose,
        digest,
    )


async def use_code(
    db: Executor, pool_id: str, channel: str, target: str, purpose: str, digest: bytes
) -> bool:
    """Single use: False when another request was faster. The row stays to hold the resend interval."""
    return bool(
        await db.fetchval(
            """
            update verification_codes set tries_left = 0, digest = ''
            where pool_id = $1 and channel = $2 and target = $3 and purpose = $4 and digest = $5
              and expires_at > now()
            returning true
            """,
            pool_id,
            channel,
            target,
            purpose,
            digest,
        )
    )


async def void_codes(db: Executor, pool_id: str, targets: Mapping[str, str]) -> None:
    """`targets`: channel -> address. The rows stay to hold the resend interval."""
    for channel, target in targets.items():
        await db.execute(
            "update verification_codes set tries_left = 0, digest = '' "
            "where pool_id = $1 and channel = $2 and target = $3",
            pool_id,
            channel,
            target,
        )


# -- tickets -----------------------------------------------------------------------------------------------


async def insert_ticket(
    db: Executor,
    pool_id: str,
    ticket_id: str,
    purpose: str,
    user_id: str,
    digest: bytes,
    detail: Mapping[str, Any],
    tries: int,
    lifetime: timedelta,
) -> None:
    """Dated by the database, which also judges: a node whose clock is slow makes no tickets that are dead at once."""
    await db.execute(
        "insert into tickets (pool_id, id, purpose, user_id, digest, detail, tries_left, expires_at) "
        "values ($1, $2, $3, $4, $5, $6, $7, now() + $8::interval)",
        pool_id,
        ticket_id,
        purpose,
        user_id,
        digest,
        dict(detail),
        tries,
        lifetime,
    )


async def find_ticket(db: Executor, pool_id: str, ticket_id: str) -> Record | None:
    """purpose, user_id, digest, detail, expired."""
    return await db.fetchrow(
        "select purpose, user_id, digest, detail, expires_at <= now() as expired from tickets "
        "where pool_id = $1 and id = $2 and tries_left > 0",
        pool_id,
        ticket_id,
    )


async def spend_ticket_try(db: Executor, pool_id: str, ticket_id: str) -> bool:
    return bool(
        await db.fetchval(
            "update tickets set tries_left = tries_left - 1 where pool_id = $1 and id = $2 "
            "and tries_left > 0 returning true",
            pool_id,
            ticket_id,
        )
    )


async def note_on_ticket(db: Executor, pool_id: str, ticket_id: str, facts: Mapping[str, Any]) -> None:
    await db.execute(
        "update tickets set detail = detail || $3 where pool_id = $1 and id = $2",
        pool_id,
        ticket_id,
        dict(facts),
    )


async def delete_ticket(db: Executor, pool_id: str, ticket_id: str) -> bool:
    """False: another request was faster."""
    return bool(
        await db.fetchval(
            "delete from tickets where pool_id = $1 and id = $2 returning true", pool_id, ticket_id
        )
    )


async def end_tickets(db: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    """All but the link that proves an address: it opens nothing."""
    await db.execute(
        "delete from tickets where pool_id = $1 and user_id = any($2::text[]) and purpose <> 'email_link'",
        pool_id,
        list(user_ids),
    )


async def forget_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    await db.execute(
        "delete from tickets where pool_id = $1 and user_id = any($2::text[])", pool_id, list(user_ids)
    )
    await forget_unproven(db, pool_id, user_ids, CHANNELS)


# -- captchas ----------------------------------------------------------------------------------------------


async def insert_captcha(
    db: Executor, pool_id: str, captcha_id: str, asker: str, answer: str, lifetime_s: int, most: int
) -> None:
    """Only the newest `most` of one asker stay good, so that asking often does not help guessing."""
    await db.execute(
        """
        delete from captchas where pool_id = $1 and asker = $2 and id not in (
          select id from captchas where pool_id = $1 and asker = $2 order by expires_at desc, id desc limit $3)
        """,
        pool_id,
        asker,
        most - 1,
    )
    await db.execute(
        "insert into captchas (pool_id, id, asker, answer, expires_at) "
        "values ($1, $2, $3, $4, now() + make_interval(secs => $5))",
        pool_id,
        captcha_id,
        asker,
        answer,
        lifetime_s,
    )


async def use_captcha(db: Executor, pool_id: str, asker: str, answer: str) -> bool:
    """A right answer is used up; a wrong one uses up the asker's oldest captcha."""
    used = await db.fetchval(
        """
        delete from captchas where pool_id = $1 and id = (
          select id from captchas where pool_id = $1 and asker = $2 and answer = $3 and expires_at > now()
          limit 1) returning true
        """,
        pool_id,
        asker,
        answer,
    )
    if not used:
        await db.execute(
            "delete from captchas where pool_id = $1 and id = (select id from captchas "
            "where pool_id = $1 and asker = $2 order by expires_at, id limit 1)",
            pool_id,
            asker,
        )
    return bool(used)


async def captcha_answer(db: Executor, pool_id: str, captcha_id: str, asker: str) -> str | None:
    answer: str | None = await db.fetchval(
        "select answer from captchas where pool_id = $1 and id = $2 and asker = $3 and expires_at > now()",
        pool_id,
        captcha_id,
        asker,
    )
    return answer


async def delete_expired(db: Executor, limit: int) -> int:
    """Of all pools, `limit` of each table at most; answers how many went. What has expired is dead already."""
    return (
        await delete_old(db, "attempts", key="pool_id, kind, subject", by="ends_at", limit=limit)
        + await delete_old(
            db,
            "verification_codes",
            key="pool_id, channel, target, purpose",
            by="expires_at",
            age=timedelta(days=1),
            limit=limit,
        )
        + await delete_old(db, "tickets", key="pool_id, id", by="expires_at", limit=limit)
        + await delete_old(db, "captchas", key="pool_id, id", by="expires_at", limit=limit)
    )


# -- addresses nobody has proved ---------------------------------------------------------------------------


async def put_unproven(tx: Executor, pool_id: str, user_id: str, channel: str, digest: bytes) -> None:
    await tx.execute(
        "insert into unproven_addresses (pool_id, user_id, channel, digest) values ($1, $2, $3, $4) "
        "on conflict (pool_id, user_id, channel) do update set digest = excluded.digest",
        pool_id,
        user_id,
        channel,
        digest,
    )


async def unproven(db: Executor, pool_id: str, user_id: str, channel: str) -> bytes | None:
    digest: bytes | None = await db.fetchval(
        "select digest from unproven_addresses where pool_id = $1 and user_id = $2 and channel = $3",
        pool_id,
        user_id,
        channel,
    )
    return digest


async def forget_unproven(
    tx: Executor, pool_id: str, user_ids: Sequence[str], channels: Sequence[str]
) -> None:
    await tx.execute(
        "delete from unproven_addresses where pool_id = $1 and user_id = any($2) and channel = any($3)",
        pool_id,
        list(user_ids),
        list(channels),
    )


async def erase_person(db: Executor, pool_id: str, person: Person) -> int:
    """Codes on their way to an address, and tries counted under a name: `kind:name`, or the name alone."""
    names = sorted({*person.sign_in, person.user_id})
    codes = await db.execute(
        "delete from verification_codes where pool_id = $1 and lower(target) = any($2::text[])",
        pool_id,
        names,
    )
    tries = await db.execute(
        "delete from attempts where pool_id = $1 and (lower(subject) = any($2::text[]) "
        "or lower(substr(subject, strpos(subject, ':') + 1)) = any($2::text[]))",
        pool_id,
        names,
    )
    return int(codes.split()[-1]) + int(tries.split()[-1])
