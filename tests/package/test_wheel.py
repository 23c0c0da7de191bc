"""The wheel is whole: everything that was locked, with its licence, and nothing that a wheel cannot hold."""

from __future__ import annotations

import base64
import email
import hashlib
import json
import re
import tarfile
import tomllib
import zipfile
from collections.abc import Iterator
from email.message import Message
from pathlib import Path
from typing import Any

import pytest
from scripts.audit import javascript_pins, python_pins

from poolhouse.wire.console.rendering import BUILT

ROOT = Path(__file__).parents[2]
JS = "poolhouse/sandbox/js"
CONSOLE = "poolhouse/wire/console"
CONSOLE_LOCK = ROOT / "src" / CONSOLE / "js/deno.lock"
NOT_SERVED = {"@scarf/scarf"}
"""It counts installations, and no page loads it."""
ALLOWED = {"0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "BlueOak-1.0.0", "ISC", "MIT", "MPL-2.0"}


@pytest.fixture(scope="session")
def contents(wheel: Path) -> Iterator[zipfile.ZipFile]:
    with zipfile.ZipFile(wheel) as opened:
        yield opened


@pytest.fixture(scope="session")
def bundled(contents: zipfile.ZipFile) -> list[dict[str, Any]]:
    """package.json of every JavaScript package."""
    package = re.compile(rf"{JS}/node_modules/(.*/node_modules/)?(@[^/]+/)?[^/@]+/package\.json")
    return [json.loads(contents.read(name)) for name in contents.namelist() if package.fullmatch(name)]


def test_it_holds_every_locked_module_and_no_other(bundled: list[dict[str, Any]]) -> None:
    locked = javascript_pins(ROOT / "src" / JS / "deno.lock")
    assert sorted((one["name"], one["version"]) for one in bundled) == sorted(locked)


def test_every_bundled_package_comes_with_an_allowed_licence_and_its_text(
    contents: zipfile.ZipFile, bundled: list[dict[str, Any]]
) -> None:
    told = contents.read(f"{JS}/LICENSES.txt").decode()
    texts = dict(re.findall(r"^-{100}\n\n(.+?)\n\n(.+?)(?=\n^-{100}$|\Z)", told, re.DOTALL | re.MULTILINE))
    assert len(texts) == len(bundled) > 50
    for one in bundled:
        assert one["license"] in ALLOWED, one["name"]
        text = texts[f"{one['name']} {one['version']} ({one['license']})"]
        assert len(text) > 400, one["name"]
        assert re.search("(?i)permission|redistribution|apache license", text), one["name"]


def test_what_the_console_loads_is_built_into_it_with_every_licence(contents: zipfile.ZipFile) -> None:
    for name in BUILT:
        assert len(contents.read(f"{CONSOLE}/built/{name}")) > 10_000, name
    told = contents.read(f"{CONSOLE}/built/LICENSES.txt").decode()
    texts = dict(re.findall(r"^-{100}\n\n(.+?)\n\n(.+?)(?=\n^-{100}$|\Z)", told, re.DOTALL | re.MULTILINE))
    packages = {tuple(re.findall(r"(\S+) (\S+) \((.+)\)", heading)[0]) for heading in texts}
    assert {(name, version) for name, version, _ in packages} == {
        pin for pin in javascript_pins(CONSOLE_LOCK) if pin[0] not in NOT_SERVED
    }
    assert {license_ for *_, license_ in packages} <= ALLOWED | {"BSD-0-Clause"}  # htmx's name of 0BSD
    assert all(re.search("(?i)permission|redistribution|apache license", text) for text in texts.values())
    assert contents.read(f"{CONSOLE}/built/swagger-ui-bundle.js.LICENSE.txt")


def test_it_holds_neither_links_nor_programs_of_one_machine(contents: zipfile.ZipFile) -> None:
    for one in contents.infolist():
        assert (one.external_attr >> 16) & 0o170000 in (0, 0o100000), one.filename
        assert not one.filename.endswith((".node", ".so", ".dylib", ".dll")), one.filename
        assert ".deno/" not in one.filename
        assert "/.bin/" not in one.filename


def test_all_of_the_source_that_is_not_python_is_in_it(contents: zipfile.ZipFile) -> None:
    """Templates, schemas, scripts: what is opened and not imported."""
    source = ROOT / "src"
    names = {
        str(file.relative_to(source))
        for file in (source / "poolhouse").rglob("*")
        if file.is_file() and not {"node_modules", "__pycache__", "built"} & set(file.parts)
    }
    assert names <= set(contents.namelist())


def test_its_files_are_as_recorded(contents: zipfile.ZipFile) -> None:
    (record,) = (name for name in contents.namelist() if name.endswith(".dist-info/RECORD"))
    lines = dict(line.rsplit(",", 2)[:2] for line in contents.read(record).decode().splitlines())
    for name in (f"{JS}/worker.mjs", f"{JS}/node_modules/pg/package.json"):
        digest = base64.urlsafe_b64encode(hashlib.sha256(contents.read(name)).digest()).rstrip(b"=").decode()
        assert lines[name] == f"sha256={digest}"


def test_its_metadata_tell_what_it_is(contents: zipfile.ZipFile) -> None:
    found = metadata(contents)
    assert found["License-Expression"] == "Apache-2.0"
    assert found.get_all("License-File") == ["LICENSE", "NOTICE"]
    assert found["Requires-Python"] == ">=3.11"
    assert found["Description-Content-Type"] == "text/markdown"
    assert "## Install" in str(found.get_payload())
    (folder,) = {name.split("/")[0] for name in contents.namelist() if ".dist-info/" in name}
    assert {f"{folder}/licenses/LICENSE", f"{folder}/licenses/NOTICE"} <= set(contents.namelist())


def test_the_sdist_holds_what_a_build_needs_and_no_build(distribution: Path) -> None:
    (sdist,) = distribution.glob("*.tar.gz")
    with tarfile.open(sdist) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert {"hatch_build.py", "pyproject.toml", "LICENSE", "NOTICE", f"src/{JS}/deno.lock"} <= names
    assert not any("node_modules" in name for name in names)


def test_the_build_takes_the_locked_deno() -> None:
    required = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    (deno,) = (version for name, version in python_pins(ROOT) if name == "deno")
    assert f"deno=={deno}" in required


def metadata(contents: zipfile.ZipFile) -> Message:
    (name,) = (name for name in contents.namelist() if name.endswith(".dist-info/METADATA"))
    return email.message_from_bytes(contents.read(name))
