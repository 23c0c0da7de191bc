"""A push is all of a folder or nothing of it, whatever happens meanwhile."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.customdb import folder as folders
from poolhouse.customdb import postgres
from poolhouse.customdb.pushing import ScriptFolders
from poolhouse.errors import InvalidOperation, NotAuthenticated
from poolhouse.services import Services


def shop(word: str) -> folders.Folder:
    """A folder of two scripts and a setting that all say `word`."""
    sources = {
        f"{name}.js": f"async function {name}() {{ return '{word}'; }}" for name in ("login", "getUser")
    }
    return folders.read({**sources, "connection.toml": f"[env]\nWORD = '{word}'"}, {})


async def saved(services: Services, pool: PoolForTests) -> set[str]:
    """The words that the scripts and the connection say."""
    sources = await services.script_folders.sources(pool.administrator)
    env = (await services.customdb.get(pool.administrator)).env
    return {source.split("'")[1] for source in sources.values()} | set(env.values())


async def test_a_stranger_may_not(services: Services, pool: PoolForTests) -> None:
    for asked in (
        services.script_folders.push(pool.stranger, shop("one")),
        services.script_folders.sources(pool.stranger),
        services.script_folders.compare(pool.stranger, shop("one")),
        services.script_folders.problems(pool.stranger, shop("one")),
    ):
        with pytest.raises(NotAuthenticated):
            await asked


async def test_what_fails_in_the_middle_was_not_begun(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    await services.script_folders.push(pool.administrator, shop("one"), apply=True)
    publish, calls = postgres.publish, 0

    async def once(*args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 2:
            raise ConnectionError
        await publish(*args)

    monkeypatch.setattr(postgres, "publish", once)
    with pytest.raises(ConnectionError):
        await services.script_folders.push(pool.administrator, shop("two"), apply=True)
    assert await saved(services, pool) == {"one"}
    assert await services.script_folders.sources(pool.administrator, draft=True) == shop("one").sources


async def test_of_two_pushes_at_once_one_is_done_whole(services: Services, pool: PoolForTests) -> None:
    await services.script_folders.push(pool.administrator, shop("one"), apply=True)
    words = [str(n) for n in range(6)]
    pushes = [services.script_folders.push(pool.administrator, shop(word), apply=True) for word in words]
    ended = await asyncio.gather(*pushes, return_exceptions=True)
    assert all(isinstance(one, InvalidOperation) or not isinstance(one, BaseException) for one in ended), (
        ended
    )
    assert len(await saved(services, pool)) == 1


async def test_somebody_who_changed_the_connection_meanwhile_is_not_overwritten(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = ScriptFolders._compiled

    async def slow(self: Any, *args: Any) -> Any:
        await services.customdb.update(pool.administrator, {"timeout_ms": 4_000})
        return await compiled(self, *args)

    monkeypatch.setattr(ScriptFolders, "_compiled", slow)
    with pytest.raises(InvalidOperation):
        await services.script_folders.push(pool.administrator, shop("one"), apply=True)
    assert (await services.customdb.get(pool.administrator)).timeout_ms == 4_000
    assert await saved(services, pool) == set()
