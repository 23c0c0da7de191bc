"""The second step of a login that answered MfaRequired: its ticket and one more proof."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

from poolhouse.accounts.records import UserRecords
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import (
    CodeWrong,
    EmailTaken,
    FactorExists,
    FactorNotFound,
    InvalidInput,
    InvalidOperation,
    NotPermitted,
    PhoneTaken,
    PoolhouseError,
    TokenInvalid,
    TooManyRequests,
)
from poolhouse.login import postgres, tickets
from poolhouse.login.codes import Codes, address_key, holds, normal, proven_values, require_held
from poolhouse.login.lockout import SECOND_STEP
from poolhouse.login.model import Channel, LoggedIn
from poolhouse.login.own_account import FOLLOWING
from poolhouse.login.refusal_log import RefusalLog
from poolhouse.login.service import LoginService
from poolhouse.login.tally import Limit, Subject
from poolhouse.login.tickets import Ticket
from poolhouse.mfa import postgres_passkeys as passkey_rows
from poolhouse.mfa.model import Association, Factor
from poolhouse.mfa.service import MfaService
from poolhouse.pools.service import PoolService
from poolhouse.users.model import User, UserDraft, UserKey

TRIES = Limit(20, 86_400, locks=True)
"""Of one user, over all tickets: who has the password can get a new ticket as often as they like."""


class MfaLogin:
    """`ticket` is the mfaToken. A wrong proof costs one of its ten tries; a right one uses it up."""

    def __init__(
        self,
        *,
        db: Database,
        users: UserRecords,
        codes: Codes,
        mfa: MfaService,
        login: LoginService,
        refusals: RefusalLog,
        pools: PoolService,
        ended: Callable[[Caller, Ticket, User], Awaitable[None]],
    ) -> None:
        """`ended`: what else a second step ends, by its ticket, once the user is logged in."""
        self._refusals, self._pools, self._ended = refusals, pools, ended
        self._db, self._users, self._codes = db, users, codes
        self._mfa, self._login = mfa, login

    # -- proofs --------------------------------------------------------------------------------------------

    async def by_totp(self, caller: Caller, ticket: str, code: str) -> LoggedIn:
        """Raises TokenInvalid, TokenExpired (the ticket), CodeWrong, FactorNotFound."""
        held, user = await self.attempt(caller, ticket)
        await self._mfa.verify(caller, user.id, code)
        return await self.finish(caller, held, user)

    async def by_recovery_code(self, caller: Caller, ticket: str, code: str) -> tuple[LoggedIn, str]:
        """The login and the next recovery code, the given one being used up."""
        held, user = await self.attempt(caller, ticket)
        following = await self._mfa.recover(caller, user.id, code)
        return await self.finish(caller, held, user), following

    async def by_code(
        self,
        caller: Caller,
        ticket: str,
        channel: Channel,
        target: str,
        code: str,
        country_code: str | None = None,
    ) -> LoggedIn:
        """A code sent to the user's own address. Who has none yet binds this one by it.

        Not for users with an authenticator: a stolen mailbox must not stand in for it.
        """
        held, user = await self.attempt(caller, ticket)
        if await self._mfa.is_enabled(caller.pool_id, user.id):
            await self.refuse(caller, "authenticator wanted", user.id)
            raise CodeWrong("an authenticator is bound, its code is wanted")
        present = user.email if channel == "email" else user.phone
        if present is not None and not holds(user, channel, target, country_code):
            await self.refuse(caller, "another address", user.id)
            raise CodeWrong("a code of another address")
        if present is None:
            await self.require_first(caller, held, user)
        await self._codes.check(caller, channel, target, code, "mfa", country_code)
        if present is None:
            user = await self._bind(caller, user, channel, target, country_code)
        return await self.finish(caller, held, user)

    # -- a proof now, the login after it is shown what to keep -----------------------------------------------

    async def recover(self, caller: Caller, ticket: str, code: str) -> str:
        """The next recovery code, the given one being used up; `by_earlier_proof` then logs in."""
        held, user = await self.attempt(caller, ticket)
        following = await self._mfa.recover(caller, user.id, code)
        await tickets.note(self._db, held, proved=True)
        return following

    async def by_earlier_proof(self, caller: Caller, ticket: str) -> LoggedIn:
        """The login of a ticket whose step was passed by `confirm` or `recover`. Raises CodeWrong where it was not."""
        held, user = await self.attempt(caller, ticket)
        if held.detail.get("proved") is not True:
            await self.refuse(caller, "no proof", user.id)
            raise CodeWrong("no proof was given for this ticket")
        return await self.finish(caller, held, user)

    # -- what the ticket may do before ---------------------------------------------------------------------

    async def who(self, caller: Caller, ticket: str) -> User:
        """Whose second step this is; nothing is spent."""
        return (await self.held(caller, ticket))[1]

    async def held(self, caller: Caller, ticket: str) -> tuple[Ticket, User]:
        """The ticket and whose it is; nothing is spent. Raises TokenInvalid, TokenExpired."""
        held = await tickets.peek(self._db, caller.pool_id, "mfa", ticket)
        return held, await self._user(caller, held)

    async def factors(self, caller: Caller, ticket: str) -> list[Factor]:
        user = await self.who(caller, ticket)
        return await self._mfa.list(self._as(caller, user), user.id)

    async def associate(self, caller: Caller, ticket: str, issuer: str) -> Association:
        """For who must have an authenticator and has none. Raises FactorExists, InvalidOperation, NotPermitted."""
        held, user = await self.held(caller, ticket)
        await self.require_first(caller, held, user)
        return await self._mfa.associate(self._as(caller, user), user.id, issuer, user.display_name)

    async def confirm(self, caller: Caller, ticket: str, code: str) -> None:
        held, user = await self.attempt(caller, ticket)
        if await self._mfa.is_enabled(caller.pool_id, user.id):
            raise FactorNotFound(user_id=held.user_id)
        await self.require_first(caller, held, user)
        await self._mfa.confirm(self._as(caller, user), user.id, code)
        await tickets.note(self._db, held, proved=True)

    async def is_bindable(
        self, caller: Caller, ticket: str, channel: Channel, target: str, country_code: str | None = None
    ) -> bool:
        """Whether this address is the user's own, or nobody's while the user has none."""
        user = await self.who(caller, ticket)
        normal(channel, target, country_code)
        present = user.email if channel == "email" else user.phone
        if present is not None:
            return holds(user, channel, target, country_code)
        return await self._users.find(caller, address_key(channel, target, country_code)) is None

    # -- common --------------------------------------------------------------------------------------------

    async def require_first(self, caller: Caller, held: Ticket, user: User) -> None:
        """Who binds a first factor has shown who they are by the password alone, so there must be none. Where an
        administrator opened the second step for somebody, it leads to the factor they have: else whoever may open one
        could become any user who has none. Raises NotPermitted, FactorExists, InvalidOperation."""
        if held.detail.get("method") == "mfa":
            raise NotPermitted("a second step that an administrator opened binds no factor")
        if await self._mfa.is_enabled(caller.pool_id, user.id):
            raise FactorExists(user_id=user.id)
        settings = (await self._pools.get(caller.pool_id)).settings
        if settings.passkeys and await passkey_rows.list_passkeys(self._db, caller.pool_id, user.id):
            await self.refuse(caller, "passkey wanted", user.id)
            raise InvalidOperation(
                "您有通行密钥，请用它完成二次验证", "there is a passkey: use it for the second step"
            )

    async def attempt(self, caller: Caller, ticket: str) -> tuple[Ticket, User]:
        """As `held`, for a step that may fail: one of its tries is spent. Raises TooManyRequests, too."""
        held = await tickets.spend_try(self._db, caller.pool_id, "mfa", ticket)
        subject = Subject(caller.pool_id, SECOND_STEP, held.user_id)
        wait_s = await postgres.take_attempt(self._db, subject, TRIES)
        if wait_s is not None:
            await self.refuse(caller, "TooManyRequests", held.user_id)
            raise TooManyRequests("too many second steps", retry_after_s=wait_s)
        return held, await self._user(caller, held)

    async def refuse(self, caller: Caller, reason: PoolhouseError | str, user_id: str) -> None:
        """For the audit log."""
        await self._refusals.write(caller, reason, user_id=user_id, operation="verify_mfa")

    async def _user(self, caller: Caller, held: Ticket) -> User:
        user = await self._users.find(caller, UserKey("id", held.user_id))
        if user is None:
            raise TokenInvalid("the ticket's user is gone")
        require_held(user, held.detail)
        return user

    async def _bind(
        self, caller: Caller, user: User, channel: Channel, target: str, country_code: str | None
    ) -> User:
        values = proven_values(channel, target, country_code)
        try:
            async with self._db.transaction() as tx:
                draft = UserDraft(values, noted=frozenset(values) & FOLLOWING)
                return await self._users.update(tx, caller, user.id, draft)
        except (EmailTaken, PhoneTaken) as error:
            raise InvalidInput(channel, "已被其他用户绑定", "somebody else's") from error

    async def finish(self, caller: Caller, held: Ticket, user: User, *, consumed: bool = False) -> LoggedIn:
        """The login. `consumed`: the ticket was used up by the proof's own transaction."""
        if not consumed:
            await tickets.consume(self._db, held)
        await postgres.forget_attempts(self._db, caller.pool_id, SECOND_STEP, [user.id])
        scope, upstream = held.detail.get("scope"), held.detail.get("upstream")
        logged_in = await self._login.complete_login(
            caller,
            user,
            "mfa",
            second_factor=False,
            scope=scope,
            upstream=bytes.fromhex(upstream) if upstream else None,
        )
        await self._ended(caller, held, user)
        return logged_in

    @staticmethod
    def _as(caller: Caller, user: User) -> Caller:
        return replace(caller, kind="user", actor_id=user.id)
