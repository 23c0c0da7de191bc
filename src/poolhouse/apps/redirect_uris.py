"""Addresses a browser may be sent to. They go into Location headers, forms and a page's security policy."""

from __future__ import annotations

import re
from collections.abc import Iterable
from urllib.parse import urlsplit

from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.networks import is_loopback
from poolhouse.texts import PROGRAMS
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


def _check(field: str, address: str) -> None:
    wrong = InvalidInput(field, f"不是合法的回调地址：{address[:200]}", f"not an address: {address[:200]}")
    if not address or len(address) > LONGEST or _FORBIDDEN.search(address):
        raise wrong
    try:
        split = urlsplit(address)
        split.port  # noqa: B018  (raises for what is no number)
    except ValueError as error:
        raise wrong from error
    if not _SCHEME.match(split.scheme) or split.scheme in PROGRAMS:
        raise wrong
    if split.fragment or _FORBIDDEN_IN_HOST.search(split.netloc) or "@" in split.netloc:
        raise wrong
    if split.scheme in ("http", "https") and not split.hostname:
        raise wrong
