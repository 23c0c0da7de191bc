"""Why somebody may use something: through which role, group or department, and how they came to the role."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.groups.service import GroupService
from poolhouse.orgs import postgres as org_rows
from poolhouse.orgs.members import DepartmentMembers
from poolhouse.paging import Page, PageRequest
from poolhouse.resources import decision, postgres, postgres_grants
from poolhouse.resources.authorization import check_text
from poolhouse.resources.model import (
    DEFAULT_NAMESPACE,
    AuthorizedResource,
    Effect,
    Principal,
    Statement,
    Target,
    TargetType,
)
from poolhouse.roles import model as role_model
from poolhouse.roles import postgres as role_rows

_HELD_BY = {
    role_model.TargetType.USER: TargetType.USER,
    role_model.TargetType.GROUP: TargetType.GROUP,
    role_model.TargetType.NODE: TargetType.ORG,
}


@dataclass(frozen=True, slots=True)
class Source:
    """`code`: a group's or a role's, a department's or a user's id. `direct` False: a department above theirs."""

    type: TargetType
    code: str
    name: str
    direct: bool = True


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role in force for somebody, and every way by which it is theirs."""

    role: role_model.Role
    through: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Reason:
    """A statement that speaks about a resource, and on whom it is. `role_through`: of a role, how it is theirs."""

    statement: Statement
    source: Source
    role_through: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Reasoned:
    resource: AuthorizedResource
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class Ways:
    """Through whom somebody acts. `holders`: themself, their groups, departments and those above; `roles`: by id."""

    holders: Mapping[Target, Source]
    roles: Mapping[str, HeldRole]

    @property
    def targets(self) -> list[Target]:
        return [
            *self.holders,
            *(Target(TargetType.ROLE, id_) for id_ in self.roles),
        ]

    def of(self, target: Target) -> tuple[Source, tuple[Source, ...]]:
        """What `target` is called, and of a role how it is theirs. Raises KeyError for one that is not theirs."""
        if target.type is TargetType.ROLE:
            held = self.roles[target.id]
            return Source(TargetType.ROLE, held.role.code, held.role.name or held.role.code), held.through
        return self.holders[target], ()


class AccessReasons:
    """Decides nothing: what is allowed is `decision`'s to say, and told here with its statements."""

    def __init__(self, *, db: Database, groups: GroupService, members: DepartmentMembers) -> None:
        self._db, self._groups, self._members = db, groups, members

    async def roles_of(self, caller: Caller, user_id: str) -> list[HeldRole]:
        """Of every namespace, newest first. For administrators; of an unknown user none."""
        caller.require_administrator()
        return await self._roles(caller, await self._holders(caller, user_id))

    async def ways(self, caller: Caller, user_id: str) -> Ways:
        """For administrators; of an unknown user their own name alone."""
        caller.require_administrator()
        holders = await self._holders(caller, user_id)
        roles = {held.role.id: held for held in await self._roles(caller, holders)}
        return Ways({one.target: source for one, source in holders.items()}, roles)

    async def resources_of(
        self,
        caller: Caller,
        user_id: str,
        namespace: str = DEFAULT_NAMESPACE,
        page: PageRequest | None = None,
    ) -> Page[Reasoned]:
        """What `AuthorizationService.list_of_user` lists, a denied one too, each with the statements that cover it."""
        caller.require_administrator()
        page = page or PageRequest.of(1, 50)
        holders = await self._holders(caller, user_id)
        roles = {held.role.id: held for held in await self._roles(caller, holders)}
        principals = [
            *holders,
            *(Principal(Target(TargetType.ROLE, role_id)) for role_id in roles),
        ]
        said = await postgres_grants.statements_of(self._db, caller.pool_id, principals, namespace)
        statements = [statement for _, statement in said]
        codes = {one.resource for one in statements} | {one.resource.split(":")[0] for one in statements}
        resources = await postgres.find_resources(self._db, caller.pool_id, namespace, codes)
        found = decision.authorized(statements, resources, with_denied=True)
        shown = found[page.offset : page.offset + page.size]
        reasons = [Reasoned(one, tuple(_reasons(one.code, said, holders, roles))) for one in shown]
        return Page(len(found), reasons)

    async def of_action(
        self, caller: Caller, user_id: str, resource: str, action: str, namespace: str = DEFAULT_NAMESPACE
    ) -> tuple[bool, Sequence[Reason]]:
        """What `AuthorizationService.is_allowed` answers, with every statement about this very action: denials, which
        beat the others, first. No statement: it is not allowed."""
        caller.require_administrator()
        check_text(resource, "resource")
        check_text(action, "action")
        holders = await self._holders(caller, user_id)
        roles = {held.role.id: held for held in await self._roles(caller, holders)}
        principals = [*holders, *(Principal(Target(TargetType.ROLE, role_id)) for role_id in roles)]
        said = await postgres_grants.statements_of(
            self._db, caller.pool_id, principals, namespace, decision.candidates(resource)
        )
        about = [(who, one) for who, one in said if decision.permits(one.actions, action)]
        reasons = _reasons(resource, about, holders, roles)
        return decision.decide([one for _, one in about], resource, action), reasons

    async def _holders(self, caller: Caller, user_id: str) -> dict[Principal, Source]:
        """The user, their groups, their departments and those above."""
        groups = await self._groups.list_of_user(caller, user_id)
        departments = await self._members.ancestors_of(caller, user_id)
        nodes = await org_rows.find_nodes(self._db, caller.pool_id, list(departments))
        found = {Principal(Target(TargetType.USER, user_id)): Source(TargetType.USER, user_id, "")}
        for group in groups:
            source = Source(TargetType.GROUP, group.code, group.name or group.code)
            found[Principal(Target(TargetType.GROUP, group.id))] = source
        for id_, direct in departments.items():
            name = nodes[id_].name if id_ in nodes else id_
            source = Source(TargetType.ORG, id_, name, direct)
            found[Principal(Target(TargetType.ORG, id_), direct)] = source
        return found

    async def _roles(self, caller: Caller, holders: Mapping[Principal, Source]) -> list[HeldRole]:
        named = {held_by: kind for kind, held_by in _HELD_BY.items()}
        targets = [role_model.Target(named[one.target.type], one.target.id) for one in holders]
        by_target = {one.target: source for one, source in holders.items()}
        through: dict[str, list[Source]] = defaultdict(list)
        roles: dict[str, role_model.Role] = {}
        for role, target in await role_rows.list_holdings(self._db, caller.pool_id, targets):
            roles[role.id] = role
            through[role.id].append(by_target[Target(_HELD_BY[target.type], target.id)])
        return [HeldRole(role, tuple(through[id_])) for id_, role in roles.items()]


def _reasons(
    code: str,
    said: Sequence[tuple[Principal, Statement]],
    holders: Mapping[Principal, Source],
    roles: Mapping[str, HeldRole],
) -> list[Reason]:
    """Denials first, as they beat the others."""
    found = []
    for principal, statement in said:
        if not decision.covers(statement.resource, code):
            continue
        held = roles.get(principal.target.id) if principal.target.type is TargetType.ROLE else None
        if held is not None:
            source = Source(TargetType.ROLE, held.role.code, held.role.name or held.role.code)
            found.append(Reason(statement, source, held.through))
        else:
            found.append(Reason(statement, holders[principal]))
    return sorted(found, key=lambda one: one.statement.effect is not Effect.DENY)
