"""A profile, an error and a log that hold half a character or NUL: nobody is locked out, no row is lost."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.customdb.model import SCRIPT_NAMES, LogQuery, Mode
from poolhouse.errors import PoolhouseError
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserKey
from poolhouse.users.profiles import DECIDING, NAMES

BY_NAME = UserKey("username", "wang")
ODD = "const odd = '小明🐼'.substring(0, 3) + '\\0x';"
FIELDS = sorted(key for key, field in NAMES.items() if field not in DECIDING | {"username", "email", "phone"})
PROFILE = (
    ODD
    + f"const profile = {{}}; for (const key of {FIELDS!r}) profile[key] = key === 'registerSource' ? [odd] : odd;"
    "Object.assign(profile, { id: '7', username: 'wang', [odd]: odd });"
)


def scripts(body: str) -> dict[str, str]:
    return {name: f"async function {name}() {{ {body} }}" for name in SCRIPT_NAMES}


@pytest.mark.parametrize("mode", ["LAZY_MIGRATION", "CUSTOM_USER_STORE"])
async def test_half_a_character_and_nul_in_every_field_lock_nobody_out(
    mode: Mode, services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    sources = scripts(PROFILE + "return profile;")
    await connect(services, pool, legacy, mode, sources)
    user = await (await services.directories.of(pool.id)).authenticate(pool.stranger, BY_NAME, "a secret")
    assert user.nickname == "小明\ufffdx"
    assert "\0" not in repr(user)


@pytest.mark.parametrize("thrown", ["new Error(odd)", "odd", "{ message: odd }"])
async def test_an_error_of_half_a_character_and_nul_is_told_and_its_row_is_kept(
    thrown: str, services: Services, pool: PoolForTests, legacy: Legacy
) -> None:
    await connect(
        services, pool, legacy, "LAZY_MIGRATION", scripts(ODD + f"console.log(odd); throw {thrown};")
    )
    with pytest.raises(PoolhouseError, match="小明"):
        await (await services.directories.of(pool.id)).authenticate(pool.stranger, BY_NAME, "a secret")
    await services.scripts.settled()
    rows = await services.customdb.list_logs(pool.administrator, LogQuery(), PageRequest(1, 10))
    assert rows.items[0].message == "小明\ufffd\ufffdx"
    assert rows.items[0].console[0]["text"] == "小明\ufffd\ufffdx"
