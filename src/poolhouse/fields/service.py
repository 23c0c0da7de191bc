"""What can be done with custom fields and their values; the only way in for every wire."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import msgspec
from asyncpg import Record

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller, RequireIds
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.errors import (
    Conflict,
    FieldNotFound,
    InvalidInput,
    InvalidOperation,
    NotPermitted,
    NotSupported,
    PoolNotFound,
    TooLarge,
)
from poolhouse.fields import postgres
from poolhouse.fields.base import BASE_FIELDS, changed
from poolhouse.fields.model import (
    LONGEST_KEY,
    LONGEST_LABEL,
    MOST_AT_ONCE,
    BaseField,
    BaseFieldChanges,
    DataType,
    Field,
    FieldDraft,
    FieldQuery,
    FieldValue,
    TargetType,
)
from poolhouse.fields.values import broken, check, form, loaded
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import optional_text, required_text
from poolhouse.times import now

Values = Mapping[str, Mapping[str, Any]]
"""Target id -> key -> value as `DataType` types it; None takes the value away."""

_KEY = re.compile(r"[^\s\x00-\x1f\x7f]+\Z")
_RULES = ("regExp", "phone", "email", "isNumber")


class FieldService:
    """Definitions are administrators'; users may read and set the editable ones on themselves."""

    def __init__(self, db: Database, audit: AuditLog, box: SecretBox) -> None:
        self._db = db
        self._audit = audit
        self._box = box
        self._require: dict[TargetType, RequireIds] = {TargetType.USERPOOL: _require_own_pool}

    def on(self, target_type: TargetType, require: RequireIds) -> None:
        """How to tell that targets of a type exist; without it their values are NotSupported."""
        self._require[target_type] = require

    # -- definitions -------------------------------------------------------------------------------------

    async def list(self, caller: Caller, target_type: TargetType) -> Sequence[Field]:
        """Oldest first."""
        if caller.kind != "user":
            caller.require_administrator()
        return list((await postgres.list_fields(self._db, caller.pool_id, target_type)).values())

    async def list_page(self, caller: Caller, query: FieldQuery, page: PageRequest) -> Page[Field]:
        caller.require_administrator()
        return await postgres.list_page(self._db, caller.pool_id, query, page)

    async def define(self, caller: Caller, drafts: Sequence[FieldDraft]) -> Sequence[Field]:
        """Creates or changes up to 50 fields, all or none.

        Raises InvalidInput; InvalidOperation when something that never changes would; FieldValueTaken when
        a field becomes unique whose values are not.
        """
        caller.require_administrator()
        if not drafts:
            raise InvalidInput("list")
        if len(drafts) > MOST_AT_ONCE:
            raise TooLarge("list", f"一次最多 {MOST_AT_ONCE} 个", f"at most {MOST_AT_ONCE} at once")
        async with self._db.transaction() as tx:
            return [await self._define(tx, caller, draft) for draft in drafts]

    async def delete(self, caller: Caller, fields: Sequence[tuple[TargetType, str]]) -> None:
        """With their values; all or none. Raises FieldNotFound."""
        caller.require_administrator()
        if not fields:
            raise InvalidInput("list")
        async with self._db.transaction() as tx:
            for target_type, key in fields:
                if not await postgres.delete_field(tx, caller.pool_id, target_type, key):
                    raise FieldNotFound(field=key)
                detail = {"targetType": target_type, "key": key}
                await self._audit.write(tx, caller, Event("delete", "field", key, detail=detail))

    async def _define(self, tx: Tx, caller: Caller, draft: FieldDraft) -> Field:
        required_text(draft.key, "key", LONGEST_KEY)
        optional_text(draft.label, "label", LONGEST_LABEL)
        optional_text(draft.description, "description", 1000)
        found = await postgres.list_fields(tx, caller.pool_id, draft.target_type, [draft.key])
        before = found.get(draft.key)
        field = _changed(before, draft) if before else _created(draft)
        await self._check_definition(tx, field)
        saved = await postgres.save_field(tx, caller.pool_id, field)
        if before and before.unique != saved.unique:
            await postgres.mark_unique(tx, caller.pool_id, saved)
        detail = {"targetType": saved.target_type, "key": saved.key, "dataType": saved.data_type}
        event = Event("update" if before else "create", "field", saved.key, detail=detail)
        await self._audit.write(tx, caller, event)
        return saved

    async def _check_definition(self, tx: Tx, field: Field) -> None:
        if field.unique and field.data_type not in (DataType.STRING, DataType.NUMBER):
            raise InvalidInput("isUnique", "仅支持字符串和数字", "only for strings and numbers")
        if field.unique and field.encrypted:
            raise InvalidInput("isUnique", "加密字段不支持唯一校验", "not together with encrypted")
        for rule in field.rules:
            if rule.type not in _RULES:
                raise InvalidInput("validateRules", f"未知类型 {rule.type}", f"unknown type {rule.type}")
            if rule.type == "regExp":
                await postgres.require_matching(tx, "", rule.content, "validateRules")

    # -- values ------------------------------------------------------------------------------------------

    async def values(
        self, caller: Caller, target_type: TargetType, target_ids: Sequence[str]
    ) -> dict[str, Sequence[FieldValue]]:
        """Target id -> its values, for those that have any: one query however many targets."""
        self._require_reader(caller, target_type, target_ids)
        rows = await postgres.list_values(self._db, caller.pool_id, target_type, target_ids)
        found: dict[str, list[FieldValue]] = {}
        for row in rows:
            found.setdefault(row["target_id"], []).append(self._loaded(caller.pool_id, target_type, row))
        return dict(found)

    async def values_of(
        self, caller: Caller, target_type: TargetType, target_id: str
    ) -> Sequence[FieldValue]:
        return (await self.values(caller, target_type, [target_id])).get(target_id, [])

    async def set_values(
        self, caller: Caller, target_type: TargetType, values: Values, *, from_text: bool = False
    ) -> None:
        """All or nothing. `from_text` as in `fields.values.form`.

        Raises FieldNotFound for a key that is not defined, InvalidInput naming the key, FieldValueTaken,
        NotFound for an unknown target, NotPermitted for a field a user may not edit.
        """
        self._require_reader(caller, target_type, list(values))
        await self._require_targets(caller, target_type, list(values))
        async with self._db.transaction() as tx:
            await self.store(tx, caller, target_type, values, from_text=from_text)

    async def delete_value(self, caller: Caller, target_type: TargetType, target_id: str, key: str) -> None:
        """Nothing happens where there is no value. Raises FieldNotFound for a key that is not defined."""
        await self.set_values(caller, target_type, {target_id: {key: None}})

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
        fields = await postgres.list_fields(tx, caller.pool_id, target_type, list(by_key))
        for key, of_targets in by_key.items():
            field = fields.get(key)
            if field is None:
                raise FieldNotFound(field=key)
            if not field.user_editable and caller.kind in ("user", "anonymous"):
                raise NotPermitted()
            await self._store_key(tx, caller, field, of_targets, from_text)
        for target_id, given in values.items():
            await self._audit.write(tx, caller, _written(target_type, target_id, given))

    async def count_targets(self, caller: Caller, target_type: TargetType, key: str) -> int:
        """How many targets have a value."""
        caller.require_administrator()
        return await postgres.count_targets(self._db, caller.pool_id, target_type, key)

    async def definitions(self, db: Executor, pool_id: str, target_type: TargetType) -> Mapping[str, Field]:
        """By key; for `fields.conditions.condition`."""
        return await postgres.list_fields(db, pool_id, target_type)

    async def forget(self, tx: Tx, pool_id: str, target_type: TargetType, target_ids: Sequence[str]) -> None:
        """The values of targets that are being deleted."""
        await postgres.delete_values(tx, pool_id, target_type, target_ids)

    async def forget_users(self, tx: Tx, pool_id: str, user_ids: Sequence[str]) -> None:
        await self.forget(tx, pool_id, TargetType.USER, user_ids)

    async def forget_nodes(self, tx: Tx, pool_id: str, node_ids: Sequence[str]) -> None:
        await self.forget(tx, pool_id, TargetType.NODE, node_ids)

    async def forget_app(self, tx: Tx, caller: Caller, app_id: str) -> None:
        await self.forget(tx, caller.pool_id, TargetType.APPLICATION, [app_id])

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

    def _loaded(self, pool_id: str, target_type: TargetType, row: Record) -> FieldValue:
        target_id, key, data_type, label, value, sealed = row
        if sealed is not None:
            opened = self._box.decrypt(sealed, _place(pool_id, target_type, target_id, key))
            value = msgspec.json.decode(opened)
        kind = DataType(data_type)
        return FieldValue(key, kind, label, loaded(kind, value))

    def _require_reader(self, caller: Caller, target_type: TargetType, target_ids: Sequence[str]) -> None:
        if target_type is TargetType.USER and len(target_ids) == 1:
            caller.require_user_or_administrator(target_ids[0])
        else:
            caller.require_administrator()

    async def _require_targets(
        self, caller: Caller, target_type: TargetType, target_ids: Sequence[str]
    ) -> None:
        require = self._require.get(target_type)
        if require is None:
            raise NotSupported(what=f"custom data of {target_type}")
        if target_ids:
            await require(caller, target_ids)

    # -- built-in fields ---------------------------------------------------------------------------------

    async def list_base(self, caller: Caller) -> Sequence[BaseField]:
        caller.require_administrator()
        fields = dict(BASE_FIELDS)
        for changes in await postgres.list_base_changes(self._db, caller.pool_id):
            if changes.key in fields:
                fields[changes.key] = changed(fields[changes.key], changes)
        return list(fields.values())

    async def list_base_page(self, caller: Caller, query: FieldQuery, page: PageRequest) -> Page[BaseField]:
        """Only users have built-in fields."""
        keyword = query.keyword.lower()
        matching = [
            field
            for field in await self.list_base(caller)
            if query.target_type is TargetType.USER
            and query.data_type in (None, field.data_type)
            and query.visible_to_users in (None, field.visible_in_user_center)
            and query.visible_to_administrators in (None, field.visible_in_admin_console)
            and keyword in f"{field.key}\n{field.label}".lower()
        ]
        return Page(len(matching), matching[page.offset : page.offset + page.size])

    async def change_base(self, caller: Caller, changes: Sequence[BaseFieldChanges]) -> Sequence[BaseField]:
        """How consoles show built-in fields; all or none. Raises FieldNotFound."""
        caller.require_administrator()
        if not changes:
            raise InvalidInput("list")
        async with self._db.transaction() as tx:
            for change in changes:
                if change.key not in BASE_FIELDS:
                    raise FieldNotFound(field=change.key)
                optional_text(change.label, "label", LONGEST_LABEL)
                optional_text(change.description, "description", 1000)
                await postgres.save_base_changes(tx, caller.pool_id, change)
                await self._audit.write(
                    tx, caller, Event("update", "field", change.key, detail={"builtIn": True})
                )
        return await self.list_base(caller)


