"""GitHub Enterprise Server, by its documents: the same as github.com, with all of it at one address."""

from __future__ import annotations

import base64
import hashlib
import secrets
from typing import Any

from tests.federation.peers.model import Person
from tests.federation.peers.web import Answer, Web

from poolhouse.federation.model import Begun, Pairs

CLIENT, SECRET = "Iv1.poolhouse", "f00d of the client"


class StandIn(Web):
    calls = ("/login/oauth/access_token", "/api/v3/user", "/api/v3/user/emails")
    ids = ("583231", "583232")
    """Numbers: there is no case to change."""

    def __init__(self) -> None:
        super().__init__()
        self.said: dict[str, Any] = {}
        """What `/user` says beside, or otherwise."""
        self.emails: Answer | None = None
        """What is answered for the addresses instead."""
        self._codes: dict[str, tuple[dict[str, str], Person]] = {}
        self._tokens: dict[str, Person] = {}

    def fields(self) -> dict[str, Any]:
        return {"clientId": CLIENT, "clientSecret": SECRET, "baseUrl": self.url}

    def back(self, begun: Begun, person: Person) -> Pairs:
        code = secrets.token_hex(10)
        self.told.append(code)
        self._codes[code] = (self.query(begun), person)
        return (("code", code), ("state", self.state(begun)))

    def answer(
        self, path: str, query: dict[str, str], headers: dict[str, str], form: dict[str, str]
    ) -> Answer:
        if path == "/login/oauth/access_token":
            return self._token(headers, form)
        person = self._tokens.get(headers.get("authorization", "").removeprefix("Bearer "))
        if person is None or not headers.get("user-agent"):
            return 401, {"message": "Bad credentials", "documentation_url": "https://docs.github.com/rest"}
        if path == "/api/v3/user":
            number = {"id": int(person.id)} if person.id else {}
            return 200, {
                "login": f"octo-{person.id}", **number, "node_id": "MDQ6VXNlcjE=", "type": "User",
                "avatar_url": f"{self.url}/avatars/1", "html_url": f"{self.url}/octo", "name": person.name,
                "company": None, "email": person.email or None, **self.said,
            }  # fmt: skip
        if path == "/api/v3/user/emails":
            return self.emails or (200, self._addresses(person))
        return 404, {"message": "Not Found"}

    def _token(self, headers: dict[str, str], form: dict[str, str]) -> Answer:
        """200 also for what it refuses, and a form's text unless JSON is asked for."""
        if headers.get("accept") != "application/json":
            return 200, b"error=asked_for_no_json"
        if (form.get("client_id"), form.get("client_secret")) != (CLIENT, SECRET):
            return 200, {"error": "incorrect_client_credentials", "error_description": "The client_id ..."}
        asked, person = self._codes.pop(form.get("code", ""), ({}, Person("")))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        fits = (challenge, form.get("redirect_uri")) == (
            asked.get("code_challenge"),
            asked.get("redirect_uri"),
        )
        if not fits:
            return 200, {"error": "bad_verification_code", "error_description": "The code passed is ..."}
        token = f"gho_{secrets.token_hex(16)}"
        self.told.append(token)
        self._tokens[token] = person
        return 200, {"access_token": token, "scope": "read:user,user:email", "token_type": "bearer"}

    def _addresses(self, person: Person) -> list[dict[str, Any]]:
        other = {"email": "second@x.cn", "primary": False, "verified": True, "visibility": None}
        if not person.email:
            return [other]
        own = {"email": person.email, "primary": True, "verified": person.email_verified}
        return [other, {**own, "visibility": "public"}]
