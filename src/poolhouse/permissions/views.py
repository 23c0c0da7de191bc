"""The view of everything: for each user each resource that is open to them, and through what.

It is made whole and then cut into pages, so it is for pools of some size only: see `MOST_ROWS`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.paging import Page, PageRequest
from poolhouse.permissions import decision, holders, postgres_policies, postgres_resources, postgres_views
from poolhouse.permissions.model import DataResource, Statement
from poolhouse.resources import postgres as namespace_rows
from poolhouse.resources.model import Effect, Namespace, Target, TargetType

MOST_ROWS = 20_000
"""Statements, gifts and rows; a pool with more asks user by user or resource by resource."""
MOST_JUDGED = 200_000
"""Statements over all different sets of policies, and users over all gifts."""


@dataclass(frozen=True, slots=True)
class NamedThing:
    id: str
    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class ViewRow:
    """`policies` speak about the resource, and came to the user by themself or through these."""

    user_id: str
    user_name: str | None
    namespace: Namespace
    resource: DataResource
    policies: tuple[NamedThing, ...]
    roles: tuple[NamedThing, ...]
    groups: tuple[NamedThing, ...]
    nodes: tuple[NamedThing, ...]


@dataclass(frozen=True, slots=True)
class _Given:
    """`by_user`: a user's policies, each with the targets it came through. `said`: policy -> resource -> what."""

    by_user: Mapping[str, Mapping[str, Collection[Target]]]
    said: Mapping[str, Mapping[str, Sequence[Statement]]]
    resources: Mapping[str, DataResource]


class PermissionView:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def list(self, caller: Caller, page: PageRequest, keyword: str | None = None) -> Page[ViewRow]:
        """By user, namespace and resource; `keyword` is part of a user's name.

        Raises InvalidOperation where there is more than `MOST_ROWS` of anything.
        """
        caller.require_administrator()
        given = await self._given(caller)
        users: Collection[str] = given.by_user
        if keyword:
            users = await postgres_views.users_named(self._db, caller.pool_id, list(users), keyword)
        rows = _rows(sorted(users), given)
        shown = await self._shown(caller, given, rows[page.offset : page.offset + page.size])
        return Page(len(rows), list(shown))

    async def _given(self, caller: Caller) -> _Given:
        pool_id, most = caller.pool_id, MOST_ROWS + 1
        gifts = await postgres_views.everything_given(self._db, pool_id, most)
        policy_ids = {policy_id for policy_id, _ in gifts}
        statements = await postgres_views.statements_of_policies(self._db, pool_id, policy_ids, most)
        if max(len(gifts), len(statements)) > MOST_ROWS:
            raise holders.too_many()
        members = await holders.users_of(self._db, pool_id, list({target for _, target in gifts}))
        by_user: dict[str, dict[str, set[Target]]] = defaultdict(lambda: defaultdict(set))
        if sum(len(members[target]) for _, target in gifts) > MOST_JUDGED:
            raise holders.too_many()
        for policy_id, target in gifts:
            for user_id in members[target]:
                by_user[user_id][policy_id].add(target)
        said: dict[str, dict[str, list[Statement]]] = defaultdict(lambda: defaultdict(list))
        for policy_id, statement in statements:
            said[policy_id][statement.resource_id].append(statement)
        ids = {statement.resource_id for _, statement in statements}
        return _Given(by_user, said, await postgres_resources.find_by_ids(self._db, pool_id, ids))

    async def _shown(
        self, caller: Caller, given: _Given, rows: Sequence[tuple[str, DataResource]]
    ) -> Sequence[ViewRow]:
        pool_id = caller.pool_id
        through = [_through(user_id, resource, given) for user_id, resource in rows]
        policy_ids = {policy_id for policies, _ in through for policy_id in policies}
        policies = await postgres_policies.find(self._db, pool_id, list(policy_ids))
        names = await postgres_views.target_names(
            self._db, pool_id, {target for _, targets in through for target in targets}
        )
        people = await postgres_views.user_names(self._db, pool_id, [user_id for user_id, _ in rows])
        codes = {resource.namespace for _, resource in rows}
        namespaces = await namespace_rows.find_namespaces(self._db, pool_id, codes)

        def named(targets: Collection[Target], type_: TargetType) -> tuple[NamedThing, ...]:
            some = sorted(target.id for target in targets if target.type is type_)
            return tuple(NamedThing(id_, *names[Target(type_, id_)]) for id_ in some)

        return [
            ViewRow(
                user_id,
                people.get(user_id),
                namespaces[resource.namespace],
                resource,
                tuple(NamedThing(id_, policies[id_].name) for id_ in sorted(ids) if id_ in policies),
                named(targets, TargetType.ROLE),
                named(targets, TargetType.GROUP),
                named(targets, TargetType.ORG),
            )
            for (user_id, resource), (ids, targets) in zip(rows, through, strict=True)
            if resource.namespace in namespaces
        ]


def _rows(user_ids: Sequence[str], given: _Given) -> list[tuple[str, DataResource]]:
    """Users with the same policies are judged once; how much is judged is bounded, too."""
    known: dict[frozenset[str], list[DataResource]] = {}
    rows: list[tuple[str, DataResource]] = []
    judged = 0
    for user_id in user_ids:
        policies = frozenset(given.by_user[user_id])
        if policies not in known:
            known[policies] = _open_to(policies, given)
            judged += sum(len(some) for one in policies for some in given.said.get(one, {}).values())
        rows += [(user_id, resource) for resource in known[policies]]
        if len(rows) > MOST_ROWS or judged > MOST_JUDGED:
            raise holders.too_many()
    return rows


def _open_to(policies: Collection[str], given: _Given) -> list[DataResource]:
    """By namespace and code, those of which anything is allowed when the denials have had their say."""
    about: dict[str, list[Statement]] = defaultdict(list)
    for policy_id in policies:
        for resource_id, statements in given.said.get(policy_id, {}).items():
            about[resource_id] += statements
    found = [
        resource
        for resource_id, statements in about.items()
        if (resource := given.resources.get(resource_id)) and _allows_anything(statements, resource)
    ]
    return sorted(found, key=lambda one: (one.namespace, one.code))


def _allows_anything(statements: Sequence[Statement], resource: DataResource) -> bool:
    indexed = decision.by_path(statements)
    paths = {one.path for one in statements if one.effect is Effect.ALLOW}
    return any(
        decision.allowed_actions(decision.that_reach(indexed, path), path, resource.actions) for path in paths
    )


def _through(user_id: str, resource: DataResource, given: _Given) -> tuple[set[str], set[Target]]:
    policies = given.by_user[user_id]
    ids = {policy_id for policy_id in policies if resource.id in given.said.get(policy_id, {})}
    return ids, {target for policy_id in ids for target in policies[policy_id]}
