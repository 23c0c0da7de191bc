"""What the vendor's login component is told, and its doors. In a browser: test_guard_in_chromium.py."""

from __future__ import annotations

import time
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.test_pages_in_chromium import code_sent
from tests.wire.v2.conftest import Refusal, V2Client

from poolhouse.apps.model import App
from poolhouse.mfa import totp
from poolhouse.pools.model import PasswordStrength, RateCheck
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft
from poolhouse.wire.guard_icons import PATH as ICONS

GUARD = {"x-authing-request-from": "Guard@5.3.9"}
FLOW = "/interaction/authFlow"


@pytest.fixture
async def app(services: Services, pool: PoolForTests) -> App:
    await services.pools.update(pool.administrator, {}, {"verify_code_resend_after": 0})
    addresses = ("https://app.example/callback", "https://staging.internal/callback")
    return await services.apps.create(
        pool.administrator,
        "山海门户",
        redirect_uris=addresses,
        logout_redirect_uris=("https://app.example/",),
    )


@pytest.fixture
async def ada(services: Services, pool: PoolForTests) -> User:
    values = {"username": "ada", "email": "ada@x.cn", "phone": "13800138000"}
    return await services.users.create(pool.administrator, UserDraft(values, password="lovelace"))


@pytest.fixture
def guard(v2_http: httpx.AsyncClient, app: App) -> V2Client:
    """Asks as the component does."""
    return V2Client(v2_http, {"x-authing-app-id": app.id, **GUARD})


async def config_of(http: httpx.AsyncClient, app: App, **headers: str) -> dict[str, Any]:
    answer = await http.get(f"/api/v2/applications/{app.id}/public-config", headers=headers)
    found: dict[str, Any] = answer.json()
    return found


async def asked(guard: V2Client, path: str, **body: Any) -> dict[str, Any]:
    answer = await guard.http.post(path, json=body, headers=guard.headers)
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


async def flow(guard: V2Client, action: str, handle: str = "", **data: Any) -> dict[str, Any]:
    return await asked(guard, FLOW, action=action, data=data, flowHandle=handle)


# -- what a stranger is told -------------------------------------------------------------------------------


async def test_a_stranger_learns_no_secret_and_no_address_they_need_not(
    v2_http: httpx.AsyncClient, services: Services, pool: PoolForTests, app: App
) -> None:
    answer = await v2_http.get(f"/api/v2/applications/{app.id}/public-config")
    config = answer.json()["data"]
    assert (config["name"], config["userPoolId"]) == ("山海门户", pool.id)
    assert config["publicKey"] == services.transport.rsa_public_key
    assert config["oidcConfig"]["redirect_uris"] == config["redirectUris"] == [app.redirect_uris[0]]
    assert app.secret not in answer.text
    assert (await services.pools.get(pool.id)).secret not in answer.text
    assert answer.headers["cache-control"] == "no-store"


async def test_another_pools_application_is_none_to_who_is_of_one(
    v2_http: httpx.AsyncClient, services: Services, other_pool: PoolForTests, app: App
) -> None:
    theirs = await services.apps.create(other_pool.administrator, "theirs")
    issued = await services.management_tokens.of_pool(other_pool.id)
    for headers in ({"x-authing-app-id": theirs.id}, {"authorization": f"Bearer {issued.token}"}):
        assert (await config_of(v2_http, app, **headers))["code"] == 2011
    assert (await config_of(v2_http, app))["code"] == 200


async def test_an_application_that_is_gone_or_disabled_has_no_component(
    v2_http: httpx.AsyncClient, services: Services, pool: PoolForTests, app: App
) -> None:
    await services.apps.update(pool.administrator, app.id, {}, {"enabled": False})
    for path in ("public-config", "components-public-config/guard"):
        for app_id in (app.id, "0" * 24):
            answer = await v2_http.get(f"/api/v2/applications/{app_id}/{path}")
            assert answer.json()["code"] == 2011


