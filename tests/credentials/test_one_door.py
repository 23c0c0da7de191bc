"""Read from the source: callers of requests are made in one place, and tokens are read by their owners."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import poolhouse

SOURCE = Path(poolhouse.__file__).parent


def calls_in(folder: str) -> Iterator[tuple[str, str]]:
    """(module, what is called) as it is written: `Caller`, `self._keys.read`."""
    for path in (SOURCE / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call):
                yield str(path.relative_to(SOURCE)), ast.unparse(node.func)


def test_no_wire_makes_a_caller() -> None:
    assert [found for found in calls_in("wire") if found[1].split(".")[-1] == "Caller"] == []


def test_only_what_knows_how_a_token_ends_reads_one() -> None:
    """A signature that fits is half of an answer."""
    reads = {module for module, called in calls_in("") if called.endswith(("keys.read", "tokens.read"))}
    assert reads == {
        "sessions/keys.py",
        "sessions/service.py",
        "credentials/service.py",
        "credentials/management_tokens.py",
        "oidc/tokens_in_use.py",
    }
