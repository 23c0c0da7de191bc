"""Keycloak as its distribution on Maven Central, started in production mode."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import quote, urlsplit

import asyncpg

from bench.peers.peer import PASSWORD, Act, Asker, Call, Peer, Person, process, tool

COPY = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy"
REALM = "/admin/realms/bench"
TOKEN = "/realms/bench/protocol/openid-connect/token"
FIND = "select id from user_entity where realm_id = $1 and email = $2"
FILL = """
insert into user_entity (id, email, email_constraint, email_verified, enabled, first_name, last_name, realm_id,
  username, created_timestamp, not_before)
select p.id::text, lower(p.email), lower(p.email), true, true, substr(p.name, 2), left(p.name, 1), r.id,
  lower(p.username), (extract(epoch from p.at) * 1000)::bigint, 0
from people p, realm r where r.name = 'bench'
"""
"""A Chinese name is a family name and a given one, as its two columns want it."""


class Keycloak(Peer):
    name, version = "Keycloak", "26.5.6"
    settings = "`kc.sh build --db=postgres`, `start --optimized`, 2 GB of heap; password hash of its default"
    port = 8981

    def install(self) -> None:
        home = self.folder / f"keycloak-{self.version}"
        if home.exists():
            return
        artifact = f"org.keycloak:keycloak-quarkus-dist:{self.version}:zip"
        tool(
            "mvn",
            "-q",
            "-B",
            COPY,
            f"-Dartifact={artifact}",
            f"-DoutputDirectory={self.folder}",
            cwd=self.folder,
        )
        archive = self.folder / f"keycloak-quarkus-dist-{self.version}.zip"
        with zipfile.ZipFile(archive) as files:
            files.extractall(self.folder)
        archive.unlink()
        (home / "bin/kc.sh").chmod(0o755)
        tool("bin/kc.sh", "build", "--db=postgres", cwd=home)

    @contextmanager
    def run(self, url: str) -> Iterator[str]:
        at, base = urlsplit(url), f"http://127.0.0.1:{self.port}"
        flags = {
            "http-enabled": "true",
            "hostname-strict": "false",
            "http-host": "127.0.0.1",
            "http-port": str(self.port),
            "db-url": f"jdbc:postgresql://{at.hostname}:{at.port}{at.path}",
            "db-username": at.username or "",
            "db-password": at.password or "",
        }
        environment = {
            **os.environ,
            "KC_BOOTSTRAP_ADMIN_USERNAME": "admin",
            "KC_BOOTSTRAP_ADMIN_PASSWORD": PASSWORD,
            "JAVA_OPTS_KC_HEAP": "-Xmx2g",
        }
        command = [
            "bin/kc.sh",
            "start",
            "--optimized",
            *(f"--{name}={value}" for name, value in flags.items()),
        ]
        home = self.folder / f"keycloak-{self.version}"
        with process(command, self.folder / "log", environment, f"{base}/realms/master", home):
            self._headers = self._signed_in(Asker(base))
            yield base

    def _signed_in(self, asker: Asker) -> dict[str, str]:
        """An administrator's token that lasts as long as the measurement; the realm, if it is not there."""
        who = {"username": "admin", "password": PASSWORD, "grant_type": "password", "client_id": "admin-cli"}
        login = Call("POST", "/realms/master/protocol/openid-connect/token", who, form=True)

        def token() -> dict[str, str]:
            return {"authorization": f"Bearer {asker.ask(login)[1]['access_token']}"}

        lasting = {"accessTokenLifespan": 86400}
        asker.ask(Call("PUT", "/admin/realms/master", lasting, token()))
        headers = token()
        try:
            asker.ask(Call("GET", REALM, headers=headers))
        except RuntimeError:
            asker.ask(Call("POST", "/admin/realms", {"realm": "bench", "enabled": True}, headers))
        return headers

    async def fill(self, connection: asyncpg.Connection) -> None:
        await connection.execute(FILL, timeout=7200)

    async def acts(self, connection: asyncpg.Connection, person: Person) -> dict[str, Act]:
        realm = await connection.fetchval("select id from realm where name = 'bench'")
        person_id = await connection.fetchval(FIND, realm, person.email)
        users, headers = f"{REALM}/users", self._headers
        if not await connection.fetchval(FIND, realm, "signing-in@example.com"):
            secret = [{"type": "password", "value": PASSWORD, "temporary": False}]
            name = {
                "username": "signing-in",
                "email": "signing-in@example.com",
                "firstName": "A",
                "lastName": "B",
            }
            asker = Asker(f"http://127.0.0.1:{self.port}")
            asker.ask(Call("POST", users, {**name, "enabled": True, "credentials": secret}, headers))
        enter = {
            "username": "signing-in",
            "password": PASSWORD,
            "grant_type": "password",
            "client_id": "admin-cli",
        }

        def get(query: str, holds: object) -> Act:
            return lambda _: Call("GET", f"{users}{query}", headers=headers, holds=holds)  # type: ignore[arg-type]

        return {
            "first page of 50": get("?first=0&max=50", lambda found: len(found) == 50),
            "page 10,000 of 10": get("?first=99990&max=10", lambda found: len(found) == 10),
            "search, part of an e-mail": get(f"?search={quote('*' + person.email[3:15] + '*')}", bool),
            "search, two Chinese characters": get(f"?search={quote('*' + person.name[1:] + '*')}", bool),
            "search, nobody": get("?search=*qzx9vk*", lambda found: found == []),
            "find by e-mail": get(f"?exact=true&email={quote(person.email)}", lambda found: len(found) == 1),
            "find by id": get(f"/{person_id}", bool),
            "count": get("/count", bool),
            "create": lambda n: Call(
                "POST",
                users,
                {"username": f"new{n}", "email": f"new{n}@example.com", "firstName": "新", "lastName": "人"},
                headers,
            ),
            "sign in": lambda _: Call(
                "POST",
                TOKEN,
                enter,
                form=True,
                holds=lambda a: a["access_token"],
            ),
        }
