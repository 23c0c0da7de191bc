"""Lark, an app of the store, by the platform that the tests of that kind have."""

from __future__ import annotations

from tests.federation.china.standins import Lark
from tests.federation.issuers import Issuer
from tests.federation.peers import lark_internal


class StandIn(lark_internal.StandIn):
    calls = ("/open-apis/authen/v2/oauth/token", "/open-apis/authen/v1/user_info")
    binds = True

    def make(self) -> Issuer:
        return Lark(store=True)
