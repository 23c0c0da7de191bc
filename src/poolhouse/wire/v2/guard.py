"""What the login component `@authing/guard` asks: its configuration, and signing in, signing up and resetting.

Every door here stands open to strangers, as those of GraphQL do, and leads to the same rooms: `login` counts the tries,
locks and writes the log. Source: docs/contract/guard.md.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Literal

from starlette.responses import Response

from poolhouse.apps.model import App
from poolhouse.errors import AppNotFound, InvalidInput
from poolhouse.login.model import Channel, SignIn
from poolhouse.misfits import one_of
from poolhouse.oidc.model import OAuthError
from poolhouse.users.model import KeyKind, UserKey
from poolhouse.users.same_person import keys_typed
from poolhouse.wire.origin import address, is_secure
from poolhouse.wire.sentences import said
from poolhouse.wire.v2 import guard_config
from poolhouse.wire.v2.authentication import (
    EMAIL_SCENES,
    answered_by_rest,
    logged_in_as,
    registration_of,
    visitor,
)
from poolhouse.wire.v2.authentication_rest import (
    APP_COOKIE,
    CAPTCHA_PATH,
    check_password,
    country_code_of,
    text_of,
)
from poolhouse.wire.v2.request import Answer, Handler, Route, V2Request
from poolhouse.wire.v2.rest import enveloped, json_response

KINDS: tuple[KeyKind, ...] = ("username", "email", "phone")

# -- the configuration -------------------------------------------------------------------------------------


async def public_config(request: V2Request) -> Response:
    app = await app_for_strangers(request, request.path["appId"])
    services, http = request.services, request.http
    own = address(services.settings, http.scheme, http.headers.get("host"))
    config = guard_config.public_config(
        app,
        await services.pools.get(app.pool_id),
        await services.agreements.shown(app),
        await services.provider_connections.offered(app.pool_id, app.id),
        public_key=services.transport.rsa_public_key,
        address=own,
    )
    response = _kept_by_nobody(request, config)
    secure = is_secure(own)
    response.set_cookie(
        APP_COOKIE,
        app.id,
        path=CAPTCHA_PATH,
        secure=secure,
        httponly=True,
        samesite="none" if secure else "lax",
    )
    return response


async def page_config(request: V2Request) -> Response:
    app = await app_for_strangers(request, request.path["appId"])
    return _kept_by_nobody(request, guard_config.page_config(app))


async def app_for_strangers(request: V2Request, app_id: str) -> App:
    """Raises AppNotFound, also for one that is disabled, and for another pool's where the caller is of one."""
    app = await request.services.apps.get_anywhere(app_id)
    if not app.settings.enabled or request.caller.pool_id not in ("", app.pool_id):
        raise AppNotFound(app_id=app.id)
    return app


def _kept_by_nobody(request: V2Request, data: Any) -> Response:
    """It names the address we were asked at, which the next who asks may not share."""
    return json_response(enveloped(request, Answer(data)), headers={"cache-control": "no-store"})


# -- signing in --------------------------------------------------------------------------------------------


async def login_by_account(request: V2Request) -> Any:
    """`account`: a username, an address or a number."""
    body = request.body
    how = SignIn(captcha=_optional(body, "captchaCode"), auto_register=body.get("autoRegister") is True)
    password = await request.services.transport.read(text_of(body, "password"))
    logged_in = await request.services.login.with_any_password(
        visitor(request, {}), keys_typed(text_of(body, "account")), password, how
    )
    return await answered_by_rest(request, logged_in)


async def login_by_phone_code(request: V2Request) -> Any:
    body = request.body
    logged_in = await request.services.code_login.login(
        visitor(request, {}),
        "phone",
        text_of(body, "phone"),
        text_of(body, "code"),
        SignIn(auto_register=body.get("autoRegister") is True),
        country_code_of(body),
    )
    return await answered_by_rest(request, logged_in)


# -- signing up --------------------------------------------------------------------------------------------


def register_by(kind: Literal["username", "email", "phone"]) -> Handler:
    """`account`, or `email` where an address is signed up by."""

    async def register(request: V2Request) -> Any:
        body = request.body
        name = text_of(body, "email" if kind == "email" and body.get("email") else "account")
        registration = await registration_of(request, body, kind)
        values = {**registration.values, kind: name}
        if kind == "phone" and (country_code := country_code_of(body)):
            values["phone_country_code"] = country_code
        registered = await request.services.registrations.register(
            visitor(request, {}), replace(registration, values=values)
        )
        return await answered_by_rest(request, registered, created=True)

    return register


