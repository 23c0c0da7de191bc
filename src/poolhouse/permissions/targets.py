"""Whom a data policy is given to, as callers write them: users and departments by id, groups and roles by id or code.

The contract says ids; its answers about groups show none, so a code will do where nothing has such an id.
"""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import GroupNotFound, InvalidInput, NodeNotFound, NotFound, RoleNotFound
from poolhouse.groups import postgres as group_rows
from poolhouse.orgs import postgres as org_rows
from poolhouse.permissions.model import TARGET_TYPES
from poolhouse.resources.model import DEFAULT_NAMESPACE, Target, TargetType
from poolhouse.resources.principals import Principals
from poolhouse.roles import postgres as role_rows
from poolhouse.roles.model import RoleKey


class PolicyTargets:
    def __init__(self, db: Database, principals: Principals) -> None:
        self._db, self._principals = db, principals

    async def resolve(self, caller: Caller, named: Sequence[tuple[TargetType, str]]) -> list[Target]:
        """Each once; two statements a kind. Raises the NotFound of a kind when any is unknown."""
        found: dict[tuple[TargetType, str], Target] = {}
        for type_ in TARGET_TYPES:
            wanted = list(dict.fromkeys(identifier for kind, identifier in named if kind is type_))
            if wanted:
                ids = await self._ids(caller, type_, wanted)
                found |= {(type_, one): Target(type_, ids[one]) for one in wanted}
        if missing := [kind for kind, _ in named if kind not in TARGET_TYPES]:
            raise InvalidInput("targetType", f"不支持 {missing[0]}", f"{missing[0]} is none")
        return list(dict.fromkeys(found[one] for one in named))

    async def find(self, caller: Caller, type_: TargetType, identifier: str) -> Target:
        """To take something away: somebody who is gone is taken at their word."""
        try:
            return (await self.resolve(caller, [(type_, identifier)]))[0]
        except NotFound:
            return Target(type_, identifier)

    async def _ids(self, caller: Caller, type_: TargetType, wanted: Sequence[str]) -> dict[str, str]:
        pool_id = caller.pool_id
        match type_:
            case TargetType.GROUP:
                known = {one: one for one in await group_rows.known_ids(self._db, pool_id, wanted)}
                known |= await group_rows.ids_of_codes(self._db, pool_id, _others(wanted, known))
                _require(wanted, known, GroupNotFound)
            case TargetType.ROLE:
                known = {one: one for one in await role_rows.find_by_ids(self._db, pool_id, wanted)}
                keys = [RoleKey(code, DEFAULT_NAMESPACE) for code in _others(wanted, known)]
                by_code = await role_rows.find_many(self._db, pool_id, keys) if keys else {}
                known |= {key.code: role.id for key, role in by_code.items()}
                _require(wanted, known, RoleNotFound)
            case TargetType.ORG:
                known = {one: one for one in await org_rows.find_nodes(self._db, pool_id, wanted)}
                orgs = await org_rows.find_orgs(self._db, pool_id, _others(wanted, known))
                known |= {org_id: org.root.id for org_id, org in orgs.items()}
                _require(wanted, known, NodeNotFound)
            case _:
                targets = await self._principals.resolve(caller, type_, wanted, DEFAULT_NAMESPACE)
                known = {target.id: target.id for target in targets}
        return known


def _others(wanted: Sequence[str], known: dict[str, str]) -> list[str]:
    return [one for one in wanted if one not in known]


def _require(wanted: Sequence[str], known: dict[str, str], missing: type[NotFound]) -> None:
    if unknown := _others(wanted, known):
        raise missing(identifiers=unknown)
