"""A running server as its clients see it, in the few calls that every version has answered alike."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import httpx


@dataclass
class Pool:
    """One pool of the server at `host`, by its secret; `app` is an application of it, by id and secret."""

    host: str
    id: str
    secret: str
    app: tuple[str, str] = ("", "")
    _token: str = field(default="", repr=False)
    _v2_token: str = field(default="", repr=False)

    @classmethod
    def of(cls, known: dict[str, str], host: str | None = None) -> Pool:
        """From what stands in credentials.json."""
        app = (known.get("appId", ""), known.get("appSecret", ""))
        return cls(host or known["host"], known["userPoolId"], known["userPoolSecret"], app)

    def v3(self, name: str, body: Any = None, **query: Any) -> dict[str, Any]:
        """The envelope. GET if there is no body."""
        if not self._token:
            key = {"accessKeyId": self.id, "accessKeySecret": self.secret}
            given = httpx.post(f"{self.host}/api/v3/get-management-token", json=key).json()
            self._token = given["data"]["access_token"]
        headers = {"authorization": f"Bearer {self._token}", "x-authing-userpool-id": self.id}
        url = f"{self.host}/api/v3/{name}"
        if body is None:
            return httpx.get(url, params=query, headers=headers, timeout=60).json()
        return httpx.post(url, json=body, headers=headers, timeout=60).json()

    def done(self, name: str, body: Any = None, **query: Any) -> Any:
        """What the envelope holds. Raises AssertionError if it tells of a refusal."""
        answer = self.v3(name, body, **query)
        assert answer["statusCode"] == 200, (name, body, answer)
        return answer.get("data")

    def v2(self, query: str, **variables: Any) -> dict[str, Any]:
        """A GraphQL question of the pool's administrator."""
        if not self._v2_token:
            given = "query T($i: String!, $s: String!) { accessToken(userPoolId: $i, secret: $s) { accessToken } }"
            told = self._graphql(given, {"i": self.id, "s": self.secret}, {})
            self._v2_token = told["data"]["accessToken"]["accessToken"]
        headers = {"authorization": f"Bearer {self._v2_token}", "x-authing-userpool-id": self.id}
        return self._graphql(query, variables, headers)

    def _graphql(self, query: str, variables: dict[str, Any], headers: dict[str, str]) -> dict[str, Any]:
        body = {"query": query, "variables": variables}
        return httpx.post(f"{self.host}/graphql/v2", json=body, headers=headers, timeout=60).json()

    def sign_in(self, password: str, **name: str) -> dict[str, Any]:
        """v3's sign-in with a password, at the pool's application; `name` is username=, email=, phone= or account=."""
        return httpx.post(
            f"{self.host}/api/v3/signin",
            json={
                "connection": "PASSWORD",
                "passwordPayload": {**name, "password": password},
                "client_id": self.app[0],
                "client_secret": self.app[1],
            },
            headers={"x-authing-app-id": self.app[0]},
            timeout=60,
        ).json()

    def grant(self, login_token: str) -> dict[str, Any]:
        """Access, refresh and id token for the token of a sign-in."""
        form = {"grant_type": "http://authing.cn/oidc/grant_type/authing_token", "token": login_token}
        form["scope"] = "openid profile email phone offline_access"
        answer = httpx.post(f"{self.host}/oidc/token", data=form, auth=self.app, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refresh(self, token: str) -> httpx.Response:
        form = {"grant_type": "refresh_token", "refresh_token": token}
        return httpx.post(f"{self.host}/oidc/token", data=form, auth=self.app, timeout=60)

    def user_info(self, token: str) -> httpx.Response:
        return httpx.get(f"{self.host}/oidc/me", headers={"authorization": f"Bearer {token}"}, timeout=60)


def without_host(answer: Any, host: str) -> Any:
    """An answer with the server's address taken out of its links."""
    if isinstance(answer, dict):
        return {key: without_host(value, host) for key, value in answer.items()}
    if isinstance(answer, list):
        return [without_host(one, host) for one in answer]
    return re.sub(re.escape(host), "", answer) if isinstance(answer, str) else answer
