"""What people do to their own accounts is theirs in the audit log, whichever operation it is."""

from __future__ import annotations

import re
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_signin import Person, bob  # noqa: F401

from poolhouse.mfa import totp
from poolhouse.users.model import IdentityDraft, UserDraft, UserKey
from poolhouse.wire.v3 import me

Act = Callable[[Person, str], Awaitable[dict[str, Any]]]


async def update_profile(own: Person, _: str) -> dict[str, Any]:
    return await own.post("update-profile", nickname="鲍勃")


async def update_password(own: Person, _: str) -> dict[str, Any]:
    return await own.post("update-password", newPassword="secret 2", oldPassword="secret 1")


async def unbind_email(own: Person, _: str) -> dict[str, Any]:
    await own.post("send-email", channel="CHANNEL_UNBIND_EMAIL", email="bob@example.com")
    return await own.post("unbind-email", passCode=await own.code("bob@example.com"))


async def unbind_phone(own: Person, _: str) -> dict[str, Any]:
    await own.post("send-sms", channel="CHANNEL_UNBIND_PHONE", phoneNumber="13800138000")
    return await own.post("unbind-phone", passCode=await own.code("+8613800138000"))


async def bind_email(own: Person, user_id: str) -> dict[str, Any]:
    await own.v3.services.users.update(own.v3.administrator, user_id, UserDraft({"email": None}))
    await own.post("send-email", channel="CHANNEL_BIND_EMAIL", email="new@example.com")
    return await own.post("bind-email", email="new@example.com", passCode=await own.code("new@example.com"))


async def bind_phone(own: Person, user_id: str) -> dict[str, Any]:
    await own.v3.services.users.update(own.v3.administrator, user_id, UserDraft({"phone": None}))
    await own.post("send-sms", channel="CHANNEL_BIND_PHONE", phoneNumber="13900139000")
    return await own.post("bind-phone", phoneNumber="13900139000", passCode=await own.code("+8613900139000"))


async def update_email(own: Person, _: str) -> dict[str, Any]:
    await own.post("send-email", channel="CHANNEL_UPDATE_EMAIL", email="new@example.com")
    payload = {"newEmail": "new@example.com", "newEmailPassCode": await own.code("new@example.com")}
    answer = await own.post(
        "verify-update-email-request", verifyMethod="EMAIL_PASSCODE", emailPassCodePayload=payload
    )
    return await own.post("update-email", updateEmailToken=answer["data"]["updateEmailToken"])


async def update_phone(own: Person, _: str) -> dict[str, Any]:
    await own.post("send-sms", channel="CHANNEL_UPDATE_PHONE", phoneNumber="13900139000")
    payload = {
        "newPhoneNumber": "13900139000",
        "newPhonePassCode": await own.code("+8613900139000"),
    }
    answer = await own.post(
        "verify-update-phone-request", verifyMethod="PHONE_PASSCODE", phonePassCodePayload=payload
    )
    return await own.post("update-phone", updatePhoneToken=answer["data"]["updatePhoneToken"])


async def delete_account(own: Person, _: str) -> dict[str, Any]:
    answer = await own.post(
        "verify-delete-account-request", verifyMethod="PASSWORD", passwordPayload={"password": "secret 1"}
    )
    return await own.post("delete-account", deleteAccountToken=answer["data"]["deleteAccountToken"])


async def enroll_factor(own: Person, _: str) -> dict[str, Any]:
    answer = await own.post("send-enroll-factor-request", factorType="OTP", profile={})
    key = totp.key_of(re.findall(r"secret=(\w+)", answer["data"]["otpData"]["qrCodeUri"])[0])
    return await own.post(
        "enroll-factor",
        factorType="OTP",
        enrollmentToken=answer["data"]["enrollmentToken"],
        enrollmentData={"passCode": totp.code_at(key, int(time.time()) // 30)},
    )


async def reset_factor(own: Person, user_id: str) -> dict[str, Any]:
    await enroll_factor(own, user_id)
    (factor,) = (await own.get("list-enrolled-factors"))["data"]
    return await own.post("reset-factor", factorId=factor["factorId"])


async def unlink_extidp(own: Person, user_id: str) -> dict[str, Any]:
    source = (await own.v3.post("create-ext-idp", {"name": "GitHub", "type": "github"}))["data"]["id"]
    draft = IdentityDraft("github", "77", ext_idp_id=source)
    await own.v3.services.identities.link(own.v3.administrator, user_id, draft)
    return await own.post("unlink-extidp", extIdpId=source)


ACTS: dict[str, Act] = {
    act.__name__.replace("_", "-"): act
    for act in (
        update_profile,
        update_password,
        unbind_email,
        unbind_phone,
        bind_email,
        bind_phone,
        update_email,
        update_phone,
        delete_account,
        enroll_factor,
        reset_factor,
        unlink_extidp,
    )
}
STEPS = {
    "verify-update-email-request",
    "verify-update-phone-request",
    "verify-delete-account-request",
    "send-enroll-factor-request",
}
"""They give a ticket for one of the acts, and change nothing themselves."""


def test_every_operation_on_the_own_account_is_tried_here() -> None:
    assert set(ACTS) | STEPS == {endpoint.path for endpoint in me.ENDPOINTS if endpoint.method == "POST"}


@pytest.mark.parametrize("name", ACTS)
async def test_the_act_is_audited_as_the_users_own(
    v3: V3Client,
    bob: Person,  # noqa: F811
    name: str,
) -> None:
    user = await v3.services.users.find(v3.administrator, UserKey("username", "bob"))
    assert user is not None
    await bob.sign_in("bob", "secret 1")
    await v3.services.db.execute(
        "update audit_records set actor_kind = 'before' where pool_id = $1", v3.pool_id
    )
    answer = await ACTS[name](bob, user.id)
    assert answer["statusCode"] == 200, answer
    written = await v3.services.db.fetch(
        "select operation, actor_kind, actor_id from audit_records where pool_id = $1 and actor_kind <> 'before' "
        "order by at desc, id desc",
        v3.pool_id,
    )
    assert (written[0]["actor_kind"], written[0]["actor_id"]) == ("user", user.id)
    by_administrator = [row for row in written if row["actor_kind"] == "administrator"]
    prepared = {"bind-email": 1, "bind-phone": 1, "unlink-extidp": 2}
    assert len(by_administrator) == prepared.get(name, 0)
    assert not [row for row in written if row["actor_kind"] == "system"]


async def test_nobody_unlinks_anothers_identity(v3: V3Client, bob: Person) -> None:  # noqa: F811
    eve = await v3.services.users.create(v3.administrator, UserDraft({"username": "eve"}))
    source = (await v3.post("create-ext-idp", {"name": "GitHub", "type": "github"}))["data"]["id"]
    draft = IdentityDraft("github", "77", ext_idp_id=source)
    await v3.services.identities.link(v3.administrator, eve.id, draft)
    assert (await bob.post("unlink-extidp", extIdpId=source))["statusCode"] == 401
    await bob.sign_in("bob", "secret 1")
    assert (await bob.post("unlink-extidp", extIdpId=source))["statusCode"] == 200
    assert len(await v3.services.identities.list(v3.administrator, eve.id)) == 1
