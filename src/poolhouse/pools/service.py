"""Use cases on pools. Reads are cached for a second: every request starts with one."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

import asyncpg
import msgspec

from poolhouse import misfits
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.compare import same_secret
from poolhouse.crypto.patterns import check_pattern
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.errors import CodeTaken, InvalidInput, NotAuthenticated, PoolNotFound, TooLarge
from poolhouse.ids import new_id, new_secret
from poolhouse.paging import Page, PageRequest
from poolhouse.pools import postgres
from poolhouse.pools.branding import check_color, check_logo
from poolhouse.pools.model import (
    MOST_DAYS_OF_LOGS,
    MOST_REMEMBERED,
    NEW_POOL,
    PasswordRotation,
    PasswordStrength,
    Pool,
    PoolSettings,
    RateCheck,
)
from poolhouse.texts import is_storable
from poolhouse.times import zone_named
from poolhouse.ttl_cache import TtlCache

CACHE_S = 1.0
_DOMAIN = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")


PoolCreated = Callable[[Executor, str], Awaitable[None]]


class PoolService:
    def __init__(
        self, *, db: Database, box: SecretBox, audit: AuditLog, created: Sequence[PoolCreated]
    ) -> None:
        """`created`: which domains give a new pool what it begins with."""
        self._db, self._box, self._audit, self._created = db, box, audit, created
        self._recent: TtlCache[Pool | None] = TtlCache(CACHE_S)

    async def create(self, name: str, domain: str | None = None, description: str | None = None) -> Pool:
        """For the server's operator. The domain is unique on the server."""
        async with self._db.transaction() as tx:
            return await self.add(tx, name, domain, description)

    async def add(
        self, db: Executor, name: str, domain: str | None = None, description: str | None = None
    ) -> Pool:
        """`create` in a transaction of the caller's."""
        pool_id = new_id()
        pool = Pool(
            id=pool_id,
            name=_name(name),
            domain=_domain(domain or f"pool-{pool_id}"),
            description=description,
            secret=new_secret(),
            settings=NEW_POOL,
        )
        try:
            made = await postgres.insert(db, pool, self._box)
        except asyncpg.UniqueViolationError as error:
            raise CodeTaken(field="domain", value=pool.domain) from error
        for created in self._created:
            await created(db, pool_id)
        return made

    async def get(self, pool_id: str) -> Pool:
        """Raises PoolNotFound. May be a second old."""
        pool = await self._recent.get(pool_id, lambda: self._find(pool_id))
        if pool is None:
            raise PoolNotFound(pool_id=pool_id)
        return pool

    async def authenticate(self, pool_id: str, secret: str) -> Pool:
        """The pool, if this is its secret; unknown pool and wrong secret look alike."""
        try:
            pool = await self.get(pool_id)
        except PoolNotFound:
            pool = None
        expected = pool.secret if pool else new_secret()
        if not same_secret(expected, secret) or pool is None:
            raise NotAuthenticated("wrong pool id or secret")
        return pool

    async def list(self, page: PageRequest) -> Page[Pool]:
        """Every pool of the server: for its operator at the command line, never for a wire."""
        return Page(*await postgres.list_all(self._db, page.size, page.offset, self._box))

    async def update(
        self,
        caller: Caller,
        values: dict[str, Any],
        settings: dict[str, Any] | None = None,
        cycles: Mapping[str, int] | None = None,
    ) -> Pool:
        """`values`: name, domain, description, logo. `settings`: fields of PoolSettings; others stay. `cycles`: of
        PasswordRotation, where 0 is off; it is on while one of them is not."""
        caller.require_administrator()
        check_logo("logo", values.get("logo"))
        if "name" in values:
            values = {**values, "name": _name(values["name"])}
        if "domain" in values:
            values = {**values, "domain": _domain(values["domain"])}
        async with self._db.transaction() as tx:
            pool = await self._locked(tx, caller.pool_id)
            settings = {**(settings or {}), **(_rotation(pool.settings, cycles) if cycles else {})}
            changed = replace(pool, **values, settings=await merged(pool.settings, settings))
            try:
                stored = await postgres.update(tx, changed, self._box)
            except asyncpg.UniqueViolationError as error:
                raise CodeTaken(field="domain", value=changed.domain) from error
            detail = {"changed": sorted([*values, *settings])}
            event = Event("update", "user_pool", caller.pool_id, detail=detail, before=pool, after=changed)
            await self._audit.write(tx, caller, event)
        self._recent.drop(caller.pool_id)
        assert stored is not None
        return stored

    async def update_password_policy(
        self, caller: Caller, strength: dict[str, Any], cycles: dict[str, int]
    ) -> Pool:
        """`strength`: fields of PasswordStrength; `cycles`: of PasswordRotation, where 0 is off. Others stay."""
        caller.require_administrator()
        changes: dict[str, Any] = {"password_strength": strength} if strength else {}
        return await self.update(caller, {}, changes, cycles)

    async def refresh_secret(self, caller: Caller) -> str:
        caller.require_administrator()
        async with self._db.transaction() as tx:
            pool = replace(await self._locked(tx, caller.pool_id), secret=new_secret())
            await postgres.update(tx, pool, self._box)
            await self._audit.write(tx, caller, Event("refresh", "user_pool", caller.pool_id))
        self._recent.drop(caller.pool_id)
        return pool.secret

    async def _find(self, pool_id: str) -> Pool | None:
        return await postgres.find(self._db, pool_id, self._box) if is_storable(pool_id) else None

    async def _locked(self, tx: Tx, pool_id: str) -> Pool:
        """The pool as it is now, held until the change to it is done: two changes at once both hold."""
        pool = await postgres.find(tx, pool_id, self._box, lock=True)
        if pool is None:
            raise PoolNotFound(pool_id=pool_id)
        return pool


