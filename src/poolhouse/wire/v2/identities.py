"""Linking and unlinking identities, whose clients read the whole body. Source: docs/contract/v2.md#refusals."""

from __future__ import annotations

from typing import Any

from poolhouse.users.model import IdentityDraft
from poolhouse.wire.v2.bodies import Body, body, managed_body
from poolhouse.wire.v2.request import Answer, Route, V2Request


class LinkIdentity(Body):
    """`identifier` names the connection, `extIdpId` the source it belongs to. The documented example leaves the
    latter out: docs/contract/users.md#linked-identities."""

    user_id: str
    user_id_in_idp: str
    identifier: str
    ext_idp_id: str | None = None
    type: str | None = None
    is_social: bool | None = None


class UnlinkIdentity(Body):
    user_id: str
    identifier: str | None = None
    ext_idp_id: str | None = None
    type: str | None = None
    is_social: bool | None = None


async def link(request: V2Request) -> Any:
    given = managed_body(request, LinkIdentity)
    draft = IdentityDraft(
        provider=given.identifier,
        user_id_in_idp=given.user_id_in_idp,
        type=given.type or "generic",
        ext_idp_id=given.ext_idp_id,
        is_social=bool(given.is_social),
    )
    await request.services.identities.link(request.caller, given.user_id, draft)
    return Answer(None, "绑定成功")


async def unlink(request: V2Request) -> Any:
    given = managed_body(request, UnlinkIdentity)
    await request.services.identities.unlink(
        request.caller,
        given.user_id,
        ext_idp_id=given.ext_idp_id,
        provider=given.identifier,
        type_=given.type,
    )
    return Answer(None, "解绑成功")


class UnlinkOwn(Body):
    type: str
    identifier: str


async def unlink_own(request: V2Request) -> Any:
    """POST /api/v2/users/identity/unlinkByUser: one's own identities at a connection, of one type."""
    request.caller.require_user()
    given = body(request, UnlinkOwn)
    await request.services.identities.unlink_own(request.caller, provider=given.identifier, type_=given.type)
    return Answer(None, "解绑成功")


ROUTES = [
    Route("POST", "/api/v2/users/identity/unlinkByUser", unlink_own),
    Route("POST", "/api/v2/users/identity/link", link),
    Route("POST", "/api/v2/users/identity/unlink", unlink),
]
