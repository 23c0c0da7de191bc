"""The fields of a user, a row each: what it holds, who may write it, and where it is shown, sorted and searched.

A new field is a row here, a column in a migration and its places in the contract (the v3 dtos, schema.graphql);
the sets at the end, and all that is made from them, follow. tests/users/test_profile_fields.py holds the rows to the
database and to the contract.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Flag, auto
from typing import Annotated, Literal, TypeAlias, get_type_hints

import msgspec

Kind = Literal[
    "id",  # given once, never written
    "login name",  # what one logs in with: one spelling, nobody else's
    "foreign id",  # what somebody is known by elsewhere
    "text",
    "link",  # a text of which pages make links and pictures
    "choice",  # a text, one of a few
    "day",
    "boolean",
    "count",  # from 0, below 2^31
    "time",
    "stamp",  # a time that the database sets, and nobody writes
    "list",  # of texts
]


class May(Flag):
    NOTHING = 0
    OWN = auto()
    """People may say it of themselves without proving it."""
    FORM = auto()
    """People are told that they may change it: by a code, where it is an e-mail address or a telephone number."""
    SORT = auto()
    """Lists may be sorted by it."""


@dataclass(frozen=True, slots=True)
class Row:
    """`longest`: characters of what a caller may write, 0 for what is no text. `label`: as `get-user-base-fields`
    shows the field, which leaves out those without one. `searched`: the place in `user_search.search_key`, from 1.
    `claim`: OpenID Connect's scope, and after a colon the claim where it is not called as the field is.
    """

    kind: Kind
    longest: int = 0
    label: str = ""
    may: May = May.NOTHING
    searched: int = 0
    claim: str = ""


SHORT, LONG, BLOB = 256, 2_048, 65_536
OWN, FORM, SORT = May.OWN, May.FORM, May.SORT
SELF = OWN | FORM
Text: TypeAlias = str | None
Time: TypeAlias = datetime | None


class Profile(msgspec.Struct, frozen=True, kw_only=False, gc=False):
    """The rows, which are the attributes of a user; their order is that of `get-user-base-fields`.

    `id` is 24 hex in our own directory and the script's own id, as a string, in a scripted one.
    Source: docs/contract/users.md#fields.
    """

    id: Annotated[str, Row("id", label="用户 ID", may=SORT)]
    pool_id: str
    username: Annotated[
        Text, Row("login name", SHORT, "用户名", FORM | SORT, searched=1, claim="username")
    ] = None
    name: Annotated[Text, Row("text", SHORT, "姓名", SELF | SORT, searched=5, claim="profile")] = None
    nickname: Annotated[Text, Row("text", SHORT, "昵称", SELF | SORT, searched=2, claim="profile")] = None
    photo: Annotated[Text, Row("link", LONG, "头像", SELF, claim="profile:picture")] = None
    gender: Annotated[str, Row("choice", 8, "性别", SELF | SORT, claim="profile")] = "U"
    birthdate: Annotated[Text, Row("day", 64, "生日", SELF | SORT, claim="profile")] = None
    email: Annotated[Text, Row("login name", SHORT, "邮箱", FORM | SORT, searched=3, claim="email")] = None
    email_verified: Annotated[bool, Row("boolean", label="邮箱是否验证", claim="email")] = False
    phone: Annotated[
        Text, Row("login name", 32, "手机号", FORM | SORT, searched=4, claim="phone:phone_number")
    ] = None
    phone_verified: Annotated[
        bool, Row("boolean", label="手机号是否验证", claim="phone:phone_number_verified")
    ] = False
    phone_country_code: Annotated[Text, Row("text", 8, "手机区号", FORM | SORT)] = None
    external_id: Annotated[Text, Row("foreign id", SHORT, "第三方外部 ID", SORT, claim="external_id")] = None
    unionid: Annotated[Text, Row("foreign id", SHORT)] = None
    openid: Annotated[Text, Row("foreign id", SHORT)] = None
    status: Annotated[str, Row("choice", label="账号状态", may=SORT)] = "Activated"
    blocked: Annotated[bool, Row("boolean")] = False
    is_deleted: Annotated[bool, Row("boolean")] = False
    given_name: Annotated[Text, Row("text", SHORT, "名", SELF, searched=7, claim="profile")] = None
    family_name: Annotated[Text, Row("text", SHORT, "姓", SELF, searched=8, claim="profile")] = None
    middle_name: Annotated[Text, Row("text", SHORT, "中间名", SELF, searched=9, claim="profile")] = None
    preferred_username: Annotated[
        Text, Row("text", SHORT, "首选用户名", SELF, searched=11, claim="profile")
    ] = None
    profile: Annotated[Text, Row("link", LONG, "个人资料", SELF, searched=10, claim="profile")] = None
    website: Annotated[Text, Row("link", LONG, "个人网站", SELF, claim="profile")] = None
    zoneinfo: Annotated[Text, Row("text", 64, "时区", SELF, claim="profile")] = None
    locale: Annotated[Text, Row("text", 64, "语言", SELF, claim="profile")] = None
    company: Annotated[Text, Row("text", SHORT, "公司", SELF | SORT, searched=6)] = None
    country: Annotated[Text, Row("text", SHORT, "国家", SELF)] = None
    province: Annotated[Text, Row("text", SHORT, "省份", SELF)] = None
    city: Annotated[Text, Row("text", SHORT, "城市", SELF)] = None
    region: Annotated[Text, Row("text", SHORT, "地区", SELF)] = None
    locality: Annotated[Text, Row("text", SHORT, may=OWN)] = None
    address: Annotated[Text, Row("text", LONG, "地址", SELF)] = None
    street_address: Annotated[Text, Row("text", LONG, "街道地址", SELF)] = None
    formatted: Annotated[Text, Row("text", LONG, "完整地址", SELF)] = None
    postal_code: Annotated[Text, Row("text", 64, "邮编", SELF)] = None
    identity_number: Annotated[Text, Row("text", SHORT, "证件号")] = None
    main_department_id: Annotated[Text, Row("text", 64, "主部门 ID")] = None
    direct_management: Annotated[Text, Row("text", SHORT)] = None
    browser: Annotated[Text, Row("text", LONG, "浏览器", OWN)] = None
    device: Annotated[Text, Row("text", LONG, "设备", OWN)] = None
    oauth: Annotated[Text, Row("text", BLOB, may=OWN)] = None
    register_source: Annotated[tuple[str, ...] | list[str], Row("list", label="注册来源")] = ("unknown",)
    user_source_type: Annotated[str, Row("choice", 32, "用户来源", SORT)] = "adminCreated"
    user_source_id: Annotated[Text, Row("text", SHORT)] = None
    last_login_app: Annotated[Text, Row("text", SHORT, "最近登录应用")] = None
    logins_count: Annotated[int, Row("count", label="登录次数", may=SORT)] = 0
    last_ip: Annotated[Text, Row("text", 64, "最近登录 IP", SORT)] = None
    last_login: Annotated[Time, Row("time", label="最近登录时间", may=SORT)] = None
    last_mfa_time: Annotated[Time, Row("time", label="最近 MFA 时间", may=SORT)] = None
    password_last_set_at: Annotated[Time, Row("time", label="最近设置密码时间", may=SORT)] = None
    password_security_level: Annotated[int | None, Row("count", label="密码安全等级", may=SORT)] = None
    reset_password_on_next_login: Annotated[bool, Row("boolean", label="下次登录重置密码")] = False
    token_expired_at: Annotated[Time, Row("time")] = None
    expired_at: Annotated[Text, Row("text", 64)] = None
    signed_up: Annotated[Time, Row("time", label="注册时间", may=SORT)] = None
    created_at: Annotated[Time, Row("stamp", label="创建时间", may=SORT)] = None
    updated_at: Annotated[Time, Row("stamp", label="更新时间", may=SORT, claim="profile")] = None
    status_changed_at: Annotated[Time, Row("stamp", label="状态变更时间", may=SORT)] = None


FIELDS: Mapping[str, Row] = {
    name: hint.__metadata__[0]
    for name, hint in get_type_hints(Profile, include_extras=True).items()
    if hasattr(hint, "__metadata__")
}
"""Field of a user -> its row, in their order."""


def of_kind(kind: Kind) -> tuple[str, ...]:
    return tuple(name for name, row in FIELDS.items() if row.kind == kind)


def that_may(may: May) -> frozenset[str]:
    return frozenset(name for name, row in FIELDS.items() if may in row.may)


TEXT: Mapping[str, int] = {name: row.longest for name, row in FIELDS.items() if row.longest}
"""Field -> characters it may have."""
IDENTIFIERS = of_kind("login name")
ALSO_IDENTIFYING = of_kind("foreign id")
KNOWN_BY = frozenset({*IDENTIFIERS, *ALSO_IDENTIFYING})
"""What somebody is looked up by: kept in one spelling, with nothing in it that nobody sees."""
LINKS = frozenset(of_kind("link"))
BOOLEANS = frozenset(of_kind("boolean"))
COUNTS = frozenset(of_kind("count"))
TIMES = frozenset(of_kind("time"))
STAMPS = frozenset(of_kind("stamp"))
WRITABLE = frozenset(FIELDS) - STAMPS - {"id"}
SELF_WRITABLE = that_may(May.OWN)
"""What people may say about themselves without proving it."""
SORTABLE = that_may(May.SORT)
SEARCHED_FIELDS = tuple(
    sorted((name for name, row in FIELDS.items() if row.searched), key=lambda name: FIELDS[name].searched)
)
"""The eleven documented fields, in the order they are joined in `search_key`. Source: docs/contract/users.md#search."""
SEARCHED_FIRST = SEARCHED_FIELDS[:5]
"""What v3 looks in unless it is told: a mark follows them in the key. Source: docs/contract/v3.md#searching-users."""