async def _require_own_pool(caller: Caller, pool_ids: Sequence[str]) -> None:
    if set(pool_ids) - {caller.pool_id}:
        raise PoolNotFound()


def _created(draft: FieldDraft) -> Field:
    if draft.data_type is None:
        raise InvalidInput("dataType")
    if not _KEY.match(draft.key):
        raise InvalidInput("key")
    if draft.target_type is TargetType.USER and draft.key in BASE_FIELDS:
        raise Conflict(field=draft.key)
    moment = now()
    return Field(
        draft.target_type,
        draft.key,
        draft.data_type,
        draft.label if draft.label is not None else draft.key,
        draft.description,
        draft.options or (),
        draft.rules or (),
        bool(draft.unique),
        bool(draft.encrypted),
        draft.editable_by_default if draft.user_editable is None else draft.user_editable,
        draft.visible_in_admin_console is not False,
        bool(draft.visible_in_user_center),
        bool(draft.desensitized),
        draft.app_ids or (),
        draft.i18n,
        moment,
        moment,
    )


_CHANGEABLE = (
    "label",
    "description",
    "options",
    "rules",
    "unique",
    "user_editable",
    "visible_in_admin_console",
    "visible_in_user_center",
    "desensitized",
    "app_ids",
    "i18n",
)


def _changed(before: Field, draft: FieldDraft) -> Field:
    if draft.data_type is not None and draft.data_type is not before.data_type:
        raise InvalidOperation("字段类型不可修改", "the type of a field never changes", field=draft.key)
    if draft.encrypted is not None and draft.encrypted != before.encrypted:
        raise InvalidOperation(
            "加密设置不可修改", "whether a field is encrypted never changes", field=draft.key
        )
    given = {name: value for name in _CHANGEABLE if (value := getattr(draft, name)) is not None}
    return replace(before, **given)


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
