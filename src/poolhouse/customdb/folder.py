"""A custom database as a folder: one file a function, and connection.toml with placeholders for secrets.

A value `${NAME}` is taken from the environment of whoever pushes; where there is no such variable, what the
server has stays. A function without a file is left alone.
"""

from __future__ import annotations

import json
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from importlib import resources
from pathlib import Path
from typing import Any

from poolhouse.customdb import auth0
from poolhouse.customdb.model import AUTH0_NAMES, SCRIPT_NAMES, Connection, CustomDatabase, ScriptName
from poolhouse.customdb.redaction import HIDDEN
from poolhouse.errors import InvalidInput
from poolhouse.users.model import Status
from poolhouse.users.profile_fields import FIELDS, Kind
from poolhouse.users.profiles import NAMES

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
_JSCONFIG = {"compilerOptions": {"checkJs": True, "target": "ES2022", "lib": ["ES2022"]}}


@dataclass(frozen=True, slots=True)
class Folder:
    """`changes`: fields of CustomDatabase as `CustomDatabaseService.update` takes them."""

    sources: Mapping[ScriptName, str]
    changes: Mapping[str, Any]


def read(path: Path, environ: Mapping[str, str] = os.environ) -> Folder:
    """Raises InvalidInput naming the file."""
    if not path.is_dir():
        raise InvalidInput(str(path), "不是文件夹", "not a folder")
    sources = {name: file.read_text() for name, file in _script_files(path).items()}
    file = path / CONNECTION_FILE
    return Folder(sources, _changes(file, environ) if file.exists() else {})


def _script_files(path: Path) -> dict[ScriptName, Path]:
    """By function; a file may have the name Auth0's deploy tool gives it. Raises InvalidInput for two of one."""
    names: dict[str, ScriptName] = {name: name for name in (*SCRIPT_NAMES, *AUTH0_NAMES)}
    found: dict[ScriptName, Path] = {}
    for stem, name in (names | auth0.FILES).items():
        file = path / f"{stem}.js"
        if not file.exists():
            continue
        if name in found:
            other = found[name].name
            raise InvalidInput(str(file), f"与 {other} 是同一函数", f"is the same function as {other}")
        found[name] = file
    return found


def _changes(file: Path, environ: Mapping[str, str]) -> dict[str, Any]:
    try:
        found = tomllib.loads(file.read_text())
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(str(file), str(error), str(error)) from error
    unknown = set(found) - {*SETTINGS, "connection", "env"}
    if unknown:
        raise InvalidInput(f"{file}: {sorted(unknown)[0]}", "未知的键", "no such key")
    changes: dict[str, Any] = {key: found[key] for key in SETTINGS if key in found}
    if "allowed_hosts" in changes:
        changes["allowed_hosts"] = tuple(changes["allowed_hosts"])
    if "connection" in found:
        given = {key: _filled(value, environ) for key, value in found["connection"].items()}
        known = {field.name for field in fields(Connection)}
        if set(given) - known:
            raise InvalidInput(f"{file}: connection", f"应为 {known}", f"its keys are {sorted(known)}")
        changes["connection"] = Connection(**given)
    if "env" in found:
        changes["env"] = {key: str(_filled(value, environ)) for key, value in found["env"].items()}
    return changes


def _filled(value: Any, environ: Mapping[str, str]) -> Any:
    placeholder = _PLACEHOLDER.match(value) if isinstance(value, str) else None
    return environ.get(placeholder[1], HIDDEN) if placeholder else value


def write(path: Path, database: CustomDatabase, sources: Mapping[ScriptName, str]) -> list[Path]:
    """Writes what differs; answers the files it wrote. Secrets never leave the server."""
    path.mkdir(parents=True, exist_ok=True)
    files = _script_files(path)
    texts = {files[name].name if name in files else f"{name}.js": source for name, source in sources.items()}
    texts[CONNECTION_FILE] = _toml(database)
    texts["poolhouse.d.ts"] = declarations()
    texts["jsconfig.json"] = json.dumps(_JSCONFIG, indent=2) + "\n"
    written = []
    for name, text in texts.items():
        file = path / name
        if not file.exists() or file.read_text() != text:
            file.write_text(text)
            written.append(file)
    return written


def declarations() -> str:
    """TypeScript declarations of `env`, the context, the profile and the nine signatures."""
    text = resources.files("poolhouse.customdb.templates").joinpath("poolhouse.d.ts").read_text()
    fields = [f"  {name}?: {_typescript(field)} | null;\n" for name, field in NAMES.items()]
    return text.replace("  // fields\n", "".join(fields))


def _typescript(field: str) -> str:
    if field == "status":
        return " | ".join(f"'{status}'" for status in Status)
    if field == "gender":
        return "'M' | 'F' | 'U'"
    return _TYPESCRIPT.get(FIELDS[field].kind, "string")


_TYPESCRIPT: Mapping[Kind, str] = {
    "boolean": "boolean",
    "count": "number",
    "day": "string | Date",
    "time": "string | Date",
    "stamp": "string | Date",
    "list": "string[]",
}


def _toml(database: CustomDatabase) -> str:
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
