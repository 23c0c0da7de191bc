"""The one decision on data: do these statements allow this action on that node? Nothing here asks a database.

* An ALLOW speaks about the very node it names; one that names no node about all of the resource.
* A DENY speaks about its node and everything below, and beats whatever allows.
* `*` for an action stands for every action the resource declares. What it does not declare is not allowed.

Source: docs/decisions/0036-data-permissions.md
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from poolhouse.permissions.model import ANY_ACTION, WHOLE, Statement
from poolhouse.resources.model import Effect


def allows(statements: Collection[Statement], path: str, action: str, declared: Collection[str]) -> bool:
    """Of statements about one resource, which has the node. `declared`: the resource's actions."""
    about = [one for one in statements if speaks_about(one, path, action, declared)]
    return bool(about) and all(one.effect is Effect.ALLOW for one in about)


def speaks_about(statement: Statement, path: str, action: str, declared: Collection[str]) -> bool:
    """Whether it allows or denies this very action on this node."""
    return action in declared and statement.action in (action, ANY_ACTION) and reaches(statement, path)


def allowed_actions(statements: Collection[Statement], path: str, declared: Sequence[str]) -> tuple[str, ...]:
    """Those of `declared`, in their order, that are allowed on the node."""
    about = [one for one in statements if reaches(one, path)]
    given = {one.action for one in about if one.effect is Effect.ALLOW}
    taken = {one.action for one in about if one.effect is Effect.DENY}
    if not given or ANY_ACTION in taken:
        return ()
    return tuple(
        action for action in declared if (ANY_ACTION in given or action in given) and action not in taken
    )


def by_path(statements: Iterable[Statement]) -> dict[str, list[Statement]]:
    found: dict[str, list[Statement]] = {}
    for one in statements:
        found.setdefault(one.path, []).append(one)
    return found


def that_reach(statements: Mapping[str, Sequence[Statement]], path: str) -> list[Statement]:
    """Of statements by path those that can speak about this one, without looking at the others."""
    return [one for candidate in candidates(path) for one in statements.get(candidate, ())]


def reaches(statement: Statement, path: str) -> bool:
    """Whether it speaks about the node at `path`."""
    if statement.path in (WHOLE, path):
        return True
    return statement.effect is Effect.DENY and path.startswith(f"{statement.path}/")


def candidates(path: str) -> list[str]:
    """The paths of which a statement can reach this one: itself, all above it, and the resource as such."""
    codes = path.split("/") if path else []
    return [WHOLE, *("/".join(codes[:end]) for end in range(1, len(codes) + 1))]
