"""How strong a password must be (the pool's policy), and how strong it looks (the display scale).

Two different scales: docs/contract/users.md#password-strength.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from typing import Literal

from poolhouse.crypto import patterns
from poolhouse.errors import WeakPassword

Strength = Literal["none", "low", "medium", "high", "custom"]

LONGEST_PASSWORD = 1024

_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")
_SYMBOL = re.compile(r"[^\w\s]|_")


@dataclass(frozen=True, slots=True)
class PasswordPolicy:
    """`pattern` and its messages belong to `custom`. Any non-empty password satisfies `none`."""

    strength: Strength = "none"
    pattern: str | None = None
    message_zh: str | None = None
    message_en: str | None = None

    async def check(self, password: str) -> None:
        """Raises WeakPassword with a sentence for the person who chose it."""
        if not password:
            raise WeakPassword("password", "密码不能为空", "the password must not be empty")
        if len(password) > LONGEST_PASSWORD:
            raise WeakPassword("password", "密码过长", "the password is too long")
        if self.strength == "custom":
            await self._check_pattern(password)
        elif self.strength != "none":
            self._check_kinds(password)

    async def _check_pattern(self, password: str) -> None:
        if self.pattern is not None and not await patterns.matches(self.pattern, password):
            zh = self.message_zh or "密码不符合要求"
            raise WeakPassword("password", zh, self.message_en or self.message_zh or "pattern not met")

    def _check_kinds(self, password: str) -> None:
        if len(password) < 6:
            raise WeakPassword("password", "密码长度不能少于 6 位", "at least 6 characters are needed")
        wanted = {"low": 0, "medium": 2, "high": 3}[self.strength]
        if sum(bool(kind.search(password)) for kind in (_LETTER, _DIGIT, _SYMBOL)) < wanted:
            raise WeakPassword(
                "password",
                f"密码须包含字母、数字、符号中的至少 {wanted} 种",
                f"at least {wanted} of letters, digits and symbols are needed",
            )


def generated_password() -> str:
    """One nobody guesses, which satisfies every level; a pattern of the pool's own is not asked."""
    return f"{secrets.token_urlsafe(15)}-a1"


def security_level(password: str) -> int:
    """The official client's `computedPasswordSecurityLevel`: 3 high, 2 middle, 1 low."""
    lower, upper = re.search(r"[a-z]", password), re.search(r"[A-Z]", password)
    digit = re.search(r"\d", password)
    if len(password) >= 12 and lower and upper and digit:
        return 3
    return 2 if len(password) >= 8 and (lower or upper) and digit else 1
