"""Applications are told of logouts from server to server. Real applications on the loopback, up, down and hostile."""

from __future__ import annotations

import asyncio
import base64
import ipaddress
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, OctKey
from structlog.testing import capture_logs
from tests.conftest import PoolForTests
from tests.listener import Listener, listening
from tests.oidc.conftest import REDIRECT

from poolhouse import outgoing
from poolhouse.apps.model import App
from poolhouse.breaker import Breaker
from poolhouse.caller import Caller
from poolhouse.errors import InvalidInput, TokenInvalid
from poolhouse.login.model import SignIn
from poolhouse.networks import Address
from poolhouse.oidc import logout_delivery, postgres_logout
from poolhouse.oidc.back_channel import EVENT
from poolhouse.oidc.logout_delivery import PER_APP, LogoutDelivery
from poolhouse.oidc.model import AuthorizationRequest, OAuthError
from poolhouse.outgoing import Outgoing
from poolhouse.retries import RetryPolicy
from poolhouse.services import Services
from poolhouse.sessions.model import Session
from poolhouse.users.model import User, UserDraft, UserKey

ISSUER = "https://id.example/oidc"
AT_ONCE_AGAIN = RetryPolicy(timedelta(0), timedelta(0), timedelta(hours=1))


@pytest.fixture
async def rp() -> AsyncIterator[Listener]:
    """An application's server."""
    async with listening() as listener:
        yield listener


async def told_at(services: Services, pool: PoolForTests, url: str, **settings: Any) -> App:
    settings = {"backchannel_logout_uri": url, **settings}
    return await services.apps.create(pool.administrator, "rp", redirect_uris=(REDIRECT,), settings=settings)


def delivery(
    services: Services, *pools: PoolForTests, rps: tuple[Listener, ...] = (), **options: Any
) -> LogoutDelivery:
    """Of these pools alone, with leave to call these servers."""
    named = {("127.0.0.1", one.port) for one in rps}
    given = {"outgoing": Outgoing(named), "policy": AT_ONCE_AGAIN, **options}
    return LogoutDelivery(
        db=services.db,
        apps=services.apps,
        sessions=services.sessions,
        issuer=ISSUER,
        only=[pool.id for pool in pools],
        **given,
    )


async def log_in(services: Services, pool: PoolForTests, app: App) -> Session:
    caller = Caller(pool.id, app_id=app.id, ip="127.0.0.1")
    logged_in = await services.login.with_password(caller, UserKey("username", "ada"), "lovelace", SignIn())
    assert logged_in.session is not None
    return logged_in.session


async def enter(services: Services, app: App, session: Session, issuer: str = "") -> None:
    """The session is signed in to the application."""
    asked = AuthorizationRequest(app.id, REDIRECT, "openid")
    await services.oidc.answer(app, asked, session, issuer)


async def waiting(services: Services, pool: PoolForTests) -> list[tuple[str, str]]:
    """(application, session) of each notice."""
    rows = await services.db.fetch(
        "select app_id, session_id from logout_notices where pool_id = $1", pool.id
    )
    return sorted((row["app_id"], row["session_id"]) for row in rows)


def part(token: str, place: int) -> dict[str, Any]:
    text = token.split(".")[place]
    read: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return read


# -- what an application is told ---------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "HS256"])
async def test_an_application_gets_a_logout_token_that_it_can_verify(
    services: Services, pool: PoolForTests, person: User, rp: Listener, algorithm: str
) -> None:
    app = await told_at(services, pool, f"{rp.url}/out?x=1", id_token_algorithm=algorithm)
    session = await log_in(services, pool, app)
    await enter(services, app, session, "https://as.known/oidc")
    await services.sessions.end(pool.administrator, session.id)
    assert await delivery(services, pool, rps=(rp,)).deliver_due() == 1

    (form,) = rp.forms
    assert set(form) == {"logout_token"}
    assert rp.got[0].startswith(b"POST /out?x=1 HTTP/1.1\r\n")
    header = part(form["logout_token"], 0)
    assert (header["alg"], header["typ"]) == (algorithm, "logout+jwt")
    keys: Any = OctKey.import_key(app.secret)
    if algorithm != "HS256":
        keys = KeySet.import_key_set({"keys": await services.oidc.public_keys()})
    claims = dict(jwt.decode(form["logout_token"], keys, algorithms=[algorithm]).claims)
    assert claims.pop("exp") - claims.pop("iat") == 120
    assert len(claims.pop("jti")) == 24
    assert claims == {
        "iss": "https://as.known/oidc",
        "aud": app.id,
        "sub": person.id,
        "sid": session.id,
        "events": {EVENT: {}},
    }
    assert await waiting(services, pool) == []


