"""Through what somebody has each permission on data: which policy says it, and how that policy is theirs.

Decides nothing beside `decision`: a permission is shown as it was said, with whether a denial of theirs overrules it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.paging import Page, PageRequest
from poolhouse.permissions import decision, postgres_questions
from poolhouse.permissions.model import ANY_ACTION, Said, Statement
from poolhouse.permissions.paths import Permission
from poolhouse.permissions.questions import MOST_STATEMENTS, too_much
from poolhouse.resources.model import Effect
from poolhouse.resources.reasons import AccessReasons, Source


@dataclass(frozen=True, slots=True)
class DataReason:
    """A policy that says it, and on whom it is. `role_through`: of a role, how it is theirs."""

    policy_id: str
    policy_name: str
    source: Source
    role_through: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class ReasonedPermission:
    """`overruled`: one that allows, all of which a denial takes away."""

    permission: Permission
    effect: Effect
    overruled: bool
    reasons: tuple[DataReason, ...]


class DataReasons:
    def __init__(self, db: Database, access: AccessReasons) -> None:
        self._db, self._access = db, access

    async def of(
        self, caller: Caller, user_id: str, page: PageRequest, namespaces: Sequence[str] | None = None
    ) -> Page[ReasonedPermission]:
        """What every data policy of theirs says, in these namespaces or (None) in all, by namespace, resource and
        node; denials first. For administrators; of an unknown user nothing. Raises InvalidOperation where it is too
        much at once."""
        caller.require_administrator()
        ways = await self._access.ways(caller, user_id)
        rows = await postgres_questions.said_to(
            self._db, caller.pool_id, ways.targets, namespaces=namespaces, limit=MOST_STATEMENTS + 1
        )
        if len(rows) > MOST_STATEMENTS:
            raise too_much()
        said: dict[tuple[str, str, Statement], list[Said]] = defaultdict(list)
        for row in rows:
            said[row.namespace, row.resource, row.statement].append(row)
        denied = _denied(statement for _, _, statement in said)
        order = sorted(said, key=_place)
        shown = [
            ReasonedPermission(
                Permission(namespace, resource, statement.path, statement.action),
                statement.effect,
                _is_overruled(statement, denied),
                tuple(
                    DataReason(one.policy_id, one.policy_name, *ways.of(one.target))
                    for one in said[namespace, resource, statement]
                ),
            )
            for namespace, resource, statement in order[page.offset : page.offset + page.size]
        ]
        return Page(len(order), shown)


def _place(key: tuple[str, str, Statement]) -> tuple[str, str, str, bool, str]:
    namespace, resource, statement = key
    return namespace, resource, statement.path, statement.effect is Effect.ALLOW, statement.action


Denied = Mapping[tuple[str, str], set[str]]
"""Actions that are denied, by resource and path."""


def _denied(statements: Iterable[Statement]) -> Denied:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in statements:
        if one.effect is Effect.DENY:
            found[one.resource_id, one.path].add(one.action)
    return found


def _is_overruled(statement: Statement, denied: Denied) -> bool:
    """Whether a denial of the same action, or of any, is about its node or one above it."""
    if statement.effect is Effect.DENY:
        return False
    return any(
        not {ANY_ACTION, statement.action}.isdisjoint(denied.get((statement.resource_id, path), ()))
        for path in decision.candidates(statement.path)
    )
