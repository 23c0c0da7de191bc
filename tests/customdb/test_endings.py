"""What ends a login ends it where a script keeps the users, too: the rows of docs/security/endings.md, for them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.caller import Caller
from poolhouse.errors import TokenExpired
from poolhouse.oidc.model import AuthorizationRequest, OAuthError
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey

REDIRECT = "https://client.example/callback"
WANG = {"username": "wang", "email": "wang@old.cn", "nickname": "小王"}

Ending = Callable[[Services, Caller, str], Awaitable[object]]

ENDINGS: dict[str, Ending] = {
    "blocked": lambda s, admin, user: s.users.update(admin, user, UserDraft({"blocked": True})),
    "suspended": lambda s, admin, user: s.users.update(admin, user, UserDraft({"status": "Suspended"})),
    "new password": lambda s, admin, user: s.users.update(admin, user, UserDraft({}, password="secret 2")),
    "kicked": lambda s, admin, user: s.sessions.kick(admin, [user]),
    "deleted": lambda s, admin, user: s.users.delete(admin, [user]),
}


@pytest.mark.parametrize("ending", ENDINGS)
async def test_a_scripted_users_login_and_offline_grant_end(
    services: Services, pool: PoolForTests, legacy: Legacy, ending: str
) -> None:
    await connect(services, pool, legacy, "CUSTOM_USER_STORE", record_logins=False)
    await legacy.put(WANG, "secret 1")
    admin = pool.administrator
    app = await services.apps.create(admin, "shop", redirect_uris=(REDIRECT,))
    visitor = replace(pool.stranger, app_id=app.id)
    logged_in = await services.login.with_password(visitor, UserKey("username", "wang"), "secret 1")
    assert logged_in.session
    assert logged_in.token
    asked = AuthorizationRequest(app.id, REDIRECT, "openid offline_access")
    code = await services.oidc.authorize(app, asked, logged_in.session)
    tokens = await services.oidc.exchange_code(app, code, REDIRECT, None, "http://poolhouse/oidc")
    assert (await services.oidc_tokens.user_info(tokens.access_token))["sub"] == logged_in.user.id

    await ENDINGS[ending](services, admin, logged_in.user.id)

    with pytest.raises(TokenExpired):
        await services.sessions.read(logged_in.token.token)
    with pytest.raises(OAuthError):
        await services.oidc_tokens.user_info(tokens.access_token)
    with pytest.raises(OAuthError):
        await services.oidc.refresh(app, tokens.refresh_token or "", None, "http://poolhouse/oidc")
