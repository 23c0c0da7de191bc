"""Signing in by an identity source: begun, come back from, and whose account it opens.

Every way ends in `LoginService.complete_login`, which asks what every sign-in is asked. A failure is in the audit log
before it is raised, with the step and the reason.
"""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import Awaitable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import msgspec

from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database
from poolhouse.errors import (
    IdentitySourceNotFound,
    IdentityUnbound,
    NotSupported,
    PoolhouseError,
    ProviderAccountRefused,
    ProviderFailed,
    ProviderRefused,
    TokenExpired,
    TooManyRequests,
    Unavailable,
    WrongCredentials,
)
from poolhouse.federation import catalog
from poolhouse.federation.addresses import callback_path, place_of
from poolhouse.federation.attempts import Aim, Attempt, Attempts, Kept
from poolhouse.federation.binding import PROOFS, RULES, Binding, ProofOfAccount, Rules, Way
from poolhouse.federation.model import (
    Begun,
    Callback,
    ExternalUser,
    Here,
    Manifest,
    Pairs,
    Runner,
    Settled,
    checked,
    metadata_address,
    settled,
)
from poolhouse.login.lockout import Lockout
from poolhouse.login.model import LoggedIn
from poolhouse.login.service import LoginService
from poolhouse.login.tally import Limit, Subject, Tally
from poolhouse.outgoing import Outgoing
from poolhouse.pools.service import PoolService
from poolhouse.sessions import postgres as session_rows
from poolhouse.tenants import postgres_sources as rows
from poolhouse.tenants.model import Connection
from poolhouse.texts import is_storable, trimmed
from poolhouse.times import now
from poolhouse.users.model import User, UserKey

T = TypeVar("T")

WHOLE_S = 25.0
"""All that one step of a sign-in asks of a provider: a client makes up to four calls of ten seconds."""
BEGUN = Limit(2_000, 600)
"""Sign-ins begun by one address: each is a row until its ten minutes are over."""
_BEGINNING = "federation-ip"
TRIED = Limit(60, 3600)
"""Trials of one pool's connections: each calls a host that an administrator named."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A connection that an application's people may sign in by: at a page of its provider's (`redirecting`), by a name
    and a password that they type at ours (`verifying`), or neither, in a native app."""

    id: str
    identifier: str
    kind: str
    name: str
    logo: str | None
    source_id: str
    source_type: str
    social: bool
    redirecting: bool
    verifying: bool
    path: str


@dataclass(frozen=True, slots=True)
class Asked:
    """Nobody knows the person yet, and the connection lets them say whose account is theirs. `ticket` goes with what
    they do next in this browser. `proofs`: by what they may prove it; `may_create`: or have a new one made."""

    ticket: str
    proofs: tuple[ProofOfAccount, ...] = PROOFS
    may_create: bool = True


@dataclass(frozen=True, slots=True)
class Trial:
    """`steps`: those that went well. `callback`, `metadata`: addresses of ours that the provider is told, "" where the
    kind has none."""

    steps: tuple[str, ...]
    failed: ProviderFailed | None
    callback: str
    metadata: str


@dataclass(frozen=True, slots=True)
class _Open:
    """A connection as it is needed to use it."""

    way: Way
    manifest: Manifest
    settled: Settled

    @property
    def callback(self) -> str:
        """The path that its provider sends people back to."""
        kind, identifier = self.manifest.callback_path, self.settled.identifier
        return callback_path(self.way.rules.callback, kind, identifier, self.settled.pool_id)


