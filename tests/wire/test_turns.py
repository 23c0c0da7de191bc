"""Whose turn it is to be worked on, and who is told to come again. Order and patience alone: the load is
tests/e2e/test_overload.py's."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from tests.wire.test_admission import Asked, arriving, limited

from poolhouse import turn
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import Overloaded
from poolhouse.services import Services
from poolhouse.users.model import UserKey
from poolhouse.wire import turns
from poolhouse.wire.admission import Admission, Limits
from poolhouse.wire.turns import Turn, Turns

ENVELOPES = {
    "/graphql/v2": '{"errors":[{"message":{"code":1000',
    "/api/v2/users": '"code":1000',
    "/api/v3/create-user": '{"statusCode":503',
    "/oidc/token": "temporarily_unavailable",
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "PATIENCE_S", 0.0)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.fixture
async def inside(services: Services) -> AsyncIterator[Inside]:
    made = Inside(services)
    yield made
    made.go_on.set()
    await asyncio.gather(*made.tasks, return_exceptions=True)


class Inside:
    """Requests of a server that works on two at once; each works until `go_on`."""

    def __init__(self, services: Services) -> None:
        self.admission = Admission(services.settings, Limits(at_once=2))
        self.working: list[str] = []
        self.go_on = asyncio.Event()
        self.tasks: list[asyncio.Task[None]] = []

    async def ask(self, name: str, address: str = "192.0.2.1", *, rests: bool = False) -> asyncio.Task[None]:
        async def app(scope: Any, receive: Any, send: Any) -> None:
            self.working.append(name)
            if rests:
                turn.let_go()
            await self.go_on.wait()

        scope = {"type": "http", "path": "/x", "headers": [], "client": (address, 1)}

        async def nothing(*_: Any) -> Any:
            return {"type": "http.request", "body": b""}

        task = asyncio.create_task(self.admission.admit(app, scope, nothing, nothing))
        self.tasks.append(task)
        await settle()
        return task


async def test_so_many_work_and_the_next_one_follows_who_ends(inside: Inside) -> None:
    await inside.ask("one")
    two = await inside.ask("two")
    await inside.ask("three")
    assert inside.working == ["one", "two"]
    two.cancel()
    await settle()
    assert inside.working == ["one", "two", "three"]


async def test_addresses_take_turns(inside: Inside) -> None:
    one, two = await inside.ask("one"), await inside.ask("two")
    for name in ("three", "four", "five"):
        await inside.ask(name)
    await inside.ask("other", "192.0.2.2")
    one.cancel()
    two.cancel()
    await settle()
    assert inside.working[2:] == ["three", "other"]


async def test_who_waits_for_something_else_works_no_more(inside: Inside) -> None:
    for n in range(10):
        await inside.ask(f"resting {n}", rests=True)
    await inside.ask("last")
    assert len(inside.working) == 11


async def test_a_body_that_is_late_has_no_turn(services: Services, impatient: None) -> None:
    app, admission = limited(services, body_s=120.0)
    admission.turns = Turns(1)
    slow = [Asked(app, "/graphql/v2")]
    await arriving(admission, 1)
    async with asyncio.timeout(30):
        while not admission.turns._line.free:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    quick = Asked(app, "/api/v3/get-management-token")
    quick.send(b"{}", more=False)
    assert (await quick.answered())[0] == 200
    for one in slow:
        one.task.cancel()
    await asyncio.gather(*(one.task for one in slow), return_exceptions=True)


@pytest.mark.parametrize("path", ENVELOPES)
async def test_who_waited_in_vain_is_told_so_in_their_own_envelope(
    services: Services, impatient: None, path: str
) -> None:
    app, admission = limited(services)
    admission.turns = Turns(1)
    await admission.turns.enter("192.0.2.9")
    headers = [
        (b"content-length", b"2"),
        (b"content-type", b"application/json"),
        (b"x-authing-lang", b"en-US"),
    ]
    asked = Asked(app, path, headers=headers)
    asked.send(b"{}", more=False)
    status, headers_, body = await asked.answered()
    assert (status, headers_["retry-after"]) == (503, "1"), body
    assert ENVELOPES[path] in body.replace(": ", ":")
    probe = Asked(app, "/healthz", method="GET")
    probe.send(b"", more=False)
    assert (await probe.answered())[0] == 200


async def test_a_line_that_stands_has_little_patience_with_an_address_of_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "SHORT_S", 0.0)
    monkeypatch.setattr(turns, "STANDING_S", 0.0)
    line = Turns(1)
    await line.enter("busy")
    first = asyncio.create_task(line.enter("busy"))
    await settle()
    with pytest.raises(Overloaded):
        await line.enter("busy")
    alone = asyncio.create_task(line.enter("quiet"))
    await settle()
    line.leave()
    await first
    line.leave()
    await alone


async def test_a_turn_is_given_up_once_and_none_is_taken_after() -> None:
    line = Turns(1)
    own = Turn(line, "here")
    await own.take()
    own.give_up()
    own.give_up()
    await own.take()
    await line.enter("there")
    assert not line._line.free


RESTS = {
    "a hash": lambda services, pool: services.hasher.verify("x", "y", pool.id),
    "a search": lambda services, pool: services.db.search_fetchval("select 1"),
}
WORKS = {
    "a look-up": lambda services, pool: services.db.fetchval("select 1"),
    "a user": lambda services, pool: services.records.find(Caller(pool.id), UserKey("username", "x")),
}


@pytest.mark.parametrize("what", [*RESTS, *WORKS])
async def test_what_gives_a_turn_up(services: Services, database: Database, pool: Any, what: str) -> None:
    given: list[bool] = []
    token = turn.held.set(lambda: given.append(True))
    await (RESTS | WORKS)[what](services, pool)
    turn.held.reset(token)
    assert bool(given) == (what in RESTS)
