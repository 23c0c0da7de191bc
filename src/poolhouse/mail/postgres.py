"""All SQL of mail. Only `claim` and what follows it look across pools: they are the delivery, not a caller."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from asyncpg import Record

from poolhouse.audit.person import Person
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db import expiry
from poolhouse.db.database import Executor
from poolhouse.db.where import Where
from poolhouse.mail.model import KEPT, Message, Provider, Route, Scene, Template
from poolhouse.paging import Page, PageRequest

CHANNEL = "mail_outbox"

_TEMPLATE = "scene, name, subject, sender, content, redirect_to, has_url, expires_in_s, enabled"
_MESSAGE = (
    "id, pool_id, channel, scene, lang, recipient, sender, subject, body, user_id, status, attempts, "
    "last_error, next_attempt_at, created_at, sent_at"
)


async def waiting(db: Executor) -> tuple[int, float]:
    """(messages not yet delivered, age of the oldest in seconds), of all pools: for whoever runs the server."""
    row = await db.fetchrow(
        "select count(*), coalesce(extract(epoch from now() - min(created_at)), 0)::float8 "
        "from mail_outbox where status = 'queued'"
    )
    return (row[0], row[1]) if row else (0, 0.0)


async def templates(db: Executor, pool_id: str) -> dict[Scene, Template]:
    rows = await db.fetch(f"select {_TEMPLATE} from mail_templates where pool_id = $1", pool_id)
    return {row["scene"]: _template(row) for row in rows}


async def template(db: Executor, pool_id: str, scene: Scene) -> Template | None:
    row = await db.fetchrow(
        f"select {_TEMPLATE} from mail_templates where pool_id = $1 and scene = $2", pool_id, scene
    )
    return _template(row) if row else None


async def put_template(db: Executor, pool_id: str, template: Template) -> None:
    await db.execute(
        """
        insert into mail_templates
          (pool_id, scene, name, subject, sender, content, redirect_to, has_url, expires_in_s, enabled)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        on conflict (pool_id, scene) do update set
          name = excluded.name, subject = excluded.subject, sender = excluded.sender,
          content = excluded.content, redirect_to = excluded.redirect_to, has_url = excluded.has_url,
          expires_in_s = excluded.expires_in_s, enabled = excluded.enabled,
          updated_at = excluded.updated_at
        """,
        pool_id,
        template.scene,
        template.name,
        template.subject,
        template.sender,
        template.content,
        template.redirect_to,
        template.has_url,
        template.expires_in_s,
        template.enabled,
    )


async def delete_template(db: Executor, pool_id: str, scene: Scene) -> bool:
    tag = await db.execute("delete from mail_templates where pool_id = $1 and scene = $2", pool_id, scene)
    return tag != "DELETE 0"


async def provider(db: Executor, pool_id: str, box: SecretBox) -> Provider | None:
    row = await db.fetchrow(
        """
        select kind, enabled, host, port, username, password, sender, security
        from mail_providers where pool_id = $1
        """,
        pool_id,
    )
    if row is None:
        return None
    password = box.decrypt(row["password"], f"mail_providers:{pool_id}")
    return Provider(**{**dict(row.items()), "password": password})


async def put_provider(db: Executor, pool_id: str, provider: Provider, box: SecretBox) -> None:
    await db.execute(
        """
        insert into mail_providers (pool_id, kind, enabled, host, port, username, password, sender, security)
        values ($1, $2, $3, $4, $5, $6, $7, $8, $9)
        on conflict (pool_id) do update set
          kind = excluded.kind, enabled = excluded.enabled, host = excluded.host, port = excluded.port,
          username = excluded.username, password = excluded.password, sender = excluded.sender,
          security = excluded.security, updated_at = excluded.updated_at
        """,
        pool_id,
        provider.kind,
        provider.enabled,
        provider.host,
        provider.port,
        provider.username,
        box.encrypt(provider.password, f"mail_providers:{pool_id}"),
        provider.sender,
        provider.security,
    )


async def insert(db: Executor, message: Message) -> None:
    """Whoever delivers hears of it when the transaction commits."""
    await db.execute(
        """
        with queued as (
          insert into mail_outbox
            (pool_id, id, channel, scene, lang, recipient, sender, subject, body, user_id)
          values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        )
        select pg_notify($11, '')
        """,
        message.pool_id,
        message.id,
        message.channel,
        message.scene,
        message.lang,
        message.recipient,
        message.sender,
        message.subject,
        message.body,
        message.user_id,
        CHANNEL,
    )


async def page(
    db: Executor, pool_id: str, request: PageRequest, recipient: str | None = None, status: str | None = None
) -> Page[Message]:
    """Counted no further than `count_up_to`, where that is asked."""
    where = Where(pool_id, "o")
    for column, value in (("recipient", recipient), ("status", status)):
        if value is not None:
            where.add(f"o.{column} = {where.arg(value)}")
    most = request.count_up_to
    total = await db.fetchval(
        f"select count(*) from (select 1 from mail_outbox o where {where.sql} "
        f"limit {'all' if most is None else most + 1}) few",
        *where.args,
    )
    rows = await db.fetch(
        f"""
        select {_MESSAGE} from mail_outbox o where {where.sql}
        order by created_at desc, id desc limit {request.size + 1:d} offset {request.offset:d}
        """,
        *where.args,
    )
    items, is_exact = [_message(row) for row in rows], most is None or total <= most
    return Page.cut(total if most is None else min(total, most), items, request, is_exact=is_exact)


async def find(db: Executor, pool_id: str, message_id: str) -> Message | None:
    row = await db.fetchrow(
        f"select {_MESSAGE} from mail_outbox where pool_id = $1 and id = $2", pool_id, message_id
    )
    return _message(row) if row else None


async def requeue(db: Executor, pool_id: str, message_id: str) -> bool:
    tag = await db.execute(
        """
        update mail_outbox set status = 'queued', next_attempt_at = now(), created_at = now(), attempts = 0
        where pool_id = $1 and id = $2 and status = 'dead'
        """,
        pool_id,
        message_id,
    )
    return tag != "UPDATE 0"


async def forget_users(db: Executor, pool_id: str, user_ids: Sequence[str]) -> None:
    await db.execute(
        "delete from mail_outbox where pool_id = $1 and user_id = any($2)", pool_id, list(user_ids)
    )


async def claim(
    db: Executor,
    route: Route,
    limit: int,
    lease: timedelta,
    *,
    per_pool: int,
    taken: Mapping[str, int],
    due_by: datetime | None = None,
    only: list[str] | None = None,
) -> list[Message]:
    """At most `limit` messages of a route that are due, the longest waiting of every pool before anybody's second.

    A pool gets no more than `per_pool` less what is `taken`. For `lease` no other sender sees them; if this one
    dies they come back by themselves. `due_by`: by then instead of now. `only` limits to those pools.

    Whose turn it is is asked of all pools, and rows are locked by a statement of each: fewer than planned where another
    sender has taken some meanwhile.
    """
    channel = "sms" if route == "sms" else "email"
    turns = await db.fetch(
        """
        with due as (
          select p.id as pool_id, first.next_attempt_at,
            row_number() over (partition by p.id order by first.next_attempt_at) as turn
          from pools p
          cross join lateral (
            select o.next_attempt_at from mail_outbox o
            where o.pool_id = p.id and o.channel = $1 and o.status = 'queued'
              and o.next_attempt_at <= coalesce($2, now())
              and ($3::boolean is null or $3 = exists (
                select 1 from mail_providers m where m.pool_id = p.id and m.pool_id = o.pool_id and m.enabled))
            order by o.next_attempt_at limit $4
          ) first
          where $5::text[] is null or p.id = any($5)
        )
        select due.pool_id from due
        left join unnest($6::text[], $7::int[]) taken (pool_id, places) on taken.pool_id = due.pool_id
        where due.turn <= $4 - coalesce(taken.places, 0)
        order by due.turn, due.next_attempt_at limit $8
        """,
        channel,
        due_by,
        None if route == "sms" else route == "pool",
        per_pool,
        only,
        list(taken),
        list(taken.values()),
        limit,
    )
    claimed: list[Message] = []
    for pool_id, places in Counter(row["pool_id"] for row in turns).items():
        rows = await db.fetch(
            f"""
            with chosen as materialized (
              select o.id from mail_outbox o
              where o.pool_id = $1 and o.channel = $2 and o.status = 'queued'
                and o.next_attempt_at <= coalesce($3, now())
              order by o.next_attempt_at limit $4 for update skip locked)
            update mail_outbox o set next_attempt_at = now() + $5::interval, attempts = o.attempts + 1
            from chosen where o.pool_id = $1 and o.id = chosen.id
            returning {", ".join(f"o.{name.strip()}" for name in _MESSAGE.split(","))}
            """,
            pool_id,
            channel,
            due_by,
            places,
            lease,
        )
        claimed += [_message(row) for row in rows]
    return claimed


async def mark_sent(db: Executor, message: Message) -> None:
    await db.execute(
        """
        update mail_outbox set status = 'sent', sent_at = now(), body = '', last_error = null
        where pool_id = $1 and id = $2
        """,
        message.pool_id,
        message.id,
    )


async def mark_failed(db: Executor, message: Message, error: str, retry_at: datetime | None) -> None:
    """`retry_at` None: a dead letter."""
    await db.execute(
        """
        update mail_outbox
        set status = case when $4::timestamptz is null then 'dead' else 'queued' end,
            next_attempt_at = coalesce($4, next_attempt_at), last_error = $3
        where pool_id = $1 and id = $2 and status = 'queued'
        """,
        message.pool_id,
        message.id,
        error,
        retry_at,
    )


async def delete_old(db: Executor, limit: int) -> int:
    """What was sent, or never could be, `KEPT` ago or as long as its pool says: `limit` of each at most. Answers how
    many went."""
    of = {"key": "pool_id, id", "by": "created_at", "where": "next_attempt_at < now()"}
    sooner = await expiry.delete_as_told(db, "mail_outbox", **of, setting="retention,mail_days", limit=limit)
    return sooner + await expiry.delete_old(db, "mail_outbox", **of, age=KEPT, limit=limit)


def _template(row: Record) -> Template:
    return Template(**dict(row.items()), built_in=False)


def _message(row: Record) -> Message:
    return Message(**dict(row.items()))


async def erase_person(db: Executor, pool_id: str, person: Person) -> int:
    """What was sent to them before they were somebody: `forget_users` has the rest."""
    tag = await db.execute(
        "delete from mail_outbox where pool_id = $1 and lower(recipient) = any($2::text[])",
        pool_id,
        sorted(person.sign_in),
    )
    return int(tag.split()[-1])
