"""How an uploaded file stands in the database: its columns, and what is made of them."""

from __future__ import annotations

from typing import Any

from asyncpg import Record

from poolhouse.bulk.model import Actor
from poolhouse.import_files.model import CHECK, ImportFile
from poolhouse.migration import postgres_jobs as jobs
from poolhouse.migration.postgres import Journal

_OWN = (
    "f.pool_id, f.id, f.name, f.format, f.size, f.received, f.key, f.encoding, f.separator, f.names, f.ignored, "
    "f.recognized, f.revision, f.header, f.parted_by, f.secret, f.actor_kind, f.actor_id, f.scopes, f.lang, f.ip, "
    "f.user_agent, f.status, f.reason, f.done, f.stale_keys, f.created_at, f.updated_at, f.ended_at, f.emptied_at"
)
_NOTED = ("source", "position", "imported", "skipped", "failed", "errors_bytes")
COLUMNS = f"{_OWN}, " + ", ".join(
    [f"{of}.{name} as {of}_{name}" for of in "cj" for name in _NOTED]
    + [f"{of}.finished_at is not null as {of}_finished" for of in "cj"]
)
FROM = (
    "import_files f "
    f"left join user_imports c on c.pool_id = f.pool_id and c.source = '{CHECK}' || f.id "
    f"left join user_imports j on j.pool_id = f.pool_id and j.source = '{jobs.PREFIX}' || f.id and j.of_file"
)
ERASED = "exists (select 1 from import_file_erasures e where e.pool_id = f.pool_id and e.at >= f.created_at)"


def actor_of(actor: Actor) -> tuple[Any, ...]:
    scopes = None if actor.scopes is None else sorted(actor.scopes)
    return (actor.kind, actor.id, scopes, actor.lang, actor.ip, actor.user_agent)


def file_of(row: Record) -> ImportFile:
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
