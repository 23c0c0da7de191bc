"""Use cases on administrators, for owners of the server and for the operator.

What an administrator may do in a pool is told by `caller_in`, which everything they ask there goes through. Every act
is in the audit log under no pool, and what changes somebody's rights in a pool in that pool's log too.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Protocol

import asyncpg

from poolhouse.administrators import postgres, postgres_passkeys
from poolhouse.administrators.model import SERVER, Administrator
from poolhouse.administrators.roles import LIMITABLE, ROLES, Role, scopes_of
from poolhouse.administrators.tries import unlock
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.audit.states import Secret
from poolhouse.caller import Caller, Limits, RequireIds
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.crypto.policy import LONGEST_PASSWORD
from poolhouse.db.database import Database, Tx
from poolhouse.errors import (
    AdministratorNotFound,
    InvalidInput,
    InvalidOperation,
    NotAuthenticated,
    NotPermitted,
    PoolNotFound,
    TooLarge,
    UsernameTaken,
    WeakPassword,
)
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import require_visible, written

MOST = 1000
LEAST_CHARACTERS = 10
"""Of an administrator's password: it opens everybody's data. OWASP asks for 8 beside a second factor, 15 without."""
LONGEST_NAME = 128
MOST_LIMITS = 100
"""That one role is limited to."""
READ_SCOPE, WRITE_SCOPE = "administrators:read", "administrators:write"

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}\Z")


class HasId(Protocol):
    @property
    def id(self) -> str: ...


class Pools(Protocol):
    """Of `pools.service.PoolService`, what is needed here."""

    async def get(self, pool_id: str) -> HasId: ...


class AdministratorService:
    def __init__(
        self,
        *,
        db: Database,
        hasher: PasswordHasher,
        pools: Pools,
        require_applications: RequireIds,
        require_departments: RequireIds,
        audit: AuditLog,
    ) -> None:
        self._db, self._hasher, self._pools, self._audit = db, hasher, pools, audit
        self._require_applications, self._require_departments = require_applications, require_departments

    # -- who they are --------------------------------------------------------------------------------------

    async def create(
        self,
        caller: Caller,
        username: str,
        password: str,
        *,
        name: str = "",
        is_owner: bool = False,
        must_change_password: bool = True,
    ) -> Administrator:
        """Raises InvalidInput, UsernameTaken, WeakPassword, TooLarge."""
        require_server_owner(caller)
        async with self._db.transaction() as tx:
            return await self.add(
                tx,
                caller,
                username,
                password,
                name=name,
                is_owner=is_owner,
                must_change_password=must_change_password,
            )

    async def add(
        self,
        tx: Tx,
        caller: Caller,
        username: str,
        password: str,
        *,
        name: str = "",
        is_owner: bool = False,
        must_change_password: bool = False,
    ) -> Administrator:
        """Inside another use case's transaction, which has asked who may."""
        username, name = _username(username), _name(name)
        check_password(password, username)
        if await postgres.count(tx) >= MOST:
            raise TooLarge("username", f"最多 {MOST} 个管理员", f"at most {MOST} administrators")
        made = Administrator(new_id(), username)
        try:
            await postgres.insert(
                tx,
                administrator_id=made.id,
                username=username,
                name=name,
                password_hash=await self._hasher.hash(password),
                is_owner=is_owner,
                must_change_password=must_change_password,
            )
        except asyncpg.UniqueViolationError as error:
            raise UsernameTaken("an administrator has it", field="username") from error
        detail = {"username": username, "owner": is_owner}
        await self._audit.write(
            tx, caller_of_server(caller), Event("create", "administrator", made.id, detail=detail)
        )
        return await self._found(tx, made.id)

    async def list(
        self, caller: Caller, page: PageRequest | None = None, words: str = ""
    ) -> Page[Administrator]:
        """Those of the server in whose username or name the words are, for its owners. By username. Raises
        InvalidInput (keywords)."""
        require_server_owner(caller)
        words = words.strip()
        if len(words) > LONGEST_NAME:
            raise InvalidInput(
                "keywords", f"最多 {LONGEST_NAME} 个字符", f"at most {LONGEST_NAME} characters"
            )
        total = await postgres.count(self._db, words)
        return Page(total, await postgres.list_page(self._db, words, page or PageRequest(1, MOST)))

    async def list_in_pool(self, caller: Caller) -> Sequence[Administrator]:
        """Those who may do something in the caller's pool, with their roles there and in no other. By username."""
        caller.require_administrator()
        caller.require_scopes({READ_SCOPE})
        return [
            _of_pool(one, caller.pool_id)
            for one in await postgres.list_all(self._db)
            if one.is_owner or caller.pool_id in one.roles
        ]

    async def get(self, caller: Caller, administrator_id: str) -> Administrator:
        """By id or by username. Raises AdministratorNotFound."""
        require_server_owner(caller)
        return await self._found(self._db, administrator_id)

    async def update(
        self,
        caller: Caller,
        administrator_id: str,
        *,
        name: str | None = None,
        is_owner: bool | None = None,
        disabled: bool | None = None,
    ) -> Administrator:
        """None leaves it. One who is disabled is signed out at once. Raises AdministratorNotFound; InvalidOperation
        where nobody would be left who owns the server, and where one disables oneself or gives up one's own
        ownership: whoever can do nothing afterwards cannot take it back."""
        require_server_owner(caller)
        async with self._db.transaction() as tx:
            await postgres.one_change_at_a_time(tx)
            old = await self._found(tx, administrator_id)
            fresh = replace(
                old,
                name=old.name if name is None else _name(name),
                is_owner=old.is_owner if is_owner is None else is_owner,
                disabled=old.disabled if disabled is None else disabled,
            )
            if fresh == old:
                return old
            if fresh.disabled or not fresh.is_owner:
                _require_other(caller, old)
                await _require_another(tx, old.id)
            await postgres.update(tx, fresh)
            if fresh.disabled:
                await postgres.delete_sessions(tx, old.id)
            detail = {"username": old.username}
            event = Event(
                "update", "administrator", old.id, detail=detail, before=_facts(old), after=_facts(fresh)
            )
            await self._audit.write(tx, caller_of_server(caller), event)
        return fresh

    async def delete(self, caller: Caller, administrator_id: str) -> None:
        """Raises AdministratorNotFound, InvalidOperation as `update`."""
        require_server_owner(caller)
        async with self._db.transaction() as tx:
            await postgres.one_change_at_a_time(tx)
            old = await self._found(tx, administrator_id)
            _require_other(caller, old)
            await _require_another(tx, old.id)
            await postgres.delete(tx, old.id)
            event = Event("delete", "administrator", old.id, before=_facts(old))
            await self._audit.write(tx, caller_of_server(caller), event)

    async def reset_password(
        self, caller: Caller, administrator_id: str, password: str, *, keep: bool = False
    ) -> Administrator:
        """A new password, which must be changed at the next sign-in unless `keep`; every session, every passkey, any
        second factor and any lock end, as whoever needs this may have lost all of them. Raises AdministratorNotFound,
        WeakPassword; InvalidOperation for one's own, which takes the old password and a code."""
        require_server_owner(caller)
        old = await self._found(self._db, administrator_id)
        _require_other(caller, old)
        check_password(password, old.username)
        hashed = await self._hasher.hash(password)
        async with self._db.transaction() as tx:
            await postgres.set_password(tx, old.id, hashed, not keep)
            await postgres.delete_factor(tx, old.id)
            await postgres_passkeys.delete_all(tx, old.id)
            await unlock(tx, old.username)
            await postgres.delete_sessions(tx, old.id)
            event = Event(
                "update",
                "administrator",
                old.id,
                detail={"password": "reset"},
                before={"password": Secret(0)},
                after={"password": Secret(1)},
            )
            await self._audit.write(tx, caller_of_server(caller), event)
        return await self._found(self._db, old.id)

    # -- what they may do ----------------------------------------------------------------------------------

    async def set_roles(
        self,
        caller: Caller,
        administrator_id: str,
        pool_id: str,
        roles: Sequence[str],
        applications: Sequence[str] = (),
        departments: Sequence[str] = (),
    ) -> Administrator:
        """These and no others in the pool; none takes the pool away. `applications`, `departments`: the ids of those
        that the role is limited to; none where it is not. Raises AdministratorNotFound, PoolNotFound, InvalidInput
        (roles, applications, departments), AppNotFound, NodeNotFound."""
        require_server_owner(caller)
        wanted = _roles(roles)
        await self._pools.get(pool_id)
        limits = await self._limits(replace(caller, pool_id=pool_id), wanted, applications, departments)
        async with self._db.transaction() as tx:
            await postgres.one_change_at_a_time(tx)
            old = await self._found(tx, administrator_id)
            await self._give(tx, caller, old, pool_id, wanted, limits)
        return await self._found(self._db, old.id)

    @staticmethod
    def caller_of_owner(administrator: Administrator, asking: Caller) -> Caller:
        """`asking`, as the administrator may act on the server itself. Raises NotPermitted for who does not own it."""
        if not administrator.is_owner:
            raise NotPermitted("for owners of the server")
        return replace(asking, pool_id=SERVER, kind="administrator", actor_id=administrator.id, scopes=None)

    async def set_roles_in_pool(
        self,
        caller: Caller,
        administrator_id: str,
        roles: Sequence[str],
        applications: Sequence[str] = (),
        departments: Sequence[str] = (),
    ) -> Administrator:
        """`set_roles` in the caller's own pool, for those who may say who administers it. They give and take away no
        more than they may do themselves. Answers somebody with no role in any other pool, which is none of theirs.

        Raises AdministratorNotFound, InvalidInput (roles), NotPermitted, and InvalidOperation for one's own roles."""
        caller.require_administrator()
        caller.require_scopes({WRITE_SCOPE})
        wanted = _roles(roles)
        limits = await self._limits(caller, wanted, applications, departments)
        async with self._db.transaction() as tx:
            await postgres.one_change_at_a_time(tx)
            old = await self._found(tx, administrator_id)
            _require_other(caller, old)
            _require_no_more(caller, [*wanted, *old.roles.get(caller.pool_id, ())])
            await self._give(tx, caller, old, caller.pool_id, wanted, limits)
            return _of_pool(await self._found(tx, old.id), caller.pool_id)

    async def caller_in(self, administrator: Administrator, pool_id: str, asking: Caller) -> Caller:
        """`asking`, as the administrator may act in the pool. Raises PoolNotFound, for a pool they have no role in as
        for one that does not exist."""
        roles = administrator.roles.get(pool_id, ())
        if not roles and not administrator.is_owner:
            raise PoolNotFound()
        await self._pools.get(pool_id)  # roles in a pool outlive it
        scopes = None if administrator.is_owner else scopes_of(roles)
        return replace(
            asking,
            pool_id=pool_id,
            kind="administrator",
            actor_id=administrator.id,
            scopes=scopes,
            limits=None if administrator.is_owner else administrator.limits.get(pool_id),
        )

    async def caller_later(self, administrator_id: str, pool_id: str, asking: Caller) -> Caller | None:
        """As `caller_in`, for work that goes on after they have left: as their roles are now. None where no
        administrator has the id. Raises NotPermitted for one who is disabled, and PoolNotFound."""
        found = await postgres.find(self._db, administrator_id)
        if found is None:
            return None
        if found.disabled:
            raise NotPermitted("the administrator is disabled")
        return await self.caller_in(found, pool_id, asking)

    async def names(self, ids: Collection[str]) -> dict[str, str]:
        """What each is called who is an administrator: id -> name, for those who read what they did."""
        return await postgres.names(self._db, ids) if ids else {}

    async def _limits(
        self,
        caller: Caller,
        roles: Sequence[Role],
        applications: Sequence[str],
        departments: Sequence[str],
    ) -> Limits | None:
        """Raises InvalidInput (applications, departments), TooLarge, AppNotFound and NodeNotFound for one that is not
        the pool's."""
        limits = Limits(_ids(applications), _ids(departments))
        for kind, wanted in (("applications", limits.applications), ("departments", limits.departments)):
            limitable = [role for role, of in LIMITABLE.items() if of == kind]
            if wanted and (len(roles) != 1 or roles[0] not in limitable):
                raise InvalidInput(
                    kind,
                    f"只有唯一的角色为 {'、'.join(limitable)} 时才能这样限定",
                    f"only {' or '.join(limitable)} alone can be limited so",
                )
            if len(wanted) > MOST_LIMITS:
                raise TooLarge(kind, f"最多 {MOST_LIMITS} 个", f"at most {MOST_LIMITS}")
        if limits.applications:
            await self._require_applications(caller, sorted(limits.applications))
        if limits.departments:
            await self._require_departments(caller, sorted(limits.departments))
        return limits if limits.applications or limits.departments else None

    async def _give(
        self,
        tx: Tx,
        caller: Caller,
        old: Administrator,
        pool_id: str,
        roles: Sequence[Role],
        limits: Limits | None,
    ) -> None:
        await postgres.set_roles(tx, old.id, pool_id, roles, limits)
        before, after = old.limits.get(pool_id), limits
        event = Event(
            "authorize" if roles else "revoke",
            "administrator",
            old.id,
            detail={"username": old.username},
            before={"roles": list(old.roles.get(pool_id, ())), **_named(before)},
            after={"roles": list(roles), **_named(after)},
        )
        await self._audit.write(tx, replace(caller, pool_id=pool_id), event)

    async def _found(self, db: Database | Tx, administrator: str) -> Administrator:
        found = await postgres.find(db, administrator)
        if found is None:
            named = await postgres.id_of(db, administrator.strip().casefold()[:64])
            found = await postgres.find(db, named) if named else None
        if found is None:
            raise AdministratorNotFound()
        return found


