"""authenticationClient through the official JavaScript client, against a listening server."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.sdk import Sdk, ref

from poolhouse.mfa import totp
from poolhouse.services import Services
from poolhouse.users.model import UserDraft


@pytest.fixture
async def bob(services: Services, pool: PoolForTests) -> str:
    await services.pools.update(pool.administrator, {}, {"verify_code_resend_after": 0})
    values = {"username": "bob", "email": "bob@example.com", "phone": "13800138000"}
    return (await services.users.create(pool.administrator, UserDraft(values, password="secret 1"))).id


async def code(services: Services, pool: PoolForTests, recipient: str) -> str:
    body = await services.db.fetchval(
        "select body from mail_outbox where pool_id = $1 and recipient = $2 "
        "order by created_at desc, id desc limit 1",
        pool.id,
        recipient,
    )
    return str(re.findall(r"\b\d{6}\b", re.sub(r"#\w+|\d+px", "", body))[0])


async def test_signing_up_in_and_out(sdk: Sdk) -> None:
    results = await sdk.attempt(
        ("auth:registerByUsername", "ann", "secret 1", {"nickname": "安"}, {"forceLogin": True}),
        ("auth:checkLoginStatus",),
        ("auth:getCurrentUser",),
        ("auth:updateProfile", {"nickname": "Ann"}),
        ("auth:refreshToken",),
        ("auth:updatePassword", "secret 2", "secret 1"),
        ("auth:loginByUsername", "ann", "secret 1"),
        ("auth:loginByUsername", "ann", "secret 2"),
        ("auth:registerByUsername", "ann", "secret 1"),
        ("auth:registerByEmail", "Ann@Example.com", "secret 1"),
        ("auth:loginByEmail", "ann@example.com", "secret 1"),
        ("auth:getSecurityLevel",),
        ("auth:logout",),
        ("auth:loginByUsername", "new", "secret 1", {"autoRegister": True}),
    )
    values = [result.get("ok") for result in results]
    assert values[0]["nickname"] == "安"
    assert values[1]["status"] is True
    assert values[1]["data"]["id"] == values[0]["id"] == values[2]["id"]
    assert values[3]["nickname"] == "Ann"
    assert values[4]["exp"] - values[4]["iat"] == 1_296_000
    assert results[6]["error"]["code"] == 2333
    assert values[7]["loginsCount"] == 2
    assert results[8]["error"]["code"] == 2034
    assert values[10]["email"] == "ann@example.com"
    assert values[11] == {
        "email": True,
        "phone": False,
        "password": True,
        "mfa": False,
        "passwordSecurityLevel": 2,
        "score": 50,
    }
    assert values[13]["username"] == "new"


async def test_codes_by_mail_and_sms(sdk: Sdk, services: Services, pool: PoolForTests, bob: str) -> None:
    await sdk.run(
        ("auth:sendSmsCode", "13800138000"),
        ("auth:sendEmail", "bob@example.com", "RESET_PASSWORD"),
        ("auth:sendEmail", "ann@example.com", "VERIFY_CODE"),
    )
    by_sms = await code(services, pool, "+8613800138000")
    by_mail = await code(services, pool, "bob@example.com")
    anns = await code(services, pool, "ann@example.com")
    results = await sdk.attempt(
        ("auth:loginByPhoneCode", "13800138000", by_sms),
        ("auth:resetPasswordByEmailCode", "bob@example.com", by_mail, "secret 2"),
        ("auth:loginByPhonePassword", "13800138000", "secret 2"),
        ("auth:resetPasswordByEmailCode", "bob@example.com", by_mail, "secret 3"),
        ("auth:registerByEmailCode", "ann@example.com", anns, {"nickname": "安"}, {"forceLogin": True}),
    )
    assert results[0]["ok"]["id"] == results[2]["ok"]["id"] == bob
    assert results[1]["ok"]["code"] == 200
    assert results[3]["error"]["code"] == 2001
    assert results[4]["ok"]["emailVerified"] is True
    assert results[4]["ok"]["token"]


async def test_addresses_are_bound_and_changed(
    sdk: Sdk, services: Services, pool: PoolForTests, bob: str
) -> None:
    await sdk.run(("auth:sendEmail", "new@example.com", "CHANGE_EMAIL"), ("auth:sendSmsCode", "13900139000"))
    by_mail, by_sms = [await code(services, pool, target) for target in ("new@example.com", "+8613900139000")]
    results = await sdk.attempt(
        ("auth:loginByUsername", "bob", "secret 1"),
        ("auth:updateEmail", "new@example.com", by_mail),
        ("auth:unbindPhone",),
        ("auth:bindPhone", "13900139000", by_sms),
        ("auth:updateProfile", {"email": "eve@example.com"}),
        ("auth:getCurrentUser",),
    )
    assert results[1]["ok"]["email"] == "new@example.com"
    assert results[2]["ok"]["phone"] is None
    assert results[3]["ok"]["phone"] == "13900139000"
    assert results[4]["error"]["code"] == 2225
    assert results[5]["ok"]["phoneVerified"] is True


async def test_a_second_factor(sdk: Sdk, services: Services, pool: PoolForTests, bob: str) -> None:
    key = "123456"
    await sdk.run(("mfa.importTotp", bob, key, "my recovery"))
    assert (await sdk.call("mfa.getStatus", bob))["OTP"] is True
    (refused,) = await sdk.attempt(("auth:loginByUsername", "bob", "secret 1"))
    assert refused["error"]["code"] == 1635
    ticket = refused["error"]["data"]["mfaToken"]
    now = totp.code_at(totp.key_of(key), int(__import__("time").time()) // 30)
    results = await sdk.attempt(
        ("auth:mfa.verifyTotpMfa", {"totp": "000000", "mfaToken": ticket}),
        ("auth:mfa.verifyTotpMfa", {"totp": now, "mfaToken": ticket}),
        ("auth:mfa.verifyTotpMfa", {"totp": now, "mfaToken": ticket}),
        ("auth:loginByUsername", "bob", "secret 1"),
    )
    assert results[0]["error"]["code"] == 2001
    assert results[1]["ok"]["id"] == bob
    assert results[1]["ok"]["token"]
    assert results[2]["error"]["code"] == 2207
    again = results[3]["error"]["data"]["mfaToken"]
    recovered: Any = await sdk.call(
        "auth:mfa.verifyTotpRecoveryCode", {"recoveryCode": "my recovery", "mfaToken": again}
    )
    assert recovered["id"] == bob
    assert await sdk.call("mfa.unAssociateMfa", bob, "OTP") is True
    assert (await sdk.call("auth:loginByUsername", "bob", "secret 1"))["id"] == bob


async def test_a_token_is_validated_in_the_open(sdk: Sdk, bob: str) -> None:
    results = await sdk.attempt(
        ("auth:loginByUsername", "bob", "secret 1"),
        ("auth:validateToken", {"idToken": ref("0.token")}),
        ("auth:validateToken", {"idToken": "1"}),
    )
    assert results[1]["ok"]["sub"] == bob
    assert results[2]["ok"]["code"] == 400


async def test_what_is_ones_own_is_listed(sdk: Sdk, bob: str) -> None:
    results = await sdk.attempt(
        ("auth:listOrgs",),
        ("auth:loginByUsername", "bob", "secret 1"),
        ("auth:listOrgs",),
        ("auth:listApplications",),
    )
    assert results[0]["error"]["code"] == 2020
    assert results[2]["ok"] == []
    assert results[3]["ok"]["totalCount"] == 1
