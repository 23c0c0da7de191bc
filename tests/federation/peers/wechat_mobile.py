"""WeChat, in a mobile app, by the platform that the tests of that kind have."""

from __future__ import annotations

from typing import Any

from tests.federation.peers import wechat_pc
from tests.federation.peers.model import Exchanging, Person


class StandIn(Exchanging):
    calls = wechat_pc.StandIn.calls
    verifies = binds = False
    make, fields, claims = wechat_pc.StandIn.make, wechat_pc.StandIn.fields, wechat_pc.StandIn.claims
    serving, spoil, mend = wechat_pc.StandIn.serving, wechat_pc.StandIn.spoil, wechat_pc.StandIn.mend

    issuer: Any

    def code(self, person: Person) -> str:
        self.issuer.people[person.id] = self.claims(person)
        self.told.append(self.issuer.code(person.id))
        return self.told[-1]