def is_server_owner(caller: Caller) -> bool:
    """The operator, or an administrator who owns the server. A pool's secret owns only the pool."""
    return caller.kind == "system" or (
        caller.kind == "administrator" and caller.pool_id == SERVER and caller.scopes is None
    )


def require_server_owner(caller: Caller) -> None:
    if not is_server_owner(caller):
        raise NotAuthenticated() if caller.kind == "anonymous" else NotPermitted("not an owner of the server")


def caller_of_server(caller: Caller) -> Caller:
    """For the audit log of what belongs to no pool."""
    return replace(caller, pool_id=SERVER)


def for_the_log(asking: Caller, administrator_id: str) -> Caller:
    """`asking`, as the administrator who did something of their own. It may do nothing: not even an owner's own acts
    are to pass for those of the server."""
    return replace(
        asking, pool_id=SERVER, kind="administrator", actor_id=administrator_id, scopes=frozenset()
    )


def check_password(password: str, username: str) -> None:
    """Raises WeakPassword."""
    if len(password) < LEAST_CHARACTERS:
        raise WeakPassword(
            "password",
            f"至少 {LEAST_CHARACTERS} 个字符",
            f"at least {LEAST_CHARACTERS} characters are needed",
        )
    if len(password) > LONGEST_PASSWORD:
        raise WeakPassword("password", "密码过长", "the password is too long")
    if username in password.casefold() and len(password) < len(username) + LEAST_CHARACTERS:
        raise WeakPassword("password", "不能包含用户名", "must not contain the username")


