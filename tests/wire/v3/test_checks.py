"""What a client asks before it acts."""

from __future__ import annotations

import base64
from typing import Any

import phonenumbers
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_signin import Person, bob  # noqa: F401

from poolhouse import phones
from poolhouse.users.model import UserDraft


async def test_the_keys_and_the_version_come_without_an_envelope(v3: V3Client) -> None:
    answer = (await v3.http.get("/api/v3/system")).json()
    assert answer.keys() == {"rsa", "sm2", "version", "publicIps"}
    assert answer["version"].keys() == {"server", "console", "login"}
    assert len(bytes.fromhex(answer["sm2"]["publicKey"])) == 65


async def test_what_is_encrypted_with_the_published_key_signs_in(bob: Person) -> None:  # noqa: F811
    pem = (await bob.v3.http.get("/api/v3/system")).json()["rsa"]["publicKey"]
    public = serialization.load_pem_public_key(pem.encode())
    assert isinstance(public, rsa.RSAPublicKey)
    sealed = base64.b64encode(public.encrypt(b"secret 1", padding.PKCS1v15())).decode()
    answer = await bob.post(
        "signin",
        connection="PASSWORD",
        passwordPayload={"account": "bob", "password": sealed},
        options={"passwordEncryptType": "rsa"},
    )
    assert answer["statusCode"] == 200


async def test_a_secret_is_right_or_refused_whoevers_it_is(bob: Person, neighbour: V3Client) -> None:  # noqa: F811
    app = await bob.v3.services.apps.get_anywhere(bob.app_id)
    theirs = await neighbour.services.apps.create(neighbour.administrator, "theirs")
    for app_id, secret, status in (
        (app.id, app.secret, 200),
        (app.id, theirs.secret, 401),
        (theirs.id, app.secret, 401),
        ("nobody", app.secret, 401),
    ):
        body = {"appId": app_id, "appSecret": secret}
        answer = await bob.v3.http.post("/api/v3/check-app-id-secret", json=body)
        assert answer.json()["statusCode"] == status


def mail_code(code: str, channel: str = "CHANNEL_LOGIN") -> dict[str, Any]:
    payload = {"email": "bob@example.com", "passCode": code, "channel": channel}
    return {"codeType": "EMAIL", "emailCodePayload": payload}


async def test_a_code_is_checked_and_stays_good(bob: Person) -> None:  # noqa: F811
    await bob.v3.services.pools.update(bob.v3.administrator, {}, {"verify_code_max_attempts": 1})
    await bob.post("send-email", channel="CHANNEL_LOGIN", email="bob@example.com")
    code = await bob.code("bob@example.com")
    for _ in range(3):
        assert (await bob.post("pre-check-code", **mail_code(code)))["data"]["isValid"] is True
    other = await bob.post("pre-check-code", **mail_code(code, "CHANNEL_RESET_PASSWORD"))
    assert other["data"]["isValid"] is False
    answer = await bob.post(
        "signin", connection="PASSCODE", passCodePayload={"email": "bob@example.com", "passCode": code}
    )
    assert answer["statusCode"] == 200
    assert (await bob.post("pre-check-code", **mail_code(code)))["data"]["isValid"] is False


async def test_guessing_at_a_code_costs_its_tries(bob: Person) -> None:  # noqa: F811
    await bob.v3.services.pools.update(bob.v3.administrator, {}, {"verify_code_max_attempts": 2})
    await bob.post("send-sms", channel="CHANNEL_LOGIN", phoneNumber="13800138000")
    code = await bob.code("+8613800138000")
    wrong = f"{(int(code) + 1) % 1_000_000:06}"

    async def check(given: str) -> Any:
        payload = {"phone": "13800138000", "passCode": given, "channel": "CHANNEL_LOGIN"}
        return (await bob.post("pre-check-code", codeType="SMS", smsCodePayload=payload))["data"]

    assert await check(wrong) == {"isValid": False, "message": "验证码验证失败"}
    assert (await check(code))["isValid"] is True
    await check(wrong)
    assert (await check(code))["isValid"] is False


