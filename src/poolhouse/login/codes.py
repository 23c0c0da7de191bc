"""Verification codes by mail and SMS: six digits, single use, few tries, sent only so often.

Every address is sent its code, whether or not it is anybody's: the answer, its cost and what arrives tell a
stranger nothing. A code is bound to its purpose; one asked for without a purpose ("any") fits every purpose.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Any, Literal

from poolhouse import emails, phones
from poolhouse.accounts.records import UserRecords
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Tx
from poolhouse.errors import CodeExpired, CodeWrong, TokenInvalid, TooManyRequests
from poolhouse.login import postgres
from poolhouse.login.model import CHANNELS, Channel
from poolhouse.login.refusal_log import RefusalLog
from poolhouse.mail.model import Scene
from poolhouse.mail.render import lasting
from poolhouse.mail.service import MailService
from poolhouse.pools.model import Pool
from poolhouse.pools.service import PoolService
from poolhouse.sessions.endings import shuts_out
from poolhouse.users.model import User, UserDraft, UserKey

Purpose = Literal[
    "any",
    "login",
    "register",
    "reset_password",
    "bind",
    "unbind",
    "change",
    "mfa",
    "complete",
    "unlock",
    "delete_account",
]

_SCENES: dict[Purpose, Scene] = {
    "any": "verify_code",
    "login": "login_code",
    "register": "register_code",
    "reset_password": "reset_password_code",
    "bind": "bind_email_code",
    "unbind": "unbind_email_code",
    "change": "change_email",
    "mfa": "mfa_code",
    "complete": "completion_code",
    "unlock": "unlock_code",
    "delete_account": "delete_account_code",
}

DAY_S = 86_400
MOST_OF_A_TARGET_A_DAY = 50
MOST_OF_AN_ADDRESS_AN_HOUR = 300


class Codes:
    def __init__(
        self, *, db: Database, box: SecretBox, pools: PoolService, mail: MailService, refusals: RefusalLog
    ) -> None:
        self._db, self._box, self._pools, self._mail, self._refusals = db, box, pools, mail, refusals

    async def send(
        self,
        caller: Caller,
        channel: Channel,
        target: str,
        purpose: Purpose = "any",
        country_code: str | None = None,
    ) -> None:
        """A new code to an e-mail address or a phone number; the one before it is void.

        Raises EmailMalformed, InvalidInput, TooManyRequests.
        """
        target = normal(channel, target, country_code)
        pool = await self._pools.get(caller.pool_id)
        await self._count(caller, target)
        code = "".join(secrets.choice("0123456789") for _ in range(code_length(pool)))
        async with self._db.transaction() as tx:
            lifetime_s = pool.settings.verify_code_expires_after
            fresh = await postgres.put_code(
                tx,
                pool.id,
                channel,
                target,
                purpose,
                self._digest(pool.id, channel, target, purpose, code),
                tries=max(1, pool.settings.verify_code_max_attempts),
                lifetime_s=lifetime_s,
                resend_after_s=pool.settings.verify_code_resend_after,
            )
            if not fresh:
                raise TooManyRequests(
                    "a code was sent just now", retry_after_s=pool.settings.verify_code_resend_after
                )
            values = {"code": code, "app_name": pool.name, **lasting(lifetime_s, caller.lang)}
            queue = self._mail.queue_email if channel == "email" else self._mail.queue_sms
            await queue(tx, caller, _SCENES[purpose], target, values)

    async def check(
        self,
        caller: Caller,
        channel: Channel,
        target: str,
        code: str,
        purpose: Purpose,
        country_code: str | None = None,
    ) -> None:
        """Uses the code up. Raises CodeWrong (also after too many tries, or when none was sent), CodeExpired.

        The try is spent even when the use case around it fails.
        """
        fitting = await self._fitting(caller, channel, target, code, purpose, country_code)
        if not await postgres.use_code(self._db, *fitting):
            await self._refusals.write(
                caller, "CodeWrong", key=UserKey(channel, target.strip()), purpose=purpose
            )
            raise CodeWrong("used meanwhile")

    async def check_only(
        self,
        caller: Caller,
        channel: Channel,
        target: str,
        code: str,
        purpose: Purpose,
        country_code: str | None = None,
    ) -> None:
        """Leaves a right code as good as it was. A wrong one costs a try, and is refused as `check` refuses it."""
        fitting = await self._fitting(caller, channel, target, code, purpose, country_code)
        await postgres.return_try(self._db, *fitting)

    async def _fitting(
        self,
        caller: Caller,
        channel: Channel,
        target: str,
        code: str,
        purpose: Purpose,
        country_code: str | None,
    ) -> tuple[str, str, str, str, bytes]:
        """The row of the code, for one try: pool, channel, target, purpose, digest. Raises CodeWrong, CodeExpired."""
        typed = UserKey(channel, target.strip())
        target = normal(channel, target, country_code)
        if not code.strip():
            await self._refusals.write(caller, "CodeWrong", key=typed, purpose=purpose)
            raise CodeWrong("empty code")
        digests: dict[str, bytes] = {
            fitting: self._digest(caller.pool_id, channel, target, fitting, code.strip())
            for fitting in (purpose, "any")
        }
        for row in await postgres.spend_try(self._db, caller.pool_id, channel, target, digests):
            digest = digests[row["purpose"]]
            if not hmac.compare_digest(digest, row["digest"]):
                continue
            if row["expired"]:
                await self._refusals.write(caller, "CodeExpired", key=typed, purpose=purpose)
                raise CodeExpired("the code has expired")
            return caller.pool_id, channel, target, row["purpose"], digest
        await self._refusals.write(caller, "CodeWrong", key=typed, purpose=purpose)
        raise CodeWrong("wrong code, used code, or no try left")

    async def _count(self, caller: Caller, target: str) -> None:
        sent = await postgres.count_attempt(self._db, caller.pool_id, "code-target", target, DAY_S)
        if sent > MOST_OF_A_TARGET_A_DAY:
            raise TooManyRequests("too many codes for one target", retry_after_s=3600)
        address = caller.neighborhood
        if not address or caller.kind == "administrator":
            return
        asked = await postgres.count_attempt(self._db, caller.pool_id, "code-ip", address, 3600)
        if asked > MOST_OF_AN_ADDRESS_AN_HOUR:
            raise TooManyRequests("too many codes for one address", retry_after_s=3600)

    def _digest(self, pool_id: str, channel: str, target: str, purpose: str, code: str) -> bytes:
        return self._box.digest(code, f"code:{pool_id}:{channel}:{target}:{purpose}")


async def user_changed(tx: Tx, caller: Caller, user: User, draft: UserDraft) -> None:
    """What shuts a user out voids the codes under way to them: none may undo a new password."""
    if not shuts_out(user, draft):
        return
    targets = {"email": emails.stored(user.email)} if user.email else {}
    if number := phones.find_key(user.phone, user.phone_country_code):
        targets["phone"] = number
    await postgres.void_codes(tx, caller.pool_id, targets)


def normal(channel: Channel, target: str, country_code: str | None = None) -> str:
    """One spelling of a target: the address as it is stored, the number in E.164.

    Whom a code is sent to is here already or proves it by the code, so names of one's own network are none of
    its business. Raises EmailMalformed, InvalidInput.
    """
    if channel == "email":
        return emails.checked(target, special=emails.SPECIAL)
    return phones.key(target, country_code)


def holds(user: User, channel: Channel, target: str, country_code: str | None = None) -> bool:
    """Whether a proven target is this user's: the same digits may be somebody else's in another country."""
    if channel == "email":
        return user.email is not None and emails.stored(user.email) == emails.stored(target)
    number = phones.find_key(target, country_code)
    return number is not None and number == phones.find_key(user.phone, user.phone_country_code)


def proof(channel: Channel, target: str, country_code: str | None = None) -> dict[str, str]:
    """The detail of a ticket that was got by a code: by whose address, in one spelling."""
    return {channel: normal(channel, target, country_code)}


def require_held(user: User, detail: Mapping[str, Any]) -> None:
    """`detail`: a ticket's. Raises TokenInvalid for one got by an address the user no longer has."""
    for channel in CHANNELS:
        if (address := detail.get(channel)) and not holds(user, channel, address):
            raise TokenInvalid("got by an address the user no longer has")


async def holder_of(
    users: UserRecords, caller: Caller, channel: Channel, target: str, country_code: str | None = None
) -> User | None:
    """The user whose this address is."""
    user = await users.find(caller, address_key(channel, target, country_code))
    return user if user is not None and holds(user, channel, target, country_code) else None


def proven_values(channel: Channel, target: str, country_code: str | None) -> dict[str, Any]:
    """What a profile says from now on of an address whose code was right.

    A number comes with its country, also with none (which is the default one): what the profile said of a former
    number would make it another number than the one that was proved.
    """
    values: dict[str, Any] = {channel: target.strip(), f"{channel}_verified": True}
    if channel == "phone":
        values["phone_country_code"] = country_code or None
    return values


def address_key(channel: Channel, target: str, country_code: str | None = None) -> UserKey:
    return UserKey(channel, target, country_code if channel == "phone" else None)


def code_length(pool: Pool) -> int:
    return min(max(pool.settings.verify_code_length, 4), 10)
