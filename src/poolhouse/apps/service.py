"""Use cases on applications. Reads are cached for a second: every login starts with one."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

import asyncpg
import msgspec

from poolhouse import misfits
from poolhouse.apps import oidc_settings, postgres, proofs, redirect_uris
from poolhouse.apps.model import App, AppSettings
from poolhouse.apps.proofs import Proof, Purchase
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller, Limits
from poolhouse.crypto.compare import same_secret
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Forget, Tx
from poolhouse.db.postgres_lookup import Lookup
from poolhouse.errors import AppNotFound, CodeTaken, InvalidInput, NotAuthenticated
from poolhouse.ids import new_id, new_secret
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import is_storable, no_program
from poolhouse.ttl_cache import TtlCache

CACHE_S = 1.0
_IDENTIFIER = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\Z")
WRITABLE = frozenset(
    {"name", "identifier", "description", "logo", "app_type", "redirect_uris", "logout_redirect_uris"}
)

_ADDRESSES = {"redirect_uris": "redirectUris", "logout_redirect_uris": "logoutRedirectUris"}
"""Lists of addresses, and how every API calls them."""

DeleteRoles = Callable[[Tx, Caller, str], Awaitable[None]]
"""Deletes the roles of a namespace, as what each application's id is."""


NEW = {"id_token_algorithm": "RS256"}
"""What a new application begins with, where that is not what an older row means that says nothing."""


class AppService:
    def __init__(
        self,
        *,
        db: Database,
        box: SecretBox,
        audit: AuditLog,
        delete_roles: DeleteRoles,
        forget: Sequence[Forget],
    ) -> None:
        """`forget`: whom the deletion of applications tells."""
        self._db, self._box, self._audit = db, box, audit
        self._delete_roles, self._forget = delete_roles, forget
        self._lookup = Lookup(db, "application")
        self._recent: TtlCache[App | None] = TtlCache(CACHE_S)
        self._defaults: TtlCache[App | None] = TtlCache(CACHE_S)

    async def create(self, caller: Caller, name: str, identifier: str | None = None, **values: Any) -> App:
        """`values`: description, logo, app_type, redirect_uris, logout_redirect_uris, settings."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            app = await self.add(tx, caller, name, identifier, **values)
            await self._audit.write(
                tx, caller, Event("create", "application", app.id, detail={"name": app.name})
            )
        self._drop(caller, app.id)
        return app

    async def add(
        self, tx: Tx, caller: Caller, name: str, identifier: str | None = None, **values: Any
    ) -> App:
        app_id = new_id()
        settings = _merged(AppSettings(), {**NEW, **values.pop("settings", {})})
        values = _with_addresses(values)
        app = App(
            id=app_id,
            pool_id=caller.pool_id,
            name=_name(name),
            identifier=_identifier(identifier or f"app-{app_id}"),
            secret=new_secret(),
            settings=settings,
            **values,
        )
        try:
            return await postgres.insert(tx, app, self._box)
        except asyncpg.UniqueViolationError as error:
            raise CodeTaken(field="identifier", value=app.identifier) from error

    async def get(self, caller: Caller, app_id: str) -> App:
        """Raises AppNotFound. May be a second old."""
        app = await self.get_anywhere(app_id)
        if app.pool_id != caller.pool_id or not _within(caller, app_id):
            raise AppNotFound(app_id=app_id)
        return app

    async def require_ids(self, caller: Caller, app_ids: Sequence[str]) -> None:
        """Raises AppNotFound. For other domains' use cases."""
        for app_id in dict.fromkeys(app_ids):
            await self.get(caller, app_id)

    async def get_anywhere(self, app_id: str) -> App:
        """By id alone, for a request that names only its application. Raises AppNotFound."""
        app = await self._recent.get(app_id, lambda: self._find_anywhere(app_id))
        if app is None:
            raise AppNotFound(app_id=app_id)
        return app

    async def is_enabled(self, app_id: str) -> bool:
        """False also of one that is gone. May be a second old."""
        try:
            return (await self.get_anywhere(app_id)).settings.enabled
        except AppNotFound:
            return False

    async def default_of(self, pool_id: str) -> App | None:
        """The pool's first application, which stands for it where a request names none. May be a second old."""
        return await self._defaults.get(pool_id, lambda: postgres.find_first(self._db, pool_id, self._box))

    async def is_identifier_free(self, caller: Caller, identifier: str) -> bool:
        """Raises InvalidInput for one that no application may have."""
        caller.require_administrator()
        return not await postgres.has_identifier(self._db, caller.pool_id, _identifier(identifier))

    async def id_in_pool(self, pool_id: str, app_id: str | None) -> str | None:
        """The application a request names beside its credentials, if it is the pool's: scripts and the audit
        log hear of no other."""
        try:
            app = await self.get_anywhere(app_id) if app_id else None
        except AppNotFound:
            return None
        return app.id if app and app.pool_id == pool_id else None

    async def authenticate(
        self, app_id: str, secret: str, proof: Proof, purchase: Purchase, *, in_pool: str
    ) -> App:
        """The application, if this is its secret and buys it that (`proofs.py`). Raises NotAuthenticated, which looks
        alike whatever is wrong. `in_pool`: the pool that the request names, "" where it names none."""
        try:
            app = await self.get_anywhere(app_id)
        except AppNotFound:
            app = None
        expected = app.secret if app else new_secret()
        if not same_secret(expected, secret) or app is None:
            raise NotAuthenticated("wrong application id or secret")
        if in_pool not in ("", app.pool_id):
            raise NotAuthenticated("an application of another pool")
        if why := proofs.refusal(app, proof, purchase):
            raise NotAuthenticated(why)
        return app

    async def list(
        self, caller: Caller, page: PageRequest, *, keyword: str | None = None, sso: bool = False
    ) -> Page[App]:
        """Newest first; `sso`: those alone that share the login of others. Whoever is limited to some sees those."""
        caller.require_administrator()
        limits = _limits(caller)
        among = sorted(limits.applications) if limits else None
        return await postgres.list_page(
            self._db, caller.pool_id, page, self._box, keyword=keyword, sso=sso, among=among
        )

    async def update(
        self, caller: Caller, app_id: str, values: dict[str, Any], settings: dict[str, Any] | None = None
    ) -> App:
        """`values`: the WRITABLE fields; `settings`: fields of AppSettings. Others stay."""
        caller.require_administrator()
        if unknown := set(values) - WRITABLE:
            raise InvalidInput(sorted(unknown)[0], "不可修改", "cannot be written")
        if "name" in values:
            values = {**values, "name": _name(values["name"])}
        if "identifier" in values:
            values = {**values, "identifier": _identifier(values["identifier"])}
        values = _with_addresses(values)
        async with self._db.transaction() as tx:
            app = await self._locked(tx, caller, app_id)
            changed = replace(app, **values, settings=_merged(app.settings, settings or {}))
            try:
                stored = await postgres.update(tx, changed, self._box)
            except asyncpg.UniqueViolationError as error:
                raise CodeTaken(field="identifier", value=changed.identifier) from error
            detail = {"changed": sorted([*values, *(settings or {})])}
            event = Event("update", "application", app_id, detail=detail, before=app, after=changed)
            await self._audit.write(tx, caller, event)
        self._drop(caller, app_id)
        assert stored is not None
        return stored

    async def refresh_secret(self, caller: Caller, app_id: str) -> App:
        caller.require_administrator()
        async with self._db.transaction() as tx:
            app = replace(await self._locked(tx, caller, app_id), secret=new_secret())
            await postgres.update(tx, app, self._box)
            await self._audit.write(tx, caller, Event("refresh", "application", app_id))
        self._drop(caller, app_id)
        return app

    async def delete(self, caller: Caller, app_id: str) -> None:
        caller.require_administrator()
        async with self._db.transaction() as tx:
            await self._locked(tx, caller, app_id)
            await self._delete_roles(tx, caller, app_id)
            for forget in self._forget:
                await forget(tx, caller.pool_id, [app_id])
            await postgres.delete(tx, caller.pool_id, app_id)
            await self._audit.write(tx, caller, Event("delete", "application", app_id))
        self._drop(caller, app_id)

    async def _find_anywhere(self, app_id: str) -> App | None:
        """A login names its application and learns its pool from it."""
        if not is_storable(app_id):
            return None
        return await self._lookup.find(
            app_id, lambda pool_id: postgres.find(self._db, pool_id, app_id, self._box)
        )

    def _drop(self, caller: Caller, app_id: str) -> None:
        self._recent.drop(app_id)
        self._defaults.drop(caller.pool_id)

    async def _locked(self, tx: Tx, caller: Caller, app_id: str) -> App:
        """The application as it is now, held until the change to it is done."""
        app = await postgres.find(tx, caller.pool_id, app_id, self._box, lock=True)
        if app is None:
            raise AppNotFound(app_id=app_id)
        return app


