"""What people try at the door, over the wire: each is refused, and stands in the audit log."""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding
from tests.conftest import PoolForTests
from tests.wire.v2.conftest import Refusal, V2Client

from poolhouse.services import Services
from poolhouse.users.model import UserDraft

LOGIN = "mutation ($input: LoginByUsernameInput!) { loginByUsername(input: $input) { id token } }"
SEND = "mutation ($email: String!, $scene: EmailScene!) { sendEmail(email: $email, scene: $scene) { code message } }"
ME = "query { user { id username } }"


@pytest.fixture
async def bob(services: Services, pool: PoolForTests) -> str:
    draft = UserDraft({"username": "bob", "email": "bob@example.com"}, password="secret 1")
    return (await services.users.create(pool.administrator, draft)).id


async def log_in(client: V2Client, password: str = "secret 1", **more: Any) -> Any:
    return await client.one(LOGIN, input={"username": "bob", "password": password, **more})


async def refusals(services: Services, pool: PoolForTests) -> int:
    count: int = await services.db.fetchval(
        "select count(*) from audit_records where pool_id = $1 and operation = 'login' and not success",
        pool.id,
    )
    return count


async def test_credential_stuffing_meets_a_captcha(
    services: Services, pool: PoolForTests, stranger: V2Client, bob: str
) -> None:
    check = {"enabled": True, "limit": 5, "time_interval": 300}
    await services.pools.update(pool.administrator, {}, {"login_fail_check": check})
    codes = []
    for number in range(8):
        name = f"victim{number}"
        headers = {"x-forwarded-for": f"198.51.100.{number}", "x-real-ip": f"198.51.100.{number}"}
        client = V2Client(stranger.http, stranger.headers | headers)
        with pytest.raises(Refusal) as refused:
            given = {"username": name, "password": "hunter2", "clientIp": f"198.51.100.{number}"}
            await client.one(LOGIN, input=given)
        codes.append(refused.value.code)
    assert codes == [2333] * 5 + [2000] * 3
    with pytest.raises(Refusal) as refused:
        await log_in(stranger)
    assert refused.value.code == 2000
    assert await refusals(services, pool) == 9


async def test_an_ended_sessions_token_is_no_use_to_who_kept_it(
    services: Services, pool: PoolForTests, stranger: V2Client, bob: str
) -> None:
    token = (await log_in(stranger))["token"]
    client = stranger.with_token(token)
    assert (await client.one(ME))["username"] == "bob"
    await services.sessions.kick(pool.administrator, [bob])
    with pytest.raises(Refusal) as refused:
        await client.one(ME)
    assert refused.value.code == 2206


async def test_a_login_never_adopts_the_session_it_is_handed(
    services: Services, stranger: V2Client, bob: str
) -> None:
    planted = (await log_in(stranger))["token"]
    victim = (await log_in(stranger.with_token(planted)))["token"]
    first, second = [(await services.sessions.read(token)).session_id for token in (planted, victim)]
    assert first != second


def forged(header: dict[str, Any], claims: dict[str, Any], key: bytes) -> str:
    def part(data: bytes) -> str:
        return base64.urlsafe_b64encode(data).rstrip(b"=").decode()

    text = f"{part(json.dumps(header).encode())}.{part(json.dumps(claims).encode())}"
    return f"{text}.{part(hmac.digest(key, text.encode(), 'sha256'))}"


async def test_a_token_cannot_be_forged_from_what_is_public(
    services: Services, pool: PoolForTests, stranger: V2Client, bob: str
) -> None:
    real = (await log_in(stranger))["token"]
    claims = (await services.sessions.read(real)).raw
    rsa = await services.sessions.keys.server("RS256")
    public = rsa.key.as_pem(private=False)  # type: ignore[union-attr]
    management = {"sub": pool.id, "scoped_userpool_id": pool.id, "data": {}, "iat": 1, "exp": 9_999_999_999}
    for attempt in (
        forged({"alg": "HS256", "kid": rsa.kid}, dict(claims), public),
        forged({"alg": "HS256", "kid": rsa.kid}, management, public),
        forged({"alg": "none", "kid": rsa.kid}, management, b""),
        forged({"alg": "HS256", "kid": rsa.kid}, management, b"")[: -len(".x")],
        real[:-1],
        real + "." + real,
        "x" * 50_000,
    ):
        client = stranger.with_token(attempt)
        for query in (ME, "query { users { totalCount } }"):
            with pytest.raises(Refusal) as refused:
                await client.one(query)
            assert refused.value.code in (2020, 2206, 2207)


