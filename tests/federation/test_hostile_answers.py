"""Answers in which one value is what nobody expects: each is a failure that is named, or does no harm.

Every value of every document that a provider of JSON is asked for, and every claim of an id token, is tried.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from tests.federation.peers import stand_in
from tests.federation.peers.model import Exchanging, Person, Redirecting, StandIn
from tests.federation.peers.way import ORIGIN

from poolhouse.errors import ProviderFailed
from poolhouse.federation import catalog
from poolhouse.federation.model import Callback, ExternalUser, Here, checked, settled
from poolhouse.outgoing import Answer, Outgoing
from poolhouse.texts import storable
from poolhouse.times import now

WITH_JSON = (
    "oidc",
    "oauth",
    "github",
    "google",
    "azure-ad",
    "wechat:pc",
    "wechat:mobile",
    "lark-internal",
    "lark-public",
)
RAW = (
    b"1e400",
    b"-1",
    b"1" * 400,
    b"0.5",
    b"true",
    b"null",
    b'""',
    b'" "',
    b'"\\ud800"',
    b'"\\u0000"',
    b'"\\u202e\\u0007"',
    b'"' + b"x" * 300 + b'"',
    b'"' + b"x" * 60_000 + b'"',
    b'"javascript:alert(1)"',
    b'"http://[::1"',
    b'"a\\r\\nb: c"',
    b"[]",
    b'["x", null]',
    b'{"__proto__": {"a": 1}, "a": 1, "a": 2}',
    b"[" * 60 + b"]" * 60,
    b"[" * 9_999,
    b"NaN",
    b"\xff",
)
"""As it stands in the answer: not all of it is JSON."""
PLACE = "the place of the value"
EACH = 7
"""Of that many one is tried in each run: each value and each place meets others. 1 tries all of them."""


def test_the_values_are_tried_of_every_kind_that_answers_json() -> None:
    asked = {kind for kind in catalog.MANIFESTS if stand_in(kind).calls}
    assert asked - set(WITH_JSON) == {"cas", "ldap", "ad"}, "which have hostile answers of their own kind"


def _places(value: Any, depth: int = 0) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict | list) and depth < 4:
        each = value.items() if isinstance(value, dict) else enumerate(value[:1])
        for name, inner in each:
            yield (name,)
            yield from ((name, *deeper) for deeper in _places(inner, depth + 1))


def _with(document: Any, place: tuple[Any, ...], raw: bytes) -> bytes:
    changed = json.loads(json.dumps(document))
    around = changed
    for name in place[:-1]:
        around = around[name]
    around[place[-1]] = PLACE
    return json.dumps(changed).encode().replace(json.dumps(PLACE).encode(), raw)


class Twisting(Outgoing):
    """`twist`: which call of the sign-in is changed, where, and to what. `told`: what each call was answered."""

    def __init__(self, port: int) -> None:
        super().__init__({("127.0.0.1", port)})
        self.told: list[Any] = []
        self.twist: tuple[int, tuple[Any, ...], bytes] | None = None

    async def _asked(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int
    ) -> Answer:
        answer = await super()._asked(method, url, headers, body, most)
        document = json.loads(answer.body)
        self.told.append(document)
        if self.twist is None or len(self.told) - 1 != self.twist[0]:
            return answer
        return replace(answer, body=_with(document, *self.twist[1:]))


class Direct:
    """One kind's client without the frame. Each sign-in is at a connection that was never seen before."""

    def __init__(self, kind: str, peer: StandIn) -> None:
        self.kind, self.peer = kind, peer
        self._numbers = itertools.count()

    async def sign_in(self, outgoing: Twisting) -> ExternalUser:
        manifest = catalog.manifest_of(self.kind)
        read = settled(
            manifest, id=f"c{next(self._numbers)}", pool_id="p", source_id="s", identifier="i",
            fields=self.peer.fields(),
        )  # fmt: skip
        here = Here(ORIGIN, f"{ORIGIN}/connections/x/i/callback", outgoing, now)
        person = Person(self.peer.ids[0], email="ada@x.cn", email_verified=True)
        if isinstance(self.peer, Exchanging):
            code = self.peer.code(person)
            return checked(await catalog.exchanging(self.kind).exchange(read, here, code))
        assert isinstance(self.peer, Redirecting)
        client = catalog.redirecting(self.kind)
        begun = await client.begin(read, here, "the-state")
        pairs = self.peer.back(begun, person)
        return checked(await client.finish(read, here, Callback("GET", pairs), begun.remembered))


@asynccontextmanager
async def _direct(kind: str) -> AsyncIterator[Direct]:
    peer = stand_in(kind)
    async with peer.serving():
        yield Direct(kind, peer)


def _harmless(user: ExternalUser) -> None:
    assert storable(json.loads(json.dumps(dict(user.claims)))) == dict(user.claims)
    assert all(isinstance(one.value, str) and one.value.isprintable() for one in user.ids)


@pytest.mark.parametrize("kind", WITH_JSON)
async def test_a_value_that_nobody_expects_is_a_failure_by_name_or_does_no_harm(kind: str) -> None:
    async with _direct(kind) as direct:
        outgoing = Twisting(direct.peer.port)
        as_it_is = await direct.sign_in(outgoing)
        twists = [
            (number, place, raw)
            for number, document in enumerate([*outgoing.told])
            for place, raw in itertools.product(_places(document), RAW)
        ]
        reasons, tried = [], twists[::EACH]
        for outgoing.twist in tried:
            outgoing.told.clear()
            try:
                _harmless(await direct.sign_in(outgoing))
            except ProviderFailed as error:
                reasons.append(error.reason("zh-CN"))
        assert len(reasons) > len(tried) / 4
        assert max(map(len, reasons)) < 600
        outgoing.twist = None
        assert (await direct.sign_in(outgoing)).ids == as_it_is.ids
