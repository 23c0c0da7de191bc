"""The arguments of each function as fields of a form: what a person types, and what the function is given for it.

The names are those of `customdb/stubs.py`, the members those of `customdb/templates/poolhouse.d.ts`; tests hold
the three together.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from poolhouse.customdb.model import ScriptName
from poolhouse.errors import InvalidInput
from poolhouse.wire.json_body import json_text

Kind = Literal["text", "secret", "number", "yes", "json"]
LONGEST_ARGUMENT = 4_096
LONGEST_JSON = 16_384
_LARGEST_NUMBER = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Argument:
    """`path`: a parameter, or a member of one (`query.email`); a parameter of kind `json` is the members that have no
    field. An empty field is null where `nullable`, no member where `optional`, else an empty text."""

    path: str
    kind: Kind = "text"
    default: str = ""
    nullable: bool = False
    optional: bool = False


def _query(*members: str) -> tuple[Argument, ...]:
    return tuple(Argument(f"query.{member}", nullable=True) for member in members)


def _profile(root: str, *members: str, password: bool) -> tuple[Argument, ...]:
    secret = (Argument(f"{root}.password", "secret", optional=True),) if password else ()
    fields = tuple(Argument(f"{root}.{member}", optional=True) for member in members)
    return (*fields, *secret, Argument(root, "json", optional=True))


CONTEXT = Argument("context", "json", optional=True)
"""What is not given of it is the server's own."""
_WHO = ("username", "email", "phone", "name")
ARGUMENTS: dict[ScriptName, tuple[Argument, ...]] = {
    "login": (*_query("email", "phone", "username"), Argument("password", "secret")),
    "getUser": _query("id", "email", "phone", "username"),
    "searchUser": (Argument("keyword"),),
    "createUser": _profile("userinfo", *_WHO, password=True),
    "updateUser": (Argument("id"), *_profile("updates", *_WHO, password=True)),
    "deleteUser": (Argument("id"),),
    "listUsers": (Argument("page", "number", "1"), Argument("limit", "number", "10")),
    "validatePassword": (Argument("id"), Argument("password", "secret")),
    "verifyPassword": (
        Argument("password", "secret"),
        Argument("hash", "secret"),
        Argument("salt", "secret", nullable=True),
        *_profile("user", "id", "username", "email", password=False),
    ),
    "changePassword": (Argument("email"), Argument("newPassword", "secret")),
    "verify": (Argument("email"),),
    "changeEmail": (Argument("email"), Argument("newEmail"), Argument("verified", "yes", "no")),
    "changeUsername": (Argument("username"), Argument("newUsername")),
}


def given(name: ScriptName, texts: Mapping[str, str]) -> list[Any]:
    """The arguments that `texts`, path -> what was typed, stand for; the context only where it was given.

    Raises InvalidInput and TooLarge naming the path.
    """
    values: dict[str, Any] = {}
    for one in (*ARGUMENTS[name], CONTEXT):
        root, _, member = one.path.partition(".")
        value = _read(one, texts.get(one.path, one.default))
        if one.kind == "json":
            if value is not None or one is not CONTEXT:
                values[root] = {**(value or {}), **values.get(root, {})}
        elif not member:
            values[root] = value
        elif value is not None or not one.optional:
            values.setdefault(root, {})[member] = value
    return list(values.values())


def _read(one: Argument, text: str) -> Any:
    longest = LONGEST_JSON if one.kind == "json" else LONGEST_ARGUMENT
    if len(text) > longest:
        raise InvalidInput(one.path, f"最多 {longest} 个字符", f"at most {longest} characters")
    if not text and (one.nullable or one.optional):
        return None
    if one.kind == "number":
        typed = text.strip()
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 10 and int(typed) <= _LARGEST_NUMBER):
            raise InvalidInput(one.path, "应为非负整数", "must be a whole number, zero or more")
        return int(typed)
    if one.kind == "yes":
        return text == "yes"
    return _members(one, text) if one.kind == "json" else text


def _members(one: Argument, text: str) -> dict[str, Any] | None:
    if not text.strip():
        return None
    value = json_text(text, one.path)
    if not isinstance(value, dict):
        raise InvalidInput(one.path, "应为 JSON 对象", "must be a JSON object")
    return value
