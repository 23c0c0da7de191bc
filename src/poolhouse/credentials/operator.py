"""Whoever has the machine: an administrator of any pool on it, by the name of their account there.

What proves it is no credential of a request but the system: the account at the other end of the server's own socket
(`wire/operator/socket.py`), or that a command could open the database itself.
"""

from __future__ import annotations

import pwd

from poolhouse.caller import Caller
from poolhouse.errors import InvalidInput, Lang
from poolhouse.paging import PageRequest
from poolhouse.pools.service import PoolService

AGENT = "poolhouse cli"


def operator(pool_id: str, account: str, *, lang: Lang = "en-US", request_id: str = "") -> Caller:
    """`account` is as the system tells it, never what somebody said."""
    return Caller(
        pool_id,
        kind="system",
        actor_id=f"cli:{account}",
        lang=lang,
        user_agent=AGENT,
        request_id=request_id,
    )


async def pool_of(pools: PoolService, named: str) -> str:
    """The pool that an operator named, or the only one. Raises PoolNotFound; InvalidInput where there are several."""
    if named:
        return (await pools.get(named)).id
    found = await pools.list(PageRequest(1, 2))
    if len(found.items) != 1:
        raise InvalidInput("--pool", "请指定用户池", "say which pool: poolhouse pool list tells them")
    return found.items[0].id


def name_of(uid: int) -> str:
    """The account's name, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
