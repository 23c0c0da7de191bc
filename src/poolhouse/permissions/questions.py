"""What somebody may do with data, and who may: the questions the rest is there for.

A question about one user costs the same few statements whatever is asked: through whom they act
(`resources.principals`), what is asked about, and what policies say of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import InvalidInput, InvalidOperation, ResourceNotFound, TooLarge
from poolhouse.permissions import decision, holders, paths, postgres_questions
from poolhouse.permissions import postgres_resources as resource_rows
from poolhouse.permissions.model import (
    ANY_ACTION,
    WHOLE,
    DataResource,
    Kind,
    NodeActions,
    NodeRow,
    ResourceActions,
    Statement,
)
from poolhouse.permissions.paths import ResourcePath
from poolhouse.resources.model import Effect, Target
from poolhouse.resources.namespaces import NamespaceService
from poolhouse.resources.principals import Principals
from poolhouse.texts import EMPTY, required_text

MOST_ASKED = 200
"""Resources of one question."""
MOST_ACTIONS = 50
MOST_STATEMENTS = 20_000
"""Of one answer, and as many nodes: who has more asks namespace by namespace or resource by resource."""
MOST_TOLD = 1_000_000
"""Actions over all nodes and users of one answer."""
MOST_COUNTED = 1_000_000
"""Users over all resources and actions of one answer, each time they are allowed or denied something."""


class DataPermissions:
    """Of a user nobody knows the answer is no: users of a company's own database are not asked for."""

    def __init__(self, *, db: Database, namespaces: NamespaceService, principals: Principals) -> None:
        self._db, self._namespaces, self._principals = db, namespaces, principals

    async def check(
        self,
        caller: Caller,
        user_id: str,
        namespace: str,
        resources: Sequence[str],
        action: str,
        *,
        kind: Kind | None = None,
    ) -> list[bool]:
        """Whether the user may, for each of `resources` (`resource` or `resource/node/...`), in their order.

        For an administrator, or for the user themself. No for what is not there, and for resources of another
        `kind` where one is given. Raises NamespaceNotFound.
        """
        required_text(action, "action", paths.LONGEST_PATH)
        asked = await self._asked(caller, user_id, namespace, resources, "resources")
        there, said = await self._said(caller, user_id, namespace, asked)
        return [
            one in there
            and kind in (None, there[one].kind)
            and decision.allows(_reaching(said, there[one], one), one.path, action, there[one].actions)
            for one in asked
        ]

    async def allowed_actions(
        self, caller: Caller, user_id: str, namespace: str, resources: Sequence[str]
    ) -> list[tuple[str, ...]]:
        """The same for every action: those the user may do, for each of `resources`."""
        asked = await self._asked(caller, user_id, namespace, resources, "resources")
        there, said = await self._said(caller, user_id, namespace, asked)
        return [
            decision.allowed_actions(_reaching(said, there[one], one), one.path, there[one].actions)
            if one in there
            else ()
            for one in asked
        ]

    async def check_children(
        self, caller: Caller, user_id: str, namespace: str, resource: str, codes: Sequence[str], action: str
    ) -> list[bool]:
        """Whether the user may, for each node of these codes that is directly below `resource`."""
        resource = resource.rstrip("/")
        if any("/" in code or not code.strip() for code in codes):
            raise InvalidInput("resourceNodeCodes", "应为单个节点的 Code", "expected codes of single nodes")
        _check_count(codes, "resourceNodeCodes")
        paths.resource_path(resource, "resource")  # of some length, before it is written out for every code
        return await self.check(caller, user_id, namespace, [f"{resource}/{code}" for code in codes], action)

    async def list_of_user(
        self, caller: Caller, user_id: str, namespaces: Sequence[str] | None = None
    ) -> list[ResourceActions]:
        """Everything the user may do, in these namespaces or (None) in all; by namespace and code.

        For an administrator, or for the user themself. Raises InvalidOperation where that is too much at once.
        """
        caller.require_user_or_administrator(user_id)
        held = await self._held(caller, user_id)
        statements = await postgres_questions.statements_for(
            self._db, caller.pool_id, held, namespaces=namespaces, limit=MOST_STATEMENTS + 1
        )
        if len(statements) > MOST_STATEMENTS:
            raise too_much()
        found = await self._spelled_out(caller, statements)
        return sorted(found, key=lambda one: (one.resource.namespace, one.resource.code))

    async def list_of_users(
        self, caller: Caller, user_ids: Sequence[str], namespaces: Sequence[str] | None = None
    ) -> dict[str, list[ResourceActions]]:
        """`list_of_user` of several, by their ids; what is told of them together is bounded, too."""
        found, told = {}, 0
        for user_id in user_ids:
            found[user_id] = await self.list_of_user(caller, user_id, namespaces)
            told += sum(len(node.actions) for one in found[user_id] for node in one.nodes)
            if told > MOST_TOLD:
                raise too_much()
        return found

    async def structure(self, caller: Caller, user_id: str, namespace: str, code: str) -> ResourceActions:
        """What the user may do with one resource; of a tree also the nodes on the way there, with no actions.

        Raises NamespaceNotFound, ResourceNotFound.
        """
        caller.require_user_or_administrator(user_id)
        await self._namespaces.require(self._db, caller.pool_id, namespace)
        there = await resource_rows.find(self._db, caller.pool_id, namespace, [code])
        if code not in there:
            raise ResourceNotFound(code=code, namespace=namespace)
        held = await self._held(caller, user_id)
        statements = await postgres_questions.statements_for(
            self._db, caller.pool_id, held, resource_ids=[there[code].id], limit=MOST_STATEMENTS + 1
        )
        if len(statements) > MOST_STATEMENTS:
            raise too_much()
        nodes = await resource_rows.nodes_of(self._db, caller.pool_id, [there[code].id])
        allowed = _actions_of(there[code], nodes[there[code].id], statements)
        return ResourceActions(allowed.resource, _with_parents(allowed.nodes, nodes[there[code].id]))

    async def list_users(
        self, caller: Caller, namespace: str, resources: Sequence[str], actions: Sequence[str]
    ) -> list[list[list[str]]]:
        """Ids of users who may, for each of `resources` and each of `actions`: allowed, and denied by nothing."""
        caller.require_administrator()
        if not actions:
            raise InvalidInput("actions", *EMPTY)
        if len(actions) > MOST_ACTIONS:
            raise TooLarge("actions", f"最多 {MOST_ACTIONS} 个", f"at most {MOST_ACTIONS}")
        await self._namespaces.get(caller, namespace)
        asked = _parsed(resources, "resources")
        there = await self._there(caller, namespace, asked)
        rows = await postgres_questions.targets_about(
            self._db,
            caller.pool_id,
            list({resource.id for resource in there.values()}),
            _candidates(there),
            MOST_STATEMENTS + 1,
        )
        if len(rows) > MOST_STATEMENTS:
            raise holders.too_many()
        users = await holders.users_of(self._db, caller.pool_id, list({target for target, _ in rows}))
        who = _Who(rows, users)
        return [
            [who.may(there[one], one.path, action) if one in there else [] for action in actions]
            for one in asked
        ]

    # -- inside ------------------------------------------------------------------------------------------

    async def _asked(
        self, caller: Caller, user_id: str, namespace: str, resources: Sequence[str], field: str
    ) -> list[ResourcePath]:
        caller.require_user_or_administrator(user_id)
        asked = _parsed(resources, field)
        await self._namespaces.require(self._db, caller.pool_id, namespace)
        return asked

    async def _held(self, caller: Caller, user_id: str) -> list[Target]:
        """Departments above count as their own: a policy given to one holds for everybody below."""
        principals = await self._principals.effective_for_user(caller, user_id)
        return list(dict.fromkeys(principal.target for principal in principals))

    async def _there(
        self, caller: Caller, namespace: str, asked: Sequence[ResourcePath]
    ) -> dict[ResourcePath, DataResource]:
        found = await resource_rows.existing(
            self._db, caller.pool_id, [(namespace, one.resource, one.path) for one in dict.fromkeys(asked)]
        )
        return {ResourcePath(code, path): resource for (_, code, path), resource in found.items()}

    async def _said(
        self, caller: Caller, user_id: str, namespace: str, asked: Sequence[ResourcePath]
    ) -> tuple[dict[ResourcePath, DataResource], dict[str, dict[str, list[Statement]]]]:
        """What of it is there, and by resource and path what is said that can reach the nodes asked for."""
        there = await self._there(caller, namespace, asked)
        about: dict[str, list[Statement]] = defaultdict(list)
        if there:
            held = await self._held(caller, user_id)
            statements = await postgres_questions.statements_for(
                self._db,
                caller.pool_id,
                held,
                resource_ids=list({resource.id for resource in there.values()}),
                paths=_candidates(there),
                limit=MOST_STATEMENTS + 1,
            )
            if len(statements) > MOST_STATEMENTS:
                raise too_much()
            for one in statements:
                about[one.resource_id].append(one)
        return there, {resource_id: decision.by_path(some) for resource_id, some in about.items()}

    async def _spelled_out(self, caller: Caller, statements: Sequence[Statement]) -> list[ResourceActions]:
        """Node by node, what these statements allow; of resources of which they allow anything."""
        about: dict[str, list[Statement]] = defaultdict(list)
        for one in statements:
            about[one.resource_id].append(one)
        allowing = [one for one in statements if one.effect is Effect.ALLOW]
        resources = await resource_rows.find_by_ids(self._db, caller.pool_id, about.keys())
        nodes = await resource_rows.nodes_of(
            self._db,
            caller.pool_id,
            list({one.resource_id for one in allowing if one.path == WHOLE}),
            list({(one.resource_id, one.path) for one in allowing if one.path != WHOLE}),
            MOST_STATEMENTS + 1,
        )
        if sum(map(len, nodes.values())) > MOST_STATEMENTS:
            raise too_much()
        found = [
            _actions_of(resources[id_], rows, about[id_]) for id_, rows in nodes.items() if id_ in resources
        ]
        return [one for one in found if one.nodes]


