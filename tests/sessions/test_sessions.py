from dataclasses import replace
from datetime import timedelta

import pytest

from poolhouse.apps.model import App, AppSettings
from poolhouse.audit.service import AuditLog
from poolhouse.errors import NotAuthenticated, NotPermitted, TokenExpired, TokenInvalid
from poolhouse.ids import new_id, new_secret
from poolhouse.oidc.postgres import grant_ends
from poolhouse.services.consequences import ENDINGS
from poolhouse.sessions import postgres, tokens
from poolhouse.sessions.keys import KeyRing
from poolhouse.sessions.service import SessionService
from poolhouse.times import now
from poolhouse.users.model import UserDraft

DAY = timedelta(days=1)


@pytest.fixture
def app(pool):
    return App(new_id(), pool.id, "app", "app", secret=new_secret())


@pytest.fixture
async def user(services, pool):
    return await services.users.create(pool.administrator, UserDraft({"username": "bob"}))


ALGORITHMS = ["HS256", "RS256", "ES256"]


async def logged_in(sessions, pool, user, app=None, device=""):
    caller = replace(pool.stranger, device_id=device)
    session = await sessions.start(sessions._db, caller, user.id, DAY, app_id=app.id if app else None)
    return session, (await sessions.issue_user(session, user, app)).token


async def id_token(sessions, pool, user, app, algorithm):
    app = replace(app, settings=AppSettings(id_token_algorithm=algorithm))
    session = await sessions.start(sessions._db, pool.stranger, user.id, DAY, app_id=app.id)
    return session, (
        await sessions.issue_id_token(session.id, session.expires_at, user, app, {}, grant_id=None)
    ).token


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_login_token_is_hs256_whatever_the_id_tokens_are(sessions, pool, user, app, algorithm):
    app = replace(app, settings=AppSettings(id_token_algorithm=algorithm))
    _, token = await logged_in(sessions, pool, user, app)
    assert tokens.hint(token).algorithm == "HS256"
    assert (await sessions.read(token)).subject == user.id


@pytest.mark.parametrize("algorithm", ALGORITHMS)
async def test_a_user_token_speaks_for_its_user(sessions, pool, user, app, algorithm):
    session, token = await id_token(sessions, pool, user, app, algorithm)
    assert tokens.hint(token).algorithm == algorithm
    claims = await sessions.read(token)
    assert (claims.kind, claims.subject, claims.app_id) == ("user", user.id, app.id)
    assert claims.session_id == session.id
    assert claims.data["id"] == user.id
    assert claims.data["userPoolId"] == pool.id
    assert claims.data["arn"] == f"arn:cn:authing:{pool.id}:user:{user.id}"


async def test_an_app_verifies_hs256_with_its_secret_and_the_others_with_the_jwks(sessions, pool, user, app):
    from joserfc import jwt
    from joserfc.jwk import KeySet, OctKey

    _, token = await logged_in(sessions, pool, user, app)
    decoded = jwt.decode(token, OctKey.import_key(app.secret), ["HS256"])
    assert decoded.claims["sub"] == user.id
    for algorithm in ("RS256", "ES256"):
        _, token = await id_token(sessions, pool, user, app, algorithm)
        keys = await sessions.keys.public_keys()
        decoded = jwt.decode(token, KeySet.import_key_set({"keys": keys}), [algorithm])
        assert decoded.claims["sub"] == user.id


async def test_rotation_logs_nobody_out(sessions, database, box, pool, user, app):
    _, by_rsa = await id_token(sessions, pool, user, app, "RS256")
    _, by_ec = await id_token(sessions, pool, user, app, "ES256")
    _, by_secret = await logged_in(sessions, pool, user, app)
    for algorithm in ("RS256", "ES256"):
        await sessions.keys.rotate_server(algorithm, timedelta(0))
    _, after = await logged_in(sessions, pool, user, replace(app, secret=new_secret()))
    other_node = SessionService(
        db=database,
        keys=KeyRing(database, box),
        endings=ENDINGS,
        grant_ends=grant_ends,
        audit=AuditLog(database),
    )
    for token in (by_rsa, by_ec, by_secret, after):
        await other_node.read(token)


async def test_two_nodes_starting_at_once_share_their_keys(database, box, pool):
    import asyncio

    rings = [KeyRing(database, box) for _ in range(5)]
    keys = await asyncio.gather(*(ring.management(pool.id) for ring in rings))
    assert len({key.kid for key in keys}) == 1


async def test_a_token_of_a_vanished_pool_or_key_is_refused(sessions, pool, user):
    foreign = tokens.SigningKey(new_id(), new_id(), "HS256", (await sessions.keys.management(pool.id)).key)
    token = tokens.sign({"sub": "x", "iat": 1, "exp": 9_999_999_999, "data": {}}, foreign)
    with pytest.raises(TokenInvalid):
        await sessions.read(token)


