"""The v3 AuthenticationClient's endpoints: signing in, and the own account."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client

from poolhouse.mfa import totp
from poolhouse.users.model import UserDraft


@dataclass
class Person:
    """A client of one application, and the token it holds."""

    v3: V3Client
    app_id: str
    token: str = ""

    def headers(self) -> dict[str, str]:
        return {"x-authing-app-id": self.app_id, "authorization": self.token}

    async def post(self, path: str, **body: Any) -> dict[str, Any]:
        answer = await self.v3.http.post(f"/api/v3/{path}", json=body, headers=self.headers())
        return answer.json()

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = await self.v3.http.get(f"/api/v3/{path}", params=query, headers=self.headers())
        return answer.json()

    async def sign_in(self, account: str, password: str) -> dict[str, Any]:
        answer = await self.post(
            "signin", connection="PASSWORD", passwordPayload={"account": account, "password": password}
        )
        if answer["statusCode"] == 200:
            self.token = answer["data"]["access_token"]
        return answer

    async def code(self, recipient: str) -> str:
        body = await self.v3.services.db.fetchval(
            "select body from mail_outbox where pool_id = $1 and recipient = $2 "
            "order by created_at desc, id desc limit 1",
            self.v3.pool_id,
            recipient,
        )
        return re.findall(r"\b\d{6}\b", re.sub(r"#\w+|\d+px", "", body))[0]


@pytest.fixture
async def bob(v3: V3Client) -> Person:
    draft = UserDraft(
        {"username": "bob", "email": "bob@example.com", "phone": "13800138000"}, password="secret 1"
    )
    await v3.services.users.create(v3.administrator, draft)
    await v3.services.pools.update(v3.administrator, {}, {"verify_code_resend_after": 0})
    app = await v3.services.apps.create(v3.administrator, "shop")
    return Person(v3, app.id)


async def test_a_stranger_has_no_profile(bob: Person) -> None:
    for path in ("get-profile", "get-identities", "get-security-info"):
        assert (await bob.get(path))["statusCode"] == 401
    management = bob.v3.headers["authorization"]
    bob.token = management
    assert (await bob.get("get-profile"))["statusCode"] == 401


@pytest.mark.parametrize("account", ["bob", "Bob@example.com", "13800138000"])
async def test_signing_in_by_any_name_gives_a_token(bob: Person, account: str) -> None:
    answer = await bob.sign_in(account, "secret 1")
    assert answer["data"]["token_type"] == "Bearer"
    assert answer["data"]["expire_in"] > 3600
    assert (await bob.get("get-profile"))["data"]["username"] == "bob"


async def test_wrong_password_and_unknown_user_are_2333(bob: Person) -> None:
    for account in ("bob", "nobody", "nobody@example.com", "13900000000"):
        answer = await bob.sign_in(account, "wrong")
        assert (answer["statusCode"], answer["apiCode"]) == (403, 2333)


async def test_another_applications_pool_does_not_know_bob(bob: Person, neighbour: V3Client) -> None:
    app = await neighbour.services.apps.create(neighbour.administrator, "theirs")
    answer = await Person(neighbour, app.id).sign_in("bob", "secret 1")
    assert answer["apiCode"] == 2333


async def test_a_client_secret_must_be_right(bob: Person) -> None:
    payload = {"account": "bob", "password": "secret 1"}
    app = await bob.v3.services.apps.get_anywhere(bob.app_id)
    for secret, status in ((app.secret, 200), ("wrong", 401)):
        answer = await bob.post(
            "signin",
            connection="PASSWORD",
            passwordPayload=payload,
            client_id=app.id,
            client_secret=secret,
        )
        assert answer["statusCode"] == status


async def test_signing_up_and_in_with_codes(bob: Person) -> None:
    await bob.post("send-email", channel="CHANNEL_REGISTER", email="ann@example.com")
    answer = await bob.post(
        "signup",
        connection="PASSCODE",
        passCodePayload={"email": "ann@example.com", "passCode": await bob.code("ann@example.com")},
        profile={"nickname": "安"},
    )
    assert (answer["data"]["nickname"], answer["data"]["emailVerified"]) == ("安", True)
    await bob.post("send-email", channel="CHANNEL_LOGIN", email="ann@example.com")
    answer = await bob.post(
        "signin",
        connection="PASSCODE",
        passCodePayload={"email": "ann@example.com", "passCode": await bob.code("ann@example.com")},
    )
    assert answer["statusCode"] == 200


async def test_signing_up_with_a_taken_name_is_refused(bob: Person) -> None:
    answer = await bob.post(
        "signup", connection="PASSWORD", passwordPayload={"username": "bob", "password": "secret 1"}
    )
    assert answer["statusCode"] == 409


async def test_the_profile_is_ones_own_to_write(bob: Person) -> None:
    await bob.sign_in("bob", "secret 1")
    assert (await bob.post("update-profile", nickname="鲍勃"))["data"]["nickname"] == "鲍勃"
    assert (await bob.post("update-profile", externalId="x"))["statusCode"] == 403
    assert (await bob.post("update-profile", identityNumber="x"))["statusCode"] == 403


async def test_a_profile_whose_custom_data_is_refused_stays_as_it_was(bob: Person) -> None:
    await bob.sign_in("bob", "secret 1")
    before = (await bob.get("get-profile"))["data"]
    answer = await bob.post("update-profile", nickname="x", customData={"nobody-defined": 1})
    assert answer["statusCode"] == 404
    assert (await bob.get("get-profile"))["data"] == before


async def test_an_email_is_changed_in_two_steps(bob: Person) -> None:
    await bob.sign_in("bob", "secret 1")
    await bob.post("send-email", channel="CHANNEL_UPDATE_EMAIL", email="new@example.com")
    payload = {"newEmail": "new@example.com", "newEmailPassCode": await bob.code("new@example.com")}
    answer = await bob.post(
        "verify-update-email-request", verifyMethod="EMAIL_PASSCODE", emailPassCodePayload=payload
    )
    token = answer["data"]["updateEmailToken"]
    assert (await bob.post("update-phone", updatePhoneToken=token))["statusCode"] == 401
    assert (await bob.post("update-email", updateEmailToken=token))["statusCode"] == 200
    assert (await bob.post("update-email", updateEmailToken=token))["statusCode"] == 401
    assert (await bob.get("get-profile"))["data"]["email"] == "new@example.com"


async def test_a_password_is_changed_and_reset(bob: Person) -> None:
    await bob.sign_in("bob", "secret 1")
    answer = await bob.post("update-password", newPassword="secret 2", oldPassword="wrong")
    assert answer["apiCode"] == 2006
    answer = await bob.post("update-password", newPassword="secret 2", oldPassword="secret 1")
    assert answer["statusCode"] == 200
    await bob.post("send-sms", channel="CHANNEL_RESET_PASSWORD", phoneNumber="13800138000")
    answer = await bob.post(
        "verify-reset-password-request",
        verifyMethod="PHONE_PASSCODE",
        phonePassCodePayload={
            "phoneNumber": "13800138000",
            "passCode": await bob.code("+8613800138000"),
        },
    )
    token = answer["data"]["passwordResetToken"]
    assert (await bob.post("reset-password", password="secret 3", passwordResetToken=token))[
        "statusCode"
    ] == 200
    assert (await bob.get("get-profile"))["statusCode"] == 401
    assert (await bob.sign_in("bob", "secret 3"))["statusCode"] == 200


async def test_a_second_factor_is_enrolled_and_asked_for(bob: Person) -> None:
    await bob.sign_in("bob", "secret 1")
    answer = await bob.post("send-enroll-factor-request", factorType="OTP", profile={})
    uri = answer["data"]["otpData"]["qrCodeUri"]
    key = totp.key_of(re.findall(r"secret=(\w+)", uri)[0])
    code = totp.code_at(key, int(time.time()) // 30)
    token = answer["data"]["enrollmentToken"]
    answer = await bob.post(
        "enroll-factor", factorType="OTP", enrollmentToken=token, enrollmentData={"passCode": code}
    )
    assert answer["statusCode"] == 200
    (factor,) = (await bob.get("list-enrolled-factors"))["data"]
    assert (await bob.get("get-factor", factorId=factor["factorId"]))["data"] == factor
    refused = await bob.sign_in("bob", "secret 1")
    assert refused["apiCode"] == 1635
    bob.token = refused["data"]["mfaToken"]
    assert (await bob.get("get-profile"))["statusCode"] == 401
    answer = await bob.post("mfa-totp-verify", totp=totp.code_at(key, int(time.time()) // 30))
    bob.token = answer["data"]["access_token"]
    assert (await bob.get("get-security-info"))["data"]["mfaEnrolled"] is True
    await bob.post("reset-factor", factorId=factor["factorId"])
    assert (await bob.get("list-enrolled-factors"))["data"] == []


async def test_an_account_is_deleted_by_its_owner_alone(bob: Person) -> None:
    await bob.sign_in("bob", "secret 1")
    answer = await bob.post(
        "verify-delete-account-request", verifyMethod="PASSWORD", passwordPayload={"password": "secret 1"}
    )
    token = answer["data"]["deleteAccountToken"]
    other = Person(bob.v3, bob.app_id)
    await other.post(
        "signup", connection="PASSWORD", passwordPayload={"username": "eve", "password": "secret 1"}
    )
    await other.sign_in("eve", "secret 1")
    assert (await other.post("delete-account", deleteAccountToken=token))["statusCode"] == 401
    assert (await bob.post("delete-account", deleteAccountToken=token))["statusCode"] == 200
    assert (await bob.sign_in("bob", "secret 1"))["apiCode"] == 2333
    assert (await other.get("get-profile"))["data"]["username"] == "eve"


async def test_identities_and_the_way_to_link_one(bob: Person) -> None:
    await bob.sign_in("bob", "secret 1")
    assert (await bob.get("get-identities"))["data"] == []
    answer = await bob.get("generate-link-extidp-url", ext_idp_conn_identifier="11", app_id=bob.app_id)
    assert (
        f"/connections/link?app_id={bob.app_id}&ext_idp_conn_identifier=11&ticket=" in answer["data"]["url"]
    )
    assert "id_token" not in answer["data"]["url"]
