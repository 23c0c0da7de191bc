"""Names of columns: the fields of a row in any case, with blanks, `_` or `-` between words, in English or Chinese."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache

from poolhouse.errors import InvalidInput
from poolhouse.fields.base import BASE_FIELDS
from poolhouse.texts import storable
from poolhouse.users.profiles import NAMES
from poolhouse.users.rules import spelled

FIELDS: Mapping[str, str] = {
    key: name for key, name in NAMES.items() if name not in ("created_at", "updated_at", "is_deleted")
}
"""Profile key -> field of User, of those an import may set."""
PREFERRED = tuple(key for key, name in FIELDS.items() if key == spelled(name))
"""One key a field, as it is written."""
ASIDE = ("id", "customDatabaseId", "password", "passwordHash", "salt", "customData")
"""Keys of a row that are no profile fields."""
CUSTOM = "customData."
SHOWN = 20
NOTHING_NAMED: Mapping[str, str] = {}

_ALSO: Mapping[str, Sequence[str]] = {
    "id": ("user id", "uid", "用户 ID", "编号"),
    "password": ("passwd", "pwd", "密码", "登录密码", "明文密码"),
    "passwordHash": ("hash", "encrypted password", "hashed password", "密码哈希", "密码密文", "加密密码"),
    "salt": ("password salt", "盐", "盐值", "密码盐"),
    "username": ("account", "login", "login name", "用户名", "账号", "帐号", "登录名", "用户账号"),
    "email": ("mail", "e-mail address", "邮箱", "电子邮箱", "电子邮件", "邮件", "邮箱地址"),
    "phone": (
        "phone number",
        "mobile number",
        "mobile",
        "mobile phone",
        "cell phone",
        "telephone",
        "tel",
        "手机",
        "手机号码",
        "电话",
        "联系电话",
    ),
    "name": ("full name", "real name", "display name", "姓名", "真实姓名", "名字"),
    "nickname": ("nick", "昵称"),
    "givenName": ("first name", "名"),
    "familyName": ("last name", "surname", "姓"),
    "gender": ("sex", "性别"),
    "birthdate": ("birthday", "date of birth", "生日", "出生日期"),
    "photo": ("avatar", "picture", "头像"),
    "company": ("organization", "organisation", "公司", "单位"),
    "externalId": ("employee id", "employee number", "工号", "员工编号", "员工号"),
    "identityNumber": ("id number", "id card", "身份证", "身份证号", "身份证号码"),
    "postalCode": ("zip", "zip code", "postcode", "邮编", "邮政编码"),
    "address": ("地址", "联系地址"),
    "streetAddress": ("street", "街道", "街道地址"),
    "country": ("国家",),
    "province": ("state", "省", "省份"),
    "city": ("城市", "市"),
    "region": ("地区", "区域"),
    "website": ("homepage", "个人网站"),
    "status": ("状态", "账号状态"),
    "emailVerified": ("邮箱已验证",),
    "phoneVerified": ("手机号已验证",),
    "loginsCount": ("登录次数",),
    "lastLogin": ("最近登录时间", "最后登录时间", "上次登录时间"),
    "signedUp": ("registered at", "注册时间"),
}


def folded(name: str) -> str:
    """What names are compared by. A `*` for a field that must be filled in says nothing, nor does a remark."""
    return _folded(name[:256])


@lru_cache(4096)  # every row of a file says the same names
def _folded(name: str) -> str:
    plain = unicodedata.normalize("NFKC", name).casefold()
    words, _, _ = plain.partition("(")
    return "".join(letter for letter in words if letter.isalnum())


def _known() -> dict[str, str]:
    keys = (*ASIDE, *FIELDS)
    known = {folded(base.label): key for key, base in BASE_FIELDS.items() if key in keys}
    known |= {folded(other): key for key, others in _ALSO.items() for other in others}
    return known | {folded(key): key for key in reversed(keys)}


_KNOWN = _known()


def key_of(name: str) -> str | None:
    """The key of a column's name, None for one nobody knows."""
    plain = name.strip()
    if plain[: len(CUSTOM)].casefold() == CUSTOM.casefold() and plain[len(CUSTOM) :]:
        return CUSTOM + plain[len(CUSTOM) :]
    return _KNOWN.get(folded(plain))


def check_names(names: Mapping[str, str]) -> None:
    """What somebody says their columns are. Raises InvalidInput for what no column can be."""
    for key in names.values():
        is_custom = key.startswith(CUSTOM) and key != CUSTOM
        if key and key not in ASIDE and key not in FIELDS and not is_custom:
            shown = str(storable(key[:64]))
            raise InvalidInput("columns", f"未知的字段：{shown}", f"unknown field: {shown}")


def columns(
    header: Sequence[str],
    ignore: Collection[str] = (),
    names: Mapping[str, str] = NOTHING_NAMED,
) -> list[str | None]:
    """A key a column; None for one to be left out: named in `ignore`, "" in `names`, or without a name.

    `names`: what the caller says a column is. Raises InvalidInput naming the columns nobody knows, with the nearest
    known ones, and two of one field.
    """
    left_out = {folded(name) for name in ignore}
    keys: list[str | None] = []
    unknown = []
    for name in header:
        if name.strip() in names:
            keys.append(names[name.strip()] or None)
        elif not folded(name) or folded(name) in left_out:
            keys.append(None)
        else:
            keys.append(key_of(name))
            if keys[-1] is None:
                unknown.append(str(storable(name.strip()[:64])))
    if not any(keys):
        raise InvalidInput("header", "首行应为列名", "the first line must name the columns")
    if unknown:
        raise unknown_keys(unknown, "header")
    seen: dict[str, str] = {}
    for name, key in zip(header, keys, strict=True):
        if key in seen:
            both = f"{seen[key]}, {name.strip()[:64]}"
            raise InvalidInput("header", f"{key} 有多列：{both}", f"several columns are {key}: {both}")
        if key is not None:
            seen[key] = name.strip()[:64]
    return keys


def unknown_keys(names: Sequence[str], field: str) -> InvalidInput:
    """Says what nobody knows, what comes near it, and how to leave it out."""
    shown = [_with_nearest(name) for name in names[:SHOWN]]
    more = len(names) - SHOWN
    zh, en = "、".join(shown), ", ".join(shown)
    zh += f" 等 {len(names)} 个" if more > 0 else ""
    en += f" and {more} more" if more > 0 else ""
    return InvalidInput(
        field,
        f"未知的列：{zh}；可用 --ignore-column（ignoreColumns）忽略",
        f"unknown column: {en}; --ignore-column NAME (ignoreColumns) ignores one",
    )


def _with_nearest(name: str) -> str:
    near = difflib.get_close_matches(folded(name), list(_KNOWN), 1, 0.75)
    return f"{name} ({_KNOWN[near[0]]}?)" if near else name
