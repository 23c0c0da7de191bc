"""Poolhouse, as `poolhouse up` starts it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.request import Request, urlopen

import asyncpg

from bench.peers.peer import PASSWORD, Act, Call, Peer, Person
from bench.running import running
from bench.surroundings import commit

FILL = """
insert into users (pool_id, id, username, email, email_verified, name, created_at, updated_at, signed_up,
  status_changed_at)
select $1, substr(md5(p.id::text), 1, 24), p.username, p.email, true, p.name, p.at, p.at, p.at, p.at from people p
"""


class Ours(Peer):
    name = "Poolhouse"
    settings = "`poolhouse up`, no flags"

    @property
    def version(self) -> str:  # type: ignore[override]
        return commit()

    def install(self) -> None:
        pass

    @contextmanager
    def run(self, url: str) -> Iterator[str]:
        self.folder.chmod(0o755)
        with running(self.folder, "--database-url", url) as server:
            self._known = server.credentials
            yield server.credentials["host"]

    async def fill(self, connection: asyncpg.Connection) -> None:
        await connection.execute(FILL, self._known["userPoolId"], timeout=7200)

    async def acts(self, connection: asyncpg.Connection, person: Person) -> dict[str, Act]:
        known = self._known
        key = {name: known[name] for name in ("accessKeyId", "accessKeySecret")}
        token = self._post("/api/v3/get-management-token", key, {})["access_token"]
        headers = {"authorization": f"Bearer {token}", "x-authing-userpool-id": known["userPoolId"]}
        find = "select id from users where pool_id = $1 and email = $2"
        person_id = await connection.fetchval(find, known["userPoolId"], person.email)
        if not await connection.fetchval(find, known["userPoolId"], "signing-in@example.com"):
            self._post(
                "/api/v3/create-user", {"email": "signing-in@example.com", "password": PASSWORD}, headers
            )

        def post(path: str, body: object, fewest: int = 0, **more: str) -> Act:
            def holds(answer: dict[str, object]) -> bool:
                data = answer.get("data")
                many = len(data["list"]) if isinstance(data, dict) and "list" in data else 1
                return answer["statusCode"] == 200 and many >= fewest

            return lambda n: Call(
                "POST", path, body(n) if callable(body) else body, headers | more, holds=holds
            )

        def listed(fewest: int, page: int = 1, limit: int = 10, **asked: object) -> Act:
            body = {"options": {"pagination": {"page": page, "limit": limit}}, **asked}
            return post("/api/v3/list-users", body, fewest)

        def get(path: str) -> Act:
            return lambda _: Call(
                "GET", path, headers=headers, holds=lambda answer: answer["statusCode"] == 200
            )

        entering = {
            "connection": "PASSWORD",
            "passwordPayload": {"email": "signing-in@example.com", "password": PASSWORD},
        }
        return {
            "first page of 50": listed(50, limit=50),
            "page 10,000 of 10": listed(10, page=10_000),
            "search, part of an e-mail": listed(1, keywords=person.email[3:15]),
            "search, two Chinese characters": listed(1, keywords=person.name[1:]),
            "search, nobody": listed(0, keywords="qzx9vk"),
            "find by e-mail": get(f"/api/v3/get-user?userId={person.email}&userIdType=email"),
            "find by id": get(f"/api/v3/get-user?userId={person_id}"),
            "count": listed(1, limit=1),
            "create": post(
                "/api/v3/create-user", lambda n: {"username": f"new{n}", "email": f"new{n}@example.com"}
            ),
            "sign in": post("/api/v3/signin", entering, **{"x-authing-app-id": known["appId"]}),
        }

    def _post(self, path: str, body: dict[str, str], headers: dict[str, str]) -> dict[str, str]:
        asked = Request(
            self._known["host"] + path,
            json.dumps(body).encode(),
            headers | {"content-type": "application/json"},
        )
        with urlopen(asked) as answer:
            found = json.loads(answer.read())
        if found["statusCode"] != 200:
            raise RuntimeError(f"{path}: {found}")
        data: dict[str, str] = found["data"]
        return data
