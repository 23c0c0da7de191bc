"""The name that is typed before something is destroyed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

PERSON = ("name", "nickname", "username", "email", "phone")
"""What a user is called by: the first that they have."""
_ANYTHING = (
    *(*PERSON, "appName", "organizationName", "policyName", "resourceName", "displayName"),
    *("code", "resourceCode", "userId"),
)


def called(thing: Mapping[str, Any] | None) -> str:
    """What a person knows it by; "" for nothing."""
    return next((str(thing[key]) for key in _ANYTHING if thing.get(key)), "") if thing else ""


def name_to_type(thing: Mapping[str, Any], keys: Sequence[str]) -> str:
    """The first of its names under `keys`; "" for none. Its spaces are as a page shows them, so that what is seen can
    be typed."""
    return next((name for key in keys if (name := _seen(thing.get(key)))), "")


def is_named(form: Mapping[str, str], *names: str) -> bool:
    """Whether one of them was typed: a name, or the id for what has a name that nobody can type."""
    typed = _seen(form.get("confirm"))
    return bool(typed) and typed in map(_seen, names)


def _seen(text: Any) -> str:
    return " ".join(str(text or "").split())