class Federation:
    def __init__(
        self,
        *,
        db: Database,
        box: SecretBox,
        pools: PoolService,
        binding: Binding,
        login: LoginService,
        lockout: Lockout,
        outgoing: Outgoing,
        audit: AuditLog,
        run: Runner | None = None,
    ) -> None:
        self._db, self._box, self._pools, self._binding, self._login = db, box, pools, binding, login
        self._lockout, self._outgoing, self._audit, self._run = lockout, outgoing, audit, run
        self._attempts, self._tally = Attempts(db, box), Tally(db)

    async def places(self, pool_id: str, name: str) -> list[str]:
        """The applications that a connection is switched on in, by its identifier or id."""
        found = await rows.usable_connection(self._db, pool_id, name, self._box)
        states = found[0].states if found else ()
        return [state.place_id for state in states if state.place == "app" and state.enabled]

    async def offered(self, pool_id: str, app_id: str) -> list[Offer]:
        """The connections that are switched on in the application and of a kind that signs in, oldest first."""
        found = await rows.enabled_connections(self._db, pool_id, app_id)
        return [
            Offer(
                id=connection.id,
                identifier=connection.identifier,
                kind=connection.type,
                name=connection.display_name,
                logo=connection.logo,
                source_id=connection.source_id,
                source_type=source_type,
                social=manifest.social,
                redirecting=manifest.redirecting is not None,
                verifying=manifest.verifying is not None,
                path=manifest.callback_path,
            )
            for connection, source_type in found
            if (manifest := catalog.MANIFESTS.get(connection.type)) is not None
        ]

    # -- by way of the browser -----------------------------------------------------------------------------

    async def begin(
        self,
        caller: Caller,
        name: str,
        aim: Aim,
        *,
        origin: str,
        browser: str,
        request: str = "",
        kind: str = "",
    ) -> Begun:
        """Where the browser goes. `name`: the connection's identifier or id; `origin`: our own; `browser`: what only
        this browser keeps. `aim` link: the identity is to be the caller's. `kind`: of the address that was called,
        where it names one.

        Raises IdentitySourceNotFound (also where it is switched off in the application), NotSupported, ProviderFailed,
        TooManyRequests.
        """
        user_id = caller.require_user() if aim == "link" else ""
        await self._require_few(caller)
        opened = await self._opened(caller, name)
        if kind not in ("", opened.manifest.callback_path):
            raise IdentitySourceNotFound(connection=name)
        client = catalog.redirecting(opened.manifest.kind)
        state = self._attempts.new_state(caller.pool_id)
        callback = origin + opened.callback
        try:
            begun = await _in_time(client.begin(opened.settled, self._here(origin, callback), state))
        except PoolhouseError as error:
            await self._note(caller, opened.way.connection, error)
            raise
        kept = Kept(
            aim=aim,
            app_id=caller.app_id or "",
            origin=origin,
            callback=callback,
            request=request,
            user_id=user_id,
            session_id=caller.session_id or "" if aim == "link" else "",
            remembered=dict(begun.remembered),
        )
        await self._attempts.open(state, opened.settled.id, kept, browser)
        return begun

    async def hold(self, state: str, form: Pairs) -> None:
        """Keeps what a provider posted, until the browser brings its cookie. Raises ProviderFailed."""
        await self._attempts.hold(state, form)

    async def taken(self, caller: Caller, state: str, browser: str) -> Attempt:
        """The attempt that a browser comes back from; it is good for nothing else after that. `caller` names no pool.

        Raises ProviderFailed.
        """
        try:
            return await self._attempts.take(state, browser)
        except ProviderFailed as error:
            meant = await self._attempts.meant(state)
            if meant is not None:
                named = replace(caller, pool_id=meant[0], app_id=None)
                found = await rows.find_connection(self._db, *meant, self._box)
                await self._note(named, found[0] if found else None, error)
            raise

    async def complete(
        self, caller: Caller, attempt: Attempt, callback: Callback, path: tuple[str, str], browser: str
    ) -> LoggedIn | Asked | None:
        """Who has come is signed in, or asked whose account is theirs; None: the identity was linked. `caller` is of
        the attempt's pool and application; `path`: kind and identifier of the address that was called.

        Raises ProviderFailed, IdentityUnbound, IdentityTaken, what `SignUp.create` and what `complete_login` do.
        """
        connection: Connection | None = None
        try:
            opened = await self._opened(caller, attempt.connection_id)
            connection = opened.way.connection
            kept = attempt.kept
            # By its id where a template of addresses says so (providers/oauth2).
            if path not in (
                place_of(urlsplit(kept.callback).path),
                (opened.manifest.callback_path, connection.id),
            ):
                raise ProviderFailed(
                    "state", "返回地址属于另一个连接", "it came back to another connection's address"
                )
            if kept.posted is not None:
                callback = replace(callback, method="POST", form=kept.posted)
            client = catalog.redirecting(opened.manifest.kind)
            here = self._here(kept.origin, kept.callback)
            came = checked(await _in_time(client.finish(opened.settled, here, callback, kept.remembered)))
            if kept.aim == "link":
                await self._link_own(caller, opened.way, came, kept)
                return None
            user = await self._user(caller, opened.way, came)
        except PoolhouseError as error:
            await self._note(caller, connection, error)
            raise
        if user is None:
            return await self._asking(caller, opened, came, "page", browser)
        return await self._login.complete_login(caller, user, "identity")

    # -- whose account is it -------------------------------------------------------------------------------

    async def bind(self, caller: Caller, ticket: str, browser: str, user: User) -> None:
        """The identity that was asked about is the user's, who has just signed in.

        Raises ProviderFailed, IdentityTaken.
        """
        opened, came = await self._asked_about(caller, ticket, browser)
        try:
            await self._binding.link(caller, opened.way, came, user)
        except PoolhouseError as error:
            await self._note(caller, opened.way.connection, error)
            raise

    async def create(self, caller: Caller, ticket: str, browser: str) -> LoggedIn:
        """Or a new account's. Raises IdentityUnbound where the connection makes none, and what `SignUp.create` does."""
        opened, came = await self._asked_about(caller, ticket, browser)
        try:
            user = await self._binding.known(caller, opened.way, came)
            if user is None:
                user = await self._created(caller, opened.way, came)
        except PoolhouseError as error:
            await self._note(caller, opened.way.connection, error)
            raise
        return await self._login.complete_login(caller, user, "identity")

    async def asked(self, caller: Caller, ticket: str) -> Asked:
        """What somebody who has a ticket may do with it, which they still can after this.

        Raises ProviderFailed, IdentitySourceNotFound.
        """
        attempt = await self._attempts.look(ticket)
        self._require_own(caller, attempt)
        opened = await self._opened(caller, attempt.connection_id)
        way = opened.way
        return Asked(ticket, way.rules.proofs, not way.connection.login_only)

    async def _asking(
        self, caller: Caller, opened: _Open, came: ExternalUser, aim: Aim, browser: str
    ) -> Asked:
        way = opened.way
        state = self._attempts.new_state(caller.pool_id)
        asking = Kept(aim=aim, app_id=caller.app_id or "", came=came)
        await self._attempts.open(state, way.connection.id, asking, browser)
        return Asked(state, way.rules.proofs, not way.connection.login_only)

    @staticmethod
    def _require_own(caller: Caller, attempt: Attempt) -> ExternalUser:
        same = (attempt.pool_id, attempt.kept.app_id) == (caller.pool_id, caller.app_id or "")
        if not same or attempt.kept.came is None:
            raise ProviderFailed("state", "登录属于另一个应用", "the sign-in is another application's")
        return attempt.kept.came

    async def _asked_about(self, caller: Caller, ticket: str, browser: str) -> tuple[_Open, ExternalUser]:
        attempt = await self._attempts.take(ticket, browser)
        came = self._require_own(caller, attempt)
        return await self._opened(caller, attempt.connection_id), came

    # -- by a code that a native app brings ----------------------------------------------------------------

    async def exchange(
        self,
        caller: Caller,
        name: str,
        code: str,
        kinds: Collection[str],
        *,
        browser: str,
        scope: str | None = None,
    ) -> LoggedIn | Asked:
        """As at a platform whose own SDK gave the app a code. `kinds`: what the connection may be of.

        Raises IdentitySourceNotFound, also for a connection of another kind, ProviderFailed, IdentityTaken,
        IdentityUnbound, TooManyRequests, what `SignUp.create` and what `complete_login` do.
        """
        await self._require_few(caller)
        opened = await self._opened(caller, name)
        if opened.manifest.kind not in kinds:
            raise IdentitySourceNotFound(connection=name)
        client = catalog.exchanging(opened.manifest.kind)
        try:
            asked = client.exchange(opened.settled, self._here("", ""), code)
            came = checked(await _in_time(asked))
            user = await self._user(caller, opened.way, came)
        except PoolhouseError as error:
            await self._note(caller, opened.way.connection, error)
            raise
        if user is None:
            return await self._asking(caller, opened, came, "native", browser)
        return await self._login.complete_login(caller, user, "identity", scope=scope)

    # -- by a user name and a password ---------------------------------------------------------------------

    async def verify_password(
        self,
        caller: Caller,
        name: str,
        username: str,
        password: str,
        *,
        origin: str,
        captcha: str | None = None,
    ) -> LoggedIn:
        """As at a directory server: whoever it knows is signed in. Tries are counted for the name at the connection.

        Raises WrongCredentials, AccountLocked, CaptchaRequired, IdentityUnbound, ProviderFailed, and what a login does.
        """
        pool = await self._pools.get(caller.pool_id)
        opened = await self._opened(caller, name)
        client = catalog.verifying(opened.manifest.kind)
        connection = opened.way.connection
        subject = UserKey("username", f"{connection.id}:{_spelled(username)}"[:256])
        try:
            if not password or not username.strip() or not is_storable(username):
                raise WrongCredentials("nobody's name, or no password")
            async with self._lockout.counted(caller, pool, subject, captcha) as this:
                asked = client.verify(opened.settled, self._here(origin, ""), username.strip(), password)
                came = checked(await _in_time(asked))
                this.proved = True
            user = await self._user(caller, opened.way, came)
            if user is None:  # there is no page to ask on
                user = await self._created(caller, opened.way, came)
        except PoolhouseError as error:
            await self._note(caller, connection, error)
            raise
        return await self._login.complete_login(caller, user, "identity", also=this.forget)

    # -- the trial -----------------------------------------------------------------------------------------

    async def check(self, caller: Caller, connection_id: str, *, origin: str) -> Trial:
        """The steps of a connection that work without anybody signing in, switched on or not. For administrators.

        Raises IdentitySourceNotFound, NotSupported, TooManyRequests.
        """
        caller.require_administrator()
        subject = Subject(caller.pool_id, "test-ext-idp-connection", "pool")
        wait_s = await self._tally.begin(subject, TRIED)
        if wait_s is not None:
            raise TooManyRequests("too many trials of connections", retry_after_s=wait_s)
        self._tally.failed(subject)
        callback = metadata = ""
        try:
            opened = await self._opened(caller, connection_id, trial=True)
            kind, identifier = opened.manifest.kind, opened.settled.identifier
            client: Any = catalog.client_of(kind)
            if opened.manifest.redirecting:
                callback = origin + opened.callback
            if hasattr(client, "metadata"):
                metadata = metadata_address(origin, opened.manifest.callback_path, identifier, caller.pool_id)
            steps: tuple[str, ...] = ("settings",)
            if hasattr(client, "check"):
                steps = await _in_time(client.check(opened.settled, self._here(origin, callback)))
        except ProviderFailed as error:
            return Trial((), error, callback, metadata)
        return Trial(steps, None, callback, metadata)

    async def metadata(self, caller: Caller, path: str, name: str, *, origin: str) -> bytes:
        """What the provider of a connection is told of us, XML; for anybody. `path`: the kind in the address.

        Raises IdentitySourceNotFound, also for a kind that has none, and ProviderFailed (settings).
        """
        found = await rows.usable_connection(self._db, caller.pool_id, name, self._box)
        manifest = catalog.MANIFESTS.get(found[0].type) if found else None
        if found is None or manifest is None or manifest.callback_path != path or not manifest.redirecting:
            raise IdentitySourceNotFound(connection=name)
        describe = getattr(catalog.redirecting(manifest.kind), "metadata", None)
        if describe is None:
            raise IdentitySourceNotFound(connection=name)
        connection, fields, _ = found
        spelling: Any = fields.get("callback") or ""
        back = callback_path(spelling, manifest.callback_path, connection.identifier, caller.pool_id)
        here = self._here(origin, origin + back)
        document: bytes = await describe(_settled(caller.pool_id, manifest, connection, fields), here)
        return document

    # -- inside --------------------------------------------------------------------------------------------

    async def _user(self, caller: Caller, way: Way, came: ExternalUser) -> User | None:
        """Known, matched or new; None where the person is to be asked."""
        user = await self._binding.known(caller, way, came)
        if user is None and way.connection.match_fields:
            user = await self._binding.matched(caller, way, came)
        if user is None:
            return None if way.connection.associable else await self._created(caller, way, came)
        await self._binding.link(caller, way, came, user)
        return await self._binding.synchronize(caller, way, came, user)

    async def _created(self, caller: Caller, way: Way, came: ExternalUser) -> User:
        if way.connection.login_only:
            raise IdentityUnbound()
        return await self._binding.create(caller, way, came)

    async def _link_own(self, caller: Caller, way: Way, came: ExternalUser, kept: Kept) -> None:
        """To who began it, if that login is still there."""
        session = await session_rows.find(self._db, caller.pool_id, kept.session_id)
        if session is None or session.user_id != kept.user_id or session.expires_at <= now():
            raise TokenExpired("the login that began it has ended")
        user = await self._binding.of(caller, kept.user_id)
        await self._binding.link(caller, way, came, user)

    async def _opened(self, caller: Caller, name: str, *, trial: bool = False) -> _Open:
        """`trial`: switched on or not, and what fails is no sign-in.

        Raises IdentitySourceNotFound, NotSupported, ProviderFailed (settings).
        """
        found = await rows.usable_connection(self._db, caller.pool_id, name, self._box)
        if found is None:
            raise IdentitySourceNotFound(connection=name)
        connection, fields, source_type = found
        if not trial and not connection.is_enabled("app", caller.app_id or ""):
            raise IdentitySourceNotFound(connection=name)
        try:
            manifest = catalog.manifest_of(connection.type)
            read = _settled(caller.pool_id, manifest, connection, fields)
            rules = msgspec.convert({name: fields[name] for name in RULES if fields.get(name)}, Rules)
        except msgspec.ValidationError as error:
            failed = ProviderFailed(
                "settings", f"连接的配置有误：{error}", f"the connection's settings: {error}"
            )
            if not trial:
                await self._note(caller, connection, failed)
            raise failed from error
        except (NotSupported, ProviderFailed) as error:
            if not trial:
                await self._note(caller, connection, error)
            raise
        return _Open(Way(connection, source_type, manifest.social, rules), manifest, read)

    def _here(self, origin: str, callback: str) -> Here:
        return Here(origin, callback, self._outgoing, now, self._run)

    async def _require_few(self, caller: Caller) -> None:
        subject = Subject(caller.pool_id, _BEGINNING, caller.neighborhood or "")
        wait_s = await self._tally.begin(subject, BEGUN)
        if wait_s is not None:
            raise TooManyRequests("too many sign-ins begun", retry_after_s=wait_s)
        self._tally.failed(subject)

    async def _note(self, caller: Caller, connection: Connection | None, error: PoolhouseError) -> None:
        """Which step failed and why, for whoever administers the pool."""
        if isinstance(error, Unavailable):
            return
        detail = {"method": "identity", "reason": type(error).__name__}
        if connection is not None:
            detail["connection"] = connection.identifier
        if isinstance(error, ProviderFailed):
            detail |= {"step": error.step, "reason": error.reason("en-US")}
        elif isinstance(error, ProviderRefused | ProviderAccountRefused):
            detail["said"] = error.reason("en-US")
        event = Event("login", "user", app_id=caller.app_id, success=False, detail=detail)
        await self._audit.write_refusal(caller, event)


def _settled(pool_id: str, manifest: Manifest, connection: Connection, fields: Mapping[str, Any]) -> Settled:
    at = connection.updated_at
    return settled(
        manifest,
        id=connection.id,
        pool_id=pool_id,
        source_id=connection.source_id,
        identifier=connection.identifier,
        fields=fields,
        version=at.isoformat() if at else "",
    )


def _spelled(username: str) -> str:
    """One spelling of what directories take for one name (RFC 4518), so that tries are counted together."""
    return " ".join(unicodedata.normalize("NFKC", trimmed(username)).split()).casefold()


async def _in_time(asked: Awaitable[T]) -> T:
    try:
        async with asyncio.timeout(WHOLE_S):
            return await asked
    except TimeoutError as error:
        raise ProviderFailed(
            "time", f"身份源在 {WHOLE_S:g} 秒内没有完成应答", f"the provider took more than {WHOLE_S:g} s"
        ) from error
