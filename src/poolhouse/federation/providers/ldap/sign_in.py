"""One sign-in against a directory: connect, find the person, bind as them, read who they are.

Whoever the entry says has come is who the password was tried for: the last bind is by that entry's own name. Unknown
and known people cost as many requests, so that the time tells nobody who exists: where nobody was found, a bind is
tried by a name that nobody has.
"""

from __future__ import annotations

import asyncio
import secrets
import ssl
import unicodedata
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from poolhouse import tracing
from poolhouse.errors import InvalidInput
from poolhouse.federation.providers.ldap import messages
from poolhouse.federation.providers.ldap.connection import Directory, opened
from poolhouse.federation.providers.ldap.entries import claims_of, key_of
from poolhouse.federation.providers.ldap.filters import Filter
from poolhouse.federation.providers.ldap.messages import Entry, Result
from poolhouse.federation.providers.ldap.outcomes import Failed, Found, Step, Wrong, failed, words
from poolhouse.federation.providers.ldap.settings import LONGEST_NAME, LdapSettings
from poolhouse.federation.providers.ldap.subcodes import state_of
from poolhouse.networks import Address
from poolhouse.texts import is_storable, require_visible, trimmed

WHOLE_S = 10.0
SEARCH_S = 5
AT_ONCE = 8
"""Sign-ins under way at one connection in this process. More are refused at once, and none waits in a queue."""
MOST_GROUPS = 500
LONGEST_PASSWORD = 1000
EVERYTHING = Filter("(objectClass=*)")
T = TypeVar("T")
Resolve = Callable[[str, int], Awaitable[list[Address]]]
"""The addresses of a host that may be connected to. Raises NoAnswer, NotAllowed."""


@dataclass(slots=True)
class Way:
    """How far it has come: the step under way, and those behind it."""

    step: Step = "name"
    done: list[Step] = field(default_factory=list)

    def reach(self, step: Step) -> None:
        self.done.append(self.step)
        self.step = step


class SignIns:
    """Of one process. A directory that hangs holds up to AT_ONCE of its own connection's sign-ins, for WHOLE_S, and
    nobody else's."""

    def __init__(self) -> None:
        self._under_way: dict[str, int] = {}
        self._trust: dict[str, ssl.SSLContext] = {}

    async def verify(
        self, whose: str, settings: LdapSettings, resolve: Resolve, username: str, password: str
    ) -> Found:
        """`whose`: the connection's id. Raises Wrong, Failed."""
        username = typed(username, password)

        async def sign(way: Way, directory: Directory) -> Found:
            return await _Sign(way, directory, settings, username, password).in_()

        return await self._with(whose, settings, resolve, sign)

    async def check(self, whose: str, settings: LdapSettings, resolve: Resolve) -> tuple[Step, ...]:
        """The steps that work without anybody's password. Raises Failed for the first that does not."""

        async def look(way: Way, directory: Directory) -> tuple[Step, ...]:
            if settings.bind_dn:
                await _Sign(way, directory, settings, "", "").look_around()
            return tuple(step for step in dict.fromkeys(way.done) if step != "answer")

        return await self._with(whose, settings, resolve, look)

    async def _with(
        self,
        whose: str,
        settings: LdapSettings,
        resolve: Resolve,
        act: Callable[[Way, Directory], Awaitable[T]],
    ) -> T:
        """`act` on a connection, within the bounds that one has. Raises Wrong, Failed."""
        if self._under_way.get(whose, 0) >= AT_ONCE:
            raise Failed(
                "busy",
                f"已有 {AT_ONCE} 个登录在等待该目录",
                f"{AT_ONCE} sign-ins are waiting for this directory already",
            )
        self._under_way[whose] = self._under_way.get(whose, 0) + 1
        look_up = asyncio.ensure_future(resolve(settings.host, settings.port))
        try:
            return await self._in_time(settings, look_up, act)
        finally:
            if look_up.done():
                self._over(whose)
            else:  # its thread goes on, so it counts until it ends
                look_up.add_done_callback(lambda done: self._ended(whose, done))

    def _ended(self, whose: str, look_up: asyncio.Future[list[Address]]) -> None:
        if not look_up.cancelled():
            look_up.exception()  # told to nobody any more
        self._over(whose)

    def _over(self, whose: str) -> None:
        self._under_way[whose] -= 1
        if not self._under_way[whose]:
            del self._under_way[whose]

    async def _in_time(
        self,
        settings: LdapSettings,
        look_up: asyncio.Future[list[Address]],
        act: Callable[[Way, Directory], Awaitable[T]],
    ) -> T:
        way, directory = Way(), None
        where: tracing.Attributes = {"server.address": settings.host, "server.port": settings.port}
        try:
            with tracing.span("LDAP", "client", where):
                async with asyncio.timeout(WHOLE_S):
                    addresses = await asyncio.shield(look_up)
                    way.reach("connect")
                    context = None if settings.security == "plain" else await self._context(settings)
                    directory = await opened(
                        addresses, settings.port, settings.host, settings.security, context, way.reach
                    )
                    way.reach("answer")
                    return await act(way, directory)
        except (Wrong, Failed):
            raise
        except Exception as error:
            raise failed(way.step, error) from error
        finally:
            if directory is not None:
                directory.close()

    async def _context(self, settings: LdapSettings) -> ssl.SSLContext:
        """The system's authorities, or the connection's own instead of them."""
        pem = settings.ca_certificate
        if pem not in self._trust:
            if len(self._trust) >= 64:
                self._trust.clear()
            self._trust[pem] = await asyncio.to_thread(_trusting, pem)
        return self._trust[pem]


