"""The use cases on data policies: what they say, and whom they are given to."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Executor
from poolhouse.errors import InvalidInput, PolicyNotFound, TooLarge
from poolhouse.paging import Page, PageRequest
from poolhouse.permissions import paths, postgres_resources
from poolhouse.permissions import postgres_policies as rows
from poolhouse.permissions.model import (
    ANY_ACTION,
    DataPolicy,
    DataResource,
    DraftStatement,
    ListedPolicy,
    PolicyTarget,
    Statement,
)
from poolhouse.permissions.paths import Permission
from poolhouse.permissions.targets import PolicyTargets
from poolhouse.resources.model import Target, TargetType
from poolhouse.texts import EMPTY, optional_text, required_text

LONGEST_NAME = 256
LONGEST_DESCRIPTION = 2000
MOST_PERMISSIONS = 5000
MOST_POLICIES = 100
MOST_TARGETS = 1000
MOST_SHOWN = 50
"""Resources and targets of one policy in a list of policies."""


class DataPolicyService:
    def __init__(self, *, db: Database, audit: AuditLog, targets: PolicyTargets) -> None:
        self._db, self._audit, self._targets = db, audit, targets

    async def create(
        self, caller: Caller, name: str, statements: Sequence[DraftStatement], description: str | None = None
    ) -> DataPolicy:
        """What it speaks about must be there. Raises InvalidInput naming a permission, Conflict for a name."""
        caller.require_administrator()
        required_text(name, "policyName", LONGEST_NAME)
        optional_text(description, "description", LONGEST_DESCRIPTION)
        if not statements:
            raise InvalidInput("statementList", *EMPTY)
        async with self._db.transaction() as tx:
            judged = await self._judged(tx, caller, statements)
            policy = await rows.insert(tx, caller.pool_id, name, description, judged)
            await self._write(caller, tx, "create", policy.id, policy.name)
        return policy

    async def get(self, caller: Caller, policy_id: str) -> tuple[DataPolicy, Sequence[DraftStatement]]:
        """Raises PolicyNotFound."""
        caller.require_administrator()
        policy = (await self._get(self._db, caller, [policy_id]))[0]
        return policy, await rows.statements_of(self._db, caller.pool_id, policy_id)

    async def name_taken(self, caller: Caller, name: str) -> bool:
        caller.require_administrator()
        return await rows.name_taken(self._db, caller.pool_id, name)

    async def list(self, caller: Caller, page: PageRequest, query: str | None = None) -> Page[DataPolicy]:
        """Newest first; `query` is part of a name."""
        caller.require_administrator()
        return await rows.list_page(self._db, caller.pool_id, page, query)

    async def list_with_surroundings(
        self, caller: Caller, page: PageRequest, query: str | None = None
    ) -> Page[ListedPolicy]:
        """The same, each with the first `MOST_SHOWN` resources it speaks about, and of whom it is given to."""
        found = await self.list(caller, page, query)
        return Page(found.total, await rows.surroundings(self._db, caller.pool_id, found.items, MOST_SHOWN))

    async def update(
        self,
        caller: Caller,
        policy_id: str,
        *,
        name: str | None = None,
        description: str | None = None,
        statements: Sequence[DraftStatement] | None = None,
    ) -> DataPolicy:
        """None leaves a thing as it is. Raises PolicyNotFound, and as `create`."""
        caller.require_administrator()
        if name is not None:
            required_text(name, "policyName", LONGEST_NAME)
        optional_text(description, "description", LONGEST_DESCRIPTION)
        async with self._db.transaction() as tx:
            before = (await self._get(tx, caller, [policy_id]))[0]
            judged = None if statements is None else await self._judged(tx, caller, statements)
            policy = await rows.update(
                tx, caller.pool_id, policy_id, name=name, description=description, statements=judged
            )
            if policy is None:
                raise PolicyNotFound(policy_id=policy_id)
            event = Event(
                "update",
                "data_policy",
                policy.id,
                detail={"name": policy.name},
                before=before,
                after=policy,
            )
            await self._audit.write(tx, caller, event)
        return policy

    async def delete(self, caller: Caller, policy_id: str) -> None:
        """From whomever it is given to, too. Raises PolicyNotFound."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            name = await rows.delete(tx, caller.pool_id, policy_id)
            if name is None:
                raise PolicyNotFound(policy_id=policy_id)
            await self._write(caller, tx, "delete", policy_id, name)

    # -- whom they are given to --------------------------------------------------------------------------

    async def authorize(
        self, caller: Caller, policy_ids: Sequence[str], named: Sequence[tuple[TargetType, str]]
    ) -> None:
        """Every policy to every target, all or none; a department stands for all below it.

        Raises PolicyNotFound, and the NotFound of a target's kind.
        """
        caller.require_administrator()
        if not named:
            raise InvalidInput("targetList", *EMPTY)
        if not policy_ids:
            raise InvalidInput("policyIds", *EMPTY)
        if len(named) > MOST_TARGETS:
            raise TooLarge("targetList", f"一次最多 {MOST_TARGETS} 个", f"at most {MOST_TARGETS} at once")
        if len(policy_ids) > MOST_POLICIES:
            raise TooLarge("policyIds", f"一次最多 {MOST_POLICIES} 个", f"at most {MOST_POLICIES} at once")
        targets = await self._targets.resolve(caller, named)
        async with self._db.transaction() as tx:
            policies = await self._get(tx, caller, policy_ids)
            await rows.authorize(tx, caller.pool_id, [policy.id for policy in policies], targets)
            for policy in policies:
                await self._write(caller, tx, "authorize", policy.id, policy.name, targets)

    async def revoke(self, caller: Caller, policy_id: str, type_: TargetType, identifier: str) -> None:
        """What is not given is passed over. Raises PolicyNotFound."""
        caller.require_administrator()
        target = await self._targets.find(caller, type_, identifier)
        async with self._db.transaction() as tx:
            policy = (await self._get(tx, caller, [policy_id]))[0]
            await rows.revoke(tx, caller.pool_id, policy_id, target)
            await self._write(caller, tx, "revoke", policy.id, policy.name, [target])

    async def list_targets(
        self,
        caller: Caller,
        policy_id: str,
        page: PageRequest,
        *,
        types: Sequence[TargetType] = (),
        query: str | None = None,
    ) -> Page[PolicyTarget]:
        """Latest given first; no types means all of them. Raises PolicyNotFound."""
        caller.require_administrator()
        await self._get(self._db, caller, [policy_id])
        return await rows.list_targets(self._db, caller.pool_id, policy_id, page, types, query)

    # -- inside ------------------------------------------------------------------------------------------

    async def _judged(
        self, db: Executor, caller: Caller, statements: Sequence[DraftStatement]
    ) -> Sequence[Statement]:
        """Each once, of what is there: resource, node, and an action that the resource declares or `*`."""
        field = "statementList.permissions"
        if any(not one.permissions for one in statements):
            raise InvalidInput(field, *EMPTY)
        if sum(len(one.permissions) for one in statements) > MOST_PERMISSIONS:
            raise TooLarge(field, f"最多 {MOST_PERMISSIONS} 条", f"at most {MOST_PERMISSIONS}")
        parsed = [
            (one.effect, paths.permission(text, field)) for one in statements for text in one.permissions
        ]
        asked = list(dict.fromkeys((one.namespace, one.resource, one.path) for _, one in parsed))
        there = await postgres_resources.existing(db, caller.pool_id, asked)
        judged = [
            Statement(effect, _resource_of(one, there, field).id, one.path, one.action)
            for effect, one in parsed
        ]
        return list(dict.fromkeys(judged))

    async def _get(self, db: Executor, caller: Caller, ids: Sequence[str]) -> Sequence[DataPolicy]:
        found = await rows.find(db, caller.pool_id, ids)
        if missing := [one for one in ids if one not in found]:
            raise PolicyNotFound(policy_ids=missing)
        return [found[one] for one in dict.fromkeys(ids)]

    async def _write(
        self,
        caller: Caller,
        tx: Executor,
        operation: Operation,
        policy_id: str,
        name: str,
        targets: Sequence[Target] = (),
    ) -> None:
        detail: dict[str, object] = {"name": name}
        if targets:
            detail["targets"] = [f"{target.type}:{target.id}" for target in targets[:100]]
        one = targets[0].id if len(targets) == 1 and targets[0].type is TargetType.USER else None
        await self._audit.write(
            tx, caller, Event(operation, "data_policy", policy_id, user_id=one, detail=detail)
        )


def _resource_of(
    one: Permission, there: dict[tuple[str, str, str], DataResource], field: str
) -> DataResource:
    """Raises InvalidInput naming the permission, cut where it is long."""
    spelled = "/".join(part for part in (one.namespace, one.resource, one.path, one.action) if part)[:200]
    resource = there.get((one.namespace, one.resource, one.path))
    if resource is None:
        raise InvalidInput(
            field, f"没有这样的数据资源或节点：{spelled}", f"no such resource or node: {spelled}"
        )
    if one.action != ANY_ACTION and one.action not in resource.actions:
        raise InvalidInput(
            field, f"数据资源没有此操作：{spelled}", f"the resource has no such action: {spelled}"
        )
    return resource
