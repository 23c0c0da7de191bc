"""A draft on recorded calls: what is called again, what it is compared with, and what it may cost."""

from __future__ import annotations

from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.caller import Caller
from poolhouse.customdb import replay
from poolhouse.customdb.model import SCRIPT_NAMES, LogQuery
from poolhouse.customdb.redaction import HIDDEN, Redactor
from poolhouse.customdb.replay import REPLAYABLE, differences
from poolhouse.errors import InvalidInput, NotPermitted, ScriptNotFound
from poolhouse.paging import PageRequest
from poolhouse.services import Services

GET_USER = """async function getUser(query) {
  if (query.username === 'nobody') return null;
  if (query.username === 'ghost') throw new Error('gone');
  return { id: '1', username: query.username, nickname: '小' + query.username };
}"""


async def called(services: Services, admin: Caller, *usernames: str) -> None:
    """Recorded calls of the published getUser, oldest first."""
    active = await services.customdb.active(admin.pool_id)
    assert active
    for username in usernames:
        query = {"id": None, "email": None, "phone": None, "username": username}
        try:
            await services.scripts.invoke(admin, active, "getUser", query)
        except Exception as error:
            assert "gone" in str(error)  # noqa: PT017
        await services.scripts.settled()


@pytest.fixture
async def shop(services: Services, pool: PoolForTests) -> PoolForTests:
    await services.customdb.update(pool.administrator, {"enabled": True})
    saved = await services.customdb.save_script(pool.administrator, "getUser", GET_USER)
    await services.customdb.publish(pool.administrator, "getUser", saved.version)
    return pool


async def draft(services: Services, pool: PoolForTests, source: str) -> int:
    return (await services.customdb.save_script(pool.administrator, "getUser", source)).version


async def test_each_call_is_told_apart(services: Services, shop: PoolForTests) -> None:
    await called(services, shop.administrator, "li", "nobody", "ghost", "wang", "li")
    version = await draft(
        services,
        shop,
        GET_USER.replace("'ghost'", "'wang'")
        .replace("if (query.username === 'nobody')", "if (0)")
        .replace("nickname: '小'", "name: 'N'"),
    )
    found = await services.script_replay.replay(shop.administrator, "getUser")
    assert (found.version, found.published, found.skipped, found.left) == (version, 1, 0, 0)
    verdicts = {call.arguments[0]["username"]: call.verdict for call in found.calls}
    assert verdicts == {"li": "different", "wang": "broken", "ghost": "fixed", "nobody": "different"}
    li = next(call for call in found.calls if call.arguments[0]["username"] == "li")
    assert [(one.path, one.before, one.after) for one in li.differences] == [
        ("nickname", '"小li"', None),
        ("name", None, '"Nli"'),
    ]
    wang = next(call for call in found.calls if call.arguments[0]["username"] == "wang")
    assert wang.published is not None
    assert (wang.then.success, wang.published.success, wang.draft.success) == (True, True, False)
    assert wang.draft.message == "gone"
    assert (await services.customdb.get_script(shop.administrator, "getUser")).passed_at is None


async def test_where_nothing_differs_the_version_has_passed(services: Services, shop: PoolForTests) -> None:
    await called(services, shop.administrator, "li", "ghost")
    await draft(services, shop, GET_USER + " // the same")
    found = await services.script_replay.replay(shop.administrator, "getUser")
    assert [call.verdict for call in found.calls] == ["same", "same"]
    assert (await services.customdb.get_script(shop.administrator, "getUser")).passed_at is not None


async def test_only_real_calls_are_replayed_each_once_and_the_newest(
    services: Services, shop: PoolForTests
) -> None:
    await called(services, shop.administrator, "a", "b", "c", "c")
    await services.customdb.run(shop.administrator, "getUser", [{"username": "debugged"}])
    for _ in range(2):
        found = await services.script_replay.replay(shop.administrator, "getUser", limit=2)
        await services.scripts.settled()
        assert [call.arguments[0]["username"] for call in found.calls] == ["c", "b"]


