"""What can be done with custom fields and their values; the only way in for every wire."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from asyncpg import Record

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller, RequireIds
from poolhouse.db.database import Database, Tx
from poolhouse.errors import (
    Conflict,
    FieldNotFound,
    InvalidInput,
    InvalidOperation,
    Missing,
    NotSupported,
    PoolNotFound,
    TooLarge,
)
from poolhouse.fields import postgres, postgres_index
from poolhouse.fields.base import BASE_FIELDS, changed
from poolhouse.fields.model import (
    LONGEST_KEY,
    LONGEST_LABEL,
    MOST_AT_ONCE,
    MOST_IN_ORDER,
    BaseField,
    BaseFieldChanges,
    DataType,
    Field,
    FieldDraft,
    FieldQuery,
    FieldValue,
    TargetType,
)
from poolhouse.fields.store import FieldStore, Values
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import EMPTY, optional_text, required_text
from poolhouse.times import now

_KEY = re.compile(r"[^\s\x00-\x1f\x7f]+\Z")
_RULES = ("regExp", "phone", "email", "isNumber")


class FieldService:
    """Definitions are administrators'; users may read and set the editable ones on themselves."""

    def __init__(
        self,
        *,
        db: Database,
        audit: AuditLog,
        store: FieldStore,
        require: Mapping[TargetType, RequireIds],
        most_indexed: int,
    ) -> None:
        """`require`: how to tell that targets of a type exist; values of other types are NotSupported.

        `most_indexed`: fields of a pool that may be marked.
        """
        self._db, self._audit, self._store = db, audit, store
        self._most_indexed = most_indexed
        self._require = {TargetType.USERPOOL: _require_own_pool, **require}

    # -- definitions -------------------------------------------------------------------------------------

    async def list(self, caller: Caller, target_type: TargetType) -> Sequence[Field]:
        """In their order: as `order` placed them, the others behind, oldest first."""
        if caller.kind != "user":
            caller.require_administrator()
        return list((await postgres.list_fields(self._db, caller.pool_id, target_type)).values())

    async def list_page(self, caller: Caller, query: FieldQuery, page: PageRequest) -> Page[Field]:
        caller.require_administrator()
        return await postgres.list_page(self._db, caller.pool_id, query, page)

    async def define(self, caller: Caller, drafts: Sequence[FieldDraft]) -> Sequence[Field]:
        """Creates or changes up to 50 fields, all or none.

        Raises InvalidInput; Conflict where a field that must be new is there; InvalidOperation when something that
        never changes would, or more fields would be indexed than may; FieldValueTaken when a field becomes unique
        whose values are not.
        """
        caller.require_administrator()
        if not drafts:
            raise InvalidInput("list", *EMPTY)
        if len(drafts) > MOST_AT_ONCE:
            raise TooLarge("list", f"一次最多 {MOST_AT_ONCE} 个", f"at most {MOST_AT_ONCE} at once")
        for draft in drafts:
            required_text(draft.key, "key", LONGEST_KEY)
            if not _KEY.match(draft.key):
                raise InvalidInput(
                    "key",
                    "不能包含空白字符",
                    "no blanks and no control characters",
                )
        async with self._db.transaction() as tx:
            await postgres_index.wait_for_others(tx, caller.pool_id)
            marks = any(draft.indexed for draft in drafts)
            await postgres_index.hold(tx, caller.pool_id, None if marks else [draft.key for draft in drafts])
            before = await postgres_index.count_marked(tx, caller.pool_id) if marks else 0
            saved = [await self._define(tx, caller, draft) for draft in drafts]
            if marks and await postgres_index.count_marked(tx, caller.pool_id) > max(
                before, self._most_indexed
            ):
                raise self._too_many(next(field.key for field in reversed(saved) if field.indexed))
            return [await postgres.reread(tx, caller.pool_id, field) for field in saved]

    def _too_many(self, key: str) -> InvalidOperation:
        return InvalidOperation(
            f"用户池最多 {self._most_indexed} 个索引字段，{key} 无法建立索引",
            f"{key} cannot be indexed: a pool has at most {self._most_indexed} indexed fields",
            field=key,
        )

    async def delete(self, caller: Caller, fields: Sequence[tuple[TargetType, str]]) -> None:
        """With their values; all or none. Raises FieldNotFound."""
        caller.require_administrator()
        if not fields:
            raise InvalidInput("list", *EMPTY)
        async with self._db.transaction() as tx:
            await postgres_index.hold(tx, caller.pool_id, [key for _, key in fields])
            for target_type, key in fields:
                if not await postgres.delete_field(tx, caller.pool_id, target_type, key):
                    raise FieldNotFound(field=key)
                detail = {"targetType": target_type, "key": key}
                await self._audit.write(tx, caller, Event("delete", "field", key, detail=detail))

    async def order(self, caller: Caller, target_type: TargetType, keys: Sequence[str]) -> Sequence[Field]:
        """These fields first, in this order; the others behind them. Raises InvalidInput, TooLarge, FieldNotFound."""
        caller.require_administrator()
        if not keys:
            raise InvalidInput("keys", *EMPTY)
        if len(keys) > MOST_IN_ORDER:
            raise TooLarge("keys", f"最多 {MOST_IN_ORDER} 个", f"at most {MOST_IN_ORDER}")
        if len(set(keys)) < len(keys):
            raise InvalidInput("keys", "有重复的键", "a key stands there twice")
        async with self._db.transaction() as tx:
            await postgres_index.wait_for_others(tx, caller.pool_id)
            await postgres_index.hold(tx, caller.pool_id)
            before = list(await postgres.list_fields(tx, caller.pool_id, target_type))
            known = set(before)
            if unknown := next((key for key in keys if key not in known), None):
                raise FieldNotFound(field=unknown)
            await postgres.save_order(tx, caller.pool_id, target_type, keys)
            fields = await postgres.list_fields(tx, caller.pool_id, target_type)
            event = Event(
                "update",
                "field",
                keys[0],
                detail={"targetType": target_type},
                before={"order": before},
                after={"order": list(fields)},
            )
            await self._audit.write(tx, caller, event)
            return list(fields.values())

    async def _define(self, tx: Tx, caller: Caller, draft: FieldDraft) -> Field:
        optional_text(draft.label, "label", LONGEST_LABEL)
        optional_text(draft.description, "description", 1000)
        found = await postgres.list_fields(tx, caller.pool_id, draft.target_type, [draft.key])
        before = found.get(draft.key)
        if before and draft.is_new:
            raise Conflict(field=draft.key)
        field = _changed(before, draft) if before else _created(draft)
        await self._check_definition(tx, field)
        saved = await postgres.save_field(tx, caller.pool_id, field)
        if before and before.unique != saved.unique:
            await postgres.mark_unique(tx, caller.pool_id, saved)
        if saved.indexed != (before is not None and before.indexed):
            await postgres_index.mark(tx, caller.pool_id, saved)
        detail = {"targetType": saved.target_type, "key": saved.key, "dataType": saved.data_type}
        event = Event(
            "update" if before else "create", "field", saved.key, detail=detail, before=before, after=saved
        )
        await self._audit.write(tx, caller, event)
        return saved

    async def _check_definition(self, tx: Tx, field: Field) -> None:
        if field.unique and field.data_type not in (DataType.STRING, DataType.NUMBER):
            raise InvalidInput("isUnique", "仅支持字符串和数字", "only for strings and numbers")
        if field.unique and field.encrypted:
            raise InvalidInput("isUnique", "加密字段不支持唯一校验", "not together with encrypted")
        if field.indexed and field.target_type is not TargetType.USER:
            raise InvalidInput(
                "indexed", f"仅支持用户字段：{field.key}", f"only for fields of users: {field.key}"
            )
        if field.indexed and (field.encrypted or field.data_type not in postgres_index.INDEXABLE):
            raise InvalidInput(
                "indexed",
                f"加密字段与对象不支持索引：{field.key}",
                f"not for encrypted fields and objects: {field.key}",
            )
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
        return self._loaded(
            caller, target_type, await postgres.list_values(self._db, caller.pool_id, target_type, target_ids)
        )

    async def values_for_users(
        self, caller: Caller, target_type: TargetType, target_ids: Sequence[str]
    ) -> dict[str, Sequence[FieldValue]]:
        """`values` of fields that users see, of things that the asking use case has shown to the caller already."""
        rows = await postgres.list_values(
            self._db, caller.pool_id, target_type, target_ids, visible_to_users=True
        )
        return self._loaded(caller, target_type, rows)

    def _loaded(
        self, caller: Caller, target_type: TargetType, rows: Sequence[Record]
    ) -> dict[str, Sequence[FieldValue]]:
        found: dict[str, list[FieldValue]] = {}
        for row in rows:
            found.setdefault(row["target_id"], []).append(
                self._store.loaded(caller.pool_id, target_type, row)
            )
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
            await self._store.store(tx, caller, target_type, values, from_text=from_text)

    async def count_targets(self, caller: Caller, target_type: TargetType, key: str) -> int:
        """How many targets have a value."""
        caller.require_administrator()
        return await postgres.count_targets(self._db, caller.pool_id, target_type, key)

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
            raise InvalidInput("list", *EMPTY)
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
        raise Missing("dataType")
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
        bool(draft.indexed),
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
    "indexed",
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
