"""Signing in at a provider's page: begun, come back from, and ended by our own login or by a linked identity.

It ends in `LoginService.complete_login`, which asks what every sign-in is asked. A failure is in the audit log before
it is raised, with the step and the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from poolhouse.caller import Caller
from poolhouse.db.database import Database
from poolhouse.errors import (
    IdentitySourceNotFound,
    InvalidInput,
    PoolhouseError,
    ProviderFailed,
    SignInLapsed,
    TokenExpired,
)
from poolhouse.federation import catalog, parameters
from poolhouse.federation.addresses import place_of
from poolhouse.federation.arrivals import Arrivals, Asked
from poolhouse.federation.attempts import Aim, Attempt, Attempts, Kept
from poolhouse.federation.binding import Binding, CustomData, Way
from poolhouse.federation.connections import LONG_FORM, Connections
from poolhouse.federation.endings import opening
from poolhouse.federation.model import Begun, Callback, ExternalUser, Pairs, checked
from poolhouse.login.model import LoggedIn
from poolhouse.login.service import LoginService
from poolhouse.sessions import postgres as session_rows
from poolhouse.tenants.model import Connection
from poolhouse.times import now


class Federation:
    def __init__(
        self,
        *,
        db: Database,
        connections: Connections,
        attempts: Attempts,
        binding: Binding,
        arrivals: Arrivals,
        login: LoginService,
    ) -> None:
        self._db, self._connections, self._attempts = db, connections, attempts
        self._binding, self._arrivals, self._login = binding, arrivals, login

    async def begin(
        self,
        caller: Caller,
        name: str,
        aim: Aim,
        *,
        origin: str,
        browser: str,
        request: str = "",
        ticket: str = "",
        kind: str = "",
        more: Mapping[str, str] | None = None,
    ) -> Begun:
        """Where the browser goes. `name`: the connection's identifier or id; `origin`: our own; `browser`: what only
        this browser keeps. `aim` link: the identity is to be the caller's, by a ticket that is good once. `kind`: of
        the address that was called, where it names one. `more`: parameters for the provider, as `parameters.read` takes
        them.

        Raises IdentitySourceNotFound (also where it is switched off in the application), NotSupported, ProviderFailed,
        TooManyRequests, InvalidInput (authorization_params).
        """
        user_id = caller.require_user() if aim == "link" else ""
        await self._connections.require_few(caller)
        opened = await self._connections.open(caller, name)
        if kind not in ("", opened.manifest.callback_path):
            raise IdentitySourceNotFound(connection=name)
        if more and not opened.manifest.takes_parameters:
            raise InvalidInput(
                parameters.FIELD,
                f"{opened.manifest.kind} 的请求不接受额外参数",
                f"a request to {opened.manifest.kind} takes no parameters",
            )
        client = catalog.redirecting(opened.manifest.kind)
        state = self._attempts.new_state(caller.pool_id)
        callback = origin + opened.callback
        try:
            here = self._connections.here(origin, callback)
            begun = await self._connections.answer(opened.settled, client.begin(opened.settled, here, state))
            if more:
                begun = replace(begun, address=parameters.added(begun.address, more))
        except PoolhouseError as error:
            await self._connections.note(caller, opened.way.connection, error)
            raise
        kept = Kept(
            aim=aim,
            app_id=caller.app_id or "",
            origin=origin,
            callback=callback,
            request=request,
            user_id=user_id,
            session_id=caller.session_id or "" if aim == "link" else "",
            ticket=ticket,
            remembered=dict(begun.remembered),
        )
        await self._attempts.open(state, opened.settled.id, kept, browser)
        return begun

    async def hold(self, caller: Caller, state: str, form: Pairs) -> None:
        """Keeps what a provider posted, until the browser brings its cookie. `caller` names no pool.

        Raises SignInLapsed, ProviderFailed, TooManyRequests.
        """
        meant = await self._attempts.meant(state)
        if meant is not None and sum(len(name) + len(value) for name, value in form) > LONG_FORM:
            await self._connections.require_few_long(replace(caller, pool_id=meant[0]))
        await self._attempts.hold(state, form)

    async def taken(self, caller: Caller, state: str, browser: str) -> Attempt:
        """The attempt that a browser comes back from; it is good for nothing else after that. `caller` names no pool.

        Raises SignInLapsed.
        """
        try:
            return await self._attempts.take(state, browser)
        except SignInLapsed as error:
            meant = await self._attempts.meant(state)
            if meant is not None:
                named = replace(caller, pool_id=meant[0], app_id=None)
                await self._connections.note(named, await self._connections.find(*meant), error)
            raise

    async def complete(
        self,
        caller: Caller,
        attempt: Attempt,
        callback: Callback,
        path: tuple[str, str],
        browser: str,
        custom_data: CustomData = None,
    ) -> LoggedIn | Asked | None:
        """Who has come is signed in, or asked whose account is theirs; None: the identity was linked. `caller` is of
        the attempt's pool and application; `path`: kind and identifier of the address that was called. `custom_data`:
        by the pool's custom fields, for an account that is made.

        Raises ProviderFailed, IdentityUnbound, IdentityTaken, what `SignUp.create` and what `complete_login` do.
        """
        connection: Connection | None = None
        try:
            opened = await self._connections.open(caller, attempt.connection_id)
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
            here = self._connections.here(kept.origin, kept.callback)
            asked = client.finish(opened.settled, here, callback, kept.remembered)
            came = checked(await self._connections.answer(opened.settled, asked))
            if kept.aim == "link":
                await self._link_own(caller, opened.way, came, kept)
                return None
            user = await self._arrivals.user(caller, opened.way, came, custom_data)
        except PoolhouseError as error:
            await self._connections.note(caller, connection, error)
            raise
        if user is None:
            return await self._arrivals.ask(caller, opened, came, "page", browser)
        upstream = opening(caller.pool_id, came)
        return await self._login.complete_login(caller, user, "identity", upstream=upstream)

    async def _link_own(self, caller: Caller, way: Way, came: ExternalUser, kept: Kept) -> None:
        """To who began it, if that login is still there and its address was not used before."""
        session = await session_rows.find(self._db, caller.pool_id, kept.session_id)
        if session is None or session.user_id != kept.user_id or session.expires_at <= now():
            raise TokenExpired("the login that began it has ended")
        if not await self._attempts.spend(caller.pool_id, way.connection.id, kept.ticket):
            raise InvalidInput(
                "ticket", "绑定链接已使用过，请重新开始", "the link was used before, begin again"
            )
        user = await self._binding.of(caller, kept.user_id)
        await self._binding.link(caller, way, came, user)
