"""Makes the wheel whole: what a script may require, and what the console's pages load, are installed and built into it
as the `deno.lock` of each says, with every license.

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
CONSOLE = "poolhouse/wire/console"
NOT_SERVED = frozenset({"@scarf/scarf"})
"""Packages that tell their makers of an installation; nothing of them is in what pages load, and it is not run."""

INSTALL = ("install", "--quiet", "--frozen", "--node-modules-dir=manual", "--node-modules-linker=hoisted")
"""Hoisted: folders alone. The other layout is made of symbolic links, which a wheel cannot hold."""


class WholeWheel(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            return  # scripts/setup installs them beside the source
        self._stage = TemporaryDirectory(prefix="poolhouse-build-")
        included: dict[str, str] = build_data["force_include"]
        included.update(self._modules_of_scripts(Path(self._stage.name) / "scripts"))
        included.update(self._assets_of_the_console(Path(self._stage.name) / "console"))

    def _modules_of_scripts(self, stage: Path) -> dict[str, str]:
        """What is made -> where it goes in the wheel."""
        modules = self._installed(JS, stage)
        for own in (".bin", ".deno"):  # Deno's notes, and links to commands nobody calls
            shutil.rmtree(modules / own, ignore_errors=True)
        told = licenses(modules, "What custom-database scripts may require")
        (stage / "LICENSES.txt").write_text(told, encoding="utf-8")
        return {str(stage / name): f"{JS}/{name}" for name in ("node_modules", "LICENSES.txt")}

    def _assets_of_the_console(self, stage: Path) -> dict[str, str]:
        modules = self._installed(f"{CONSOLE}/js", stage)
        subprocess.run([stage / "build", _deno(), stage / "built"], check=True, env=_environment())
        told = licenses(modules, "What the pages of the console load", NOT_SERVED)
        (stage / "built" / "LICENSES.txt").write_text(told, encoding="utf-8")
        return {str(stage / "built"): f"{CONSOLE}/built"}

    def _installed(self, folder: str, stage: Path) -> Path:
        """The files of `folder` in `stage`, and the packages of its lock: their node_modules."""
        source = Path(self.root) / "src" / folder
        stage.mkdir()
        for file in source.iterdir():
            if file.is_file():
                shutil.copy(file, stage)
        subprocess.run([_deno(), *INSTALL], cwd=stage, check=True, env=_environment())
        return stage / "node_modules"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._stage.cleanup()


def _deno() -> str:
    if found := shutil.which("deno"):
        return found
    from deno import find_deno_bin

    return str(find_deno_bin())


def _environment() -> dict[str, str]:
    return {"DENO_TLS_CA_STORE": "system,mozilla", **os.environ, "DENO_NO_UPDATE_CHECK": "1"}


def licenses(modules: Path, what: str, without: frozenset[str] = frozenset()) -> str:
    """The license of every package below `modules`, one after another. Raises ValueError where one has none."""
    parts = [f"{what}, and the licenses it comes under.\n"]
    for folder, package in packages(modules):
        if package["name"] in without:
            continue
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
