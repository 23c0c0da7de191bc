"""How administrators sign in: a password and a second factor where one is bound, or a passkey; a session that ends."""

from __future__ import annotations

import hashlib
import re
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

import msgspec

from poolhouse import clock
from poolhouse.administrators import postgres
from poolhouse.administrators.devices import Devices, stamp
from poolhouse.administrators.model import (
    SERVER,
    Administrator,
    AdministratorSession,
    More,
    NewFactor,
    SignedIn,
)
from poolhouse.administrators.passkeys import Passkeys
from poolhouse.administrators.proof import Proof
from poolhouse.administrators.second_factor import SecondFactor
from poolhouse.administrators.service import (
    caller_of_server,
    check_password,
    for_the_log,
    require_server_owner,
)
from poolhouse.administrators.tries import CODE, PASSWORD, Tries
from poolhouse.audit.model import Event, Operation
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.crypto.secretbox import SecretBox, SecretUnreadable
from poolhouse.db.database import Database
from poolhouse.errors import (
    OldPasswordWrong,
    PasskeyRefused,
    PoolhouseError,
    SessionNotFound,
    TokenExpired,
    WeakPassword,
)
from poolhouse.login.address_limiter import AddressLimiter
from poolhouse.mfa.passkeys import Site
from poolhouse.texts import storable
from poolhouse.times import now

LIFETIME = timedelta(hours=12)
IDLE = timedelta(hours=2)
"""A session nobody used for so long is over, as OWASP asks for what is worth stealing."""
SEEN_EVERY = timedelta(minutes=1)
"""How exact `seen_at` is."""

_TOKEN_BYTES = 32
_TICKET_S = 600
_PLACE = "administrator-sign-in"


@dataclass(frozen=True, slots=True)
class _Ticket:
    """Of a password that was right: `stamp` is of the hash it fitted, `factor` whether the second step is done.
    `passkey` is the name of one that stood for both."""

    administrator_id: str
    stamp: str
    ends_at: float
    factor: bool = False
    passkey: str = ""

    @classmethod
    def of(cls, administrator: Administrator, stored: str) -> _Ticket:
        return cls(administrator.id, stamp(stored), clock.epoch_s() + _TICKET_S)


