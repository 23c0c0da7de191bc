"""Use cases on sessions and tokens.

A user token is good while its session row is: ending the row ends the token, on every node at the next
request, because the database is asked each time (one primary-key read). What else is made from a login (grants,
tickets) ends with the session or the user: `Endings`, so that nobody who ends sessions can forget it.
Tokens that speak for no user are not read here: `credentials`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from poolhouse.apps.model import App
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database, Executor
from poolhouse.db.together import Writer
from poolhouse.errors import TokenExpired, TokenInvalid
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.sessions import postgres, tokens
from poolhouse.sessions.endings import Endings
from poolhouse.sessions.keys import KeyRing
from poolhouse.sessions.model import IssuedToken, LoginState, Session
from poolhouse.sessions.tokens import Claims, SigningKey
from poolhouse.times import now
from poolhouse.users.model import User

GrantEnds = Callable[[Executor, str, str], Awaitable[datetime | None]]
"""When the grant runs out that an application has: pool and grant. None for one that has ended."""


class SessionService:
    def __init__(
        self, *, db: Database, keys: KeyRing, endings: Endings, grant_ends: GrantEnds, audit: AuditLog
    ) -> None:
        self._db, self.keys, self._endings, self._audit = db, keys, endings, audit
        self._grant_ends = grant_ends

    # -- tokens --------------------------------------------------------------------------------------------

    async def issue_user(
        self, session: Session, user: User, app: App | None, grant_id: str | None = None
    ) -> IssuedToken:
        """The token of a session: it names the session and ends with it; one that was made of a grant's token, with
        the grant too. HS256, whatever the application's id tokens
        are: the clients of both versions verify it with the application's secret."""
        if app is None:
            key = await self.keys.management(user.pool_id)
        else:
            key = await self.keys.of_app(user.pool_id, app.id, app.secret)
        audience = session.app_id or session.pool_id
        extra = {} if session.scope is None else {"scope": session.scope}
        expires = session.expires_at
        if grant_id is not None:
            expires = min(expires, await self._require_grant(session.pool_id, grant_id))
        return await self._issue(user, key, audience, session.id, expires, extra, grant_id=grant_id)

    async def issue_id_token(
        self,
        session_id: str,
        expires_at: datetime,
        user: User,
        app: App,
        claims: Mapping[str, Any],
        *,
        grant_id: str | None,
        opens: bool = True,
    ) -> IssuedToken:
        """The same token with the claims of OpenID Connect, signed as the application chose: the official clients use
        one as the other. Where it `opens` nothing it is without `data`, and says who the user is to whoever reads it.
        """
        key = await self.key_for(app)
        return await self._issue(
            user, key, app.id, session_id, expires_at, claims, grant_id=grant_id, opens=opens
        )

    async def key_for(self, app: App) -> SigningKey:
        """What signs the tokens that the application reads: by its algorithm, as it verifies them."""
        algorithm = app.settings.id_token_algorithm
        if algorithm == "HS256":
            return await self.keys.of_app(app.pool_id, app.id, app.secret)
        return await self.keys.server(algorithm)

    async def _issue(
        self,
        user: User,
        key: SigningKey,
        audience: str,
        session_id: str,
        expires_at: datetime,
        extra: Mapping[str, Any],
        *,
        grant_id: str | None = None,
        opens: bool = True,
    ) -> IssuedToken:
        issued = now().replace(microsecond=0)
        claims = {
            **extra,
            "sub": user.id,
            "iat": int(issued.timestamp()),
            "exp": int(expires_at.timestamp()),
            "aud": audience,
            "sid": session_id,
            **({"gid": grant_id} if grant_id is not None else {}),
            **({"data": _user_data(user)} if opens else {}),
        }
        return IssuedToken(await self.keys.sign(tokens.fitted(claims), key), issued, expires_at)

    async def read(self, token: str) -> Claims:
        """Whose login a token is. Raises TokenInvalid, TokenExpired: also when its session has ended."""
        claims = await self.keys.read(token)
        await self.require_session(claims)
        return claims

    async def of_token(self, token: str) -> Session:
        """The session of a login's token. Raises TokenInvalid, TokenExpired."""
        return await self.require_session(await self.keys.read(token))

    async def require_session(self, claims: Claims) -> Session:
        """The live session that a token was made for; a token of a grant is good while that is, too."""
        if claims.kind != "user" or claims.session_id is None:
            raise TokenInvalid("no login's token")
        session = await postgres.find(self._db, claims.pool_id, claims.session_id)
        if session is None:
            raise TokenExpired("its session has ended")
        if session.user_id != claims.subject:
            raise TokenInvalid("its session is another user's")
        if claims.app_id != (session.app_id or session.pool_id):
            raise TokenInvalid("its session is at another application")
        if claims.grant_id is not None:
            await self._require_grant(claims.pool_id, claims.grant_id)
        return session

    async def _require_grant(self, pool_id: str, grant_id: str) -> datetime:
        ends = await self._grant_ends(self._db, pool_id, grant_id)
        if ends is None:
            raise TokenExpired("what it was made of has been revoked")
        return ends

    # -- sessions ------------------------------------------------------------------------------------------

    async def start(
        self,
        db: Writer,
        caller: Caller,
        user_id: str,
        lifetime: timedelta,
        *,
        app_id: str | None = None,
        scope: str | None = None,
        upstream: bytes | None = None,
    ) -> Session:
        """A session for a user who has just proved who they are. `upstream`: see `end_upstream`."""
        created = now()
        session = Session(
            id=new_id(),
            pool_id=caller.pool_id,
            user_id=user_id,
            app_id=app_id or caller.app_id or "",
            device_id=_device(caller.device_id) or "",
            ip=caller.ip,
            user_agent=caller.user_agent,
            created_at=created,
            expires_at=(created + lifetime).replace(microsecond=0),
            scope=scope,
        )
        await postgres.insert(db, session, upstream)
        return session

    async def find(self, pool_id: str, session_id: str) -> Session | None:
        """A session that has neither ended nor expired."""
        return await postgres.find(self._db, pool_id, session_id)

    async def extend(self, db: Executor, session: Session, lifetime: timedelta) -> datetime:
        """Its new end. Raises TokenExpired when it has ended meanwhile."""
        expires = (now() + lifetime).replace(microsecond=0)
        if not await postgres.extend(db, session.pool_id, session.id, expires):
            raise TokenExpired("its session has ended")
        return expires

    async def list(
        self, caller: Caller, user_id: str, app_id: str | None = None, device_id: str | None = None
    ) -> list[Session]:
        """A user's live sessions, newest first; of thousands the newest thousand."""
        caller.require_user_or_administrator(user_id)
        return await postgres.of_user(self._db, caller.pool_id, user_id, app_id, _device(device_id))

    async def active_users(self, caller: Caller, app_id: str, page: PageRequest) -> Page[str]:
        """Ids of people with a live session at the application, who came last first."""
        caller.require_administrator()
        return Page(*await postgres.users_of_app(self._db, caller.pool_id, app_id, page.size, page.offset))

    async def login_state(
        self, caller: Caller, user_id: str, app_id: str | None = None, device_id: str | None = None
    ) -> LoginState:
        caller.require_user_or_administrator(user_id)
        device = _device(device_id)
        live = await postgres.apps_of_user(self._db, caller.pool_id, user_id, app_id, device)
        return LoginState(bool(live), tuple(app for app in live if app))

    async def end(self, caller: Caller, session_id: str, of: str | None = None) -> bool:
        """One session: one's own, or anybody's for an administrator, who may say whose. False if there was none."""
        owner = caller.actor_id if caller.kind == "user" else of
        if caller.kind != "user":
            caller.require_administrator()
        async with self._db.transaction() as tx:
            ended = await self._endings.of_session(tx, caller.pool_id, session_id, owner)
            if ended:
                await self._audit.write(tx, caller, Event("logout", "session", session_id, user_id=owner))
        return ended

    async def end_upstream(self, caller: Caller, upstream: bytes) -> int:
        """The sessions that a sign-in at an identity source opened, which the source says is over. `upstream`: the
        digest that they began with. How many ended."""
        async with self._db.transaction() as tx:
            ended = 0
            for session_id, user_id in await postgres.opened_by(tx, caller.pool_id, upstream):
                if not await self._endings.of_session(tx, caller.pool_id, session_id, None):
                    continue
                event = Event("logout", "session", session_id, user_id=user_id, detail={"method": "identity"})
                await self._audit.write(tx, caller, event)
                ended += 1
        return ended

    async def end_run_out(self, pool_id: str, session_id: str) -> None:
        """What outlived a session that is no more, for who has shown that it was theirs."""
        async with self._db.transaction() as tx:
            await self._endings.of_run_out(tx, pool_id, session_id)

    async def logout(
        self, caller: Caller, user_id: str, app_id: str | None = None, device_id: str | None = None
    ) -> int:
        """A user's sessions at one application or all, from one device or all. How many ended."""
        caller.require_user_or_administrator(user_id)
        app_ids, device = [app_id] if app_id else None, _device(device_id)
        async with self._db.transaction() as tx:
            if device:
                ended = await self._endings.of_device(tx, caller.pool_id, user_id, app_ids, device)
            else:
                ended = await self._endings.of_users(tx, caller.pool_id, [user_id], app_ids)
            detail: dict[str, Any] = {"sessions": ended, **({"device": device} if device else {})}
            event = Event("logout", "user", user_id, user_id=user_id, detail=detail)
            await self._audit.write(tx, caller, event)
        return ended

    async def kick(
        self, caller: Caller, user_ids: Sequence[str], app_ids: Sequence[str] | None = None
    ) -> int:
        """Logs users out of every application of the pool, or of those given. How many sessions ended."""
        caller.require_administrator()
        async with self._db.transaction() as tx:
            ended = await self._endings.of_users(tx, caller.pool_id, user_ids, app_ids)
            for user_id in user_ids:
                await self._audit.write(tx, caller, Event("kick", "user", user_id, user_id=user_id))
        return ended


def _device(device_id: str | None) -> str | None:
    """As it is stored."""
    return device_id[:256] if device_id else None


def _user_data(user: User) -> dict[str, Any]:
    return {
        "id": user.id,
        "userPoolId": user.pool_id,
        "arn": f"arn:cn:authing:{user.pool_id}:user:{user.id}",
        "username": user.username,
        "email": user.email,
        "phone": user.phone,
        "nickname": user.nickname,
        "photo": user.photo,
    }
