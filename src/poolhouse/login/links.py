"""Links by mail: to prove an address, and to choose a first password.

A link opens a page and does nothing by being opened: mail scanners and previews follow it before its reader
does. What the page's button posts does it, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from poolhouse.accounts.records import UserRecords
from poolhouse.apps.model import App
from poolhouse.apps.service import AppService
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import AppNotFound, InvalidInput, TokenInvalid, TooManyRequests, UserNotFound
from poolhouse.login import postgres, tickets
from poolhouse.login.codes import normal, require_held
from poolhouse.login.service import require_active
from poolhouse.mail.model import SCENES as MAILS
from poolhouse.mail.model import Scene
from poolhouse.mail.render import lasting
from poolhouse.mail.service import MailService
from poolhouse.pools.service import PoolService
from poolhouse.users.model import User, UserDraft, UserKey

VERIFY_PATH = "/login/verify-email"
FIRST_LOGIN_PATH = "/login/first"
PATHS: dict[tickets.Purpose, str] = {"email_link": VERIFY_PATH, "first_login": FIRST_LOGIN_PATH}
MOST_AN_HOUR = 10
FIRST_LOGIN_TRIES = 20

SCENES: dict[str, Scene] = {
    "VERIFY_EMAIL": "verify_email",
    "FIRST_EMAIL_LOGIN_VERIFY": "first_login_verify",
    "CONSOLE_CONDUCTED_VERIFY": "console_verify",
}


@dataclass(frozen=True, slots=True)
class Opened:
    """What a link is about. `name` is the application's or the pool's; `onward` an address to go on to."""

    user: User
    app: App | None
    name: str
    onward: str | None


class Links:
    """`base_url` is the server's own address from its settings; a request's Host header is never believed."""

    def __init__(
        self,
        *,
        db: Database,
        pools: PoolService,
        apps: AppService,
        users: UserRecords,
        mail: MailService,
        audit: AuditLog,
        base_url: str,
    ) -> None:
        self._db, self._pools, self._apps, self._users = db, pools, apps, users
        self._mail, self._audit, self.base_url = mail, audit, base_url.rstrip("/")

    async def send(self, caller: Caller, email: str, scene: str) -> None:
        """A link that proves the address. Nobody's address gets none, and the answer does not tell."""
        if scene not in SCENES:
            raise InvalidInput("scene", "未知的场景", "an unknown scene")
        target = normal("email", email)
        await self._count(caller, target)
        user = await self._users.find(caller, UserKey("email", target))
        if user is not None:
            await self._queue(caller, user, target, SCENES[scene], "email_link")

    async def send_first_login(self, caller: Caller, user_id: str) -> None:
        """A link to choose a first password by, sent by an administrator for the application `caller` names, if any.

        Raises UserNotFound; InvalidInput for a user without an e-mail address; AccountBlocked, AccountSuspended.
        """
        caller.require_administrator()
        user = await self._users.find(caller, UserKey("id", user_id))
        if user is None:
            raise UserNotFound(user_id=user_id)
        if not user.email:
            raise InvalidInput(
                "email", "该用户没有邮箱，无法发送邮件", "the user has none, so no mail can be sent"
            )
        require_active(user)
        await self._queue(caller, user, user.email, "first_login_verify", "first_login")

    async def opened(self, caller: Caller, purpose: tickets.Purpose, ticket: str) -> Opened:
        """Nothing is spent. Raises TokenInvalid, TokenExpired."""
        held, user = await self._held(caller, purpose, ticket)
        pool = await self._pools.get(caller.pool_id)
        app = await self._app(caller, held)
        scene = held.detail.get("scene")
        template = await self._mail.effective(caller, scene) if scene in MAILS else None
        onward = (template.redirect_to if template else None) or (app.home if app else None)
        return Opened(user, app, app.name if app else pool.name, _page(onward))

    async def verify(self, caller: Caller, ticket: str) -> User:
        """The address becomes verified, if it is still the user's. Raises TokenInvalid, TokenExpired."""
        held, user = await self._held(caller, "email_link", ticket)
        async with self._db.transaction() as tx:
            await tickets.consume(tx, held)
            user = await self._users.update(tx, caller, user.id, UserDraft({"email_verified": True}))
            event = Event(
                "update_email",
                "user",
                user.id,
                user_id=user.id,
                user_name=user.display_name,
                detail={"verified": True},
            )
            await self._audit.write(tx, caller, event)
        return user

    async def _held(
        self, caller: Caller, purpose: tickets.Purpose, ticket: str
    ) -> tuple[tickets.Ticket, User]:
        held = await tickets.peek(self._db, caller.pool_id, purpose, ticket)
        user = await self._users.find(caller, UserKey("id", held.user_id))
        if user is None:
            raise TokenInvalid("the link's user is gone")
        require_held(user, held.detail)
        return held, user

    async def _app(self, caller: Caller, held: tickets.Ticket) -> App | None:
        try:
            return await self._apps.get(caller, held.detail["app"]) if held.detail.get("app") else None
        except AppNotFound:
            return None

    async def _queue(
        self, caller: Caller, user: User, email: str, scene: Scene, purpose: tickets.Purpose
    ) -> None:
        pool = await self._pools.get(caller.pool_id)
        app_id = await self._apps.id_in_pool(pool.id, caller.app_id)
        name = (await self._apps.get(caller, app_id)).name if app_id else pool.name
        lasting_s = (await self._mail.effective(caller, scene)).expires_in_s
        async with self._db.transaction() as tx:
            ticket = await tickets.issue(
                tx,
                pool.id,
                purpose,
                user.id,
                lifetime=timedelta(seconds=lasting_s),
                tries=FIRST_LOGIN_TRIES,
                detail={"email": email, "app": app_id, "scene": scene},
            )
            values = {
                "link": f"{self.base_url}{PATHS[purpose]}?token={ticket}",
                "app_name": name,
                "pool_name": pool.name,
                "user_name": user.display_name,
                **lasting(lasting_s, caller.lang),
            }
            await self._mail.queue_email(tx, caller, scene, email, values, user_id=user.id)

    async def _count(self, caller: Caller, target: str) -> None:
        sent = await postgres.count_attempt(self._db, caller.pool_id, "link-target", target, 3600)
        if sent > MOST_AN_HOUR and caller.kind != "administrator":
            raise TooManyRequests("too many links for one address", retry_after_s=3600)


def _page(address: str | None) -> str | None:
    """What a browser may be sent to."""
    return address if address and address.lower().startswith(("https://", "http://")) else None
