"""Counts failed logins and registrations, and asks for a captcha or locks once there are too many.

The counters are in the database.

Three pool settings (docs/contract/users.md#too-many-tries): wrong tries from one address, wrong passwords for one
account, registrations from one address. An account is counted by its user's id, whichever of their names was
typed; a name nobody has is counted by itself, so it locks exactly as an account does.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from poolhouse.caller import Caller
from poolhouse.db.database import Database, Executor, Tx
from poolhouse.db.together import Writer
from poolhouse.errors import (
    AccountLocked,
    CaptchaRequired,
    CodeWrong,
    OldPasswordWrong,
    PoolhouseError,
    RegisteringTooOften,
    ScriptFailed,
    TooManyRequests,
    WrongCredentials,
)
from poolhouse.login import postgres
from poolhouse.login.address_limiter import AddressLimiter
from poolhouse.login.tally import Limit, Subject, Tally
from poolhouse.pools.model import Pool, RateCheck
from poolhouse.texts import storable
from poolhouse.users.model import KeyKind, Status, User, UserDraft, UserKey

FLOOR = RateCheck(enabled=True, limit=100, time_interval=600)
"""Wrong passwords for one account where the pool's own check is off: far beyond what people mistype, far below
what guessing needs."""

ACCOUNT, ADDRESS, OLD_PASSWORD, SECOND_STEP = "login-account", "login-ip", "old-password", "mfa"
OLD_PASSWORD_LIMIT = Limit(10, 86_400, locks=True)
_WRONG = (WrongCredentials, ScriptFailed, OldPasswordWrong)


@dataclass(frozen=True, slots=True)
class _Counted:
    subject: Subject
    limit: Limit


@dataclass(slots=True)
class Try:
    """One try; `begun` is how it is counted, for the account first. `proved`: the password was right."""

    begun: Sequence[_Counted]
    proved: bool = False
    written: bool = False

    async def forget(self, writes: Writer) -> None:
        """Among the writes of the login that it was. Should they fail it stays counted."""
        account, *others = self.begun
        await postgres.forget_attempts(
            writes, account.subject.pool_id, account.subject.kind, [account.subject.name]
        )
        for each in others:
            await postgres.give_attempt_back(writes, each.subject)
        self.written = True


class Lockout:
    def __init__(self, db: Database, turns: AddressLimiter | None = None) -> None:
        self._db = db
        self._tally = Tally(db)
        self.turns = turns or AddressLimiter()

    @asynccontextmanager
    async def counted(
        self, caller: Caller, pool: Pool, key: UserKey, captcha: str | None
    ) -> AsyncIterator[Try]:
        """Around one try at the password of `key` (the user's id, or the name nobody has).

        Raises, before any hashing, AccountLocked or CaptchaRequired after too many failures; TooManyRequests
        where the pool does not count them and there were far too many. A right password clears the account's
        count but not the address's: else one good account would let an address try others for ever.
        What is raised after `Try.proved` is not about the password.
        """
        account = _Counted(Subject(pool.id, ACCOUNT, name_of(key)), _account_limit(pool))
        address = _address(caller, pool)
        begun = await self._begin(caller, pool, account, address, captcha)
        async with self._judged(begun) as this:
            yield this

    @asynccontextmanager
    async def counted_old_password(self, pool_id: str, user_id: str) -> AsyncIterator[None]:
        """Around one try of a logged-in user at their own password. Raises TooManyRequests."""
        own = _Counted(Subject(pool_id, OLD_PASSWORD, user_id), OLD_PASSWORD_LIMIT)
        wait_s = await self._tally.begin(own.subject, own.limit)
        if wait_s is not None:
            raise TooManyRequests("too many old passwords", retry_after_s=wait_s)
        async with self._judged([own]):
            yield

    @asynccontextmanager
    async def _judged(self, begun: Sequence[_Counted]) -> AsyncIterator[Try]:
        """How the counted tries ended; the first is the account's. What fails in another way than by the
        password proved nothing, but a request that was broken off may have been told."""
        this = Try(begun)
        try:
            yield this
        except BaseException as error:
            if this.proved:
                await self._right(this)
            elif isinstance(error, PoolhouseError) and not isinstance(error, _WRONG):
                await self._void(begun)
            else:
                for each in begun:
                    self._tally.failed(each.subject)
            raise
        await self._right(this)

    async def _right(self, this: Try) -> None:
        account, *others = this.begun
        if this.written:
            self._tally.forgotten(account.subject)
            for each in others:
                self._tally.failed(each.subject)
        else:
            await self._tally.right(account.subject)
            await self._void(others)

    async def _begin(
        self, caller: Caller, pool: Pool, account: _Counted, address: _Counted | None, captcha: str | None
    ) -> list[_Counted]:
        begun: list[_Counted] = []
        over: list[_Counted] = []
        for each in (account, address):
            if each is None:
                continue
            wait_s = await self._tally.begin(each.subject, each.limit)
            if wait_s is None:
                begun.append(each)
            elif each is account and not pool.settings.login_password_fail_check.enabled:
                raise TooManyRequests("far too many wrong passwords", retry_after_s=wait_s)
            elif each is account and each.limit.locks:
                own = pool.settings.self_unlock
                raise AccountLocked("too many wrong passwords", retry_after_s=wait_s, self_unlock=own)
            else:
                over.append(each)
        if over:
            try:
                await self._require_captcha(caller, pool, captcha)
            except PoolhouseError:
                await self._void(begun)
                raise
        for each in over:
            await self._tally.begin_anyway(each.subject, each.limit)
        return [each for each in (account, address) if each]

    async def _void(self, counted: Sequence[_Counted]) -> None:
        for each in counted:
            await self._tally.void(each.subject)

    async def locked_for(self, pool: Pool, account: UserKey) -> int | None:
        """Seconds until the password of `account` may be tried again; None where it is not locked."""
        if not _account_limit(pool).locks:
            return None
        return await postgres.locked_for(self._db, pool.id, ACCOUNT, name_of(account))

    async def registering(self, caller: Caller, pool: Pool) -> None:
        """Counts a registration. Raises RegisteringTooOften beyond the limit of the address."""
        check = pool.settings.frequent_register_check
        address = caller.neighborhood
        if not check.enabled or not address or caller.kind == "administrator":
            return
        count = await postgres.count_attempt(self._db, pool.id, "register-ip", address, check.time_interval)
        if count > check.limit:
            raise RegisteringTooOften(retry_after_s=check.time_interval)

    async def _require_captcha(self, caller: Caller, pool: Pool, captcha: str | None) -> None:
        answer = str(storable((captcha or "").strip().lower()[:32]))
        if not answer:
            raise CaptchaRequired("too many failures")
        if not await postgres.use_captcha(self._db, pool.id, asker(caller), answer):
            raise CodeWrong("wrong captcha", captcha=True)


async def unlock(db: Executor, pool_id: str, user: User) -> None:
    """Forgets the failures of one user, under all of their names."""
    names: dict[KeyKind, str | None] = {
        "id": user.id,
        "username": user.username,
        "email": user.email,
        "phone": user.phone,
    }
    country = user.phone_country_code
    subjects = [
        name_of(UserKey(kind, name, country if kind == "phone" else None))
        for kind, name in names.items()
        if name
    ]
    await postgres.forget_attempts(db, pool_id, ACCOUNT, subjects)
    for kind in (OLD_PASSWORD, SECOND_STEP):
        await postgres.forget_attempts(db, pool_id, kind, [user.id])


async def user_changed(tx: Tx, caller: Caller, user: User, draft: UserDraft) -> None:
    """A new password, whoever set it, and an administrator's unblocking end a lock."""
    unblocked = draft.values.get("blocked") is False or draft.values.get("status") == Status.ACTIVATED
    if draft.password or draft.password_hash or unblocked:
        await unlock(tx, caller.pool_id, user)


def _account_limit(pool: Pool) -> Limit:
    check = pool.settings.login_password_fail_check
    if not check.enabled:
        return Limit(FLOOR.limit, FLOOR.time_interval)
    return Limit(check.limit, check.time_interval, pool.settings.login_fail_strategy == "block-account")


def _address(caller: Caller, pool: Pool) -> _Counted | None:
    check = pool.settings.login_fail_check
    address = caller.neighborhood
    if not check.enabled or not address:
        return None
    return _Counted(Subject(pool.id, ADDRESS, address), Limit(check.limit, check.time_interval))


def name_of(key: UserKey) -> str:
    """One spelling of what is counted: as the directory compares it."""
    return f"{key.kind}:{key.stored[:256]}"


def asker(caller: Caller) -> str:
    """Whom a captcha belongs to. The official client sends an answer and no id, so it is the address."""
    return caller.ip or ""
