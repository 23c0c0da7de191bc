"""Whoever has the machine: an administrator of any pool on it, by the name of their account there.

What proves it is no credential of a request but the system: the account at the other end of the server's own socket
(`wire/operator/socket.py`), or that a command could open the database itself.
"""

from __future__ import annotations

import pwd

from poolhouse.caller import Caller
from poolhouse.errors import Lang

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


def name_of(uid: int) -> str:
    """The account's name, or its number where it has none."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)
