"""The one decision: do these statements allow this action on that resource? Nothing here asks a database.

A resource is a path of segments joined by `:`. `books` and `books:*` are all books, `books:1` is one, `*` is
everything; `*` inside a segment or an action stands for any text. A denial beats whatever allows. A condition
cannot be judged here, so what depends on one is decided on the safe side: it does not allow, and it does deny.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from poolhouse.resources.model import AuthorizedResource, Effect, Resource, ResourceType, Statement


def decide(statements: Iterable[Statement], resource: str, action: str) -> bool:
    """Whether they allow it. The statements are those that hold for whoever asks, from wherever they come."""
    allowed = False
    for statement in statements:
        if not (covers(statement.resource, resource) and permits(statement.actions, action)):
            continue
        if statement.effect is Effect.DENY:
            return False
        allowed = allowed or not statement.condition
    return allowed


def covers(granted: str, asked: str) -> bool:
    """Whether a statement about `granted` speaks about all of `asked`."""
    pattern, segments = granted.split(":"), asked.split(":")
    if pattern[-1] == "*":
        pattern.pop()
    return len(pattern) <= len(segments) and all(map(_matches, pattern, segments))


def permits(actions: Sequence[str], action: str) -> bool:
    """No actions means the resource as such: any."""
    return not actions or any(_matches(one, action) for one in actions)


def candidates(asked: str) -> list[str]:
    """The spellings without `*` that cover `asked`, for an index: `a:b` is covered by `a` and `a:b`."""
    segments = asked.split(":")
    return [":".join(segments[:end]) for end in range(1, len(segments) + 1)]


def authorized(
    statements: Iterable[Statement],
    resources: Mapping[str, Resource],
    *,
    resource_type: ResourceType | None = None,
    with_denied: bool = False,
) -> list[AuthorizedResource]:
    """Everything the statements allow, by resource: what `decide` allows, and nothing it denies.

    `resources` gives type, declared actions and API path by code. An action pattern is spelled out by the
    declared actions where a denial takes some of them.
    """
    statements = list(statements)
    denials = [one for one in statements if one.effect is Effect.DENY]
    found: dict[tuple[str, str], AuthorizedResource] = {}
    for statement in statements:
        definition = resources.get(statement.resource) or resources.get(statement.resource.split(":")[0])
        kind = statement.resource_type or (definition.type if definition else None)
        if resource_type is not None and kind is not resource_type:
            continue
        if statement.effect is Effect.DENY:
            if with_denied:
                _merge(found, _authorized_resource(statement, definition, kind, statement.actions))
            continue
        left = _left(statement, definition, denials)
        if left is not None:
            _merge(found, _authorized_resource(statement, definition, kind, left))
    return sorted(found.values(), key=lambda one: (one.code, one.effect, repr(one.condition)))


def allowed_actions(statements: Sequence[Statement], resource: str) -> tuple[str, ...] | None:
    """The actions they allow on one resource; () is the resource as such, None is nothing at all."""
    denials = [one for one in statements if one.effect is Effect.DENY]
    kept: dict[str, None] = {}
    anything = False
    for statement in statements:
        if statement.effect is Effect.DENY or statement.condition or not covers(statement.resource, resource):
            continue
        left = _left(Statement(Effect.ALLOW, resource, statement.actions), None, denials)
        if left is not None:
            anything = True
            kept.update(dict.fromkeys(left))
    return tuple(kept) if anything else None


def _left(
    statement: Statement, definition: Resource | None, denials: Sequence[Statement]
) -> tuple[str, ...] | None:
    """The actions that remain when the denials have had their say; None when nothing does."""
    against = [one for one in denials if covers(one.resource, statement.resource)]
    if not against:
        return statement.actions
    if any(not one.actions for one in against):
        return None
    declared = [action.name for action in definition.actions] if definition else []
    actions: list[str] = []
    for action in statement.actions or ("*",):
        spelled_out = [name for name in declared if _matches(action, name)] if "*" in action else []
        actions += spelled_out or [action]
    kept = [name for name in actions if not any(permits(one.actions, name) for one in against)]
    return tuple(dict.fromkeys(kept)) or None


def _authorized_resource(
    statement: Statement, definition: Resource | None, kind: ResourceType | None, actions: tuple[str, ...]
) -> AuthorizedResource:
    return AuthorizedResource(
        code=statement.resource,
        type=kind,
        actions=actions,
        api_identifier=definition.api_identifier if definition else None,
        description=definition.description if definition else None,
        effect=statement.effect,
        condition=statement.condition,
    )


def _merge(found: dict[tuple[str, str], AuthorizedResource], one: AuthorizedResource) -> None:
    key = (one.code, f"{one.effect} {one.condition!r}")
    seen = found.get(key)
    if seen is None:
        found[key] = one
        return
    actions = tuple(dict.fromkeys(seen.actions + one.actions)) if seen.actions and one.actions else ()
    found[key] = AuthorizedResource(
        one.code,
        seen.type or one.type,
        actions,
        one.api_identifier,
        one.description,
        one.effect,
        one.condition,
    )


def _matches(pattern: str, text: str) -> bool:
    """By hand and in linear time: as a regular expression `*a*a*a*` would be a way to keep the server busy."""
    if "*" not in pattern:
        return pattern == text
    first, *middle, last = pattern.split("*")
    if len(first) + len(last) > len(text) or not (text.startswith(first) and text.endswith(last)):
        return False
    at, end = len(first), len(text) - len(last)
    for piece in middle:
        found = text.find(piece, at, end)
        if found < 0:
            return False
        at = found + len(piece)
    return True
