"""What a log may keep of a call: never a password, a token or a secret of the connection."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

HIDDEN = "***"
_SECRET_KEY = re.compile(
    r"pass(word|wd|phrase)?|secret|token|credential|authorization|cookie|api.?key|otp|captcha|code$|salt",
    re.I,
)
_IN_URI = re.compile(r"(\w+://[^\s:/@]*):\S*@")
# A row printed whole brings the stored password along: bcrypt, argon2, crypt, PBKDF2, scrypt.
_HASH = re.compile(r"\$(?:2[abxy]?|argon2\w*|[156]|pbkdf2[\w-]*|scrypt|7)\$[\w./$=,+-]{10,}")
LONGEST_TEXT = 4_096
SHORTEST_SECRET = 4


def secrets_of(env: Mapping[str, str]) -> list[str]:
    """The values of `env` that must not appear in a log: all of them but hosts, ports and names."""
    harmless = {"DB_HOST", "DB_PORT", "DB_DATABASE", "DB_USERNAME"}
    return [value for key, value in env.items() if key not in harmless and len(value) >= SHORTEST_SECRET]


def redacted_arguments(function: str, args: Iterable[Any]) -> list[Any]:
    """The arguments before `context`, passwords hidden wherever they stand."""
    shown = [_redacted(arg) for arg in args][:-1]
    position = {"login": 1, "validatePassword": 1}.get(function)
    if position is not None and position < len(shown):
        shown[position] = HIDDEN
    return shown


def redacted_text(text: str | None, secrets: Iterable[str]) -> str | None:
    """Text a script produced, with every known secret cut out, and not endless."""
    if text is None:
        return None
    for secret in sorted(_spellings(secrets), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    text = _IN_URI.sub(rf"\1:{HIDDEN}@", text)
    text = _HASH.sub(HIDDEN, text)
    text = text.replace("\x00", "")
    return text if len(text) <= LONGEST_TEXT else text[:LONGEST_TEXT] + "…"


def _spellings(secrets: Iterable[str]) -> set[str]:
    """A secret as it is, in a URI, in JSON and in base64: scripts print all of these."""
    found: set[str] = set()
    for secret in secrets:
        found |= {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}
        found.add(json.dumps(secret, ensure_ascii=False)[1:-1])
        if len(secret) >= SHORTEST_SECRET:
            found.add(base64.b64encode(secret.encode()).decode().rstrip("="))
    return {spelling for spelling in found if spelling}


def passwords_in(args: Iterable[Any]) -> list[str]:
    """Every value under a secret-looking key, to be cut out of what the script prints."""
    found: list[str] = []
    for arg in args:
        _collect(arg, found)
    return [value for value in found if len(value) >= SHORTEST_SECRET]


def _collect(value: Any, found: list[str]) -> None:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, str) and _SECRET_KEY.search(str(key)):
                found.append(inner)
            else:
                _collect(inner, found)
    elif isinstance(value, list | tuple):
        for inner in value:
            _collect(inner, found)


def _redacted(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            str(key): HIDDEN if inner is not None and _SECRET_KEY.search(str(key)) else _redacted(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_redacted(inner) for inner in value]
    if isinstance(value, str):
        cleaned = value.replace("\x00", "")
        return cleaned if len(cleaned) <= LONGEST_TEXT else cleaned[:LONGEST_TEXT] + "…"
    return value
