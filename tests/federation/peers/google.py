"""Google, by its API reference: an OpenID provider that names the Workspace of an account (`hd`)."""

from __future__ import annotations

from typing import Any

from tests.federation.issuers import CLIENT, SECRET
from tests.federation.peers import oidc
from tests.federation.peers.model import Person


class StandIn(oidc.StandIn):
    person_id = "10769150350006150{}"

    def fields(self) -> dict[str, Any]:
        return {"clientId": CLIENT, "clientSecret": SECRET, "issuer": self.issuer.url}

    def claims(self, person: Person) -> dict[str, Any]:
        domain = person.email.partition("@")[2]
        return {**super().claims(person), **({"hd": domain} if domain else {})}
