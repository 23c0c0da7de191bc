"""The use cases on who may use which application, and on the applications' access accounts."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

from poolhouse.apps.model import App, AppSettings
from poolhouse.apps.service import CACHE_S, AppService
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Tx
from poolhouse.errors import InvalidInput, NotFound, TooLarge
from poolhouse.ids import new_secret
from poolhouse.paging import Page, PageRequest
from poolhouse.resources import postgres_access, postgres_grants
from poolhouse.resources.model import (
    DEFAULT_NAMESPACE,
    AccessAccount,
    AccessFilter,
    AccessRule,
    AppAccess,
    Decisive,
    Effect,
    OpenApp,
    Target,
    TargetType,
)
from poolhouse.resources.principals import Principals
from poolhouse.texts import EMPTY
from poolhouse.ttl_cache import TtlCache

SHORTEST_LIFETIME_S, LONGEST_LIFETIME_S = 1, 365 * 86400
DEFAULT_LIFETIME_S = 600

ALLOW_ALL = "ALLOW_ALL"
EVERY_RULE = AccessFilter()
MOST_RULES_SHOWN = 5000
"""Of one target: its list has no pages."""
LARGEST_BATCH = 1000
"""Rules put or taken back at once: each is several statements."""


class AppAccessService:
    def __init__(
        self, *, db: Database, audit: AuditLog, apps: AppService, principals: Principals, box: SecretBox
    ) -> None:
        self._db, self._audit, self._apps = db, audit, apps
        self._principals, self._box = principals, box
        self._ruled: TtlCache[bool] = TtlCache(CACHE_S)

    # -- who may use it ----------------------------------------------------------------------------------

    async def put(
        self,
        caller: Caller,
        app_id: str,
        type_: TargetType,
        identifiers: Sequence[str],
        effect: Effect,
        *,
        namespace: str = DEFAULT_NAMESPACE,
        inherit_by_children: bool = False,
    ) -> None:
        """Allows or denies; the last word about a target stands. Raises AppNotFound, a target's NotFound."""
        targets = await self._targets(caller, app_id, type_, identifiers, namespace)
        async with self._changing(app_id) as tx:
            await postgres_access.put_access(
                tx, caller.pool_id, app_id, targets, namespace, effect, inherit_by_children
            )
            operation: Operation = "allow" if effect is Effect.ALLOW else "deny"
            await self._audit.write(tx, caller, _event(operation, app_id, targets))

    async def switch(
        self,
        caller: Caller,
        app_id: str,
        type_: TargetType,
        identifiers: Sequence[str],
        enabled: bool,
        namespace: str = DEFAULT_NAMESPACE,
    ) -> None:
        """Raises AppNotFound, a target's NotFound, and NotFound when one has no such rule."""
        targets = await self._targets(caller, app_id, type_, identifiers, namespace)
        async with self._changing(app_id) as tx:
            if await postgres_access.switch_access(tx, caller.pool_id, app_id, targets, enabled) < len(
                targets
            ):
                raise NotFound(app_id=app_id)
            await self._audit.write(tx, caller, _event("enable" if enabled else "disable", app_id, targets))

    async def delete(
        self,
        caller: Caller,
        app_id: str,
        type_: TargetType,
        identifiers: Sequence[str],
        namespace: str = DEFAULT_NAMESPACE,
    ) -> None:
        """What is not there is passed over. Raises AppNotFound, a target's NotFound."""
        targets = await self._targets(caller, app_id, type_, identifiers, namespace)
        async with self._changing(app_id) as tx:
            await postgres_access.delete_access(tx, caller.pool_id, app_id, targets)
            await self._audit.write(tx, caller, _event("revoke", app_id, targets))

    async def put_all(self, caller: Caller, app_id: str, rules: Sequence[AccessRule]) -> None:
        """All of them, or none. Raises TooLarge, and what `put` raises."""
        caller.require_administrator()
        _check_count(rules)
        resolved = [
            (rule, await self._targets(caller, app_id, rule.type, rule.identifiers, rule.namespace))
            for rule in rules
        ]
        async with self._changing(app_id) as tx:
            for rule, targets in resolved:
                await postgres_access.put_access(
                    tx,
                    caller.pool_id,
                    app_id,
                    targets,
                    rule.namespace,
                    rule.effect,
                    rule.inherit_by_children,
                )
                operation: Operation = "allow" if rule.effect is Effect.ALLOW else "deny"
                await self._audit.write(tx, caller, _event(operation, app_id, targets))

    async def delete_all(self, caller: Caller, app_id: str, rules: Sequence[AccessRule]) -> None:
        """All of them, or none, whatever their effect. Raises TooLarge, and what `delete` raises."""
        caller.require_administrator()
        _check_count(rules)
        resolved = [
            await self._targets(caller, app_id, rule.type, rule.identifiers, rule.namespace) for rule in rules
        ]
        async with self._changing(app_id) as tx:
            for targets in resolved:
                await postgres_access.delete_access(tx, caller.pool_id, app_id, targets)
                await self._audit.write(tx, caller, _event("revoke", app_id, targets))

    async def delete_of_many(self, caller: Caller, rules: Sequence[tuple[str, AccessRule]]) -> None:
        """Rules of several applications, each with its application's id: all of them, or none. Raises as `delete`."""
        resolved = [
            (app_id, await self._targets(caller, app_id, rule.type, rule.identifiers, rule.namespace))
            for app_id, rule in rules
        ]
        async with self._changing(*(app_id for app_id, _ in rules)) as tx:
            for app_id, targets in sorted(resolved, key=lambda one: one[0]):
                await postgres_access.delete_access(tx, caller.pool_id, app_id, targets)
                await self._audit.write(tx, caller, _event("revoke", app_id, targets))

    async def list_of_target(
        self, caller: Caller, type_: TargetType, identifier: str, namespace: str = DEFAULT_NAMESPACE
    ) -> Sequence[AppAccess]:
        """The rules on this very target, newest first, of thousands the newest. Raises a target's NotFound."""
        caller.require_administrator()
        (target,) = await self._principals.resolve(caller, type_, [identifier], namespace)
        return await postgres_access.list_of_target(self._db, caller.pool_id, target, MOST_RULES_SHOWN)

    async def decisive(
        self,
        caller: Caller,
        app_id: str,
        type_: TargetType,
        identifier: str,
        namespace: str = DEFAULT_NAMESPACE,
    ) -> Decisive:
        """Why a target may use an application, or may not. Raises AppNotFound, a target's NotFound."""
        (target,) = await self._targets(caller, app_id, type_, [identifier], namespace)
        principals = await self._principals.effective_for(caller, target)
        rule = await postgres_access.decisive(self._db, caller.pool_id, app_id, principals)
        if rule is None:
            app = await self._apps.get(caller, app_id)
            allowed = app.settings.default_access == ALLOW_ALL
            return Decisive(None, Effect.ALLOW if allowed else Effect.DENY)
        effect, about, name = rule
        return Decisive(name, effect, own=about == target)

    async def list(
        self, caller: Caller, app_id: str, page: PageRequest, wanted: AccessFilter = EVERY_RULE
    ) -> Page[AppAccess]:
        """Newest first. Raises AppNotFound."""
        caller.require_administrator()
        await self._apps.get(caller, app_id)
        return await postgres_access.list_access(self._db, caller.pool_id, app_id, page, wanted)

    async def may_use(self, caller: Caller, app_id: str, user_id: str) -> bool:
        """A denial beats an allowance, and the application's default strategy stands where nothing is said."""
        return app_id in await self.usable(caller, [app_id], user_id)

    async def usable(self, caller: Caller, app_ids: Sequence[str], user_id: str) -> set[str]:
        """Those of these applications the user may use. Raises AppNotFound."""
        apps = [await self._apps.get(caller, app_id) for app_id in app_ids]
        return {app.id for app in await self.usable_of(caller, apps, user_id)}

    async def usable_of(self, caller: Caller, apps: Sequence[App], user_id: str) -> Sequence[App]:
        """`usable` of applications read already, however many, in their order."""
        caller.require_user_or_administrator(user_id)
        if not apps:
            return ()
        principals = await self._principals.effective_for_user(caller, user_id)
        app_ids = [app.id for app in apps]
        said = await postgres_access.effects(self._db, caller.pool_id, app_ids, principals)
        return [app for app in apps if _may(said[app.id], app.settings.default_access)]

    async def list_own(self, caller: Caller, page: PageRequest) -> Page[OpenApp]:
        """The applications the user who asks may use and is shown, newest first."""
        principals = await self._principals.effective_for_user(caller, caller.require_user())
        return await postgres_access.list_usable(self._db, caller.pool_id, principals, AppSettings(), page)

    async def admits(self, app: App, user_id: str) -> bool:
        """`may_use` for the use cases that let people in: they have proved who they are. A disabled application
        admits nobody.

        An open application without rules costs one look into an index, once a second.
        """
        if not app.settings.enabled:
            return False
        if app.settings.default_access == ALLOW_ALL and not await self._has_rules(app):
            return True
        return await self.may_use(Caller(app.pool_id, "user", user_id), app.id, user_id)

    # -- access accounts ---------------------------------------------------------------------------------

    async def create_account(
        self,
        caller: Caller,
        app_id: str,
        *,
        token_lifetime_s: int = DEFAULT_LIFETIME_S,
        remarks: str | None = None,
    ) -> AccessAccount:
        """Raises AppNotFound."""
        caller.require_administrator()
        await self._apps.get(caller, app_id)
        if not SHORTEST_LIFETIME_S <= token_lifetime_s <= LONGEST_LIFETIME_S:
            raise InvalidInput("tokenLifetime", "超出范围", "out of range")
        async with self._db.transaction() as tx:
            stored = await postgres_access.insert_account(
                tx, caller.pool_id, app_id, self._sealed(caller, new_secret()), remarks, token_lifetime_s
            )
            await self._audit.write(
                tx, caller, Event("create", "access_account", stored[0].id, app_id=app_id)
            )
        return self._opened(caller, stored)

    async def list_accounts(self, caller: Caller, app_id: str, page: PageRequest) -> Page[AccessAccount]:
        """Newest first. Raises AppNotFound."""
        caller.require_administrator()
        await self._apps.get(caller, app_id)
        found = await postgres_access.list_accounts(self._db, caller.pool_id, app_id, page)
        return Page(found.total, [self._opened(caller, stored) for stored in found.items])

    async def update_account(
        self, caller: Caller, account_id: str, *, secret: str | None = None, enabled: bool | None = None
    ) -> AccessAccount:
        """None leaves a thing as it is. Raises NotFound."""
        caller.require_administrator()
        if secret is not None and not 16 <= len(secret) <= 256:
            raise InvalidInput("secret", "长度应为 16 至 256", "must be 16 to 256 characters")
        sealed = None if secret is None else self._sealed(caller, secret)
        async with self._db.transaction() as tx:
            stored = await postgres_access.update_account(
                tx, caller.pool_id, account_id, secret=sealed, enabled=enabled
            )
            if stored is None:
                raise NotFound(account_id=account_id)
            operation: Operation = "refresh" if secret is not None else "enable" if enabled else "disable"
            await self._audit.write(tx, caller, Event(operation, "access_account", account_id))
        return self._opened(caller, stored)

    async def delete_account(self, caller: Caller, account_id: str) -> None:
        """With what was granted to it. Raises NotFound."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            if not await postgres_access.delete_account(tx, caller.pool_id, account_id):
                raise NotFound(account_id=account_id)
            await postgres_grants.forget_targets(tx, caller.pool_id, [account_id], kind=TargetType.AK_SK)
            await self._audit.write(tx, caller, Event("delete", "access_account", account_id))

    # -- inside ------------------------------------------------------------------------------------------

    async def _has_rules(self, app: App) -> bool:
        """May be a second old, as the application itself."""
        return await self._ruled.get(app.id, lambda: postgres_access.has_rules(self._db, app.pool_id, app.id))

    @asynccontextmanager
    async def _changing(self, *app_ids: str) -> AsyncIterator[Tx]:
        """The transaction of a change of these applications' rules."""
        try:
            async with self._db.transaction() as tx:
                yield tx
        finally:
            for app_id in app_ids:
                self._ruled.drop(app_id)

    async def _targets(
        self, caller: Caller, app_id: str, type_: TargetType, identifiers: Sequence[str], namespace: str
    ) -> Sequence[Target]:
        caller.require_administrator()
        await self._apps.get(caller, app_id)
        if not identifiers:
            raise InvalidInput("targetIdentifiers", *EMPTY)
        if type_ is TargetType.AK_SK:
            raise InvalidInput("targetType", "不支持", "is not supported")
        return await self._principals.resolve(caller, type_, identifiers, namespace)

    def _sealed(self, caller: Caller, secret: str) -> bytes:
        return self._box.encrypt(secret, f"access-account:{caller.pool_id}")

    def _opened(self, caller: Caller, stored: postgres_access.StoredAccount) -> AccessAccount:
        account, sealed = stored
        return replace(account, secret=self._box.decrypt(sealed, f"access-account:{caller.pool_id}"))


def _check_count(rules: Sequence[object]) -> None:
    if len(rules) > LARGEST_BATCH:
        raise TooLarge("list", f"一次最多 {LARGEST_BATCH} 个", f"at most {LARGEST_BATCH} at once")


def _may(said: set[Effect], default_strategy: str) -> bool:
    if Effect.DENY in said:
        return False
    return Effect.ALLOW in said or default_strategy == ALLOW_ALL


def _event(operation: Operation, app_id: str, targets: Sequence[Target]) -> Event:
    return Event(
        operation,
        "application_access",
        app_id,
        app_id=app_id,
        detail={"targets": [f"{one.type}:{one.id}" for one in targets[:100]]},
    )
