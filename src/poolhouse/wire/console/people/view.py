"""What an administrator chose to see of the list of users: its columns, and how many a page. Kept in a cookie
of theirs, so that it needs no table and holds nothing about anybody."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from poolhouse.errors import InvalidInput
from poolhouse.wire.console.visit import USERS, Visit

CUSTOM = "customData."
SIZES = (10, 20, 50)
"""No more than v3 gives at once."""
MOST_COLUMNS = 25
LONGEST = 2700
"""Characters of what is kept; a cookie, in which it is in base64, may have 4,096."""
LONGEST_COOKIE = 4096


@dataclass(frozen=True, slots=True)
class Column:
    """`title`: of its word; a custom field has its own. `path` into a row. `sorts`: the field of v3 to sort by."""

    title: str
    path: str
    kind: str = "text"
    sorts: str = ""
    label: str = ""


COLUMNS = (
    Column("username", "username", sorts="username"),
    Column("email", "email", sorts="email"),
    Column("phone", "phone", sorts="phone"),
    Column("status", "status", "status", sorts="status"),
    Column("last_login", "lastLogin", "time", sorts="lastLogin"),
    Column("created", "createdAt", "time", sorts="createdAt"),
    Column("logins", "loginsCount", "number", sorts="loginsCount"),
    Column("source", "userSourceType", "source", sorts="userSource"),
    Column("id", "userId"),
    Column("external", "externalId", sorts="externalId"),
    Column("nickname", "nickname", sorts="nickname"),
    Column("company", "company", sorts="company"),
    Column("city", "city"),
    Column("last_address", "lastIp"),
    Column("changed", "updatedAt", "time", sorts="updatedAt"),
)
USUAL = ("username", "email", "phone", "status", "lastLogin", "createdAt")


@dataclass(frozen=True, slots=True)
class View:
    size: int = 50
    columns: tuple[str, ...] = USUAL

    @classmethod
    def of(cls, visit: Visit) -> View:
        """As they kept it; the usual one where they did not, or somebody else did at this browser."""
        kept = _read(visit.cookies.get(USERS, ""))
        if kept.get("who") != visit.who.id or kept.get("size", "") not in map(str, SIZES):
            return cls()
        return cls(int(kept["size"]), tuple(kept.get("columns", "").split("\n"))[:MOST_COLUMNS])

    @classmethod
    def chosen(cls, size: str, columns: Sequence[str]) -> View:
        """Raises InvalidInput."""
        if size not in map(str, SIZES):
            raise InvalidInput("size", "不支持的每页条数", "not one of the sizes of a page")
        if len(columns) > MOST_COLUMNS:
            raise InvalidInput("columns", f"最多 {MOST_COLUMNS} 列", f"at most {MOST_COLUMNS} columns")
        return cls(int(size), tuple(columns))

    def kept(self, visit: Visit) -> str:
        """Raises InvalidInput for what a cookie cannot hold."""
        text = urlencode({"who": visit.who.id, "size": self.size, "columns": "\n".join(self.columns)})
        if len(text) > LONGEST:
            raise InvalidInput("columns", "列名太长", "their names are too long")
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")

    def shown(self, known: Sequence[Column]) -> list[Column]:
        """In the order of the choice; a custom field that is no more is left out."""
        by_path = {column.path: column for column in known}
        return [by_path[path] for path in self.columns if path in by_path]


def _read(cookie: str) -> dict[str, str]:
    try:
        text = urlsafe_b64decode(cookie[:LONGEST_COOKIE] + "==").decode()
        return dict(parse_qsl(text, max_num_fields=10))
    except ValueError:  # not one of ours
        return {}


def columns(fields: Sequence[dict[str, Any]]) -> list[Column]:
    """All there are, with the pool's custom fields."""
    own = [
        Column(
            "",
            CUSTOM + field["key"],
            sorts="" if field.get("encrypted") else field["key"],
            label=field["label"],
        )
        for field in fields
    ]
    return [*COLUMNS, *own]
