"""How long a change that one node has answered is unknown to another: `python -m bench.propagation [ROUNDS]`.

Two servers with folders of their own on one database. The second is asked every few milliseconds, for a random time
before the change, so that whatever it keeps is of any age, and until it has noticed. Writes bench/propagation.json and
the table of docs/operations/high-availability.md; `--check` compares that with the file.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import random
import re
import secrets
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

import httpx

from bench.running import data_folder, running
from poolhouse.caller import Caller
from poolhouse.db.embedded import EmbeddedPostgres
from poolhouse.db.migrations import migrate
from poolhouse.services import Services, opened
from poolhouse.settings import SecretStr, Settings

HERE = Path(__file__).parent
KEPT = HERE / "propagation.json"
PAGES = [
    HERE.parent / "docs" / "operations" / "high-availability.md",
    HERE.parent / "docs" / "zh" / "operations" / "high-availability.md",
]
LONGEST_S = 20.0
OPERATOR = Caller("", kind="system", actor_id="bench")

_PART = re.compile(r"(<!-- made by bench\.propagation -->\n).*?(<!-- end -->)", re.DOTALL)

Change = Callable[[], Awaitable[Any]]
Seen = Callable[[], Awaitable[bool]]


class Node:
    """One of the two, as the pool's administrator asks it."""

    def __init__(self, credentials: dict[str, Any]) -> None:
        self.credentials = credentials
        self.http = httpx.AsyncClient(base_url=credentials["host"], timeout=30, trust_env=False)
        self.headers: dict[str, str] = {}

    async def said(self, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
        answer = await self.http.request(
            method, f"/api/v3/{path}", json=body, headers=headers or self.headers
        )
        envelope: dict[str, Any] = answer.json()
        return envelope

    async def done(self, path: str, body: Any) -> Any:
        envelope = await self.said("POST", path, body)
        if envelope["statusCode"] != 200:
            raise RuntimeError(f"{path}: {envelope['message']}")
        return envelope.get("data")

    async def token(self, key_id: str, secret: str) -> str | None:
        envelope = await self.said(
            "POST", "get-management-token", {"accessKeyId": key_id, "accessKeySecret": secret}
        )
        return envelope["data"]["access_token"] if envelope["statusCode"] == 200 else None

    async def sign_in(self, account: str, password: str, app_id: str) -> str | None:
        body = {"connection": "PASSWORD", "passwordPayload": {"account": account, "password": password}}
        envelope = await self.said("POST", "signin", body, **{"x-authing-app-id": app_id})
        return envelope["data"]["access_token"] if envelope["statusCode"] == 200 else None

    async def takes(self, token: str) -> bool:
        envelope = await self.said("GET", "get-profile", authorization=f"Bearer {token}")
        return envelope["statusCode"] == 200


class World:
    """`one` changes, `two` notices. `services` are a third process, for what only an operator may do."""

    def __init__(self, one: Node, two: Node, services: Services) -> None:
        self.one, self.two, self.services = one, two, services
        self.app = one.credentials["appId"]
        self.pool = one.credentials["userPoolId"]
        self._numbers = count(1)

    def new(self, what: str) -> str:
        return f"{what}{next(self._numbers)}{secrets.token_hex(3)}"

    async def person(self) -> tuple[str, str]:
        """Id and name; the password is `pa55word`."""
        name = self.new("ann")
        made = await self.one.done("create-user", {"username": name, "password": "pa55word"})
        return made["userId"], name

    async def signed_in(self) -> tuple[str, str, str]:
        """Id, name, and a token."""
        user_id, name = await self.person()
        token = await self.two.sign_in(name, "pa55word", self.app)
        assert token
        return user_id, name, token


Prepare = Callable[[World], Awaitable[tuple[Change, Seen]]]
CHANGES: dict[str, Prepare] = {}


def change(name: str) -> Callable[[Prepare], Prepare]:
    def kept(prepare: Prepare) -> Prepare:
        CHANGES[name] = prepare
        return prepare

    return kept


def _gone(world: World, token: str) -> Seen:
    async def seen() -> bool:
        return not await world.two.takes(token)

    return seen


@change("a user is logged out, token")
async def _kicked(world: World) -> tuple[Change, Seen]:
    user_id, _, token = await world.signed_in()
    body = {"userId": user_id, "appIds": [world.app]}
    return lambda: world.one.done("kick-users", body), _gone(world, token)


@change("a user is suspended, token")
async def _suspended(world: World) -> tuple[Change, Seen]:
    user_id, _, token = await world.signed_in()
    body = {"userId": user_id, "status": "Suspended"}
    return lambda: world.one.done("update-user", body), _gone(world, token)


@change("a password is changed, sign-in by the old one")
async def _password(world: World) -> tuple[Change, Seen]:
    user_id, name = await world.person()
    body = {"userId": user_id, "password": "another pa55word"}

    async def seen() -> bool:
        return await world.two.sign_in(name, "pa55word", world.app) is None

    return lambda: world.one.done("update-user", body), seen


@change("an access key is deleted, its token")
async def _key(world: World) -> tuple[Change, Seen]:
    [key] = await world.one.done("create-access-key", {})
    token = await world.two.token(key["accessKeyId"], key["accessKeySecret"])

    async def seen() -> bool:
        envelope = await world.two.said("GET", "list-access-key", authorization=f"Bearer {token}")
        return bool(envelope["statusCode"] != 200)

    return lambda: world.one.done("delete-access-key", {"accessKeyId": key["accessKeyId"]}), seen


@change("an administrator's role is taken away, their access key")
async def _role_of_administrator(world: World) -> tuple[Change, Seen]:
    administrators = world.services.administrators
    somebody = await administrators.create(OPERATOR, world.new("boss"), "a long pa55word 1")
    somebody = await administrators.set_roles(OPERATOR, somebody.id, world.pool, ["owner"])
    acting = await administrators.caller_in(somebody, world.pool, Caller(world.pool))
    key = await world.services.access_keys.create(acting)
    token = await world.two.token(key.id, key.secret)

    async def seen() -> bool:
        envelope = await world.two.said(
            "POST", "create-group", {"code": "!", "name": "!"}, authorization=f"Bearer {token}"
        )
        return envelope["statusCode"] in (401, 403)

    body = {"administrator": somebody.id, "roles": ["viewer"]}
    return lambda: world.one.done("set-pool-administrator-roles", body), seen


@change("an application is deleted, sign-in")
async def _application(world: World) -> tuple[Change, Seen]:
    app = (await world.one.done("create-application", {"appName": "shop"}))["appId"]
    _, name = await world.person()

    async def seen() -> bool:
        return await world.two.sign_in(name, "pa55word", app) is None

    return lambda: world.one.done("delete-application", {"appId": app}), seen


@change("registration is switched off")
async def _registration(world: World) -> tuple[Change, Seen]:
    await world.one.done("update-security-settings", {"registerDisabled": False})
    await asyncio.sleep(1.1)

    async def seen() -> bool:
        """The name is taken: while people may register that is what is wrong."""
        body = {
            "connection": "PASSWORD",
            "passwordPayload": {"username": "admin of nothing", "password": "pa55word"},
        }
        envelope = await world.two.said("POST", "signup", body, **{"x-authing-app-id": world.app})
        return "registration" in envelope["message"].lower() or "注册" in envelope["message"]

    return lambda: world.one.done("update-security-settings", {"registerDisabled": True}), seen


@change("a custom field is added")
async def _field(world: World) -> tuple[Change, Seen]:
    user_id, _ = await world.person()
    key = world.new("field")
    field = {"targetType": "USER", "key": key, "label": key, "dataType": "STRING", "isUnique": False}

    async def seen() -> bool:
        envelope = await world.two.said("GET", "get-custom-fields?targetType=USER")
        return key in json.dumps(envelope["data"])

    del user_id
    return lambda: world.one.done("set-custom-fields", {"list": [field]}), seen


def _login(nickname: str) -> str:
    person = f"{{ id: query.username, username: query.username, nickname: '{nickname}' }}"
    return f"async function login(query) {{ return query.username?.startsWith('old') ? {person} : null; }}"


@change("a script is published, sign-in")
async def _script(world: World) -> tuple[Change, Seen]:
    code = world.new("script")
    saved = await world.one.done("save-custom-database-script", {"name": "login", "source": _login(code)})
    body = {"name": "login", "version": saved["version"]}

    async def seen() -> bool:
        """Each time somebody else, whom the script makes: who fails to sign in is soon locked out."""
        token = await world.two.sign_in(world.new("old"), "anything", world.app)
        envelope = await world.two.said("GET", "get-profile", authorization=f"Bearer {token}")
        return bool(envelope["data"]["nickname"] == code)

    return lambda: world.one.done("publish-custom-database-script", body), seen


@change("a role is taken from a user")
async def _role(world: World) -> tuple[Change, Seen]:
    user_id, _ = await world.person()
    code = world.new("role")
    await world.one.done("create-role", {"code": code, "name": code})
    targets = [{"targetType": "USER", "targetIdentifier": user_id}]
    await world.one.done("assign-role", {"code": code, "targets": targets})

    async def seen() -> bool:
        found = await world.two.done("has-any-role", {"userId": user_id, "roles": [{"code": code}]})
        return not found["hasAnyRole"]

    return lambda: world.one.done("revoke-role", {"code": code, "targets": targets}), seen


async def _resource(world: World) -> tuple[str, dict[str, Any], Seen]:
    """A user's id, a grant of a resource, and whether the second node lets the user read it."""
    user_id, _ = await world.person()
    code = world.new("books")
    await world.one.done("create-resource", {"code": code, "type": "DATA", "actions": [{"name": "read"}]})
    granted = [{"code": code, "actions": ["read"], "resourceType": "DATA"}]
    grant = {"targetType": "USER", "targetIdentifiers": [user_id], "resources": granted}

    async def allowed() -> bool:
        question = {"userId": user_id, "resource": code, "action": "read"}
        return bool((await world.two.done("is-action-allowed", question))["allowed"])

    return code, grant, allowed


@change("a resource is granted to a user")
async def _grant(world: World) -> tuple[Change, Seen]:
    _, grant, allowed = await _resource(world)
    return lambda: world.one.done("authorize-resources", {"list": [grant]}), allowed


@change("a granted resource is deleted")
async def _granted(world: World) -> tuple[Change, Seen]:
    code, grant, allowed = await _resource(world)
    await world.one.done("authorize-resources", {"list": [grant]})

    async def seen() -> bool:
        return not await allowed()

    return lambda: world.one.done("delete-resource", {"code": code}), seen


@change("the secret of an application is renewed, the old one")
async def _secret(world: World) -> tuple[Change, Seen]:
    app = (await world.one.done("create-application", {"appName": "shop"}))["appId"]
    secret = (await world.one.said("GET", f"get-application-secret?appId={app}"))["data"]["secret"]

    async def seen() -> bool:
        asked = {"token": "unknown", "client_id": app, "client_secret": secret}
        answer = await world.two.http.post("/oidc/token/introspection", data=asked)
        return answer.status_code == 401

    return lambda: world.one.done("refresh-application-secret", {"appId": app}), seen


async def measured(world: World, prepare: Prepare) -> float:
    """Seconds from the answer of the first node."""
    act, seen = await prepare(world)
    until = time.monotonic() + random.uniform(0.3, 1.5)
    while time.monotonic() < until:
        if await seen():
            raise RuntimeError("seen before it was done")
        await asyncio.sleep(0.004)
    await act()
    done = time.monotonic()
    async with asyncio.timeout(LONGEST_S):
        while not await seen():  # noqa: ASYNC110
            await asyncio.sleep(0.004)
    return time.monotonic() - done


async def _world(stack: ExitStack) -> AsyncIterator[World]:
    key = base64.b64encode(secrets.token_bytes(32)).decode()
    os.environ["POOLHOUSE_SECRET_KEY"] = key
    folders = [stack.enter_context(data_folder()) for _ in range(3)]
    url = stack.enter_context(EmbeddedPostgres(folders[0], tcp_port=0))
    await migrate(url)
    first = stack.enter_context(running(folders[1], "--database-url", url))
    (folders[2] / "credentials.json").write_text(json.dumps(first.credentials))
    second = stack.enter_context(running(folders[2], "--database-url", url))
    settings = Settings(data=folders[0] / "operator", secret_key=SecretStr(key))
    async with opened(settings, url) as services:
        world = World(Node(first.credentials), Node(second.credentials), services)
        given = first.credentials
        for node in (world.one, world.two):
            token = await node.token(given["accessKeyId"], given["accessKeySecret"])
            node.headers = {"authorization": f"Bearer {token}"}
        for name, source in (
            ("getUser", "async function getUser() { return null; }"),
            ("login", _login("first")),
        ):
            saved = await world.one.done("save-custom-database-script", {"name": name, "source": source})
            body = {"name": name, "version": saved["version"]}
            await world.one.done("publish-custom-database-script", body)
        await world.one.done("update-custom-database", {"enabled": True, "mode": "LAZY_MIGRATION"})
        yield world


async def measure(rounds: int) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with ExitStack() as stack:
        async for world in _world(stack):
            for name, prepare in CHANGES.items():
                took = [await measured(world, prepare) for _ in range(rounds)]
                found[name] = {
                    "rounds": rounds,
                    "median_s": round(median(took), 3),
                    "worst_s": round(max(took), 3),
                }
                print(f"{name:58} {median(took):6.3f} {max(took):6.3f}", flush=True)
    return found


def table(found: dict[str, Any]) -> str:
    rows = [f"| {name} | {one['median_s']:.3f} | {one['worst_s']:.3f} |" for name, one in found.items()]
    return "\n".join(["| change | median s | worst s |", "|---|---|---|", *rows, ""])


def written() -> dict[Path, str]:
    """The pages, with the table of the file."""
    found = json.loads(KEPT.read_text())
    texts = {page: page.read_text() for page in PAGES if page.exists()}
    return {
        page: _PART.sub(lambda part: part[1] + table(found) + part[2], text) for page, text in texts.items()
    }


def main() -> int:
    if sys.argv[1:] == ["--check"]:
        return int(any(page.read_text() != text for page, text in written().items()))
    found = asyncio.run(measure(int(sys.argv[1]) if sys.argv[1:] else 10))
    KEPT.write_text(json.dumps(found, indent=1) + "\n")
    for page, text in written().items():
        page.write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
