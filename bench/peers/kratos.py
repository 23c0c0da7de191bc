"""Ory Kratos from the Go proxy, built here."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote

import asyncpg

from bench.peers.peer import PASSWORD, Act, Asker, Call, Missing, Peer, Person, process, tool

MODULE = "github.com/ory/kratos"
SCHEMA = {
    "$id": "https://bench.example/person.json",
    "$schema": "http://json-schema.org/draft-07/schema#",
    "title": "Person",
    "type": "object",
    "properties": {
        "traits": {
            "type": "object",
            "properties": {
                "email": {
                    "type": "string",
                    "format": "email",
                    "ory.sh/kratos": {"credentials": {"password": {"identifier": True}}},
                },
                "username": {
                    "type": "string",
                    "ory.sh/kratos": {"credentials": {"password": {"identifier": True}}},
                },
                "name": {"type": "string"},
            },
        }
    },
}
CONFIG = """
serve:
  public: {{ base_url: "http://127.0.0.1:{public}/", host: 127.0.0.1, port: {public} }}
  admin: {{ base_url: "http://127.0.0.1:{admin}/", host: 127.0.0.1, port: {admin} }}
selfservice:
  default_browser_return_url: "http://127.0.0.1:{public}/"
  methods: {{ password: {{ enabled: true }} }}
log: {{ level: error }}
secrets: {{ cookie: ["{secret}"], cipher: ["{secret}"] }}
ciphers: {{ algorithm: xchacha20-poly1305 }}
hashers: {{ algorithm: argon2, argon2: {{ memory: 19MB, iterations: 2, parallelism: 1 }} }}
identity: {{ default_schema_id: person, schemas: [{{ id: person, url: "file://{schema}" }}] }}
"""
FILL = """
with network as (select id as nid from networks limit 1),
kind as (select id as type from identity_credential_types where name = 'password'),
made as (
  insert into identities (id, schema_id, traits, created_at, updated_at, nid, state, state_changed_at)
  select p.id, 'person', jsonb_build_object('email', lower(p.email), 'username', p.username, 'name', p.name),
    p.at, p.at, network.nid, 'active', p.at
  from people p, network returning id
),
credentials as (
  insert into identity_credentials (id, config, identity_credential_type_id, identity_id, created_at, updated_at, nid,
    version)
  select p.id, '{}', kind.type, p.id, p.at, p.at, network.nid, 0 from people p, network, kind returning id
)
insert into identity_credential_identifiers (id, identifier, identity_credential_id, identity_credential_type_id,
  created_at, updated_at, nid)
select gen_random_uuid(), named.text, p.id, kind.type, p.at, p.at, network.nid
from people p, network, kind, lateral (values (lower(p.email)), (lower(p.username))) named (text)
"""
"""A credential has the id of its identity, which nothing forbids."""


class Kratos(Peer):
    name, version = "Ory Kratos", "1.3.1"
    settings = "password method, argon2id with 19 MiB and 2 passes as ours, log level error"
    public, admin = 8983, 8984

    def install(self) -> None:
        program = self.folder / "kratos"
        if not program.exists():
            found = json.loads(
                tool("go", "mod", "download", "-json", f"{MODULE}@v{self.version}", cwd=self.folder)
            )
            source = self.folder / "source"
            shutil.rmtree(source, ignore_errors=True)
            shutil.copytree(found["Dir"], source)
            for one in (source, *source.rglob("*")):
                one.chmod(one.stat().st_mode | 0o200)
            tool("go", "build", "-o", str(program), ".", cwd=source)
        schema = self.folder / "person.json"
        schema.write_text(json.dumps(SCHEMA))
        filled = CONFIG.format(public=self.public, admin=self.admin, secret="x" * 32, schema=schema)
        (self.folder / "kratos.yml").write_text(filled)

    @contextmanager
    def run(self, url: str) -> Iterator[str]:
        environment = {**os.environ, "DSN": f"{url}?sslmode=disable&max_conns=20"}
        program = str(self.folder / "kratos")
        tool(program, "migrate", "sql", "-e", "--yes", cwd=self.folder, DSN=environment["DSN"])
        base = f"http://127.0.0.1:{self.admin}"
        command = [program, "serve", "-c", "kratos.yml"]
        with process(command, self.folder / "log", environment, f"{base}/health/ready", self.folder):
            yield base

    async def fill(self, connection: asyncpg.Connection) -> None:
        await connection.execute(FILL, timeout=7200)

    async def acts(self, connection: asyncpg.Connection, person: Person) -> dict[str, Act]:
        find = "select identity_id from identity_credentials c join identity_credential_identifiers i "
        find += "on i.identity_credential_id = c.id where i.identifier = $1"
        person_id = await connection.fetchval(find, person.email)
        asker = Asker(f"http://127.0.0.1:{self.admin}")
        if not await connection.fetchval(find, "signing-in@example.com"):
            secret = {"password": {"config": {"password": PASSWORD}}}
            asker.ask(Call("POST", "/admin/identities", self._new("signing-in") | {"credentials": secret}))

        def get(query: str, fewest: int) -> Act:
            return lambda _: Call(
                "GET", f"/admin/identities{query}", holds=lambda found: len(found) >= fewest
            )

        similar = "?preview_credentials_identifier_similar="
        return {
            "first page of 50": get("?page_size=50", 50),
            "page 10,000 of 10": Missing("pages by token only"),
            "search, part of an e-mail": get(similar + quote(person.email[3:15]), 1),
            "search, two Chinese characters": Missing("searches login names only"),
            "search, nobody": get(f"{similar}qzx9vk", 0),
            "find by e-mail": get(f"?credentials_identifier={quote(person.email)}", 1),
            "find by id": lambda _: Call("GET", f"/admin/identities/{person_id}"),
            "count": Missing("there is none"),
            "create": lambda n: Call("POST", "/admin/identities", self._new(f"new{n}")),
            "sign in": Missing("not measured: two requests to another port"),
        }

    def _new(self, name: str) -> dict[str, object]:
        return {
            "schema_id": "person",
            "traits": {"username": name, "email": f"{name}@example.com", "name": "新人"},
        }
