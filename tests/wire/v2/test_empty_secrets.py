"""An empty secret opens nothing and is never set: every operation that takes one, generated from the schema."""

import base64
import re

import bcrypt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding
from tests.wire.v2.calls import Call, Root, calls, document, fill, plain, roots, send
from tests.wire.v2.conftest import Refusal

from poolhouse.errors import CodeWrong, InvalidInput, WrongCredentials
from poolhouse.users.model import UserDraft, UserKey

SECRET = re.compile(r"password|secret|totp|captcha|recovery|token$|code$", re.IGNORECASE)
NAMES = {"username": "bob", "account": "bob", "email": "bob@example.com", "phone": "13800138000"}


def takes_a_secret(root: Root) -> bool:
    found = []
    for name, argument in root.field.args.items():
        fill(argument.type, name, lambda field, kind: found.append(field))
    return any(SECRET.search(field) for field in found)


ROOTS = [root for root in roots() if takes_a_secret(root)]
ROUTES = [call for call in calls() if re.search(r"login|register|mfa|password|totp", call.path)]


@pytest.fixture
async def app(services, pool):
    return await services.apps.create(pool.administrator, "shop")


@pytest.fixture
async def bob(services, pool, app):
    """With everything a proof could be asked of: a password, codes on their way, an authenticator without a
    recovery code; and beside them people whose stored hash is that of an empty password."""
    values = {"username": "bob", "email": NAMES["email"], "phone": NAMES["phone"]}
    bob = await services.users.create(pool.administrator, UserDraft(values, password="secret 1"))
    for channel in ("email", "phone"):
        await services.codes.send(pool.stranger, channel, NAMES[channel])
    hollow = bcrypt.hashpw(b"", bcrypt.gensalt(4)).decode()
    await services.users.create(pool.administrator, UserDraft({"username": "hollow"}, password_hash=hollow))
    return bob


@pytest.fixture
def stranger(v2, app):
    return v2.with_token(None, **{"x-authing-app-id": app.id})


def choosing(bob, name, *, sparse=False):
    """`sparse` leaves out what names nobody and proves nothing, so that nothing else is refused."""

    def choose(field, kind):
        if kind == "String" and SECRET.search(field):
            return ""
        if field in ("id", "userId"):
            return bob.id
        other = None if sparse else plain(field, kind)
        return {**NAMES, "username": name, "account": name}.get(field, other)

    return choose


def tokens(answer):
    """Every value under a key that names a token."""
    if isinstance(answer, dict):
        for key, value in answer.items():
            if "token" in key.lower() and isinstance(value, str) and value:
                yield value
            yield from tokens(value)
    elif isinstance(answer, list):
        for each in answer:
            yield from tokens(each)


async def mutate(client, name, /, **variables):
    return await client.one(document(Root("mutation", name), 1), **variables)


async def require_unopened(services, pool, bob):
    """Nobody of the pool gets in by an empty password, and the right one still does."""
    for name in ("bob", "hollow"):
        for empty in ("", "\0"):
            with pytest.raises(WrongCredentials):
                await services.login.with_password(pool.stranger, UserKey("username", name), empty)
    await services.login.with_password(pool.stranger, UserKey("username", "bob"), "secret 1")


def test_the_operations_are_found():
    names = {root.name for root in ROOTS}
    assert names >= {"loginByUsername", "createUser", "updateUser", "resetPassword", "updatePassword"}
    assert len([name for name in names if name.startswith("loginBy")]) >= 4


@pytest.mark.parametrize("root", ROOTS, ids=str)
async def test_an_empty_secret_gives_a_stranger_nothing(root, services, pool, stranger, bob):
    for name in ("bob", "hollow", "new"):
        choose = choosing(bob, name)
        variables = {key: fill(arg.type, key, choose) for key, arg in root.field.args.items()}
        answer = (await stranger.send(document(root), variables)).json()
        assert not list(tokens(answer)), answer
    await require_unopened(services, pool, bob)


@pytest.mark.parametrize("sparse", [False, True], ids=["every field", "few fields"])
@pytest.mark.parametrize("root", ROOTS, ids=str)
async def test_an_empty_secret_sets_none_for_an_administrator(root, sparse, services, pool, v2, bob):
    choose = choosing(bob, "bob", sparse=sparse)
    variables = {key: fill(arg.type, key, choose) for key, arg in root.field.args.items()}
    await v2.send(document(root), variables)
    back = {"username": "bob", "blocked": False, "is_deleted": False}
    await services.users.update(pool.administrator, bob.id, UserDraft(back))
    await require_unopened(services, pool, bob)


@pytest.mark.parametrize("call", ROUTES, ids=str)
async def test_an_empty_secret_gives_a_stranger_nothing_over_rest(call: Call, services, pool, stranger, bob):
    for secret in ("", " "):
        body = dict.fromkeys(("code", "totp", "recoveryCode", "password", "mfaToken", "token"), secret)
        answer = (await send(stranger, call, bob.id, {**NAMES, **body})).json()
        assert not list(tokens(answer)), answer
    await require_unopened(services, pool, bob)


@pytest.mark.parametrize("draft", [{"username": "new", "password": ""}, {"username": "new"}])
async def test_a_user_made_with_an_empty_password_has_none(draft, v2, services, pool):
    made = await mutate(v2, "createUser", userInfo=draft)
    assert not await services.directories.native.has_password(pool.administrator, made["id"])


async def test_an_update_with_an_empty_password_leaves_the_old_one(v2, services, pool, bob):
    await mutate(v2, "updateUser", id=bob.id, input={"password": "", "nickname": "Bob"})
    await require_unopened(services, pool, bob)


async def test_an_encrypted_empty_password_is_as_empty(v2, services, pool, bob):
    """The official clients encrypt whatever they are given."""
    key = serialization.load_pem_public_key(services.transport.rsa_public_key.encode())
    sealed = base64.b64encode(key.encrypt(b"", padding.PKCS1v15())).decode()
    await mutate(v2, "updateUser", id=bob.id, input={"password": sealed})
    await require_unopened(services, pool, bob)


async def test_a_registration_with_an_empty_password_is_refused(stranger, pool):
    with pytest.raises(Refusal) as refused:
        await mutate(stranger, "registerByUsername", input={"username": "new", "password": ""})
    assert "password" in refused.value.message


@pytest.mark.parametrize("secret", ["", " "])
async def test_an_empty_code_costs_no_try(secret, services, pool, bob, database):
    tries = "select sum(tries_left) from verification_codes where pool_id = $1"
    before = await database.fetchval(tries, pool.id)
    with pytest.raises(CodeWrong):
        await services.code_login.login(pool.stranger, "email", NAMES["email"], secret)
    assert await database.fetchval(tries, pool.id) == before


async def test_an_empty_password_is_neither_hashed_nor_counted(services, pool, bob, monkeypatch):
    """Nor can it lock anybody out."""
    monkeypatch.setattr(services.hasher, "_lanes", {})
    for name in ("bob", "nobody"):
        for _ in range(12):
            with pytest.raises(WrongCredentials):
                await services.login.with_password(pool.stranger, UserKey("username", name), "")


@pytest.mark.parametrize("recovery", ["", "  "])
async def test_an_imported_empty_second_factor_opens_nothing(recovery, services, pool, bob):
    with pytest.raises(InvalidInput):
        await services.mfa.import_secrets(pool.administrator, [(bob.id, "   ", None)])
    await services.mfa.import_secrets(pool.administrator, [(bob.id, "JBSWY3DPEHPK3PXP", recovery)])
    with pytest.raises(CodeWrong):
        await services.mfa.recover(pool.user(bob.id), bob.id, "")