def _username(given: str) -> str:
    username = written(given).casefold()
    if not _USERNAME.match(username):
        raise InvalidInput(
            "username",
            "由 1 到 64 个小写字母、数字和 . _ @ + - 组成，以字母或数字开头",
            "1 to 64 lower-case letters, digits and . _ @ + -, beginning with a letter or digit",
        )
    return username


def _name(given: str) -> str:
    name = require_visible(written(given), "name")
    if len(name) > LONGEST_NAME:
        raise TooLarge("name", f"最长 {LONGEST_NAME} 个字符", f"at most {LONGEST_NAME} characters")
    return name


def _roles(given: Sequence[str]) -> list[Role]:
    if any(name not in ROLES for name in given):
        allowed = ", ".join(ROLES)
        raise InvalidInput("roles", f"可取值：{allowed}", f"one of {allowed}")
    return [role for role in ROLES if role in given]


def _of_pool(administrator: Administrator, pool_id: str) -> Administrator:
    """With what they may do in the pool, and of no other."""
    limits = administrator.limits.get(pool_id)
    return replace(
        administrator,
        roles={pool_id: administrator.roles.get(pool_id, ())},
        limits={pool_id: limits} if limits else {},
    )


def _ids(given: Sequence[str]) -> frozenset[str]:
    return frozenset(filter(None, (one.strip() for one in given)))


