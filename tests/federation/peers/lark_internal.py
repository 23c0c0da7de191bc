"""Lark, a company's own app, by the platform that the tests of that kind have."""

from __future__ import annotations

from typing import Any

from tests.federation.china.standins import Lark
from tests.federation.issuers import Issuer
from tests.federation.peers import wechat_pc
from tests.federation.peers.model import Person, Redirecting

from poolhouse.federation.model import Begun, Pairs


class StandIn(wechat_pc.StandIn):
    calls = (
        "/open-apis/auth/v3/app_access_token/internal",
        "/open-apis/authen/v1/oidc/access_token",
        "/open-apis/authen/v1/user_info",
    )

    def make(self) -> Issuer:
        standin = Lark()
        standin.permissions = {"user_id", "email", "mobile"}
        return standin

    def claims(self, person: Person) -> dict[str, Any]:
        named = {"open_id": f"ou_{person.id}"} if person.id else {"open_id": ""}
        return {"name": person.name, "email": person.email, **named}

    def refused(self, begun: Begun) -> Pairs:
        return Redirecting.refused(self, begun)