_LIMITS: dict[str, tuple[int, int]] = {
    "token_expires_after": (60, 10 * 365 * 86400),
    "session_expires_after": (60, 10 * 365 * 86400),
    "verify_code_length": (4, 12),
    "verify_code_max_attempts": (1, 100),
    "verify_code_expires_after": (30, 86400),
    "verify_code_resend_after": (0, 86400),
}
_DAYS_KEPT = {
    "sign_ins_days": (0, 36_500),
    "acts_days": (0, 36_500),
    "script_logs_days": (1, MOST_DAYS_OF_LOGS),
    "mail_days": (1, MOST_DAYS_OF_LOGS),
}
LONGEST_MESSAGE = 200
_RATES = ("frequent_register_check", "login_fail_check", "login_password_fail_check")


async def merged(settings: PoolSettings, changes: dict[str, Any]) -> PoolSettings:
    """`settings` with `changes`, nested groups merged; a value of the wrong type is refused by its path."""
    current = msgspec.to_builtins(settings)
    for name, value in changes.items():
        kept = current.get(name)
        current[name] = {**kept, **value} if isinstance(kept, dict) and isinstance(value, dict) else value
    try:
        changed = msgspec.convert(current, PoolSettings)
    except msgspec.ValidationError as error:
        raise misfits.of(error, PoolSettings, "settings") from error
    for name in changes:
        if name in _LIMITS:
            _within(name, getattr(changed, name), *_LIMITS[name])
        elif name in _RATES:
            check: RateCheck = getattr(changed, name)
            _within(f"{name}.limit", check.limit, 1, 1_000_000)
            _within(f"{name}.time_interval", check.time_interval, 1, 31 * 86400)
        elif name == "zone":
            _require_zone(changed.zone)
        elif name == "password_strength":
            await _require_strength(changed.password_strength)
        elif name == "password_update_policy":
            rotation = changed.password_update_policy
            _within(f"{name}.forced_cycle", rotation.forced_cycle, 0, 3650)
            _within(f"{name}.difference_cycle", rotation.difference_cycle, 0, MOST_REMEMBERED)
        elif name == "retention":
            for part, (least, most) in _DAYS_KEPT.items():
                _within(f"{name}.{part}", getattr(changed.retention, part), least, most)
        elif name == "branding":
            check_color("branding.color", changed.branding.color)
    return changed


def _rotation(settings: PoolSettings, cycles: Mapping[str, int]) -> dict[str, Any]:
    rotation = settings.password_update_policy
    kept = rotation if rotation.enabled else PasswordRotation()
    both = {"forced_cycle": kept.forced_cycle, "difference_cycle": kept.difference_cycle, **cycles}
    return {"password_update_policy": {**both, "enabled": any(both.values())}}


async def _require_strength(strength: PasswordStrength) -> None:
    await check_pattern(strength.pattern, "password_strength.pattern")
    if strength.level == "custom" and not strength.pattern:
        raise InvalidInput(
            "password_strength.pattern", "自定义强度需要正则表达式", "a custom strength needs one"
        )
    if len(strength.message) > LONGEST_MESSAGE:
        raise TooLarge(
            "password_strength.message",
            f"长度不能超过 {LONGEST_MESSAGE}",
            f"at most {LONGEST_MESSAGE} characters",
        )


def _require_zone(name: str) -> None:
    """One with a name: an offset has no summer."""
    if name != "UTC" and not isinstance(zone_named(name, "zone"), ZoneInfo):
        raise InvalidInput(
            "zone", "应为时区名，如 Asia/Shanghai", "must be a time zone such as Asia/Shanghai"
        )


def _within(field: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise InvalidInput(field, f"应为 {least} 至 {most}", f"must be {least} to {most}")


def _name(value: str) -> str:
    name = value.strip()
    if not name or len(name) > 256:
        raise InvalidInput("name", "长度应为 1 至 256", "must be 1 to 256 characters")
    return name


def _domain(value: str) -> str:
    domain = value.strip().lower()
    if not _DOMAIN.match(domain):
        raise InvalidInput(
            "domain", "只能包含小写字母、数字和连字符", "only lower-case letters, digits and hyphens"
        )
    return domain