async def test_the_neighbours_code_is_none(bob: Person, neighbour: V3Client) -> None:  # noqa: F811
    await bob.post("send-email", channel="CHANNEL_LOGIN", email="bob@example.com")
    code = await bob.code("bob@example.com")
    theirs = await neighbour.services.apps.create(neighbour.administrator, "theirs")
    answer = await Person(neighbour, theirs.id).post("pre-check-code", **mail_code(code))
    assert answer["data"]["isValid"] is False


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"codeType": "EMAIL"}, "emailCodePayload"),
        ({"codeType": "SMS"}, "smsCodePayload"),
        ({"codeType": "FAX"}, "codeType"),
        (mail_code("123456", "CHANNEL_VERIFY_EMAIL_LINK"), "channel"),
    ],
)
async def test_what_cannot_be_checked_is_named(bob: Person, body: Any, field: str) -> None:  # noqa: F811
    answer = await bob.post("pre-check-code", **body)
    assert answer["statusCode"] == 400
    assert field in answer["message"]


@pytest.mark.parametrize(
    "name", [{"username": "bob"}, {"email": "Bob@example.com"}, {"phone": "138 0013 8000"}]
)
async def test_the_own_password_is_told_from_another(bob: Person, name: dict[str, str]) -> None:  # noqa: F811
    assert (await bob.post("validate-password", password="secret 1", **name))["statusCode"] == 401
    await bob.sign_in("bob", "secret 1")
    assert (await bob.post("validate-password", password="secret 1", **name))["data"] == {"valid": True}
    assert (await bob.post("validate-password", password="secret 2", **name))["data"] == {"valid": False}


async def test_anothers_password_is_not_to_be_asked_about(bob: Person) -> None:  # noqa: F811
    draft = UserDraft({"username": "eve", "email": "eve@example.com"}, password="secret 9")
    await bob.v3.services.users.create(bob.v3.administrator, draft)
    await bob.sign_in("bob", "secret 1")
    for name in ({"username": "eve"}, {"email": "eve@example.com"}, {"username": "nobody"}, {"phone": "110"}):
        for password in ("secret 9", "secret 1"):
            answer = await bob.post("validate-password", password=password, **name)
            assert answer["statusCode"] == 403, name


async def test_guessing_at_the_own_password_is_counted(bob: Person) -> None:  # noqa: F811
    await bob.sign_in("bob", "secret 1")
    answers = [await bob.post("validate-password", username="bob", password=f"no {i}") for i in range(12)]
    assert answers[0]["data"] == {"valid": False}
    assert answers[-1]["statusCode"] in (403, 429)


async def test_the_countries_have_what_a_login_page_shows(v3: V3Client) -> None:
    countries = (await v3.http.get("/api/v3/get-country-list")).json()["data"]
    china = next(one for one in countries if one["alpha2"] == "CN")
    assert (china["alpha3"], china["phoneCountryCode"], china["flag"]) == (
        "CHN",
        "+86",
        "\N{REGIONAL INDICATOR SYMBOL LETTER C}\N{REGIONAL INDICATOR SYMBOL LETTER N}",
    )
    assert (china["name"]["zh-CN"]["value"], china["name"]["en-US"]["value"]) == ("中国", "China")
    assert phonenumbers.SUPPORTED_REGIONS - {one["alpha2"] for one in countries} == {"AC", "TA"}
    for field in ("alpha2", "alpha3"):
        assert len({one[field] for one in countries}) == len(countries)


async def test_every_country_s_code_is_one_that_a_number_may_come_with(v3: V3Client) -> None:
    for one in (await v3.http.get("/api/v3/get-country-list")).json()["data"]:
        assert phones.country_code_of(one["phoneCountryCode"]) == int(one["phoneCountryCode"])
