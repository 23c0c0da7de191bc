"""Signing in and up over GraphQL: authenticationClient. Source: docs/contract/v2.md#signing-in-and-up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, get_args

from poolhouse.caller import Caller
from poolhouse.crypto.policy import PasswordPolicy
from poolhouse.crypto.transport import require_plain
from poolhouse.errors import InvalidInput, NotSupported, WeakPassword
from poolhouse.login.codes import Purpose
from poolhouse.login.model import Channel, LoggedIn, Method, Registration, SignIn
from poolhouse.login.passwords import policy_of
from poolhouse.misfits import OBJECT, STRING, expected
from poolhouse.users.model import KeyKind, UserKey
from poolhouse.wire.sentences import message, said
from poolhouse.wire.v2.request import Arguments, Operation, V2Request
from poolhouse.wire.v2.shapes import snake
from poolhouse.wire.v2.user_loader import signed_in, users_json
from poolhouse.wire.v2.users import pairs

EMAIL_SCENES: dict[str, Purpose] = {
    "VERIFY_CODE": "any",
    "RESET_PASSWORD": "reset_password",
    "RESET_PASSWORD_VERIFY_CODE": "reset_password",
    "CHANGE_EMAIL": "change",
    "EMAIL_BIND_VERIFY_CODE": "bind",
    "EMAIL_UNBIND_VERIFY_CODE": "unbind",
    "MFA_VERIFY": "mfa",
    "MFA_VERIFY_CODE": "mfa",
    "REGISTER_VERIFY_CODE": "register",
    "LOGIN_VERIFY_CODE": "login",
    "INFORMATION_COMPLETION_VERIFY_CODE": "complete",
    "SELF_UNLOCKING_VERIFY_CODE": "unlock",
}


# -- logging in ------------------------------------------------------------------------------------------


def login_by(kind: KeyKind) -> Operation:
    """loginByUsername, loginByEmail, loginByPhonePassword."""

    async def login(request: V2Request, args: Arguments) -> Any:
        given = args["input"]
        key = UserKey(kind, given[kind])
        return await _with_password(request, key, given, "password")

    return login


async def login_by_sub_account(request: V2Request, args: Arguments) -> Any:
    """A sub-account is a user of the pool under another word: the account is its username."""
    return await _with_password(request, UserKey("username", args["account"]), args, "sub_account")


async def login_by_phone_code(request: V2Request, args: Arguments) -> Any:
    given = args["input"]
    logged_in = await request.services.code_login.login(
        visitor(request, given),
        "phone",
        given["phone"],
        given["code"],
        SignIn(auto_register=bool(given.get("autoRegister"))),
        given.get("phoneCountryCode"),
    )
    return await answered(request, logged_in)


async def _with_password(request: V2Request, key: UserKey, given: Mapping[str, Any], method: Method) -> Any:
    how = SignIn(captcha=given.get("captchaCode"), auto_register=bool(given.get("autoRegister")))
    password = await request.services.transport.read(given["password"])
    logged_in = await request.services.login.with_password(
        visitor(request, given), key, password, how, method
    )
    return await answered(request, logged_in)


# -- signing up ------------------------------------------------------------------------------------------


def register_by(kind: KeyKind) -> Operation:
    """registerByUsername, registerByEmail."""

    async def register(request: V2Request, args: Arguments) -> Any:
        given = args["input"]
        registration = await registration_of(request, given, "email" if kind == "email" else "username")
        values = {**registration.values, kind: given[kind]}
        registered = await request.services.registrations.register(
            visitor(request, given), replace(registration, values=values)
        )
        return await answered(request, registered, created=True)

    return register


async def register_by_phone_code(request: V2Request, args: Arguments) -> Any:
    given = args["input"]
    registered = await request.services.code_login.register(
        visitor(request, given),
        "phone",
        given["phone"],
        given["code"],
        await registration_of(request, given, "phone_code"),
        given.get("phoneCountryCode"),
    )
    return await answered(request, registered, created=True)


async def registration_of(request: V2Request, given: Mapping[str, Any], method: Any) -> Registration:
    """Everything of a registration but its identifier."""
    for token in ("emailToken", "phoneToken"):
        if given.get(token):
            raise NotSupported(what=token)
    profile = _object(given.get("profile"), "profile")
    values = {snake(name): value for name, value in profile.items() if name not in ("ip", "udf")}
    password = given.get("password") or None
    if password is not None and not isinstance(password, str):
        raise InvalidInput("password", *expected(STRING))
    return Registration(
        method,
        values,
        await request.services.transport.read_new(password) if password is not None else None,
        force_login=bool(given.get("forceLogin")),
        generate_token=bool(given.get("generateToken")),
        custom_data=pairs(profile.get("udf"), "udf") | pairs(given.get("params"), "params"),
    )


# -- tokens and codes ------------------------------------------------------------------------------------


async def check_login_status(request: V2Request, args: Arguments) -> Any:
    """Never an error: a bad token is `status: false`."""
    status = await request.services.credentials.status(args.get("token") or request.http.bearer or "")
    claims = status.claims
    if claims is None or claims.kind != "user":
        text = said("登录信息已过期" if status.expired else "尚未登录", request.caller.lang)
        return {"code": 2206 if status.expired else 2207, "message": text, "status": False}
    until, since = claims.expires_at.timestamp(), claims.issued_at.timestamp()
    return logged_in_as(request, claims.pool_id, claims.subject, int(until), int(since))


def logged_in_as(request: V2Request, pool_id: str, user_id: str, exp: int, iat: int) -> dict[str, Any]:
    """JWTTokenStatus of a good token."""
    return {
        "code": 200,
        "message": said("已登录", request.caller.lang),
        "status": True,
        "exp": exp,
        "iat": iat,
        "data": {"id": user_id, "userPoolId": pool_id, "arn": f"arn:cn:authing:{pool_id}:user:{user_id}"},
    }


async def refresh_token(request: V2Request, args: Arguments) -> Any:
    issued = await request.services.login.refresh(request.caller, args.get("id"))
    return {"token": issued.token, "iat": issued.iat, "exp": issued.exp}


async def check_password_strength(request: V2Request, args: Arguments) -> Any:
    pool_id = request.caller.pool_id
    require_plain(args["password"])
    policy = policy_of(await request.services.pools.get(pool_id)) if pool_id else PasswordPolicy()
    try:
        await policy.check(args["password"])
    except WeakPassword as error:
        return {"valid": False, "message": error.message(request.caller.lang)}
    return {"valid": True, "message": said("密码验证成功", request.caller.lang)}


async def send_email(request: V2Request, args: Arguments) -> Any:
    """A code for the scene. The answer is the same whether or not the address is anybody's."""
    purpose = EMAIL_SCENES.get(args["scene"])
    if purpose is None:
        await request.services.links.send(visitor(request, {}), args["email"], args["scene"])
    else:
        await request.services.codes.send(visitor(request, {}), "email", args["email"], purpose)
    return message(request.caller.lang, "发送成功")