def register_by_code(channel: Channel) -> Handler:
    async def register(request: V2Request) -> Any:
        body = request.body
        registered = await request.services.code_login.register(
            visitor(request, {}),
            channel,
            text_of(body, channel),
            text_of(body, "code"),
            await registration_of(request, body, f"{channel}_code"),
            country_code_of(body) if channel == "phone" else None,
        )
        return await answered_by_rest(request, registered, created=True)

    return register


async def is_taken(request: V2Request) -> Any:
    """Asked before a sign-up, as `isUserExists` is. `key` is an address, a number or a username, by `type`."""
    kind = request.query.required("type")
    if kind not in KINDS:
        raise InvalidInput("type", *one_of(KINDS))
    key = UserKey(kind, request.query.required("key"))
    return await request.services.users.exists(visitor(request, {}), [key])


# -- codes -------------------------------------------------------------------------------------------------


async def send_email(request: V2Request) -> Any:
    scene = text_of(request.body, "scene")
    purpose = EMAIL_SCENES.get(scene)
    if purpose is None:
        raise InvalidInput("scene", "未知的场景", "an unknown scene")
    await request.services.codes.send(visitor(request, {}), "email", text_of(request.body, "email"), purpose)
    return Answer(None, "发送成功")


# -- a forgotten password ----------------------------------------------------------------------------------


async def prove_address(request: V2Request) -> Any:
    """The first step: a code for a token. With the policy that the second step's form is judged by."""
    body = request.body
    channel: Channel = "phone" if body.get("phone") else "email"
    caller = visitor(request, {})
    token = await request.services.recovery.prove(
        caller, channel, text_of(body, channel), text_of(body, "code"), country_code_of(body)
    )
    pool = await request.services.pools.get(caller.pool_id)
    return {
        "resetPasswordToken": token,
        "passwordStrength": guard_config.STRENGTHS[pool.settings.password_strength.level],
        "customPasswordStrength": {},
    }


async def reset_password(request: V2Request) -> Any:
    body = request.body
    password = await request.services.transport.read_new(text_of(body, "newPassword"))
    await request.services.recovery.by_ticket(
        visitor(request, {}), text_of(body, "resetPasswordToken"), password
    )
    return Answer(None, "重置密码成功")


# -- who is logged in --------------------------------------------------------------------------------------


async def login_status(request: V2Request) -> Response:
    """Bare, of a sign-in's token or of an access token: the component keeps either. Never an error."""
    try:
        access = await request.services.oidc_tokens.read_access_token(text_of(request.body, "token"))
    except OAuthError:
        access = None
    if access is None or access.user_id is None:
        message = said("尚未登录", request.caller.lang)
        return json_response({"code": 2207, "message": message, "status": False})
    exp, iat = int(access.claims["exp"]), int(access.claims["iat"])
    return json_response(logged_in_as(request, access.pool_id, access.user_id, exp, iat))


def _optional(body: dict[str, Any], name: str) -> str | None:
    return text_of(body, name) if body.get(name) else None


_APP = "/api/v2/applications/{appId}"
ROUTES = [
    Route("GET", f"{_APP}/public-config", public_config),
    Route("GET", f"{_APP}/components-public-config/guard", page_config),
    Route("POST", "/api/v2/login/account", login_by_account),
    Route("POST", "/api/v2/login/phone-code", login_by_phone_code),
    Route("POST", "/api/v2/register-username", register_by("username")),
    Route("POST", "/api/v2/register-email", register_by("email")),
    Route("POST", "/api/v2/register-phone", register_by("phone")),
    Route("POST", "/api/v2/register-email-code", register_by_code("email")),
    Route("POST", "/api/v2/register-phone-code", register_by_code("phone")),
    Route("GET", "/api/v2/users/find", is_taken),
    Route("POST", "/api/v2/email/send", send_email),
    Route("POST", "/api/v2/users/login/check-status", login_status),
    Route("POST", "/api/v2/password/user-action/check", check_password),
    Route("POST", "/api/v2/users/password/forget/check-code", prove_address),
    Route("POST", "/api/v2/users/password/password-reset", reset_password),
]
