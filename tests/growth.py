"""How CPU time grows with the length of a text: the one thing tests measure by the clock.

`candidates` makes the texts regular expressions are slow with, from what stands in the expression itself: a
beginning, something again and again, and an end that does not fit.
"""

from __future__ import annotations

import ast
import gc
import importlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from time import thread_time
from typing import Any

import regex

SRC = Path(__file__).parents[1] / "src" / "poolhouse"
FINE_S = 0.0005
"""Below this nothing is measured: it is fast."""
MOST_TIMES = 8.0
"""From n to 4n: linear is 4, quadratic 16."""
BEST_OF = 5
TRIES = 8
"""A machine that does much else may double a time; it does not do so in each of several tries, and quadratic is."""

_MAKERS = {"compile", "match", "search", "sub", "subn", "findall", "finditer", "fullmatch", "split"}
_WORD = re.compile(r"[A-Za-z]{2,}|[^A-Za-z0-9\s()\[\]{}?*+|^$\\]")


def cost_s(work: Callable[[Any], Any], given: Any, best_of: int = BEST_OF) -> float:
    best = float("inf")
    gc.disable()
    try:
        for _ in range(best_of):
            began = thread_time()
            work(given)
            best = min(best, thread_time() - began)
            if best < FINE_S / 5:
                break
    finally:
        gc.enable()
    return best


def growth(work: Callable[[Any], Any], small: Any, large: Any) -> float | None:
    """How many times as long `large` takes as `small`, of which it is four times; None when both are fast.

    The fewest of several tries: what is not linear exceeds MOST_TIMES in each.
    """
    fewest = float("inf")
    for _ in range(TRIES):
        dear = cost_s(work, large)
        if dear < FINE_S:
            return None
        fewest = min(fewest, dear / max(cost_s(work, small), 1e-7))
        if fewest < MOST_TIMES:
            break
    return fewest


# -- expressions -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Expression:
    """A regular expression of the source: `place` is `module:NAME`, or `module:function` where it has none."""

    place: str
    pattern: Any
    uses: tuple[str, ...]


def _files() -> list[Path]:
    """Ours: packages from npm bring some of their own."""
    return [file for file in sorted(SRC.rglob("*.py")) if "node_modules" not in file.parts]


def expressions() -> Iterator[Expression]:
    """Those that are constants. Raises LookupError naming one that is neither that nor in `BUILT`."""
    for file in _files():
        source = file.read_text()
        if "import re" not in source:
            continue
        module = ".".join(file.relative_to(SRC).with_suffix("").parts)
        tree = ast.parse(source)
        for place, name, call in _calls(tree, module):
            if place in BUILT:
                continue
            for pattern in _patterns(module, name, call, place):
                yield Expression(place, pattern, _uses(source, name, call))


def _calls(tree: ast.Module, module: str) -> Iterator[tuple[str, str | None, ast.Call]]:
    for statement in tree.body:
        named = statement.targets[0] if isinstance(statement, ast.Assign) else None
        name = named.id if isinstance(named, ast.Name) else getattr(statement, "name", None)
        for node in ast.walk(statement):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
                owner = node.func.value
                of_re = isinstance(owner, ast.Name) and owner.id in ("re", "regex")
                if of_re and node.func.attr in _MAKERS:
                    yield f"{module}:{name}", name if named is not None else None, node


def _patterns(module: str, name: str | None, call: ast.Call, place: str) -> list[Any]:
    if name is not None:
        held = getattr(importlib.import_module(f"poolhouse.{module}"), name)
        held = list(held.values()) if isinstance(held, dict) else [held]
        found = [one for one in held if isinstance(one, re.Pattern | regex.Pattern)]
    else:
        first = call.args[0]
        found = [re.compile(first.value)] if isinstance(first, ast.Constant) else []
    if not found:
        raise LookupError(f"{place}: say in tests/growth.py what this expression is made of")
    return found


def _uses(source: str, name: str | None, call: ast.Call) -> tuple[str, ...]:
    if name is None:
        assert isinstance(call.func, ast.Attribute)
        return (call.func.attr,)
    everywhere = _everything() if not name.startswith("_") else source
    found = {use for use in _MAKERS - {"compile"} if f"{name}.{use}(" in everywhere}
    # Under another name: whatever this module does with a compiled expression.
    found = found or {use for use in _MAKERS if re.search(rf"(?<!\bre)(?<!\bregex)\.{use}\(", source)}
    return tuple(sorted(found - {"compile"})) or ("search",)


@cache
def _everything() -> str:
    return "".join(file.read_text() for file in _files())


BUILT = {
    "crypto.patterns:_compile": "an administrator's; crypto/patterns.py bounds it",
    "crypto.patterns:_search": "an administrator's; crypto/patterns.py bounds it",
    "pictures:as_address": "the beginnings of `_BEGINS`: a few bytes at the first place, nothing repeated",
    "pictures:is_sound": "those of `as_address`",
    "wire.look.__init__:_both": "reads our own style sheet, once",
    "crypto.foreign_formats:_format": "those of FORMATS, which has a row of its own",
}
"""Expressions that are not constants, and why they need not be."""


def candidates(pattern: str, length: int) -> Iterator[str]:
    words = list(dict.fromkeys(_WORD.findall(pattern)))[:8]
    if r"\\" in pattern:
        words.append("\\")
    if r"\$" in pattern:
        words.append("$")
    if r"\[" in pattern:
        words.append("[")
    atoms = list(dict.fromkeys([*words, "a", "0", " ", "-", "."]))[:12]
    pairs = [a + b for a, b in product(atoms, repeat=2)]
    for head in ["", *words, *(a + b for a, b in product(words[:5], repeat=2)), *(w + "a" for w in words)]:
        for again in [*atoms, *pairs] if len(head) <= 1 else atoms:
            for end in ("", "!", *words[:3]):
                yield head + again * (length // len(again)) + end
    for triple in product(atoms[:5], repeat=3):
        again = "".join(triple)
        yield again * (length // len(again))
