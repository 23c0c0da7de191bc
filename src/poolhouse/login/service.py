"""Signing in: a proof goes in, a session and a token come out.

Every way in ends in `complete_login`, which asks the same questions in the same order: may this person log in at all,
must the password change first, is a second factor wanted. Only then is there a session.

Unknown user and wrong password look and cost the same; what sets them apart goes to the audit log only.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import timedelta
from typing import Literal

import msgspec

from poolhouse.accounts.records import UserRecords
from poolhouse.apps.model import App, MayUse
from poolhouse.apps.oidc_settings import allowed_scope
from poolhouse.apps.service import AppService
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.db.together import Writer
from poolhouse.directory.chooser import Directories
from poolhouse.directory.contract import Account, Directory
from poolhouse.errors import (
    AccountBlocked,
    AccountSuspended,
    AppAccessDenied,
    EmailUnverified,
    InvalidOperation,
    MfaRequired,
    PasswordResetRequired,
    PoolhouseError,
    ScriptFailed,
    TokenExpired,
    WeakPassword,
    WrongCredentials,
)
from poolhouse.login import tickets
from poolhouse.login.codes import proof
from poolhouse.login.lockout import Lockout
from poolhouse.login.login_recorder import LoginRecorder
from poolhouse.login.model import Channel, LoggedIn, Method, SignIn
from poolhouse.login.passwords import PasswordRules, policy_of
from poolhouse.login.refusal_log import RefusalLog, name_typed
from poolhouse.login.sign_up import SignUp
from poolhouse.mfa import postgres_passkeys as passkey_rows
from poolhouse.mfa.service import MfaService
from poolhouse.pools.model import Pool
from poolhouse.pools.service import PoolService
from poolhouse.sessions.model import IssuedToken, Session
from poolhouse.sessions.service import SessionService
from poolhouse.users.model import User, UserKey

MFA_LIFETIME = timedelta(minutes=10)
RESET_LIFETIME = timedelta(minutes=30)
MFA_TRIES = 10
PLAIN = SignIn()
Also = Callable[[Writer], Awaitable[None]]
_BY_ADDRESS: dict[Method, Channel] = {"email_code": "email", "phone_code": "phone"}


class LoginService:
    def __init__(
        self,
        *,
        db: Database,
        pools: PoolService,
        apps: AppService,
        directories: Directories,
        users: UserRecords,
        sessions: SessionService,
        lockout: Lockout,
        recorder: LoginRecorder,
        rules: PasswordRules,
        sign_up: SignUp,
        mfa: MfaService,
        may_use: MayUse,
        refusals: RefusalLog,
        audit: AuditLog,
    ) -> None:
        """`may_use`: who decides which users an application is open to."""
        self._sign_up, self._may_use, self._refusals = sign_up, may_use, refusals
        self._db, self._pools, self._apps, self._directories = db, pools, apps, directories
        self._users, self._sessions, self._lockout, self._recorder = users, sessions, lockout, recorder
        self._rules, self._mfa, self._audit = rules, mfa, audit

    # -- ways in -------------------------------------------------------------------------------------------

    async def with_password(
        self, caller: Caller, key: UserKey, password: str, how: SignIn = PLAIN, method: Method = "password"
    ) -> LoggedIn:
        """By username, e-mail or phone and the plain password.

        Raises WrongCredentials, CaptchaRequired, AccountLocked, and what `admit` raises.
        """
        pool = await self._pools.get(caller.pool_id)
        known: Account | None = None
        async with AsyncExitStack() as stack:
            try:
                directory = await self._directories.of(pool.id)
                known = await directory.account_of(caller, key)
                if not password:
                    raise WrongCredentials("empty password")
                subject = UserKey("id", known.id) if known else key
                this = await stack.enter_async_context(
                    self._lockout.counted(caller, pool, subject, how.captcha)
                )
                async with self._lockout.turns.of(caller.neighborhood):
                    user = await self._authenticate(caller, directory, key, password, known, how)
                this.proved = True
            except PoolhouseError as error:
                user_id = known.id if known else None
                await self._refusals.write(caller, error, key=key, user_id=user_id or "", method=method)
                await self._note_lock(caller, pool, key, user_id, error)
                raise
            return await self.complete_login(
                caller, user, method, password=password, scope=how.scope, also=this.forget
            )

    async def with_any_password(
        self, caller: Caller, keys: Sequence[UserKey], password: str, how: SignIn = PLAIN
    ) -> LoggedIn:
        """One account that may be a username, an e-mail or a phone: the first of `keys` somebody has."""
        directory = await self._directories.of(caller.pool_id)
        found = await directory.find(caller, keys) if len(keys) > 1 and directory.keeps_profiles else []
        key = next((key for key, user in zip(keys, found, strict=False) if user), keys[0])
        return await self.with_password(caller, key, password, how)

    # -- the common end ------------------------------------------------------------------------------------

    async def complete_login(
        self,
        caller: Caller,
        user: User,
        method: Method,
        *,
        password: str | None = None,
        second_factor: bool = True,
        scope: str | None = None,
        also: Also | None = None,
        upstream: bytes | None = None,
    ) -> LoggedIn:
        """A session and a token for a user who has proved who they are, here or in another use case: by a code, an
        identity, a second factor. `also`: what is written with the session. `upstream`: by what an identity source
        may end it, also where a second step comes between.

        Raises AccountBlocked, AccountSuspended, AppAccessDenied, EmailUnverified, PasswordResetRequired (with
        a ticket), MfaRequired (with a ticket). A refusal is in the audit log before it is raised.
        """
        pool = await self._pools.get(caller.pool_id)
        app = await self._apps.get(caller, caller.app_id) if caller.app_id else None
        try:
            require_active(user)
            await self._require_entrance(app, user)
            if pool.settings.login_require_email_verified and user.email and not user.email_verified:
                raise EmailUnverified(email=user.email)
            if password is not None:
                await self._require_current_password(pool, user, password)
            if second_factor:
                await self._require_second_factor(pool, app, user, method, scope, upstream)
        except PoolhouseError as error:
            await self._refusals.write(caller, error, key=UserKey("id", user.id), user=user, method=method)
            raise
        return await self._open(caller, pool, app, user, method, scope, also, upstream)

    async def _open(
        self,
        caller: Caller,
        pool: Pool,
        app: App | None,
        user: User,
        method: Method,
        scope: str | None,
        also: Also | None,
        upstream: bytes | None,
    ) -> LoggedIn:
        allowed = None if scope is None else allowed_scope(app, scope)
        async with self._recorder.of(caller, user) as record, self._db.together() as writes:
            session = await self._sessions.start(
                writes, caller, user.id, lifetime(pool, app), scope=allowed, upstream=upstream
            )
            event = Event(
                "login",
                "user",
                user.id,
                user_id=user.id,
                user_name=user.display_name,
                app_id=caller.app_id,
                detail={"method": method, "session": session.id},
            )
            await self._audit.write(writes, caller, event)
            if also is not None:
                await also(writes)
            user = msgspec.structs.replace(
                user,
                logins_count=user.logins_count + 1,
                last_login=session.created_at,
                last_ip=caller.ip,
                last_login_app=caller.app_id,
                token_expired_at=session.expires_at,
            )
            await record(writes, user)
        return LoggedIn(user, await self._sessions.issue_user(session, user, app), session)

    async def token_only(self, caller: Caller, user: User) -> tuple[Session, IssuedToken]:
        """A session and its token without a login: nothing is counted, nobody is told.

        Raises AccountBlocked, AccountSuspended (of a new user a script may say so), AppAccessDenied.
        """
        require_active(user)
        pool = await self._pools.get(caller.pool_id)
        app = await self._apps.get(caller, caller.app_id) if caller.app_id else None
        await self._require_entrance(app, user)
        session = await self._sessions.start(self._db, caller, user.id, lifetime(pool, app))
        return session, await self._sessions.issue_user(session, user, app)

    # -- tokens --------------------------------------------------------------------------------------------

    async def refresh(self, caller: Caller, user_id: str | None = None) -> IssuedToken:
        """A fresh token: of one's own session, prolonged; or, for an administrator, of a new one.

        Raises AccountBlocked, AccountSuspended, TokenExpired, AppAccessDenied: also when it was closed meanwhile.
        """
        target = user_id or caller.require_user()
        caller.require_user_or_administrator(target)
        user = await self._users.get(caller, target)
        require_active(user)
        pool = await self._pools.get(caller.pool_id)
        session = await self._own_session(caller)
        app_id = session.app_id if session else caller.app_id
        app = await self._apps.get(caller, app_id) if app_id else None
        await self._require_entrance(app, user)
        async with self._db.transaction() as tx:
            if session is None:
                session = await self._sessions.start(tx, caller, user.id, lifetime(pool, app))
            else:
                expires = await self._sessions.extend(tx, session, lifetime(pool, app))
                session = replace(session, expires_at=expires)
            event = Event(
                "refresh_token", "user", user.id, user_id=user.id, user_name=user.display_name, app_id=app_id
            )
            await self._audit.write(tx, caller, event)
        return await self._sessions.issue_user(session, user, app, caller.grant_id)

    async def _own_session(self, caller: Caller) -> Session | None:
        if caller.kind != "user" or caller.session_id is None:
            return None
        session = await self._sessions.find(caller.pool_id, caller.session_id)
        if session is None:
            raise TokenExpired("its session has ended")
        return session

    async def drain(self, within_s: float | None = None) -> None:
        """Waits for what was left to the background; what takes longer than `within_s` is given up."""
        await self._recorder.drain(within_s)

    # -- questions -----------------------------------------------------------------------------------------

    async def _authenticate(
        self,
        caller: Caller,
        directory: Directory,
        key: UserKey,
        password: str,
        known: Account | None,
        how: SignIn,
    ) -> User:
        try:
            return await directory.authenticate(caller, key, password, known)
        except (WrongCredentials, ScriptFailed):
            if how.auto_register and await self._users.find(caller, key) is None:
                return await self._sign_up.at_login(caller, key, password)
            raise

    async def _require_entrance(self, app: App | None, user: User) -> None:
        """Before every token for an application: it may have been closed to the user, or disabled, since the last."""
        if app and not await self._may_use(app, user.id):
            raise AppAccessDenied(app_id=app.id)

    async def _require_current_password(self, pool: Pool, user: User, password: str) -> None:
        if user.reset_password_on_next_login:
            raise PasswordResetRequired(
                token=await self._ticket(user, "first_login", RESET_LIFETIME), old_password=False
            )
        if self._rules.is_due(pool, user) or not await self._is_strong_enough(pool, password):
            raise PasswordResetRequired(
                token=await self._ticket(user, "force_reset", RESET_LIFETIME), old_password=True
            )

    async def _is_strong_enough(self, pool: Pool, password: str) -> bool:
        if not pool.settings.password_strength.check_at_login:
            return True
        try:
            await policy_of(pool).check(password)
        except WeakPassword:
            return False
        return True

    async def _require_second_factor(
        self,
        pool: Pool,
        app: App | None,
        user: User,
        method: Method,
        scope: str | None = None,
        upstream: bytes | None = None,
    ) -> None:
        has_totp = await self._mfa.is_enabled(pool.id, user.id)
        if not (has_totp or pool.settings.mfa_required or (app and app.settings.mfa_required)):
            return
        by = _BY_ADDRESS.get(method)
        address = getattr(user, by) if by else None
        proved = proof(by, address, user.phone_country_code) if by and address else {}
        asked = {} if scope is None else {"scope": scope}
        opened = {} if upstream is None else {"upstream": upstream.hex()}
        detail = {"method": method, **proved, **asked, **opened}
        ticket = await self._ticket(user, "mfa", MFA_LIFETIME, MFA_TRIES, detail)
        raise MfaRequired(
            mfa_token=ticket, user=user, totp=has_totp, passkeys=await self._passkeys(pool, user)
        )

    async def _passkeys(self, pool: Pool, user: User) -> Literal["off", "none", "bound"]:
        if not pool.settings.passkeys:
            return "off"
        return "bound" if await passkey_rows.list_passkeys(self._db, pool.id, user.id) else "none"

    async def open_second_step(self, caller: Caller, app_id: str, user: User) -> MfaRequired:
        """What a login at the application would be answered between its two steps, for an administrator who has
        identified the user in their own way.

        Raises AppNotFound, AccountBlocked, AccountSuspended, AppAccessDenied, and InvalidOperation where no second
        step is asked for.
        """
        caller.require_administrator()
        pool = await self._pools.get(caller.pool_id)
        app = await self._apps.get(caller, app_id)
        require_active(user)
        await self._require_entrance(app, user)
        try:
            await self._require_second_factor(pool, app, user, "mfa")
        except MfaRequired as asked:
            event = Event(
                "authorize",
                "user",
                user.id,
                user_id=user.id,
                user_name=user.display_name,
                app_id=app.id,
                detail={"step": "mfa"},
            )
            await self._audit.write(self._db, caller, event)
            return asked
        raise InvalidOperation("该应用不需要二次验证", "no second step is asked for there")

    async def _ticket(
        self,
        user: User,
        purpose: tickets.Purpose,
        lifetime: timedelta,
        tries: int = 5,
        detail: dict[str, str] | None = None,
    ) -> str:
        return await tickets.issue(
            self._db, user.pool_id, purpose, user.id, lifetime=lifetime, tries=tries, detail=detail
        )

    async def _note_lock(
        self, caller: Caller, pool: Pool, key: UserKey, user_id: str | None, error: PoolhouseError
    ) -> None:
        """A row of its own where this wrong password has locked an account, or a name nobody has: the two cost
        the same."""
        if not isinstance(error, WrongCredentials | ScriptFailed):
            return
        account = UserKey("id", user_id) if user_id else key
        if (locked_s := await self._lockout.locked_for(pool, account)) is not None:
            name = key.value if user_id else name_typed(key.value)
            detail = {"reason": "too many wrong passwords", "seconds": locked_s}
            event = Event(
                "block", "user", user_id, user_id=user_id, user_name=name, app_id=caller.app_id, detail=detail
            )
            await self._audit.write(self._db, caller, event)


def require_active(user: User) -> None:
    """Asked only after the proof: it tells that the account exists."""
    if not user.may_log_in:
        refusal = AccountBlocked if user.blocked or user.is_deleted else AccountSuspended
        raise refusal(user_id=user.id)


def lifetime(pool: Pool, app: App | None) -> timedelta:
    own = app.settings.id_token_expires_after if app else None
    return timedelta(seconds=own or pool.settings.token_expires_after)
