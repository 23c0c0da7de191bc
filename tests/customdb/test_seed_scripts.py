"""The documented login function, verbatim, read from the documents where they lie beside the checkout."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.app import Services
from poolhouse.errors import ScriptFailed
from poolhouse.users.model import UserKey

SEEDS = Path(os.environ.get("POOLHOUSE_SEEDS", Path(__file__).parents[3] / "shared" / "seeds"))


def documented_login() -> str:
    found = sorted(SEEDS.glob("003_*.txt"))
    if not found:
        pytest.skip("seed 003 (the documented login script) is not beside the checkout; set POOLHOUSE_SEEDS")
    blocks = re.findall(r"```javascript\n(.*?)```", found[0].read_text(), flags=re.S)
    return max(blocks, key=len)


@pytest.fixture
async def old_table(legacy: Legacy) -> Legacy:
    """The columns the documented function reads, and no more."""
    await legacy.execute("alter table users add token text")
    for column in ("last_ip", "address", "birthdate", "website"):
        await legacy.execute(f"alter table users add {column} text")
    return legacy


async def test_the_documented_login_moves_a_legacy_user_in(
    services: Services, pool: PoolForTests, old_table: Legacy
) -> None:
    await connect(services, pool, old_table, "LAZY_MIGRATION", {"login": documented_login()})
    await old_table.put({"username": "bob", "email": "bob@old.cn", "last_ip": "10.1.2.3"}, "passw0rd")
    directory = await services.directories.of(pool.id)

    user = await directory.authenticate(pool.stranger, UserKey("email", "bob@old.cn"), "passw0rd")

    assert (user.username, user.last_ip) == ("bob", "10.1.2.3")
    await old_table.execute("drop table users")
    again = await directory.authenticate(pool.stranger, UserKey("username", "bob"), "passw0rd")
    assert again.id == user.id


@pytest.mark.parametrize(
    ("username", "password", "said"),
    [
        ("bob", "wrong", "Execute query failed: Password is not valid!"),
        ("nobody", "passw0rd", "Execute query failed: User not exists!"),
    ],
)
async def test_the_documented_login_refuses_in_its_own_words(
    services: Services, pool: PoolForTests, old_table: Legacy, username: str, password: str, said: str
) -> None:
    await connect(services, pool, old_table, "LAZY_MIGRATION", {"login": documented_login()})
    await old_table.put({"username": "bob"}, "passw0rd")
    directory = await services.directories.of(pool.id)
    with pytest.raises(ScriptFailed) as refused:
        await directory.authenticate(pool.stranger, UserKey("username", username), password)
    assert refused.value.message() == said
