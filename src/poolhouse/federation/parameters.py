"""What a client may add to the request that goes to a provider: `login_hint`, `prompt`, what the provider knows beside.

The request itself is ours. No parameter is taken that belongs to the protocol, or that the request has already: it
could send the answer elsewhere, ask for other claims, or have the answer read as another request's.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from poolhouse.errors import InvalidInput

FIELD = "authorization_params"
MOST = 20
LONGEST_VALUE = 512
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}\Z")
_OURS = frozenset(
    {
        "client_id",
        "client_secret",
        "client_assertion",
        "client_assertion_type",
        "redirect_uri",
        "response_type",
    }
    | {"response_mode", "scope", "state", "nonce", "code_challenge", "code_challenge_method", "dpop_jkt"}
    | {"claims", "id_token_hint", "registration", "request", "request_uri", "resource", "appid", "app_id"}
)
"""Of OAuth 2.0, OpenID Connect, PKCE, JAR, resource indicators, and the client's id at WeChat and Lark. Lower case."""


def read(given: Any) -> dict[str, str]:
    """From a JSON object, or nothing. Raises InvalidInput (authorization_params)."""
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise InvalidInput(FIELD, "应为 JSON 对象", "must be a JSON object")
    if len(given) > MOST:
        raise InvalidInput(FIELD, f"最多 {MOST} 个参数", f"at most {MOST} parameters")
    return {name: _value(name, value) for name, value in given.items() if value is not None}


def added(address: str, more: Mapping[str, str]) -> str:
    """The provider's address with them. Raises InvalidInput (authorization_params) for one it has already."""
    split = urlsplit(address)
    there = {name.lower() for name, _ in parse_qsl(split.query, keep_blank_values=True)}
    for name in more:
        if name.lower() in there:
            raise _taken(name)
    query = "&".join(filter(None, (split.query, urlencode(more))))
    return split._replace(query=query).geturl()


def _value(name: Any, value: Any) -> str:
    if not isinstance(name, str) or not _NAME.match(name):
        raise InvalidInput(
            FIELD,
            "参数名应为字母开头的 1 至 64 个字母、数字或 _ . -",
            "a name is 1 to 64 letters, digits, _ . or -, and begins with a letter",
        )
    if name.lower() in _OURS:
        raise _taken(name)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    if not isinstance(value, str) or len(value) > LONGEST_VALUE or not value.isprintable():
        raise InvalidInput(
            FIELD,
            f"{name} 应为不超过 {LONGEST_VALUE} 个可见字符的文本、数字或真假值",
            f"{name} must be a text of at most {LONGEST_VALUE} visible characters, a number, or true or false",
        )
    return value


def _taken(name: str) -> InvalidInput:
    return InvalidInput(
        FIELD, f"{name} 由本服务决定，不能指定", f"{name} is this server's to say and cannot be given"
    )
