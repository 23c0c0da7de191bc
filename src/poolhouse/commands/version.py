"""`poolhouse version`, and `poolhouse --version`."""

from __future__ import annotations

import platform
from importlib import metadata

from poolhouse.client import output
from poolhouse.client.words import Words, say
from poolhouse.db.binaries import candidates, choose
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.sandbox.installation import SandboxUnfit, deno_version, find_installation, module_versions
from poolhouse.settings import Settings

MISSING: Words = ("缺少：见 poolhouse doctor", "missing: see poolhouse doctor")


def version(*, as_json: bool = False) -> None:
    """As JSON what is missing is null."""
    found = versions()
    output.told(
        found if as_json else {name: one or say(MISSING) for name, one in found.items()}, as_json=as_json
    )


def versions() -> dict[str, str | None]:
    """Of PostgreSQL: the one a new data folder would be made with. Nothing is started."""
    found: dict[str, str | None] = {
        "Poolhouse": metadata.version("poolhouse"),
        "Python": platform.python_version(),
        "PostgreSQL": None,
        "Deno": None,
    }
    try:
        binaries = choose(candidates(Settings().pg_bin), None)
        found["PostgreSQL"] = f"{binaries.version} ({binaries.source})"
    except DatabaseUnfit:
        pass
    try:
        installation = find_installation()
        found["Deno"] = deno_version(installation.deno)
        found |= module_versions(installation.js)
    except SandboxUnfit:
        pass
    return found