async def test_the_config_says_what_the_settings_say(
    v2_http: httpx.AsyncClient, services: Services, pool: PoolForTests, app: App
) -> None:
    before = (await config_of(v2_http, app))["data"]
    assert before["loginTabs"]["list"] == ["password", "phone-code"]
    assert before["registerTabs"]["list"] == ["email", "phone", "emailCode", "username-password"]
    assert (before["passwordStrength"], before["verifyCodeLength"], before["agreements"]) == (1, 6, [])
    assert before["ssoPageComponentDisplay"]["registerBtn"]

    strength = PasswordStrength("custom", "^.{12,}$", "十二位")
    settings = {
        "password_strength": strength,
        "verify_code_length": 8,
        "allowed_origins": "https://app.example",
    }
    await services.pools.update(pool.administrator, {}, settings)
    await services.agreements.create(pool.administrator, app.id, "条款")
    pages = {
        "login": {
            "enabledBasicLoginMethods": ["EMAIL_CODE", "USERNAME_PASSWORD"],
            "defaultLoginMethod": {"connectionType": "PASSCODE"},
        },
        "branding": {
            "customCSSEnabled": True,
            "customCSS": "b{}",
            "showForgetPasswordButton": False,
            "showChangeLanguageButton": False,
            "defaultLanguage": "en-US",
        },
    }
    changed = {"register_disabled": True, "pages": pages}
    await services.apps.update(pool.administrator, app.id, {"logo": "https://x.example/l.png"}, changed)
    config = (await config_of(v2_http, app))["data"]
    assert config["passwordTabConfig"]["validLoginMethods"] == ["username-password"]
    assert config["verifyCodeTabConfig"]["enabledLoginMethods"] == ["email-code"]
    assert config["loginTabs"]["default"] == "phone-code"
    assert (config["passwordStrength"], config["verifyCodeLength"]) == (5, 8)
    assert (config["logo"], config["css"]) == ("https://x.example/l.png", "b{}")
    assert config["allowedOrigins"] == ["https://app.example"]
    assert [one["title"] for one in config["agreements"]] == ["条款"]
    assert (config["registerDisabled"], config["registerTabs"]["list"]) == (True, [])
    assert not config["ssoPageComponentDisplay"]["registerBtn"]
    assert not config["ssoPageComponentDisplay"]["forgetPasswordBtn"]
    page = await v2_http.get(f"/api/v2/applications/{app.id}/components-public-config/guard")
    assert page.json()["data"]["global"] == {"showChangeLanguage": False, "defaultLanguage": "en-US"}


async def test_what_is_not_built_is_not_drawn(v2_http: httpx.AsyncClient, app: App) -> None:
    config = (await config_of(v2_http, app))["data"]
    assert config["extendsFields"] == []
    assert config["qrcodeTabsSettings"] == {}
    assert not {"ldap", "ad", "app-qrcode", "authing-otp-push"} & set(config["loginTabs"]["list"])


async def test_a_foreign_host_header_names_no_other_server_for_the_icons(
    v2_http: httpx.AsyncClient, app: App
) -> None:
    config = (await config_of(v2_http, app, host="evil.example"))["data"]
    assert "evil" not in config["cdnBase"] + config["logo"]


async def test_the_icons_are_read_from_any_origin(v2_http: httpx.AsyncClient) -> None:
    answer = await v2_http.get(ICONS, headers={"origin": "https://app.example"})
    assert answer.headers["access-control-allow-origin"] == "https://app.example"
    for name in ("authing-a-user-line1", "authing-a-lock-line1", "authing-a-shield-check-line1"):
        assert f'id="{name}"' in answer.text


# -- its doors ---------------------------------------------------------------------------------------------


