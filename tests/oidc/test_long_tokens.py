"""Whatever makes a token long: it is signed short enough to be read, or not signed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from tests.conftest import PoolForTests
from tests.oidc.conftest import REDIRECT, Browser
from tests.oidc.test_flows import authorize_url, claims_of
from tests.wire.v2.conftest import V2Client

from poolhouse.apps.model import SCOPES, App, IdTokenAlgorithm
from poolhouse.errors import TooLarge
from poolhouse.oidc.claims import ALL_CLAIMS, user_claims
from poolhouse.oidc.model import AuthorizationRequest
from poolhouse.oidc.requests import LONGEST_NONCE
from poolhouse.services import Services
from poolhouse.sessions import tokens
from poolhouse.sessions.model import Session
from poolhouse.sessions.tokens import LONGEST_TOKEN
from poolhouse.users.model import User, UserDraft, UserKey
from poolhouse.users.profile_fields import FIELDS

ISSUER = "https://login.example/oidc"
ALL = " ".join(one for one in SCOPES if one != "offline_access")
NONCE = "n" * (LONGEST_NONCE - 2)
WRITTEN = [name for name, row in FIELDS.items() if row.kind in ("text", "link", "login name", "foreign id")]


async def person_of(services: Services, pool: PoolForTests, character: str) -> User:
    """Every field of theirs is full of it: one letter may be twelve bytes of a token."""
    caller = pool.administrator
    user = await services.users.create(caller, UserDraft({"username": "ada"}, password="lovelace"))
    full = {name: character * FIELDS[name].longest for name in WRITTEN if FIELDS[name].longest <= 2048}
    columns = ", ".join(f"{name} = ${place}" for place, name in enumerate(full, 3))
    await services.db.execute(
        f"update users set {columns} where pool_id = $1 and id = $2", pool.id, user.id, *full.values()
    )
    found = await services.users.find(caller, UserKey("id", user.id))
    assert found is not None
    return found


async def session_of(services: Services, pool: PoolForTests, app: App, user: User) -> Session:
    return await services.sessions.start(
        services.db, pool.user(user.id), user.id, timedelta(days=1), app_id=app.id
    )


@pytest.mark.parametrize(
    ("algorithm", "character"),
    [("RS256", "a"), ("RS256", "字"), ("RS256", "😀"), ("RS256", "~"), ("ES256", "字"), ("HS256", "字")],
)
async def test_a_full_profile_makes_tokens_that_are_read(
    services: Services,
    pool: PoolForTests,
    http: httpx.AsyncClient,
    app: App,
    algorithm: IdTokenAlgorithm,
    character: str,
) -> None:
    user = await person_of(services, pool, character)
    chosen = {
        "id_token_algorithm": algorithm,
        "response_types": ["code", "code id_token token"],
    }
    app = await services.apps.update(pool.administrator, app.id, {}, chosen)
    session = await session_of(services, pool, app, user)
    asked = AuthorizationRequest(
        app.id,
        REDIRECT,
        ALL,
        response_type="code id_token token",
        nonce=NONCE,
        id_token_claims=tuple(ALL_CLAIMS),
        userinfo_claims=tuple(ALL_CLAIMS),
    )
    front = await services.oidc.answer(app, asked, session, ISSUER)
    back = await services.oidc.exchange_code(app, front["code"], REDIRECT, None, ISSUER)
    login = (await services.sessions.issue_user(session, user, app)).token
    at_the_pool = (await services.sessions.issue_user(session, user, None)).token
    assert back.id_token
    signed = [front["id_token"], front["access_token"], back.id_token, back.access_token, login, at_the_pool]
    assert max(map(len, signed)) <= LONGEST_TOKEN
    for token in signed:
        assert tokens.verify(token, await services.sessions.keys.find(tokens.hint(token)))["sub"] == user.id
    for token in (back.id_token, login):
        assert (await services.credentials.read(token)).data["arn"].endswith(user.id)
    assert claims_of(front["id_token"])["nonce"] == claims_of(back.id_token)["nonce"] == NONCE
    headers = {"authorization": f"Bearer {back.access_token}"}
    told = (await http.get("/oidc/me", headers=headers)).json()
    assert told["picture"] == character * 2048
    assert (await V2Client(http, {"authorization": f"Bearer {login}"}).send("{ user { id } }", {})).json()[
        "data"
    ]["user"]["id"] == user.id


async def test_what_does_not_fit_is_left_out_the_longest_first(
    services: Services, pool: PoolForTests, app: App
) -> None:
    user = await person_of(services, pool, "字")
    session = await session_of(services, pool, app, user)
    told = user_claims(user, SCOPES)
    token = (
        await services.sessions.issue_id_token(
            session.id, session.expires_at, user, app, {**told, "iss": ISSUER}, grant_id=None
        )
    ).token
    claims = claims_of(token)
    left_out = told.keys() - claims.keys()
    assert {"picture", "website", "profile", "address"} <= left_out
    sizes = {name: len(tokens.encode_payload(told[name])) for name in told}
    assert max(sizes[name] for name in told if name in claims) <= min(sizes[name] for name in left_out)
    assert claims["iss"] == ISSUER
    assert {"sub", "email_verified", "updated_at", "phone_number"} <= claims.keys()


async def test_what_is_left_out_of_data_is_null(services: Services, pool: PoolForTests, app: App) -> None:
    user = await person_of(services, pool, "字")
    session = await session_of(services, pool, app, user)
    claims = claims_of((await services.sessions.issue_user(session, user, app)).token)
    assert claims["data"]["photo"] is None
    assert claims["data"]["nickname"] == user.nickname
    assert {"id", "userPoolId", "arn", "username", "email", "phone"} <= claims["data"].keys()


async def test_a_profile_that_fits_is_told_whole(services: Services, pool: PoolForTests, app: App) -> None:
    draft = UserDraft({"username": "ada", "photo": "https://x.cn/" + "p" * 1000, "name": "字" * 100})
    user = await services.users.create(pool.administrator, draft)
    session = await session_of(services, pool, app, user)
    claims: dict[str, Any] = claims_of((await services.sessions.issue_user(session, user, app)).token)
    assert claims["data"]["photo"] == user.photo


@pytest.mark.parametrize("nonce", ["n" * (LONGEST_NONCE - 1), "字" * 400, "~" * 400, "😀" * 200])
async def test_a_nonce_that_would_fill_the_token_is_refused_before_the_sign_in(
    browser: Browser, app: App, nonce: str
) -> None:
    await browser.open(authorize_url(app, nonce=nonce))
    assert browser.arrived["error"] == "invalid_request"
    assert "nonce" in browser.arrived["error_description"]


async def test_a_token_that_nobody_would_read_is_not_signed(
    services: Services, pool: PoolForTests, http: httpx.AsyncClient, app: App
) -> None:
    """Scopes may be spelled so that a token of all of them is too long; the application asks for fewer."""
    long = "~" * 1500
    given = {"client_credentials_scopes": ["orders:read", long]}
    app = await services.apps.update(pool.administrator, app.id, {}, given)
    form = {"grant_type": "client_credentials", "client_id": app.id, "client_secret": app.secret}
    refused = await http.post("/oidc/token", data=form)
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_request")
    assert str(LONGEST_TOKEN) in refused.json()["error_description"]
    assert (await http.post("/oidc/token", data={**form, "scope": "orders:read"})).status_code == 200
    key = await services.sessions.keys.server("RS256")
    with pytest.raises(TooLarge):
        tokens.sign({"sub": "x" * 7000}, key)
