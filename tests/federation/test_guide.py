"""The guide of each kind: its settings by name, and a row of what goes wrong for every step that it can fail at."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

import poolhouse.federation
from poolhouse.errors import ProviderStep
from poolhouse.federation.catalog import MANIFESTS
from poolhouse.federation.model import Manifest

SOURCE = Path(poolhouse.federation.__file__).parent
ALL = Path(__file__).parents[2] / "docs/guide/identity-sources.md"
CALLED = {"oauth": "oauth2", "ad": "ldap", "azure-ad": "entra"}
"""Kinds whose page is not called as they are, or as they begin."""
STEPS = frozenset[str](get_args(ProviderStep))


def page(manifest: Manifest) -> Path:
    """Of OpenID Connect it is the one of all kinds."""
    name = CALLED.get(manifest.kind, re.split("[:-]", manifest.kind)[0])
    return ALL if name == "oidc" else ALL.with_name(f"identity-sources-{name}.md")


def rows(path: Path) -> set[str]:
    """What stands in code at the beginning of a row of a table."""
    first = (line.split("|")[1] for line in path.read_text().splitlines() if line.startswith("| "))
    return {name for cell in first for name in re.findall(r"`(\w+)`", cell)}


def steps(files: Iterator[Path]) -> set[str]:
    """Steps that a call names first, also where it chooses between two. What InvalidInput names is a field."""
    calls = [
        node
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and node.args and ast.unparse(node.func) != "InvalidInput"
    ]
    named = [call.args[0] for call in calls if isinstance(call.args[0], ast.Constant | ast.IfExp)]
    firsts = (inner for one in named for inner in ast.walk(one))
    return {
        node.value for node in firsts if isinstance(node, ast.Constant) and isinstance(node.value, str)
    } & STEPS


def folder(manifest: Manifest) -> Path:
    return (
        SOURCE / "providers" / {"ad": "ldap"}.get(manifest.kind, manifest.settings.__module__.split(".")[3])
    )


@pytest.mark.parametrize("kind", MANIFESTS)
def test_every_step_of_a_kind_has_a_row_of_what_goes_wrong(kind: str) -> None:
    found = steps(folder(MANIFESTS[kind]).rglob("*.py"))
    assert found
    assert found - rows(page(MANIFESTS[kind])) - rows(ALL) == set()


def test_every_step_of_the_frame_has_a_row_for_all_kinds() -> None:
    found = steps(SOURCE.glob("*.py"))
    assert {"state", "time", "account"} <= found
    of_few = {"xml": ("cas", "saml"), "script": ("oauth2",)}
    for step, names in of_few.items():
        assert all(step in rows(ALL.with_name(f"identity-sources-{name}.md")) for name in names)
    assert found - rows(ALL) == {*of_few}


@pytest.mark.parametrize("kind", MANIFESTS)
def test_every_setting_of_a_kind_is_on_its_page(kind: str) -> None:
    manifest = MANIFESTS[kind]
    told = set(re.findall(r"`(\w+)`", page(manifest).read_text()))
    assert {field.name for field in manifest.fields} - told == set()
