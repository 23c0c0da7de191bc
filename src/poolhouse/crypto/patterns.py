"""Regular expressions that a pool's administrator writes: bounded before they are compiled, matched in a thread.

A repeat is unrolled when it is compiled, as often as its least count, so that nested repeats multiply: 25
characters can take minutes and gigabytes, and no time limit reaches into the compiler. What an expression
would be unrolled to is counted first, in one pass. The pass must read exactly what the compiler reads, so it
knows the constructs that JavaScript and Python share and refuses the others.
"""

from __future__ import annotations

import asyncio
import re

from poolhouse.aside import aside
from poolhouse.errors import InvalidInput

LONGEST_PATTERN = 1024
LONGEST_TEXT = 128
MAX_UNROLLED = 2000
MAX_OPEN_GROUPS = 20
MATCH_S = 0.05
"""How long matching may take: a password is refused when its rule takes longer."""

_GROUP = re.compile(
    r"\((?:(?![?*])|\?(?:[:=!>]|<[=!]|P?<[A-Za-z_]\w{0,31}>|[ims]{1,3}[:)]|P=\w{1,32}\)))", re.ASCII
)
_CLASS = re.compile(r"\[\^?\]?(?:[^\]\[\\]|\\.|\[(?!:))*+\]", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:[pP]\{[^}]{0,64}\}|.)", re.DOTALL)
_REPEAT = re.compile(r"(?:[*?]|(\+)|\{(\d{0,9})(?:,\d{0,9})?\})[?+]?", re.ASCII)


async def check_pattern(pattern: str, field: str = "pattern") -> None:
    """Raises InvalidInput naming `field` for what is no regular expression, or one that may cost too much."""
    _check_shape(pattern, field)
    await asyncio.to_thread(_compile, pattern, field)


def _compile(pattern: str, field: str) -> None:
    import regex  # by few, and not quick to import

    try:
        regex.compile(pattern)
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        raise InvalidInput(field, "正则表达式无效", "not a regular expression") from error


async def matches(pattern: str, text: str) -> bool:
    """Whether `pattern` is found in the first characters of `text`.

    False also when the time is up, or the expression is none. One match of an expression runs at a time, so
    that nobody's keeps more than one thread busy.
    """
    return await aside(f"pattern {pattern}", _search, pattern, text[:LONGEST_TEXT])


def _search(pattern: str, text: str) -> bool:
    import regex

    try:
        _check_shape(pattern, "pattern")
        return regex.search(pattern, text, timeout=MATCH_S, concurrent=True) is not None
    except (InvalidInput, TimeoutError, regex.error, OverflowError, RecursionError, ValueError):
        return False


def _check_shape(pattern: str, field: str) -> None:
    if len(pattern) > LONGEST_PATTERN:
        raise InvalidInput(field, "正则表达式过长", "the regular expression is too long")
    if _unrolled(pattern, field) > MAX_UNROLLED:
        raise InvalidInput(field, "正则表达式的重复过多", "the regular expression repeats too much")


def _unrolled(pattern: str, field: str) -> int:
    """How many steps `pattern` is compiled to, at most."""
    sizes = [0]  # of the groups open here
    last = 0  # the size of what a repeat would repeat
    at = 0
    while at < len(pattern):
        character = pattern[at]
        if character == ")":
            if len(sizes) == 1:
                raise _unreadable(field, at)
            last = sizes.pop() + 1
            sizes[-1] += last
            at += 1
            continue
        kind = {"(": _GROUP, "[": _CLASS, "\\": _ESCAPE}.get(character)
        if kind is None and character in "*+?{":
            kind = _REPEAT
        found = kind.match(pattern, at) if kind else None
        if kind and not found:
            raise _unreadable(field, at)
        at = found.end() if found else at + 1
        if found and kind is _GROUP and not found.group().endswith(")"):
            sizes.append(0)
            last = 0
            if len(sizes) > MAX_OPEN_GROUPS:
                raise InvalidInput(field, "正则表达式嵌套过深", "the regular expression is nested too deeply")
        elif found and kind is _REPEAT:
            grown = last * (int(found[2] or 0) if found[1] is None else 1)
            sizes[-1] += grown
            last += grown
        else:
            last = 1
            sizes[-1] += 1
    if len(sizes) > 1:
        raise _unreadable(field, len(pattern))
    return sizes[0]


def _unreadable(field: str, at: int) -> InvalidInput:
    return InvalidInput(
        field,
        f"正则表达式第 {at + 1} 个字符处的写法不受支持",
        f"the regular expression is not understood at character {at + 1}",
    )
