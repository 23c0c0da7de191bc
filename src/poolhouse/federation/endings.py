"""A provider's word that a sign-in is over: the sessions that it opened here end.

Nothing proves such a word but what it names: the sign-in as only its provider, this browser and we know it. The row of
a session has a digest of that. Decision: docs/decisions/0109-single-sign-out.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from poolhouse.caller import Caller
from poolhouse.federation import catalog
from poolhouse.federation.attempts import pool_of
from poolhouse.federation.model import Callback, Ending, ExternalUser, Pairs
from poolhouse.sessions.service import SessionService


class ProviderLogouts:
    def __init__(self, sessions: SessionService) -> None:
        self._sessions = sessions

    def is_one(self, form: Pairs) -> bool:
        return _client(form) is not None

    async def heard(self, caller: Caller, state: str, form: Pairs) -> int:
        """How many sessions ended. `state`: of the address that it was posted to; `caller`: a stranger, of no pool yet.

        Raises ProviderFailed for what does not say which sign-in is over; one that is unknown ends nothing.
        """
        client = _client(form)
        assert client is not None
        pool_id = pool_of(state)
        sign_in = await client.over(state, Callback("POST", (), form).given())
        upstream = upstream_of(pool_id, sign_in)
        return await self._sessions.end_upstream(replace(caller, pool_id=pool_id), upstream)


def upstream_of(pool_id: str, sign_in: str) -> bytes:
    """What the row of a session says of the sign-in that opened it."""
    return hashlib.sha256(f"{pool_id} {sign_in}".encode()).digest()


def opening(pool_id: str, came: ExternalUser) -> bytes | None:
    """The same of somebody who has come; None where their provider will not say when it is over."""
    return upstream_of(pool_id, came.sign_in) if came.sign_in else None


def _client(form: Pairs) -> Ending | None:
    names = {name for name, _ in form}
    return next((client for client in catalog.ending() if client.over_by in names), None)
