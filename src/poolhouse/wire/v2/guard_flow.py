"""`POST /interaction/authFlow` of the login component `@authing/guard`: the steps between a proof and a login.

`{action, data, flowHandle}`. The handle is the ticket that the step before gave: it says whose flow this is, and what
it may do is written in `login`. A step that logs in answers 1600, one that leads back to the login page 1699.
Source: docs/contract/guard.md#the-flow.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec

from poolhouse.errors import InvalidInput, NotSupported, TokenInvalid
from poolhouse.login.model import Channel, LoggedIn
from poolhouse.misfits import OBJECT, STRING, expected
from poolhouse.wire.origin import address
from poolhouse.wire.sentences import DONE
from poolhouse.wire.v2.authentication import answered_by_rest, visitor
from poolhouse.wire.v2.authentication_rest import country_code_of, text_of
from poolhouse.wire.v2.guard_envelope import BROKEN_OFF
from poolhouse.wire.v2.guard_envelope import DONE as FLOW_DONE
from poolhouse.wire.v2.request import Answer, Route, V2Request

Given = Mapping[str, Any]
Step = Callable[[V2Request, Given, str], Awaitable[Any]]


async def flow(request: V2Request) -> Any:
    action = text_of(request.body, "action")
    step = _STEPS.get(action)
    if step is None:
        raise NotSupported(what=f"authFlow {action}"[:100])
    given = request.body.get("data")
    if given is not None and not isinstance(given, dict):
        raise InvalidInput("data", *expected(OBJECT))
    handle = request.body.get("flowHandle") or (given or {}).get("mfaToken") or ""
    if not isinstance(handle, str):
        raise InvalidInput("flowHandle", *expected(STRING))
    return await step(request, given or {}, handle)


# -- the second factor -------------------------------------------------------------------------------------


async def verify_totp(request: V2Request, given: Given, ticket: str) -> Any:
    code = text_of(given, "totp")
    return await _done(
        request, await request.services.mfa_login.by_totp(visitor(request, {}), _ticket(ticket), code)
    )


def verify_code(channel: Channel) -> Step:
    async def step(request: V2Request, given: Given, ticket: str) -> Any:
        logged_in = await request.services.mfa_login.by_code(
            visitor(request, {}),
            _ticket(ticket),
            channel,
            text_of(given, channel),
            text_of(given, "code"),
            country_code_of(given) if channel == "phone" else None,
        )
        return await _done(request, logged_in)

    return step


async def confirm_totp(request: V2Request, given: Given, ticket: str) -> Any:
    """The authenticator is bound; its recovery code is shown, and then `finish` asked for."""
    code = text_of(given, "totp")
    await request.services.mfa_login.confirm(visitor(request, {}), _ticket(ticket), code)
    return Answer(None, "TOTP MFA 绑定成功")


async def recover_totp(request: V2Request, given: Given, ticket: str) -> Any:
    code = text_of(given, "recoveryCode")
    following = await request.services.mfa_login.recover(visitor(request, {}), _ticket(ticket), code)
    return {"recoveryCode": following}


async def verify_passkey(request: V2Request, given: Given, ticket: str) -> Any:
    logged_in = await request.services.passkey_factor.prove(
        visitor(request, {}),
        _ticket(ticket),
        _own(request),
        text_of(given, "ticket"),
        _credential(given.get("credential")),
        request.http.headers.get("origin"),
    )
    return await _done(request, logged_in)


async def bind_passkey(request: V2Request, given: Given, ticket: str) -> Any:
    """What the browser answered is the data itself; what it was asked is noted on the ticket."""
    logged_in = await request.services.passkey_factor.bind(
        visitor(request, {}),
        _ticket(ticket),
        _own(request),
        _credential(given),
        request.http.headers.get("origin"),
    )
    return await _done(request, logged_in)


def _own(request: V2Request) -> str:
    return address(request.services.settings, request.http.scheme, request.http.headers.get("host"))


def _credential(given: Any) -> str:
    """As the ceremony reads it: JSON. Raises InvalidInput."""
    if not isinstance(given, dict):
        raise InvalidInput("credential", *expected(OBJECT))
    return msgspec.json.encode(given).decode()


async def finish(request: V2Request, given: Given, ticket: str) -> Any:
    logged_in = await request.services.mfa_login.by_earlier_proof(visitor(request, {}), _ticket(ticket))
    return await _done(request, logged_in)


# -- a new password before the login, and a locked account -------------------------------------------------


async def new_password(request: V2Request, given: Given, ticket: str) -> Any:
    """The first login's, or with the old one a password that is due. The ticket says which of the two may be."""
    transport, recovery = request.services.transport, request.services.recovery
    password = await transport.read_new(text_of(given, "password"))
    if given.get("oldPassword"):
        old = await transport.read(text_of(given, "oldPassword"))
        await recovery.forced(visitor(request, {}), _ticket(ticket), old, password)
    else:
        await recovery.by_first_login(visitor(request, {}), _ticket(ticket), password)
    return Answer(None, "重置密码成功", BROKEN_OFF)


def unlock(channel: Channel) -> Step:
    async def step(request: V2Request, given: Given, ticket: str) -> Any:
        await request.services.recovery.unlock(
            visitor(request, {}),
            channel,
            text_of(given, channel),
            text_of(given, "code"),
            country_code_of(given) if channel == "phone" else None,
        )
        return Answer(None, DONE, BROKEN_OFF)

    return step


_STEPS: dict[str, Step] = {
    "verify-totp": verify_totp,
    "verify-email": verify_code("email"),
    "verify-sms": verify_code("phone"),
    "passkey-verify": verify_passkey,
    "passkey-bind": bind_passkey,
    "verify-totp-first-time": confirm_totp,
    "recovery-totp": recover_totp,
    "confirm-totp-recovery-code": finish,
    "reset-password-forced": new_password,
    "reset-password-first-time": new_password,
    "unlock-account-by-email": unlock("email"),
    "unlock-account-by-phone": unlock("phone"),
}
"""The component calls the two new passwords by each other's name."""


async def _done(request: V2Request, logged_in: LoggedIn) -> Answer:
    return Answer({"user": await answered_by_rest(request, logged_in)}, DONE, FLOW_DONE)


def _ticket(handle: str) -> str:
    if not handle:
        raise TokenInvalid("no flowHandle")
    return handle


ROUTES = [Route("POST", "/interaction/authFlow", flow)]
