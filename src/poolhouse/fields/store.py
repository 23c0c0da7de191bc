"""The values of custom fields, for domains that store them within their own act; who may is asked above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec
from asyncpg import Record

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.audit.states import Secret
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Tx
from poolhouse.errors import FieldNotFound, NotPermitted
from poolhouse.fields import postgres
from poolhouse.fields.model import DataType, Field, FieldValue, TargetType
from poolhouse.fields.values import broken, check, form, loaded

Values = Mapping[str, Mapping[str, Any]]
"""Target id -> key -> value as `DataType` types it; None takes the value away."""


class FieldStore:
    def __init__(self, audit: AuditLog, box: SecretBox) -> None:
        self._audit, self._box = audit, box

    async def store(
        self, tx: Tx, caller: Caller, target_type: TargetType, values: Values, *, from_text: bool = False
    ) -> None:
        """`set_values` within another domain's transaction, which knows that the targets exist.

        Whoever is no administrator, somebody who registers among them, sets editable fields only.
        """
        by_key: dict[str, dict[str, Any]] = {}
        for target_id, given in values.items():
            for key, value in given.items():
                by_key.setdefault(key, {})[target_id] = value
        fields = await postgres.fields_to_write(tx, caller.pool_id, target_type, list(by_key))
        before = await self._states(tx, caller.pool_id, target_type, values)
        for key, of_targets in by_key.items():
            field = fields.get(key)
            if field is None:
                raise FieldNotFound(field=key)
            if not field.user_editable and caller.kind in ("user", "anonymous"):
                raise NotPermitted()
            await self._store_key(tx, caller, field, of_targets, from_text)
        after = await self._states(tx, caller.pool_id, target_type, values)
        for target_id, given in values.items():
            event = _written(target_type, target_id, given)
            old, new = before.get(target_id, {}), after.get(target_id, {})
            await self._audit.write(tx, caller, replace(event, before=old, after=new))

    async def _states(
        self, tx: Tx, pool_id: str, target_type: TargetType, values: Values
    ) -> dict[str, dict[str, Any]]:
        """What the keys of `values` hold, by target; of an encrypted field that it is another value at most."""
        found: dict[str, dict[str, Any]] = {}
        for row in await postgres.list_values(tx, pool_id, target_type, list(values)):
            target_id, key, sealed = row[0], row[1], row[5]
            if key in values[target_id]:
                value = self.loaded(pool_id, target_type, row).value
                found.setdefault(target_id, {})[key] = value if sealed is None else Secret(value)
        return found

    async def _store_key(
        self, tx: Tx, caller: Caller, field: Field, given: Mapping[str, Any], from_text: bool
    ) -> None:
        kept: list[tuple[str, Any, bytes | None]] = []
        dropped: list[str] = []
        for target_id, value in given.items():
            if value is None:
                dropped.append(target_id)
                continue
            stored = form(field, value, from_text=from_text)
            check(field, stored)
            await self._check_expressions(tx, field, stored)
            if field.encrypted:
                place = _place(caller.pool_id, field.target_type, target_id, field.key)
                sealed = self._box.encrypt(msgspec.json.encode(stored).decode(), place)
                kept.append((target_id, None, sealed))
            else:
                kept.append((target_id, stored, None))
        if dropped:
            await postgres.delete_values(tx, caller.pool_id, field.target_type, dropped, field.key)
        if kept:
            await postgres.save_values(tx, caller.pool_id, field, kept)

    async def _check_expressions(self, tx: Tx, field: Field, stored: Any) -> None:
        for rule in field.rules:
            if rule.type == "regExp":
                text = stored if isinstance(stored, str) else msgspec.json.encode(stored).decode()
                if not await postgres.require_matching(tx, text, rule.content, field.key):
                    raise broken(field, rule)

    def loaded(self, pool_id: str, target_type: TargetType, row: Record) -> FieldValue:
        target_id, key, data_type, label, value, sealed = row
        if sealed is not None:
            opened = self._box.decrypt(sealed, _place(pool_id, target_type, target_id, key))
            value = msgspec.json.decode(opened)
        kind = DataType(data_type)
        return FieldValue(key, kind, label, loaded(kind, value))


def _place(pool_id: str, target_type: TargetType, target_id: str, key: str) -> str:
    return f"{pool_id}/field_values/{target_type}/{target_id}/{key}"


def _written(target_type: TargetType, target_id: str, given: Mapping[str, Any]) -> Event:
    return Event(
        "update",
        "custom_data",
        target_id,
        user_id=target_id if target_type is TargetType.USER else None,
        detail={"targetType": target_type, "keys": sorted(given)[:100]},
    )
