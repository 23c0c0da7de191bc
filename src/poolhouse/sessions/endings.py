"""Ending sessions, and with them, in the same transaction, whatever else was made from a login (grants, tickets).

Nobody deletes a session but through here or by letting it run out, so that nothing made from it is forgotten.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from poolhouse.caller import Caller
from poolhouse.db.database import Tx
from poolhouse.sessions import postgres
from poolhouse.sessions.model import Ending
from poolhouse.times import now
from poolhouse.users.model import User, UserDraft

LoginsEnded = Callable[[Tx, Ending], Awaitable[None]]
"""Ends what another domain made from a login, in the transaction that ends it."""


class Endings:
    """`ended`: every domain that makes something of a login (services/consequences.py)."""

    def __init__(self, ended: Sequence[LoginsEnded]) -> None:
        self._ended = ended

    async def of_session(self, tx: Tx, pool_id: str, session_id: str, owner: str | None) -> bool:
        """`owner`: only if it is this user's. False if there was none."""
        ended = await postgres.delete(tx, pool_id, session_id, owner)
        if ended is None:
            return False
        await self._tell(tx, Ending(pool_id, [ended]))
        return True

    async def of_run_out(self, tx: Tx, pool_id: str, session_id: str) -> None:
        """What outlived a session that is no more."""
        await self._tell(tx, Ending(pool_id, run_out=[session_id]))

    async def of_device(
        self, tx: Tx, pool_id: str, user_id: str, app_ids: Sequence[str] | None, device_id: str
    ) -> int:
        """How many sessions ended; what the user has from other devices goes on."""
        gone = await postgres.delete_of_users(tx, pool_id, [user_id], app_ids, device_id=device_id)
        await self._tell(tx, Ending(pool_id, gone))
        return len(gone)

    async def of_users(
        self,
        tx: Tx,
        pool_id: str,
        user_ids: Sequence[str],
        app_ids: Sequence[str] | None = None,
        except_session: str | None = None,
    ) -> int:
        """Everything that lets them in: sessions, grants with their codes and refresh tokens, tickets.

        `app_ids`: at these applications only. `except_session` stays, where one gives oneself a new password;
        what was made from it does not. How many sessions ended.
        """
        ended = await postgres.delete_of_users(tx, pool_id, user_ids, app_ids, except_session)
        await self._tell(tx, Ending(pool_id, ended, user_ids, app_ids))
        return len(ended)

    async def forget_users(self, tx: Tx, pool_id: str, user_ids: Sequence[str]) -> None:
        await self.of_users(tx, pool_id, user_ids)

    async def forget_apps(self, tx: Tx, pool_id: str, app_ids: Sequence[str]) -> None:
        ended = await postgres.delete_of_apps(tx, pool_id, app_ids)
        await self._tell(tx, Ending(pool_id, ended))

    async def user_changed(self, tx: Tx, caller: Caller, user: User, draft: UserDraft) -> None:
        """A change that shuts the user out; who gives themself a new password stays in where they did it."""
        if not shuts_out(user, draft):
            return
        own = caller.kind == "user" and caller.actor_id == user.id and user.may_log_in
        stays = caller.session_id if own else None
        await self.of_users(tx, caller.pool_id, [user.id], except_session=stays)

    async def _tell(self, tx: Tx, ending: Ending) -> None:
        for ended in self._ended:
            await ended(tx, ending)


def shuts_out(user: User, draft: UserDraft) -> bool:
    """Whether nothing from before may go on: a new password, a block, a suspension, tokenExpiredAt passed."""
    expired = draft.values.get("token_expired_at")
    return (
        draft.password is not None
        or draft.password_hash is not None
        or not user.may_log_in
        or (expired is not None and expired <= now())
    )