async def test_an_applications_secret_opens_no_management_door(
    services: Services, pool: PoolForTests, stranger: V2Client, bob: str
) -> None:
    """HS256 tokens are verified by the application with its own secret; it must not thereby sign for the pool."""
    app = await services.apps.create(pool.administrator, "shop")
    client = V2Client(stranger.http, {"x-authing-app-id": app.id})
    token = (await log_in(client))["token"]
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    claims = {"sub": pool.id, "scoped_userpool_id": pool.id, "data": {}, "iat": 1, "exp": 9_999_999_999}
    with pytest.raises(Refusal) as refused:
        await stranger.with_token(forged(header, claims, app.secret.encode())).one(
            "query { users { totalCount } }"
        )
    assert refused.value.code == 2207


async def test_probing_the_password_key_gives_one_answer(
    services: Services, pool: PoolForTests, stranger: V2Client, bob: str
) -> None:
    key = serialization.load_pem_public_key(services.transport.rsa_public_key.encode())
    wrong = base64.b64encode(key.encrypt(b"wrong", padding.PKCS1v15())).decode()  # type: ignore[union-attr]
    good = base64.b64decode(wrong)
    probes = [
        wrong,
        base64.b64encode(b"\0" + secrets.token_bytes(255)).decode(),
        base64.b64encode(bytes([good[0] ^ 1]) + good[1:]).decode(),
        base64.b64encode(good[:-1]).decode(),
        base64.b64encode(b"\0" * 256).decode(),
        "sm2:" + "00" * 120,
        "sm2:zz",
        "!" * 344,
    ]
    answers = set()
    for probe in probes:
        with pytest.raises(Refusal) as refused:
            await log_in(stranger, probe)
        answers.add((refused.value.status, refused.value.code, refused.value.message))
    assert len(answers) == 1
    assert answers.pop()[:2] == (200, 2333)


async def test_a_mailed_link_leads_where_the_settings_say(
    services: Services, pool: PoolForTests, stranger: V2Client, bob: str
) -> None:
    evil = {"host": "evil.example", "x-forwarded-host": "evil.example", "forwarded": "host=evil.example"}
    client = V2Client(stranger.http, stranger.headers | evil)
    await client.one(SEND, email="bob@example.com", scene="VERIFY_EMAIL")
    body = await services.db.fetchval(
        "select body from mail_outbox where pool_id = $1 and recipient = 'bob@example.com'", pool.id
    )
    assert "evil.example" not in body
    assert set(re.findall(r"http://127\.0\.0\.1:\d+/login/verify-email\?token=[\w.]+", body))


async def test_sending_mail_tells_nobody_who_is_a_user(stranger: V2Client, bob: str) -> None:
    for scene in ("VERIFY_EMAIL", "RESET_PASSWORD"):
        known = await stranger.one(SEND, email="bob@example.com", scene=scene)
        unknown = await stranger.one(SEND, email="nobody@example.com", scene=scene)
        assert known == unknown


async def test_nobody_raises_themself(services: Services, stranger: V2Client, bob: str) -> None:
    client = stranger.with_token((await log_in(stranger))["token"])
    update = (
        "mutation ($id: String, $input: UpdateUserInput!) { updateUser(id: $id, input: $input) { id token } }"
    )
    for field, value, code in (
        ("emailVerified", True, 2018),
        ("blocked", True, 2018),
        ("unionid", "x", 2018),
        ("externalId", "x", 2018),
        ("password", "x", 2018),
        ("email", "eve@example.com", 2225),
        ("phone", "13900139000", 2226),
    ):
        with pytest.raises(Refusal) as refused:
            await client.one(update, id=bob, input={field: value})
        assert refused.value.code == code
    with pytest.raises(Refusal) as refused:
        await client.one(update, id="0" * 24, input={"nickname": "x"})
    assert refused.value.code == 1001
    changed = await client.one(update, input={"nickname": "x"})
    assert changed == {"id": bob, "token": client.headers["authorization"].removeprefix("Bearer ")}