class AdministratorSignIn:
    def __init__(
        self,
        *,
        db: Database,
        box: SecretBox,
        hasher: PasswordHasher,
        factor: SecondFactor,
        tries: Tries,
        proof: Proof,
        passkeys: Passkeys,
        turns: AddressLimiter,
        audit: AuditLog,
    ) -> None:
        """`turns`: one address's share of the hasher's queue, which users' logins wait in, too."""
        self._db, self._box, self._hasher = db, box, hasher
        self._factor, self._turns, self._audit = factor, turns, audit
        self._tries, self._proof, self._passkeys = tries, proof, passkeys
        self._devices = Devices(box)

    # -- in ------------------------------------------------------------------------------------------------

    async def sign_in(
        self, asking: Caller, username: str, password: str, *, device: str = ""
    ) -> SignedIn | More:
        """`device`: what the browser keeps since somebody signed in with it. Raises WrongCredentials (of an unknown
        name, a wrong password and a disabled administrator alike), AccountLocked, TooManyRequests, Overloaded."""
        named = str(storable(username.strip().casefold()[:64]))
        try:
            known = await self._known_device(device, named)
            async with (
                self._tries.counted(asking, PASSWORD, named, known),
                self._turns.of(asking.neighborhood),
            ):
                administrator, stored = await self._proof.authenticate(named, password)
        except PoolhouseError as error:
            await self._refused(asking, error, username=named)
            raise
        return await self._next(asking, administrator, _Ticket.of(administrator, stored), stored, device)

    async def by_passkey(
        self, asking: Caller, site: Site, browser: str, ticket: str, sent: str, *, device: str = ""
    ) -> SignedIn | More:
        """With what a browser answered to `Passkeys.ask`, as JSON: it stands for the password and the second factor.
        A name that is locked is not: nobody guesses at a signature. Raises TokenExpired, PasskeyRefused,
        TooManyRequests."""
        passkey = None
        try:
            async with self._tries.counted_by_address(asking):
                passkey = await self._passkeys.prove(asking, site, browser, ticket, sent)
                administrator = await postgres.find(self._db, passkey.administrator_id)
                if administrator is None or administrator.disabled:
                    raise PasskeyRefused("gone or disabled", passkey=passkey)
        except PoolhouseError as error:
            meant = error.facts.get("passkey")
            whose = {"administrator": meant.administrator_id, "passkey": meant.name} if meant else {}
            await self._refused(asking, error, **whose)
            raise
        known = await postgres.password_hash(self._db, administrator.username)
        if known is None:
            raise TokenExpired("the administrator is gone")
        proved = replace(_Ticket.of(administrator, known[1]), factor=True, passkey=passkey.name)
        return await self._next(asking, administrator, proved, known[1], device)

    async def go_on(
        self, asking: Caller, ticket: str, *, code: str = "", new_password: str = "", device: str = ""
    ) -> SignedIn | More:
        """With what was needed: a code of the authenticator or a recovery code, or a password in place of one that
        somebody else set. Raises TokenExpired where the sign-in must begin anew; CodeWrong, AccountLocked,
        TooManyRequests; WeakPassword."""
        opened = self._unsealed(ticket)
        administrator = await postgres.find(self._db, opened.administrator_id)
        known = await postgres.password_hash(self._db, administrator.username) if administrator else None
        if administrator is None or known is None or administrator.disabled:
            raise TokenExpired("the administrator is gone or disabled")
        _, stored = known
        if stamp(stored) != opened.stamp:
            raise TokenExpired("the password has changed since")
        if administrator.second_factor and not opened.factor:
            try:
                trusted = self._devices.trusted(device, administrator.id, stored)
                await self._proof.code(asking, administrator, code, trusted)
            except PoolhouseError as error:
                await self._refused(asking, error, username=administrator.username)
                raise
            return await self._next(asking, administrator, replace(opened, factor=True), stored, device)
        if not administrator.must_change_password:
            return await self._open(asking, administrator, stored, device, opened.passkey)
        check_password(new_password, administrator.username)
        if (await self._hasher.verify(new_password, stored)).ok:
            raise WeakPassword("password", "不能与原密码相同", "must not be the old one")
        fresh = await self._hasher.hash(new_password)
        return await self._open(asking, administrator, stored, device, opened.passkey, fresh)

    async def _next(
        self, asking: Caller, administrator: Administrator, ticket: _Ticket, stored: str, device: str
    ) -> SignedIn | More:
        if administrator.second_factor and not ticket.factor:
            return More("code", self._sealed(ticket))
        if administrator.must_change_password:
            return More("new password", self._sealed(ticket))
        return await self._open(asking, administrator, stored, device, ticket.passkey)

    async def _known_device(self, device: str, named: str) -> str:
        """Its id, "" where it is not known for whoever has the name."""
        known = await postgres.password_hash(self._db, named) if self._devices.are_any(device) else None
        return self._devices.trusted(device, *known) if known else ""

    def _sealed(self, ticket: _Ticket) -> str:
        return self._box.encrypt(msgspec.json.encode(ticket).decode(), _PLACE).hex()

    def _unsealed(self, text: str) -> _Ticket:
        try:
            ticket = msgspec.json.decode(self._box.decrypt(bytes.fromhex(text), _PLACE), type=_Ticket)
        except (ValueError, IndexError, SecretUnreadable) as error:
            raise TokenExpired("no ticket of ours") from error
        if ticket.ends_at < clock.epoch_s():
            raise TokenExpired("the ticket ran out")
        return ticket

    async def _open(
        self,
        asking: Caller,
        administrator: Administrator,
        stored: str,
        device: str,
        passkey: str = "",
        fresh: str | None = None,
    ) -> SignedIn:
        """`stored` is the hash that the password fitted, `fresh` one in its place; `passkey` by which they came. Raises
        TokenExpired where another was set meanwhile: a reset is to leave nobody inside who came by the old one."""
        token = secrets.token_urlsafe(_TOKEN_BYTES)
        at = now()
        session = AdministratorSession(
            _digest(token), administrator.id, at, at, at + LIFETIME, asking.ip, asking.user_agent[:512]
        )
        caller = for_the_log(asking, administrator.id)
        async with self._db.transaction() as tx:
            if not await postgres.note_login(tx, administrator.id, stored, at):
                raise TokenExpired("the administrator has changed since")
            if fresh is not None:
                await postgres.set_password(tx, administrator.id, fresh, False)
                await postgres.delete_sessions(tx, administrator.id)
                await self._audit.write(tx, caller, _event("update_password", administrator))
            await postgres.insert_session(tx, session)
            by = {"passkey": passkey} if passkey else {}
            await self._audit.write(tx, caller, _event("login", administrator, **by))
        kept = self._devices.noted(device, administrator.id, fresh or stored)
        return SignedIn(replace(administrator, must_change_password=False), session, token, kept)

    # -- afterwards ----------------------------------------------------------------------------------------

    async def whose(self, token: str) -> tuple[Administrator, AdministratorSession]:
        """Whoever is signed in with it. Raises TokenExpired."""
        ours = token and token.isascii()
        session = await postgres.find_session(self._db, _digest(token)) if ours else None
        at = now()
        if session is None or at >= session.expires_at or at - session.seen_at >= IDLE:
            raise TokenExpired("no session, or one that is over")
        administrator = await postgres.find(self._db, session.administrator_id)
        if administrator is None or administrator.disabled:
            raise TokenExpired("the administrator is gone or disabled")
        if at - session.seen_at >= SEEN_EVERY:
            await postgres.note_seen(self._db, session.id, at)
        return administrator, session

    async def whose_was(self, token: str) -> Administrator | None:
        """Whoever was signed in with it, if it only ran out, not a day ago. It opens nothing."""
        ours = token and token.isascii()
        session = await postgres.find_session(self._db, _digest(token)) if ours else None
        found = await postgres.find(self._db, session.administrator_id) if session else None
        return None if found is None or found.disabled else found

    async def sign_out(self, asking: Caller, token: str) -> None:
        """Of a session that is over already, nothing."""
        try:
            administrator, session = await self.whose(token)
        except TokenExpired:
            return
        async with self._db.transaction() as tx:
            await postgres.delete_session(tx, administrator.id, session.id)
            caller = for_the_log(asking, administrator.id)
            await self._audit.write(tx, caller, _event("logout", administrator))

    async def sessions(self, administrator_id: str) -> list[AdministratorSession]:
        """Those that are not over, newest first."""
        at = now()
        found = await postgres.list_sessions(self._db, administrator_id, at)
        return [one for one in found if at - one.seen_at < IDLE]

    async def end(self, asking: Caller, administrator: Administrator, session_id: str) -> None:
        """One session of theirs. Raises SessionNotFound where it is nobody's, or another's."""
        _require_id(session_id or "none")
        async with self._db.transaction() as tx:
            if not await postgres.delete_session(tx, administrator.id, session_id):
                raise SessionNotFound()
            await self._audit.write(tx, for_the_log(asking, administrator.id), _event("kick", administrator))

    async def end_all(self, asking: Caller, administrator: Administrator, session_id: str = "") -> int:
        """All of them, or the one that is named; for owners of the server. Answers how many. Raises
        SessionNotFound for a session that is not theirs."""
        require_server_owner(asking)
        _require_id(session_id)
        async with self._db.transaction() as tx:
            if session_id:
                ended = int(await postgres.delete_session(tx, administrator.id, session_id))
                if not ended:
                    raise SessionNotFound("no such session of theirs")
            else:
                ended = await postgres.delete_sessions(tx, administrator.id)
            await self._audit.write(tx, caller_of_server(asking), _event("kick", administrator))
        return ended

    async def change_password(
        self,
        asking: Caller,
        administrator: Administrator,
        session_id: str,
        old: str,
        new: str,
        *,
        device: str = "",
    ) -> str:
        """Their own; every other session ends, and no other browser is known for them any more. Answers what this one
        is to keep. Raises OldPasswordWrong, AccountLocked, WeakPassword.

        Counted apart from sign-ins: whoever guesses at the door must not keep the person from changing it.
        """
        check_password(new, administrator.username)
        stored = await self._proof.again(asking, administrator, old)
        hashed = await self._hasher.hash(new)
        async with self._db.transaction() as tx:
            if not await postgres.set_password(tx, administrator.id, hashed, False, was=stored):
                raise OldPasswordWrong("another was set meanwhile")
            await postgres.delete_sessions(tx, administrator.id, but=session_id)
            caller = for_the_log(asking, administrator.id)
            await self._audit.write(tx, caller, _event("update_password", administrator))
        return self._devices.noted(device, administrator.id, hashed)

    async def begin_factor(
        self, asking: Caller, administrator: Administrator, session_id: str, password: str, issuer: str
    ) -> NewFactor:
        """Of their own, for whoever knows the password: a session that was stolen must not make itself at home. Raises
        OldPasswordWrong, AccountLocked, FactorExists."""
        await self._proof.again(asking, administrator, password)
        return await self._factor.begin(administrator, session_id, issuer)

    async def remove_factor(self, asking: Caller, administrator: Administrator, code: str) -> None:
        """Their own authenticator, by a code of it. Raises FactorNotFound, CodeWrong, AccountLocked."""
        async with self._tries.counted(asking, CODE, administrator.username):
            await self._factor.remove(asking, administrator, code)

    # -- the log ------------------------------------------------------------------------------------------------

    async def _refused(self, asking: Caller, error: PoolhouseError, **whom: str) -> None:
        detail = {"reason": type(error).__name__, **whom}
        event = Event("login", "administrator", success=False, detail=detail)
        await self._audit.write_refusal(replace(asking, pool_id=SERVER), event)


def _event(operation: Operation, administrator: Administrator, **more: str) -> Event:
    detail = {"username": administrator.username, **more}
    return Event(operation, "administrator", administrator.id, detail=detail)


def _require_id(session_id: str) -> None:
    """Raises SessionNotFound for what can be no session's; "" is none."""
    if session_id and not re.fullmatch("[0-9a-f]{64}", session_id):
        raise SessionNotFound("no id of a session")


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