def _parsed(resources: Sequence[str], field: str) -> list[ResourcePath]:
    _check_count(resources, field)
    return [paths.resource_path(text, field) for text in resources]


def _check_count(asked: Sequence[str], field: str) -> None:
    if not asked:
        raise InvalidInput(field, *EMPTY)
    if len(asked) > MOST_ASKED:
        raise TooLarge(field, f"一次最多 {MOST_ASKED} 个", f"at most {MOST_ASKED} at once")


def _candidates(there: Collection[ResourcePath]) -> list[str]:
    """Of nodes that are there: a tree has few levels, but a text can name a thousand."""
    return list({path for one in there for path in decision.candidates(one.path)})


def _actions_of(
    resource: DataResource, nodes: Sequence[NodeRow], statements: Sequence[Statement]
) -> ResourceActions:
    """Of a tree its nodes, of anything else the one node it is.

    Nodes without a statement of their own, below the same ones that have some, are judged once.
    """
    indexed = decision.by_path(statements)
    known: dict[tuple[str, ...], tuple[str, ...]] = {}
    allowed = []
    for node in nodes:
        if (node.path == WHOLE) == (resource.kind is Kind.TREE):
            continue
        spoken_of = tuple(path for path in decision.candidates(node.path) if path in indexed)
        actions = None if node.path in indexed else known.get(spoken_of)
        if actions is None:
            reaching = decision.that_reach(indexed, node.path)
            actions = decision.allowed_actions(reaching, node.path, resource.actions)
            if node.path not in indexed:
                known[spoken_of] = actions
        if actions:
            allowed.append(NodeActions(node, actions))
    return ResourceActions(resource, tuple(allowed))