async def test_a_logout_token_opens_nothing_and_hints_at_nobody(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    app = await told_at(services, pool, rp.url)
    other = await log_in(services, pool, app)
    session = await log_in(services, pool, app)
    await services.sessions.end(pool.administrator, session.id)
    await delivery(services, pool, rps=(rp,)).deliver_due()
    token = rp.forms[0]["logout_token"]
    with pytest.raises(TokenInvalid):
        await services.sessions.of_token(token)
    with pytest.raises(OAuthError):
        await services.oidc_tokens.read_access_token(token)
    with pytest.raises(OAuthError):
        await services.oidc_tokens.hint(token)
    assert await services.sessions.find(pool.id, other.id)


async def test_a_sign_in_without_openid_connect_is_told_by_the_servers_own_address(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    app = await told_at(services, pool, rp.url)
    session = await log_in(services, pool, app)
    await services.sessions.logout(pool.user(person.id), person.id)
    await delivery(services, pool, rps=(rp,)).deliver_due()
    claims = part(rp.forms[0]["logout_token"], 1)
    assert (claims["iss"], claims["sid"], claims["sub"]) == (ISSUER, session.id, person.id)


async def test_the_issuer_is_that_of_the_applications_last_id_token(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    app = await told_at(services, pool, rp.url)
    session = await log_in(services, pool, app)
    asked = AuthorizationRequest(app.id, REDIRECT, "openid")
    code = (await services.oidc.answer(app, asked, session, "https://for.browsers/oidc"))["code"]
    await services.oidc.exchange_code(app, code, REDIRECT, None, "https://for.servers/oidc")
    await services.sessions.end(pool.administrator, session.id)
    await delivery(services, pool, rps=(rp,)).deliver_due()
    assert part(rp.forms[0]["logout_token"], 1)["iss"] == "https://for.servers/oidc"


# -- who is told -------------------------------------------------------------------------------------------


async def test_every_application_of_the_session_is_told_and_no_other(
    services: Services, pool: PoolForTests, person: User
) -> None:
    one = await told_at(services, pool, "https://one.example/out")
    two = await told_at(services, pool, "https://two.example/out")
    never_entered = await told_at(services, pool, "https://three.example/out")
    deaf = await services.apps.create(pool.administrator, "deaf", redirect_uris=(REDIRECT,))
    session, another = await log_in(services, pool, one), await log_in(services, pool, one)
    for app in (one, two, deaf):
        await enter(services, app, session)
        await enter(services, app, session)
    await enter(services, two, another)
    await services.sessions.end(pool.administrator, session.id)
    assert await waiting(services, pool) == sorted([(one.id, session.id), (two.id, session.id)])
    assert never_entered.id not in dict(await waiting(services, pool))


async def test_an_application_that_gave_its_tokens_back_is_told(
    services: Services, pool: PoolForTests, person: User
) -> None:
    """It has revoked what it was given, and its own page may still be open."""
    app = await told_at(services, pool, "https://one.example/out")
    session = await log_in(services, pool, app)
    other = await told_at(services, pool, "https://two.example/out")
    code = await services.oidc.authorize(other, AuthorizationRequest(other.id, REDIRECT, "openid"), session)
    tokens = await services.oidc.exchange_code(other, code, REDIRECT, None, ISSUER)
    await services.oidc_tokens.revoke(other, tokens.access_token)
    assert await waiting(services, pool) == []
    await services.sessions.end(pool.administrator, session.id)
    assert (other.id, session.id) in await waiting(services, pool)


async def test_what_outlived_its_session_is_told_of_once(
    services: Services, pool: PoolForTests, person: User
) -> None:
    app = await told_at(services, pool, "https://one.example/out")
    session = await log_in(services, pool, app)
    await enter(services, app, session)
    await services.db.execute("delete from sessions where pool_id = $1", pool.id)  # as maintenance does
    for _ in range(2):  # the id token it has left may be shown again and again
        await services.oidc_tokens.log_out(pool.id, person.id, session.id)
        assert await waiting(services, pool) == [(app.id, session.id)]


async def test_another_pool_is_told_nothing(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, person: User, rp: Listener
) -> None:
    app = await told_at(services, pool, rp.url)
    session = await log_in(services, pool, app)
    await services.sessions.kick(other_pool.administrator, [person.id])
    assert not await services.sessions.end(other_pool.administrator, session.id)
    assert await waiting(services, pool) == await waiting(services, other_pool) == []
    await services.sessions.kick(pool.administrator, [person.id])
    assert await waiting(services, other_pool) == []
    assert await delivery(services, other_pool, rps=(rp,)).deliver_due() == 0


async def test_an_ending_that_is_rolled_back_tells_nobody(
    services: Services, pool: PoolForTests, person: User
) -> None:
    app = await told_at(services, pool, "https://one.example/out")
    session = await log_in(services, pool, app)
    endings = services.sessions._endings
    with suppress(ZeroDivisionError):
        async with services.db.transaction() as tx:
            await endings.of_users(tx, pool.id, [person.id])
            raise ZeroDivisionError
    assert await waiting(services, pool) == []
    assert await services.sessions.find(pool.id, session.id)


async def test_an_application_that_is_deleted_meanwhile_is_not_told(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    app, left = await told_at(services, pool, rp.url), await told_at(services, pool, f"{rp.url}/left")
    session = await log_in(services, pool, app)
    await enter(services, left, session)
    await services.sessions.end(pool.administrator, session.id)
    await services.apps.delete(pool.administrator, app.id)
    assert await delivery(services, pool, rps=(rp,)).deliver_due() == 1
    assert [one.split(b" ")[1] for one in rp.got] == [b"/left"]


async def test_an_address_that_is_taken_away_meanwhile_is_not_called(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    app = await told_at(services, pool, rp.url)
    session = await log_in(services, pool, app)
    await services.sessions.end(pool.administrator, session.id)
    await services.apps.update(pool.administrator, app.id, {}, {"backchannel_logout_uri": ""})
    await delivery(services, pool, rps=(rp,)).deliver_due()
    assert rp.got == []
    await services.db.execute(
        "update logout_notices set created_at = now() - interval '25 hours' where pool_id = $1", pool.id
    )
    await postgres_logout.delete_old_notices(services.db, 5000)
    assert await waiting(services, pool) == []


async def test_somebody_with_fifty_sessions_in_ten_applications(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, person: User, rp: Listener
) -> None:
    """Each application is told of each session once, and nobody else waits for that."""
    apps = [await told_at(services, pool, f"{rp.url}/{place}") for place in range(10)]
    sessions = []
    async with services.db.transaction() as tx:
        for _ in range(50):
            caller = Caller(pool.id, app_id=apps[0].id)
            sessions.append(await services.sessions.start(tx, caller, person.id, timedelta(hours=1)))
    await services.db.execute(
        "insert into oidc_grants (pool_id, id, app_id, user_id, session_id, scope, authenticated_at, expires_at) "
        "select $1, s || '-' || a, a, $2, s, 'openid', now(), now() + interval '1 day' "
        "from unnest($3::text[]) s, unnest($4::text[]) a",
        pool.id,
        person.id,
        [one.id for one in sessions],
        [app.id for app in apps],
    )
    assert await services.sessions.kick(pool.administrator, [person.id]) == 50
    assert await waiting(services, pool) == sorted((app.id, one.id) for app in apps for one in sessions)
    few = [one.id for one in sessions[:5]]
    await services.db.execute(
        "delete from logout_notices where pool_id = $1 and session_id <> all($2)", pool.id, few
    )
    assert await delivery(services, pool, rps=(rp,)).deliver_due() == 50
    claims = [part(form["logout_token"], 1) for form in rp.forms]
    told = Counter((one["aud"], one["sid"]) for one in claims)
    assert told == {(app.id, session_id): 1 for app in apps for session_id in few}


# -- when it cannot be told --------------------------------------------------------------------------------


async def logged_out(services: Services, pool: PoolForTests, url: str, count: int = 1) -> App:
    """An application that is to be told so often."""
    app = await told_at(services, pool, url)
    for _ in range(count):
        session = await log_in(services, pool, app)
        await services.sessions.end(pool.administrator, session.id)
    return app


async def attempts(services: Services, pool: PoolForTests) -> list[int]:
    rows = await services.db.fetch("select attempts from logout_notices where pool_id = $1", pool.id)
    return sorted((row["attempts"] for row in rows), reverse=True)


async def test_a_server_that_is_down_is_told_when_it_is_back(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    await logged_out(services, pool, f"{rp.url}/out?secret=1")
    rp.answer = b"HTTP/1.1 503 Later\r\n\r\n"
    sender = delivery(services, pool, rps=(rp,))
    with capture_logs() as logs:
        assert await sender.deliver_due() == 1
    (line,) = [one for one in logs if one["event"] == "logout_not_told"]
    assert (line["pool_id"], line["attempts"], line["error"]) == (pool.id, 1, "HTTP 503")
    assert line["retry_at"]
    assert "secret" not in str(logs)
    assert rp.forms[0]["logout_token"] not in str(logs)
    rp.answer = b"HTTP/1.1 204 No Content\r\n\r\n"
    assert await sender.deliver_due() == 1
    first, second = (part(form["logout_token"], 1) for form in rp.forms)
    assert first["jti"] == second["jti"], "by which an application sees that it is told twice"
    assert await waiting(services, pool) == []


async def test_an_application_that_says_no_is_not_asked_again(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    await logged_out(services, pool, rp.url)
    rp.answer = b"HTTP/1.1 400 Bad Request\r\n\r\n"
    with capture_logs() as logs:
        assert await delivery(services, pool, rps=(rp,)).deliver_due() == 1
    assert [one["retry_at"] for one in logs if one["event"] == "logout_not_told"] == [None]
    assert await waiting(services, pool) == []


async def test_a_notice_that_no_token_can_carry_is_given_up(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    app = await told_at(services, pool, rp.url)
    session = await log_in(services, pool, app)
    await enter(services, app, session, "https://" + "a" * 8000)
    await services.sessions.end(pool.administrator, session.id)
    assert await delivery(services, pool, rps=(rp,)).deliver_due() == 1
    assert (rp.got, await waiting(services, pool)) == ([], [])


async def test_pauses_grow_and_end(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    await logged_out(services, pool, rp.url)
    rp.answer = b"HTTP/1.1 500 Oops\r\n\r\n"
    policy = RetryPolicy(timedelta(seconds=100), timedelta(hours=1), timedelta(hours=1))
    sender = delivery(services, pool, rps=(rp,), policy=policy, breaker=lambda: Breaker(99, 1, 1))
    for attempt in (1, 2, 3):
        assert await sender.deliver_due() == 1
        assert await sender.deliver_due() == 0
        wait_s = await services.db.fetchval(
            "select extract(epoch from next_attempt_at - now()) from logout_notices where pool_id = $1",
            pool.id,
        )
        assert 100 * 2 ** (attempt - 1) * 0.5 - 10 <= wait_s <= 100 * 2 ** (attempt - 1) * 1.5
        await services.db.execute(
            "update logout_notices set next_attempt_at = now() where pool_id = $1", pool.id
        )
    await services.db.execute(
        "update logout_notices set created_at = now() - interval '2 hours' where pool_id = $1", pool.id
    )
    assert await sender.deliver_due() == 1
    assert await waiting(services, pool) == []


async def test_no_private_host_is_called_by_name_by_number_or_by_redirect(
    services: Services, pool: PoolForTests, person: User, rp: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    def resolve(host: str, port: int) -> list[Address]:
        return [ipaddress.ip_address("127.0.0.1")]

    monkeypatch.setattr(outgoing, "_resolve", resolve)
    await logged_out(services, pool, f"https://rebound.example:{rp.port}/")
    await logged_out(services, pool, f"http://127.0.0.1:{rp.port}/")
    with capture_logs() as logs:
        assert await delivery(services, pool).deliver_due() == 2
    assert all("private network" in one["error"] for one in logs if one["event"] == "logout_not_told")
    assert rp.got == []


async def test_a_redirect_to_a_private_host_is_a_failure(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    await logged_out(services, pool, rp.url)
    async with listening() as inside:
        rp.answer = f"HTTP/1.1 307 Go\r\nlocation: {inside.url}/metadata\r\n\r\n".encode()
        await delivery(services, pool, rps=(rp,)).deliver_due()
        assert inside.got == []
    assert await attempts(services, pool) == [1]


async def silence(_writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(30)


async def test_an_application_that_hangs_holds_its_own_places_alone(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, person: User, rp: Listener
) -> None:
    """Another application of the pool is told meanwhile."""
    async with listening() as slow:
        slow.answer = silence
        await logged_out(services, pool, slow.url, 6)
        await logged_out(services, pool, rp.url)
        running = asyncio.create_task(delivery(services, pool, rps=(rp, slow)).run())
        async with asyncio.timeout(8):  # below the ten seconds after which the slow one is given up
            while not rp.got or len(slow.got) < PER_APP:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.1)
        assert len(slow.got) == PER_APP
        assert await attempts(services, pool) == [1] * PER_APP + [0] * (6 - PER_APP)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(logout_delivery, "SENDING_S", 0.1)
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


async def test_a_pool_holds_so_many_places_and_the_others_are_told(
    services: Services,
    pool: PoolForTests,
    other_pool: PoolForTests,
    person: User,
    rp: Listener,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(logout_delivery, "PER_POOL", 2)
    monkeypatch.setattr(logout_delivery, "AT_ONCE", 3)
    await services.users.create(other_pool.administrator, UserDraft({"username": "ada"}, password="lovelace"))
    async with listening() as slow:
        slow.answer = silence
        for place in range(3):
            await logged_out(services, pool, f"{slow.url}/{place}")
        await logged_out(services, other_pool, rp.url)
        sender = delivery(services, pool, other_pool, rps=(rp, slow))
        await sender._start_due()
        async with asyncio.timeout(5):
            while not rp.got or len(slow.got) < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        assert len(slow.got) == 2
        await sender._sending.settled(0)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


async def test_an_application_that_fails_is_left_alone_then_asked_by_one_notice(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    clock = Clock()
    await logged_out(services, pool, rp.url, 8)
    rp.answer = b"HTTP/1.1 500 Oops\r\n\r\n"
    later = RetryPolicy(timedelta(hours=1), timedelta(hours=1), timedelta(hours=48))
    sender = delivery(
        services,
        pool,
        rps=(rp,),
        policy=later,
        breaker=lambda: Breaker(failures=3, open_s=5.0, open_most_s=60.0, clock=clock),
    )
    assert 3 <= await sender.deliver_due() <= 3 + PER_APP - 1
    assert sender.resting() == 1
    assert await sender.deliver_due() == 0
    clock.now = 6
    assert await sender.deliver_due() == 1
    assert await sender.deliver_due() == 0
    clock.now, rp.answer = 60, b"HTTP/1.1 200 OK\r\n\r\n"
    left = 8 - len(rp.got)
    assert await sender.deliver_due() == left
    assert sender.resting() == 0


async def test_senders_together_tell_each_notice_once(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    await logged_out(services, pool, rp.url, 12)
    senders = [delivery(services, pool, rps=(rp,)) for _ in range(3)]
    assert sum(await asyncio.gather(*(one.deliver_due() for one in senders))) == 12
    assert len({part(form["logout_token"], 1)["jti"] for form in rp.forms}) == len(rp.forms) == 12


async def test_what_a_dead_sender_had_begun_comes_back_after_its_lease(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    app = await logged_out(services, pool, rp.url)
    assert await postgres_logout.claim(services.db, pool.id, app.id, logout_delivery.LEASE)
    sender = delivery(services, pool, rps=(rp,))
    assert await sender.deliver_due() == 0
    await services.db.execute(
        "update logout_notices set "
        "next_attempt_at = (next_attempt_at at time zone 'UTC' - $2::interval) at time zone 'UTC' "
        "where pool_id = $1",
        pool.id,
        logout_delivery.LEASE,
    )
    assert await sender.deliver_due() == 1
    assert await waiting(services, pool) == []


async def test_a_database_that_is_lost_in_between_means_told_again(
    services: Services, pool: PoolForTests, person: User, rp: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    await logged_out(services, pool, rp.url)

    async def lost(*_: object) -> None:
        raise ConnectionResetError

    with monkeypatch.context() as patch, capture_logs() as logs:
        patch.setattr(postgres_logout, "delete", lost)
        sender = delivery(services, pool, rps=(rp,))
        assert await sender.deliver_due() == 1
    assert [one["event"] for one in logs if "notice" in one["event"]] == ["logout_notice_interrupted"]
    assert len(await waiting(services, pool)) == 1
    await services.db.execute("update logout_notices set next_attempt_at = now() where pool_id = $1", pool.id)
    assert await sender.deliver_due() == 1
    assert len(rp.got) == 2


async def test_a_running_sender_is_woken_by_the_logout(
    services: Services, pool: PoolForTests, person: User, rp: Listener
) -> None:
    app = await told_at(services, pool, rp.url)
    session = await log_in(services, pool, app)
    running = asyncio.create_task(delivery(services, pool, rps=(rp,)).run())
    await asyncio.sleep(0.2)
    await services.sessions.end(pool.administrator, session.id)
    async with asyncio.timeout(5):  # it looks by itself every fifteen seconds
        while not rp.got:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


@pytest.mark.parametrize(
    "address",
    [
        "http://rp.example/out",
        "https://rp.example/out#part",
        "https://user@rp.example/out",
        "ftp://rp.example/out",
        "/out",
        "https://",
        "https://例子.example/out",
        "http://localhost.example/out",
        "https://rp.example/" + "x" * 2048,
    ],
)
@pytest.mark.parametrize("name", ["backchannel_logout_uri", "frontchannel_logout_uri"])
async def test_an_address_that_will_not_do_is_refused_by_its_name(
    services: Services, pool: PoolForTests, app: App, name: str, address: str
) -> None:
    with pytest.raises(InvalidInput) as raised:
        await services.apps.update(pool.administrator, app.id, {}, {name: address})
    assert raised.value.facts["field"] == name


@pytest.mark.parametrize(
    "address", ["https://rp.example/out?a=1", "http://127.0.0.1:3000/", "http://[::1]/out"]
)
async def test_an_address_that_will_do(
    services: Services, pool: PoolForTests, app: App, address: str
) -> None:
    for name in ("backchannel_logout_uri", "frontchannel_logout_uri"):
        changed = await services.apps.update(pool.administrator, app.id, {}, {name: address})
        assert getattr(changed.settings, name) == address


async def test_nothing_is_told_of_a_session_elsewhere_in_the_pool(
    services: Services, pool: PoolForTests, person: User
) -> None:
    app = await told_at(services, pool, "https://one.example/out")
    kept, ended = await log_in(services, pool, app), await log_in(services, pool, app)
    other = await services.users.create(pool.administrator, UserDraft({"username": "eve"}))
    await services.sessions.end(pool.administrator, ended.id)
    await services.sessions.kick(pool.administrator, [other.id])
    assert await waiting(services, pool) == [(app.id, ended.id)]
    assert await services.sessions.find(pool.id, kept.id)
