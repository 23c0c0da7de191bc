"""Second factors over REST: authenticationClient.mfa, managementClient.mfa.

The bearer is a user token or the mfaToken of a login that answered 1635; the second opens only these doors.
Source: docs/contract/v2.md#second-factors.
"""

from __future__ import annotations

from typing import Any

import msgspec

from poolhouse.errors import FactorNotFound, InvalidInput, Missing, NotSupported, TokenInvalid
from poolhouse.login import tickets
from poolhouse.login.model import Channel, LoggedIn
from poolhouse.mfa.model import Association, Factor
from poolhouse.misfits import STRING, expected
from poolhouse.wire.v2.authentication import answered_by_rest, visitor
from poolhouse.wire.v2.request import Answer, Handler, Route, V2Request


def ticket_of(request: V2Request) -> str | None:
    """The mfaToken, if the bearer is one."""
    bearer = request.http.bearer
    if not bearer or request.caller.kind != "anonymous":
        return None
    try:
        tickets.pool_of(bearer)
    except TokenInvalid:
        return None
    return bearer


def _ticket(request: V2Request) -> str:
    ticket = ticket_of(request)
    if ticket is None:
        raise TokenInvalid("no mfaToken")
    return ticket


async def authenticators(request: V2Request) -> Any:
    if ticket := ticket_of(request):
        factors = await request.services.mfa_login.factors(visitor(request, {}), ticket)
    else:
        factors = await request.services.mfa.list(request.caller, request.caller.require_user())
    return [_factor(factor) for factor in factors if factor.confirmed]


async def associate(request: V2Request) -> Any:
    _require_totp(request)
    issuer = await _issuer(request)
    if ticket := ticket_of(request):
        return _association(await request.services.mfa_login.associate(visitor(request, {}), ticket, issuer))
    user = await request.services.own_account.get(request.caller)
    return _association(
        await request.services.mfa.associate(request.caller, user.id, issuer, user.display_name)
    )


async def confirm(request: V2Request) -> Any:
    code = _code(request, "totp")
    if ticket := ticket_of(request):
        await request.services.mfa_login.confirm(visitor(request, {}), ticket, code)
    else:
        await request.services.mfa.confirm(request.caller, request.caller.require_user(), code)
    return Answer(None, "TOTP MFA 绑定成功")


async def delete(request: V2Request) -> Any:
    await request.services.mfa.delete(request.caller, request.caller.require_user())
    return Answer(None, "TOTP MFA 解绑成功")


async def verify(request: V2Request) -> Any:
    logged_in = await request.services.mfa_login.by_totp(
        visitor(request, {}), _ticket(request), _code(request, "totp")
    )
    return await _answered(request, logged_in)


async def recover(request: V2Request) -> Any:
    logged_in, following = await request.services.mfa_login.by_recovery_code(
        visitor(request, {}), _ticket(request), _code(request, "recoveryCode")
    )
    return {**await _answered(request, logged_in), "recoveryCode": following}


def verify_by(channel: Channel) -> Handler:
    async def handler(request: V2Request) -> Any:
        logged_in = await request.services.mfa_login.by_code(
            visitor(request, {}),
            _ticket(request),
            channel,
            _code(request, channel),
            _code(request, "code"),
            _country_code(request),
        )
        return await _answered(request, logged_in)

    return handler


async def bindable(request: V2Request) -> Any:
    channel: Channel = "phone" if request.body.get("phone") else "email"
    return await request.services.mfa_login.is_bindable(
        visitor(request, {}), _ticket(request), channel, _code(request, channel), _country_code(request)
    )


async def bound(request: V2Request) -> Any:
    """managementClient.mfa.getStatus."""
    user = await request.services.users.get(request.caller, request.path["userId"])
    factors = await request.services.mfa.list(request.caller, user.id)
    return {"OTP": any(factor.confirmed for factor in factors), "FACE": False}


async def unbind(request: V2Request) -> Any:
    """managementClient.mfa.unAssociateMfa. True also when none was bound."""
    if (request.query.text("type") or "OTP").upper() not in ("OTP", "TOTP"):
        raise NotSupported(what="face recognition")
    request.caller.require_administrator()
    try:
        await request.services.mfa.delete(request.caller, request.path["userId"])
    except FactorNotFound:
        return True
    return True


async def import_totp(request: V2Request) -> Any:
    """managementClient.mfa.importTotp. The secret may be anything: what is not base32 is taken as bytes."""
    user_id, secret = _code(request, "userId"), _code(request, "secret")
    recovery = request.body.get("recoveryCode")
    if recovery is not None and not isinstance(recovery, str):
        raise InvalidInput("recoveryCode", *expected(STRING))
    request.caller.require_administrator()
    await request.services.users.require_all(request.caller, [user_id])
    await request.services.mfa.import_secrets(request.caller, [(user_id, secret, recovery or None)])
    return {"userId": user_id, "secret": secret, "recoveryCode": recovery}


async def face(request: V2Request) -> Any:
    raise NotSupported(what="face recognition")


async def _answered(request: V2Request, logged_in: LoggedIn) -> dict[str, Any]:
    return dict(msgspec.to_builtins(await answered_by_rest(request, logged_in)))


async def _issuer(request: V2Request) -> str:
    pool = await request.services.pools.get(request.caller.pool_id)
    return str(pool.name)


def _require_totp(request: V2Request) -> None:
    kind = request.body.get("authenticator_type") or "totp"
    if kind != "totp":
        raise NotSupported(what=f"authenticator_type {kind}"[:100])


def _code(request: V2Request, name: str) -> str:
    value = request.body.get(name)
    if not isinstance(value, str) or not value:
        raise Missing(name)
    return value


def _country_code(request: V2Request) -> str | None:
    value = request.body.get("phoneCountryCode")
    return value if isinstance(value, str) and value else None


def _factor(factor: Factor) -> dict[str, Any]:
    return {
        "id": factor.id,
        "userId": factor.user_id,
        "authenticatorType": "totp",
        "enable": factor.confirmed,
        "createdAt": factor.created_at,
        "updatedAt": factor.created_at,
    }


def _association(association: Association) -> dict[str, Any]:
    return {
        "authenticator_type": "totp",
        "secret": association.secret,
        "qrcode_uri": association.uri,
        "qrcode_data_url": association.qrcode_data_url,
        "recovery_code": association.recovery_code,
    }


ROUTES = [
    Route("GET", "/api/v2/mfa/authenticator", authenticators),
    Route("POST", "/api/v2/mfa/totp/associate", associate),
    Route("DELETE", "/api/v2/mfa/totp/associate", delete),
    Route("POST", "/api/v2/mfa/totp/associate/confirm", confirm),
    Route("POST", "/api/v2/mfa/totp/verify", verify),
    Route("POST", "/api/v2/mfa/totp/recovery", recover),
    Route("POST", "/api/v2/applications/mfa/sms/verify", verify_by("phone")),
    Route("POST", "/api/v2/applications/mfa/email/verify", verify_by("email")),
    Route("POST", "/api/v2/applications/mfa/check", bindable),
    Route("GET", "/api/v2/users/{userId}/mfa-bound", bound),
    Route("DELETE", "/api/v2/users/{userId}/mfa-bound", unbind),
    Route("POST", "/api/v2/mfa/totp/import", import_totp),
    Route("POST", "/api/v2/mfa/face/associate", face),
    Route("POST", "/api/v2/mfa/face/verify", face),
]
