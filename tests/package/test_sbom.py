"""The bill of materials that `make dist` writes: valid, and as long as what is installed."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from scripts import sbom
from scripts.audit import javascript_pins, python_pins
from tests.package.test_wheel import ALLOWED, CONSOLE_LOCK, JS, NOT_SERVED, ROOT

LICENCES = ALLOWED | {
    "MIT-0",
    "BSD-0-Clause",  # htmx's name of 0BSD
    "Unlicense",  # email-validator (decision 0022)
    "MIT-CMU",
    "PSF-2.0",
    "CNRI-Python",
    "MIT License",
    "BSD",
    "BSD License",
    "Apache 2.0",
    "Apache License, Version 2.0",
    "Apache Software License",
}


@pytest.fixture(scope="session")
def text(wheel: Path) -> str:
    return sbom.bill(wheel)


@pytest.fixture(scope="session")
def components(text: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(text)["components"]
    return found


def test_it_is_valid_cyclonedx(text: str) -> None:
    from cyclonedx.schema import SchemaVersion  # seconds to import, and asked for by this test alone
    from cyclonedx.validation.json import JsonStrictValidator

    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None


def test_it_names_every_module_in_the_wheel_with_its_hash(components: list[dict[str, Any]]) -> None:
    found = [one for one in components if one["purl"].startswith("pkg:npm/")]
    names = {
        (f"{one['group']}/{one['name']}" if "group" in one else one["name"], one["version"]) for one in found
    }
    locked = [*javascript_pins(ROOT / "src" / JS / "deno.lock"), *javascript_pins(CONSOLE_LOCK)]
    assert names == {pin for pin in locked if pin[0] not in NOT_SERVED}
    assert all(len(one["hashes"][0]["content"]) == 128 for one in found)


def test_it_names_every_package_of_a_fresh_installation_as_locked(
    components: list[dict[str, Any]], installed: Path
) -> None:
    found = {one["name"]: one for one in components if one["purl"].startswith("pkg:pypi/")}
    there = {
        re.sub(r"[-_.]+", "-", folder.name.partition("-")[0]).lower()
        for folder in installed.glob("lib/python*/site-packages/*.dist-info")
    }
    assert set(found) == there - {"poolhouse"}
    assert {(name, one["version"]) for name, one in found.items()} <= set(python_pins(ROOT))
    assert all(one["properties"] for one in found.values())


def test_every_licence_in_it_is_allowed(components: list[dict[str, Any]]) -> None:
    for one in components:
        (said,) = one["licenses"]
        words = said.get("expression") or said["license"].get("id") or said["license"]["name"]
        assert set(re.split(r" (?:AND|OR) ", words)) <= LICENCES, (one["name"], words)


def test_poolhouse_depends_on_what_it_asks_for_and_on_its_modules(text: str) -> None:
    tree = {one["ref"]: set(one.get("dependsOn", ())) for one in json.loads(text)["dependencies"]}
    names = {ref.partition(":")[2].rpartition("@")[0] for ref in tree["poolhouse"]}
    assert {"starlette", "deno", "pg", "mysql2"} <= names
    assert any(
        ref.startswith("pypi:anyio@") for ref in tree[next(ref for ref in tree if "starlette@" in ref)]
    )
