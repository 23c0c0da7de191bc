"""E-mail addresses: the form of one, and the one spelling that is kept and looked up.

Nothing here asks the network whether an address exists. Decision: docs/decisions/0022-email-addresses.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from functools import lru_cache
from importlib import import_module

from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, ValidatedEmail, validate_email

from poolhouse.errors import EmailMalformed
from poolhouse.texts import trimmed

LONGEST = 254
"""Characters and octets: RFC 5321's path without its brackets."""
LONGEST_LOCAL = 64
"""Octets before the @ (RFC 5321 4.5.3.1.1)."""
SPECIAL = frozenset(SPECIAL_USE_DOMAIN_NAMES)
"""Names no public mail server is under (RFC 6761, 6762): `local`, `test` and the like."""
_PLAIN_LOCAL = re.compile(r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*\Z")
"""Before the @, what RFC 5322 3.2.3 allows without quotes, in lower case."""
SPECIAL_USE_DOMAIN_NAMES.clear()  # as the library's documentation has it; `_validated` judges them by setting


def load_tables() -> None:
    """What addresses outside of ASCII are read by. It takes a tenth of a second, which nobody should wait for."""
    import_module("idna.uts46data")


def stored(text: str) -> str:
    """As an address is kept and looked up: NFC, no blanks around it, lower case, its domain in its own script.

    What has not the form of an address is folded alike, for those who may keep any text.
    """
    folded = _folded(text)
    if _is_plain(folded):
        return folded
    validated = _validated(folded, SPECIAL)
    return _spelling(validated) if validated else folded


def checked(text: str, field: str = "email", special: Collection[str] = ()) -> str:
    """`stored`, of `local@domain`: no display name, no quotes, no address literal, one address.

    `special`: which of SPECIAL an address may be under. Raises EmailMalformed.
    """
    folded = _folded(text)
    if _is_usual(folded, special):
        return folded
    validated = _validated(folded, special)
    if validated is None:
        raise EmailMalformed(field)
    return folded if _is_plain(folded) else _spelling(validated)


def is_address(text: str | None) -> bool:
    """Whether mail can be sent there, here or on an intranet."""
    return bool(text) and _validated(trimmed(text or ""), SPECIAL) is not None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", trimmed(text).lower())


def _is_plain(folded: str) -> bool:
    """Whether an address is its own spelling: the library has nothing to translate in it."""
    return folded.isascii() and "xn--" not in folded


def _is_usual(folded: str, special: Collection[str]) -> bool:
    """Whether an address is good at a glance: many share a domain, which costs most to judge. False says nothing."""
    local, _, domain = folded.rpartition("@")
    if len(folded) > LONGEST or len(local) > LONGEST_LOCAL or not _is_plain(folded):
        return False
    return _PLAIN_LOCAL.match(local) is not None and _domain_is_address(domain, frozenset(special))


@lru_cache(4096)
def _domain_is_address(domain: str, special: frozenset[str]) -> bool:
    return _validated(f"a@{domain}", special) is not None


def _spelling(validated: ValidatedEmail) -> str:
    return unicodedata.normalize("NFC", validated.normalized.lower())


def _validated(text: str, special: Collection[str]) -> ValidatedEmail | None:
    if len(text) > LONGEST:
        return None
    try:
        validated = validate_email(text, check_deliverability=False)
    except EmailNotValidError:
        return None
    top = validated.ascii_domain.rpartition(".")[2]
    if len(validated.local_part.encode()) > LONGEST_LOCAL or (top in SPECIAL and top not in special):
        return None
    return validated
