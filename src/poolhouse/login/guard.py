"""Counting failures, and what is asked once there are too many. The counters live in the database.

Three pool settings (reference/custom-database.md 6.1): wrong tries from one address, wrong passwords for one
account, registrations from one address. An account is counted by the name it was tried under, so an unknown
name locks exactly as a known one does.
"""

from __future__ import annotations

from poolhouse.caller import Caller
from poolhouse.db.pool import Database
from poolhouse.errors import (
    AccountBlocked,
    CaptchaRequired,
    CodeWrong,
    RegisteringTooOften,
    TooManyRequests,
)
from poolhouse.login import postgres
from poolhouse.login.turns import Turns
from poolhouse.pools.model import Pool, RateCheck
from poolhouse.users.model import UserKey

FLOOR = RateCheck(enabled=True, limit=100, time_interval=600)
"""Wrong passwords for one account where the pool's own check is off, as it is until somebody turns it on: far
beyond what people mistype, far below what guessing needs."""


class LoginGuard:
    def __init__(self, db: Database, turns: Turns | None = None) -> None:
        self._db = db
        self.turns = turns or Turns()

    async def admit(self, caller: Caller, pool: Pool, key: UserKey, captcha: str | None) -> None:
        """Raises CaptchaRequired or AccountBlocked when there were too many failures; before any hashing.

        TooManyRequests where the pool does not count them and there were far too many.
        """
        by_address, by_account = await self._exceeded(caller, pool, key)
        if by_account and not pool.settings.login_password_fail_check.enabled:
            raise TooManyRequests("far too many wrong passwords", retry_after_s=FLOOR.time_interval)
        if by_account and pool.settings.login_fail_strategy == "block-account":
            raise AccountBlocked("too many wrong passwords", locked=True)
        if by_address or by_account:
            await self._require_captcha(caller, pool, captcha)

    async def failed(self, caller: Caller, pool: Pool, key: UserKey) -> None:
        check = pool.settings.login_fail_check
        if check.enabled and caller.ip:
            await postgres.count_attempt(self._db, pool.id, "login-ip", caller.ip, check.time_interval)
        check = _of_accounts(pool)
        await postgres.count_attempt(self._db, pool.id, "login-account", subject(key), check.time_interval)

    async def succeeded(self, caller: Caller, pool: Pool, key: UserKey) -> None:
        """A right password clears the account's count. Never the address's: else one good account would let
        an address try others for ever."""
        await self.unlock(pool.id, [key])

    async def unlock(self, pool_id: str, keys: list[UserKey]) -> None:
        await postgres.forget_attempts(self._db, pool_id, "login-account", [subject(key) for key in keys])

    async def registering(self, caller: Caller, pool: Pool) -> None:
        """Counts a registration. Raises RegisteringTooOften beyond the limit of the address."""
        check = pool.settings.frequent_register_check
        if not check.enabled or not caller.ip or caller.kind == "administrator":
            return
        count = await postgres.count_attempt(self._db, pool.id, "register-ip", caller.ip, check.time_interval)
        if count > check.limit:
            raise RegisteringTooOften(retry_after_s=check.time_interval)

    async def _exceeded(self, caller: Caller, pool: Pool, key: UserKey) -> tuple[bool, bool]:
        by_address = False
        check = pool.settings.login_fail_check
        if check.enabled and caller.ip:
            count = await postgres.attempts(self._db, pool.id, "login-ip", caller.ip)
            by_address = count >= check.limit
        count = await postgres.attempts(self._db, pool.id, "login-account", subject(key))
        return by_address, count >= _of_accounts(pool).limit

    async def _require_captcha(self, caller: Caller, pool: Pool, captcha: str | None) -> None:
        if not captcha:
            raise CaptchaRequired("too many failures")
        answer = captcha.strip().lower()[:32].replace("\x00", "")
        if not await postgres.use_captcha(self._db, pool.id, asker(caller), answer):
            raise CodeWrong("wrong captcha", captcha=True)


def _of_accounts(pool: Pool) -> RateCheck:
    check = pool.settings.login_password_fail_check
    return check if check.enabled else FLOOR


def subject(key: UserKey) -> str:
    value = key.value.lower() if key.kind == "email" else key.value
    return f"{key.kind}:{value[:256]}"


def asker(caller: Caller) -> str:
    """Whom a captcha belongs to. The official client sends an answer and no id, so it is the address."""
    return caller.ip or ""
