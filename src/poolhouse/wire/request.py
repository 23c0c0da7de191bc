"""What both wires read from an HTTP request before they know what it asks for.

Everything here comes from a stranger: sizes are limited, and a malformed part is refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import msgspec
from starlette.requests import Request

from poolhouse import misfits, trace
from poolhouse.credentials.model import Presented
from poolhouse.errors import BodyCutShort, InvalidInput, Lang, Missing, RequestTooLarge
from poolhouse.ids import new_id
from poolhouse.settings import Settings
from poolhouse.texts import fault_of
from poolhouse.wire.client_address import client_ip
from poolhouse.wire.json_body import decode_json
from poolhouse.wire.multipart import Part, is_multipart, parts_of
from poolhouse.wire.spelling import as_declared, flag, whole_number

S = TypeVar("S", bound=msgspec.Struct)

MAX_BODY_BYTES = 4 * 1024 * 1024
STRANGERS_BODY_BYTES = 128 * 1024
"""Bytes of a body without credentials."""
MAX_HEAD_BYTES = 64 * 1024
MAX_QUERY_BYTES = 64 * 1024
MAX_QUERY_PAIRS = 1000

_REQUEST_ID = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
_ARRAY_KEY = re.compile(r"(.+?)\[\d*\]\Z", re.DOTALL)
_SHOWN_PATH = re.compile(r"[A-Za-z0-9/_.~-]*")


class Query:
    """A query string. `a=1&a=2`, `a[]=1&a[]=2` and `a[0]=1&a[1]=2` are the same list.

    `decoded` are its pairs in the order they came, with their keys as they were written.
    Raises RequestTooLarge, and InvalidInput naming the parameter that holds a NUL character.
    """

    def __init__(self, raw: bytes = b"") -> None:
        if len(raw) > MAX_QUERY_BYTES:
            raise RequestTooLarge("query", f"最大 {MAX_QUERY_BYTES} 字节", f"at most {MAX_QUERY_BYTES} bytes")
        try:
            text = raw.decode("utf-8", "replace")
            self.decoded = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_QUERY_PAIRS)
        except ValueError as error:
            most = MAX_QUERY_PAIRS
            raise RequestTooLarge("query", f"最多 {most} 个参数", f"at most {most} parameters") from error
        self._values: dict[str, list[str]] = {}
        for key, value in self.decoded:
            name = array_name(key)
            if fault := fault_of(name):
                raise InvalidInput("query", *fault)
            if fault := fault_of(value):
                raise InvalidInput(name, *fault)
            self._values.setdefault(name, []).append(value)

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
            raise Missing(name)
        return value

    def integer(self, name: str) -> int | None:
        value = self.text(name)
        if value is None:
            return None
        return whole_number(value, name)

    def flag(self, name: str) -> bool | None:
        """`true`/`1` or `false`/`0`; the clients spell booleans as words."""
        value = flag(self.text(name))
        if value is None or isinstance(value, bool):
            return value
        raise InvalidInput(name, *misfits.expected(misfits.BOOLEAN))


_NO_QUERY = Query()


def array_name(key: str) -> str:
    """`a` of `a[]` and of `a[0]`."""
    array = _ARRAY_KEY.match(key)
    return array[1] if array else key


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
    scheme: str = "http"

    @property
    def bearer(self) -> str | None:
        return bearer_of(self.headers)

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
        """The last value of every name in `form_pairs`."""
        return dict(self.form_pairs())

    def form_pairs(self) -> list[tuple[str, str]]:
        """An `application/x-www-form-urlencoded` body, or the fields of a `multipart/form-data` that are no files.

        A refusal names no key: of a body that is no form, all of it, secrets too, is read as one.
        """
        try:
            if is_multipart(self._type):
                pairs = [
                    (part.name, part.content.decode()) for part in self._parts() if part.filename is None
                ]
            else:
                pairs = parse_qsl(self.body.decode(), keep_blank_values=True, max_num_fields=200)
        except (UnicodeDecodeError, ValueError) as error:
            raise InvalidInput("body", "不是合法的表单", "not a form") from error
        if fault := next(filter(None, (fault_of(text) for pair in pairs for text in pair)), None):
            raise InvalidInput("body", *fault)
        return pairs

    def file(self, name: str) -> Part | None:
        """Of a form with one; None where none was chosen. Raises InvalidInput."""
        if not is_multipart(self._type):
            return None
        return next((part for part in self._parts() if part.name == name and part.filename), None)

    @property
    def _type(self) -> str:
        return self.headers.get("content-type", "")

    def _parts(self) -> list[Part]:
        if "parts" not in self._decoded:
            self._decoded["parts"] = parts_of(self._type, self.body)
        found: list[Part] = self._decoded["parts"]
        return found


def bearer_of(headers: Mapping[str, str]) -> str | None:
    """The token of `authorization: Bearer TOKEN`, in any case and with as many blanks; bare from the clients that
    leave the word out. None for another scheme."""
    words = headers.get("authorization", "").split(None, 1)
    if not words or words[0].lower() == "bearer":
        return words[1].strip() if words[1:] else None
    return None if words[1:] else words[0]


def path_for_log(path: str) -> str:
    """A path that is no route of ours, as far as it may be repeated: what stands after a `?`, however it is
    spelled, may be a token.
    """
    found = _SHOWN_PATH.match(path)
    return found[0][:200] if found else ""


def language(headers: Mapping[str, str]) -> Lang:
    """The clients send zh-CN, en-US, zh-TW, ja-JP, or an empty string for the default."""
    return "en-US" if headers.get("x-authing-lang", "").lower().startswith("en") else "zh-CN"


def struct_of(values: Any, kind: type[S], *, query: bool = False) -> S:
    """Values from outside as a struct, in whatever spelling they came (`spelling`). Raises what `misfits.of` makes,
    which quotes no value."""
    try:
        return msgspec.convert(as_declared(values, kind, query=query), kind)
    except msgspec.ValidationError as error:
        raise misfits.of(error, kind) from error


def head_of(request: Request, settings: Settings, lang: Lang | None = None) -> HttpRequest:
    """The request without its query and its body, which `read` may refuse."""
    scope = request.scope
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    return HttpRequest(
        method=scope["method"],
        path=scope["path"],
        query=_NO_QUERY,
        headers=headers,
        body=b"",
        ip=client_ip(request, settings),
        request_id=request_id(),
        lang=lang or language(headers),
        scheme=scope.get("scheme", "http"),
    )


async def read(request: Request, head: HttpRequest, limit: int = MAX_BODY_BYTES) -> HttpRequest:
    """The whole of it, a body of at most `limit` bytes. Raises what `Query` and `read_body` do."""
    return HttpRequest(
        head.method,
        head.path,
        Query(request.scope.get("query_string", b"")),
        head.headers,
        await read_body(request, limit),
        head.ip,
        head.request_id,
        head.lang,
        head.scheme,
    )


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


def has_body(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    """Whether a body follows such a head (RFC 9112, 6.3). Where none does, nobody waits for the server to say so."""
    return any(
        name == b"transfer-encoding" or (name == b"content-length" and value != b"0")
        for name, value in headers
    )


async def read_body(request: Request, limit: int = MAX_BODY_BYTES) -> bytes:
    """The whole body. Raises RequestTooLarge as soon as it is known to be larger than `limit` bytes.

    How long it may take is `admission`'s to say.
    """
    if not has_body(request.scope["headers"]):
        return b""
    declared = request.headers.get("content-length", "")
    if declared.isascii() and declared.isdigit() and int(declared[:20]) > limit:
        raise RequestTooLarge("body", f"最大 {limit} 字节", f"at most {limit} bytes")
    chunks: list[bytes] = []
    size = 0
    more = True
    while more:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise BodyCutShort("body")
        chunk = message.get("body", b"")
        size += len(chunk)
        if size > limit:
            raise RequestTooLarge("body", f"最大 {limit} 字节", f"at most {limit} bytes")
        chunks.append(chunk)
        more = message.get("more_body", False)
    return b"".join(chunks)


Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


_OPERATORS = ("/console", "/healthz", "/metrics", "/readyz")


class AsSpelled:
    """Routes are matched against the path as it was written, so that a rule of a proxy reads it as we do: `%2f`,
    `%75sers` and doubled slashes name no route.

    Slashes in front are one: a client given a host with a trailing slash writes `//graphql/v2`. Not where a proxy is
    told to keep strangers out: HAProxy compares `//metrics` with `/metrics` as they are written.
    """

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            spelled = scope.get("raw_path") or scope["path"].encode()
            path = spelled.decode("latin-1")
            bare = "/" + path.lstrip("/")
            scope = {**scope, "path": path if bare.startswith(_OPERATORS) else bare}
        await self._app(scope, receive, send)
