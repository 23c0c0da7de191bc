"""Makes the wheel whole: what a script may require is installed into it as `deno.lock` says, with every license.

Deno comes from the build's own requirements. It takes nothing whose hash is not in the lock.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

JS = "poolhouse/sandbox/js"

INSTALL = ("install", "--quiet", "--frozen", "--node-modules-dir=manual", "--node-modules-linker=hoisted")
"""Hoisted: folders alone. The other layout is made of symbolic links, which a wheel cannot hold."""


class WholeWheel(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # scripts/setup installs them beside the source
        self._stage = TemporaryDirectory(prefix="poolhouse-build-")
        stage = Path(self._stage.name)
        source = Path(self.root) / "src" / JS
        for name in ("package.json", "deno.lock"):
            shutil.copy(source / name, stage)
        subprocess.run(
            [_deno(), *INSTALL],
            cwd=stage,
            check=True,
            env={"DENO_TLS_CA_STORE": "system,mozilla", **os.environ, "DENO_NO_UPDATE_CHECK": "1"},
        )
        modules = stage / "node_modules"
        for own in (".bin", ".deno"):  # Deno's notes, and links to commands nobody calls
            shutil.rmtree(modules / own, ignore_errors=True)
        (stage / "LICENSES.txt").write_text(licenses(modules), encoding="utf-8")
        for name in ("node_modules", "LICENSES.txt"):
            build_data["force_include"][str(stage / name)] = f"{JS}/{name}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._stage.cleanup()


def _deno() -> str:
    if found := shutil.which("deno"):
        return found
    from deno import find_deno_bin

    return str(find_deno_bin())


def licenses(modules: Path) -> str:
    """The license of every package below `modules`, one after another. Raises ValueError where one has none."""
    parts = ["What custom-database scripts may require, and the licenses it comes under.\n"]
    for folder, package in packages(modules):
        text = _license(folder)
        if text is None:
            raise ValueError(f"{package['name']} {package['version']} comes without the text of its license")
        parts.append(f"{package['name']} {package['version']} ({package['license']})\n\n{text.strip()}\n")
    return f"\n{'-' * 100}\n\n".join(parts)


def packages(modules: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Folder and package.json of all of them, those inside another one's node_modules included."""
    for file in sorted(modules.glob("**/package.json")):
        names = file.parent.relative_to(modules).as_posix().rpartition("node_modules/")[2].split("/")
        if len(names) == (2 if names[0].startswith("@") else 1):
            yield file.parent, json.loads(file.read_text(encoding="utf-8"))


def _license(folder: Path) -> str | None:
    """Its file, and its NOTICE if it has one; else what the README says under that heading."""
    named = [
        file for file in sorted(folder.iterdir()) if re.match(r"(?i)(licen[cs]e|copying|notice)", file.name)
    ]
    if named:
        return "\n\n".join(file.read_text(encoding="utf-8") for file in named if file.is_file())
    for readme in folder.glob("[Rr][Ee][Aa][Dd][Mm][Ee]*"):
        _, heading, rest = readme.read_text(encoding="utf-8").rpartition("icense\n")
        if heading and "permission is hereby granted" in rest.lower():
            return rest.strip("-=\n ")
    return None
