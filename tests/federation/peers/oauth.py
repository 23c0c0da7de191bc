"""A provider of OAuth 2.0 without scripts: a code with a proof, a token, and an address that says whose it is."""

from __future__ import annotations

from typing import Any

from tests.federation.oauth2.provider import is_proved
from tests.federation.peers.model import Person
from tests.federation.peers.web import Answer, Web

from poolhouse.federation.model import Begun, Pairs


class StandIn(Web):
    calls = ("/token", "/me")

    def __init__(self) -> None:
        super().__init__()
        self._codes: dict[str, tuple[dict[str, str], Person]] = {}
        self._tokens: dict[str, Person] = {}

    def fields(self) -> dict[str, Any]:
        return {
            "authEndPoint": f"{self.url}/authorize",
            "tokenEndPoint": f"{self.url}/token",
            "userInfoEndPoint": f"{self.url}/me",
            "clientId": "poolhouse",
            "clientSecret": "the secret of: ü",
            "pkce": True,
        }

    def back(self, begun: Begun, person: Person) -> Pairs:
        code = f"code-{len(self._codes)}-of-oauth"
        self._codes[code] = (self.query(begun), person)
        self.told.append(code)
        return (("code", code), ("state", self.state(begun)))

    def answer(
        self, path: str, query: dict[str, str], headers: dict[str, str], form: dict[str, str]
    ) -> Answer:
        if path == "/token":
            asked, person = self._codes.pop(form.get("code", ""), ({}, Person("")))
            if asked.get("redirect_uri") != form.get("redirect_uri") or not is_proved(asked, form):
                return 400, {"error": "invalid_grant"}
            token = f"token-{len(self._tokens)}-of-oauth"
            self._tokens[token] = person
            self.told.append(token)
            return 200, {"access_token": token, "token_type": "bearer"}
        person = self._tokens[headers["authorization"].removeprefix("Bearer ")]
        told = {"sub": person.id, "name": person.name, "email_verified": person.email_verified}
        return 200, {**told, "email": person.email} if person.email else told
