"""Links by mail: to prove an address, and to choose a first password."""

from __future__ import annotations

from datetime import timedelta

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.pool import Database
from poolhouse.errors import InvalidInput, TooManyRequests, UserNotFound
from poolhouse.login import postgres, tickets
from poolhouse.login.codes import normal
from poolhouse.mail.model import Scene
from poolhouse.mail.service import MailService
from poolhouse.pools.service import PoolService
from poolhouse.users.model import User, UserDraft, UserKey
from poolhouse.users.service import UserService

VERIFY_PATH = "/api/v2/email/verify"
FIRST_LOGIN_PATH = "/login/first"
VERIFY_LIFETIME = timedelta(days=1)
FIRST_LOGIN_LIFETIME = timedelta(days=7)
MOST_AN_HOUR = 10

SCENES: dict[str, Scene] = {
    "VERIFY_EMAIL": "verify_email",
    "FIRST_EMAIL_LOGIN_VERIFY": "first_login_verify",
    "CONSOLE_CONDUCTED_VERIFY": "console_verify",
}


class Links:
    """`base_url` is the server's own address from its settings; a request's Host header is never believed."""

    def __init__(
        self,
        db: Database,
        pools: PoolService,
        users: UserService,
        mail: MailService,
        audit: AuditLog,
        base_url: str,
    ) -> None:
        self._db, self._pools, self._users = db, pools, users
        self._mail, self._audit, self.base_url = mail, audit, base_url.rstrip("/")

    async def send(self, caller: Caller, email: str, scene: str) -> None:
        """A link that proves the address. Nobody's address gets none, and the answer does not tell."""
        if scene not in SCENES:
            raise InvalidInput("scene", "未知的场景", "an unknown scene")
        target = normal("email", email)
        await self._count(caller, target)
        user = await self._users.look_up(caller, UserKey("email", target))
        if user is not None:
            await self._queue(caller, user, target, SCENES[scene], "email_link", VERIFY_PATH, VERIFY_LIFETIME)

    async def send_first_login(self, caller: Caller, user_id: str) -> None:
        """A link to choose a first password by, sent by an administrator. Raises UserNotFound."""
        caller.require_administrator()
        user = await self._users.look_up(caller, UserKey("id", user_id))
        if user is None or not user.email:
            raise UserNotFound(user_id=user_id)
        await self._queue(
            *(caller, user, user.email, "first_login_verify", "first_login"),
            *(FIRST_LOGIN_PATH, FIRST_LOGIN_LIFETIME),
        )

    async def verify(self, caller: Caller, ticket: str) -> User:
        """The click: the address becomes verified, if it is still the user's. Raises TokenInvalid,
        TokenExpired."""
        held = await tickets.look_at(self._db, caller.pool_id, "email_link", ticket)
        user = await self._users.look_up(caller, UserKey("id", held.user_id))
        if user is None or user.email != held.detail.get("email"):
            raise UserNotFound(user_id=held.user_id)
        async with self._db.transaction() as tx:
            await tickets.use_up(tx, held)
            user = await self._users.change(tx, caller, user.id, UserDraft({"email_verified": True}))
            event = Event(
                *("update_email", "user", user.id, user.id, user.display_name), detail={"verified": True}
            )
            await self._audit.write(tx, caller, event)
        return user

    async def _queue(
        self,
        caller: Caller,
        user: User,
        email: str,
        scene: Scene,
        purpose: tickets.Purpose,
        path: str,
        lifetime: timedelta,
    ) -> None:
        pool = await self._pools.get(caller.pool_id)
        async with self._db.transaction() as tx:
            ticket = await tickets.issue(
                tx, pool.id, purpose, user.id, lifetime=lifetime, tries=5, detail={"email": email}
            )
            values = {
                "link": f"{self.base_url}{path}?token={ticket}",
                "app_name": pool.name,
                "user_name": user.display_name,
                "minutes": str(int(lifetime.total_seconds()) // 60),
            }
            await self._mail.queue_email(tx, caller, scene, email, values, user_id=user.id)

    async def _count(self, caller: Caller, target: str) -> None:
        sent = await postgres.count_attempt(self._db, caller.pool_id, "link-target", target, 3600)
        if sent > MOST_AN_HOUR and caller.kind != "administrator":
            raise TooManyRequests("too many links for one address", retry_after_s=3600)
