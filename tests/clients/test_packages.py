"""Packages of other ecosystems: pinned, and left out by name where their tools are not."""

from __future__ import annotations

import json
import re
import shutil
from importlib.metadata import version
from pathlib import Path

import pytest
from tests.clients import packages
from tests.clients.libraries import LIBRARIES, Library
from tests.clients.matrix import CLIENTS, Client
from tests.clients.packages import GoModules, Jars, LeftOut, Modules, Wheels

JARS = Jars("cn.example", "a-client", "1.0", "V3")


@pytest.fixture
def sums(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The list of checksums of `JARS`, and a Maven that fetches one jar."""
    monkeypatch.setattr(packages, "HERE", tmp_path)
    monkeypatch.setattr(packages, "FETCHED", tmp_path / ".packages")
    programs = tmp_path / "bin"
    programs.mkdir()
    for name, text in {"mvn": f"mkdir -p {JARS.folder}/lib; echo jar > {JARS.folder}/lib/a.jar"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{text}\n")
    for name in ("java", "javac"):
        (programs / name).write_text("#!/bin/sh\nmkdir -p $5\n")
    for program in programs.iterdir():
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}:{Path(shutil.which('mkdir') or '').parent}")
    JARS.checksums.parent.mkdir()
    JARS.checksums.write_text("")
    return JARS.checksums


def test_jars_that_the_list_names_are_taken(sums: Path) -> None:
    JARS.lock()
    JARS.fetch()
    assert JARS.command()[-1] == "V3"


def test_another_jar_than_the_list_names_ends_the_set_up(sums: Path) -> None:
    sums.write_text("0" * 64 + "  a.jar\n")
    with pytest.raises(SystemExit, match="other jars"):
        JARS.fetch()
    assert not JARS.folder.exists()


def test_without_maven_a_client_is_left_out_by_name(sums: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LeftOut, match="no java, no javac"):
        JARS.fetch()


@pytest.mark.parametrize("row", [*CLIENTS, *LIBRARIES], ids=lambda row: row.file)
def test_the_version_of_a_row_is_the_one_that_is_driven(row: Client | Library) -> None:
    if isinstance(row.packages, Wheels) and not row.packages.locked:
        assert version(row.name) == row.version
    if isinstance(row.packages, Wheels) and row.packages.locked:
        pins = (packages.HERE / "python" / f"{row.packages.locked}.txt").read_text()
        assert re.search(rf"^{row.name}=={re.escape(row.version)} ", pins, re.M)
    if isinstance(row.packages, Modules):
        named = json.loads((packages.ROOT / "tests" / "js" / "package.json").read_text())["dependencies"]
        assert named[row.packages.module].rpartition("@")[2] == row.version
    if isinstance(row.packages, GoModules):
        assert f"{row.name}/v3 v{row.version}\n" in (row.packages.sources / "go.mod").read_text()
    if isinstance(row.packages, Jars):
        assert row.packages.version == row.version


def test_without_go_its_libraries_are_left_out_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(LeftOut, match="no go on the PATH"):
        GoModules().command()


def test_a_driver_that_changed_is_compiled_again_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(packages, "FETCHED", tmp_path / ".packages")
    (tmp_path / "go").write_text(
        "#!/bin/sh\n[ $1 = build ] || exit 0\necho built >> $HOME/builds\ntouch $HOME/.packages/go/driver\n"
    )
    (tmp_path / "go").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{Path(shutil.which('touch') or '').parent}")
    monkeypatch.setenv("HOME", str(tmp_path))
    sources = tmp_path / "sources"
    sources.mkdir()
    (sources / "main.go").write_text("package main\n")
    rows = GoModules(sources)
    rows.fetch()
    before = (tmp_path / "builds").read_text()
    rows.command()
    assert (tmp_path / "builds").read_text() == before
    (sources / "main.go").write_text("package main // changed\n")
    rows.command()
    assert (tmp_path / "builds").read_text() == before + "built\n"
