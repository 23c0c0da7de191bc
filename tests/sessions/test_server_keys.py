"""The server's signing keys: one signs for each algorithm and is published first; older ones verify, then go."""

from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from time import monotonic
from typing import Any

import httpx
import pytest
from joserfc import jws
from joserfc.jwk import ECKey, RSAKey
from tests.conftest import PoolForTests
from tests.jobs import piece_of
from tests.postgres import on_database, run_sql

from poolhouse.app import asgi
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, opened
from poolhouse.db.migrations import migrate
from poolhouse.errors import TokenInvalid
from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.sessions import postgres, stored_keys, tokens
from poolhouse.sessions.keys import KeyRing
from poolhouse.sessions.server_keys import ALGORITHMS, ANNOUNCED, LISTED_KEPT_S, ServerAlgorithm
from poolhouse.sessions.tokens import SigningKey
from poolhouse.times import now
from poolhouse.ttl_cache import Marks

KINDS = {"RS256": "RSA", "ES256": "EC"}
BOX = SecretBox(b"k" * 32)


@pytest.fixture(scope="module")
async def own_database(postgres_url: str) -> AsyncIterator[Database]:
    name = f"keys_{new_id()}"
    run_sql(postgres_url, f"create database \"{name}\" template template0 encoding 'UTF8'")
    url = on_database(postgres_url, name)
    await migrate(url)
    async with opened(url) as db:
        yield db
    run_sql(postgres_url, f'drop database "{name}" with (force)')


@pytest.fixture
async def db(own_database: Database) -> Database:
    """A server's that has just been made: its keys are no pool's, so other tests would see them."""
    await own_database.execute("delete from server_signing_keys")
    await own_database.execute("delete from pools")
    return own_database


@pytest.fixture
def ring(db: Database) -> KeyRing:
    return KeyRing(db, BOX)


def of_another_machine(db: Database) -> KeyRing:
    """What it keeps is not told of what is written here, as it would be on this machine."""
    ring = KeyRing(db, BOX)
    for cache in (ring._server._signing, ring._server._listed):
        cache._marks = Marks()
    return ring


async def kids(ring: KeyRing) -> list[str]:
    return [entry["kid"] for entry in await ring.public_keys()]


async def passed(db: Database, time: timedelta) -> KeyRing:
    """As if so much time had passed and maintenance had come by; another node, which has seen nothing of it."""
    await db.execute(
        "update server_signing_keys set signs_from = signs_from - $1::interval, needed_until = needed_until - "
        "$1::interval",
        time,
    )
    await db.execute("update signing_keys set needed_until = needed_until - $1::interval", time)
    await piece_of(db, "signing_keys")
    await piece_of(db, "server_signing_keys")
    return KeyRing(db, BOX)


async def a_token(ring: KeyRing, algorithm: ServerAlgorithm, lives: timedelta = timedelta(days=30)) -> str:
    seconds = int(now().timestamp())
    claims = {"sub": "u", "iat": seconds, "exp": seconds + int(lives.total_seconds()), "data": {}}
    return await ring.sign({**claims, "data": {"userPoolId": "p"}}, await ring.server(algorithm))


async def test_every_published_key_says_what_it_is_and_none_is_private(ring: KeyRing) -> None:
    entries = await ring.public_keys()
    assert [(entry["kty"], entry["alg"], entry["use"]) for entry in entries] == [
        ("RSA", "RS256", "sig"),
        ("EC", "ES256", "sig"),
    ]
    members = {"RSA": {"n", "e"}, "EC": {"crv", "x", "y"}}
    for entry in entries:
        assert set(entry) == {"kty", "alg", "use", "kid"} | members[entry["kty"]]


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_many_nodes_that_start_at_once_make_one_key(db: Database, algorithm: ServerAlgorithm) -> None:
    rings = [KeyRing(db, BOX) for _ in range(5)]
    keys = await asyncio.gather(*(ring.server(algorithm) for ring in rings for _ in range(3)))
    assert len({key.key_id for key in keys}) == 1
    assert await db.fetchval("select count(*) from server_signing_keys") == 1


async def test_many_who_ask_at_once_for_the_published_keys_make_one_of_each(db: Database) -> None:
    answers = await asyncio.gather(*(KeyRing(db, BOX).public_keys() for _ in range(5)))
    assert all(answer == answers[0] for answer in answers)
    assert await db.fetchval("select count(*) from server_signing_keys") == len(ALGORITHMS)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_new_key_is_published_before_it_signs_and_first_once_it_does(
    db: Database, ring: KeyRing, algorithm: ServerAlgorithm
) -> None:
    old = (await ring.server(algorithm)).kid
    new = await ring.rotate_server(algorithm)
    of_kind = [entry["kid"] for entry in await ring.public_keys() if entry["kty"] == KINDS[algorithm]]
    assert of_kind == [old, new]
    for node in (ring, KeyRing(db, BOX)):
        assert (await node.server(algorithm)).kid == old

    later = await passed(db, ANNOUNCED)
    assert (await later.server(algorithm)).kid == new
    of_kind = [entry["kid"] for entry in await later.public_keys() if entry["kty"] == KINDS[algorithm]]
    assert of_kind == [new, old]


