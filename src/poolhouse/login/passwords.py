"""A new password: the pool's policy, and the old ones that may not come back."""

from __future__ import annotations

from datetime import timedelta

import structlog

from poolhouse.caller import Caller
from poolhouse.crypto.policy import PasswordPolicy
from poolhouse.db.database import Executor
from poolhouse.directory.chooser import Directories
from poolhouse.directory.postgres import past_hashes
from poolhouse.directory.stored_passwords import StoredPasswords
from poolhouse.errors import PasswordFunctionUnavailable, WeakPassword
from poolhouse.failures import told
from poolhouse.pools.model import MOST_REMEMBERED, Pool
from poolhouse.pools.service import PoolService
from poolhouse.times import now
from poolhouse.users.model import User, UserKey

_log = structlog.get_logger(__name__)


def policy_of(pool: Pool) -> PasswordPolicy:
    strength = pool.settings.password_strength
    return PasswordPolicy(
        strength.level, strength.pattern or None, strength.message or None, strength.message or None
    )


class PasswordRules:
    """Every password that is set goes through here: by registration, change, reset, an administrator. One that
    is only checked does not, nor one that moves in from elsewhere: nobody is locked out by a stricter rule."""

    def __init__(
        self, *, db: Executor, pools: PoolService, directories: Directories, passwords: StoredPasswords
    ) -> None:
        self._db, self._pools, self._directories, self._passwords = db, pools, directories, passwords

    async def judge(self, caller: Caller, password: str, user_id: str | None) -> None:
        """`check` for whoever has only the user's id."""
        await self.check(caller, await self._pools.get(caller.pool_id), password, user_id)

    async def check(self, caller: Caller, pool: Pool, password: str, user_id: str | None = None) -> None:
        """Raises WeakPassword, for a returning one too."""
        await policy_of(pool).check(password)
        rotation = pool.settings.password_update_policy
        if user_id is None or not rotation.enabled or rotation.difference_cycle < 1:
            return
        most = min(rotation.difference_cycle, MOST_REMEMBERED)
        for stored in await past_hashes(self._db, caller.pool_id, user_id, most):
            if await self._fits(caller, password, stored, user_id):
                raise WeakPassword(
                    "password", f"不能与最近 {most} 次使用的密码相同", f"one of the last {most} passwords"
                )

    async def _fits(self, caller: Caller, password: str, stored: str, user_id: str) -> bool:
        """Whom the pool's function judges may change the password though it cannot say whether it is an old one."""

        async def whose() -> User | None:
            directory = await self._directories.of(caller.pool_id)
            return (await directory.find(caller, [UserKey("id", user_id)]))[0]

        try:
            verified = await self._passwords.verify(caller, password, stored, whose)
        except PasswordFunctionUnavailable as error:
            _log.warning("old_password_not_comparable", pool_id=caller.pool_id, cause=told(error))
            return False
        return verified.ok

    def is_due(self, pool: Pool, user: User) -> bool:
        """Whether the pool's period has passed since the password was set."""
        rotation = pool.settings.password_update_policy
        since = user.password_last_set_at or user.created_at
        if not rotation.enabled or rotation.forced_cycle < 1 or since is None:
            return False
        return now() >= since + timedelta(days=rotation.forced_cycle)
