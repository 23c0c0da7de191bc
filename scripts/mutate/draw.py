"""Which mutants: mutmut invents them, a seed chooses."""

from __future__ import annotations

import ast
import difflib
import hashlib
import json
import random
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path

import libcst
from mutmut.mutation.file_mutation import create_mutations

from .places import ROOT, WORK


@dataclass
class Mutant:
    id: str
    package: str
    path: str
    line: int
    statement: tuple[int, int]
    diff: str
    code: str


def draw(package: str, seed: str) -> Iterator[Mutant]:
    """Mutants of the package in the seed's order, no line twice: half of all are arguments of calls."""
    found = []
    for file in sorted((ROOT / "src/poolhouse" / package).rglob("*.py")):
        module, mutations, *_ = create_mutations(str(file), file.read_text())
        found += [(file, module, one) for one in mutations]
    random.Random(f"{seed} {package}").shuffle(found)  # noqa: S311
    seen: set[tuple[Path, int]] = set()
    for file, module, one in found:
        before, path = module.code, str(file.relative_to(ROOT))
        code = libcst.ensure_type(
            module.deep_replace(one.original_node, one.mutated_node), libcst.Module
        ).code
        lines = list(difflib.unified_diff(before.splitlines(), code.splitlines(), path, path, "", "", 0, ""))
        changed = [text for text in lines[2:] if text[0] in "-+"]
        if not changed or changed[0].lower() == changed[-1].lower().replace("+", "-", 1):
            continue  # nothing, or the case of a text alone: SQL is the same in either
        line = int(lines[2].split()[1].lstrip("-").split(",")[0])
        if (file, line) in seen or not _compiles(code):
            continue
        seen.add((file, line))
        diff = "\n".join(changed)
        name = hashlib.sha256(f"{path} {line} {diff}".encode()).hexdigest()[:10]
        yield Mutant(name, package, path, line, _statement(before, line), diff, code)


def _statement(source: str, line: int) -> tuple[int, int]:
    """The first and last line of the innermost statement around `line`; of an `if` or a `def` its head alone."""
    best, size = (line, line), len(source)
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.stmt):
            continue
        first, last = node.lineno, node.end_lineno or node.lineno
        if first <= line <= last and last - first <= size:
            body = getattr(node, "body", None)
            best, size = (first, max(first, body[0].lineno - 1) if body else last), last - first
    return best


def _compiles(code: str) -> bool:
    try:
        compile(code, "mutant", "exec")
    except (SyntaxError, ValueError):
        return False
    return True


def sample(package: str, count: int, seed: str) -> list[Mutant]:
    """The first `count` of the package, kept while its source stays."""
    source = hashlib.sha256()
    for file in sorted((ROOT / "src/poolhouse" / package).rglob("*.py")):
        source.update(file.read_bytes())
    kept = WORK / f"sample-{package}-{count}-{seed}-{source.hexdigest()[:10]}.json"
    if not kept.exists():
        found = list(islice(draw(package, seed), count))
        kept.write_text(json.dumps([asdict(one) for one in found]))
    return [Mutant(**one) for one in json.loads(kept.read_text())]
