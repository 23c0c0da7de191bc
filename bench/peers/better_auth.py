"""better-auth from npm: a Node process of our own around its handler, with its admin plugin."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from http.cookies import SimpleCookie
from urllib.parse import quote
from urllib.request import Request, urlopen

import asyncpg

from bench.peers.peer import PASSWORD, Act, Call, Missing, Peer, Person, process, tool

ADMIN = "administrator@example.com"
SERVER = """
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { admin } from "better-auth/plugins";
import pg from "pg";

const options = {
  database: new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 10 }),
  baseURL: `http://127.0.0.1:${process.env.PORT}`,
  emailAndPassword: { enabled: true },
  plugins: [admin()],
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
};
await (await getMigrations(options)).runMigrations();
createServer(toNodeHandler(betterAuth(options))).listen(Number(process.env.PORT), "127.0.0.1");
"""
FILL = """
insert into "user" (id, name, email, "emailVerified", "createdAt", "updatedAt", role)
select id::text, name, lower(email), true, at, at, 'user' from people
"""


class BetterAuth(Peer):
    name, version = "better-auth", "1.7.25"
    settings = "Node, admin plugin, pool of 10 connections, rate limit and telemetry off; its own scrypt"
    port = 8982

    def install(self) -> None:
        (self.folder / "server.mjs").write_text(SERVER)
        if (self.folder / "node_modules").exists():
            return
        (self.folder / "package.json").write_text(json.dumps({"private": True, "type": "module"}))
        tool("npm", "install", "--silent", f"better-auth@{self.version}", "pg@8", cwd=self.folder)

    @contextmanager
    def run(self, url: str) -> Iterator[str]:
        base = f"http://127.0.0.1:{self.port}"
        secret = {
            "BETTER_AUTH_SECRET": os.urandom(32).hex(),
            "BETTER_AUTH_TELEMETRY": "0",
            "NODE_ENV": "production",
        }
        environment = {**os.environ, **secret, "DATABASE_URL": url, "PORT": str(self.port)}
        with process(
            ["node", "server.mjs"], self.folder / "log", environment, f"{base}/api/auth/ok", self.folder
        ):
            yield base

    async def fill(self, connection: asyncpg.Connection) -> None:
        await connection.execute(FILL, timeout=7200)

    async def acts(self, connection: asyncpg.Connection, person: Person) -> dict[str, Act]:
        for email in (ADMIN, "signing-in@example.com"):
            if not await connection.fetchval('select 1 from "user" where email = $1', email):
                self._post("sign-up/email", {"email": email, "password": PASSWORD, "name": "A"})
        await connection.execute("""update "user" set role = 'admin' where email = $1""", ADMIN)
        cookie = {"cookie": self._post("sign-in/email", {"email": ADMIN, "password": PASSWORD})}
        person_id = await connection.fetchval('select id from "user" where email = $1', person.email)
        users = "/api/auth/admin/list-users"

        def get(query: str, fewest: int) -> Act:
            return lambda _: Call(
                "GET", users + query, headers=cookie, holds=lambda a: len(a["users"]) >= fewest
            )

        def search(field: str, value: str, fewest: int) -> Act:
            asked = f"&searchField={field}&searchOperator=contains&searchValue={quote(value)}"
            return get(f"?limit=10{asked}", fewest)

        filtered = f"?limit=10&filterField=email&filterOperator=eq&filterValue={quote(person.email)}"
        origin = {"origin": f"http://127.0.0.1:{self.port}"}
        return {
            "first page of 50": get("?limit=50&sortBy=createdAt&sortDirection=desc", 50),
            "page 10,000 of 10": get("?limit=10&offset=99990&sortBy=createdAt&sortDirection=desc", 10),
            "search, part of an e-mail": search("email", person.email[3:15], 1),
            "search, two Chinese characters": search("name", person.name[1:], 1),
            "search, nobody": search("email", "qzx9vk", 0),
            "find by e-mail": get(filtered, 1),
            "find by id": lambda _: Call("GET", f"/api/auth/admin/get-user?id={person_id}", headers=cookie),
            "count": Missing("only as the total of a list"),
            "create": Missing("hashes a password for everybody it creates, the others do not"),
            "sign in": lambda _: Call(
                "POST",
                "/api/auth/sign-in/email",
                {"email": "signing-in@example.com", "password": PASSWORD},
                origin,
                holds=lambda a: a["user"],
            ),
        }

    def _post(self, path: str, body: dict[str, str]) -> str:
        """The cookie of whoever it signed in."""
        at = f"http://127.0.0.1:{self.port}"
        headers = {"content-type": "application/json", "origin": at}
        with urlopen(Request(f"{at}/api/auth/{path}", json.dumps(body).encode(), headers)) as answer:
            given = SimpleCookie("; ".join(answer.headers.get_all("set-cookie") or []))
        return "; ".join(f"{name}={one.coded_value}" for name, one in given.items() if "session" in name)