async def test_only_the_component_reads_its_own_envelope(guard: V2Client, ada: User) -> None:
    body = {"account": "ada", "password": "wrong"}
    told = await asked(guard, "/api/v2/login/account", **body)
    assert (told["code"], told["statusCode"], told["apiCode"]) == (2333, 499, 2333)
    plain = V2Client(guard.http, {"x-authing-app-id": guard.headers["x-authing-app-id"]})
    assert not {"statusCode", "apiCode"} & (await asked(plain, "/api/v2/login/account", **body)).keys()


async def test_an_account_is_any_of_its_names(guard: V2Client, ada: User) -> None:
    for account in ("ada", "ADA@x.cn", "13800138000"):
        told = await asked(guard, "/api/v2/login/account", account=account, password="lovelace")
        assert (told["statusCode"], told["data"]["id"]) == (200, ada.id)


async def test_a_user_of_another_pool_does_not_get_in(
    guard: V2Client, services: Services, other_pool: PoolForTests, ada: User
) -> None:
    theirs = await services.apps.create(other_pool.administrator, "theirs")
    neighbour = V2Client(guard.http, {"x-authing-app-id": theirs.id, **GUARD})
    told = await asked(neighbour, "/api/v2/login/account", account="ada", password="lovelace")
    assert told["code"] == 2333
    found = await neighbour.rest("GET", "/api/v2/users/find?type=username&key=ada")
    assert found is False


async def test_tries_are_counted_with_those_of_the_other_doors(
    guard: V2Client, services: Services, pool: PoolForTests, ada: User
) -> None:
    strict = {"login_password_fail_check": RateCheck(True, 2, 600), "self_unlock": False}
    await services.pools.update(pool.administrator, {}, strict)
    await asked(guard, "/api/v2/login/account", account="ada", password="wrong")
    with pytest.raises(Refusal):
        await guard.one("LoginByUsername", input={"username": "ada", "password": "wrong"})
    told = await asked(guard, "/api/v2/login/account", account="ada@x.cn", password="lovelace")
    assert (told["code"], told["apiCode"]) == (2005, 2005)


async def test_a_password_sealed_by_the_makers_key_is_refused(guard: V2Client, ada: User) -> None:
    sealed = "A" * 170 + "=="
    assert (await asked(guard, "/api/v2/login/account", account="ada", password=sealed))["code"] == 2016
    told = await asked(guard, "/api/v2/register-email", email="new@x.cn", password=sealed)
    assert told["code"] == 2016


async def test_a_code_asked_too_soon_is_told_in_words(
    guard: V2Client, services: Services, pool: PoolForTests
) -> None:
    await services.pools.update(pool.administrator, {}, {"verify_code_resend_after": 60})
    body = {"email": "ada@x.cn", "scene": "LOGIN_VERIFY_CODE"}
    assert (await asked(guard, "/api/v2/email/send", **body))["code"] == 200
    told = await asked(guard, "/api/v2/email/send", **body)
    assert (told["code"], told["apiCode"]) == (429, 2080)


@pytest.mark.parametrize("path", ["register-email", "register-username", "register-phone"])
async def test_nobody_signs_up_where_that_is_closed(
    guard: V2Client, services: Services, pool: PoolForTests, app: App, path: str
) -> None:
    await services.apps.update(pool.administrator, app.id, {}, {"register_disabled": True})
    told = await asked(guard, f"/api/v2/{path}", account="new", email="n@x.cn", password="long enough")
    assert told["code"] == 2031


async def test_newcomers_by_a_username_and_by_a_number(guard: V2Client) -> None:
    body = {"password": "long enough", "profile": {"device": "Mac", "browser": "x"}, "generateToken": True}
    one = await asked(guard, "/api/v2/register-username", account="bob", **body)
    other = await asked(
        guard, "/api/v2/register-phone", account="13900139000", phoneCountryCode="+86", **body
    )
    assert (one["data"]["username"], other["data"]["phone"]) == ("bob", "13900139000")
    assert other["data"]["phoneVerified"] is False


# -- the flow between a proof and a login ------------------------------------------------------------------


