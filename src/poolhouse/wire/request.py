"""What both wires read from an HTTP request before they know what it asks for.

Everything here comes from a stranger: sizes are limited, and a malformed part is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import ClientDisconnect, Request

from poolhouse import trace
from poolhouse.credentials.model import Presented
from poolhouse.errors import BodyCutShort, InvalidInput, Lang, RequestTooLarge, TooLarge
from poolhouse.ids import new_id

MAX_BODY_BYTES = 4 * 1024 * 1024
STRANGERS_BODY_BYTES = 128 * 1024
"""What somebody who has not said who they are may send."""
MAX_HEAD_BYTES = 64 * 1024
MAX_QUERY_BYTES = 64 * 1024
MAX_QUERY_PAIRS = 1000
MAX_JSON_DEPTH = 64
MAX_JSON_PARTS = 100_000
"""Opening brackets and commas of a JSON text, those within strings too: a million empty lists are built for a
third of a second, in which nobody else is served."""

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
_ARRAY_KEY = re.compile(r"(.+?)\[\d*\]\Z", re.DOTALL)
_SHOWN_PATH = re.compile(r"[A-Za-z0-9/_.~-]*")
_INTEGER = re.compile(r"[+-]?\d{1,18}\Z", re.ASCII)


class Query:
    """A query string. `a=1&a=2`, `a[]=1&a[]=2` and `a[0]=1&a[1]=2` are the same list."""

    def __init__(self, raw: str) -> None:
        if len(raw) > MAX_QUERY_BYTES:
            raise TooLarge("query", f"最大 {MAX_QUERY_BYTES} 字节", f"at most {MAX_QUERY_BYTES} bytes")
        self._values: dict[str, list[str]] = {}
        try:
            pairs = parse_qsl(raw, keep_blank_values=True, max_num_fields=MAX_QUERY_PAIRS)
        except ValueError as error:
            most = MAX_QUERY_PAIRS
            raise TooLarge("query", f"最多 {most} 个参数", f"at most {most} parameters") from error
        for key, value in pairs:
            if "\0" in key or "\0" in value:
                raise InvalidInput("query", "包含空字符", "contains a NUL character")
            array = _ARRAY_KEY.match(key)
            self._values.setdefault(array[1] if array else key, []).append(value)

    def all(self, name: str) -> list[str]:
        return self._values.get(name, [])

    def pairs(self) -> dict[str, str]:
        """The last value of every name."""
        return {name: values[-1] for name, values in self._values.items()}

    def text(self, name: str) -> str | None:
        """The last value; None when absent or empty."""
        values = self._values.get(name)
        return (values[-1] or None) if values else None

    def required(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise InvalidInput(name, "不能为空", "is required")
        return value

    def integer(self, name: str) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        if not _INTEGER.match(value):
            raise InvalidInput(name, "应为整数", "expected an integer")
        return int(value)

    def flag(self, name: str) -> bool | None:
        """`true`/`1` or `false`/`0`; the clients spell booleans as words."""
        value = self.text(name)
        if value is None:
            return None
        if value.lower() in ("true", "1"):
            return True
        if value.lower() in ("false", "0"):
            return False
        raise InvalidInput(name, "应为布尔值", "expected a boolean")


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """One request, read. `ip` is the client's, as the trusted proxies tell it."""

    method: str
    path: str
    query: Query
    headers: Mapping[str, str]
    body: bytes = field(repr=False)
    ip: str | None
    request_id: str
    lang: Lang

    @property
    def bearer(self) -> str | None:
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return token.strip() or None
        return None

    _decoded: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    def json(self) -> Any:
        """The decoded body; None when there is none. NUL characters and lone surrogates are refused."""
        if "body" not in self._decoded:
            self._decoded["body"] = decode_json(self.body)
        return self._decoded["body"]

    def json_object(self) -> dict[str, Any]:
        """The body as an object; {} when there is none."""
        value = self.json()
        if value is None:
            return {}
        if not isinstance(value, dict):
            raise InvalidInput("body", "应为 JSON 对象", "expected a JSON object")
        return value

    def form(self) -> dict[str, str]:
        """An `application/x-www-form-urlencoded` body."""
        try:
            pairs = parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=200)
        except (UnicodeDecodeError, ValueError) as error:
            raise InvalidInput("body", "不是合法的表单", "not a form") from error
        if any("\0" in key or "\0" in value for key, value in pairs):
            raise InvalidInput("body", "包含空字符", "contains a NUL character")
        return dict(pairs)


