"""What is made of an entry of a directory: its key, and what is kept of it."""

from __future__ import annotations

import uuid
from typing import Any

from poolhouse.federation.providers.ldap.messages import Entry
from poolhouse.federation.providers.ldap.outcomes import Failed
from poolhouse.federation.providers.ldap.settings import LONGEST_NAME
from poolhouse.texts import is_storable

LONGEST_VALUE = 4096
MOST_VALUES = 50


def key_of(entry: Entry, attribute: str) -> str:
    values = entry.attributes.get(attribute.lower(), ())
    if len(values) != 1 or not values[0]:
        raise Failed(
            "answer",
            f"条目的 {attribute} 应恰有一个值：请检查 uniqueAttribute 及读取权限",
            f"the entry must have one {attribute}: look at uniqueAttribute, and at who may read it",
        )
    [value] = values
    if attribute.lower() == "objectguid" and len(value) == 16:
        return str(uuid.UUID(bytes_le=value))
    try:
        key = value.decode()
    except UnicodeDecodeError:
        key = value.hex()
    if len(key) > LONGEST_NAME or not is_storable(key):
        raise Failed("answer", f"条目的 {attribute} 过长", f"the entry's {attribute} is too long")
    return key.lower() if attribute.lower() == "entryuuid" else key


def claims_of(entry: Entry) -> dict[str, Any]:
    """Text alone, and no picture."""
    claims: dict[str, Any] = {"dn": entry.dn[:LONGEST_VALUE]}
    for name, values in entry.attributes.items():
        texts = []
        for value in values[:MOST_VALUES]:
            try:
                text = value.decode()
            except UnicodeDecodeError:
                continue
            if len(text) <= LONGEST_VALUE and is_storable(text):
                texts.append(text)
        if texts:
            claims[name] = texts[0] if len(texts) == 1 else texts
    return claims
