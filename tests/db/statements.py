"""Every SQL string of the source, for the tests that read them all."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import poolhouse

SOURCE = Path(poolhouse.__file__).parent
VERSIONS = SOURCE / "db" / "migrations" / "versions"

_SQL = re.compile(r"\b(select\b.*\bfrom|insert into|update\b.*\bset|delete from)\b", re.DOTALL)


class Statement(NamedTuple):
    """`text` shows what is put in as `{expression}`; `filled` has the module's own constants there.

    `whole` is all texts of the function, and of the constants it uses.
    """

    function: str  # "users/postgres:update"
    text: str
    whole: str
    filled: str


@cache
def statements() -> tuple[Statement, ...]:
    """Of every function; the migrations apart."""
    files = [path for path in sorted(SOURCE.rglob("*.py")) if "migrations" not in path.parts]
    return tuple(one for path in files for one in _of_file(path))


@cache
def statements_of_migrations() -> tuple[Statement, ...]:
    """Of `UP`, `DOWN` and `fill`, as `db/migrations/versions/0034_phone_keys:UP`."""
    found: list[Statement] = []
    for path in sorted(VERSIONS.glob("*.py")):
        for name, value in _constants(_tree(path)).items():
            for text in value.split(";"):
                if _SQL.search(text):
                    found.append(Statement(f"{_module(path)}:{name}", text, text, text))
        found += _of_file(path)
    return tuple(found)


def functions() -> Iterator[tuple[str, ast.FunctionDef | ast.AsyncFunctionDef]]:
    """("users/postgres:update", its syntax tree) of every function."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(_tree(path)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield f"{_module(path)}:{node.name}", node


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def _module(path: Path) -> str:
    return path.relative_to(SOURCE).with_suffix("").as_posix()


def _of_file(path: Path) -> Iterator[Statement]:
    tree = _tree(path)
    shared = _constants(tree)
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            texts = list(_texts(function))
            used = {node.id for node in ast.walk(function) if isinstance(node, ast.Name)}
            whole = " ".join([*texts, *(shared[one] for one in sorted(used & shared.keys()))])
            for text in texts:
                if _SQL.search(text):
                    yield Statement(f"{_module(path)}:{function.name}", text, whole, _filled(text, shared))


def _constants(tree: ast.Module) -> dict[str, str]:
    return {
        target.id: " ".join(_texts(node.value))
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _filled(text: str, shared: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda m: _filled(shared[m[1]], shared) if m[1] in shared else m[0], text)


def _texts(function: ast.AST) -> Iterator[str]:
    inside: set[int] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(part) for part in ast.walk(node)} - {id(node)}
    for node in ast.walk(function):
        if id(node) in inside:
            continue
        if isinstance(node, ast.JoinedStr):
            yield "".join(
                p.value if isinstance(p, ast.Constant) else "{" + ast.unparse(p.value) + "}"
                for p in node.values
            )
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