def typed(username: str, password: str) -> str:
    """The name as it is looked for. Raises Wrong for what cannot be a name or a password; no directory is asked then.

    An empty password would be a bind of nobody, which succeeds. A NUL ends the text for some directories.
    """
    name = " ".join(unicodedata.normalize("NFKC", trimmed(username)).split(" "))
    try:
        require_visible(name, "username")
        is_odd = False
    except InvalidInput:
        is_odd = True
    if is_odd or not 1 <= len(name) <= LONGEST_NAME:
        raise Wrong("用户名为空或含有不允许的字符", "the name is empty, or has characters that no name has")
    if not password:
        raise Wrong("密码为空", "the password is empty")
    if len(password) > LONGEST_PASSWORD or not is_storable(password):
        raise Wrong(
            "密码过长或含有不允许的字符", "the password is too long, or has characters that no password has"
        )
    return name


@dataclass(slots=True)
class _Sign:
    way: Way
    directory: Directory
    settings: LdapSettings
    username: str
    password: str = field(repr=False)

    async def in_(self) -> Found:
        entry = await (self._directly() if self.settings.bind_template else self._found())
        self.way.reach("answer")
        key = key_of(entry, self.settings.unique_attribute)
        claims = claims_of(entry)
        if self.settings.groups != "none":
            claims["groups"] = await self._groups(entry)
        profile = {
            ours: value[:LONGEST_NAME]
            for ours, theirs in self.settings.field_mapping.items()
            if (value := entry.first(theirs))
        }
        return Found(key, entry.dn, claims, profile)

    async def look_around(self) -> None:
        """Whether the account that looks for people may, where people are said to be."""
        await self._bind_own()
        self.way.reach("search")
        base = self.settings.users_base_dn or self.settings.bind_dn
        entries, _ = await self._search(base, messages.THIS_ENTRY, EVERYTHING.packed({}), 1)
        if not entries:
            raise Failed(
                "search",
                "usersBaseDn 处没有条目，或查找账号无权读取",
                "there is no entry at usersBaseDn, or the account that looks for people may not read it",
            )
        self.way.reach("answer")

    async def _found(self) -> Entry:
        """By the account that looks for people."""
        await self._bind_own()
        entries = await self._people()
        if len(entries) != 1:
            self.way.reach("sign_in")
            nobody = f"cn={secrets.token_hex(12)},{self.settings.users_base_dn}"
            await self.directory.bind(nobody, self.password)
            raise _nobody(entries)
        await self._bind_as(entries[0].dn)
        return entries[0]

    async def _directly(self) -> Entry:
        """Bound as the person, who reads their own entry; where the name is no DN, once more by the entry's."""
        name = self.settings.bind_name(self.username)
        await self._bind_as(name)
        if self.settings.template_is_dn:
            self.way.reach("search")
            entries, _ = await self._search(name, messages.THIS_ENTRY, EVERYTHING.packed({}), 1)
        else:
            entries = await self._people()
        if len(entries) != 1:
            raise _nobody(entries)
        if not self.settings.template_is_dn:
            await self._bind_as(entries[0].dn)
        return entries[0]

    async def _bind_own(self) -> None:
        self.way.reach("bind")
        result = await self.directory.bind(self.settings.bind_dn, self.settings.bind_credentials)
        if result.code != messages.SUCCESS:
            raise Failed(
                "bind",
                *words("查找用户的账号不能登录目录", "the account that looks for people was refused", result),
            )

    async def _bind_as(self, dn: str) -> None:
        if not dn:
            raise Failed("search", "目录给出的条目没有名称", "the directory gave an entry without a name")
        self.way.reach("sign_in")
        result = await self.directory.bind(dn, self.password)
        if result.code == messages.SUCCESS:
            return
        if result.code in (messages.INVALID_CREDENTIALS, messages.INVALID_DN, messages.NO_SUCH_OBJECT):
            state = state_of(result.said)
            raise Wrong(
                *words(*((state.zh, state.en) if state else ("密码错误", "wrong password")), result), state
            )
        raise Failed(
            "sign_in", *words("目录没有判断密码", "the directory did not judge the password", result)
        )

    async def _people(self) -> Sequence[Entry]:
        self.way.reach("search")
        filter_ = self.settings.user_filter().packed({"username": self.username})
        entries, _ = await self._search(self.settings.users_base_dn, messages.BELOW, filter_, 2)
        return entries

    async def _search(
        self, base: str, scope: messages.Scope, filter_: bytes, most: int
    ) -> tuple[Sequence[Entry], Result]:
        wanted = [self.settings.unique_attribute, *self.settings.field_mapping.values()]
        entries, result = await self.directory.search(
            base, scope, filter_, list(dict.fromkeys(wanted)), most=most, seconds=SEARCH_S
        )
        if result.code not in (messages.SUCCESS, messages.SIZE_LIMIT):
            raise Failed("search", *words("目录没有完成查找", "the directory did not search", result))
        return entries, result

    async def _groups(self, entry: Entry) -> list[str]:
        """Their DNs. All of them or a failure: who is in a group must not hang on which ones came first."""
        if self.settings.bind_dn:
            await self._bind_own()
        self.way.reach("groups")
        filter_ = self.settings.group_filter().packed({"username": self.username, "dn": entry.dn})
        base = self.settings.groups_base_dn or self.settings.users_base_dn
        groups, result = await self.directory.search(
            base, messages.BELOW, filter_, ["1.1"], most=MOST_GROUPS, seconds=SEARCH_S
        )
        if result.code != messages.SUCCESS:
            raise Failed(
                "groups", *words("目录没有给出全部群组", "the directory did not give all groups", result)
            )
        return sorted(group.dn for group in groups)


def _nobody(entries: Sequence[Entry]) -> Wrong:
    if entries:
        return Wrong(
            "不止一个条目符合该用户名，请修改 userQueryCriteria 或 usersBaseDn",
            "more than one entry fits this name: change userQueryCriteria or usersBaseDn",
        )
    return Wrong("目录中没有该用户名", "nobody in the directory has this name")


def _trusting(pem: str) -> ssl.SSLContext:
    context = ssl.create_default_context(cadata=pem or None)
    # From Python 3.13 on certificates must have extensions that companies' own authorities often leave out.
    context.verify_flags &= ~getattr(ssl, "VERIFY_X509_STRICT", 0)
    return context
