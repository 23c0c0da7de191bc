"""Complete example scripts in Auth0's form, every line our own: a folder a kind of database, a file a function.

They are for the same tables, collection and service as those of `customdb.templates`, and named as Auth0's deploy tool
names them, so that a folder can be pushed as it is. Auth0 has no function to list, to search or to verify a stored
password, and several in place of `updateUser`.
"""

from __future__ import annotations

from importlib import resources

from poolhouse.customdb.auth0 import CALLED, FILES
from poolhouse.customdb.model import ScriptName
from poolhouse.customdb.templates import KINDS

_FILES = {name: file for file, name in FILES.items()}


def auth0_template(kind: str, name: ScriptName) -> str:
    """The source of one function for one kind of database."""
    return resources.files(__name__).joinpath(kind, f"{_FILES.get(name, name)}.js").read_text()


def auth0_examples(name: ScriptName) -> dict[str, str]:
    """The source of one function by kind of database; none of a function that Auth0 does not have."""
    return {kind: auth0_template(kind, name) for kind in KINDS} if name in CALLED else {}


def auth0_templates(kind: str) -> dict[ScriptName, str]:
    return {name: auth0_template(kind, name) for name in sorted(CALLED)}