@pytest.fixture
async def ticket(guard: V2Client, services: Services, pool: PoolForTests, app: App, ada: User) -> str:
    """The handle of a login that a second factor is asked of."""
    await services.apps.update(pool.administrator, app.id, {}, {"mfa_required": True})
    told = await asked(guard, "/api/v2/login/account", account="ada", password="lovelace")
    assert (told["statusCode"], told["apiCode"]) == (302, 1635)
    assert [one["mfaPolicy"] for one in told["data"]["applicationMfa"]] == ["OTP", "EMAIL", "SMS"]
    assert told["flowHandle"] == told["data"]["mfaToken"]
    return str(told["flowHandle"])


def code_now(secret: str) -> str:
    return totp.code_at(totp.key_of(secret), int(time.time()) // totp.STEP_S)


async def bind(guard: V2Client, ticket: str) -> tuple[str, str]:
    """An authenticator's secret and its recovery code."""
    headers = guard.headers | {"authorization": ticket}
    answer = await guard.http.post("/api/v2/mfa/totp/associate", json={}, headers=headers)
    given = answer.json()["data"]
    told = await flow(guard, "verify-totp-first-time", ticket, totp=code_now(given["secret"]))
    assert told["statusCode"] == 200
    return given["secret"], given["recovery_code"]


@pytest.mark.parametrize("action", ["verify-totp", "confirm-totp-recovery-code", "recovery-totp"])
async def test_a_stranger_goes_no_step(guard: V2Client, action: str) -> None:
    for handle in ("", "0" * 24, f"{'0' * 24}.{'0' * 24}.{'0' * 48}"):
        told = await flow(guard, action, handle, totp="123456", recoveryCode="x")
        assert (told["code"], told["data"]) == (2207, None)


async def test_a_step_without_a_proof_logs_nobody_in(guard: V2Client, ticket: str) -> None:
    told = await flow(guard, "confirm-totp-recovery-code", ticket)
    assert (told["code"], told["data"]) == (2001, None)
    assert (await flow(guard, "verify-totp-first-time", ticket, totp="000000"))["code"] != 200
    assert (await flow(guard, "confirm-totp-recovery-code", ticket))["code"] == 2001


async def test_who_has_just_bound_an_authenticator_is_in_once(
    guard: V2Client, ticket: str, ada: User
) -> None:
    await bind(guard, ticket)
    told = await flow(guard, "confirm-totp-recovery-code", ticket)
    assert (told["statusCode"], told["apiCode"], told["data"]["user"]["id"]) == (302, 1600, ada.id)
    assert told["data"]["user"]["token"]
    assert (await flow(guard, "confirm-totp-recovery-code", ticket))["code"] == 2207


async def test_a_recovery_code_is_good_once_and_gives_the_next(guard: V2Client, ticket: str) -> None:
    _, recovery = await bind(guard, ticket)
    await flow(guard, "confirm-totp-recovery-code", ticket)
    handle = (await asked(guard, "/api/v2/login/account", account="ada", password="lovelace"))["flowHandle"]
    told = await flow(guard, "recovery-totp", handle, recoveryCode=recovery)
    assert told["data"]["recoveryCode"] != recovery
    assert (await flow(guard, "recovery-totp", handle, recoveryCode=recovery))["code"] != 200
    assert (await flow(guard, "confirm-totp-recovery-code", handle))["apiCode"] == 1600


async def test_a_ticket_of_another_pool_opens_nothing(
    guard: V2Client, services: Services, other_pool: PoolForTests, ticket: str
) -> None:
    theirs = await services.apps.create(other_pool.administrator, "theirs")
    neighbour = V2Client(guard.http, {"x-authing-app-id": theirs.id, **GUARD})
    assert (await flow(neighbour, "verify-totp", ticket, totp="123456"))["code"] == 2207


async def test_the_ticket_of_a_second_step_sets_no_password(guard: V2Client, ticket: str) -> None:
    for action in ("reset-password-forced", "reset-password-first-time"):
        assert (await flow(guard, action, ticket, password="another one"))["code"] == 2207


async def test_a_password_that_is_due_changes_with_the_old_one(
    guard: V2Client, services: Services, pool: PoolForTests, ada: User
) -> None:
    strict = PasswordStrength("high", check_at_login=True)
    await services.pools.update(pool.administrator, {}, {"password_strength": strict})
    told = await asked(guard, "/api/v2/login/account", account="ada", password="lovelace")
    assert (told["statusCode"], told["apiCode"]) == (302, 2058)
    handle, action = told["flowHandle"], "reset-password-first-time"
    fresh = {"password": "Analytical-1"}
    assert (await flow(guard, action, handle, **fresh))["code"] == 2207
    assert (await flow(guard, action, handle, oldPassword="wrong", **fresh))["code"] == 2203
    assert (await flow(guard, action, handle, oldPassword="lovelace", **fresh))["apiCode"] == 1699
    told = await asked(guard, "/api/v2/login/account", account="ada", password="Analytical-1")
    assert told["code"] == 200


async def test_an_unknown_step_is_named(guard: V2Client) -> None:
    told = await flow(guard, "verify-face")
    assert told["code"] == 501
    assert "verify-face" in told["message"]


# -- a forgotten password ----------------------------------------------------------------------------------


async def test_a_password_is_reset_in_two_steps_of_which_each_is_good_once(
    guard: V2Client, services: Services, pool: PoolForTests, ada: User
) -> None:
    scene = {"email": "ada@x.cn", "scene": "RESET_PASSWORD_VERIFY_CODE"}
    await asked(guard, "/api/v2/email/send", **scene)
    code = await code_sent(services, pool)
    check, reset = (f"/api/v2/users/password/{name}" for name in ("forget/check-code", "password-reset"))
    assert (await asked(guard, check, email="ada@x.cn", code="000000"))["code"] == 2001
    told = await asked(guard, check, email="ada@x.cn", code=code)
    assert told["data"]["passwordStrength"] == 1
    assert (await asked(guard, check, email="ada@x.cn", code=code))["code"] == 2001
    token = told["data"]["resetPasswordToken"]
    assert (await asked(guard, reset, resetPasswordToken="x", newPassword="analytical"))["code"] == 2207
    assert (await asked(guard, reset, resetPasswordToken=token, newPassword="analytical"))["code"] == 200
    assert (await asked(guard, reset, resetPasswordToken=token, newPassword="analytical"))["code"] == 2207


# -- pictures, and who is logged in ------------------------------------------------------------------------


async def test_a_picture_is_of_the_application_its_cookie_names(
    v2_http: httpx.AsyncClient, services: Services, pool: PoolForTests, app: App
) -> None:
    config = await v2_http.get(f"/api/v2/applications/{app.id}/public-config")
    cookie = config.headers["set-cookie"].split(";")[0]
    assert "HttpOnly" in config.headers["set-cookie"]
    v2_http.cookies.clear()
    path, image = "/api/v2/security/captcha", {"accept": "image/avif,image/webp,*/*"}
    assert (await v2_http.get(path, headers=image)).json()["code"] == 2020
    drawn = await v2_http.get(path, headers={**image, "cookie": f"a=b; {cookie}"})
    assert drawn.headers["content-type"] == "image/png"
    assert await services.db.fetchval("select count(*) from captchas where pool_id = $1", pool.id) == 1


async def test_whether_a_token_is_good_is_told_bare(guard: V2Client, ada: User) -> None:
    path = "/api/v2/users/login/check-status"
    told = await asked(guard, "/api/v2/login/account", account="ada", password="lovelace")
    status = await asked(guard, path, token=told["data"]["token"])
    assert (status["status"], status["data"]["id"]) == (True, ada.id)
    assert (await asked(guard, path, token="x"))["status"] is False
