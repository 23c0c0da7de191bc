"""Scripts in the manner of the published examples (docs/contract/custom-database.md#examples-people-copied): ours, in
`manner/`, and the published ones themselves, where POOLHOUSE_TEST_SEEDS names a folder with the documents they are in.

Of the documents `login` (003) is whole and runs verbatim. `listUsers` (000) and `updateUser` (001) lost their shortest
lines in transcription: closing braces, and the one word or two that stood alone on a line. RESTORED puts back those and
nothing else; each anchor must stand in the document exactly once.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.conftest import PoolForTests
from tests.customdb.conftest import Legacy, connect

from poolhouse.customdb.templates import template
from poolhouse.errors import ScriptFailed, UserNotFound
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserDraft, UserKey, UserQuery

MANNER = Path(__file__).parent / "manner"
DOCUMENTS = {"login": "003", "listUsers": "000", "updateUser": "001"}

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
    folder = os.environ.get("POOLHOUSE_TEST_SEEDS")
    found = sorted(Path(folder).glob(f"{number}_*.txt")) if folder else []
    if not found:
        pytest.skip("POOLHOUSE_TEST_SEEDS names no folder with the published functions")
    return found[0].read_text()


def published(name: str) -> str:
    """The example of a document, its lost lines put back."""
    text = document(DOCUMENTS[name])
    if name == "login":
        return max(re.findall(r"```javascript\n(.*?)```", text, flags=re.S), key=len)
    source = text[text.rindex(f"async function {name}(") :].rstrip() + "\n"
    for anchor, lost in RESTORED[name]:
        assert source.count(anchor) == 1, anchor
        source = source.replace(anchor, anchor + lost)
    return source + END


Source = Callable[[str], str]


@pytest.fixture(params=["ours", "published"])
def source(request: pytest.FixtureRequest) -> Source:
    """The text of a function by its name."""
    return published if request.param == "published" else lambda name: (MANNER / f"{name}.js").read_text()


@pytest.fixture
async def old_table(legacy: Legacy) -> Legacy:
    """The columns the documented function reads, and no more."""
    await legacy.execute("alter table users add token text")
    for column in ("last_ip", "address", "birthdate", "website"):
        await legacy.execute(f"alter table users add {column} text")
    return legacy


async def test_the_login_moves_a_legacy_user_in(
    services: Services, pool: PoolForTests, old_table: Legacy, source: Source
) -> None:
    await connect(services, pool, old_table, "LAZY_MIGRATION", {"login": source("login")})
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
async def test_the_login_refuses_in_its_own_words(
    services: Services,
    pool: PoolForTests,
    old_table: Legacy,
    source: Source,
    username: str,
    password: str,
    said: str,
) -> None:
    await connect(services, pool, old_table, "LAZY_MIGRATION", {"login": source("login")})
    await old_table.put({"username": "bob"}, "passw0rd")
    directory = await services.directories.of(pool.id)
    with pytest.raises(ScriptFailed) as refused:
        await directory.authenticate(pool.stranger, UserKey("username", username), password)
    assert refused.value.message() == said


async def test_list_users_pages_through_the_old_table(
    services: Services, pool: PoolForTests, old_table: Legacy, source: Source
) -> None:
    await connect(services, pool, old_table, "CUSTOM_USER_STORE", {"listUsers": source("listUsers")})
    for number in range(3):
        await old_table.put({"username": f"user{number}", "nickname": f"第{number}人"}, None)

    page = await services.users.list(pool.administrator, UserQuery(PageRequest(1, 2)))

    assert (page.total, len(page.items)) == (3, 2)
    assert all(user.username and user.nickname for user in page.items)


async def test_update_user_changes_a_row_and_is_told_of_nobody(
    services: Services, pool: PoolForTests, old_table: Legacy, source: Source
) -> None:
    scripts = {"updateUser": source("updateUser"), "getUser": template("postgresql", "getUser")}
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
