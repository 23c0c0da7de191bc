"""The use cases on policies and their assignments."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Executor
from poolhouse.errors import InvalidInput, InvalidOperation, NotFound, PolicyNotFound
from poolhouse.paging import Page, PageRequest
from poolhouse.resources import postgres_grants
from poolhouse.resources.model import (
    DEFAULT_NAMESPACE,
    Policy,
    PolicyAssignment,
    Statement,
    Target,
    TargetName,
    TargetType,
)
from poolhouse.resources.namespaces import NamespaceService
from poolhouse.resources.principals import Principals
from poolhouse.texts import EMPTY

LONGEST_CODE = 128
LONGEST_TEXT = 512
MOST_STATEMENTS = 500
_TOO_LONG = (f"最多 {LONGEST_TEXT} 个字符", f"at most {LONGEST_TEXT} characters")


class PolicyService:
    def __init__(
        self, *, db: Database, audit: AuditLog, namespaces: NamespaceService, principals: Principals
    ) -> None:
        self._db, self._audit, self._namespaces, self._principals = db, audit, namespaces, principals

    async def create(
        self,
        caller: Caller,
        code: str,
        statements: Sequence[Statement],
        *,
        description: str | None = None,
        namespace: str = DEFAULT_NAMESPACE,
    ) -> Policy:
        """Raises NamespaceNotFound, CodeTaken."""
        caller.require_administrator()
        _check_code(code, "code")
        _check_statements(statements)
        await self._namespaces.seed(caller.pool_id)
        async with self._db.transaction() as tx:
            await self._namespaces.hold(tx, caller.pool_id, namespace)
            await postgres_grants.insert_policy(tx, caller.pool_id, namespace, code, description, statements)
            made = await self._get(tx, caller, namespace, code)
            await self._audit.write(tx, caller, _event("create", made, after=made))
            return made

    async def find(self, caller: Caller, code: str, namespace: str = DEFAULT_NAMESPACE) -> Policy | None:
        caller.require_administrator()
        await self._namespaces.seed(caller.pool_id)
        return (await postgres_grants.find_policies(self._db, caller.pool_id, namespace, [code])).get(code)

    async def get(self, caller: Caller, code: str, namespace: str = DEFAULT_NAMESPACE) -> Policy:
        """Raises PolicyNotFound."""
        if (found := await self.find(caller, code, namespace)) is None:
            raise PolicyNotFound(codes=[code])
        return found

    async def list(
        self,
        caller: Caller,
        page: PageRequest,
        namespace: str | None = DEFAULT_NAMESPACE,
        *,
        exclude_default: bool = False,
        keyword: str = "",
    ) -> Page[Policy]:
        """Newest first, with the built-in ones unless excluded; of None of every namespace. `keyword`: a part of the
        code or the description."""
        caller.require_administrator()
        await self._namespaces.seed(caller.pool_id)
        return await postgres_grants.list_policies(
            self._db, caller.pool_id, namespace, page, exclude_default=exclude_default, keyword=keyword
        )

    async def update(
        self,
        caller: Caller,
        code: str,
        *,
        new_code: str | None = None,
        description: str | None = None,
        statements: Sequence[Statement] | None = None,
        namespace: str = DEFAULT_NAMESPACE,
    ) -> Policy:
        """None leaves a thing as it is. Raises PolicyNotFound, CodeTaken; InvalidOperation for a built-in one."""
        caller.require_administrator()
        if new_code is not None:
            _check_code(new_code, "newCode")
        if statements is not None:
            _check_statements(statements)
        await self._namespaces.seed(caller.pool_id)
        async with self._db.transaction() as tx:
            policy = await self._get(tx, caller, namespace, code)
            _refuse_built_in([policy])
            await postgres_grants.update_policy(
                tx,
                caller.pool_id,
                policy.id,
                new_code=new_code,
                description=description,
                statements=statements,
            )
            after = await self._get(tx, caller, namespace, new_code or code)
            await self._audit.write(tx, caller, _event("update", policy, before=policy, after=after))
            return after

    async def delete(self, caller: Caller, codes: Sequence[str], namespace: str = DEFAULT_NAMESPACE) -> None:
        """With their assignments; all or none. Raises PolicyNotFound, InvalidOperation for a built-in one."""
        caller.require_administrator()
        if not codes:
            raise InvalidInput("codeList", *EMPTY)
        await self._namespaces.seed(caller.pool_id)
        async with self._db.transaction() as tx:
            policies = await self._get_all(tx, caller, namespace, codes)
            _refuse_built_in(policies)
            await postgres_grants.delete_policies(tx, caller.pool_id, [policy.id for policy in policies])
            for policy in policies:
                await self._audit.write(tx, caller, _event("delete", policy, before=policy))

    # -- assignments -------------------------------------------------------------------------------------

    async def assign(
        self,
        caller: Caller,
        codes: Sequence[str],
        type_: TargetType,
        identifiers: Sequence[str],
        *,
        inherit_by_children: bool | None = None,
        namespace: str = DEFAULT_NAMESPACE,
    ) -> None:
        """Every policy to every target. Departments below inherit only when told so.

        Raises PolicyNotFound, and the NotFound of the target's kind.
        """
        caller.require_administrator()
        targets = await self._targets(caller, codes, type_, identifiers, namespace)
        async with self._db.transaction() as tx:
            policies = await self._get_all(tx, caller, namespace, codes)
            await postgres_grants.assign(
                tx, caller.pool_id, [policy.id for policy in policies], targets, inherit_by_children
            )
            await self._audit.write(tx, caller, _assigned("add", codes, targets))

    async def unassign(
        self,
        caller: Caller,
        codes: Sequence[str],
        type_: TargetType,
        identifiers: Sequence[str],
        *,
        namespace: str = DEFAULT_NAMESPACE,
    ) -> None:
        """What is not assigned is passed over. Raises as `assign`."""
        caller.require_administrator()
        targets = await self._targets(caller, codes, type_, identifiers, namespace)
        async with self._db.transaction() as tx:
            policies = await self._get_all(tx, caller, namespace, codes)
            await postgres_grants.unassign(tx, caller.pool_id, [policy.id for policy in policies], targets)
            await self._audit.write(tx, caller, _assigned("remove", codes, targets))

    async def switch(
        self,
        caller: Caller,
        code: str,
        target: TargetName,
        enabled: bool,
        *,
        namespace: str = DEFAULT_NAMESPACE,
    ) -> None:
        """Turns one assignment on or off. Raises PolicyNotFound, NotFound when there is none."""
        caller.require_administrator()
        targets = await self._targets(caller, [code], target.type, [target.identifier], namespace)
        async with self._db.transaction() as tx:
            policy = await self._get(tx, caller, namespace, code)
            if not await postgres_grants.switch_assignment(
                tx, caller.pool_id, policy.id, targets[0], enabled
            ):
                raise NotFound(code=code)
            await self._audit.write(
                tx, caller, _assigned("enable" if enabled else "disable", [code], targets)
            )

    async def list_assignments(
        self,
        caller: Caller,
        page: PageRequest,
        *,
        code: str | None = None,
        target: TargetName | None = None,
        target_type: TargetType | None = None,
        namespace: str = DEFAULT_NAMESPACE,
        only: Sequence[TargetType] = (),
    ) -> Page[PolicyAssignment]:
        """Newest first; everything given must hold; of an unknown policy or target there are none. `only`: of these
        kinds, where some are named."""
        caller.require_administrator()
        await self._namespaces.seed(caller.pool_id)
        policy_ids: list[str] | None = None
        if code is not None:
            policies = await postgres_grants.find_policies(self._db, caller.pool_id, namespace, [code])
            policy_ids = [policy.id for policy in policies.values()]
        found = await self._principals.find(caller, target, namespace) if target is not None else None
        if target is not None and found is None:
            return Page()
        return await postgres_grants.list_assignments(
            self._db,
            caller.pool_id,
            page,
            policy_ids=policy_ids,
            target=found,
            target_type=target_type,
            namespace=namespace,
            only=only,
        )

    # -- inside ------------------------------------------------------------------------------------------

    async def _targets(
        self,
        caller: Caller,
        codes: Sequence[str],
        type_: TargetType,
        identifiers: Sequence[str],
        namespace: str,
    ) -> Sequence[Target]:
        if not codes:
            raise InvalidInput("policies", *EMPTY)
        if not identifiers:
            raise InvalidInput("targetIdentifiers", *EMPTY)
        await self._namespaces.seed(caller.pool_id)
        return await self._principals.resolve(caller, type_, identifiers, namespace)

    async def _get(self, db: Executor, caller: Caller, namespace: str, code: str) -> Policy:
        return (await self._get_all(db, caller, namespace, [code]))[0]

    async def _get_all(
        self, db: Executor, caller: Caller, namespace: str, codes: Sequence[str]
    ) -> Sequence[Policy]:
        found = await postgres_grants.find_policies(db, caller.pool_id, namespace, codes)
        if missing := [code for code in codes if code not in found]:
            raise PolicyNotFound(codes=missing)
        return [found[code] for code in dict.fromkeys(codes)]


def _refuse_built_in(policies: Sequence[Policy]) -> None:
    if any(policy.is_default for policy in policies):
        raise InvalidOperation("系统内置策略不能修改或删除", "A built-in policy cannot be changed or deleted")


def _event(operation: Operation, policy: Policy, *, before: object = None, after: object = None) -> Event:
    """By the policy's id, as a code is another policy's in another namespace."""
    detail = {"code": policy.code, "namespace": policy.namespace}
    return Event(operation, "policy", policy.id, detail=detail, before=before, after=after)


def _assigned(operation: str, codes: Sequence[str], targets: Sequence[Target]) -> Event:
    return Event(
        operation,  # type: ignore[arg-type]
        "policy_assignment",
        codes[0] if len(codes) == 1 else None,
        detail={"policies": list(codes), "targets": [f"{one.type}:{one.id}" for one in targets[:100]]},
    )


def _check_code(code: str, field: str) -> None:
    if not code.strip() or len(code) > LONGEST_CODE:
        raise InvalidInput(field, f"长度应为 1 至 {LONGEST_CODE}", f"must be 1 to {LONGEST_CODE} characters")


def _check_statements(statements: Sequence[Statement]) -> None:
    if not statements or len(statements) > MOST_STATEMENTS:
        raise InvalidInput("statements", f"应为 1 至 {MOST_STATEMENTS} 条", f"must be 1 to {MOST_STATEMENTS}")
    for place, one in enumerate(statements):
        here = f"statements[{place}]"
        if not one.resource.strip():
            raise InvalidInput(f"{here}.resource", *EMPTY)
        if len(one.resource) > LONGEST_TEXT:
            raise InvalidInput(f"{here}.resource", *_TOO_LONG)
        if not one.actions:
            raise InvalidInput(f"{here}.actions", *EMPTY)
        for number, action in enumerate(one.actions):
            if not action.strip():
                raise InvalidInput(f"{here}.actions[{number}]", *EMPTY)
            if len(action) > LONGEST_TEXT:
                raise InvalidInput(f"{here}.actions[{number}]", *_TOO_LONG)
