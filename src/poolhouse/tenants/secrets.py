"""A connection's configuration at rest and as it is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from poolhouse.crypto.secretbox import SecretBox

MASK = "********"
_SECRET = re.compile(
    r"secret|passw|private|token|credential|(api|access|encrypt|signing)_?key\b", re.IGNORECASE
)
_SHOWN = frozenset({"tokenEndPoint", "tokenAuthMethod", "codeToTokenScript", "tokenToUserInfoScript"})
"""No secrets, whatever their names say."""
_SCRIPT = re.compile(r"Script\Z")


def seal(fields: Mapping[str, Any], pool_id: str, connection_id: str, box: SecretBox) -> bytes:
    return box.encrypt(msgspec.json.encode(fields).decode(), _place(pool_id, connection_id))


def unseal(sealed: bytes, pool_id: str, connection_id: str, box: SecretBox) -> dict[str, Any]:
    fields: dict[str, Any] = msgspec.json.decode(box.decrypt(sealed, _place(pool_id, connection_id)))
    return fields


def masked(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Values whose name says secret, at any depth, are MASK; empty ones stay empty."""
    return {name: _masked(name, value) for name, value in fields.items()}


def for_log(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The same without scripts, in whose text people write secrets down."""
    shown = masked(fields)
    return {name: MASK if value and _SCRIPT.search(name) else value for name, value in shown.items()}


def unmasked(given: Mapping[str, Any], stored: Mapping[str, Any]) -> dict[str, Any]:
    """What is written when somebody sends back what they were shown: MASK keeps the stored value."""
    merged: dict[str, Any] = {}
    for name, value in given.items():
        old = stored.get(name)
        if value == MASK and name in stored:
            merged[name] = old
        elif isinstance(value, Mapping):
            merged[name] = unmasked(value, old if isinstance(old, Mapping) else {})
        else:
            merged[name] = value
    return merged


def _masked(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return masked(value)
    if isinstance(value, list):
        return [_masked(name, item) for item in value]
    return MASK if value and name not in _SHOWN and _SECRET.search(name) else value


def _place(pool_id: str, connection_id: str) -> str:
    return f"{pool_id}/identity_connections/fields/{connection_id}"
