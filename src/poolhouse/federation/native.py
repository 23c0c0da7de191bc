"""Signing in from a native app, whose platform's own SDK gave it a code, and saying there whose account it is.

No page of ours is there to ask on: whoever is to be asked is told by BindingRequired what proves an account, with a key
for the next step. The key is a bearer's, good once and for ten minutes, like the code that it came for.
"""

from __future__ import annotations

from collections.abc import Awaitable, Collection
from typing import Any, NoReturn

from poolhouse.caller import Caller
from poolhouse.errors import (
    BindingRequired,
    IdentitySourceNotFound,
    InvalidInput,
    InvalidOperation,
    MfaRequired,
    PoolhouseError,
)
from poolhouse.federation import catalog
from poolhouse.federation.arrivals import Arrivals, Asked
from poolhouse.federation.binding import ProofOfAccount
from poolhouse.federation.connections import Connections
from poolhouse.federation.model import checked
from poolhouse.federation.second_steps import NATIVE, SecondSteps
from poolhouse.login.by_code import CodeLogin
from poolhouse.login.model import Channel, LoggedIn
from poolhouse.login.service import LoginService
from poolhouse.users.same_person import keys_typed


class NativeSignIn:
    def __init__(
        self,
        *,
        connections: Connections,
        arrivals: Arrivals,
        second_steps: SecondSteps,
        login: LoginService,
        code_login: CodeLogin,
    ) -> None:
        self._connections, self._arrivals, self._second_steps = connections, arrivals, second_steps
        self._login, self._code_login = login, code_login

    async def sign_in(
        self, caller: Caller, name: str, code: str, kinds: Collection[str], scope: str | None = None
    ) -> LoggedIn:
        """`name`: the connection's identifier or id; "" where the application has one of these kinds.

        Raises BindingRequired, IdentitySourceNotFound, also for a connection of another kind, ProviderFailed,
        IdentityTaken, IdentityUnbound, TooManyRequests, what `SignUp.create` and what `complete_login` do.
        """
        came = await self._exchanged(caller, name or await self._only_one(caller, kinds), code, kinds, scope)
        if isinstance(came, Asked):
            raise BindingRequired(key=came.ticket, methods=came.proofs, may_create=came.may_create)
        return came

    async def _exchanged(
        self, caller: Caller, name: str, code: str, kinds: Collection[str], scope: str | None
    ) -> LoggedIn | Asked:
        await self._connections.require_few(caller)
        opened = await self._connections.open(caller, name)
        if opened.manifest.kind not in kinds:
            raise IdentitySourceNotFound(connection=name)
        client = catalog.exchanging(opened.manifest.kind)
        try:
            asked = client.exchange(opened.settled, self._connections.here("", ""), code)
            came = checked(await self._connections.answer(opened.settled, asked))
            user = await self._arrivals.user(caller, opened.way, came)
        except PoolhouseError as error:
            await self._connections.note(caller, opened.way.connection, error)
            raise
        if user is None:
            return await self._arrivals.ask(caller, opened, came, "native", NATIVE)
        return await self._login.complete_login(caller, user, "identity", scope=scope)

    async def only_application(self, pool_id: str, kinds: Collection[str]) -> str:
        """That which has a connection of one of these kinds. Raises IdentitySourceNotFound, InvalidOperation."""
        found = await self._connections.applications(pool_id, kinds)
        if not found:
            raise IdentitySourceNotFound(kind=", ".join(kinds))
        if len(found) > 1:
            raise InvalidOperation(
                "有多个应用启用了这种连接：请在 app_id 中指定一个",
                "Several applications have such a connection: name one in app_id",
            )
        return found[0]

    async def by_password(self, caller: Caller, key: str, account: str, password: str) -> LoggedIn:
        """The account is by its username, e-mail address or number, as far as the connection lets it be.

        Raises ProviderFailed, InvalidInput, IdentityTaken, and what a login does.
        """
        proofs = (await self._arrivals.asked(caller, key)).proofs
        keys = [one for one in keys_typed(account) if f"{one.kind}-password" in proofs]
        if not keys:
            _refuse("account", proofs)
        return await self._bound(caller, key, self._login.with_any_password(caller, keys, password))

    async def by_code(
        self, caller: Caller, key: str, channel: Channel, target: str, code: str, country_code: str | None
    ) -> LoggedIn:
        """The account of an address, proved by a code of the purpose `login`.

        Raises ProviderFailed, InvalidInput, UserNotFound, IdentityTaken, and what a login does.
        """
        proofs = (await self._arrivals.asked(caller, key)).proofs
        if f"{channel}-code" not in proofs:
            _refuse(channel, proofs)
        proving = self._code_login.login(caller, channel, target, code, country_code=country_code)
        return await self._bound(caller, key, proving)

    async def create(self, caller: Caller, key: str) -> LoggedIn:
        """Raises IdentityUnbound where the connection makes no accounts, ProviderFailed, what `SignUp.create` does."""
        return await self._arrivals.create(caller, key, NATIVE)

    async def _bound(self, caller: Caller, key: str, proving: Awaitable[LoggedIn]) -> LoggedIn:
        """Linked by the login; or by the second step, where one is asked for first."""
        try:
            came = await proving
        except MfaRequired as asked:
            await self._second_steps.keep(caller, key, asked)
            raise
        await self._arrivals.bind(caller, key, NATIVE, came.user)
        return came

    async def _only_one(self, caller: Caller, kinds: Collection[str]) -> str:
        offers = await self._connections.offered(caller.pool_id, caller.app_id or "")
        names = [offer.identifier for offer in offers if offer.kind in kinds]
        if not names:
            raise IdentitySourceNotFound(kind=", ".join(kinds))
        if len(names) > 1:
            raise InvalidOperation(
                f"该应用启用了多个 {'、'.join(kinds)} 连接：请指定一个",
                f"The application has several connections of {', '.join(kinds)}: name one",
            )
        return names[0]


def _refuse(field: str, proofs: tuple[ProofOfAccount, ...]) -> NoReturn:
    named: Any = ", ".join(proofs)
    raise InvalidInput(field, f"只能用以下方式绑定：{named}", f"an account is linked by one of: {named}")