async def test_another_pools_calls_are_not_there(
    services: Services, shop: PoolForTests, other_pool: PoolForTests
) -> None:
    await called(services, shop.administrator, "li")
    await services.customdb.save_script(other_pool.administrator, "getUser", GET_USER)
    found = await services.script_replay.replay(other_pool.administrator, "getUser")
    assert (found.calls, found.published) == ((), None)


@pytest.mark.parametrize("name", [name for name in SCRIPT_NAMES if name not in REPLAYABLE])
async def test_what_writes_or_is_given_a_password_is_not_replayed(
    services: Services, shop: PoolForTests, name: str
) -> None:
    await services.customdb.save_script(shop.administrator, name, f"function {name}() {{ return true; }}")
    reason = "never recorded" if name in ("login", "validatePassword", "verifyPassword") else "changes data"
    with pytest.raises(InvalidInput) as told:
        await services.script_replay.replay(shop.administrator, name)
    assert reason in told.value.message("en-US")
    await services.scripts.settled()
    logs = await services.customdb.list_logs(shop.administrator, LogQuery(name=name), PageRequest(1, 10))
    assert logs.total == 0


async def test_what_is_asked_for_is_checked(services: Services, shop: PoolForTests) -> None:
    for limit in (0, 21, -1):
        with pytest.raises(InvalidInput):
            await services.script_replay.replay(shop.administrator, "getUser", limit=limit)
    with pytest.raises(ScriptNotFound):
        await services.script_replay.replay(shop.administrator, "getUser", 9)
    with pytest.raises(NotPermitted):
        await services.script_replay.replay(shop.user("somebody"), "getUser")


async def test_what_was_masked_or_cut_is_left_out_and_counted(services: Services, shop: PoolForTests) -> None:
    await called(services, shop.administrator, HIDDEN, "x" * 5_000, "li")
    found = await services.script_replay.replay(shop.administrator, "getUser")
    assert [call.arguments[0]["username"] for call in found.calls] == ["li"]
    assert found.skipped == 2


async def test_after_its_time_no_call_is_begun(
    services: Services, shop: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    await called(services, shop.administrator, "a", "b", "c")
    monkeypatch.setattr(replay, "LASTING_S", 0.0)
    found = await services.script_replay.replay(shop.administrator, "getUser")
    assert (len(found.calls), found.left) == (0, 3)


async def test_secrets_are_in_no_difference(services: Services, shop: PoolForTests) -> None:
    await services.customdb.update(shop.administrator, {"env": {"KEY": "tok-very-secret"}})
    await called(services, shop.administrator, "li")
    await draft(
        services,
        shop,
        "function getUser() { return { id: env.KEY, password: 'hunter22', deep: { salt: 's4lt' } }; }",
    )
    found = await services.script_replay.replay(shop.administrator, "getUser")
    told = repr(found.calls)
    assert found.calls[0].verdict == "different"
    assert not [secret for secret in ("tok-very-secret", "hunter22", "s4lt") if secret in told]


DEEP: Any = {"id": 1}
for _ in range(50_000):
    DEEP = {"v": DEEP}


@pytest.mark.parametrize(
    ("before", "after", "paths"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1}, {"a": True}, ["a"]),
        ({"a": 0}, {"a": False}, ["a"]),
        ([1, 2], [1], ["[1]"]),
        ({"l": [{"e": 1}]}, {"l": [{"e": 2}]}, ["l[0].e"]),
        ({}, [], [""]),
        ({}, {"a": 1}, [""]),
        (None, {"a": 1}, [""]),
        ({"a": None}, {}, [""]),
        ({"a": None, "b": 1}, {"b": 1}, ["a"]),
        (DEEP, DEEP, []),
        (list(range(1000)), list(range(1, 1001)), [f"[{n}]" for n in range(10)]),
    ],
    ids=["numbers", "true", "false", "shorter", "nested", "kinds", "empty", "null", "null and empty", "null and absent",
         "deep", "many"],
)  # fmt: skip
def test_answers_are_compared_as_json(before: Any, after: Any, paths: list[str]) -> None:
    assert [one.path for one in differences(before, after, Redactor([]))] == paths
