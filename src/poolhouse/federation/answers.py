"""Reading what a provider's own server answers: every call of a client goes through here, and fails by its step."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Collection, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import msgspec

from poolhouse.errors import ProviderFailed, ProviderStep
from poolhouse.outgoing import Answer, NoAnswer, NotAllowed

MOST_JSON = 128 * 1024
"""Bytes of an answer of a provider's: a document of keys is the longest."""
_CODE = re.compile(r"[A-Za-z0-9_.:-]{1,64}\Z")


async def answered(step: ProviderStep, call: Awaitable[Answer]) -> Answer:
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


async def json_of(step: ProviderStep, call: Awaitable[Answer]) -> dict[str, Any]:
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


class Told(NamedTuple):
    """What a number of a provider's means: the step it fails at, None for that of the call; Chinese, English."""

    step: ProviderStep | None
    zh: str
    en: str


async def numbered(
    step: ProviderStep,
    call: Awaitable[Answer],
    name: str,
    meanings: Mapping[int, Told],
    *,
    expected: Collection[int] = (),
) -> dict[str, Any]:
    """The JSON object of a provider that tells a failure by a number in it, under HTTP 200 or any other status:
    `name` is absent or 0 in a good answer. `expected`: numbers that the caller deals with itself.

    Raises ProviderFailed with the number, and what it means where we know.
    """
    answer = await answered(step, call)
    said = decoded(answer.body)
    number = (said or {}).get(name, 0)
    if said is None or not isinstance(number, int):
        raise ProviderFailed(
            step,
            f"身份源返回的不是约定的 JSON（HTTP {answer.status}）",
            f"the provider's answer is not the JSON that is documented (HTTP {answer.status})",
        )
    if number not in (0, *expected) or (number == 0 and answer.status != 200):
        told = meanings.get(number) or Told(None, "身份源拒绝了请求", "the provider refused")
        what = f"{name} {number}" if number else f"HTTP {answer.status}"
        raise ProviderFailed(told.step or step, f"{told.zh}（{what}）", f"{told.en} ({what})")
    return said


def text_of(step: ProviderStep, said: Mapping[str, Any], name: str) -> str:
    """A text that may go into a header or an address. Raises ProviderFailed where it is missing."""
    value = said.get(name)
    if not isinstance(value, str) or not value or not value.isascii() or not value.isprintable():
        raise ProviderFailed(step, f"身份源没有返回 {name}", f"the provider's answer has no {name}")
    return value


def base_of(address: str, name: str) -> str:
    """The beginning of a provider's addresses as it was entered, without a slash at its end. `name`: of the setting."""
    base = address.strip().rstrip("/")
    try:
        split = urlsplit(base)
        is_one = (
            split.scheme in ("https", "http") and bool(split.hostname) and not (split.query or split.fragment)
        )
    except ValueError:
        is_one = False
    if not is_one or not base.isascii():
        raise ProviderFailed("settings", f"{name} 应为 https 地址", f"{name} must be an https address")
    return base


def decoded(body: bytes) -> dict[str, Any] | None:
    found = decoded_any(body)
    return found if isinstance(found, dict) else None


def decoded_any(body: bytes) -> Any:
    """Whatever JSON it is; None for none."""
    try:
        return msgspec.json.decode(body)
    except (ValueError, RecursionError):
        return None


def code_of(said: Mapping[str, Any] | None) -> str:
    """`error` of OAuth 2.0 where it is a word; a sentence of a stranger's is not repeated."""
    code = (said or {}).get("error")
    return code if isinstance(code, str) and _CODE.match(code) else ""
