"""What a log may keep of a call: never a password, a token or a secret of the connection."""

from __future__ import annotations

import base64
import functools
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from poolhouse.texts import storable

HIDDEN = "***"
_SECRET_KEY = re.compile(
    r"pass(word|wd|phrase)?|secret|token|credential|authorization|cookie|api.?key|otp|captcha|code$|salt",
    re.I,
)
_RUN = re.compile(r"\S+")
_BETWEEN = re.compile(r"""([\s"'`,;:=()\[\]{}<>]+)""")
# Anchored, and every part ends where the next begins: a search reads each letter a bounded number of times.
_URI_USER = re.compile(r"(?<!\w)\w{1,20}://[^\s:/@]*:")
# A row printed whole brings the stored password along: bcrypt, argon2, crypt, PBKDF2, scrypt.
_HASH = re.compile(r"\$(?:2[abxy]?|argon2\w*|[156]|pbkdf2[\w-]*|scrypt|7)\$[\w./$=,+-]{10,}")
LONGEST_TEXT = 4_096
SHORTEST_SECRET = 4
MOST_TYPED = 64
"""Secrets in one call's arguments. More hide everything the call said: nobody types so many."""


def secrets_of(env: Mapping[str, str]) -> list[str]:
    """The values of `env` that must not appear in a log: all of them but hosts, ports and names."""
    harmless = {"DB_HOST", "DB_PORT", "DB_DATABASE", "DB_USERNAME"}
    return [value for key, value in env.items() if key not in harmless and len(value) >= SHORTEST_SECRET]


_SECRETS_AT: Mapping[str, tuple[int, ...]] = {
    "login": (1,),
    "validatePassword": (1,),
    "changePassword": (1,),
    "verifyPassword": (0, 1, 2),
}
"""Where a function's arguments are a password, or what is stored of one."""


def redacted_arguments(function: str, args: Iterable[Any]) -> list[Any]:
    """The arguments before `context`, passwords hidden wherever they stand."""
    shown = [_redacted(arg) for arg in args][:-1]
    for position in _SECRETS_AT.get(function, ()):
        if position < len(shown) and shown[position] is not None:
            shown[position] = HIDDEN
    return shown


class Redactor:
    """Cuts known secrets out of what one call said.

    Time grows with the text kept (`longest` and the longest secret) times the number of secrets, never
    with what a script chose to print. Spelling large secrets takes milliseconds: make one a call, and use it
    off the event loop.
    """

    def __init__(self, known: Iterable[str], typed: Iterable[str] = ()) -> None:
        """`known` are the connection's secrets, `typed` those of this call's arguments."""
        given = {secret for secret in typed if secret}
        self._hide_all = len(given) > MOST_TYPED
        # Inside words a short one would be found everywhere, and "User not e***ists!" tells what it is.
        self._short = {secret for secret in given if len(secret) < SHORTEST_SECRET}
        given -= self._short
        found = set(_known_spellings(tuple(sorted(set(known)))))
        if not self._hide_all:
            found.update(spelling for secret in given for spelling in _spellings(secret))
        self._spellings = sorted(found, key=len, reverse=True)
        self._margin = max([512, *map(len, self._spellings[:1])])

    def text(self, text: str, longest: int = LONGEST_TEXT) -> str:
        """At most `longest` characters of it. What is cut off takes a secret that straddles the cut with it."""
        if self._hide_all:
            return HIDDEN if text else ""
        cut = len(text) > longest + self._margin
        if cut:
            text = text[: longest + self._margin]
        for spelling in self._spellings:
            text = text.replace(spelling, HIDDEN)
        if self._short:
            text = "".join(HIDDEN if part in self._short else part for part in _BETWEEN.split(text))
        text = _RUN.sub(_without_uri_password, text)
        text = _HASH.sub(HIDDEN, text)
        if cut:
            text = text[: -self._margin]
        text = str(storable(text))
        return text[:longest] + "…" if cut or len(text) > longest else text


def redacted_text(text: str | None, secrets: Iterable[str]) -> str | None:
    """One text, with every known secret cut out, and not endless."""
    return None if text is None else Redactor(secrets).text(text)


def _without_uri_password(run: re.Match[str]) -> str:
    """`scheme://user:...@` of one run of letters without a blank; the last @ ends the password."""
    text = run[0]
    end = text.rfind("@")
    user = _URI_USER.search(text, 0, end) if end > 0 else None
    return f"{text[: user.end()]}{HIDDEN}{text[end:]}" if user else text


@functools.lru_cache(maxsize=256)
def _known_spellings(secrets: tuple[str, ...]) -> frozenset[str]:
    """Kept, since a connection's are the same in every call; the people's passwords never are."""
    return frozenset(spelling for secret in secrets for spelling in _spellings(secret))


def _spellings(secret: str) -> set[str]:
    """A secret as it is, in a URI, in JSON and in base64: scripts print all of these."""
    found = {secret, quote(secret, safe=""), json.dumps(secret)[1:-1]}
    found.add(json.dumps(secret, ensure_ascii=False)[1:-1])
    found.add(base64.b64encode(secret.encode()).decode().rstrip("="))
    return {spelling for spelling in found if spelling}


def secrets_typed(function: str, args: Sequence[Any]) -> list[str]:
    """The password of a function that takes one, and every value under a secret-looking key."""
    found: list[str] = []
    for arg in args:
        _collect(arg, found)
    found = [value for value in found if len(value) >= SHORTEST_SECRET]
    places = _SECRETS_AT.get(function, ())
    found += [args[place] for place in places if place < len(args) and isinstance(args[place], str)]
    return found


def is_secret_key(key: str) -> bool:
    return bool(_SECRET_KEY.search(key[:LONGEST_TEXT]))


def names_secret(text: str) -> bool:
    """Whether a JSON text, sound or not, has a key that looks like a secret's."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return bool(_SECRET_KEY.search(text))
    return _has_secret_key(value)


def _has_secret_key(value: Any) -> bool:
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, dict):
            if any(_SECRET_KEY.search(key[:LONGEST_TEXT]) for key in item):
                return True
            todo.extend(item.values())
        elif isinstance(item, list):
            todo.extend(item)
    return False


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
            _short(str(key)): HIDDEN
            if inner is not None and _SECRET_KEY.search(str(key)[:LONGEST_TEXT])
            else _redacted(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_redacted(inner) for inner in value]
    return _short(value) if isinstance(value, str) else value


def _short(text: str) -> str:
    return f"{storable(text[:LONGEST_TEXT])}{'…' if len(text) > LONGEST_TEXT else ''}"
