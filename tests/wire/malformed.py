"""Ways to send a request wrongly, made from one that is right.

A request is a JSON tree with a place in it where a person would type a secret. Each way leaves a mark there: a text
or a number found nowhere else, so that whoever repeats it is found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

Path = tuple[str | int, ...]

SECRETS = re.compile(r"Canary-\d{6}-7f3a9c|7309128461\d{6}")
ANYTHING = re.compile(r"(?:Canary|Magpie)[-_]\d{6}[-_]7f3a9c|(?:7309128461|4417530926)\d{6}")

_SECRET = re.compile(
    r"(password|secret|(?<!init)token|totp|recoverycode|passcode|captchacode|privatekey|apikey|\buri|\bpass|"
    r"\benv|ticket|code_verifier|assertion)$",
    re.IGNORECASE,
)
_BY_CODE = re.compile(
    r"login|register|signin|signup|reset|bind|updateemail|updatephone|verify|mfa", re.IGNORECASE
)
_CODE = re.compile(r"(?<!country)(?<!role)(?<!scene)code$", re.IGNORECASE)


def is_secret(operation: str, name: str) -> bool:
    """Whether a field of this name is where people type what nobody else may know."""
    return bool(_SECRET.search(name) or (_BY_CODE.search(operation) and _CODE.search(name)))


class Marks:
    """A fresh mark for every request, so that a finding names its request. `secret`: what no table may hold."""

    def __init__(self, *, secret: bool) -> None:
        self._count = 0
        self._secret = secret

    def next(self) -> tuple[str, int]:
        self._count += 1
        if self._secret:
            return f"Canary-{self._count:06d}-7f3a9c", 7309128461_000000 + self._count
        return f"Magpie-{self._count:06d}-7f3a9c", 4417530926_000000 + self._count


def found(text: str, marks: re.Pattern[str] = ANYTHING) -> str | None:
    """The first mark in a text, with what stands around it."""
    at = marks.search(text)
    return text[max(0, at.start() - 300) : at.end() + 100] if at else None


def secret_places(operation: str, tree: Any, at: Path = ()) -> list[Path]:
    """The paths of a tree's texts where a secret is typed."""
    if isinstance(tree, dict):
        pairs: list[tuple[str | int, Any]] = list(tree.items())
    elif isinstance(tree, list):
        pairs = list(enumerate(tree[:1]))
    else:
        named = next((step for step in reversed(at) if isinstance(step, str)), "")
        inside = any(isinstance(step, str) and step in ("env",) for step in at)
        return [at] if isinstance(tree, str) and (inside or is_secret(operation, named)) else []
    return [place for step, value in pairs for place in secret_places(operation, value, (*at, step))]


def placed(tree: Any, at: Path, value: Any) -> Any:
    """The tree with another value at a place; what lies beside the way there is shared."""
    if not at:
        return value
    step, *rest = at
    made = tree.copy()
    made[step] = placed(tree[step], tuple(rest), value)
    return made


def trees(tree: Any, at: Path, text: str, number: int) -> Iterator[tuple[str, Callable[[], Any]]]:
    """The tree with a mark at `at`, wrongly: of another type, or right beside something wrong. Made when it is asked
    for, as most are not sent."""
    values: dict[str, Any] = {
        "right": text,
        "a number": number,
        "a float": float(number) + 0.5,
        "a list": [text],
        "lists in lists": [[[text]]],
        "an object": {"value": text},
        "a list of numbers": [number],
        "an object in a list": [{"x": text}],
        "very long": text + "x" * 70_000,
        "with NUL": text + "\0",
        "with a lone surrogate": text + "\ud800",
        "of control characters": text + "\r\n\x1b[2J",
        "not ASCII": text + "密码é",
        "deep": json.loads("[" * 100 + json.dumps(text) + "]" * 100),
    }
    for name, value in values.items():
        yield name, partial(placed, tree, at, value)
    place = _holder(tree, at)
    own = at[len(place)]
    fields = {**_get(tree, place), own: _get(placed(tree, at, text), (*place, own))}
    beside: dict[str, Any] = {
        "unknown beside": {**fields, "noSuchField": {"x": [1]}},
        "alone": {own: fields[own]},
    }
    for wrong in (None, [[{}]], {"x": {"y": []}}, True, 1e300, "\0", "x" * 70_000):
        others = {name: value if name == own else wrong for name, value in fields.items()}
        beside[f"beside {str(wrong)[:10]!r}"] = others
    if place:
        beside["its object in a list"] = [fields]
        beside["its object as text"] = json.dumps(fields)
    for name, value in beside.items():
        yield name, partial(placed, tree, place, value)


def bodies(tree: Any, text: str) -> Iterator[tuple[str, bytes]]:
    """A marked tree as bytes that are no JSON, or not only."""
    right = json.dumps(tree).encode()
    mark = text.encode()
    after = right.index(mark) + len(mark)
    yield "cut in the middle", right[:after]
    yield "cut at the end", right[:-1]
    yield "with a tail", right + b"}"
    yield "with bad UTF-8", right.replace(mark, mark + b"\xff\xfe")
    yield "with a byte order mark", b"\xef\xbb\xbf" + right
    yield "in UTF-16", right.decode().encode("utf-16")
    yield "with raw NUL", right.replace(mark, mark + b"\x00")
    yield "unquoted", right.replace(b'"' + mark + b'"', mark)
    yield "with single quotes", right.replace(b'"', b"'")
    yield "with a bad escape", right.replace(mark, mark + b"\\q")
    yield "keys twice", right[:-1] + b"," + right[1:]
    yield "a list", b"[" + right + b"]"
    yield "a text", json.dumps(right.decode()).encode()
    yield "only the mark", json.dumps(text).encode()
    yield "as a form", b"password=" + mark + b"&query=" + mark
    yield "deep", b'{"a":' + b"[" * 3000 + b'"' + mark + b'"'


CONTENT_TYPES = (
    "",
    "text/plain",
    "application/x-www-form-urlencoded",
    "multipart/form-data; boundary=x",
    "application/json; charset=utf-16",
    "application/graphql",
)


def _holder(tree: Any, at: Path) -> Path:
    """The path of the nearest object above a place."""
    for length in range(len(at) - 1, -1, -1):
        if isinstance(_get(tree, at[:length]), dict):
            return at[:length]
    raise AssertionError("no object above")


def _get(tree: Any, at: Path) -> Any:
    for step in at:
        tree = tree[step]
    return tree
