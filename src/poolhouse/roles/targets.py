"""Those who are given a role, as callers name them: users by id, groups by code, departments by either."""

from __future__ import annotations

from collections.abc import Sequence

from poolhouse.caller import Caller
from poolhouse.errors import NodeNotFound
from poolhouse.groups.service import GroupService
from poolhouse.orgs.service import OrgService
from poolhouse.roles.model import Target, TargetType


class RoleTargets:
    def __init__(self, groups: GroupService, orgs: OrgService) -> None:
        self._groups, self._orgs = groups, orgs

    async def named(
        self,
        caller: Caller,
        *,
        users: Sequence[str] = (),
        groups: Sequence[str] = (),
        nodes: Sequence[str] = (),
        node_codes: Sequence[str] = (),
    ) -> list[Target]:
        """Ids are taken at their word: `RoleService` asks whether they exist. A code may be of departments in
        several organizations, and then means all of them. Raises GroupNotFound, NodeNotFound.
        """
        caller.require_administrator()
        targets = [Target(TargetType.USER, user_id) for user_id in users]
        if groups:
            known = await self._groups.ids_of_codes(caller, groups)
            targets += [Target(TargetType.GROUP, known[code]) for code in groups]
        targets += [Target(TargetType.NODE, node_id) for node_id in nodes]
        if node_codes:
            found = await self._orgs.find_nodes_by_code(caller, node_codes)
            if missing := set(node_codes) - {node.code for node in found}:
                raise NodeNotFound(code=min(missing))
            targets += [Target(TargetType.NODE, node.id) for node in found]
        return targets
