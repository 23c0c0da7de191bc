"""The pool itself, its settings and its environment. Source: docs/contract/v2.md#the-pool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from poolhouse.errors import InvalidInput
from poolhouse.pools.model import Pool, RateCheck
from poolhouse.times import v2_time
from poolhouse.wire.v2.bodies import Body, managed_body
from poolhouse.wire.v2.pages import page_of
from poolhouse.wire.v2.request import Answer, Arguments, Operation, Route, V2Request
from poolhouse.wire.v2.shapes import snake

_VALUES = frozenset({"name", "logo", "domain", "description"})

# v2 name -> how it lies in PoolSettings: the name there, and the names inside.
GROUPS: dict[str, tuple[str, dict[str, str]]] = {
    "frequentRegisterCheck": ("frequent_register_check", {}),
    "loginFailCheck": ("login_fail_check", {}),
    "loginPasswordFailCheck": ("login_password_fail_check", {}),
    "passwordUpdatePolicy": ("password_update_policy", {}),
    "qrcodeLoginStrategy": ("qrcode_login", {}),
    "app2WxappLoginStrategy": ("app2wxapp_login", {"ticketExpriresAfter": "ticket_expires_after"}),
    "whitelist": ("whitelists", {}),
    "customSMSProvider": ("sms_provider", {}),
}
FLAT = {
    "userpoolTypes": "userpool_types",
    "emailVerifiedDefault": "email_verified_default",
    "sendWelcomeEmail": "send_welcome_email",
    "registerDisabled": "register_disabled",
    "appSsoEnabled": "app_sso_enabled",
    "allowedOrigins": "allowed_origins",
    "tokenExpiresAfter": "token_expires_after",
    "loginFailStrategy": "login_fail_strategy",
    "loginRequireEmailVerified": "login_require_email_verified",
    "verifyCodeLength": "verify_code_length",
    "verifyCodeMaxAttempts": "verify_code_max_attempts",
}


async def userpool(request: V2Request, args: Arguments) -> Any:
    return await detail(request)


async def detail(request: V2Request) -> Any:
    """With its secret, so for administrators alone."""
    request.caller.require_administrator()
    return await _pool_json(request, await request.services.pools.get(request.caller.pool_id))


async def userpools(request: V2Request, args: Arguments) -> Any:
    """A token belongs to one pool; other pools of the server are invisible to it."""
    page = page_of(args)
    return {"totalCount": 1, "list": [await detail(request)][page.offset :]}


async def userpool_types(request: V2Request, args: Arguments) -> Any:
    request.caller.require_administrator()
    return []


async def update_userpool(request: V2Request, args: Arguments) -> Any:
    """Absent fields and nulls leave what is there."""
    given = {name: value for name, value in args["input"].items() if value is not None}
    values = {name: value for name, value in given.items() if name in _VALUES}
    settings: dict[str, Any] = {}
    for name, value in given.items():
        if name in FLAT:
            settings[FLAT[name]] = value
        elif name in GROUPS:
            group, spelt = GROUPS[name]
            settings[group] = _inside(value, spelt)
    if "changePhoneStrategy" in given:
        settings |= _renamed(given["changePhoneStrategy"], {"verifyOldPhone": "verify_old_phone"})
    if "changeEmailStrategy" in given:
        settings |= _renamed(given["changeEmailStrategy"], {"verifyOldEmail": "verify_old_email"})
    return await _pool_json(request, await request.services.pools.update(request.caller, values, settings))


async def refresh_userpool_secret(request: V2Request, args: Arguments) -> Any:
    return await request.services.pools.refresh_secret(request.caller)


# -- environment -----------------------------------------------------------------------------------------


class EnvironmentBody(Body):
    key: str
    value: str


async def list_env(request: V2Request) -> Any:
    known = await request.services.environment.list(request.caller)
    return [{"key": key, "value": value} for key, value in known.items()]


async def add_env(request: V2Request) -> Any:
    body = managed_body(request, EnvironmentBody)
    await request.services.environment.put(request.caller, body.key, body.value)
    return {"key": body.key, "value": body.value}


async def remove_env(request: V2Request) -> Any:
    await request.services.environment.delete(request.caller, request.path["key"])
    return Answer(None, "删除成功")


# -- shapes ----------------------------------------------------------------------------------------------


async def _pool_json(request: V2Request, pool: Pool) -> dict[str, Any]:
    settings = pool.settings
    active = await request.services.customdb.active(pool.id)
    return {
        "id": pool.id,
        "name": pool.name,
        "domain": pool.domain,
        "description": pool.description,
        "secret": pool.secret,
        "jwtSecret": "",
        "ownerId": pool.owner_id,
        "userpoolTypes": [{"code": code, "name": code} for code in settings.userpool_types],
        "logo": pool.logo or "",
        "createdAt": v2_time(pool.created_at, request.zone) if pool.created_at else None,
        "updatedAt": v2_time(pool.updated_at, request.zone) if pool.updated_at else None,
        "emailVerifiedDefault": settings.email_verified_default,
        "sendWelcomeEmail": settings.send_welcome_email,
        "registerDisabled": settings.register_disabled,
        "appSsoEnabled": settings.app_sso_enabled,
        "showWxQRCodeWhenRegisterDisabled": settings.show_wx_qrcode_when_register_disabled,
        "allowedOrigins": settings.allowed_origins,
        "tokenExpiresAfter": settings.token_expires_after,
        "isDeleted": False,
        "frequentRegisterCheck": _check(settings.frequent_register_check),
        "loginFailCheck": _check(settings.login_fail_check),
        "passwordUpdatePolicy": {
            "enabled": settings.password_update_policy.enabled,
            "forcedCycle": settings.password_update_policy.forced_cycle,
            "differenceCycle": settings.password_update_policy.difference_cycle,
        },
        "loginPasswordFailCheck": _check(settings.login_password_fail_check),
        "loginFailStrategy": settings.login_fail_strategy,
        "changePhoneStrategy": {"verifyOldPhone": settings.verify_old_phone},
        "changeEmailStrategy": {"verifyOldEmail": settings.verify_old_email},
        "qrcodeLoginStrategy": {
            "qrcodeExpiresAfter": settings.qrcode_login.qrcode_expires_after,
            "returnFullUserInfo": settings.qrcode_login.return_full_user_info,
            "allowExchangeUserInfoFromBrowser": settings.qrcode_login.allow_exchange_user_info_from_browser,
            "ticketExpiresAfter": settings.qrcode_login.ticket_expires_after,
        },
        "app2WxappLoginStrategy": {
            "ticketExpriresAfter": settings.app2wxapp_login.ticket_expires_after,
            "ticketExchangeUserInfoNeedSecret": (
                settings.app2wxapp_login.ticket_exchange_user_info_need_secret
            ),
        },
        "whitelist": {
            "phoneEnabled": settings.whitelists.phone_enabled,
            "emailEnabled": settings.whitelists.email_enabled,
            "usernameEnabled": settings.whitelists.username_enabled,
        },
        "customSMSProvider": {
            "enabled": settings.sms_provider.enabled,
            "provider": settings.sms_provider.provider,
            "config": settings.sms_provider.config,
        },
        "packageType": 0,
        "useCustomUserStore": active is not None and active.database.mode == "CUSTOM_USER_STORE",
        "loginRequireEmailVerified": settings.login_require_email_verified,
        "verifyCodeLength": settings.verify_code_length,
        "verifyCodeMaxAttempts": settings.verify_code_max_attempts,
    }


def _check(check: RateCheck) -> dict[str, Any]:
    return {"enabled": check.enabled, "limit": check.limit, "timeInterval": check.time_interval}


def _inside(value: Mapping[str, Any], spelt: Mapping[str, str]) -> dict[str, Any]:
    return {spelt.get(name, snake(name)): item for name, item in value.items() if item is not None}


def _renamed(value: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    if unknown := set(value) - set(names):
        raise InvalidInput(min(unknown), "未知字段", "unknown field")
    return {names[name]: item for name, item in value.items() if item is not None}


QUERIES: dict[str, Operation] = {
    "userpool": userpool,
    "userpools": userpools,
    "userpoolTypes": userpool_types,
}
MUTATIONS: dict[str, Operation] = {
    "updateUserpool": update_userpool,
    "refreshUserpoolSecret": refresh_userpool_secret,
}
ROUTES = [
    Route("GET", "/api/v2/userpools/detail", detail),
    Route("GET", "/api/v2/env", list_env),
    Route("POST", "/api/v2/env", add_env),
    Route("DELETE", "/api/v2/env/{key}", remove_env),
]
