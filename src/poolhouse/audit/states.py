"""What an act changed: the parts of a thing that differ before and after it, as its row of the log keeps them.

Every domain gives its own records (`Event.before`, `Event.after`); what is a secret, how long a text may be and what is
left out is decided here alone. Decision: docs/decisions/0075-before-and-after.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any

import msgspec

HIDDEN = "***"
LONGEST = 300
"""Characters of a text, and of a list that is shown as one."""
MOST_ITEMS = 30
DEEPEST = 4
_SECRET = re.compile(
    r"(^|_)(secret|password|passwd|pwd|passphrase|salt|hash|token|credentials?"
    r"|(private|secret|api|access|signing|encryption)_?key)\Z|(^|_)hash_",
    re.IGNORECASE,
)
_BESIDE = frozenset({"pool_id", "created_at", "updated_at"})
"""Known of the row itself, or of no interest beside its time."""
_ABSENT = object()


class Secret:
    """A value that is compared and never shown. Of one that is only known to have changed: `Secret(0)`, `Secret(1)`."""

    def __init__(self, value: object) -> None:
        self._value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    __hash__ = None  # type: ignore[assignment]


def difference(before: object, after: object) -> dict[str, dict[str, Any]]:
    """`{"before": ..., "after": ...}`: what differs of two states, each a dataclass, a Struct, a mapping or None.

    Secrets are HIDDEN: fields of dataclasses with `repr=False`, those that a Struct names in `SECRETS`, bytes, and
    texts whose name says so.
    """
    old, new = _parts(before), _parts(after)
    sides: tuple[dict[str, Any], dict[str, Any]] = ({}, {})
    _compare(old, new, *sides, depth=0)
    return {"before": sides[0], "after": sides[1]}


def _compare(
    old: Mapping[str, Any], new: Mapping[str, Any], left: dict[str, Any], right: dict[str, Any], *, depth: int
) -> None:
    for name in dict.fromkeys([*old, *new]):
        one, other = old.get(name, _ABSENT), new.get(name, _ABSENT)
        if one == other:
            continue
        if isinstance(one, dict) and isinstance(other, dict) and depth < DEEPEST:
            left[name], right[name] = {}, {}
            _compare(one, other, left[name], right[name], depth=depth + 1)
            continue
        for value, side in ((one, left), (other, right)):
            if value is not _ABSENT:
                side[name] = _shown(value)


def _parts(state: object) -> dict[str, Any]:
    if state is None:
        return {}
    if is_dataclass(state) and not isinstance(state, type):
        found = {one.name: (getattr(state, one.name), not one.repr) for one in fields(state)}
    elif isinstance(state, msgspec.Struct):
        secrets = getattr(type(state), "SECRETS", ())
        found = {name: (getattr(state, name), name in secrets) for name in state.__struct_fields__}
    elif isinstance(state, Mapping):
        found = {str(name): (value, False) for name, value in state.items()}
    else:
        raise TypeError(f"no state of a thing: {type(state).__name__}")
    return {
        name: _plain(name, value, hidden=hidden)
        for name, (value, hidden) in found.items()
        if name not in _BESIDE
    }


def _plain(name: str, value: object, *, hidden: bool = False) -> Any:
    """What can be compared and written, with what is to be hidden as a Secret."""
    if isinstance(value, Secret):
        return value
    if isinstance(value, Mapping | msgspec.Struct) or is_dataclass(value):
        inner = _parts(value)
        return {key: Secret(one) for key, one in inner.items()} if hidden else inner
    if value is None or (isinstance(value, bool | int | float) and not hidden):
        return value
    if (
        hidden
        or isinstance(value, bytes | bytearray)
        or (isinstance(value, str) and _SECRET.search(_snake(name)))
    ):
        return Secret(value) if value else value
    if isinstance(value, set | frozenset):
        value = sorted(value, key=str)
    if isinstance(value, list | tuple):
        return [_plain(name, one) for one in value]
    return value if isinstance(value, str) else msgspec.to_builtins(value, enc_hook=str)


def _shown(value: Any) -> Any:
    if isinstance(value, Secret):
        return HIDDEN
    if isinstance(value, dict):
        return {key: _shown(one) for key, one in value.items()}
    if isinstance(value, list):
        more = [f"+{len(value) - MOST_ITEMS}"] if len(value) > MOST_ITEMS else []
        return [_shown(one) for one in value[:MOST_ITEMS]] + more
    if isinstance(value, str) and len(value) > LONGEST:
        return value[:LONGEST] + "…"
    return value


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name)