def decode_json(body: bytes, field: str = "body") -> Any:
    """The value of a JSON text, None for an empty one, in time that grows with its length only.

    Raises InvalidInput and TooLarge naming `field`, or the member that holds a NUL character.
    """
    if not body.strip():
        return None
    require_few_parts(body, field)
    try:
        value = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError, ValueError) as error:
        raise InvalidInput(field, "不是合法的 JSON", "not valid JSON") from error
    if body.count(b"{") + body.count(b"[") > MAX_JSON_DEPTH and _is_deep(value):
        raise InvalidInput(field, "嵌套过深", "nested too deeply")
    if b"\\u0000" in body:
        for name, item in value.items() if isinstance(value, dict) else [(field, value)]:
            if contains_nul([name, item]):
                raise InvalidInput(name.replace("\0", ""), "包含空字符", "contains a NUL character")
    return value


def json_text(text: str, field: str) -> Any:
    """The value of a JSON text that came inside a body, where its brackets may have been spelled otherwise."""
    try:
        value = decode_json(text.encode(), field)
    except UnicodeEncodeError as error:
        raise InvalidInput(field, "不是合法的 JSON", "not valid JSON") from error
    if value is None and not text.strip():
        raise InvalidInput(field, "不是合法的 JSON", "not valid JSON")
    return value


def require_few_parts(body: bytes, field: str = "body") -> None:
    """Raises TooLarge for a JSON text of more values than anybody may make the server build."""
    if len(body) > MAX_JSON_PARTS and sum(map(body.count, (b"[", b"{", b","))) > MAX_JSON_PARTS:
        raise TooLarge(field, f"最多 {MAX_JSON_PARTS} 个值", f"at most {MAX_JSON_PARTS} values")


def _is_deep(value: Any) -> bool:
    level, depth = [value], 0
    while level := [item for item in level if isinstance(item, dict | list)]:
        depth += 1
        if depth > MAX_JSON_DEPTH:
            return True
        level = [inner for item in level for inner in (item.values() if isinstance(item, dict) else item)]
    return False


def contains_nul(value: Any) -> bool:
    """Whether a string anywhere in a decoded JSON value holds U+0000, which PostgreSQL cannot store."""
    todo = [value]
    while todo:
        item = todo.pop()
        if isinstance(item, str):
            if "\0" in item:
                return True
        elif isinstance(item, dict):
            todo.extend(item.keys())
            todo.extend(item.values())
        elif isinstance(item, list):
            todo.extend(item)
    return False


def shown(path: str) -> str:
    """A path that is no route of ours, as far as it may be repeated: what stands after a `?`, however it is
    spelled, may be a token.
    """
    found = _SHOWN_PATH.match(path)
    return found[0][:200] if found else ""


def language(headers: Mapping[str, str], name: str) -> Lang:
    return "en-US" if headers.get(name, "").lower().startswith("en") else "zh-CN"


def device_id(headers: Mapping[str, str]) -> str:
    """What a client calls the device it is on, in the header the login components of the cloud send."""
    return headers.get("x-authing-device-id", "").strip()[:256]


def presented(headers: Mapping[str, str], *, ip: str | None, lang: Lang, **named: Any) -> Presented:
    """What every wire reads from the same headers, and what this one found in its own."""
    return Presented(
        lang=lang,
        ip=ip,
        user_agent=headers.get("user-agent", ""),
        device_id=device_id(headers),
        request_id=request_id(),
        **named,
    )


def request_id() -> str:
    """That of the request being answered."""
    about = trace.current.get()
    return about.request_id if about else new_id()


def request_id_of(headers: Iterable[tuple[bytes, bytes]]) -> str:
    """The caller's own, when it is a plain token; else a fresh one."""
    for name, value in headers:
        if name == b"x-request-id":
            given = value.decode("latin-1")
            return given if _REQUEST_ID.match(given) else new_id()
    return new_id()


async def read_body(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    """The whole body. Raises RequestTooLarge as soon as it is known to be larger than `limit` bytes.

    How long it may take is `admission`'s to say.
    """
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
        raise RequestTooLarge("body")
    chunks: list[bytes] = []
    size = 0
    try:
        async for chunk in request.stream():
            size += len(chunk)
            if size > limit:
                raise RequestTooLarge("body")
            chunks.append(chunk)
    except ClientDisconnect as error:
        raise BodyCutShort("body") from error
    return b"".join(chunks)


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class AsSpelled:
    """Routes are matched against the path as it was written, so that a rule of a proxy reads it as we do: `%2f`,
    `%75sers` and doubled slashes name no route.

    Slashes in front are one: a client given a host with a trailing slash writes `//graphql/v2`.
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            spelled = scope.get("raw_path") or scope["path"].encode()
            scope = {**scope, "path": "/" + spelled.decode("latin-1").lstrip("/")}
        await self._app(scope, receive, send)
