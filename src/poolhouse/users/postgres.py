"""`User.may_log_in` and `User.shown_status` as SQL; tests/users/test_standing.py holds both to one answer.

`$1` is the pool, as in every statement, and `u` the alias of `users`.
"""

from __future__ import annotations

from collections.abc import Collection

from poolhouse.users.model import Status

_SHOWN_SUSPENDED = f"u.blocked and u.status = '{Status.ACTIVATED}'"
SHOWN_STATUS = f"case when {_SHOWN_SUSPENDED} then '{Status.SUSPENDED}' else u.status end"


def may_log_in(user_id: str) -> str:
    """Whether the user with this id (an expression of SQL) may; nobody may not.

    Who lives in a pool's own database has no row of ours. That database is not asked, only what is kept here
    beside it, where null is as the database says.
    """
    ours = (
        f"select own.status = '{Status.ACTIVATED}' and not own.blocked and not own.is_deleted "
        f"from users own where own.pool_id = $1 and own.id = {user_id}"
    )
    elsewhere = (
        "exists (select 1 from custom_databases d where d.pool_id = $1 and d.enabled "
        "and d.mode = 'CUSTOM_USER_STORE') and not exists (select 1 from user_states k "
        f"where k.pool_id = $1 and k.user_id = {user_id} "
        f"and (k.status <> '{Status.ACTIVATED}' or k.blocked or k.is_deleted))"
    )
    return f"coalesce(({ours}), {elsewhere})"


def is_shown(statuses: Collection[str], place: str) -> str:
    """Whether the status shown is one of these, which are the parameter `place`: one text, or an array of more.

    In the words of the index on it, which has one status in the order of the list.
    """
    return f"{SHOWN_STATUS} = {place if len(statuses) == 1 else f'any({place})'}"