async def test_a_user_token_cannot_be_replayed_as_a_management_token(sessions, pool, user):
    _, token = await logged_in(sessions, pool, user)
    assert (await sessions.read(token)).kind == "user"


async def test_an_applications_key_speaks_for_its_application_alone(sessions, pool, user, app):
    from joserfc.jwk import OctKey

    session, token = await logged_in(sessions, pool, user, app)
    _, elsewhere = await logged_in(sessions, pool, user, replace(app, id=new_id(), secret=new_secret()))
    key = replace(await sessions.keys.find(tokens.hint(token)), key=OctKey.import_key(app.secret))
    claims = dict((await sessions.read(token)).raw)
    theirs = dict((await sessions.read(elsewhere)).raw)
    for forged in (
        {**claims, "scoped_userpool_id": pool.id},
        theirs,
        {**theirs, "aud": app.id},
        {**claims, "sub": "somebody else"},
        {**claims, "sid": new_id()},
    ):
        with pytest.raises((TokenInvalid, TokenExpired)):
            await sessions.read(tokens.sign(forged, key))
    assert (await sessions.read(tokens.sign(claims, key))).session_id == session.id


async def test_an_ended_session_ends_its_token_and_no_other(sessions, pool, user, app):
    first, token = await logged_in(sessions, pool, user, app, "phone")
    _, other = await logged_in(sessions, pool, user, app, "laptop")
    assert await sessions.end(pool.user(user.id), first.id)
    with pytest.raises(TokenExpired):
        await sessions.read(token)
    await sessions.read(other)
    assert not await sessions.end(pool.user(user.id), first.id)


async def test_nobody_ends_or_lists_a_strangers_session(sessions, pool, other_pool, user):
    session, token = await logged_in(sessions, pool, user)
    assert not await sessions.end(pool.user("somebody else"), session.id)
    assert not await sessions.end(other_pool.administrator, session.id)
    with pytest.raises(NotAuthenticated):
        await sessions.end(pool.stranger, session.id)
    with pytest.raises(NotPermitted):
        await sessions.list(pool.user("somebody else"), user.id)
    assert await sessions.list(other_pool.administrator, user.id) == []
    with pytest.raises(NotPermitted):
        await sessions.kick(pool.user(user.id), [user.id])
    await sessions.read(token)


async def test_login_state_tells_apps_and_devices_apart(sessions, pool, user, app):
    await logged_in(sessions, pool, user, app, "phone")
    admin = pool.administrator
    assert await sessions.login_state(admin, user.id) == await sessions.login_state(admin, user.id, app.id)
    assert (await sessions.login_state(admin, user.id)).app_ids == (app.id,)
    assert not (await sessions.login_state(admin, user.id, "other app")).is_logged_in
    assert not (await sessions.login_state(admin, user.id, app.id, "laptop")).is_logged_in
    assert (await sessions.login_state(admin, user.id, app.id, "phone")).is_logged_in


async def test_kick_ends_every_application_and_logout_one(sessions, pool, user, app):
    other_app = replace(app, id=new_id())
    _, one = await logged_in(sessions, pool, user, app)
    _, two = await logged_in(sessions, pool, user, other_app)
    assert await sessions.logout(pool.user(user.id), user.id, app.id) == 1
    with pytest.raises(TokenExpired):
        await sessions.read(one)
    await sessions.read(two)
    assert await sessions.kick(pool.administrator, [user.id]) == 1
    with pytest.raises(TokenExpired):
        await sessions.read(two)


@pytest.mark.parametrize(
    "change",
    [{"blocked": True}, {"status": "Suspended"}, {"token_expired_at": now() - timedelta(seconds=1)}],
    ids=["blocked", "suspended", "token expired"],
)
async def test_a_change_that_shuts_a_user_out_ends_the_sessions(sessions, database, pool, user, change):
    import msgspec

    _, token = await logged_in(sessions, pool, user)
    async with database.transaction() as tx:
        changed = msgspec.structs.replace(user, **change)
        await ENDINGS.user_changed(tx, pool.administrator, changed, UserDraft(change))
    with pytest.raises(TokenExpired):
        await sessions.read(token)


async def test_an_expired_session_is_dead_before_it_is_swept(sessions, database, pool, user):
    session = await sessions.start(database, pool.stranger, user.id, timedelta(seconds=-5))
    assert await sessions.find(pool.id, session.id) is None
    with pytest.raises(TokenExpired):
        await sessions.extend(database, session, DAY)
    await postgres.delete_expired(database, 10_000)
    assert await database.fetchval("select count(*) from sessions where id = $1", session.id) == 0
