"""Addresses a browser may be sent to. They go into Location headers, forms and a page's security policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.networks import is_loopback
from poolhouse.texts import EMPTY, PROGRAMS
from poolhouse.web_origins import web_origin

LONGEST = 2048
MOST = 200

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*\Z")
_FORBIDDEN = re.compile(r"[\x00-\x20\x7f\"'<>\\^`{|}]")
_FORBIDDEN_IN_HOST = re.compile(r"[;,*]")


def checked(field: str, addresses: Iterable[str]) -> tuple[str, ...]:
    """As they were given. Raises InvalidInput for what is no absolute address of a page or an app."""
    given = tuple(addresses)
    if len(given) > MOST:
        raise TooLarge(field, f"最多 {MOST} 个", f"at most {MOST}")
    for one in given:
        _check(field, one)
    return given


def logout_address(field: str, address: str) -> str:
    """An address an application is told of a logout at: https, or http on this machine. It is called and framed, with
    no browser before that would spell it. Raises InvalidInput."""
    checked(field, [address])
    split = urlsplit(address)
    is_safe = split.scheme == "https" or (split.scheme == "http" and is_loopback(split.hostname or ""))
    if not is_safe or web_origin(address) is None or not address.isascii():
        raise InvalidInput(
            field,
            "应为 https 地址（本机可用 http），其他文字须按浏览器的写法（xn--…、%…）",
            "must be https, or http on loopback; other letters than ASCII as browsers spell them (xn--..., %...)",
        )
    return address


def fault(address: str) -> tuple[str, str] | None:
    """Why nobody may be sent there, in Chinese and English; None for an address that may be registered."""
    if not address:
        return EMPTY
    if len(address) > LONGEST:
        return f"最长 {LONGEST} 个字符", f"at most {LONGEST} characters"
    if _FORBIDDEN.search(address):
        return "有空格、引号或其他地址中不能有的字符", "a blank, a quote or another character no address has"
    try:
        split = urlsplit(address)
        split.port  # noqa: B018  (raises for what is no number)
    except ValueError:
        return "主机或端口不合法", "its host or port is none"
    if not _SCHEME.match(split.scheme):
        return "应为完整地址，以 https:// 等开头", "must be whole, beginning with https:// or another scheme"
    if split.scheme in PROGRAMS:
        return f"不能是 {split.scheme}: 地址", f"must not be a {split.scheme}: address"
    if split.fragment:
        return "不能有 # 及其后的部分", "must have no fragment (#...)"
    if "@" in split.netloc:
        return "不能有用户名或密码", "must have no username or password"
    if _FORBIDDEN_IN_HOST.search(split.netloc):
        return "主机名不能有通配符", "must have no wildcard in its host"
    if split.scheme in ("http", "https") and not split.hostname:
        return "没有主机名", "has no host"
    return None


def is_open(address: str) -> bool:
    """Whether what is sent to a sound address can be read on the way: http, and not on this machine."""
    split = urlsplit(address)
    return split.scheme == "http" and not is_loopback(split.hostname or "")


def _check(field: str, address: str) -> None:
    if why := fault(address):
        raise InvalidInput(
            field,
            f"不是合法的回调地址：{address[:200]}（{why[0]}）",
            f"not an address: {address[:200]} ({why[1]})",
        )
