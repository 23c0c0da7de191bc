"""Durations in words ("24 hours", "15 minutes"), for mails and messages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from poolhouse.errors import Lang

_UNITS: tuple[tuple[int, int, str, str], ...] = (
    (86_400, 2 * 86_400, "天", "day"),  # a single day is "24 hours": nobody asks which midnight is meant
    (3_600, 3_600, "小时", "hour"),
    (60, 60, "分钟", "minute"),
    (1, 0, "秒", "second"),
)
"""Its seconds, from how many seconds on it is used, and its names."""


def in_words(seconds: int, lang: Lang) -> str:
    """`24 小时`, `1 hour 30 minutes`, `7 days`: two units at most, never more than there is."""
    seconds = max(0, seconds)
    at = next(i for i, (_, least, _, _) in enumerate(_UNITS) if seconds >= least)
    parts: list[str] = []
    for unit_s, _, zh, en in _UNITS[at : at + 2]:
        count, seconds = divmod(seconds, unit_s)
        if count or not parts:
            parts.append(f"{count} {zh if lang == 'zh-CN' else en + ('' if count == 1 else 's')}")
    return " ".join(parts)


def wait_in_words(seconds: int, lang: Lang) -> str:
    """The same for a wait: never less than there is."""
    return in_words(seconds if seconds <= 60 else -(-seconds // 60) * 60, lang)
