"""`poolhouse version`, and `poolhouse --version`."""

from __future__ import annotations

import platform
from importlib import metadata
from typing import Annotated

from cyclopts import Parameter

from poolhouse.commands.output import facts
from poolhouse.db.binaries import candidates, choose
from poolhouse.db.errors import DatabaseUnfit
from poolhouse.sandbox.installation import SandboxUnfit, deno_version, find_installation, module_versions
from poolhouse.settings import Settings

MISSING = "missing: see poolhouse doctor"


def version(
    *, as_json: Annotated[bool, Parameter(name="--json", help="An object; what is missing is null.")] = False
) -> None:
    """Tells the versions of Poolhouse, of what it runs on, and of the modules scripts may require."""
    found = versions()
    facts(
        "Poolhouse",
        found if as_json else {name: one or MISSING for name, one in found.items()},
        as_json=as_json,
    )


def told() -> str:
    return "\n".join(f"{name:<15} {one or MISSING}" for name, one in versions().items())


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
