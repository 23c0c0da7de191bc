"""Nothing that somebody types as a secret is repeated, however wrongly it is sent: in no answer, no log line, no
table and no metric. Every operation of every wire times the ways of `malformed.py`: all of them with MALFORMED=all
(`make fuzz`), else a fixed tenth of them, another for each operation.
"""

from __future__ import annotations

import io
import json
import logging
import os
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple
from urllib.parse import urlencode
from zlib import crc32

import httpx
import pytest
import structlog
from msgspec import inspect as shapes
from tests.conftest import PoolForTests
from tests.login.test_no_trace_of_secrets import everything
from tests.wire import malformed
from tests.wire.malformed import CONTENT_TYPES, SECRETS, Marks, bodies, found, placed, secret_places, trees
from tests.wire.v2.calls import BODY_KEYS, Call, Root, calls, document, plain, roots, variables

from poolhouse import logs
from poolhouse.app import asgi
from poolhouse.db.database import Database
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.v3.endpoint import Endpoint
from poolhouse.wire.v3.table import endpoints

marks, literals_of_documents = Marks(secret=True), Marks(secret=False)


SHARE = 1 if os.environ.get("MALFORMED") == "all" else 10


def in_turn(operation: str, way: str) -> bool:
    return crc32(f"{operation} {way}".encode("utf-8", "replace")) % SHARE == 0