def _merged(settings: AppSettings, changes: dict[str, Any]) -> AppSettings:
    no_program("settings.init_login_uri", changes.get("init_login_uri"))
    kept = oidc_settings.written(changes)
    try:
        changed = msgspec.convert({**msgspec.to_builtins(settings), **kept}, AppSettings)
    except msgspec.ValidationError as error:
        raise misfits.of(error, AppSettings, "settings") from error
    oidc_settings.check(changed)
    return changed


def _with_addresses(values: dict[str, Any]) -> dict[str, Any]:
    no_program("logo", values.get("logo"))
    return values | {
        name: redirect_uris.checked(field, values[name])
        for name, field in _ADDRESSES.items()
        if name in values
    }


def _within(caller: Caller, app_id: str) -> bool:
    """Whoever is limited to some applications knows of no other."""
    limits = _limits(caller)
    return limits is None or app_id in limits.applications


def _limits(caller: Caller) -> Limits | None:
    """Whoever is limited to departments may be told of any application where it is about one of their people."""
    return caller.limits if caller.limits and caller.limits.about == "applications" else None


def _name(value: str) -> str:
    name = value.strip()
    if not 1 <= len(name) <= 256:
        raise InvalidInput("name", "长度应为 1 至 256", "must be 1 to 256 characters")
    return name


def _identifier(value: str) -> str:
    if not _IDENTIFIER.match(value):
        raise InvalidInput(
            "identifier", "只能包含小写字母、数字和连字符", "only lower-case letters, digits and hyphens"
        )
    return value