def _with_parents(allowed: Sequence[NodeActions], nodes: Sequence[NodeRow]) -> tuple[NodeActions, ...]:
    actions = {one.node.path: one.actions for one in allowed}
    needed = {path for one in allowed for path in decision.candidates(one.node.path)[1:]} | actions.keys()
    return tuple(NodeActions(node, actions.get(node.path, ())) for node in nodes if node.path in needed)


class _Who:
    """The users whom statements about some nodes allow or deny what they are about."""

    def __init__(self, rows: Sequence[tuple[Target, Statement]], users: dict[Target, set[str]]) -> None:
        self._said: dict[Statement, set[str]] = defaultdict(set)
        self._left = MOST_COUNTED
        for target, statement in rows:
            self._count(users[target])
            self._said[statement] |= users[target]

    def may(self, resource: DataResource, path: str, action: str) -> list[str]:
        """Allowed by any statement and denied by none: as `decision.allows` would say of each.

        Raises InvalidOperation where the answers together count too many.
        """
        if action not in resource.actions:
            return []
        allowed = self._users(Effect.ALLOW, resource, {WHOLE, path}, action)
        denied = self._users(Effect.DENY, resource, decision.candidates(path), action)
        return sorted(allowed - denied)

    def _users(self, effect: Effect, resource: DataResource, paths: Collection[str], action: str) -> set[str]:
        found = set[str]()
        for path in paths:
            for one in (action, ANY_ACTION):
                said = self._said.get(Statement(effect, resource.id, path, one), set())
                self._count(said)
                found |= said
        return found

    def _count(self, users: set[str]) -> None:
        self._left -= len(users)
        if self._left < 0:
            raise holders.too_many()


def _reaching(
    said: dict[str, dict[str, list[Statement]]], resource: DataResource, asked: ResourcePath
) -> list[Statement]:
    return decision.that_reach(said.get(resource.id, {}), asked.path)


def too_much() -> InvalidOperation:
    return InvalidOperation(
        "授权过多，请按权限空间或资源分别查询",
        "Too many grants for one answer: ask namespace by namespace, or resource by resource",
    )
