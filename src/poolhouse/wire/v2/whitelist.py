"""Registration whitelists. Source: docs/contract/v2.md#the-pool."""

from __future__ import annotations

from typing import Any

from poolhouse.pools.whitelist import Entry, Kind
from poolhouse.times import v2_time
from poolhouse.wire.v2.request import Arguments, Operation, V2Request

_KINDS: dict[str, Kind] = {"USERNAME": "username", "EMAIL": "email", "PHONE": "phone"}


async def whitelist(request: V2Request, args: Arguments) -> Any:
    return await request.services.whitelist.list(request.caller, _KINDS[args["type"]])


async def add_whitelist(request: V2Request, args: Arguments) -> Any:
    return await request.services.whitelist.add(request.caller, _KINDS[args["type"]], args["list"])


async def remove_whitelist(request: V2Request, args: Arguments) -> Any:
    """What is left."""
    kind = _KINDS[args["type"]]
    await request.services.whitelist.remove(request.caller, kind, args["list"])
    return await request.services.whitelist.list(request.caller, kind)


def updated_at(entry: Entry, request: V2Request, args: Arguments) -> str:
    """An entry never changes."""
    return v2_time(entry.created_at, request.zone)


QUERIES: dict[str, Operation] = {"whitelist": whitelist}
MUTATIONS: dict[str, Operation] = {"addWhitelist": add_whitelist, "removeWhitelist": remove_whitelist}
FIELDS = {("WhiteList", "updatedAt"): updated_at}
