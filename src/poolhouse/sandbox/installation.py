"""Finds Deno and the JavaScript files, and checks that none is missing. Called once, when a server starts."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

from poolhouse.errors import Unfit
from poolhouse.sandbox.order import Installation
from poolhouse.sandbox.protection import protection


class SandboxUnfit(Unfit):
    """Scripts cannot run on this installation; the message tells its operator what is missing."""


AGAIN = "install Poolhouse again (in a source tree: make setup)"
AGAIN_ZH = "请重新安装 Poolhouse（在源码中：make setup）"


def find_installation(deno: Path | None = None, js: Path | None = None) -> Installation:
    """Raises SandboxUnfit where Deno or one of the modules is missing."""
    deno, js = deno or _deno(), js or Path(__file__).parent / "js"
    absent = [name for name in ("worker.mjs", "package.json") if not (js / name).is_file()]
    if not absent:
        absent = [name for name, found in module_versions(js).items() if found is None]
    if absent:
        raise SandboxUnfit(
            f"{', '.join(absent)} is missing in {js}, so that scripts cannot run: {AGAIN}",
            f"{js} 中缺少 {'、'.join(absent)}，脚本无法运行：{AGAIN_ZH}",
        )
    return Installation(deno, js, protection(deno, js))


def module_versions(js: Path) -> dict[str, str | None]:
    """What a script may require; None: it is not there."""

    def read(file: Path) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found

    found: dict[str, str | None] = {}
    for name in read(js / "package.json")["dependencies"]:
        module = js / "node_modules" / name / "package.json"
        found[name] = read(module)["version"] if module.is_file() else None
    return found


def deno_version(deno: Path) -> str:
    """Raises SandboxUnfit where it does not run."""
    try:
        said = subprocess.run(
            [deno, "--version"],
            capture_output=True,
            text=True,
            timeout=30,
            env={"NO_COLOR": "1", "DENO_NO_UPDATE_CHECK": "1"},
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxUnfit(f"{deno} does not run: {error}", f"{deno} 无法运行：{error}") from error
    version = re.match(r"deno (\S+)", said.stdout)
    if said.returncode or version is None:
        why = (said.stderr or said.stdout).strip()[:200]
        raise SandboxUnfit(f"{deno} does not run: {why}", f"{deno} 无法运行：{why}")
    return version[1]


def _deno() -> Path:
    try:
        from deno import find_deno_bin

        deno = Path(find_deno_bin())
    except ImportError:
        raise SandboxUnfit(
            f"Deno, which runs the scripts, is not installed: {AGAIN}",
            f"没有安装运行脚本的 Deno：{AGAIN_ZH}",
        ) from None
    except FileNotFoundError as error:
        raise SandboxUnfit(
            f"Deno, which runs the scripts, is not at {error}: {AGAIN}",
            f"{error} 处没有运行脚本的 Deno：{AGAIN_ZH}",
        ) from None
    if not os.access(deno, os.X_OK):
        raise SandboxUnfit(
            f"{deno}, which runs the scripts, may not be executed by this user",
            f"当前用户无权执行运行脚本的 {deno}",
        )
    return deno
