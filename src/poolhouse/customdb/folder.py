"""What the files of a folder of scripts mean: one a function, and connection.toml with placeholders for secrets.

A value `${NAME}` is taken from the environment of whoever pushes; where there is no such variable, what the
server has stays. A function without a file is left alone. No file is opened here: who types the command reads and
writes them (`client/folders.py`), and the server may run as another account.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType

from poolhouse.customdb import auth0
from poolhouse.customdb.model import (
    AUTH0_NAMES,
    SCRIPT_NAMES,
    Connection,
    CustomDatabase,
    ErrorMessages,
    Mode,
    ScriptName,
)
from poolhouse.customdb.redaction import HIDDEN
from poolhouse.errors import InvalidInput
from poolhouse.sandbox.order import Dialect

CONNECTION_FILE = "connection.toml"
SETTINGS = (
    "enabled",
    "mode",
    "database_type",
    "allowed_hosts",
    "timeout_ms",
    "memory_mb",
    "pooled_connections",
    "record_logins",
    "error_messages",
    "dialect",
    "timezone",
)
_PLACEHOLDER = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}\Z")
_TOML_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)\Z")
_AT = re.compile(r"(.*) - at `\$\.?(.*)`\Z", re.DOTALL)
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)`\Z", re.DOTALL)


class _Connection(Struct, forbid_unknown_fields=True):
    uri: str | None = None
    host: str | None = None
    port: int | None = None
    username: str | None = None
    password: str | None = None
    database: str | None = None


class _Settings(Struct, forbid_unknown_fields=True):
    """connection.toml; what is not in it stays."""

    enabled: bool | UnsetType = UNSET
    mode: Mode | UnsetType = UNSET
    database_type: str | UnsetType = UNSET
    allowed_hosts: list[str] | UnsetType = UNSET
    timeout_ms: int | UnsetType = UNSET
    memory_mb: int | UnsetType = UNSET
    pooled_connections: bool | UnsetType = UNSET
    record_logins: bool | UnsetType = UNSET
    error_messages: ErrorMessages | UnsetType = UNSET
    dialect: Dialect | UnsetType = UNSET
    timezone: str | UnsetType = UNSET
    connection: _Connection | UnsetType = UNSET
    env: dict[str, str] | UnsetType = UNSET


@dataclass(frozen=True, slots=True)
class Folder:
    """`changes`: fields of CustomDatabase as `CustomDatabaseService.update` takes them. `files`: of each source."""

    sources: Mapping[ScriptName, str] = field(default_factory=dict)
    changes: Mapping[str, Any] = field(default_factory=dict)
    files: Mapping[ScriptName, str] = field(default_factory=dict)


def files() -> dict[ScriptName, tuple[str, ...]]:
    """The names a function's file may have: its own, or the one Auth0's deploy tool gives it."""
    return {
        name: (f"{name}.js", *(f"{stem}.js" for stem, of in auth0.FILES.items() if of == name))
        for name in (*SCRIPT_NAMES, *AUTH0_NAMES)
    }


def read(texts: Mapping[str, str], environ: Mapping[str, str]) -> Folder:
    """Of files by name; others are left alone. Raises InvalidInput naming the file, with line and column in TOML."""
    sources: dict[ScriptName, str] = {}
    of: dict[ScriptName, str] = {}
    for name, known in files().items():
        there = [file for file in known if file in texts]
        if len(there) > 1:
            first, second = there[:2]
            raise InvalidInput(second, f"与 {first} 是同一函数", f"is the same function as {first}")
        for file in there:
            sources[name], of[name] = texts[file], file
    connection = texts.get(CONNECTION_FILE)
    return Folder(sources, {} if connection is None else _changes(connection, environ), of)


def _changes(text: str, environ: Mapping[str, str]) -> dict[str, Any]:
    try:
        found = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        place = _TOML_PLACE.search(said)
        where = {"line": int(place[1]), "column": int(place[2])} if place else {}
        said = _TOML_PLACE.sub("", said)
        raise InvalidInput(
            CONNECTION_FILE, f"不是合法的 TOML（{said}）", f"not TOML: {said}", **where
        ) from error
    for section in ("connection", "env"):
        if isinstance(given := found.get(section), dict):
            found[section] = {key: _filled(value, environ) for key, value in given.items()}
    if isinstance(env := found.get("env"), dict):
        found["env"] = {
            key: value if isinstance(value, str) else json.dumps(value) for key, value in env.items()
        }
    changes = msgspec.structs.asdict(_settings(found))
    changes = {name: value for name, value in changes.items() if value is not UNSET}
    if "allowed_hosts" in changes:
        changes["allowed_hosts"] = tuple(changes["allowed_hosts"])
    if "connection" in changes:
        changes["connection"] = Connection(**msgspec.structs.asdict(changes["connection"]))
    return changes


def _settings(found: dict[str, Any]) -> _Settings:
    port = found["connection"].get("port") if isinstance(found.get("connection"), dict) else None
    if isinstance(port, str) and port.isascii() and port.isdigit():
        found["connection"]["port"] = int(port)  # a variable of the environment is text
    try:
        return msgspec.convert(found, _Settings)
    except msgspec.ValidationError as error:
        at = _AT.match(str(error))
        said, where = (at[1], at[2]) if at else (str(error), "")
        unknown = _UNKNOWN.match(said)
        if unknown:
            key = ".".join(filter(None, (where, unknown[1])))
            raise InvalidInput(CONNECTION_FILE, f"没有 {key} 这个键", f"there is no key {key}") from None
        raise InvalidInput(CONNECTION_FILE, f"{where} 的值不对（{said}）", f"{where}: {said}") from None


def _filled(value: Any, environ: Mapping[str, str]) -> Any:
    placeholder = _PLACEHOLDER.match(value) if isinstance(value, str) else None
    return environ.get(placeholder[1], HIDDEN) if placeholder else value


def written(database: CustomDatabase, sources: Mapping[ScriptName, str]) -> list[tuple[tuple[str, ...], str]]:
    """The files of a folder: each with the names it may have there, the usual one first. Secrets never leave the
    server."""
    named = files()
    return [
        *((named[name], source) for name, source in sources.items()),
        ((CONNECTION_FILE,), connection_file(database)),
        *(((name,), _shipped(name)) for name in ("poolhouse.d.ts", "jsconfig.json")),
    ]


def _shipped(name: str) -> str:
    return resources.files("poolhouse.customdb.templates").joinpath(name).read_text()


def connection_file(database: CustomDatabase) -> str:
    lines = ["# A value like ${NAME} is taken from the environment of `poolhouse scripts push`;"]
    lines.append("# where there is no such variable, what the server has stays.")
    lines += [f"{key} = {json.dumps(_plain(getattr(database, key)))}" for key in SETTINGS]
    connection = database.connection
    lines += ["", "[connection]"]
    if connection.uri:
        lines.append('uri = "${DB_CONNECTION_URI}"')
    else:
        for key in ("host", "port", "username", "database"):
            if (value := getattr(connection, key)) is not None:
                lines.append(f"{key} = {json.dumps(value)}")
        if connection.password is not None:
            lines.append('password = "${DB_PASSWORD}"')
    if database.env:
        lines += ["", "[env]", *(f'{key} = "${{{key}}}"' for key in sorted(database.env))]
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value
