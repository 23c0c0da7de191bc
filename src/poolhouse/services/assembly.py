"""The builders in their order, and the services for the length of a block."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial

import structlog

from poolhouse import clock, ttl_cache
from poolhouse.audit.service import AuditLog
from poolhouse.background import in_turn
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.clocks import compared
from poolhouse.db.database import Database
from poolhouse.services.access import Access, build_access
from poolhouse.services.administration import Administration, build_administration
from poolhouse.services.bulk import Bulk, build_bulk
from poolhouse.services.core import Core, Raw, build_core, build_raw, secret_keys
from poolhouse.services.people import (
    Directory,
    Memberships,
    People,
    Unchecked,
    build_directory,
    build_memberships,
    build_people,
    build_unchecked,
)
from poolhouse.services.sign_in import (
    Proving,
    SignIn,
    Tokens,
    build_login,
    build_proving,
    build_sign_in,
    build_tokens,
)
from poolhouse.settings import Settings
from poolhouse.users.model import AVATAR_PATH

LOGIN_RECORDS_S = 10.0
"""How long stopping waits for the records of the last logins."""
SCRIPT_LOG_S = 10.0
"""And for the rows of the last calls of scripts."""

NODE = "poolhouse node"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class WireServices(
    Core, Directory, People, Memberships, Access, Tokens, Proving, SignIn, Administration, Bulk
):
    """Everything a wire may call."""

    @property
    def avatar(self) -> str:
        """The address of the picture shown of users who have none."""
        return self.links.base_url + AVATAR_PATH


@dataclass(frozen=True)
class Services(WireServices, Raw, Unchecked):
    """The same with what they are made of: for commands, maintenance and tests."""


async def build(settings: Settings, db: Database, hasher: PasswordHasher | None = None) -> Services:
    """The services over an open, migrated database."""
    audit = AuditLog(db)
    raw = build_raw(settings, db, audit, hasher)
    core = await build_core(settings, raw, audit)
    directory = build_directory(raw, core)
    unchecked = build_unchecked(raw, core, directory)
    memberships = build_memberships(raw, core, unchecked)
    people = build_people(raw, core, directory, unchecked, memberships)
    access = build_access(raw, core, unchecked, memberships)
    tokens = build_tokens(raw, core)
    proving = build_proving(raw, core, directory, people, unchecked)
    login = build_login(raw, core, directory, people, unchecked, access, tokens, proving)
    sign_in = build_sign_in(raw, core, directory, people, unchecked, access, tokens, proving, login)
    administration = build_administration(raw, core, proving, memberships)
    bulk = build_bulk(raw, core, directory, people, memberships, tokens, administration.administrators)
    parts = (
        *(raw, core, directory, unchecked, people, memberships, access, tokens, proving, sign_in),
        *(administration, bulk),
    )
    return Services(**{name: service for part in parts for name, service in vars(part).items()})


@asynccontextmanager
async def opened(settings: Settings, database_url: str) -> AsyncIterator[Services]:
    """The services for the length of a block; their background work ends with it."""
    try:
        ttl_cache.SHARED.share(settings.data)
    except OSError as error:  # others then see within a second what this process writes, and it what they do
        if settings.workers > 1:
            _log.warning("caches_not_shared", cause=str(error))
    replica = settings.replica_url.get_secret_value() if settings.replica_url else None
    db = await Database.open(
        database_url,
        connections=settings.database_connections,
        statement_timeout_s=settings.statement_timeout_s,
        search_timeout_s=settings.search_timeout_s,
        replica_url=replica,
        replica_lag_s=settings.replica_lag_s,
        name=node_name(secret_keys(settings)),
        pooler=settings.pooler,
        direct_url=settings.listen_url.get_secret_value() if settings.listen_url else None,
    )
    hasher = PasswordHasher(processes=settings.workers)
    try:
        clock.follow(await compared(db))
        services = await build(settings, db, hasher)
        try:
            yield services
        finally:
            await in_turn(
                # Scripts may write the records down, so the sandbox closes after them, and then has no call to log.
                ("login records", partial(services.login.drain, LOGIN_RECORDS_S)),
                ("sandbox", services.sandbox.close),
                ("script log", partial(services.scripts.settled, SCRIPT_LOG_S)),
            )
    finally:
        hasher.close()
        await db.close()


def node_name(keys: list[bytes]) -> str:
    """What a server's sessions are called: `secrets rotate` reads there which keys it has."""
    ids = ",".join(key_id.hex() for key_id in SecretBox(keys[0], keys[1:]).key_ids)
    return f"{NODE} {ids}"[:54]  # 63 bytes in all, of which the listener adds nine
