"""Auth0's custom database scripts, read as ours: names, arguments, profiles and answers.

The worker finds the function and calls it with a callback; what its arguments and answers mean is said here.
Source: Auth0's public documentation of custom database action scripts; docs/decisions/0018-auth0-dialect.md.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from poolhouse.customdb.model import Offer, ScriptName
from poolhouse.sandbox.client import Threw

FILES: dict[str, ScriptName] = {
    "get_user": "getUser",
    "create": "createUser",
    "delete": "deleteUser",
    "change_password": "changePassword",
    "change_email": "changeEmail",
    "change_username": "changeUsername",
}
"""Auth0's name of a script, where it is not ours: of its deploy tool's file, and in its API."""
NAMES: dict[str, ScriptName] = {**FILES, "getByEmail": "getUser", "remove": "deleteUser"}
"""Those and the functions' names in Auth0's examples."""

CALLED: frozenset[ScriptName] = frozenset(
    {
        "login",
        "getUser",
        "createUser",
        "deleteUser",
        "changePassword",
        "verify",
        "changeEmail",
        "changeUsername",
    }
)
"""What may be in Auth0's form; everything else is in ours under either dialect."""

WRONG_PASSWORD = "WrongUsernameOrPasswordError"
USER_EXISTS = ("ValidationError", "user_exists")

OFFER = Offer(
    "SCRIPT_LOOKS_LIKE_AUTH0",
    '该脚本为 Auth0 的写法；将连接的 dialect 设为 "auth0" 即可原样使用',
    'this script is written for Auth0: set the connection\'s dialect to "auth0" to use it as it is',
)

_KEYS = {
    "user_id": "id",
    "email_verified": "emailVerified",
    "phone_number": "phone",
    "phone_verified": "phoneVerified",
    "phone_number_verified": "phoneVerified",
    "given_name": "givenName",
    "family_name": "familyName",
    "middle_name": "middleName",
    "preferred_username": "preferredUsername",
    "picture": "photo",
    "created_at": "createdAt",
    "updated_at": "updatedAt",
    "last_login": "lastLogin",
    "last_ip": "lastIP",
    "logins_count": "loginsCount",
}
"""Key of a profile at Auth0 -> ours; a key that is the same, or that only one of the two knows, stays."""
_THEIRS = {ours: theirs for theirs, ours in reversed(_KEYS.items())} | {"lastIp": "last_ip"}
_ADDRESS = {
    "formatted": "formatted",
    "street_address": "streetAddress",
    "locality": "locality",
    "region": "region",
    "postal_code": "postalCode",
    "country": "country",
}
_IDENTIFIERS = ("email", "username", "phone", "id")


def identifier(query: Any) -> str | None:
    """What Auth0's functions are given for one of ours: the e-mail, or else what there is."""
    if not isinstance(query, Mapping):
        return None if query is None else str(query)
    return next((str(value) for key in _IDENTIFIERS if (value := query.get(key))), None)


def arguments(name: ScriptName, args: Sequence[Any], known_as: str | None = None) -> list[Any]:
    """Ours, the context last -> those before Auth0's context and callback. `known_as`: whom an id alone means."""
    *given, context = args
    if name == "login":
        return [identifier(given[0]), *given[1:]]
    if name == "getUser":
        return [known_as or identifier(given[0])]
    if name == "createUser":
        return [_user(given[0], context)]
    return given


def query_of(text: str) -> dict[str, str | None]:
    """The query of ours that a text stands for: for those who try a function as Auth0 calls it."""
    kind = "email" if "@" in text else "username"
    return {each: text if each == kind else None for each in ("id", "email", "phone", "username")}


def answer(name: ScriptName, value: Any) -> Any:
    """What Auth0's function answered, as ours would have."""
    if name in ("login", "getUser"):
        return profile(value) if value else None
    if name == "createUser":
        return profile(value) if isinstance(value, Mapping) and _names_somebody(value) else None
    if name == "deleteUser":
        return value is not False
    return value


def profile(value: Any) -> Any:
    """A profile in our words. Without an id, which Auth0 would make up, whoever has an e-mail is known by it."""
    if not isinstance(value, Mapping):
        return value
    ours: dict[str, Any] = {}
    for key, given in value.items():
        if key == "address" and isinstance(given, Mapping):
            ours |= {mine: given[theirs] for theirs, mine in _ADDRESS.items() if theirs in given}
        elif key in _KEYS:
            ours[_KEYS[key]] = given
    for key, given in value.items():
        if key not in _KEYS and not (key == "address" and isinstance(given, Mapping)):
            ours.setdefault(key, given)
    if ours.get("id") in (None, "") and (made := ours.get("email") or ours.get("username")):
        ours["id"] = made.lower() if isinstance(made, str) else made
    return ours


def name_of(profile: Mapping[str, Any]) -> str | None:
    """By what Auth0's functions find somebody again."""
    name = profile.get("email") or profile.get("username")
    return name if isinstance(name, str) else None


def is_wrong_password(threw: Threw) -> bool:
    return threw.name == WRONG_PASSWORD


def is_user_exists(threw: Threw) -> bool:
    return (threw.name, threw.code) == USER_EXISTS


def _names_somebody(value: Mapping[str, Any]) -> bool:
    return any(value.get(key) for key in ("user_id", "id", "email", "username"))


def _user(info: Any, context: Any) -> Any:
    """The user that `create` gets. Both metadata are there, though empty, as scripts reach into them."""
    if not isinstance(info, Mapping):
        return info
    user = {_THEIRS.get(key, key): value for key, value in info.items() if value is not None}
    where = context if isinstance(context, Mapping) else {}
    around = {
        "tenant": where.get("userPoolName"),
        "client_id": where.get("appId"),
        "connection": "custom-database",
    }
    return {**around, "user_metadata": {}, "app_metadata": {}, **user}
