"""What every stand-in can do, whatever its protocol."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, Literal

from poolhouse.federation.model import Begun, Pairs

Fault = Literal["hang", "flood", "nonsense", "refusal"]
FAULTS: tuple[Fault, ...] = ("hang", "flood", "nonsense", "refusal")
"""Of one call of ours: no answer ever; 10 MB; what is no document of the protocol; an error that repeats all it was
sent, secrets too."""


@dataclass(frozen=True)
class Person:
    """`id`: of the person there. "": the provider answers without one."""

    id: str
    name: str = "Ada"
    email: str = ""
    email_verified: bool = False


class StandIn:
    """`calls`: what our server asks of it in one sign-in, each of which can be made to fail. `ids`: two that differ
    by the case of a letter alone, where its ids have letters. `verifies`: it can say that an address was verified;
    `vouches_by`: the connection's setting that says so for it. `posts`: the browser brings its answer by a form.
    `binds`: an answer to one request of ours is none to another (PKCE, a nonce, InResponseTo).
    """

    calls: tuple[str, ...] = ()
    ids: tuple[str, str] = ("ada", "ADA")
    verifies = True
    vouches_by = ""
    posts = False
    binds = True
    person_id = "{}"
    """Shape of an id: a test's own number goes into it."""

    def __init__(self) -> None:
        self.port = 0
        """On the loopback; 0 for one that our server never calls."""
        self.told: list[str] = []
        """Codes, tokens and other secrets of sign-ins that were given away."""

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        yield

    def fields(self) -> dict[str, Any]:
        """The connection's."""
        raise NotImplementedError

    def spoil(self, call: str, fault: Fault) -> None:
        """From now on one of `calls` goes wrong."""
        raise NotImplementedError

    def mend(self) -> None:
        """All is well again."""


class Redirecting(StandIn):
    """Of a kind that sends the browser away."""

    def back(self, begun: Begun, person: Person) -> Pairs:
        """What the browser brings when `person` has signed in there."""
        raise NotImplementedError

    def refused(self, begun: Begun) -> Pairs:
        """What it brings when the person said no."""
        return (("error", "access_denied"), ("error_description", "<b>no"), ("state", self.state(begun)))

    def garbled(self, begun: Begun) -> list[Pairs]:
        """What it may bring that is no answer."""
        state = ("state", self.state(begun))
        return [
            (state,),
            (("code", ""), state),
            (("code", "nobody's"), state),
            (("code", "a"), ("code", "b"), state),
        ]

    def state(self, begun: Begun) -> str:
        raise NotImplementedError

    def callback(self, begun: Begun) -> str:
        """Where it was asked to send the browser."""
        raise NotImplementedError


class Exchanging(StandIn):
    """Of a kind whose own SDK gives a native app a code."""

    def code(self, person: Person) -> str:
        raise NotImplementedError


class Verifying(StandIn):
    """Of a kind that is asked about a name and a password; `password` is everybody's right one."""

    password = "the right pass word"

    def __init__(self) -> None:
        super().__init__()
        self.people: dict[str, Person] = {}
        """By what they type as their name."""

    def passwords_tried(self) -> list[str]:
        raise NotImplementedError
