"""A directory: it looks people up by the name in the filter, and knows one password."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from tests.federation.ldap.standin import BIND, SEARCH, Asked, Standin, answering, entry, message, result
from tests.federation.peers.model import Fault, Person, Verifying

from poolhouse.federation.providers.ldap.ber import octets, sequence

READER, READS = "cn=reader,dc=corp", "what the reader knows"


class StandIn(Verifying):
    calls = ("bind", "search", "sign_in")
    vouches_by = "trustEmail"
    directory: Standin
    spoiled: tuple[str, Fault] | None = None

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        async with answering(self._answer) as self.directory:
            self.port = self.directory.port
            yield

    def fields(self) -> dict[str, Any]:
        self.told += [self.password, READS]
        return {
            "url": f"ldap://127.0.0.1:{self.port}",
            "allowPlaintext": True,
            "bindDn": READER,
            "bindCredentials": READS,
            "usersBaseDn": "dc=corp",
            "uniqueAttribute": "employeeNumber",
        }

    def spoil(self, call: str, fault: Fault) -> None:
        self.spoiled = (call, fault)

    def mend(self) -> None:
        self.spoiled = None

    def passwords_tried(self) -> list[str]:
        return [asked.password for asked in self.directory.asked if asked.kind == BIND]

    def _answer(self, asked: Asked) -> bytes | None:
        call = "search" if asked.kind == SEARCH else "bind" if asked.name == READER else "sign_in"
        if self.spoiled and self.spoiled[0] == call:
            return self._spoiled(asked, self.spoiled[1])
        if call == "search":
            found = [name for name in self.people if name.encode() in asked.filter_]
            return b"".join(self._entry(asked, name) for name in found) + result(asked)
        if call == "sign_in" and asked.password != self.password:
            return result(asked, 49)
        return result(asked)

    def _entry(self, asked: Asked, name: str) -> bytes:
        person = self.people[name]
        given = {"employeeNumber": person.id, "cn": person.name, "displayName": person.name}
        return entry(asked, _dn(person, name), {key: [value] for key, value in {
            **given, "mail": person.email}.items() if value})  # fmt: skip

    def _spoiled(self, asked: Asked, fault: Fault) -> bytes | None:
        if fault == "hang":
            return None
        if fault == "nonsense":
            return b"HTTP/1.1 400 Bad Request\r\n\r\n"
        if fault == "refusal":
            return result(asked, 1, f"{asked.name} {asked.password}")
        if asked.kind == SEARCH:
            return entry(asked, "cn=x,dc=corp", {"cn": ["x" * 1000]}) * 10_000
        return message(asked.message_id, sequence(octets("x" * 10_000_000), tag=0x61))


def _dn(person: Person, name: str) -> str:
    return f"uid={name},dc=corp"
