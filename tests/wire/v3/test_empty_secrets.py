"""An empty secret opens nothing and is never set: every row that takes one, generated from the table."""

import re
from dataclasses import replace

import bcrypt
import msgspec
import pytest
from tests.wire.v3.samples import sample, sow

from poolhouse.caller import Caller
from poolhouse.errors import WrongCredentials
from poolhouse.users.model import UserDraft, UserKey
from poolhouse.wire.v3.table import FAMILIES

SECRET = re.compile(r"password$|secret$|totp$|captchacode$|passcode$|token$", re.IGNORECASE)
ALSO = frozenset(
    {
        "password",
        "newpassword",
        "oldpassword",
        "clientsecret",
        "passwordpayload",
        "passcodepayload",
        "options",
    }
)


def blanked(value):
    """The body with every secret in it empty, and whether there was one."""
    if isinstance(value, dict):
        parts = {key: ("", True) if SECRET.search(key) else blanked(one) for key, one in value.items()}
        return {key: one for key, (one, _) in parts.items()}, any(found for _, found in parts.values())
    if isinstance(value, list):
        made = [blanked(one) for one in value]
        return [one for one, _ in made], any(found for _, found in made)
    return value, False


def properties(schema):
    """Every name of the struct and of the structs in it."""
    if isinstance(schema, dict):
        yield from schema.get("properties", {})
        for value in schema.values():
            yield from properties(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from properties(value)


def takes_a_secret(row):
    """The password of `update-custom-database` is the old database's, and it may have none."""
    if row.request is None or row.path == "update-custom-database":
        return False
    return any(SECRET.search(name) for name in properties(msgspec.json.schema(row.request)))


ROWS = [row for family in FAMILIES for row in family if row.takes_body and takes_a_secret(row)]


@pytest.fixture
async def sown(services):
    sown = await sow(services)
    admin = administrator(sown)
    hollow = bcrypt.hashpw(b"", bcrypt.gensalt(4)).decode()
    await services.users.create(admin, UserDraft({"username": "hollow"}, password_hash=hollow))
    return sown


def administrator(sown):
    return Caller(pool_id=sown.pool_id, kind="administrator", actor_id=sown.pool_id)


async def require_unopened(services, sown):
    stranger = replace(administrator(sown), kind="anonymous", actor_id="")
    for key in (UserKey("id", sown.values["userId"]), UserKey("username", "hollow")):
        with pytest.raises(WrongCredentials):
            await services.login.with_password(stranger, key, "")
    native = services.directories.native
    assert await native.check_password(stranger, sown.values["userId"], "correct horse")


def test_the_rows_are_found():
    paths = {row.path for row in ROWS}
    assert paths >= {"signin", "signup", "create-user", "update-user", "reset-password", "update-password"}
    assert paths >= {"get-management-token", "create-tenant-user", "unlock-account", "mfa-totp-verify"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.path)
async def test_an_empty_secret_opens_and_sets_nothing(row, services, v3_http, sown):
    body, _ = blanked(sample(row, sown, ALSO))
    body |= {
        name: value for name, value in {"username": "hollow", "account": "hollow"}.items() if name in body
    }
    user = await services.login.refresh(administrator(sown), sown.values["userId"])
    key = {"accessKeyId": sown.pool_id, "accessKeySecret": sown.secret}
    management = (await v3_http.post("/api/v3/get-management-token", json=key)).json()["data"]["access_token"]
    callers = {"user": user.token, "administrator": management, "anyone": ""}
    headers = {"x-authing-app-id": sown.values["appId"], "x-authing-userpool-id": sown.pool_id}
    headers |= {"authorization": f"Bearer {token}"} if (token := callers[row.access]) else {}
    answer = (await v3_http.post(row.url, json=body, headers=headers)).json()
    assert answer["statusCode"] in range(200, 604), answer
    if row.access == "anyone":
        assert answer["statusCode"] != 200, answer
    await require_unopened(services, sown)


@pytest.mark.parametrize("path", ["create-user", "update-user"])
async def test_an_empty_password_is_none_given(path, services, v3):
    admin = v3.administrator
    bob = await services.users.create(admin, UserDraft({"username": "bob"}, password="secret 1"))
    body = {"username": "ann"} if path == "create-user" else {"userId": bob.id}
    for options in ({}, {"options": {"passwordEncryptType": "none"}}):
        answer = await v3.post(path, body | {"password": "", "nickname": "x"} | options)
        assert answer["statusCode"] == 200, answer
        has = await services.directories.native.has_password(admin, answer["data"]["userId"])
        assert has == (path == "update-user")
        if path == "create-user":
            body = {"username": "eve"}
