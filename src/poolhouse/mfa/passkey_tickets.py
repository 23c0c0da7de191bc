"""Challenges of passkeys: 32 random bytes in a sealed ticket, for one purpose, one page and one asker.

Nothing is stored before one is answered rightly, so that any node takes what another asked; whoever keeps the passkeys
then keeps the digest until the ticket would have run out, in the transaction of the act: it is good once.
Decision: docs/decisions/0072-passkeys.md.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

import msgspec

from poolhouse import clock
from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.errors import TokenExpired
from poolhouse.mfa.passkeys import Site

LIFETIME_S = 300
_CHALLENGE_BYTES = 32


@dataclass(frozen=True, slots=True)
class PasskeyTicket:
    """`whose`: of whom, or of which browser, the answer must be. `ends_at`: Unix seconds."""

    purpose: str
    whose: str
    origin: str
    rp_id: str
    challenge: bytes
    ends_at: float

    @property
    def digest(self) -> bytes:
        """By which it is told that it was answered before."""
        return hashlib.sha256(self.challenge).digest()

    @property
    def ends(self) -> datetime:
        return datetime.fromtimestamp(self.ends_at, UTC)


class PasskeyTickets:
    """`place`: what the tickets are sealed for; those of one place open nothing at another."""

    def __init__(self, box: SecretBox, place: str) -> None:
        self._box, self._place = box, place

    def issue(self, purpose: str, whose: str, site: Site) -> tuple[bytes, str]:
        """A new challenge, and the ticket that goes beside it."""
        challenge = secrets.token_bytes(_CHALLENGE_BYTES)
        ticket = PasskeyTicket(
            purpose, whose, site.origin, site.rp_id, challenge, clock.epoch_s() + LIFETIME_S
        )
        return challenge, self._box.encrypt(msgspec.json.encode(ticket).decode(), self._place).hex()

    def open(self, text: str, purpose: str, whose: str, site: Site) -> PasskeyTicket:
        """Raises TokenExpired: for what is no ticket, too."""
        try:
            ticket = msgspec.json.decode(
                self._box.decrypt(bytes.fromhex(text), self._place), type=PasskeyTicket
            )
        except (ValueError, IndexError, SecretUnreadable) as error:
            raise TokenExpired("no ticket of ours") from error
        meant = (ticket.purpose, ticket.whose, ticket.origin, ticket.rp_id)
        if meant != (purpose, whose, site.origin, site.rp_id):
            raise TokenExpired("a ticket for something else")
        if ticket.ends_at < clock.epoch_s():
            raise TokenExpired("the ticket ran out")
        return ticket
