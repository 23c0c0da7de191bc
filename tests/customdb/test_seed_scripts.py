"""The documented functions, read from the documents where they lie beside the checkout, never copied.

`login` (seed 003) is whole and runs verbatim. `listUsers` (000) and `updateUser` (001) lost their shortest lines
in transcription: closing braces, and the one word or two that stood alone on a line. RESTORED puts back those and
nothing else; each anchor must stand in the document exactly once.
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.customdb.templates import template
from poolhouse.errors import ScriptFailed, UserNotFound
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey, UserQuery

SEEDS = Path(os.environ.get("POOLHOUSE_SEEDS", Path(__file__).parents[3] / "shared" / "seeds"))


RESTORED = {
    "listUsers": (
        ("    connectionString: env.DB_CONNECTION_URI,\n\n", "  });\n"),
        ("OFFSET ${(page - 1) *\n", "    limit}`;\n"),
        ("        website: user.website,\n", "      };\n    });\n"),
        ("    });\n    return {\n", "      totalCount,\n      list,\n    };\n"),
    ),
    "updateUser": (
        ("    connectionString: env.DB_CONNECTION_URI,\n\n", "  });\n"),
        ("    lastIp: 'last_ip',\n", "  };\n"),
        ("      delete updates[key];\n", "    }\n  }\n"),
        ("    return null;\n", "  }\n"),
        ("    var query = ['UPDATE users'];\n", "    query.push('SET');\n"),
        ("    var set = [];\n", "    Object.keys(cols)\n"),
        ("        set.push(userColumnMap[key] + ' = ($' + (i + 1) + ')');\n", "      });\n"),
        ("    return query.join(' ');\n", "  }\n"),
        ("    const insertResult = await client.query(\n", "      query,\n      Object.keys(updates)\n"),
        ("            return bcrypt.hashSync(val, bcrypt.genSaltSync(10));\n", "          }\n"),
        ("          return val;\n", "        }),\n    );\n"),
        ("      throw new Error('User not exists!');\n", "    }\n"),
        ("      website: user.website,\n", "    };\n"),
    ),
}
END = "    client.end();\n  }\n}\n"


def document(number: str) -> str:
    found = sorted(SEEDS.glob(f"{number}_*.txt"))
    if not found:
        pytest.skip(f"seed {number} (a documented script) is not beside the checkout; set POOLHOUSE_SEEDS")
    return found[0].read_text()


def documented_login() -> str:
    blocks = re.findall(r"```javascript\n(.*?)```", document("003"), flags=re.S)
    return max(blocks, key=len)


def restored(number: str, name: str) -> str:
    """The example at the document's end, its lost lines put back."""
    text = document(number)
    source = text[text.rindex(f"async function {name}(") :].rstrip() + "\n"
    for anchor, lost in RESTORED[name]:
        assert source.count(anchor) == 1, anchor
        source = source.replace(anchor, anchor + lost)
    return source + END


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


async def test_the_documented_list_users_pages_through_the_old_table(
    services: Services, pool: PoolForTests, old_table: Legacy
) -> None:
    await connect(services, pool, old_table, "CUSTOM_USER_STORE", {"listUsers": restored("000", "listUsers")})
    for number in range(3):
        await old_table.put({"username": f"user{number}", "nickname": f"第{number}人"}, None)

    page = await services.users.list(pool.administrator, UserQuery(PageRequest(1, 2)))

    assert (page.total, len(page.items)) == (3, 2)
    assert all(user.username and user.nickname for user in page.items)


async def test_the_documented_update_user_changes_a_row_and_is_told_of_nobody(
    services: Services, pool: PoolForTests, old_table: Legacy
) -> None:
    scripts = {"updateUser": restored("001", "updateUser"), "getUser": template("postgresql", "getUser")}
    await connect(services, pool, old_table, "CUSTOM_USER_STORE", scripts)
    user_id = await old_table.put({"username": "bob", "nickname": "old"}, "passw0rd")

    updated = await services.users.update(
        pool.administrator, user_id, UserDraft({"nickname": "新名字", "company": "C"}, password="new-pass")
    )

    assert (updated.username, updated.nickname, updated.company) == ("bob", "新名字", "C")
    stored = await old_table.execute("select password from users where id = $1", int(user_id))
    assert stored.startswith("$2")
    with pytest.raises(UserNotFound):
        await services.users.update(pool.administrator, "999999", UserDraft({"nickname": "x"}))
