"""Who may not log in is not logged in and does not stay so: every state of a user by every way they show up.

A state is set as an administrator sets it, which also ends what was made before, and in the database alone: as a
login sees it that began a moment earlier, or as a restored row has it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import msgspec
import pytest
from tests.conftest import PoolForTests

from poolhouse.apps.model import App
from poolhouse.caller import Caller
from poolhouse.errors import MfaRequired, PoolhouseError
from poolhouse.oidc.model import AuthorizationRequest, OAuthError
from poolhouse.services import Services
from poolhouse.users.model import Status, User, UserDraft, UserKey

REDIRECT, ISSUER = "https://client.example/callback", "http://poolhouse/oidc"
BY_NAME = UserKey("username", "bob")
BOB = "bob@example.com"

STATES: dict[str, Mapping[str, Any] | None] = {
    "nothing special": {},
    "blocked": {"blocked": True},
    "marked as deleted": {"is_deleted": True},
    **{status: {"status": status.value} for status in Status if status is not Status.ACTIVATED},
    "deleted": None,
}

Way = Callable[[], Awaitable[object]]


async def told(services: Services, pool: PoolForTests, user: User, state: Mapping[str, Any] | None) -> None:
    if state is None:
        await services.users.delete(pool.administrator, [user.id])
    elif state:
        await services.users.update(pool.administrator, user.id, UserDraft(state))


async def in_the_database_alone(
    services: Services, pool: PoolForTests, user: User, state: Mapping[str, Any] | None
) -> None:
    if state is None:
        await services.db.execute("delete from users where pool_id = $1 and id = $2", pool.id, user.id)
    for name, value in (state or {}).items():
        await services.db.execute(
            f"update users set {name} = $3 where pool_id = $1 and id = $2", pool.id, user.id, value
        )


@dataclass
class Person:
    """Somebody with everything that lets them in, got while they might."""

    services: Services
    pool: PoolForTests
    app: App
    visitor: Caller
    user: User
    sent_code: Callable[[str], Awaitable[str]]

    async def ways(self) -> dict[str, Way]:
        """Those that only ask come first: an act of somebody shut out may end what they had."""
        s, visitor, app = self.services, self.visitor, self.app
        admin = replace(self.pool.administrator, app_id=app.id)
        login = await self.log_in()
        assert login.session
        assert login.token
        me = replace(visitor, kind="user", actor_id=self.user.id, session_id=login.session.id)
        code = await self.code("openid")
        kept, offline = await self.tokens("openid"), await self.tokens("openid offline_access")
        apart = await self.offline_alone()
        await s.codes.send(visitor, "email", BOB, "login")
        by_mail = await self.sent_code(BOB)
        await s.codes.send(visitor, "email", BOB, "mfa")
        second = await self.sent_code(BOB)
        ticket = await self.second_step()
        now = lambda: self.as_stored()  # noqa: E731
        return {
            "a token": lambda: s.sessions.read(login.token.token),
            "the state of a token": lambda: yes(self.is_good(login.token.token)),
            "the state of a login": lambda: yes(self.is_logged_in()),
            "the list of sessions": lambda: yes(s.sessions.list(admin, self.user.id)),
            "a browser's session": lambda: yes(s.sessions.find(self.pool.id, login.session.id)),
            "userinfo": lambda: s.oidc_tokens.user_info(kept.access_token),
            "userinfo, offline": lambda: s.oidc_tokens.user_info(offline.access_token),
            "introspection": lambda: active(s.oidc_tokens.introspect(app, kept.access_token)),
            "introspection, offline": lambda: active(s.oidc_tokens.introspect(app, apart.access_token)),
            "introspection of a refresh token": lambda: active(
                s.oidc_tokens.introspect(app, offline.refresh_token or "")
            ),
            "a fresh token of one's own": lambda: s.login.refresh(me),
            "a fresh token by an administrator": lambda: s.login.refresh(admin, self.user.id),
            "a code of an application": lambda: s.oidc.exchange_code(app, code, REDIRECT, None, ISSUER),
            "a token for another": lambda: s.oidc.exchange_login_token(
                app, login.token.token, "openid", ISSUER
            ),
            "a refresh token": lambda: s.oidc.refresh(app, apart.refresh_token or "", None, ISSUER),
            "a password": lambda: s.login.with_password(visitor, BY_NAME, "secret 1"),
            "a password of some name": lambda: s.login.with_any_password(
                visitor, [UserKey("email", BOB), BY_NAME], "secret 1"
            ),
            "a code": lambda: s.code_login.login(visitor, "email", BOB, by_mail),
            "a second step": lambda: s.mfa_login.by_code(visitor, ticket, "email", BOB, second),
            "a token at registration": lambda: self.token_only(now),
            "a mailed first login": lambda: s.links.send_first_login(admin, self.user.id),
        }

    async def log_in(self) -> Any:
        return await self.services.login.with_password(self.visitor, BY_NAME, "secret 1")

    async def code(self, scope: str) -> str:
        session = (await self.log_in()).session
        assert session
        request = AuthorizationRequest(self.app.id, REDIRECT, scope)
        return await self.services.oidc.authorize(self.app, request, session)

    async def tokens(self, scope: str) -> Any:
        code = await self.code(scope)
        return await self.services.oidc.exchange_code(self.app, code, REDIRECT, None, ISSUER)

    async def offline_alone(self) -> Any:
        """Tokens of a session that has run out."""
        tokens = await self.tokens("openid offline_access")
        access = await self.services.oidc_tokens.read_access_token(tokens.access_token)
        await self.services.db.execute(
            "update sessions set expires_at = now() - interval '1 s' where pool_id = $1 and id = "
            "(select session_id from oidc_grants where pool_id = $1 and id = $2)",
            self.pool.id,
            access.grant_id,
        )
        return tokens

    async def second_step(self) -> str:
        await self.services.pools.update(self.pool.administrator, {}, {"mfa_required": True})
        with pytest.raises(MfaRequired) as required:
            await self.log_in()
        await self.services.pools.update(self.pool.administrator, {}, {"mfa_required": False})
        return str(required.value.facts["mfa_token"])

    async def as_stored(self) -> User:
        found = await self.services.records.find(self.visitor, UserKey("id", self.user.id))
        return found or msgspec.structs.replace(self.user, is_deleted=True)

    async def token_only(self, user: Callable[[], Awaitable[User]]) -> None:
        await self.services.login.token_only(self.visitor, await user())

    async def is_good(self, token: str) -> bool:
        return (await self.services.credentials.status(token)).claims is not None

    async def is_logged_in(self) -> bool:
        state = await self.services.sessions.login_state(self.pool.administrator, self.user.id)
        return state.is_logged_in


class Refused(Exception):
    """No refusal of the product: an answer that says no."""


async def yes(answer: Awaitable[object]) -> None:
    if not await answer:
        raise Refused


async def active(answer: Awaitable[Mapping[str, Any]]) -> None:
    if not (await answer)["active"]:
        raise Refused


@pytest.fixture
async def person(services: Services, pool: PoolForTests, sent_code: Any) -> Person:
    app = await services.apps.create(pool.administrator, "shop", redirect_uris=(REDIRECT,))
    draft = UserDraft({"username": "bob", "email": BOB}, password="secret 1")
    user = await services.users.create(pool.administrator, draft)
    await services.pools.update(pool.administrator, {}, {"verify_code_resend_after": 0})
    visitor = replace(pool.stranger, app_id=app.id, ip="203.0.113.7")
    return Person(services, pool, app, visitor, user, sent_code)


@pytest.mark.parametrize("set_state", [told, in_the_database_alone], ids=lambda act: act.__name__)
@pytest.mark.parametrize("state", STATES)
async def test_a_state_that_shuts_out_shuts_every_way(
    services: Services, pool: PoolForTests, person: Person, state: str, set_state: Any
) -> None:
    ways = await person.ways()
    await set_state(services, pool, person.user, STATES[state])
    let_in = []
    for name, way in ways.items():
        try:
            await way()
        except (PoolhouseError, OAuthError, Refused):
            continue
        let_in.append(name)
    assert let_in == (list(ways) if state == "nothing special" else [])