async def test_a_node_that_knew_a_key_beforehand_signs_with_it_from_its_moment_on(
    db: Database, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = await ring.rotate_server("RS256")
    assert (await ring.server("RS256")).kid != new
    monkeypatch.setattr("poolhouse.sessions.server_keys.now", lambda: now() + ANNOUNCED)
    assert (await ring.server("RS256")).kid == new


async def test_rsa_stands_before_ec_however_they_are_rotated(db: Database, ring: KeyRing) -> None:
    await ring.public_keys()
    for algorithm in ("RS256", "ES256", "RS256"):
        await ring.rotate_server(algorithm, timedelta(0))
    kinds = [entry["kty"] for entry in await ring.public_keys()]
    assert kinds == ["RSA"] * 3 + ["EC"] * 2


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_replaced_key_verifies_until_all_it_signed_has_expired_and_then_goes(
    db: Database, ring: KeyRing, algorithm: ServerAlgorithm
) -> None:
    token = await a_token(ring, algorithm, timedelta(days=30))
    old = (await ring.server(algorithm)).kid
    await ring.rotate_server(algorithm, timedelta(0))

    later = await passed(db, timedelta(days=30))
    assert (await later.read(token)).subject == "u"
    assert old in await kids(later)

    later = await passed(db, timedelta(days=2))
    assert old not in await kids(later)
    with pytest.raises(TokenInvalid):
        await later.read(token)


async def test_the_key_that_signs_stays_however_old_and_so_does_one_that_is_still_to_sign(
    db: Database, ring: KeyRing
) -> None:
    signing = (await ring.server("ES256")).kid
    coming = await ring.rotate_server("ES256", timedelta(days=2000))
    later = await passed(db, timedelta(days=1000))
    assert {signing, coming} <= set(await kids(later))
    assert (await later.server("ES256")).kid == signing


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_key_is_not_deleted_under_a_machine_that_has_not_heard_of_the_next(
    db: Database, ring: KeyRing, algorithm: ServerAlgorithm
) -> None:
    """One that nothing needs any more, replaced at once from elsewhere, when maintenance comes by."""
    await a_token(ring, algorithm, timedelta(minutes=5))
    old = (await ring.server(algorithm)).kid
    await passed(db, timedelta(days=2))
    await of_another_machine(db).rotate_server(algorithm, timedelta(0))

    elsewhere = await passed(db, timedelta(0))
    token = await a_token(ring, algorithm, timedelta(minutes=5))
    assert tokens.hint(token).key_id == old
    assert (await elsewhere.read(token)).subject == "u"

    elsewhere = await passed(db, timedelta(days=2))
    assert old not in await kids(elsewhere)


def a_second_has_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = monotonic() + LISTED_KEPT_S
    monkeypatch.setattr("poolhouse.ttl_cache.monotonic", lambda: clock)


async def test_the_published_list_is_read_once_a_second_and_at_once_where_a_key_was_made(
    db: Database, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    reads = []
    real = postgres.server_keys
    monkeypatch.setattr(postgres, "server_keys", lambda *asked: reads.append(asked) or real(*asked))
    elsewhere = of_another_machine(db)
    first = await kids(elsewhere)
    reads.clear()
    await asyncio.gather(*(kids(elsewhere) for _ in range(20)))
    assert reads == []

    new = await ring.rotate_server("RS256", timedelta(0))
    assert new in await kids(ring)
    assert await kids(elsewhere) == first
    a_second_has_passed(monkeypatch)
    assert (await kids(elsewhere))[0] == new
    assert await kids(elsewhere) == await kids(ring)


async def test_the_list_that_is_kept_begins_with_the_key_that_signs_from_its_moment_on(
    ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = (await ring.server("RS256")).kid
    new = await ring.rotate_server("RS256")
    last = await ring.rotate_server("RS256", 2 * ANNOUNCED)
    for ahead, order in ((0, [old, last, new]), (1, [new, old, last]), (2, [last, new, old])):
        monkeypatch.setattr(
            "poolhouse.sessions.server_keys.now", lambda ahead=ahead: now() + ahead * ANNOUNCED
        )
        assert (await kids(ring))[:3] == order
        assert (await ring.server("RS256")).kid == order[0]


async def a_pools_rsa_key(db: Database) -> tuple[str, SigningKey]:
    """As a server of before made it for a pool, and a token by it."""
    pool_id, key_id = new_id(), new_id()
    await db.execute("insert into pools (id, name, domain, secret) values ($1, $1, $1, '\\x00')", pool_id)
    key = RSAKey.generate_key(2048, private=True)
    sealed = stored_keys.sealed(BOX, key.as_pem(private=True).decode(), key_id, pool_id)
    await db.execute(
        "insert into signing_keys (pool_id, id, purpose, fingerprint, algorithm, sealed) "
        "values ($1, $2, 'rsa', 'first', 'RS256', $3)",
        pool_id,
        key_id,
        sealed,
    )
    seconds = int(now().timestamp())
    claims = {"sub": "u", "iat": seconds, "exp": seconds + 3600, "data": {}}
    signing = SigningKey(pool_id, key_id, "RS256", key, purpose="rsa")
    return tokens.sign(claims, signing), signing


async def test_a_pools_own_key_of_before_verifies_for_its_pool_and_goes_when_nothing_needs_it(
    db: Database, ring: KeyRing
) -> None:
    token, key = await a_pools_rsa_key(db)
    assert (await ring.read(token)).pool_id == key.pool_id
    published = await kids(ring)
    assert published[1] == key.kid, "behind the server's own, before the EC keys"
    assert published[0] == (await ring.server("RS256")).kid

    later = await passed(db, timedelta(days=2))
    assert key.kid not in await kids(later)


async def test_what_was_published_is_forgotten_when_it_goes(
    db: Database, ring: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    await a_pools_rsa_key(db)
    assert len(await ring.public_keys()) == 3
    await db.execute("delete from signing_keys")
    a_second_has_passed(monkeypatch)
    await ring.public_keys()
    assert len(ring._server._public) == 2


async def test_a_key_of_another_secret_key_is_left_out(db: Database, ring: KeyRing) -> None:
    _, key = await a_pools_rsa_key(db)
    await db.execute("update signing_keys set sealed = '\\x01'")
    assert await kids(KeyRing(db, BOX)) == [entry for entry in await kids(ring) if entry != key.kid]


async def test_a_token_of_the_servers_names_its_pool_or_is_none(ring: KeyRing) -> None:
    assert (await ring.read(await a_token(ring, "RS256"))).pool_id == "p"
    key, seconds = await ring.server("RS256"), int(now().timestamp())
    for data in ({}, {"userPoolId": None}, {"userPoolId": ["p"]}):
        claims = {"sub": "u", "iat": seconds, "exp": seconds + 60, "data": data}
        with pytest.raises(TokenInvalid):
            await ring.read(tokens.sign(claims, key))


@pytest.mark.parametrize("managed", ["p", ""])
async def test_it_signs_no_management_token(ring: KeyRing, managed: str) -> None:
    key, seconds = await ring.server("RS256"), int(now().timestamp())
    claims = {"sub": "p", "iat": seconds, "exp": seconds + 60, "scoped_userpool_id": managed}
    with pytest.raises(TokenInvalid):
        await ring.read(tokens.sign({**claims, "data": {"userPoolId": "p"}}, key))


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_header_chooses_neither_the_kind_of_key_nor_its_use(
    ring: KeyRing, algorithm: ServerAlgorithm
) -> None:
    """Signed with our public key as a secret, with another key of ours or a stranger's, named as this one."""
    key, seconds = await ring.server(algorithm), int(now().timestamp())
    payload = tokens.encode_payload(
        {"sub": "u", "iat": seconds, "exp": seconds + 60, "data": {"userPoolId": "p"}}
    )
    other = await ring.server("ES256" if algorithm == "RS256" else "RS256")
    foreign = RSAKey.generate_key(2048) if algorithm == "RS256" else ECKey.generate_key("P-256")
    forged = [
        jws.serialize_compact({"alg": alg, "typ": "JWT", "kid": key.kid}, payload, used, [alg])
        for alg, used in ((other.algorithm, other.key), (algorithm, foreign))
    ]
    unsigned = f"{part(json.dumps({'alg': 'HS256', 'kid': key.kid}).encode())}.{part(payload)}"
    for public in (key.key.as_pem(private=False), key.key.as_der(private=False)):
        forged.append(f"{unsigned}.{part(hmac.digest(public, unsigned.encode(), 'sha256'))}")
    for token in forged:
        with pytest.raises(TokenInvalid):
            await ring.read(token)


def part(text: bytes) -> str:
    return base64.urlsafe_b64encode(text).rstrip(b"=").decode()


@pytest.mark.parametrize("kid", ["x" * 8000, "../../etc/passwd", "' or 1=1 --", "", None, 7, ["a"]])
async def test_a_key_id_that_is_none_of_ours_is_not_looked_for(ring: KeyRing, kid: Any) -> None:
    head = part(json.dumps({"alg": "RS256", "kid": kid}).encode())
    with pytest.raises(TokenInvalid):
        await ring.read(f"{head}.e30.AAAA")


async def test_the_published_list_is_anybodys_and_names_no_pool(
    services: Services, pool: PoolForTests
) -> None:
    await services.apps.create(pool.administrator, "shop")
    transport = httpx.ASGITransport(asgi(services), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://poolhouse") as http:
        answer = await http.get("/oidc/.well-known/jwks.json")
    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.json()["keys"][0]["kid"] == (await services.sessions.keys.server("RS256")).kid
    assert pool.id not in answer.text
