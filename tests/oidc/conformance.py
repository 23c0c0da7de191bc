"""A relying party as the OpenID Foundation's test plans drive it: one application, one person, one browser."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import httpx
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.conftest import PoolForTests
from tests.oidc.conftest import AFTER_LOGOUT, REDIRECT, Browser

from poolhouse.apps.model import App
from poolhouse.services import Services
from poolhouse.users.model import User

ISSUER = "http://127.0.0.1:3000/oidc"


@dataclass
class Party:
    services: Services
    pool: PoolForTests
    http: httpx.AsyncClient
    browser: Browser
    app: App
    person: User
    logins: int = 0
    """How often the person was asked for a password."""

    async def authorize(self, **changed: str | None) -> dict[str, str]:
        """What comes back to the client; the person signs in where a page asks for it."""
        asked = {
            "client_id": self.app.id,
            "redirect_uri": REDIRECT,
            "response_type": "code",
            "scope": "openid",
            "state": "state 1",
            "nonce": "nonce 1",
            **changed,
        }
        given = {name: value for name, value in asked.items() if value is not None}
        return await self.arrive("/oidc/auth?" + urlencode(given))

    async def arrive(self, url: str) -> dict[str, str]:
        page = await self.browser.open(url)
        if 'action="/login"' in page.text:
            self.logins += 1
            await self.browser.submit("/login", account="ada", password="lovelace")
        _, answer = self.browser.answered
        assert answer["iss"] == ISSUER
        return answer

    async def redeem(self, code: str, **changed: str) -> httpx.Response:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT, **changed}
        basic = None if "client_secret" in form else (self.app.id, self.app.secret)
        return await self.http.post("/oidc/token", data=form, auth=basic or httpx.USE_CLIENT_DEFAULT)

    async def sign_in(self, **changed: str | None) -> dict[str, Any]:
        """The answer of the token endpoint; `claims` are those of its id token, verified."""
        answer = await self.authorize(**changed)
        assert answer["state"] == "state 1"
        tokens: dict[str, Any] = (await self.redeem(answer["code"])).json()
        return tokens | {"claims": await self.verified(tokens["id_token"], changed.get("nonce", "nonce 1"))}

    async def verified(self, id_token: str, nonce: str | None = None) -> dict[str, Any]:
        keys = KeySet.import_key_set((await self.http.get("/oidc/.well-known/jwks")).json())
        claims = dict(jwt.decode(id_token, keys, algorithms=["RS256"]).claims)
        assert (claims["iss"], claims["aud"], claims["sub"]) == (ISSUER, self.app.id, self.person.id)
        assert claims["iat"] <= time.time() + 1 < claims["exp"]
        assert claims.get("nonce") == nonce
        return claims

    async def user_info(self, access_token: str, method: str = "GET", **given: Any) -> dict[str, Any]:
        sent = given or {"headers": {"authorization": f"Bearer {access_token}"}}
        answer = await self.http.request(method, "/oidc/me", **sent)
        assert answer.status_code == 200
        told: dict[str, Any] = answer.json()
        assert told["sub"] == self.person.id
        return told

    async def log_out(self, **given: str) -> httpx.Response:
        self.browser.page = await self.http.get("/oidc/session/end", params=given)
        return self.browser.page

    async def is_logged_in(self) -> bool:
        answer = await self.authorize(prompt="none")
        return "code" in answer

    async def later(self, seconds: float) -> None:
        """The session's sign-in, as if it had been so long ago."""
        await self.services.db.execute(
            "update sessions set "
            "created_at = (created_at at time zone 'UTC' - make_interval(secs => $2)) at time zone 'UTC' "
            "where pool_id = $1",
            self.pool.id,
            seconds,
        )
        await asyncio.sleep(0)


Module = Callable[[Party], Awaitable[None]]
LOGGED_OUT = AFTER_LOGOUT
