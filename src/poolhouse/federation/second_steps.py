"""The identity that somebody was asked about in a native app, kept while they show their second factor.

Their first proof says whose account it is, and is not asked for again; so what is to be linked stands on the ticket of
the second step, and is linked by whatever ends it.
"""

from __future__ import annotations

import base64
from dataclasses import replace

from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.db.database import Database
from poolhouse.errors import MfaRequired
from poolhouse.federation.arrivals import Arrivals
from poolhouse.federation.attempts import lapsed
from poolhouse.login import tickets
from poolhouse.login.tickets import Ticket
from poolhouse.users.model import User

NATIVE = "native"
"""What the browser is in a native app: there is none, and who has the key may use it."""
_KEY, _APP = "identity_key", "identity_app"


class SecondSteps:
    def __init__(self, db: Database, box: SecretBox, arrivals: Arrivals) -> None:
        self._db, self._box, self._arrivals = db, box, arrivals

    async def keep(self, caller: Caller, key: str, asked: MfaRequired) -> None:
        """`key`: of BindingRequired, sealed, as it is good for whoever has it."""
        ticket = await tickets.peek(self._db, caller.pool_id, "mfa", str(asked.facts["mfa_token"]))
        sealed = base64.b64encode(self._box.encrypt(key, _place(ticket))).decode()
        await tickets.note(self._db, ticket, **{_KEY: sealed, _APP: caller.app_id or ""})

    async def link(self, caller: Caller, held: Ticket, user: User) -> None:
        """What is kept on the ticket, if anything is. Raises SignInLapsed, IdentityTaken, and what `bind` does."""
        sealed = held.detail.get(_KEY)
        if sealed is None:
            return
        try:
            key = self._box.decrypt(base64.b64decode(sealed), _place(held))
        except (SecretUnreadable, ValueError) as error:  # the server's key was changed meanwhile
            raise lapsed() from error
        of_app = replace(caller, app_id=str(held.detail.get(_APP)) or None)
        await self._arrivals.bind(of_app, key, NATIVE, user)


def _place(ticket: Ticket) -> str:
    return f"{ticket.pool_id}/tickets/identity_key/{ticket.id}"
