"""What the debug button says about an answer beyond its being one: the mistakes that show only later."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from poolhouse.customdb.model import ScriptName
from poolhouse.sandbox.warnings import Sentence, Warned, kind_of
from poolhouse.users.profiles import NAMES, count_of, misfits

ONE_PROFILE = frozenset({"login", "getUser", "createUser", "updateUser"})
PAGES = frozenset({"searchUser", "listUsers"})
_SHOWN = 5
_EXPECTED = frozenset({"id", "password", "token"})
# What changes by itself between two calls.
_MOVING = frozenset({"loginsCount", "lastLogin", "lastIP", "lastIp", "updatedAt", "token"})


def about_answer(name: ScriptName, value: Any) -> list[Warned]:
    """About one returned value."""
    if name in ONE_PROFILE:
        if value is None:
            return [Sentence.LOGIN_NULL()] if name == "login" else []
        return _about_profile(name, value)
    if name in PAGES:
        return _about_page(name, value)
    if name in ("deleteUser", "validatePassword", "verifyPassword") and not isinstance(value, bool):
        return [Sentence.NO_BOOLEAN(name=name, kind=kind_of(value))]
    return []


def about_made_id(profile: Any) -> list[Warned]:
    """Of a profile in Auth0's form."""
    names = (
        [str(profile.get(key)).lower() for key in ("email", "username")]
        if isinstance(profile, Mapping)
        else []
    )
    if names and str(profile.get("id")).lower() in names:
        return [Sentence.MADE_ID()]
    return []


def about_count(name: str, args: Sequence[Any], value: Any) -> list[Warned]:
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
        return [Sentence.LIMIT_IGNORED(came=came, limit=limit)]
    if came > limit:
        return [Sentence.LIMIT_EXCEEDED(came=came, limit=limit)]
    if page == 1 and came > total:
        return [Sentence.COUNT_OF_PAGE(total=total, came=came)]
    if came > left:
        return [Sentence.COUNT_LEAVES(came=came, page=page, total=total, left=left)]
    return []


def _about_search_count(came: int, total: int | None, given: Any) -> list[Warned]:
    if given is None:
        return [Sentence.COUNT_MISSING(came=came)]
    if total is not None and total < came:
        return [Sentence.COUNT_BELOW_ROWS(total=total, came=came)]
    if total is not None and total > came:
        return [Sentence.SEARCH_CUT(came=came, total=total)]
    return []


def about_paging(limit: int, first: Any, second: Any) -> list[Warned]:
    """`listUsers` asked for page 1 and page 2."""
    if not (isinstance(first, Mapping) and isinstance(second, Mapping)):
        return []
    one, two = (
        [str(user.get("id")) for user in page.get("list") or [] if isinstance(user, Mapping)]
        for page in (first, second)
    )
    if one and one == two:
        return [Sentence.SAME_PAGE()]
    counted = count_of(first.get("totalCount"))
    if two and counted is not None and counted <= limit:
        return [Sentence.COUNT_OF_FIRST(total=counted)]
    return []


def about_thrown(name: ScriptName, message: str) -> list[Warned]:
    if name == "getUser" and "not exist" in message.lower():
        return [Sentence.NULL_FOR_UNKNOWN()]
    return []


def about_both(login: Any, found: Any) -> list[Warned]:
    """`login` and `getUser` on the same person."""
    if not isinstance(login, Mapping):
        return []
    if not isinstance(found, Mapping):
        return [Sentence.NOT_FOUND()]
    if str(login.get("id")) != str(found.get("id")):
        return [Sentence.TWO_IDS(login=repr(login.get("id")), found=repr(found.get("id")))]
    shared = (set(login) & set(found) & set(NAMES)) - _MOVING
    different = sorted(key for key in shared if login[key] != found[key])
    if different:
        return [Sentence.TWO_VALUES(names=", ".join(different[:_SHOWN]))]
    return []


def about_repetition(first: Any, second: Any) -> list[Warned]:
    """The same call twice."""
    if isinstance(first, Mapping) and isinstance(second, Mapping) and first.get("id") != second.get("id"):
        return [Sentence.MOVING_ID(first=repr(first.get("id")), second=repr(second.get("id")))]
    return []


def _about_profile(name: str, value: Any) -> list[Warned]:
    if not isinstance(value, Mapping):
        return [Sentence.NO_PROFILE(name=name, kind=kind_of(value))]
    said = []
    user_id = value.get("id")
    if user_id is None or user_id == "" or isinstance(user_id, bool):
        said.append(Sentence.NO_ID())
    if value.get("password") is not None:
        said.append(Sentence.PASSWORD())
    if lost := misfits(value):
        said.append(Sentence.MISFITS(names=", ".join(lost[:_SHOWN])))
    unknown = sorted(set(value) - set(NAMES) - _EXPECTED)
    if unknown:
        names, more = ", ".join(unknown[:_SHOWN]), len(unknown) - _SHOWN
        said.append(
            Sentence.UNKNOWN_MORE(names=names, more=more) if more > 0 else Sentence.UNKNOWN(names=names)
        )
    return said


def _about_page(name: str, value: Any) -> list[Warned]:
    if not isinstance(value, Mapping) or not isinstance(value.get("list"), list):
        return [Sentence.NO_PAGE(name=name, kind=kind_of(value))]
    found, said = value["list"], []
    ids = [str(user.get("id")) for user in found if isinstance(user, Mapping)]
    if len(set(ids)) < len(ids):
        said.append(Sentence.TWICE())
    for user in found[:1]:
        said += _about_profile(name, user)
    return said
