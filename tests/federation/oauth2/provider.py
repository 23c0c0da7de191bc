"""A provider of OAuth 2.0 on the loopback: a code, a token, and an address that tells who somebody is."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.federation.issuers import Answer, Issuer, said

CLIENT, SECRET = "poolhouse-at-idp", "a secret: of ü"


class Provider(Issuer):
    """`people`: what it tells of whom a code was made for."""

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, dict[str, Any]] = {}
        self._asked: dict[str, tuple[dict[str, str], dict[str, Any]]] = {}

    def came(self, address: str, **person: Any) -> list[tuple[str, str]]:
        """What the browser brings back after somebody signed in at `address`."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = f"code-{len(self._asked)}-of-this-provider"
        self._asked[code] = (asked, person)
        return [("code", code), ("state", asked["state"])]

    def _answer(self, path: str, head: bytes, body: bytes) -> Answer:
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        if path == "/token":
            self.forms.append(form)
            asked, person = self._asked.pop(form.get("code", ""), (None, {}))
            if (
                asked is None
                or form.get("redirect_uri") != asked["redirect_uri"]
                or not is_proved(asked, form)
            ):
                return said({"error": "invalid_grant"}, 400)
            token = f"token-{len(self.people)}-of-this-provider"
            self.people[token] = person
            return said({"access_token": token, "token_type": "bearer", "uid": person.get("sub", "")})
        if path == "/me":
            token = form.get("access_token") or _bearer(head)
            person = self.people.get(token)
            return said({"error": "invalid_token"}, 401) if person is None else said(person)
        return said({"error": "not_found"}, 404)


def is_proved(asked: dict[str, str], form: dict[str, str]) -> bool:
    if "code_challenge" not in asked:
        return True
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]


def _bearer(head: bytes) -> str:
    return head.lower().partition(b"authorization: bearer ")[2].split(b"\r\n")[0].decode()


@asynccontextmanager
async def providing() -> AsyncIterator[Provider]:
    provider = Provider()
    server = await asyncio.start_server(provider.serve, "127.0.0.1", 0)
    provider.port = server.sockets[0].getsockname()[1]
    yield provider
    server.close()