def _named(limits: Limits | None) -> dict[str, object]:
    """As the log tells them."""
    kinds = {
        "applications": limits.applications if limits else (),
        "departments": limits.departments if limits else (),
    }
    return {kind: sorted(ids) for kind, ids in kinds.items() if ids}


def _facts(administrator: Administrator) -> dict[str, object]:
    return {
        "username": administrator.username,
        "name": administrator.name,
        "owner": administrator.is_owner,
        "disabled": administrator.disabled,
    }


def _require_other(caller: Caller, administrator: Administrator) -> None:
    if caller.kind == "administrator" and caller.actor_id == administrator.id:
        raise InvalidOperation("不能对自己的账号执行此操作", "not to be done to an account of one's own")


def _require_no_more(caller: Caller, roles: Sequence[Role]) -> None:
    """A limited key gives no role that does more than the key: it could make itself an owner else."""
    allowed = scopes_of(roles)
    if caller.scopes is not None and (allowed is None or not allowed <= caller.scopes):
        raise NotPermitted("a role that may do more than who gives it")


async def _require_another(tx: Tx, but: str) -> None:
    if await postgres.owners(tx) == {but}:
        raise InvalidOperation(
            "至少须保留一位可登录的服务器所有者", "the server must keep one owner who can sign in"
        )
