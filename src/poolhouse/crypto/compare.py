"""Comparing secrets: in constant time, and an empty one fits nothing, not even another empty one."""

from __future__ import annotations

import hmac


def same_secret(expected: str, given: str) -> bool:
    """Both are compared whole whatever they hold: how long it takes tells nothing of `expected`."""
    fits = hmac.compare_digest(expected.encode(errors="replace"), given.encode(errors="replace"))
    return fits and given != ""
