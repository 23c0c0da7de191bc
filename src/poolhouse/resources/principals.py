"""The principals through which a user or target acts, and the translation of targets' names to ids and back."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.accounts.records import UserRecords
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import NotFound, RoleNotFound
from poolhouse.groups.service import GroupService
from poolhouse.orgs import postgres as org_rows
from poolhouse.orgs.members import DepartmentMembers
from poolhouse.orgs.service import OrgService
from poolhouse.resources import postgres_access
from poolhouse.resources.model import DEFAULT_NAMESPACE, Principal, Target, TargetName, TargetType
from poolhouse.roles import model as roles_model
from poolhouse.roles.service import RoleService

_HOLDERS = {TargetType.GROUP: roles_model.TargetType.GROUP, TargetType.ORG: roles_model.TargetType.NODE}


class Principals:
    def __init__(
        self,
        *,
        db: Database,
        users: UserRecords,
        groups: GroupService,
        roles: RoleService,
        orgs: OrgService,
        members: DepartmentMembers,
    ) -> None:
        self._db, self._users, self._groups, self._roles = db, users, groups, roles
        self._orgs, self._members = orgs, members

    async def effective_for_user(self, caller: Caller, user_id: str) -> list[Principal]:
        """The user, their groups, departments and those above, and every role in force for them.

        Needs no profile, so it serves users only a script knows too.
        """
        groups = await self._groups.list_of_user(caller, user_id)
        departments = await self._members.ancestors_of(caller, user_id)
        roles = await self._roles.list_of_user(caller, user_id, namespace=None)
        return [
            Principal(Target(TargetType.USER, user_id)),
            *(Principal(Target(TargetType.GROUP, group.id)) for group in groups),
            *(Principal(Target(TargetType.ORG, id_), direct) for id_, direct in departments.items()),
            *(Principal(Target(TargetType.ROLE, role.id)) for role in roles),
        ]

    async def effective_for(self, caller: Caller, target: Target) -> list[Principal]:
        """Through whom any target acts: a group and a department also through the roles they hold."""
        if target.type is TargetType.USER:
            return await self.effective_for_user(caller, target.id)
        found = [Principal(target)]
        if target.type is TargetType.ORG:
            nodes = await org_rows.find_nodes(self._db, caller.pool_id, [target.id])
            above = nodes[target.id].path[:-1] if target.id in nodes else ()
            found += [Principal(Target(TargetType.ORG, id_), direct=False) for id_ in above]
        for one in list(found):
            if one.target.type in _HOLDERS:
                holder = roles_model.Target(_HOLDERS[one.target.type], one.target.id)
                roles = await self._roles.list_of_target(caller, holder, namespace=None)
                found += [Principal(Target(TargetType.ROLE, role.id)) for role in roles]
        return list(dict.fromkeys(found))

    async def find(self, caller: Caller, name: TargetName, namespace: str) -> Target | None:
        """The target a caller named; None where there is none. Users are taken at their word."""
        if name.type is TargetType.USER:
            return Target(TargetType.USER, name.identifier)
        try:
            return (await self.resolve(caller, name.type, [name.identifier], namespace))[0]
        except NotFound:
            return None

    async def resolve(
        self, caller: Caller, type_: TargetType, identifiers: Sequence[str], namespace: str
    ) -> list[Target]:
        """Raises the NotFound of their kind when any is unknown.

        A role is looked for in `namespace`, then in the default one.
        """
        wanted = list(dict.fromkeys(identifiers))
        ids = await self._resolve_ids(caller, type_, wanted, namespace)
        return [Target(type_, ids[identifier]) for identifier in wanted]

    async def _resolve_ids(
        self, caller: Caller, type_: TargetType, wanted: list[str], namespace: str
    ) -> dict[str, str]:
        pool_id = caller.pool_id
        match type_:
            case TargetType.USER:
                await self._users.require_all(caller, wanted)
                return {user_id: user_id for user_id in wanted}
            case TargetType.ORG:
                await self._orgs.require_nodes(caller, wanted)
                return {node_id: node_id for node_id in wanted}
            case TargetType.GROUP:
                return await self._groups.ids_of_codes(caller, wanted)
            case TargetType.ROLE:
                found = await self._roles.ids_of_codes(self._db, pool_id, namespace, wanted)
                if namespace != DEFAULT_NAMESPACE and set(wanted) - set(found):
                    found = (
                        await self._roles.ids_of_codes(self._db, pool_id, DEFAULT_NAMESPACE, wanted) | found
                    )
                _require(wanted, found, RoleNotFound)
            case TargetType.AK_SK:
                known = await postgres_access.known_accounts(self._db, pool_id, wanted)
                found = {id_: id_ for id_ in known}
                _require(wanted, found, NotFound)
        return found


def _require(wanted: Sequence[str], found: dict[str, str], missing: type[NotFound]) -> None:
    if unknown := [one for one in wanted if one not in found]:
        raise missing(identifiers=unknown)
