"""Signing in and up over REST: codes, token validation, captchas, links.

Source: docs/contract/v2.md#signing-in-and-up.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from starlette.responses import Response

from poolhouse.crypto.transport import require_plain
from poolhouse.errors import InvalidInput, Missing, WeakPassword
from poolhouse.ids import new_secret
from poolhouse.login.model import SignIn
from poolhouse.login.passwords import policy_of
from poolhouse.misfits import STRING, expected
from poolhouse.oidc.model import OAuthError
from poolhouse.wire.sentences import said
from poolhouse.wire.v2.authentication import answered_by_rest, purpose_of, registration_of, visitor
from poolhouse.wire.v2.request import Answer, Route, V2Request
from poolhouse.wire.v2.rest import json_response

CAPTCHA_PATH = "/api/v2/security/captcha"
APP_COOKIE = "poolhouse_app"
"""An application's id, which is no secret and opens nothing: whose picture is to be drawn."""


async def login_by_email_code(request: V2Request) -> Any:
    body = request.body
    logged_in = await request.services.code_login.login(
        visitor(request, body),
        "email",
        text_of(body, "email"),
        text_of(body, "code"),
        SignIn(auto_register=bool(body.get("autoRegister"))),
    )
    return await answered_by_rest(request, logged_in)


async def register_by_email_code(request: V2Request) -> Any:
    body = request.body
    registered = await request.services.code_login.register(
        visitor(request, body),
        "email",
        text_of(body, "email"),
        text_of(body, "code"),
        await registration_of(request, body, "email_code"),
    )
    return await answered_by_rest(request, registered, created=True)


async def send_sms(request: V2Request) -> Any:
    body = request.body
    await request.services.codes.send(
        visitor(request, body),
        "phone",
        text_of(body, "phone"),
        purpose_of(body.get("scene")),
        country_code_of(body),
    )
    return Answer(None, "发送成功")


async def validate_token(request: V2Request) -> Response:
    """The claims of a good token, bare; `{code: 400}` for any other. Always HTTP 200: the client reads it raw."""
    access_token = request.query.text("access_token") or ""
    status = await request.services.credentials.status(request.query.text("id_token") or access_token)
    if status.claims is None:
        with suppress(OAuthError):
            return json_response((await request.services.oidc_tokens.read_access_token(access_token)).claims)
        message = said("token 已过期" if status.expired else "token 不合法", request.caller.lang)
        return json_response({"code": 400, "message": message})
    return json_response(dict(status.claims.raw))


async def check_password(request: V2Request) -> Any:
    """isPasswordValid: whether a password would satisfy the pool's policy."""
    password = text_of(request.body, "password")
    require_plain(password)
    pool = await request.services.pools.get(request.caller.pool_id)
    try:
        await policy_of(pool).check(password)
    except WeakPassword as error:
        return {"valid": False, "message": error.message(request.caller.lang)}
    return {"valid": True, "message": said("密码验证成功", request.caller.lang)}


async def check_password_of_query(request: V2Request) -> Any:
    """The same of java-core, sealed and in the query. It reads the code alone, so what will not do is refused.

    In one way: whoever caught somebody's ciphertext would learn of the password which rule it breaks, and of one they
    made up whether it decrypts.
    """
    sealed = request.query.required("password").replace(" ", "+")  # a query's blank, of base64's plus
    password = await request.services.transport.opened(sealed)
    pool = await request.services.pools.get(request.caller.pool_id)
    try:
        await policy_of(pool).check(new_secret() if password is None else password)
    except WeakPassword:
        password = None
    if password is None:
        raise WeakPassword(
            "password", "或未用本服务器的公钥加密", "or was not encrypted with this server's public key"
        )
    return {"valid": True, "message": said("密码验证成功", request.caller.lang)}


async def captcha(request: V2Request) -> Any:
    """A challenge for captchaCode: `image` as a data URL, `audio` where the same digits are spoken; the picture
    itself for the `<img>` of a component, which sends no header and so says by a cookie at which application."""
    challenge = await request.services.captchas.issue(visitor(await _of_a_picture(request), {}))
    if request.http.headers.get("accept", "").startswith("image/"):
        return Response(challenge.image, headers={"cache-control": "no-store"}, media_type="image/png")
    image = base64.b64encode(challenge.image).decode()
    return {
        "id": challenge.id,
        "image": f"data:image/png;base64,{image}",
        "audio": f"{CAPTCHA_PATH}/{challenge.id}/audio",
    }


async def _of_a_picture(request: V2Request) -> V2Request:
    pairs = (pair.strip().partition("=") for pair in request.http.headers.get("cookie", "").split(";"))
    app_id = next((value for name, _, value in pairs if name == APP_COOKIE), "")
    if request.caller.pool_id or not app_id:
        return request
    app = await request.services.apps.get_anywhere(app_id)
    return replace(request, caller=replace(request.caller, pool_id=app.pool_id, app_id=app.id))


async def captcha_audio(request: V2Request) -> Response:
    sound = await request.services.captchas.sound(visitor(request, {}), request.path["captchaId"])
    return Response(sound, headers={"cache-control": "no-store"}, media_type="audio/wav")


def text_of(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value:
        raise Missing(name)
    return value


def country_code_of(body: Mapping[str, Any]) -> str | None:
    value = body.get("phoneCountryCode")
    if value is not None and not isinstance(value, str):
        raise InvalidInput("phoneCountryCode", *expected(STRING))
    return value or None


ROUTES = [
    Route("POST", "/api/v2/login/email-code", login_by_email_code),
    Route("POST", "/api/v2/register/email-code", register_by_email_code),
    Route("POST", "/api/v2/sms/send", send_sms),
    Route("GET", "/api/v2/oidc/validate_token", validate_token),
    Route("POST", "/api/v2/password/check", check_password),
    Route("GET", "/api/v2/users/password/check", check_password_of_query),
    Route("GET", CAPTCHA_PATH, captcha),
    Route("GET", f"{CAPTCHA_PATH}/{{captchaId}}/audio", captcha_audio),
]
