"""A connection's configuration at rest and as it is shown."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from poolhouse.crypto.secretbox import SecretBox
from poolhouse.errors import InvalidInput

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


def unmasked(given: Mapping[str, Any], stored: Mapping[str, Any], at: str = "fields") -> dict[str, Any]:
    """What is written when somebody sends back what they were shown: MASK keeps the stored value.

    Raises InvalidInput naming the field where no secret is stored: what was read of another connection has none of it.
    """
    return {name: _kept(f"{at}.{name}", name, value, stored.get(name)) for name, value in given.items()}


def _kept(at: str, name: str, value: Any, old: Any) -> Any:
    if isinstance(value, Mapping):
        return unmasked(value, old if isinstance(old, Mapping) else {}, at)
    if isinstance(value, list):
        before = old if isinstance(old, list) and len(old) == len(value) else [None] * len(value)
        return [_kept(at, name, one, was) for one, was in zip(value, before, strict=True)]
    if value != MASK or not _is_secret(name):
        return value
    if not old:
        raise InvalidInput(
            at,
            "这是代替密文的星号，这里没有可保留的值",
            "these are the stars in place of a secret, and there is none to keep",
        )
    return old


def _masked(name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return masked(value)
    if isinstance(value, list):
        return [_masked(name, item) for item in value]
    return MASK if value and _is_secret(name) else value


def _is_secret(name: str) -> bool:
    return name not in _SHOWN and _SECRET.search(name) is not None


def _place(pool_id: str, connection_id: str) -> str:
    return f"{pool_id}/identity_connections/fields/{connection_id}"
