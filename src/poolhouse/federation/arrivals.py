"""Whoever a provider says has come becomes a user of ours: known, matched, made anew, or asked whose account is theirs.

Who is asked gets a ticket, which is an attempt of its own: good once, for ten minutes, in the browser that has it.
"""

from __future__ import annotations

from dataclasses import dataclass

from poolhouse.caller import Caller
from poolhouse.errors import IdentityUnbound, PoolhouseError, ProviderFailed
from poolhouse.federation.attempts import Aim, Attempt, Attempts, Kept
from poolhouse.federation.binding import PROOFS, Binding, CustomData, ProofOfAccount, Way
from poolhouse.federation.connections import Connections, Opened
from poolhouse.federation.endings import opening
from poolhouse.federation.model import ExternalUser
from poolhouse.login.model import LoggedIn
from poolhouse.login.service import LoginService
from poolhouse.users.model import User


@dataclass(frozen=True, slots=True)
class Asked:
    """Nobody knows the person yet, and the connection lets them say whose account is theirs. `ticket` goes with what
    they do next in this browser. `proofs`: by what they may prove it; `may_create`: or have a new one made."""

    ticket: str
    proofs: tuple[ProofOfAccount, ...] = PROOFS
    may_create: bool = True


class Arrivals:
    def __init__(
        self, *, connections: Connections, attempts: Attempts, binding: Binding, login: LoginService
    ) -> None:
        self._connections, self._attempts = connections, attempts
        self._binding, self._login = binding, login

    async def user(
        self, caller: Caller, way: Way, came: ExternalUser, custom_data: CustomData = None
    ) -> User | None:
        """Known, matched or new, with the custom fields; None where the person is to be asked.

        Raises IdentityTaken, IdentityUnbound, ProviderFailed, what `SignUp.create` does.
        """
        user = await self._binding.known(caller, way, came)
        if user is None and way.connection.match_fields:
            user = await self._binding.matched(caller, way, came)
        if user is None:
            return None if way.connection.associable else await self.created(caller, way, came, custom_data)
        await self._binding.link(caller, way, came, user)
        return await self._binding.synchronize(caller, way, came, user)

    async def created(
        self, caller: Caller, way: Way, came: ExternalUser, custom_data: CustomData = None
    ) -> User:
        """Raises IdentityUnbound where the connection makes none, and what `SignUp.create` does."""
        if way.connection.login_only:
            raise IdentityUnbound()
        return await self._binding.create(caller, way, came, custom_data)

    async def ask(self, caller: Caller, opened: Opened, came: ExternalUser, aim: Aim, browser: str) -> Asked:
        way = opened.way
        state = self._attempts.new_state(caller.pool_id)
        asking = Kept(aim=aim, app_id=caller.app_id or "", came=came)
        await self._attempts.open(state, way.connection.id, asking, browser)
        return Asked(state, way.rules.proofs, not way.connection.login_only)

    async def asked(self, caller: Caller, ticket: str) -> Asked:
        """What somebody who has a ticket may do with it, which they still can after this.

        Raises ProviderFailed, IdentitySourceNotFound.
        """
        attempt = await self._attempts.look(ticket)
        self._require_own(caller, attempt)
        way = (await self._connections.open(caller, attempt.connection_id)).way
        return Asked(ticket, way.rules.proofs, not way.connection.login_only)

    async def bind(self, caller: Caller, ticket: str, browser: str, user: User) -> None:
        """The identity that was asked about is the user's, who has just signed in.

        Raises ProviderFailed, IdentityTaken.
        """
        opened, came = await self._asked_about(caller, ticket, browser)
        try:
            await self._binding.link(caller, opened.way, came, user)
        except PoolhouseError as error:
            await self._connections.note(caller, opened.way.connection, error)
            raise

    async def create(
        self, caller: Caller, ticket: str, browser: str, custom_data: CustomData = None
    ) -> LoggedIn:
        """Or a new account's. Raises IdentityUnbound where the connection makes none, and what `SignUp.create` does."""
        opened, came = await self._asked_about(caller, ticket, browser)
        try:
            user = await self._binding.known(caller, opened.way, came)
            if user is None:
                user = await self.created(caller, opened.way, came, custom_data)
        except PoolhouseError as error:
            await self._connections.note(caller, opened.way.connection, error)
            raise
        upstream = opening(caller.pool_id, came)
        return await self._login.complete_login(caller, user, "identity", upstream=upstream)

    @staticmethod
    def _require_own(caller: Caller, attempt: Attempt) -> ExternalUser:
        same = (attempt.pool_id, attempt.kept.app_id) == (caller.pool_id, caller.app_id or "")
        if not same or attempt.kept.came is None:
            raise ProviderFailed("state", "登录属于另一个应用", "the sign-in is another application's")
        return attempt.kept.came

    async def _asked_about(self, caller: Caller, ticket: str, browser: str) -> tuple[Opened, ExternalUser]:
        attempt = await self._attempts.take(ticket, browser)
        came = self._require_own(caller, attempt)
        return await self._connections.open(caller, attempt.connection_id), came
