"""Hashes of passwords that come from elsewhere: of a known form, or one that the pool's `verifyPassword` judges.

A hash for `verifyPassword` is kept with its salt in one text, so that both come and go together:

    {verifyPassword}HASH    {verifyPassword:SALT}HASH    SALT in base64url

The same text is taken back wherever a hash is, as an export gives it.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass, field

from poolhouse.crypto import foreign
from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.texts import EMPTY, is_storable

LONGEST_SALT = 1024
"""Characters."""
MARK = "{verifyPassword"
_SEALED = re.compile(r"\{verifyPassword(?::([A-Za-z0-9_=-]*))?\}")
UNSALTED = "plain digest in hex"
"""The one form that does not tell how it was made."""


@dataclass(frozen=True, slots=True)
class StoredHash:
    """Of a password that the pool's `verifyPassword` judges."""

    hash: str = field(repr=False)
    salt: str | None = field(default=None, repr=False)


def sealed(kept: StoredHash) -> str:
    if not kept.salt:
        return f"{MARK}}}{kept.hash}"
    return f"{MARK}:{base64.urlsafe_b64encode(kept.salt.encode()).decode()}}}{kept.hash}"


def opened(stored: str) -> StoredHash | None:
    """None for what is not for the function."""
    found = _SEALED.match(stored) if stored.startswith(MARK) else None
    if found is None:
        return None
    try:
        salt = base64.urlsafe_b64decode(found[1] or "").decode()
    except (binascii.Error, ValueError):
        return None
    return StoredHash(stored[found.end() :], salt or None)


def accepted(stored: str, salt: str | None, *, function: bool, field: str = "password") -> str:
    """What to store of a hash. `function`: whether the pool has published `verifyPassword`, which judges what
    comes with a salt of its own, what no verifier here knows, and a bare digest, which does not tell how it was
    made. Everything else is verified here.

    Raises InvalidInput, naming the field, for what nobody could verify.
    """
    kept = opened(stored)
    if kept is not None and not function:
        zh = "该哈希须由用户池的 verifyPassword 函数校验，但该函数尚未发布"
        raise InvalidInput(field, zh, "this hash is for the pool's verifyPassword, which is not published")
    if salt and not function:
        zh = "单独的盐须由用户池的 verifyPassword 函数校验，但该函数尚未发布；也可写成 ALGORITHM$SALT$HEX"
        en = "a salt of its own is for the pool's verifyPassword, which is not published; or write ALGORITHM$SALT$HEX"
        raise InvalidInput("salt", zh, en)
    if kept is None:
        known = foreign.recognize(stored.strip()) if function else None
        if not function or (not salt and known is not None and known.name != UNSALTED):
            foreign.require(stored, field)
            return stored
        kept = StoredHash(stored, salt)
    elif salt:
        raise InvalidInput("salt", "该哈希已带有盐", "this hash has its salt in it")
    return sealed(_bounded(kept, field))


def _bounded(kept: StoredHash, field: str) -> StoredHash:
    for name, value, longest in (
        (field, kept.hash, foreign.LONGEST),
        ("salt", kept.salt or "", LONGEST_SALT),
    ):
        if len(value) > longest:
            raise TooLarge(name, f"长度不能超过 {longest}", f"must be at most {longest} characters")
        if not is_storable(value):
            raise InvalidInput(name, "含有非法字符", "contains a character outside its alphabet")
    if not kept.hash:
        raise InvalidInput(field, *EMPTY)
    return kept
