"""Signing in from a native app with the code of a platform's own SDK, and saying whose account it is.

Source: docs/contract/v3/signin.md. Which platforms are built is in the catalog's kinds below; the others are named.
"""

from __future__ import annotations

from poolhouse.errors import NotSupported
from poolhouse.oidc.requests import known_scopes
from poolhouse.wire.v3.conversions import refuse_unbuilt
from poolhouse.wire.v3.dto.signin import (
    BindByAccount,
    BindByEmailCode,
    BindByNewAccount,
    BindByPhoneCode,
    LoginToken,
    SignInByMobile,
    SignInByMobileOptions,
    WechatMobileCode,
)
from poolhouse.wire.v3.endpoint import Endpoint, V3Request
from poolhouse.wire.v3.signin import login_token, of_client, opening, present, visitor

KINDS = {
    "wechat": ("wechat:mobile", "wechatPayload"),
    "lark_internal": ("lark-internal", "larkInternalPayload"),
    "lark_public": ("lark-public", "larkPublicPayload"),
}
"""Of a platform: the kind of its connection, and the field its code is in."""
_WECHAT = "/api/v2/ecConn/wechatMobile/"


async def sign_in_by_mobile(request: V3Request, body: SignInByMobile) -> LoginToken:
    if body.connection not in KINDS:
        raise NotSupported(what=f"signin-by-mobile: {body.connection}")
    kind, named = KINDS[body.connection]
    payloads = {
        "wechat": body.wechat_payload,
        "lark_internal": body.lark_internal_payload,
        "lark_public": body.lark_public_payload,
    }
    payload = present(payloads[body.connection], named)
    caller = await of_client(request, body.client_id, body.client_secret)
    scope = _scope(body.options)
    name = present(body.ext_idp_connidentifier, "extIdpConnidentifier")
    code = present(payload.code, f"{named}.code")
    came = await request.services.native_sign_in.sign_in(caller, name, code, (kind,), scope)
    return await login_token(request, came)


async def auth_by_code_identity(request: V3Request, body: WechatMobileCode) -> LoginToken:
    """Without `connId` by the application's only connection of WeChat's mobile apps."""
    caller = await of_client(request, body.app_id, None)
    scope = _scope(body.options)
    code = present(body.code, "code")
    kinds = (KINDS["wechat"][0],)
    came = await request.services.native_sign_in.sign_in(caller, body.conn_id or "", code, kinds, scope)
    return await login_token(request, came)


async def by_account(request: V3Request, body: BindByAccount) -> LoginToken:
    password = await request.services.transport.read(body.password, "auto")
    native = request.services.native_sign_in
    came = await native.by_password(visitor(request), body.key, present(body.account, "account"), password)
    return await login_token(request, came)


async def by_email_code(request: V3Request, body: BindByEmailCode) -> LoginToken:
    native = request.services.native_sign_in
    came = await native.by_code(visitor(request), body.key, "email", body.email, body.code, None)
    return await login_token(request, came)


async def by_phone_code(request: V3Request, body: BindByPhoneCode) -> LoginToken:
    native, country_code = request.services.native_sign_in, body.phone_country_code
    came = await native.by_code(visitor(request), body.key, "phone", body.phone, body.code, country_code)
    return await login_token(request, came)


async def register(request: V3Request, body: BindByNewAccount) -> LoginToken:
    came = await request.services.native_sign_in.create(visitor(request), body.key)
    return await login_token(request, came)


def _scope(options: SignInByMobileOptions | None) -> str | None:
    """What the tokens are to be good for; None where nothing is said of it."""
    if options is None:
        return None
    refuse_unbuilt(tenantId=options.tenant_id, customData=options.custom_data)
    return " ".join(known_scopes(options.scope)) if options.scope else None


ENDPOINTS: list[Endpoint] = [
    opening(
        "signin-by-mobile", SignInByMobile, LoginToken, sign_in_by_mobile, "Sign in with a native app's code"
    ),
    opening(
        f"{_WECHAT}authByCodeIdentity",
        WechatMobileCode,
        LoginToken,
        auth_by_code_identity,
        "Sign in with the code that WeChat gave a mobile app",
    ),
    opening(
        f"{_WECHAT}byAccount",
        BindByAccount,
        LoginToken,
        by_account,
        "Link a WeChat identity to an account, by its password",
    ),
    opening(
        f"{_WECHAT}byEmailCode",
        BindByEmailCode,
        LoginToken,
        by_email_code,
        "Link a WeChat identity to an account, by a code to its e-mail address",
    ),
    opening(
        f"{_WECHAT}byPhoneCode",
        BindByPhoneCode,
        LoginToken,
        by_phone_code,
        "Link a WeChat identity to an account, by a code to its phone",
    ),
    opening(
        f"{_WECHAT}register",
        BindByNewAccount,
        LoginToken,
        register,
        "Make a new account for a WeChat identity",
    ),
]
