"""The use cases on grants, and the question they are there for: may this user do this on that resource?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput
from poolhouse.paging import Page, PageRequest
from poolhouse.resources import decision, postgres, postgres_given, postgres_grants
from poolhouse.resources.model import (
    DEFAULT_NAMESPACE,
    ActionFilter,
    AuthorizedResource,
    AuthorizedTarget,
    GivenGrant,
    Grant,
    Principal,
    ResourceType,
    Statement,
    Target,
    TargetName,
    TargetType,
)
from poolhouse.resources.namespaces import NamespaceService
from poolhouse.resources.principals import Principals
from poolhouse.texts import EMPTY

LONGEST_TEXT = 512
LARGEST_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Authorization:
    """Every grant to every target."""

    type: TargetType
    identifiers: tuple[str, ...]
    grants: tuple[Grant, ...]


class AuthorizationService:
    def __init__(
        self, *, db: Database, audit: AuditLog, namespaces: NamespaceService, principals: Principals
    ) -> None:
        self._db, self._audit, self._namespaces, self._principals = db, audit, namespaces, principals

    # -- granting ----------------------------------------------------------------------------------------

    async def authorize(
        self, caller: Caller, authorizations: Sequence[Authorization], namespace: str = DEFAULT_NAMESPACE
    ) -> None:
        """All or none; what is granted already gains the new actions. An action need not be declared.

        Raises NamespaceNotFound, and the NotFound of a target's kind.
        """
        grants = await self._resolved(caller, authorizations, namespace)
        async with self._db.transaction() as tx:
            await self._namespaces.hold(tx, caller.pool_id, namespace)
            await postgres_grants.grant(tx, caller.pool_id, namespace, grants)
            await self._audit.write(tx, caller, _event("authorize", namespace, grants))

    async def revoke(
        self,
        caller: Caller,
        authorizations: Sequence[Authorization],
        namespace: str = DEFAULT_NAMESPACE,
        *,
        role_namespace: str | None = None,
    ) -> None:
        """All or none. A grant with no actions named goes whole; what is not granted is passed over.

        `role_namespace`: where the roles are, if not in `namespace` or the default one.
        """
        grants = await self._resolved(caller, authorizations, role_namespace or namespace)
        async with self._db.transaction() as tx:
            await postgres_grants.revoke(tx, caller.pool_id, namespace, grants)
            await self._audit.write(tx, caller, _event("revoke", namespace, grants))

    # -- deciding ----------------------------------------------------------------------------------------

    async def is_allowed(
        self, caller: Caller, user_id: str, resource: str, action: str, namespace: str = DEFAULT_NAMESPACE
    ) -> bool:
        """For an administrator, or for the user themself. Of an unknown user: no."""
        caller.require_user_or_administrator(user_id)
        check_text(resource, "resource")
        check_text(action, "action")
        principals = await self._principals.effective_for_user(caller, user_id)
        statements = await self._statements(caller, principals, namespace, decision.candidates(resource))
        return decision.decide(statements, resource, action)

    async def actions_of_user(
        self, caller: Caller, user_id: str, resources: Sequence[str], namespace: str = DEFAULT_NAMESPACE
    ) -> dict[str, tuple[str, ...]]:
        """What the user may do on each of these, () where it is granted as such; what is not allowed is left out.

        For an administrator, or for the user themself. Of an unknown user: nothing.
        """
        caller.require_user_or_administrator(user_id)
        for resource in resources:
            check_text(resource, "resources")
        principals = await self._principals.effective_for_user(caller, user_id)
        asked = list({one for resource in resources for one in decision.candidates(resource)})
        statements = await self._statements(caller, principals, namespace, asked)
        found = {resource: decision.allowed_actions(statements, resource) for resource in resources}
        return {resource: actions for resource, actions in found.items() if actions is not None}

    async def list_of_user(
        self,
        caller: Caller,
        user_id: str,
        namespace: str = DEFAULT_NAMESPACE,
        *,
        resource_type: ResourceType | None = None,
        with_denied: bool = False,
        below: str | None = None,
    ) -> list[AuthorizedResource]:
        """Everything a user may use, by whatever way: for an administrator, or for the user. `below`: of one
        resource and those under it."""
        caller.require_user_or_administrator(user_id)
        found = await self._authorized(
            caller, Target(TargetType.USER, user_id), namespace, resource_type, with_denied
        )
        return [one for one in found if below is None or decision.covers(below, one.code)]

    async def list_of(
        self,
        caller: Caller,
        name: TargetName,
        namespace: str = DEFAULT_NAMESPACE,
        *,
        resource_type: ResourceType | None = None,
        with_denied: bool = False,
    ) -> list[AuthorizedResource]:
        """Everything a user, role, group or department may use; of an unknown one nothing."""
        caller.require_administrator()
        target = await self._principals.find(caller, name, namespace)
        if target is None:
            return []
        return await self._authorized(caller, target, namespace, resource_type, with_denied)

    async def list_of_target(
        self,
        caller: Caller,
        target: Target,
        namespace: str = DEFAULT_NAMESPACE,
        *,
        resource_type: ResourceType | None = None,
    ) -> list[AuthorizedResource]:
        """The same by id."""
        caller.require_administrator()
        return await self._authorized(caller, target, namespace, resource_type, with_denied=False)

    async def list_targets(
        self,
        caller: Caller,
        resource: str,
        namespace: str = DEFAULT_NAMESPACE,
        *,
        target_types: Sequence[TargetType] = tuple(TargetType),
        actions: ActionFilter | None = None,
        page: PageRequest | None = None,
    ) -> Page[AuthorizedTarget]:
        """To whom the resource is granted, each with the actions, a denial to that target taken off."""
        caller.require_administrator()
        check_text(resource, "resource")
        rows = await postgres_grants.statements_about(
            self._db, caller.pool_id, namespace, decision.candidates(resource), target_types
        )
        by_target: dict[TargetName, list[Statement]] = defaultdict(list)
        for name, statement in rows:
            by_target[name].append(statement)
        found = []
        for name, statements in by_target.items():
            allowed = decision.allowed_actions(statements, resource)
            if allowed is not None and _passes(statements, resource, actions):
                found.append(AuthorizedTarget(name, allowed))
        shown = found[page.offset : page.offset + page.size] if page else found
        return Page(len(found), shown)

    async def list_grants(
        self,
        caller: Caller,
        page: PageRequest,
        *,
        namespace: str | None = None,
        resource: str | None = None,
        target: TargetName | None = None,
        role_namespace: str = DEFAULT_NAMESPACE,
    ) -> Page[GivenGrant]:
        """What was granted as it was granted: without what policies say. Everything given must hold; of an unknown
        target nothing. `role_namespace`: where a role that is named is."""
        caller.require_administrator()
        if resource is not None:
            check_text(resource, "resource")
        found = await self._principals.find(caller, target, role_namespace) if target else None
        if target is not None and found is None:
            return Page(0, [])
        return await postgres_given.list_grants(
            self._db, caller.pool_id, page, namespace=namespace, resource=resource, target=found
        )

    # -- inside ------------------------------------------------------------------------------------------

    async def _authorized(
        self,
        caller: Caller,
        target: Target,
        namespace: str,
        resource_type: ResourceType | None,
        with_denied: bool,
    ) -> list[AuthorizedResource]:
        principals = await self._principals.effective_for(caller, target)
        statements = await self._statements(caller, principals, namespace)
        codes = {one.resource for one in statements} | {one.resource.split(":")[0] for one in statements}
        resources = await postgres.find_resources(self._db, caller.pool_id, namespace, codes)
        return decision.authorized(
            statements, resources, resource_type=resource_type, with_denied=with_denied
        )

    async def _statements(
        self,
        caller: Caller,
        principals: Sequence[Principal],
        namespace: str,
        candidates: Sequence[str] | None = None,
    ) -> list[Statement]:
        rows = await postgres_grants.statements_of(
            self._db, caller.pool_id, principals, namespace, candidates
        )
        return [statement for _, statement in rows]

    async def _resolved(
        self, caller: Caller, authorizations: Sequence[Authorization], namespace: str
    ) -> list[tuple[Target, Grant]]:
        caller.require_administrator()
        if not authorizations:
            raise InvalidInput("opts", *EMPTY)
        found: list[tuple[Target, Grant]] = []
        for one in authorizations:
            if not one.identifiers:
                raise InvalidInput("targetIdentifiers", *EMPTY)
            if not one.grants:
                raise InvalidInput("resources", *EMPTY)
            for grant in one.grants:
                check_text(grant.resource, "resource")
                for action in grant.actions:
                    check_text(action, "actions")
            targets = await self._principals.resolve(caller, one.type, one.identifiers, namespace)
            found += [(target, grant) for target in targets for grant in one.grants]
            if len(found) > LARGEST_BATCH:
                raise InvalidInput("opts", f"一次最多 {LARGEST_BATCH} 条", f"at most {LARGEST_BATCH} at once")
        return found


def _passes(statements: Sequence[Statement], resource: str, actions: ActionFilter | None) -> bool:
    if actions is None or not actions.names:
        return True
    allowed = (decision.decide(statements, resource, name) for name in actions.names)
    return all(allowed) if actions.every else any(allowed)


def _event(operation: Operation, namespace: str, grants: Sequence[tuple[Target, Grant]]) -> Event:
    targets = list(dict.fromkeys(target for target, _ in grants))
    return Event(
        operation,
        "resource",
        grants[0][1].resource if grants else None,
        user_id=targets[0].id if len(targets) == 1 and targets[0].type is TargetType.USER else None,
        detail={
            "namespace": namespace,
            "resources": list(dict.fromkeys(grant.resource for _, grant in grants))[:100],
            "targets": [f"{target.type}:{target.id}" for target in targets[:100]],
        },
    )


def check_text(text: str, field: str) -> None:
    """A resource or an action. Raises InvalidInput naming `field`."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        raise InvalidInput(field, f"长度应为 1 至 {LONGEST_TEXT}", f"must be 1 to {LONGEST_TEXT} characters")
