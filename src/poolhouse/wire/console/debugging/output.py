"""What a script said, made harmless and bounded: a page shows no more of it than a person reads."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from poolhouse.customdb.redaction import Redactor

LONGEST = 64 * 1024
"""Bytes of UTF-8 of a result, and of the console."""
MADE = 4 * LONGEST
"""Characters that are looked through: so that a secret which straddles the cut is whole, however it is spelled."""
LONGEST_SAID = 4_096
"""Characters of an error's name and message, and of a warning."""
MOST_WARNINGS = 20
DEEPEST_INDENT = 24
"""Levels that are set in; a value that is deeper is shown as deep."""
_PLACE = re.compile(r"\b(\w{1,64})\.js:(\d{1,7})\b")
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Text:
    text: str
    is_cut: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """One run. `line` of the source where the error was thrown, None where nobody can tell."""

    success: bool
    result: Text
    error: str
    line: int | None
    stack: Text
    console: Text
    warnings: list[str]
    duration_ms: float
    opened: int
    left_open: int


def shown(name: str, run: Any, secrets: list[str]) -> Shown:
    """`run`: the data of v3's answer. `secrets`: what was typed and is nowhere repeated."""
    redactor = Redactor([], secrets)

    def text(said: str, longest: int = LONGEST) -> Text:
        return bounded(redactor.text(said, longest), longest, was_cut=len(said) > longest)

    error = run["error"] or {}
    stack = str(error.get("stack") or "")
    said = f"{error['name']}: {error['message']}" if error else ""
    return Shown(
        run["success"],
        text(pretty(run["result"], MADE)),
        text(said, LONGEST_SAID).text,
        line_of(name, stack),
        text(stack, LONGEST_SAID),
        text(_console(run["console"])),
        [text(one, LONGEST_SAID).text for one in run["warnings"][:MOST_WARNINGS]],
        run["durationMs"],
        run["connectionsOpened"],
        run["connectionsLeftOpen"],
    )


def line_of(name: str, stack: str) -> int | None:
    lines = (int(line) for file, line in _PLACE.findall(stack[:LONGEST]) if file == name)
    return next(lines, None)


def bounded(text: str, longest: int = LONGEST, *, was_cut: bool = False) -> Text:
    """`longest` bytes of it at most, with what would move, hide or turn around letters spelled out."""
    kept = visible(text[: longest + 1]).encode("utf-8", "replace")
    if len(kept) <= longest:
        return Text(kept.decode(), was_cut or len(text) > longest)
    return Text(kept[:longest].decode("utf-8", "ignore"), True)


def visible(text: str) -> str:
    r"""Control characters as `\u001b`, line ends and tabs as they are."""
    if text.isprintable():
        return text
    return "".join(
        f"\\u{ord(one):04x}" if one not in "\n\t" and unicodedata.category(one) in _UNSEEN else one
        for one in text.replace("\r\n", "\n")
    )


def pretty(value: Any, longest: int = LONGEST) -> str:
    """Indented JSON, and not much more of it than `longest` characters: without recursion, in time that grows with
    `longest` whatever the script made."""
    parts: list[str] = []
    length = 0
    for part in _parts(value, longest):
        parts.append(part)
        length += len(part)
        if length > longest:
            break
    return "".join(parts)


def _parts(value: Any, longest: int) -> Iterator[str]:
    """A stack of (closing bracket, what is left, whether it is empty so far)."""
    stack: list[tuple[str, Iterator[tuple[str, Any]]]] = []
    label, fresh = "", True
    while True:
        if isinstance(value, dict) and value:
            yield f"{label}{{"
            stack.append(("}", ((f"{_short(str(key), longest)}: ", inner) for key, inner in value.items())))
            fresh = True
        elif isinstance(value, list | tuple) and value:
            yield f"{label}["
            stack.append(("]", (("", inner) for inner in value)))
            fresh = True
        else:
            yield label + _short(value, longest)
            fresh = False
        while stack:
            closing, left = stack[-1]
            following = next(left, None)
            if following is not None:
                label, value = following
                yield ("" if fresh else ",") + _indent(len(stack))
                break
            stack.pop()
            yield _indent(len(stack)) + closing
            fresh = False
        else:
            return


def _indent(depth: int) -> str:
    return "\n" + "  " * min(depth, DEEPEST_INDENT)


def _short(value: Any, longest: int) -> str:
    if isinstance(value, str):
        return json.dumps(value[: longest + 1], ensure_ascii=False)
    return json.dumps(value, default=str)


def _console(lines: list[dict[str, str]]) -> str:
    return "\n".join(f"{one['level']}: {one['text']}" for one in lines)
