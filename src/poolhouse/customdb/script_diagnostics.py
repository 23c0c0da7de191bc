"""What the debug button says about an answer beyond its being one: the mistakes that show only later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from poolhouse.customdb.model import ScriptName
from poolhouse.users.profiles import NAMES, count_of, misfits

ONE_PROFILE = frozenset({"login", "getUser", "createUser", "updateUser"})
PAGES = frozenset({"searchUser", "listUsers"})
_SHOWN = 5
_EXPECTED = frozenset({"id", "password", "token"})
# What changes by itself between two calls.
_MOVING = frozenset({"loginsCount", "lastLogin", "lastIP", "lastIp", "updatedAt", "token"})


def about_answer(name: ScriptName, value: Any) -> list[str]:
    """Sentences for the script's author about one returned value."""
    if name in ONE_PROFILE:
        if value is None:
            return ["login must throw; it returned null"] if name == "login" else []
        return _about_profile(name, value)
    if name in PAGES:
        return _about_page(name, value)
    if name in ("deleteUser", "validatePassword", "verifyPassword") and not isinstance(value, bool):
        return [f"{name} must return true or false, not {kind_of(value)}"]
    return []


def about_made_id(profile: Any) -> list[str]:
    """Of a profile in Auth0's form."""
    names = (
        [str(profile.get(key)).lower() for key in ("email", "username")]
        if isinstance(profile, Mapping)
        else []
    )
    if names and str(profile.get("id")).lower() in names:
        return [
            "The profile has no user_id, so the e-mail or username is used as the id. "
            "A user who changes it becomes a different user."
        ]
    return []


def about_count(name: str, args: Sequence[Any], value: Any) -> list[str]:
    """Where totalCount, the list and the page asked for do not go together: said of every call, not only of a
    debugging one, because users are missing or shown twice somewhere."""
    if name not in PAGES or not isinstance(value, Mapping) or not isinstance(value.get("list"), list):
        return []
    came, total = len(value["list"]), count_of(value.get("totalCount"))
    if name == "searchUser":
        return _about_search_count(came, total, value.get("totalCount"))
    page, limit = args[0], args[1]
    if total is None or not (isinstance(page, int) and isinstance(limit, int)):
        return []
    left = max(0, total - (page - 1) * limit)
    if came > limit and came >= total:
        return [
            f"The script returned {came} rows for a limit of {limit}, so the page was cut out of them. "
            "Use page and limit in the query."
        ]
    if came > limit:
        return [
            f"The script returned {came} rows for a limit of {limit}; the rest was cut off. "
            "Use page and limit in the query."
        ]
    if page == 1 and came > total:
        return [
            f"totalCount is {total}, but the page has {came} rows. "
            "totalCount must count all users, not those of one page."
        ]
    if came > left:
        return [
            f"returned {came} rows on page {page}, where a totalCount of {total} leaves {left}: the rest was cut off; "
            "totalCount counts all users, and page begins at 1"
        ]
    return []


def _about_search_count(came: int, total: int | None, given: Any) -> list[str]:
    if given is None:
        return [f"totalCount is missing; the number of rows, {came}, was used."]
    if total is not None and total < came:
        return [f"totalCount is {total}, but there are {came} rows; the number of rows was used."]
    if total is not None and total > came:
        return [
            f"The script returned {came} of {total} rows. "
            "searchUser has no pages, so the others cannot be seen."
        ]
    return []


def about_paging(limit: int, first: Any, second: Any) -> list[str]:
    """`listUsers` asked for page 1 and page 2."""
    if not (isinstance(first, Mapping) and isinstance(second, Mapping)):
        return []
    one, two = (
        [str(user.get("id")) for user in page.get("list") or [] if isinstance(user, Mapping)]
        for page in (first, second)
    )
    if one and one == two:
        return ["Page 2 equals page 1: the query does not use `page`."]
    counted = count_of(first.get("totalCount"))
    if two and counted is not None and counted <= limit:
        return [
            f"totalCount is {counted}, but page 2 has rows. "
            "totalCount must count all users, not those of one page."
        ]
    return []


def about_thrown(name: ScriptName, message: str) -> list[str]:
    if name == "getUser" and "not exist" in message.lower():
        return ["getUser must return null for an unknown user. If it throws, nobody can sign up."]
    return []


def about_both(login: Any, found: Any) -> list[str]:
    """`login` and `getUser` on the same person."""
    if not isinstance(login, Mapping):
        return []
    if not isinstance(found, Mapping):
        return ["getUser does not find the user that login returned by the id in that profile."]
    if str(login.get("id")) != str(found.get("id")):
        return [
            f"login and getUser return different ids for one user: {login.get('id')!r} and {found.get('id')!r}"
        ]
    shared = (set(login) & set(found) & set(NAMES)) - _MOVING
    different = sorted(key for key in shared if login[key] != found[key])
    if different:
        return [f"login and getUser return different values for: {', '.join(different[:_SHOWN])}"]
    return []


def about_repetition(first: Any, second: Any) -> list[str]:
    """The same call twice."""
    if isinstance(first, Mapping) and isinstance(second, Mapping) and first.get("id") != second.get("id"):
        return [f"The id changes between calls: {first.get('id')!r}, then {second.get('id')!r}"]
    return []


def _about_profile(name: str, value: Any) -> list[str]:
    if not isinstance(value, Mapping):
        return [f"{name} must return a profile, not {kind_of(value)}"]
    said = []
    user_id = value.get("id")
    if user_id is None or user_id == "" or isinstance(user_id, bool):
        said.append("The profile has no id.")
    if value.get("password") is not None:
        said.append("Remove `password` from the returned profile; it is ignored.")
    if lost := misfits(value):
        said.append(f"These values have the wrong type for their field: {', '.join(lost[:_SHOWN])}")
    unknown = sorted(set(value) - set(NAMES) - _EXPECTED)
    if unknown:
        more = f" and {len(unknown) - _SHOWN} more" if len(unknown) > _SHOWN else ""
        said.append(f"Unknown fields are ignored: {', '.join(unknown[:_SHOWN])}{more}")
    return said


def _about_page(name: str, value: Any) -> list[str]:
    if not isinstance(value, Mapping) or not isinstance(value.get("list"), list):
        return [f"{name} must return totalCount and list, not {kind_of(value)}"]
    found, said = value["list"], []
    ids = [str(user.get("id")) for user in found if isinstance(user, Mapping)]
    if len(set(ids)) < len(ids):
        said.append("An id is on the page twice.")
    for user in found[:1]:
        said += _about_profile(name, user)
    return said


def kind_of(value: Any) -> str:
    """What a script returned, by its kind in JavaScript's words."""
    names = {type(None): "null", dict: "an object", list: "a list", str: "a string", bool: "a boolean"}
    return names.get(type(value), "a number")
