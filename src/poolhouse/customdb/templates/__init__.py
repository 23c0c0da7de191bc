"""Complete example scripts, a folder a kind of database: the eight functions, and the table they expect.

`verifyPassword` speaks to no database, so it is there once; and no folder begins with it, for once published it
judges whatever nobody else knows.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

from poolhouse.customdb.model import AUTH0_NAMES, DIRECTORY_SCRIPTS, PASSWORD_FUNCTION, ScriptName


def template(kind: str, name: ScriptName) -> str:
    """The source of one function for one kind of database."""
    folder = resources.files(__name__)
    here = folder if name == PASSWORD_FUNCTION else folder.joinpath(kind)
    return here.joinpath(f"{name}.js").read_text()


KINDS = ("postgresql", "mysql", "mongodb", "http")


def examples(name: ScriptName) -> dict[str, str]:
    """The source of one function by kind of database; by "" where it speaks to none."""
    if name in AUTH0_NAMES:
        return {}
    return {"": template("", name)} if name == PASSWORD_FUNCTION else {k: template(k, name) for k in KINDS}


def templates(kind: str) -> dict[ScriptName, str]:
    return {name: template(kind, name) for name in DIRECTORY_SCRIPTS}


def schema(kind: str) -> str | None:
    """The table the scripts expect, where that can be said in SQL."""
    file = resources.files(__name__).joinpath(kind, "schema.sql")
    return file.read_text() if file.is_file() else None


_MEMBER = re.compile(
    r"^(?:  /\*\* (?P<said>[^\n]+) \*/\n)?  (?P<name>\w+)\??: (?P<type>[^\n]+);$", re.MULTILINE
)


@cache
def declared() -> Mapping[str, Mapping[str, str] | tuple[str, ...]]:
    """What `poolhouse.d.ts` declares, for an editor to complete and to explain: of `env`, `context` and `profile` each
    name with its type and, in a second line, what is said of it; and the `modules` that a script may require."""
    text = resources.files(__name__).joinpath("poolhouse.d.ts").read_text()

    def keys(before: str, after: str) -> dict[str, str]:
        found = _MEMBER.finditer(text.partition(before)[2].partition(after)[0])
        return {one["name"]: "\n".join(filter(None, (one["type"], one["said"]))) for one in found}

    modules = text.partition("type Module =")[2].partition(";")[0]
    return {
        "env": keys("declare const env: Readonly<{", "\n}>;"),
        "context": keys("interface Context {", "\n}"),
        "profile": keys("interface Profile {", "\n}"),
        "modules": tuple(re.findall(r"'([^']+)'", modules)),
    }
