"""What people and programs ask of two nodes meanwhile: each answer with its time, and each acknowledged user."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

import asyncpg
import httpx

KINDS = ("login", "write", "read", "list", "script")
"""`script`: a login that a script answers, which makes the user: a write, too."""
PAUSE_S = 0.05
_SCRIPT = """
async function login({ username }, password, context) {
  if (!username || !username.startsWith("old")) return null;
  return { id: username, username, nickname: "Of before" };
}
"""
_GET_USER = "async function getUser(query, context) { return null; }"


@dataclass(frozen=True, slots=True)
class Answer:
    """`status`: of HTTP, or the class of what the client met instead. Seconds since the load began."""

    began_s: float
    ended_s: float
    kind: str
    node: int
    status: int | str
    retry_after: str | None

    @property
    def good(self) -> bool:
        return self.status == 200


@dataclass
class Load:
    """On `ports` of 127.0.0.1. `database_url`: of whatever is the primary, which is asked without Poolhouse, too.
    `acknowledged`: ids of users whose making was answered with 200."""

    ports: list[int]
    database_url: str
    credentials: dict[str, Any]
    answers: list[Answer] = field(default_factory=list)
    acknowledged: set[str] = field(default_factory=set)
    refusals: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._clients = [
            httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=60, trust_env=False)
            for port in self.ports
        ]
        self._began = time.monotonic()
        self._numbers = count(1)
        self._token: dict[str, str] = {}
        self._app = {"x-authing-app-id": self.credentials["appId"]}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def now_s(self) -> float:
        return time.monotonic() - self._began

    async def start(self) -> None:
        keys = {one: self.credentials[one] for one in ("accessKeyId", "accessKeySecret")}
        found = await self._said(0, "POST", "get-management-token", keys, {})
        self._token = {"authorization": f"Bearer {found['access_token']}"}
        made = await self._said(
            0, "POST", "create-user", {"username": "ann", "password": "pa55word"}, self._token
        )
        self.acknowledged.add(made["userId"])
        for name, source in (("login", _SCRIPT), ("getUser", _GET_USER)):
            saved = await self._said(
                0, "POST", "save-custom-database-script", {"name": name, "source": source}, self._token
            )
            body = {"name": name, "version": saved["version"]}
            await self._said(0, "POST", "publish-custom-database-script", body, self._token)
        settings = {"enabled": True, "mode": "LAZY_MIGRATION"}
        await self._said(0, "POST", "update-custom-database", settings, self._token)
        for node in range(len(self.ports)):
            for act in (self._login, self._write, self._write, self._list, self._script):
                self._tasks.append(asyncio.create_task(self._again_and_again(node, act)))
            self._tasks.append(asyncio.create_task(self._readiness(node)))
        self._tasks.append(asyncio.create_task(self._bare()))

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for client in self._clients:
            await client.aclose()

    def good_since(self, moment_s: float) -> bool:
        """Whether each kind was answered on each node after it, and the node is ready, with no failure since."""
        since = [one for one in self.answers if one.began_s >= moment_s and one.kind != "bare"]
        seen = {(one.kind, one.node) for one in since if one.good}
        return all(one.good for one in since) and len(seen) == len(self.ports) * (len(KINDS) + 1)

    async def _again_and_again(self, node: int, act: Callable[[int], Awaitable[None]]) -> None:
        while True:
            await act(node)
            await asyncio.sleep(PAUSE_S)

    async def _login(self, node: int) -> None:
        await self._ask(node, "login", "POST", "signin", self._sign_in("ann", "pa55word"), self._app)

    async def _write(self, node: int) -> None:
        body = {"username": f"user{next(self._numbers)}"}
        made = await self._ask(node, "write", "POST", "create-user", body, self._token)
        if made:
            self.acknowledged.add(made["userId"])
            await self._ask(node, "read", "GET", f"get-user?userId={made['userId']}", None, self._token)

    async def _list(self, node: int) -> None:
        await self._ask(node, "list", "GET", "list-users?page=1&limit=10", None, self._token)

    async def _script(self, node: int) -> None:
        name = f"old{next(self._numbers)}"
        signed_in = await self._ask(
            node, "script", "POST", "signin", self._sign_in(name, "anything"), self._app
        )
        if signed_in:
            found = await self._ask(
                node, "read", "GET", f"get-user?userId={name}&userIdType=username", None, self._token
            )
            if found:
                self.acknowledged.add(found["userId"])

    async def _bare(self) -> None:
        """When the database itself takes writes: what Poolhouse adds to that is its own."""
        while True:
            began, status = self.now_s, 200
            try:
                connection = await asyncpg.connect(self.database_url, timeout=2, command_timeout=2, ssl=False)
                try:
                    await connection.execute("create temporary table there (n int)")
                finally:
                    connection.terminate()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError):
                status = 503
            self.answers.append(Answer(began, self.now_s, "bare", -1, status, None))
            await asyncio.sleep(0.05)

    async def _readiness(self, node: int) -> None:
        while True:
            began = self.now_s
            status, after = await self._get(node, "/readyz")
            self.answers.append(Answer(began, self.now_s, "ready", node, status, after))
            await asyncio.sleep(0.1)

    async def _get(self, node: int, path: str) -> tuple[int | str, str | None]:
        try:
            answer = await self._clients[node].get(path)
        except httpx.HTTPError as error:
            return type(error).__name__, None
        return answer.status_code, answer.headers.get("retry-after")

    def _sign_in(self, account: str, password: str) -> dict[str, Any]:
        return {"connection": "PASSWORD", "passwordPayload": {"account": account, "password": password}}

    async def _ask(
        self, node: int, kind: str, method: str, path: str, body: Any, headers: dict[str, str]
    ) -> dict[str, Any] | None:
        """`data` of the answer, if it is good. A refusal in the envelope is a failure."""
        began = self.now_s
        status: int | str
        after, data = None, None
        try:
            answer = await self._clients[node].request(method, f"/api/v3/{path}", json=body, headers=headers)
            envelope = answer.json()
            status, after = envelope["statusCode"], answer.headers.get("retry-after")
            data = envelope.get("data")
            if status != 200:
                self.refusals[f"{status} {envelope.get('apiCode', '')} {envelope['message']}"] += 1
        except httpx.HTTPError as error:
            status = type(error).__name__
        self.answers.append(Answer(began, self.now_s, kind, node, status, after))
        return data if status == 200 else None

    async def _said(self, node: int, method: str, path: str, body: Any, headers: dict[str, str]) -> Any:
        answer = (
            await self._clients[node].request(method, f"/api/v3/{path}", json=body, headers=headers)
        ).json()
        if answer["statusCode"] != 200:
            raise RuntimeError(f"{path}: {answer['statusCode']} {answer['message']}")
        return answer["data"]
