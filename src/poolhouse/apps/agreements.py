"""Agreements: what people accept when they sign up at an application, in an order of its own."""

from __future__ import annotations

from collections.abc import Sequence

import asyncpg

from poolhouse.apps import postgres_agreements as rows
from poolhouse.apps.model import Agreement, App
from poolhouse.apps.service import AppService
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.errors import AppNotFound, InvalidInput, NotFound
from poolhouse.misfits import one_of

LANGS = ("zh-CN", "en-US", "zh-TW", "ja-JP")
LONGEST_TITLE = 20_000
MOST_SHOWN = 20


class Agreements:
    def __init__(self, db: Database, apps: AppService, audit: AuditLog) -> None:
        self._db, self._apps, self._audit = db, apps, audit

    async def list(self, caller: Caller, app_id: str) -> Sequence[Agreement]:
        """In their order. Raises AppNotFound."""
        caller.require_administrator()
        await self._apps.get(caller, app_id)
        return await rows.of_app(self._db, caller.pool_id, app_id)

    async def shown(self, app: App) -> Sequence[Agreement]:
        """The first of them, for anybody: what people are asked to accept before anybody knows them."""
        return (await rows.of_app(self._db, app.pool_id, app.id))[:MOST_SHOWN]

    async def create(
        self, caller: Caller, app_id: str, title: str, *, required: bool = True, lang: str = "zh-CN"
    ) -> Agreement:
        """After the others. `title` may be HTML; it is shown as the page does, escaped or cleaned."""
        caller.require_administrator()
        _check(title, lang)
        async with self._db.transaction() as tx:
            try:
                agreement = await rows.insert(tx, caller.pool_id, app_id, title, required, lang)
            except asyncpg.ForeignKeyViolationError as error:
                raise AppNotFound(app_id=app_id) from error
            await self._write(tx, caller, "create", app_id, agreement.id)
        return agreement

    async def update(
        self,
        caller: Caller,
        app_id: str,
        agreement_id: int,
        *,
        title: str | None = None,
        required: bool | None = None,
        lang: str | None = None,
    ) -> Agreement:
        """None leaves a field. Raises NotFound."""
        caller.require_administrator()
        _check(title, lang)
        async with self._db.transaction() as tx:
            agreement = await rows.update(tx, caller.pool_id, app_id, agreement_id, title, required, lang)
            if agreement is None:
                raise NotFound(agreement_id=agreement_id)
            await self._write(tx, caller, "update", app_id, agreement_id)
        return agreement

    async def delete(self, caller: Caller, app_id: str, agreement_id: int) -> None:
        """Raises NotFound."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            if not await rows.delete(tx, caller.pool_id, app_id, agreement_id):
                raise NotFound(agreement_id=agreement_id)
            await self._write(tx, caller, "delete", app_id, agreement_id)

    async def sort(self, caller: Caller, app_id: str, ids: Sequence[int]) -> None:
        """These first, in this order; the others after them in theirs. Raises NotFound for an unknown id."""
        caller.require_administrator()
        known = [agreement.id for agreement in await self.list(caller, app_id)]
        wanted = list(dict.fromkeys(ids))
        if unknown := set(wanted) - set(known):
            raise NotFound(agreement_ids=sorted(unknown))
        rest = [agreement_id for agreement_id in known if agreement_id not in wanted]
        async with self._db.transaction() as tx:
            await rows.put_order(tx, caller.pool_id, app_id, [*wanted, *rest])
            await self._write(tx, caller, "move", app_id, None)

    async def _write(
        self, tx: Tx, caller: Caller, operation: Operation, app_id: str, agreement_id: int | None
    ) -> None:
        named = None if agreement_id is None else str(agreement_id)
        await self._audit.write(tx, caller, Event(operation, "agreement", named, app_id=app_id))


def _check(title: str | None, lang: str | None) -> None:
    if title is not None and not 1 <= len(title.strip()) <= LONGEST_TITLE:
        raise InvalidInput(
            "title", f"长度应为 1 至 {LONGEST_TITLE}", f"must be 1 to {LONGEST_TITLE} characters"
        )
    if lang is not None and lang not in LANGS:
        raise InvalidInput("lang", *one_of(LANGS))
