"""Reading what a provider's own server answers: every call of a client goes through here, and fails by its step."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Mapping
from typing import Any

import msgspec

from poolhouse.errors import ProviderFailed
from poolhouse.outgoing import Answer, NoAnswer, NotAllowed

MOST_JSON = 128 * 1024
"""Bytes of an answer of a provider's: a document of keys is the longest."""
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z")


async def answered(step: str, call: Awaitable[Answer]) -> Answer:
    """Raises ProviderFailed of `step` where there is no answer."""
    try:
        return await call
    except NotAllowed as error:
        zh = "该地址属于内部网络；运维人员可用 POOLHOUSE_OUTGOING_HOSTS 放行"
        raise ProviderFailed(step, zh, str(error)) from error
    except NoAnswer as error:
        raise ProviderFailed(
            step, f"身份源没有应答：{error}", f"the provider does not answer: {error}"
        ) from error


async def json_of(step: str, call: Awaitable[Answer]) -> dict[str, Any]:
    """The JSON object of a good answer. Of a bad one the status is told, and the protocol's own code."""
    answer = await answered(step, call)
    said = decoded(answer.body)
    if answer.status != 200:
        code = code_of(said)
        raise ProviderFailed(
            step,
            f"身份源返回 HTTP {answer.status}{'：' + code if code else ''}",
            f"the provider answered HTTP {answer.status}{': ' + code if code else ''}",
        )
    if said is None:
        raise ProviderFailed(step, "身份源返回的不是 JSON 对象", "the provider's answer is no JSON object")
    return said


def decoded(body: bytes) -> dict[str, Any] | None:
    try:
        found = msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def code_of(said: Mapping[str, Any] | None) -> str:
    """`error` of OAuth 2.0 where it is a word; a sentence of a stranger's is not repeated."""
    code = (said or {}).get("error")
    return code if isinstance(code, str) and _CODE.match(code) else ""