async def reset_password(request: V2Request, args: Arguments) -> Any:
    channel: Channel = "phone" if args.get("phone") else "email"
    target = args.get(channel)
    if not target:
        raise InvalidInput("email", "请提供手机号或邮箱", "a phone or an email is needed")
    await request.services.recovery.by_code(
        visitor(request, {}),
        channel,
        target,
        args["code"],
        await request.services.transport.read_new(args["newPassword"]),
        args.get("phoneCountryCode"),
    )
    return message(request.caller.lang, "重置密码成功")


async def reset_password_by_first_login_token(request: V2Request, args: Arguments) -> Any:
    password = await request.services.transport.read_new(args["password"])
    await request.services.recovery.by_first_login(visitor(request, {}), args["token"], password)
    return message(request.caller.lang, "重置密码成功")


async def reset_password_by_force_reset_token(request: V2Request, args: Arguments) -> Any:
    transport = request.services.transport
    await request.services.recovery.forced(
        visitor(request, {}),
        args["token"],
        await transport.read(args["oldPassword"]),
        await transport.read_new(args["newPassword"]),
    )
    return message(request.caller.lang, "重置密码成功")


# -- common ----------------------------------------------------------------------------------------------


def visitor(request: V2Request, given: Mapping[str, Any]) -> Caller:
    """Who signs in is nobody yet, whatever token the client still sends.

    `clientIp` is believed of an administrator's server only; else anybody could choose the address their
    failures are counted under.
    """
    caller = request.caller
    ip = given.get("clientIp") if caller.kind == "administrator" else None
    if not caller.pool_id:
        caller.require_user()
    return replace(caller, kind="anonymous", actor_id="", session_id=None, ip=ip or caller.ip)


async def answered(request: V2Request, logged_in: LoggedIn, *, created: bool = False) -> Any:
    token = logged_in.token.token if logged_in.token else None
    return await signed_in(request, logged_in.user, token, created=created)


async def answered_by_rest(request: V2Request, logged_in: LoggedIn, *, created: bool = False) -> Any:
    """The same where no document says what is asked for: the whole person as JSON."""
    await answered(request, logged_in, created=created)
    (user,) = await users_json(request, [logged_in.user], custom_data=True)
    return user


def purpose_of(scene: Any) -> Purpose:
    """A purpose by the name the clients give a scene: `SCENE_LOGIN`, `login`, `CHANNEL_LOGIN`."""
    name = str(scene or "").lower().removeprefix("scene_").removeprefix("channel_")
    known: dict[str, Purpose] = {purpose: purpose for purpose in get_args(Purpose)}
    known |= {"": "any", "verify_code": "any", "reset": "reset_password", "verify_mfa": "mfa"}
    known |= {
        "mfa_verify": "mfa",
        "complete_phone": "complete",
        "bind_phone": "bind",
        "unbind_phone": "unbind",
    }
    known |= {"bind_mfa": "mfa", "update_phone": "change", "change_phone": "change", "bind_email": "bind"}
    if name not in known:
        raise InvalidInput("scene", "未知的场景", "an unknown scene")
    return known[name]


def _object(value: Any, field: str) -> Mapping[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise InvalidInput(field, *expected(OBJECT))
    return value


async def send_first_login_verify_email(request: V2Request, args: Arguments) -> Any:
    request.caller.require_administrator()
    caller = replace(request.caller, app_id=args["appId"])
    await request.services.apps.get(caller, args["appId"])
    await request.services.links.send_first_login(caller, args["userId"])
    return message(request.caller.lang, "发送成功")


QUERIES: dict[str, Operation] = {
    "checkLoginStatus": check_login_status,
    "checkPasswordStrength": check_password_strength,
}
MUTATIONS: dict[str, Operation] = {
    "loginByUsername": login_by("username"),
    "loginByEmail": login_by("email"),
    "loginByPhonePassword": login_by("phone"),
    "loginByPhoneCode": login_by_phone_code,
    "loginBySubAccount": login_by_sub_account,
    "registerByUsername": register_by("username"),
    "registerByEmail": register_by("email"),
    "registerByPhoneCode": register_by_phone_code,
    "refreshToken": refresh_token,
    "sendEmail": send_email,
    "sendFirstLoginVerifyEmail": send_first_login_verify_email,
    "resetPassword": reset_password,
    "resetPasswordByFirstLoginToken": reset_password_by_first_login_token,
    "resetPasswordByForceResetToken": reset_password_by_force_reset_token,
}
