"""An OpenID provider on the loopback that does what a test tells it, wrong things too."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

Answer = tuple[int, dict[str, str], bytes]
KEYS = {kid: RSAKey.generate_key(2048, {"kid": kid, "use": "sig"}) for kid in ("one", "two")}
CLIENT, SECRET = "poolhouse-client", "a secret: with ü"


class Issuer:
    """`claims`: what it says of everybody beside their sub. `told`: what userinfo adds. `answers`: what a path answers
    instead. `header`, `key`: how id tokens are signed. `asked`: the paths in their order. `sent`: the last request."""

    def __init__(self) -> None:
        self.port = 0
        self.claims: dict[str, Any] = {}
        self.told: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.answers: dict[str, Answer | Callable[[asyncio.StreamWriter], Awaitable[object]]] = {}
        self.header: dict[str, Any] = {"alg": "RS256", "kid": "one"}
        self.key: Any = KEYS["one"]
        self.published = ["one"]
        self.asked: list[str] = []
        self.heads: list[bytes] = []
        self.forms: list[dict[str, str]] = []
        self.sent = b""
        self._codes: dict[str, tuple[dict[str, str], str, dict[str, Any]]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def described(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/auth",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/me",
            "jwks_uri": f"{self.url}/jwks",
            **self.metadata,
        }

    def back(self, address: str, sub: str, **claims: Any) -> list[tuple[str, str]]:
        """What the browser brings back after somebody signed in at `address`."""
        asked = dict(parse_qsl(urlsplit(address).query))
        if asked["response_type"] == "id_token":
            token = self.id_token(asked, sub, claims)
            return [("id_token", token), ("state", asked["state"])]
        code = f"code-{secrets.token_hex(8)}"
        self._codes[code] = (asked, sub, claims)
        return [("code", code), ("state", asked["state"]), ("iss", self.url)]

    def id_token(self, asked: Mapping[str, str], sub: str, claims: Mapping[str, Any]) -> str:
        said = {
            "iss": self.url,
            "aud": asked["client_id"],
            "sub": sub,
            "nonce": asked["nonce"],
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            **self.claims,
            **claims,
        }
        said = {name: value for name, value in said.items() if value is not None}
        text = json.dumps(said).encode()
        if self.header.get("alg") in ("none", "HS256"):  # which no library would sign so
            parts = [json.dumps(self.header).encode(), text]
            signed = ".".join(base64.urlsafe_b64encode(one).rstrip(b"=").decode() for one in parts)
            made = hmac.digest(self.key, signed.encode(), "sha256") if self.key else b""
            return f"{signed}.{base64.urlsafe_b64encode(made).rstrip(b'=').decode()}"
        registry = jws.JWSRegistry(algorithms=[self.header["alg"]], strict_check_header=False)
        return jws.serialize_compact(dict(self.header), text, self.key, registry=registry)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            head = await reader.readuntil(b"\r\n\r\n")
            length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
            body = await reader.readexactly(int(length[1]) if length else 0)
            path = head.split(b" ")[1].partition(b"?")[0].decode()
            self.asked.append(path)
            self.heads.append(head)
            self.sent = head + body
            answer = self.answers.get(path) or self._answer(path, head, body)
            if callable(answer):
                await answer(writer)
            else:
                status, headers, said = answer
                lines = [f"HTTP/1.1 {status} X", f"content-length: {len(said)}"]
                lines += [f"{name}: {value}" for name, value in headers.items()]
                writer.write("\r\n".join([*lines, "", ""]).encode() + said)
            await writer.drain()
        writer.close()

    def _answer(self, path: str, head: bytes, body: bytes) -> Answer:
        if path == "/.well-known/openid-configuration":
            return said(self.described())
        if path == "/jwks":
            return said({"keys": [KEYS[kid].as_dict(private=False, kid=kid) for kid in self.published]})
        if path == "/token":
            form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
            self.forms.append(form)
            asked, sub, claims = self._codes.pop(form["code"], (None, "", {}))
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            fits = asked is not None and (
                base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked.get("code_challenge")
                and form["redirect_uri"] == asked["redirect_uri"]
            )
            if asked is None or not fits:
                return said({"error": "invalid_grant"}, 400)
            self._person = sub
            return said(
                {
                    "id_token": self.id_token(asked, sub, claims),
                    "access_token": "at-of-this-one",
                    "token_type": "Bearer",
                }
            )
        if path == "/me":
            return said({"sub": self._person, **self.told})
        return said({"error": "not_found"}, 404)


def said(value: Any, status: int = 200) -> Answer:
    return status, {"content-type": "application/json"}, json.dumps(value).encode()


def elliptic() -> ECKey:
    return ECKey.generate_key("P-256", {"kid": "one"})


@asynccontextmanager
async def issuing(issuer: Issuer | None = None) -> AsyncIterator[Issuer]:
    """`issuer`: one of another protocol."""
    issuer = issuer or Issuer()
    server = await asyncio.start_server(issuer.serve, "127.0.0.1", 0)
    issuer.port = server.sockets[0].getsockname()[1]
    yield issuer
    server.close()
