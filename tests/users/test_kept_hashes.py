"""Hashes of other systems are read whole wherever one is brought in: what can never verify gets in nowhere."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import bcrypt
import pytest
from tests.conftest import PoolForTests

from poolhouse.accounts.service import NewAccount
from poolhouse.errors import InvalidInput, PoolhouseError
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey, UserQuery

Door = Callable[[Services, PoolForTests, str, Path], Awaitable[None]]


async def by_service(services: Services, pool: PoolForTests, stored: str, folder: Path) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "u"}, password_hash=stored))


async def by_batch(services: Services, pool: PoolForTests, stored: str, folder: Path) -> None:
    await services.users.create_many(
        pool.administrator, [UserDraft({"username": "u"}, password_hash=stored), UserDraft({"username": "v"})]
    )


async def by_account(services: Services, pool: PoolForTests, stored: str, folder: Path) -> None:
    account = NewAccount(UserDraft({"username": "u"}, password_hash=stored))
    await services.accounts.create(pool.administrator, [account])


async def by_change(services: Services, pool: PoolForTests, stored: str, folder: Path) -> None:
    found = await services.users.find(pool.administrator, UserKey("username", "here"))
    here = found or await services.users.create(pool.administrator, UserDraft({"username": "here"}))
    await services.users.update(pool.administrator, here.id, UserDraft(password_hash=stored))


async def by_tenant(services: Services, pool: PoolForTests, stored: str, folder: Path) -> None:
    tenant = await services.tenants.create(pool.administrator, "A tenant")
    await services.tenants.create_member(
        pool.administrator, tenant.id, UserDraft({"username": "u"}, password_hash=stored)
    )


async def by_file(services: Services, pool: PoolForTests, stored: str, folder: Path) -> None:
    file, errors = folder / "users.jsonl", folder / "errors.jsonl"
    file.write_text(json.dumps({"username": "u", "passwordHash": stored}) + "\n")
    done = await services.imports.from_file(pool.administrator, file, errors=errors)
    if done.journal.failed:
        told = json.loads(errors.read_text())
        assert told["field"] == "passwordHash"
        raise InvalidInput("passwordHash", told["message"])


async def by_table(services: Services, pool: PoolForTests, stored: str, folder: Path) -> None:
    file = folder / "users.csv"
    file.write_text(f'username,passwordHash\nu,"{stored}"\n')
    if (await services.imports.from_file(pool.administrator, file)).journal.failed:
        raise InvalidInput("passwordHash", "can never verify / not a hash")


DOORS = [by_service, by_batch, by_account, by_change, by_tenant, by_file, by_table]

GOOD = bcrypt.hashpw(b"correct horse", bcrypt.gensalt(4)).decode()
NEVER = {
    "cut": GOOD[:-1],
    "longer": GOOD + "x",
    "with a line break": GOOD + "\n",
    "too dear": "$2b$20$" + GOOD[7:],
    "no hash": "correct horse",
    "a variant nobody knows": GOOD.replace("$2b$", "$2q$"),
    "a crypt that was cut": "$6$salt$" + "." * 40,
    "a key that was cut": "$pbkdf2-sha256$27500$c2FsdA$" + base64.b64encode(b"x" * 48).decode(),
}


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
@pytest.mark.parametrize("what", sorted(NEVER))
async def test_a_hash_that_can_never_verify_gets_in_nowhere(
    services: Services, pool: PoolForTests, tmp_path: Path, door: Door, what: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await door(services, pool, NEVER[what], tmp_path)
    assert NEVER[what].strip() not in refused.value.message("en-US")
    users = await services.users.list(pool.administrator, UserQuery())
    assert [user.username for user in users.items] in ([], ["here"])


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_keycloaks_keys_of_64_bytes_verify_and_are_replaced_by_ours(
    services: Services, pool: PoolForTests, tmp_path: Path, door: Door
) -> None:
    key = hashlib.pbkdf2_hmac("sha256", b"correct horse", b"0123456789abcdef", 27_500, 64)
    salt, digest = (base64.b64encode(each).decode() for each in (b"0123456789abcdef", key))
    await door(services, pool, f"$pbkdf2-sha256$27500${salt}${digest}", tmp_path)
    name = UserKey("username", "here" if door is by_change else "u")
    directory = await services.directories.of(pool.id)
    with pytest.raises(PoolhouseError):
        await directory.authenticate(pool.stranger, name, "wrong horse")
    user = await directory.authenticate(pool.stranger, name, "correct horse")
    stored = await services.accounts.export_passwords(pool.administrator, [user.id])
    assert (stored[user.id] or "").startswith("$argon2id$")
