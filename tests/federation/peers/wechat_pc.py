"""WeChat, scanned on a web page, by the platform that the tests of that kind have."""

from __future__ import annotations

from typing import Any

from tests.federation.china.standins import APP, SECRET, Wechat
from tests.federation.issuers import Issuer
from tests.federation.peers import oidc
from tests.federation.peers.model import Person

from poolhouse.federation.model import Begun, Pairs


class StandIn(oidc.StandIn):
    calls = ("/sns/oauth2/access_token", "/sns/userinfo")
    verifies = binds = False

    def make(self) -> Issuer:
        return Wechat()

    def fields(self) -> dict[str, Any]:
        return {
            "clientId": APP,
            "clientSecret": SECRET,
            "loginHost": self.issuer.url,
            "apiHost": self.issuer.url,
        }

    def claims(self, person: Person) -> dict[str, Any]:
        return {"nickname": person.name}

    def back(self, begun: Begun, person: Person) -> Pairs:
        pairs = tuple(self.issuer.back(begun.address, person.id, **self.claims(person)))
        self.told.append(dict(pairs)["code"])
        return pairs

    def refused(self, begun: Begun) -> Pairs:
        """WeChat brings the state alone."""
        return (("state", self.state(begun)),)
