"""A REST body as a struct of its own, refused by the name of what does not fit."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from poolhouse.errors import NotAuthenticated
from poolhouse.wire.request import struct_of
from poolhouse.wire.v2.request import V2Request

S = TypeVar("S", bound=msgspec.Struct)


class Body(msgspec.Struct, rename="camel", kw_only=True):
    """Keys nobody asks for are passed over. Absent and null are both None."""


def body(request: V2Request, kind: type[S]) -> S:
    """Raises InvalidInput naming the field; a stranger is refused before anything is said about a body."""
    if request.caller.kind == "anonymous":
        raise NotAuthenticated()
    names = [field.encode_name for field in msgspec.structs.fields(kind)]
    return struct_of({key: request.body[key] for key in names if request.body.get(key) is not None}, kind)


def managed_body(request: V2Request, kind: type[S]) -> S:
    """`body`, where only administrators may: nobody else learns what the body should have been."""
    request.caller.require_administrator()
    return body(request, kind)
