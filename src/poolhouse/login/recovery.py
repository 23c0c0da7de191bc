"""Sets a new password without a session: by a code, a first login's ticket or a forced change's ticket."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from poolhouse import emails
from poolhouse.accounts.records import UserRecords
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.caller import Caller
from poolhouse.crypto.policy import security_level
from poolhouse.db.database import Database, Tx
from poolhouse.directory.chooser import Directories
from poolhouse.errors import NotSupported, OldPasswordWrong, UserNotFound
from poolhouse.login import lockout, tickets
from poolhouse.login.address_proofs import AddressProofs
from poolhouse.login.codes import Codes, address_key, holder_of, holds, proof, require_held
from poolhouse.login.model import Channel
from poolhouse.login.passwords import PasswordRules
from poolhouse.login.refusal_log import RefusalLog
from poolhouse.mail.service import MailService
from poolhouse.pools.service import PoolService
from poolhouse.users.model import User, UserDraft, UserKey

TICKET_LIFETIME = timedelta(minutes=5)


class Recovery:
    """Every new password ends all that was made from the old one: whoever was in with it is out."""

    def __init__(
        self,
        *,
        db: Database,
        pools: PoolService,
        directories: Directories,
        users: UserRecords,
        codes: Codes,
        rules: PasswordRules,
        proofs: AddressProofs,
        mail: MailService,
        refusals: RefusalLog,
        audit: AuditLog,
    ) -> None:
        self._refusals = refusals
        self._db, self._pools, self._directories, self._users = db, pools, directories, users
        self._codes, self._rules = codes, rules
        self._proofs, self._mail, self._audit = proofs, mail, audit

    async def by_code(
        self,
        caller: Caller,
        channel: Channel,
        target: str,
        code: str,
        password: str,
        country_code: str | None = None,
    ) -> None:
        """Raises WeakPassword (before the code is used up), CodeWrong, CodeExpired, UserNotFound."""
        pool = await self._pools.get(caller.pool_id)
        await self._rules.check(caller, pool, password)
        await self._codes.check(caller, channel, target, code, "reset_password", country_code)
        user = await self._whose(caller, channel, target, country_code)
        await self._rules.check(caller, pool, password, user.id)
        verified = {f"{channel}_verified": True}
        async with self._db.transaction() as tx:
            await self.set_password(tx, caller, user, password, f"{channel}_code", verified)

    async def _whose(self, caller: Caller, channel: Channel, target: str, country_code: str | None) -> User:
        """The account of somebody who has just proved an address. Raises UserNotFound."""
        key = address_key(channel, target, country_code)
        user = await self._users.find(caller, key) or await self._adopted(caller, key)
        if user is None or not holds(user, channel, target, country_code):
            raise UserNotFound()
        claimed = await self._proofs.claim(caller, channel, user)
        if claimed is None:
            raise UserNotFound()
        return claimed

    async def _adopted(self, caller: Caller, key: UserKey) -> User | None:
        """Somebody not migrated yet has proved their address, so they move in; the password comes next."""
        directory = await self._directories.of(caller.pool_id)
        return await directory.adopt(caller, key, None)

    async def unlock(
        self, caller: Caller, channel: Channel, target: str, code: str, country_code: str | None = None
    ) -> None:
        """Forgets the failures that locked an account, for whoever holds its address.

        Raises NotSupported where the pool does not want it, CodeWrong, CodeExpired, UserNotFound.
        """
        pool = await self._pools.get(caller.pool_id)
        if not pool.settings.self_unlock:
            raise NotSupported(what="selfUnlock")
        await self._codes.check(caller, channel, target, code, "unlock", country_code)
        user = await holder_of(self._users, caller, channel, target, country_code)
        if user is None:
            raise UserNotFound()
        event = Event(
            "unblock", "user", user.id, user_id=user.id, user_name=user.display_name, app_id=caller.app_id
        )
        async with self._db.transaction() as tx:
            await lockout.unlock(tx, pool.id, user)
            await self._audit.write(tx, caller, event)

    async def prove(
        self, caller: Caller, channel: Channel, target: str, code: str, country_code: str | None = None
    ) -> str:
        """The first of two steps (v3): a ticket for `by_ticket`. Raises as `by_code`."""
        await self._codes.check(caller, channel, target, code, "reset_password", country_code)
        user = await self._whose(caller, channel, target, country_code)
        detail = proof(channel, target, country_code)
        return await tickets.issue(
            self._db, caller.pool_id, "reset", user.id, lifetime=TICKET_LIFETIME, tries=5, detail=detail
        )

    async def by_ticket(self, caller: Caller, ticket: str, password: str) -> None:
        await self._by_ticket(caller, "reset", ticket, password, None)

    async def by_first_login(self, caller: Caller, ticket: str, password: str) -> None:
        """The ticket of a login that answered 1639, where the old password was given; or that of a mail, which
        proves the address it was sent to."""
        await self._by_ticket(caller, "first_login", ticket, password, None)

    async def forced(self, caller: Caller, ticket: str, old_password: str, password: str) -> None:
        """The ticket of a login that answered 2058. Raises OldPasswordWrong; five tries a ticket."""
        await self._by_ticket(caller, "force_reset", ticket, password, old_password)

    async def _by_ticket(
        self, caller: Caller, purpose: tickets.Purpose, text: str, password: str, old_password: str | None
    ) -> None:
        pool = await self._pools.get(caller.pool_id)
        await tickets.peek(self._db, caller.pool_id, purpose, text)
        await self._rules.check(caller, pool, password)  # what is too weak costs no try
        ticket = await tickets.spend_try(self._db, caller.pool_id, purpose, text)
        user = await self._users.find(caller, UserKey("id", ticket.user_id))
        if user is None:
            raise UserNotFound()
        require_held(user, ticket.detail)
        mailed = purpose == "first_login" and ticket.detail.get("email")
        if old_password is not None:
            directory = await self._directories.of(caller.pool_id)
            if not await directory.check_password(caller, user.id, old_password):
                await self._refusals.write(caller, "OldPasswordWrong", user=user, operation="update_password")
                raise OldPasswordWrong()
        await self._rules.check(caller, pool, password, user.id)
        async with self._db.transaction() as tx:
            await tickets.consume(tx, ticket)
            proved = {"email_verified": True} if mailed else None
            await self.set_password(tx, caller, user, password, purpose, proved)
            if mailed:
                event = Event(
                    "verify_first_login", "user", user.id, user_id=user.id, user_name=user.display_name
                )
                await self._audit.write(tx, caller, event)

    async def set_password(
        self,
        tx: Tx,
        caller: Caller,
        user: User,
        password: str,
        method: str,
        values: Mapping[str, object] | None = None,
    ) -> User:
        """The password, its bookkeeping and the audit row, in one transaction; `change` ends the sessions."""
        bookkeeping = {
            "password_security_level": security_level(password),
            "reset_password_on_next_login": False,
            **(values or {}),
        }
        draft = UserDraft(bookkeeping, password=password, noted=frozenset(bookkeeping), judged=True)
        changed = await self._users.update(tx, caller, user.id, draft)
        event = Event(
            "update_password",
            "user",
            user.id,
            user_id=user.id,
            user_name=user.display_name,
            app_id=caller.app_id,
            detail={"method": method},
        )
        await self._audit.write(tx, caller, event)
        if changed.email and emails.is_address(changed.email):
            pool = await self._pools.get(caller.pool_id)
            mail_values = {"app_name": pool.name, "user_name": changed.display_name}
            await self._mail.queue_email(
                tx, caller, "password_was_reset", changed.email, mail_values, user_id=changed.id
            )
        return changed