class Said:
    """All that is logged, as the server logs it."""

    def __init__(self) -> None:
        self._buffer = io.StringIO()

    def write(self, text: str) -> int:
        return self._buffer.write(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def take(self) -> str:
        text = self._buffer.getvalue()
        self._buffer.seek(0)
        self._buffer.truncate()
        return text


@pytest.fixture(scope="module")
def said() -> Iterator[Said]:
    said, known, root, stderr = Said(), structlog.get_config(), logging.getLogger(), sys.stderr
    handlers, sys.stderr = root.handlers[:], said  # type: ignore[assignment]
    root.handlers.clear()
    logs.configure("debug")
    structlog.configure(cache_logger_on_first_use=False)
    ours, sys.stderr = root.handlers[:], stderr
    root.handlers[:] = [*handlers, *ours]
    yield said
    root.handlers[:] = handlers
    structlog.configure(**known)


class Door(NamedTuple):
    """A pool, and one client for each who asks."""

    http: httpx.AsyncClient
    administrator: dict[str, str]
    user: dict[str, str]
    stranger: dict[str, str]
    app_id: str
    said: Said

    async def refuse_to_repeat(self, name: str, method: str, url: str, **sent: Any) -> None:
        """`content` may be a function that makes it, for whoever has its turn."""
        if not in_turn(f"{method} {url.partition('?')[0]}", name):
            return
        if callable(content := sent.get("content")):
            sent["content"] = content()
        response = await self.http.request(method, url, **sent)
        answer = f"{response.status_code} {response.headers!r} {response.text}"
        told = self.said.take()
        assert response.status_code < 500, (name, answer[:1000], told[-3000:])
        # Names that an accepted document gave to roles and the like are told whoever lists them.
        assert not (leaked := found(answer, SECRETS)), (name, "the answer", leaked)
        assert not (leaked := found(told)), (name, "the log", leaked)


@pytest.fixture(scope="module")
async def door(services: Services, database: Database, said: Said) -> AsyncIterator[Door]:
    pool = PoolForTests((await services.pools.create("malformed")).id)
    app = await services.apps.create(pool.administrator, "shop")
    user = await services.users.create(pool.administrator, UserDraft({"username": "somebody"}))
    session = await services.sessions.start(services.db, pool.administrator, user.id, timedelta(hours=1))
    issued = await services.sessions.issue_user(session, user, None)
    named = {"x-authing-userpool-id": pool.id}
    management = await services.management_tokens.of_pool(pool.id)
    transport = httpx.ASGITransport(asgi(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        yield Door(
            http,
            named | {"authorization": f"Bearer {management.token}"},
            named | {"authorization": f"Bearer {issued.token}"},
            named,
            app.id,
            said,
        )
        told = (await http.get("/metrics")).text
    await services.login.drain()
    assert not (leaked := found(told)), leaked
    assert not (leaked := found(await everything(database), SECRETS)), leaked
    assert not (leaked := found(said.take())), leaked


def encoded(wrap: Callable[[Any], Any], make: Callable[[], Any]) -> bytes:
    return json.dumps(wrap(make())).encode()


async def send_trees(
    door: Door, operation: str, tree: Any, method: str, url: str, headers: dict[str, str], wrap: Any
) -> None:
    """Every secret place of a body, in every wrong way."""
    places = secret_places(operation, tree)
    for place in places:
        for name, make in trees(tree, place, *marks.next()):
            sent = {
                "content": partial(encoded, wrap, make),
                "headers": headers | {"content-type": "application/json"},
            }
            await door.refuse_to_repeat(f"{operation} {place} {name}", method, url, **sent)
    for place in places[:1]:
        text, _ = marks.next()
        body = wrap(placed(tree, place, text))
        for name, content in bodies(body, text):
            sent = {"content": content, "headers": headers | {"content-type": "application/json"}}
            await door.refuse_to_repeat(f"{operation} {place} {name}", method, url, **sent)
        for kind in CONTENT_TYPES:
            sent = {"content": json.dumps(body), "headers": headers | {"content-type": kind}}
            await door.refuse_to_repeat(f"{operation} {place} as {kind}", method, url, **sent)


async def send_around(
    door: Door, operation: str, method: str, url: str, headers: dict[str, str], body: Any
) -> None:
    """A secret where none belongs: in the query, in headers, in the path."""
    text, _ = marks.next()
    content = {} if method in ("GET", "DELETE") else {"json": body}
    query = dict.fromkeys(("password", "token", "secret", "code", "page", "access_token", "x[]"), text)
    await door.refuse_to_repeat("query", method, f"{url}?{urlencode(query)}", headers=headers, **content)
    for raw in (f"{text}", f"password={text}%00", f"{text}=%ff%fe", f"password={text}&" * 1200, f"%{text}"):
        await door.refuse_to_repeat(
            f"query {raw.replace(text, '')[:40]}", method, f"{url}?{raw}", headers=headers, **content
        )
    for end in (f"%3Fpassword={text}", f";password={text}", f"%00{text}", f"&{text}", f"%0a{text}"):
        await door.refuse_to_repeat(
            f"path {end.replace(text, '')}", method, f"{url}{end}", headers=headers, **content
        )
    for name in (
        "authorization",
        "cookie",
        "x-authing-userpool-id",
        "x-authing-app-id",
        "x-authing-lang",
        "date",
        "x-authing-app-tenant-id",
        "x-authing-signature-method",
        "x-forwarded-for",
        "content-type",
        "forwarded",
    ):
        for value in (text, f"Bearer {text}", f"Basic {text}", f"authing {text}:{text}", f"a.{text}.c"):
            sent = {**headers, name: value}
            await door.refuse_to_repeat(
                f"{name}: {value.replace(text, '')}", method, url, headers=sent, **content
            )


# -- v2 --------------------------------------------------------------------------------------------------


def asker(door: Door, access: str) -> dict[str, str]:
    return {"administrator": door.administrator, "user": door.user}.get(access, door.stranger)


@pytest.mark.parametrize("root", roots(), ids=str)
async def test_no_v2_operation_repeats_a_secret(root: Root, door: Door) -> None:
    tree, source = variables(root, plain), document(root)
    wrap = lambda made: {"query": source, "variables": made}  # noqa: E731
    await send_trees(door, root.name, tree, "POST", "/graphql/v2", door.administrator, wrap)
    for place in secret_places(root.name, tree)[:1]:
        headers = door.stranger | {"x-authing-app-id": door.app_id}
        for name, make in trees(tree, place, *marks.next()):
            sent = {"content": partial(encoded, wrap, make), "headers": headers}
            await door.refuse_to_repeat(f"{root}, stranger, {place} {name}", "POST", "/graphql/v2", **sent)


@pytest.mark.parametrize("root", roots(), ids=str)
async def test_no_v2_document_is_quoted(root: Root, door: Door) -> None:
    """Whatever stands in a literal: a document that is refused is refused without its values."""
    text, number = literals_of_documents.next()
    quoted = json.dumps(text)
    arguments = root.field.args
    literals = (
        quoted,
        str(number),
        text.replace("-", "_"),
        f"${text.replace('-', '_')}",
        f"[{quoted}]",
        f"[{number}.5]",
        f"{{x: {quoted}}}",
        f'"{text}',
        f'"{text}\\q"',
        f'"{text}\\u0000"',
        f'"{text}\\ud800"',
        f'"""{text}',
        f"{quoted} {quoted}",
        f"@{quoted}",
        f"{quoted}, noSuchArgument: {quoted}",
        f"[[[{quoted}]]]",
        f"{{password: {quoted}, password: {quoted}}}",
        f"{{password: [{number}], username: {quoted}, x: 1}}",
    )
    selection = document(root).partition("(")[2]
    tail = document(root)[document(root).rindex(")") + 1 :] if arguments else ""
    documents = [f"{root.kind} {{ {root.name}(noSuchArgument: {literal}) }}" for literal in literals]
    for literal in literals:
        for name, argument in arguments.items():
            others = "".join(f", {other}: 7" for other in arguments if other != name)
            documents += [
                f"{root.kind} {{ {root.name}({name}: {literal}{others}){tail}",
                f"{root.kind} ($v: {argument.type} = {literal}) {{ {root.name}({name}: $v){tail}",
            ]
    documents += [
        f"{root.kind} {{ {root.name} @include(if: {quoted}) }}",
        f"{text} {selection}",
        quoted,
        "{" + text,
    ]
    for source in documents:
        if not in_turn(str(root), source.replace(text, "").replace(str(number), "")):
            continue
        body = {"query": source, "operationName": None, "variables": {}}
        response = await door.http.post("/graphql/v2", json=body, headers=door.administrator)
        told = door.said.take()
        assert response.status_code == 200, (source, response.text, told[-3000:])
        if response.json().get("errors"):
            code = response.json()["errors"][0]["message"]["code"]
            leaked = found(response.text) if code in (400, 413) else None
            assert not leaked, (source, leaked)
            assert not (leaked := found(told)), (source, leaked)


REST_BODY: dict[str, Any] = {
    **dict.fromkeys(BODY_KEYS, "f" * 24),
    **{"ids": ["f" * 24], "userIds": ["f" * 24], "codes": ["f"], "list": ["f"], "page": 1, "limit": 10},
    **{"targetType": "USER", "targetIdentifiers": ["f" * 24], "params": {"password": "x", "secret": "x"}},
    **{"config": {"password": "x", "clientSecret": "x"}, "mfaToken": "x", "authenticator_type": "totp"},
}


@pytest.mark.parametrize("call", calls(), ids=str)
async def test_no_v2_route_repeats_a_secret(call: Call, door: Door) -> None:
    url = call.at("f" * 24)
    for headers in (door.administrator, door.stranger):
        await send_around(door, call.path, call.method, url, headers, {})
    if call.method not in ("GET", "DELETE"):
        for headers in (door.administrator, door.user, door.stranger):
            await send_trees(door, call.path, REST_BODY, call.method, url, headers, lambda made: made)


# -- v3 --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("row", endpoints().values(), ids=lambda row: row.name)
async def test_no_v3_operation_repeats_a_secret(row: Endpoint, door: Door) -> None:
    headers = asker(door, row.access) | {"x-authing-app-id": door.app_id}
    if row.access == "administrator":
        headers.pop("x-authing-app-id")
    tree = _filled(shapes.type_info(row.request)) if row.request else {}
    await send_around(door, row.path, row.method, row.url, headers, {})
    if row.takes_body:
        await send_trees(door, row.path, tree, row.method, row.url, headers, lambda made: made)
        return
    for place in secret_places(row.path, tree):
        text, _ = marks.next()
        for value in (text, f"{text}%00", f"%ff{text}", f"{text}%ED%A0%80"):
            query = f"{row.url}?{place[0]}={value}&{place[0]}[]={value}&page=x"
            await door.refuse_to_repeat(f"{place}", row.method, query, headers=headers)


def _filled(kind: Any, depth: int = 0) -> Any:
    """A value of a type with every field there is."""
    if isinstance(kind, shapes.UnionType):
        return _filled(next(k for k in kind.types if not isinstance(k, shapes.NoneType)), depth)
    if isinstance(kind, shapes.StructType):
        return {field.encode_name: _filled(field.type, depth + 1) for field in kind.fields if depth < 6}
    if isinstance(kind, shapes.ListType):
        return [_filled(kind.item_type, depth + 1)]
    if isinstance(kind, shapes.DictType):
        return {"name": _filled(kind.value_type, depth + 1)}
    if isinstance(kind, shapes.LiteralType):
        return kind.values[0]
    if isinstance(kind, shapes.BoolType):
        return True
    if isinstance(kind, shapes.IntType | shapes.FloatType):
        return 1
    return "f" * 24


# -- OpenID Connect and the pages ------------------------------------------------------------------------

FORMS = (
    "/oidc/auth",
    "/oidc/token",
    "/oidc/token/introspection",
    "/oidc/token/revocation",
    "/oidc/me",
    "/oauth/token",
    "/oidc/session/end",
    "/login/profile/logout",
    "/login",
    "/login/send-code",
    "/login/code",
    "/login/signup",
    "/login/reset",
    "/login/second-step",
    "/login/new-password",
    "/login/consent",
    "/login/captcha/x.wav",
    "/logout",
    "/api/v2/email/verify",
)
FIELDS = (
    "client_secret",
    "code",
    "code_verifier",
    "refresh_token",
    "token",
    "password",
    "old_password",
    "ticket",
    "access_token",
    "id_token_hint",
    "request",
    "captcha",
    "form",
    "grant_type",
    "assertion",
    "client_id",
    "max_age",
    "response_type",
    "scope",
    "prompt",
)


@pytest.mark.parametrize("path", FORMS)
async def test_no_endpoint_of_openid_connect_repeats_a_secret(
    path: str, door: Door, services: Services
) -> None:
    kind = {"content-type": "application/x-www-form-urlencoded"}
    grants = ("authorization_code", "refresh_token", "client_credentials", "password")
    for field in FIELDS:
        text, number = marks.next()
        for value in (
            text,
            str(number),
            f"{text}%00",
            f"%FF{text}",
            f"{text}%ED%A0%80",
            text + "x" * 70_000,
            f"%{text}",
        ):
            for grant in grants if path.endswith("token") else grants[:1]:
                given = f"client_id={door.app_id}&grant_type={grant}&redirect_uri=x&{field}={value}&{field}={value}"
                how = f"{field} {grant} {value.replace(text, '')[:20]}"
                await door.refuse_to_repeat(how, "POST", path, content=given.encode(), headers=kind)
            if len(value) < 60_000:
                await door.refuse_to_repeat(field, "GET", f"{path}?{field}={value}")
        for content in (f'{{"{field}": "{text}"}}', text, f"{field}={text}&" * 300, f"\x00{text}"):
            for content_type in (*CONTENT_TYPES, "application/x-www-form-urlencoded"):
                headers = {"content-type": content_type}
                await door.refuse_to_repeat(field, "POST", path, content=content.encode(), headers=headers)
    await send_around(door, path, "POST", path, kind, {})
    await send_around(door, path, "GET", path, kind, {})


def test_the_ways_are_found_where_they_are_repeated() -> None:
    """The test's own eyes: a mark is seen as text and as number."""
    text, number = marks.next()
    assert malformed.found(f"... {text} ...")
    assert malformed.found(f"... {number}.5 ...")
    assert not malformed.found("Canary")
