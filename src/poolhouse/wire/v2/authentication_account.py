"""The own account over GraphQL and REST: profile, password, e-mail, phone.

Source: docs/contract/v2.md#the-own-account.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from poolhouse.errors import FieldNotYours
from poolhouse.login.model import Channel
from poolhouse.login.own_account import NewContact, OldAddress
from poolhouse.times import now, parse_time
from poolhouse.wire.v2 import users
from poolhouse.wire.v2.orgs_rest import orgs_of_user
from poolhouse.wire.v2.pages import asked_page
from poolhouse.wire.v2.request import Arguments, Operation, Route, V2Request
from poolhouse.wire.v2.shapes import snake
from poolhouse.wire.v2.user_loader import person


async def update_user(request: V2Request, args: Arguments) -> Any:
    """One mutation for two use cases: people write their own profile, administrators anybody's.

    A `tokenExpiredAt` that has passed is how older clients log out: from everywhere, for it is the user's.
    """
    if request.caller.kind != "user":
        return await users.update_user(request, args)
    request.caller.require_user_or_administrator(args.get("id") or request.caller.actor_id)
    given = dict(args["input"])
    if given.pop("password", None):
        raise FieldNotYours(field="password")
    expired = given.get("tokenExpiredAt")
    leaves = expired == users.LONG_AGO or bool(
        expired and parse_time(expired, "tokenExpiredAt", request.zone) <= now()
    )
    if leaves:
        del given["tokenExpiredAt"]
    values = {snake(name): value for name, value in given.items()}
    changed = await request.services.own_account.update_profile(request.caller, values)
    shown = await person(request, changed)
    if leaves:  # last: who is refused something is still here
        await request.services.sessions.logout(request.caller, request.caller.actor_id)
    return shown


async def update_password(request: V2Request, args: Arguments) -> Any:
    transport = request.services.transport
    old = args.get("oldPassword")
    changed = await request.services.own_account.update_password(
        request.caller,
        await transport.read_new(args["newPassword"]),
        await transport.read(old) if old else None,
    )
    return await person(request, changed)


def update_address(channel: Channel, old_field: str) -> Operation:
    async def update(request: V2Request, args: Arguments) -> Any:
        new = NewContact(channel, args[channel], args[f"{channel}Code"], args.get("phoneCountryCode"))
        old = OldAddress(args.get(old_field), args.get(f"{old_field}Code"), args.get("oldPhoneCountryCode"))
        return await person(
            request, await request.services.own_account.update_address(request.caller, new, old)
        )

    return update


def bind_address(channel: Channel) -> Operation:
    async def bind(request: V2Request, args: Arguments) -> Any:
        new = NewContact(channel, args[channel], args[f"{channel}Code"], args.get("phoneCountryCode"))
        return await person(request, await request.services.own_account.bind_address(request.caller, new))

    return bind


def unbind_address(channel: Channel) -> Operation:
    async def unbind(request: V2Request, args: Arguments) -> Any:
        changed = await request.services.own_account.unbind_address(request.caller, channel)
        return await person(request, changed)

    return unbind


async def security_level(request: V2Request) -> Any:
    return await request.services.own_account.security_level(request.caller)


async def own_orgs(request: V2Request) -> Any:
    own = request.caller.require_user()
    return await orgs_of_user(replace(request, path={"userId": own}))


async def allowed_applications(request: V2Request) -> Any:
    """The applications the user may enter: `{list, totalCount}`."""
    page = asked_page(request)
    apps = await request.services.app_access.list_own(request.caller, page)
    items = [
        {"id": app.id, "name": app.name, "logo": app.logo, "description": app.description}
        for app in apps.items
    ]
    return {"list": items, "totalCount": apps.total}


MUTATIONS: dict[str, Operation] = {
    "updateUser": update_user,
    "updatePassword": update_password,
    "updateEmail": update_address("email", "oldEmail"),
    "updatePhone": update_address("phone", "oldPhone"),
    "bindEmail": bind_address("email"),
    "bindPhone": bind_address("phone"),
    "unbindEmail": unbind_address("email"),
    "unbindPhone": unbind_address("phone"),
}
ROUTES = [
    Route("GET", "/api/v2/users/me/security-level", security_level),
    Route("GET", "/api/v2/users/me/orgs", own_orgs),
    Route("GET", "/api/v2/users/me/applications/allowed", allowed_applications),
]
