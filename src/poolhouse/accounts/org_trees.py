"""Laying a tree of names and people over an organization: what is missing is made, what is there is kept."""

from __future__ import annotations

from dataclasses import dataclass, field

from poolhouse.accounts.records import UserRecords, Vetted
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Tx
from poolhouse.errors import IdentifierRequired, InvalidInput
from poolhouse.ids import new_id
from poolhouse.orgs import postgres, postgres_members
from poolhouse.orgs.service import DEEPEST, check_values
from poolhouse.users.model import KeyKind, User, UserDraft, UserKey

LARGEST_TREE, MOST_PEOPLE = 1000, 1000
_KEYS: tuple[KeyKind, ...] = ("username", "email", "phone")


@dataclass(frozen=True, slots=True)
class NamedTree:
    """A department by its name among its siblings, and who is in it, each with a username, email or phone."""

    name: str
    people: tuple[UserDraft, ...] = ()
    children: tuple[NamedTree, ...] = ()


@dataclass(slots=True)
class Merged:
    """How many of each were made, and how many were there already."""

    departments_added: int = 0
    departments_kept: int = 0
    users_added: int = 0
    users_updated: int = 0


@dataclass(frozen=True, slots=True)
class _Known:
    """The tree so far: id by (parent, name), and the way from the root to each."""

    ids: dict[tuple[str | None, str], str] = field(default_factory=dict)
    paths: dict[str, tuple[str, ...]] = field(default_factory=dict)
    people: dict[int, tuple[str | None, Vetted]] = field(default_factory=dict)
    """By the identity of a draft in the tree: whose it is, or None for somebody new."""


class DepartmentTrees:
    def __init__(self, db: Database, users: UserRecords, audit: AuditLog) -> None:
        self._db, self._users, self._audit = db, users, audit

    async def merge(self, caller: Caller, tree: NamedTree, tenant_id: str | None = None) -> Merged:
        """`tree` is an organization: the oldest whose root has this name, or a new one. All or nothing.

        Raises IdentifierRequired for somebody without any name, and what users' and nodes' fields refuse.
        """
        caller.require_administrator()
        _check_size(tree)
        merged = Merged()
        known = _Known(people={id(draft): await self._vetted(caller, draft) for draft in _people_of(tree)})
        async with self._db.transaction() as tx:
            org_id = await postgres.org_by_root_name(tx, caller.pool_id, tree.name, tenant_id)
            if org_id is None:
                org_id = new_id()
                root_id = new_id()
                await postgres.insert_org(tx, caller.pool_id, org_id, root_id, tenant_id)
                await self._add(tx, caller, org_id, known, None, root_id, tree.name)
                merged.departments_added += 1
            else:
                await postgres.lock_org(tx, caller.pool_id, org_id)
                for node in await postgres.nodes_of_orgs(tx, caller.pool_id, [org_id]):
                    known.ids.setdefault((node.parent_id, node.name), node.id)
                    known.paths[node.id] = node.path
                merged.departments_kept += 1
            await self._lay(tx, caller, org_id, known, known.ids[None, tree.name], tree, merged)
            await self._audit.write(tx, caller, Event("import", "org", org_id, detail={"name": tree.name}))
        return merged

    async def _lay(
        self,
        tx: Tx,
        caller: Caller,
        org_id: str,
        known: _Known,
        node_id: str,
        tree: NamedTree,
        merged: Merged,
    ) -> None:
        for draft in tree.people:
            user = await self._put_user(tx, caller, *known.people[id(draft)], merged)
            await postgres_members.add(tx, caller.pool_id, node_id, [user.id])
        for child in tree.children:
            child_id = known.ids.get((node_id, child.name))
            if child_id is None:
                child_id = new_id()
                await self._add(tx, caller, org_id, known, node_id, child_id, child.name)
                merged.departments_added += 1
            else:
                merged.departments_kept += 1
            await self._lay(tx, caller, org_id, known, child_id, child, merged)

    async def _add(
        self,
        tx: Tx,
        caller: Caller,
        org_id: str,
        known: _Known,
        parent_id: str | None,
        node_id: str,
        name: str,
    ) -> None:
        path = (*(known.paths[parent_id] if parent_id else ()), node_id)
        closure = [(above, node_id, distance) for distance, above in enumerate(path[::-1])]
        row: postgres.NodeRow = (node_id, parent_id, len(path) - 1, check_values({"name": name}, new=True))
        await postgres.insert_nodes(tx, caller.pool_id, org_id, [row], closure)
        known.ids[parent_id, name] = node_id
        known.paths[node_id] = path

    async def _vetted(self, caller: Caller, draft: UserDraft) -> tuple[str | None, Vetted]:
        """Before the transaction: an old database may be asked who somebody is."""
        keys = _keys_of(draft)
        if not keys:
            raise IdentifierRequired("members")
        for key in keys:
            if (found := await self._users.find(caller, key)) is not None:
                return found.id, await self._users.vet(caller, draft, found.id, vouched=True)
        return None, await self._users.vet(caller, draft, vouched=True)

    async def _put_user(
        self, tx: Tx, caller: Caller, user_id: str | None, vetted: Vetted, merged: Merged
    ) -> User:
        if user_id is not None:
            merged.users_updated += 1
            return await self._users.apply(tx, caller, user_id, vetted)
        user = await self._users.create(tx, caller, vetted)
        merged.users_added += 1
        await self._audit.write(
            tx,
            caller,
            Event(
                "create", "user", user.id, user_id=user.id, user_name=user.display_name, detail={"by": "tree"}
            ),
        )
        return user


def _keys_of(draft: UserDraft) -> list[UserKey]:
    country = draft.values.get("phone_country_code")
    return [
        UserKey(kind, draft.values[kind], country if kind == "phone" else None)
        for kind in _KEYS
        if draft.values.get(kind)
    ]


def _people_of(tree: NamedTree) -> list[UserDraft]:
    found: list[UserDraft] = []
    waiting = [tree]
    while waiting:
        part = waiting.pop()
        found += part.people
        waiting += part.children
    return found


def _check_size(tree: NamedTree) -> None:
    """Also that two people of one tree are two."""
    departments = people = 0
    seen: set[tuple[str, str]] = set()
    waiting = [(tree, 0)]
    while waiting:
        part, depth = waiting.pop()
        departments, people = departments + 1, people + len(part.people)
        if departments > LARGEST_TREE or people > MOST_PEOPLE or depth >= DEEPEST:
            raise InvalidInput("children", "组织树过大", "the tree is too large")
        for draft in part.people:
            for key in _keys_of(draft):
                if (key.kind, key.stored) in seen:
                    raise InvalidInput("members", "同一成员出现多次", "a user is listed twice")
                seen.add((key.kind, key.stored))
        waiting += [(child, depth + 1) for child in part.children]
