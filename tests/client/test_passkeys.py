"""`poolhouse user passkeys` and `user remove-passkey`."""

from __future__ import annotations

from dataclasses import replace

from tests.administrators.authenticator import Authenticator, b64
from tests.client.conftest import Typed
from tests.conftest import PoolForTests

from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey

OWN = "https://id.example"


async def with_passkeys(services: Services, pool: PoolForTests, name: str, *names: str) -> list[str]:
    """Somebody who has these, by what browsers call them."""
    await services.users.create(pool.administrator, UserDraft({"username": name}, password="secret 1"))
    logged_in = await services.login.with_password(pool.stranger, UserKey("username", name), "secret 1")
    assert logged_in.session is not None
    caller = replace(pool.user(logged_in.user.id), session_id=logged_in.session.id)
    made = []
    for one in names:
        authenticator = Authenticator(OWN, "id.example")
        asked = await services.passkey_login.begin(caller, OWN)
        await services.passkey_login.add(
            caller, OWN, asked.ticket, authenticator.made(asked.options), name=one
        )
        made.append(b64(authenticator.credential_id))
    return made


async def test_passkeys_of_a_user_are_listed_and_taken_away(
    typed: Typed, services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    """By name, or where two have one by id; those of another are not there."""
    await services.pools.update(pool.administrator, {}, {"passkeys": True})
    made = await with_passkeys(services, pool, "wang", "office", "key", "key")
    await with_passkeys(services, pool, "zhao")
    listed = (await typed("user", "passkeys", "wang", "--json")).json["list"]
    assert [one["credentialID"] for one in listed] == made
    assert "office" in (await typed("user", "passkeys", "wang")).out
    ids = [one["id"] for one in listed]
    for whose, passkey in (("wang", "key"), ("wang", "none"), ("zhao", ids[1]), ("nobody", ids[1])):
        ended = await typed("user", "remove-passkey", whose, passkey, "--yes")
        assert (ended.status, len(ended.err.splitlines())) == (3, 1), ended
    elsewhere = await typed("user", "remove-passkey", "wang", ids[1], "--yes", pool_id=other_pool.id)
    assert elsewhere.status == 3
    for passkey, status in (("office", 0), ("office", 3), (ids[1], 0)):
        assert (await typed("user", "remove-passkey", "wang", passkey, "--yes")).status == status
    left = (await typed("user", "passkeys", "wang", "--json")).json["list"]
    assert [one["id"] for one in left] == [ids[2]]
