"""What can be done with roles; the only way in for every wire."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from typing import Literal

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller, RequireIds
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.errors import InvalidInput, NamespaceNotFound, RoleCodeRefused, RoleNotFound
from poolhouse.paging import Page, PageRequest
from poolhouse.roles import postgres
from poolhouse.roles.model import (
    CODE,
    DEFAULT_NAMESPACE,
    LONGEST_CODE,
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    Assignment,
    Role,
    RoleChanges,
    RoleDraft,
    RoleKey,
    Target,
    TargetType,
    Validity,
    audited_fields,
)
from poolhouse.roles.removal import RoleRemoval
from poolhouse.texts import BLANK, optional_text, overlong, required_text

NamespaceNames = Callable[[Executor, str, Collection[str]], Awaitable[Mapping[str, str]]]
"""Code -> name of those permission namespaces the pool has."""


DepartmentsOf = Callable[[Caller, str], Awaitable[Collection[str]]]
"""Ids of the departments a user is in or below."""

MOST_AT_ONCE = 1000


class RoleService:
    """A role is held by a user directly, through a group, or through a department or one above it."""

    def __init__(
        self,
        *,
        db: Database,
        audit: AuditLog,
        removal: RoleRemoval,
        namespace_names: NamespaceNames,
        require: Mapping[TargetType, RequireIds],
        departments_of: DepartmentsOf,
    ) -> None:
        self._db, self._audit, self._removal = db, audit, removal
        self._namespace_names = namespace_names
        self._require = require
        self._departments_of = departments_of

    # -- roles -------------------------------------------------------------------------------------------

    async def create(self, caller: Caller, draft: RoleDraft) -> Role:
        """Raises NamespaceNotFound, CodeTaken, RoleCodeRefused, RoleNotFound (the parent)."""
        return (await self.create_many(caller, [draft]))[0]

    async def create_many(self, caller: Caller, drafts: Sequence[RoleDraft]) -> Sequence[Role]:
        """All or none."""
        caller.require_administrator()
        if not drafts:
            raise InvalidInput("list", *BLANK)
        if len(drafts) > MOST_AT_ONCE:
            raise InvalidInput("list", None, f"at most {MOST_AT_ONCE} entries")
        for draft in drafts:
            _check_code(draft.code, "code")
            _check_texts(draft.name, draft.description)
        async with self._db.transaction() as tx:
            await self._require_namespaces(tx, caller, {draft.namespace for draft in drafts})
            return [await self._create(tx, caller, draft) for draft in drafts]

    async def update(self, caller: Caller, key: RoleKey, changes: RoleChanges) -> Role:
        """Raises NamespaceNotFound, RoleNotFound, CodeTaken."""
        caller.require_administrator()
        if changes.new_code is not None:
            _check_code(changes.new_code, "newCode")
        _check_texts(changes.name, changes.description)
        async with self._db.transaction() as tx:
            before = await self._get(tx, caller, key)
            role = await postgres.update(tx, caller.pool_id, key, changes)
            if role is None:
                raise RoleNotFound(code=key.code)
            event = Event("update", "role", role.id, detail={"code": role.code}, before=before, after=role)
            await self._audit.write(tx, caller, event)
            return role

    async def delete(self, caller: Caller, keys: Sequence[RoleKey]) -> None:
        """All or none. Raises NamespaceNotFound, RoleNotFound; InvalidOperation for a built-in role."""
        caller.require_administrator()
        if not keys:
            raise InvalidInput("codeList", *BLANK)
        async with self._db.transaction() as tx:
            roles = await self._get_many(tx, caller, keys)
            await self._removal.of(tx, caller, list(roles.values()))

    async def find(self, caller: Caller, key: RoleKey) -> Role | None:
        caller.require_administrator()
        return await postgres.find(self._db, caller.pool_id, key)

    async def get(self, caller: Caller, key: RoleKey) -> Role:
        """Raises NamespaceNotFound, RoleNotFound."""
        caller.require_administrator()
        return await self._get(self._db, caller, key)

    async def find_by_id(self, caller: Caller, role_id: str) -> Role | None:
        caller.require_administrator()
        return (await postgres.find_by_ids(self._db, caller.pool_id, [role_id])).get(role_id)

    async def list(self, caller: Caller, namespace: str, page: PageRequest, keyword: str = "") -> Page[Role]:
        """Newest first. Raises NamespaceNotFound."""
        caller.require_administrator()
        await self._require_namespaces(self._db, caller, {namespace})
        return await postgres.list_page(self._db, caller.pool_id, namespace, keyword, page)

    async def why_not_creatable(
        self, caller: Caller, key: RoleKey
    ) -> InvalidInput | NamespaceNotFound | None:
        """Why a role of this code could not be created; None if it could."""
        caller.require_administrator()
        try:
            _check_code(key.code, "code")
            await self._require_namespaces(self._db, caller, {key.namespace})
        except (InvalidInput, NamespaceNotFound) as error:
            return error
        if await postgres.find(self._db, caller.pool_id, key):
            return InvalidInput("code", "已存在", "exists already")
        return None

    async def namespace_names(self, caller: Caller, codes: Collection[str]) -> Mapping[str, str]:
        """Code -> name of those that exist."""
        return await self._namespace_names(self._db, caller.pool_id, codes)

    # -- who holds them ----------------------------------------------------------------------------------

    async def assign(
        self,
        caller: Caller,
        keys: Sequence[RoleKey],
        targets: Sequence[Target],
        validity: Validity | None = None,
    ) -> None:
        """Every role to every target, all or nothing; what is assigned already takes the new validity.

        Raises NamespaceNotFound, RoleNotFound, and NotFound for an unknown target (UserNotFound names it).
        """
        targets = await self._checked_targets(caller, keys, targets)
        async with self._db.transaction() as tx:
            roles = await self._get_many(tx, caller, keys)
            ids = [role.id for role in roles.values()]
            await postgres.assign(tx, caller.pool_id, ids, targets, validity or Validity())
            await self._write_acts(tx, caller, "authorize", list(roles.values()), targets)

    async def revoke(self, caller: Caller, keys: Sequence[RoleKey], targets: Sequence[Target]) -> None:
        """What is not assigned is passed over. Raises as `assign`."""
        targets = await self._checked_targets(caller, keys, targets)
        async with self._db.transaction() as tx:
            roles = await self._get_many(tx, caller, keys)
            await postgres.revoke(tx, caller.pool_id, [role.id for role in roles.values()], targets)
            await self._write_acts(tx, caller, "revoke", list(roles.values()), targets)

    async def list_targets(
        self, caller: Caller, key: RoleKey, target_type: TargetType, page: PageRequest
    ) -> Page[str]:
        """Ids of users, groups or departments the role was given to and who still have it, latest first.

        Raises NamespaceNotFound, RoleNotFound.
        """
        role = await self.get(caller, key)
        return await postgres.list_targets(self._db, caller.pool_id, role.id, target_type, page)

    async def list_assignments(
        self, caller: Caller, key: RoleKey, target_types: Sequence[TargetType], page: PageRequest
    ) -> Page[Assignment]:
        """Also those not yet or no longer in force; no types means all. Raises as `list_targets`."""
        role = await self.get(caller, key)
        return await postgres.list_assignments(self._db, caller.pool_id, role.id, target_types, page)

    async def list_of_user(
        self, caller: Caller, user_id: str, namespace: str | None = DEFAULT_NAMESPACE
    ) -> Sequence[Role]:
        """Every role in force for the user, direct or inherited, of one namespace or (None) of all.

        Users may see their own. Never paged: callers look for a code in it (docs/contract/v2.md#users, hasRole).
        """
        caller.require_user_or_administrator(user_id)
        departments = await self._departments_of(caller, user_id)
        return await postgres.list_in_force(self._db, caller.pool_id, user_id, list(departments), namespace)

    async def list_of_target(
        self, caller: Caller, target: Target, namespace: str | None = DEFAULT_NAMESPACE
    ) -> Sequence[Role]:
        """The roles given to this very target and in force."""
        caller.require_administrator()
        return await postgres.list_of_target(self._db, caller.pool_id, target, namespace)

    async def has_any(self, caller: Caller, user_id: str, keys: Sequence[RoleKey]) -> bool:
        """Whether one of these roles is in force for the user, direct or inherited; unknown roles are not."""
        if not keys:
            raise InvalidInput("roles", *BLANK)
        held = await self.list_of_user(caller, user_id, None)
        return not {(role.namespace, role.code) for role in held}.isdisjoint(
            (key.namespace, key.code) for key in keys
        )

    async def exclude_each_other(self, caller: Caller, keys: Sequence[RoleKey]) -> bool:
        """Whether two of these may not be held together. No interface declares such a rule, so none is.

        Raises NamespaceNotFound, RoleNotFound.
        """
        caller.require_administrator()
        if not keys:
            raise InvalidInput("roles", *BLANK)
        await self._get_many(self._db, caller, keys)
        return False

    # -- for other domains -------------------------------------------------------------------------------

    async def ids_of_codes(
        self, db: Executor, pool_id: str, namespace: str, codes: Sequence[str]
    ) -> dict[str, str]:
        """Code -> id of those that exist."""
        found = await postgres.find_many(db, pool_id, [RoleKey(code, namespace) for code in codes])
        return {key.code: role.id for key, role in found.items()}

    async def ids_by_name(self, caller: Caller, names: Sequence[str]) -> dict[str, str]:
        """Ids of the roles that are meant by an id or, where no role has it, by a code of the default namespace.
        A name of none stands for itself."""
        known = await postgres.find_by_ids(self._db, caller.pool_id, names)
        rest = [name for name in names if name not in known]
        codes = await self.ids_of_codes(self._db, caller.pool_id, DEFAULT_NAMESPACE, rest) if rest else {}
        return {name: codes.get(name, name) for name in names}

    async def require_ids(self, caller: Caller, ids: Sequence[str]) -> None:
        """Raises RoleNotFound."""
        if set(ids) - set(await postgres.find_by_ids(self._db, caller.pool_id, ids)):
            raise RoleNotFound()

    # -- within ------------------------------------------------------------------------------------------

    async def _create(self, tx: Tx, caller: Caller, draft: RoleDraft) -> Role:
        parent_id = None
        if draft.parent:
            parent_id = (await self._get(tx, caller, RoleKey(draft.parent, draft.namespace))).id
        role = await postgres.insert(tx, caller.pool_id, draft, parent_id)
        await self._audit.write(tx, caller, Event("create", "role", role.id, detail=audited_fields(role)))
        return role

    async def _get(self, db: Executor, caller: Caller, key: RoleKey) -> Role:
        role = await postgres.find(db, caller.pool_id, key)
        if role is None:
            await self._require_namespaces(db, caller, {key.namespace})
            raise RoleNotFound(code=key.code)
        return role

    async def _get_many(self, db: Executor, caller: Caller, keys: Sequence[RoleKey]) -> dict[RoleKey, Role]:
        wanted = list(dict.fromkeys(keys))
        roles = await postgres.find_many(db, caller.pool_id, wanted)
        missing = [key for key in wanted if key not in roles]
        if missing:
            await self._require_namespaces(db, caller, {key.namespace for key in missing})
            raise RoleNotFound(code=missing[0].code)
        return roles

    async def _require_namespaces(self, db: Executor, caller: Caller, codes: Collection[str]) -> None:
        known = await self._namespace_names(db, caller.pool_id, codes)
        for code in codes:
            if code not in known:
                raise NamespaceNotFound(namespace=code)

    async def _checked_targets(
        self, caller: Caller, keys: Sequence[RoleKey], targets: Sequence[Target]
    ) -> Sequence[Target]:
        caller.require_administrator()
        if not keys:
            raise InvalidInput("roles", *BLANK)
        if not targets:
            raise InvalidInput("targets", *BLANK)
        await self._get_many(self._db, caller, keys)
        for target_type in TargetType:
            ids = [target.id for target in targets if target.type is target_type]
            if ids:
                await self._require[target_type](caller, ids)
        return tuple(dict.fromkeys(targets))

    async def _write_acts(
        self,
        tx: Tx,
        caller: Caller,
        operation: Literal["authorize", "revoke"],
        roles: Sequence[Role],
        targets: Sequence[Target],
    ) -> None:
        for role in roles:
            for target in targets:
                user_id = target.id if target.type is TargetType.USER else None
                detail = {
                    "code": role.code,
                    "namespace": role.namespace,
                    "target": f"{target.type}:{target.id}",
                }
                event = Event(operation, "role", role.id, user_id=user_id, detail=detail)
                await self._audit.write(tx, caller, event)


def _check_code(code: str, field: str) -> None:
    """The spellings of the refusals are the official ones."""
    if not code:
        raise InvalidInput(field, *BLANK)
    if len(code) > LONGEST_CODE:
        raise InvalidInput(field, *overlong(LONGEST_CODE))
    if not CODE.match(code):
        raise RoleCodeRefused(field, value=code)


def _check_texts(name: str | None, description: str | None) -> None:
    if name:
        required_text(name, "name", LONGEST_NAME)
    optional_text(description, "description", LONGEST_DESCRIPTION)
