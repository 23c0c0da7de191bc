"""Every step that a client can fail at has a name and a remedy, in both languages."""

from __future__ import annotations

import ast
from pathlib import Path

import poolhouse.federation
from poolhouse.federation.trial_words import REMEDIES, STEPS

FAILING = {"ProviderFailed", "Failed", "Told", "answered", "json_of", "numbered", "text_of"}


def steps() -> set[str]:
    found = set()
    for path in Path(poolhouse.federation.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            name = node.func.id if isinstance(node.func, ast.Name) else ""
            first = node.args[0]
            if name in FAILING and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found.add(first.value)
    return found


def test_every_step_of_the_source_is_named_and_has_a_remedy() -> None:
    assert len(steps()) > 15
    assert steps() <= STEPS.keys() == REMEDIES.keys()


def test_both_languages_are_there() -> None:
    for zh, en in [*STEPS.values(), *REMEDIES.values()]:
        assert (zh and en and zh != en) or zh == en == "StartTLS"
