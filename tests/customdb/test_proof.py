"""A pool that publishes only what has passed a run: every way to publish is held to it."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests

from poolhouse.customdb.folder import read
from poolhouse.errors import InvalidInput, InvalidOperation, ScriptUnproven
from poolhouse.services import Services

GOOD = "async function getUser() { return { id: '1' }; }"
BAD = "async function getUser() { throw new Error('no'); }"


@pytest.fixture
async def strict(services: Services, pool: PoolForTests) -> PoolForTests:
    await services.pools.update(pool.administrator, {}, {"publish_requires_passing_run": True})
    return pool


async def published(services: Services, pool: PoolForTests) -> int | None:
    states = await services.customdb.list_scripts(pool.administrator)
    return next(state.published for state in states if state.name == "getUser")


async def test_what_no_run_has_passed_is_not_published(services: Services, strict: PoolForTests) -> None:
    admin, customdb = strict.administrator, services.customdb
    for number, source in enumerate((BAD, GOOD), 1):
        await customdb.save_script(admin, "getUser", source)
        with pytest.raises(ScriptUnproven, match=f"version {number} of getUser"):
            await customdb.publish(admin, "getUser", number)
        await customdb.run(admin, "getUser", [], version=number)
    with pytest.raises(ScriptUnproven):
        await customdb.publish(admin, "getUser", 1)
    assert await published(services, strict) is None
    assert (await customdb.publish(admin, "getUser", 2)).published == 2


async def test_what_is_published_already_stays_so_and_an_older_one_is_run_first(
    services: Services, pool: PoolForTests
) -> None:
    admin, customdb = pool.administrator, services.customdb
    for source in (GOOD, GOOD + "//"):
        version = (await customdb.save_script(admin, "getUser", source)).version
        await customdb.publish(admin, "getUser", version)
    await services.pools.update(admin, {}, {"publish_requires_passing_run": True})
    assert (await customdb.publish(admin, "getUser", 2)).published == 2
    with pytest.raises(ScriptUnproven):
        await customdb.publish(admin, "getUser", 1)
    assert await published(services, pool) == 2


async def test_without_the_setting_and_in_other_pools_nothing_is_asked(
    services: Services, strict: PoolForTests, other_pool: PoolForTests
) -> None:
    await services.customdb.save_script(other_pool.administrator, "getUser", BAD)
    assert (await services.customdb.publish(other_pool.administrator, "getUser", 1)).published == 1


async def test_the_newest_versions_own_text_counts_as_that_version_and_another_text_as_none(
    services: Services, strict: PoolForTests
) -> None:
    admin, customdb = strict.administrator, services.customdb
    await customdb.save_script(admin, "getUser", GOOD)
    await customdb.run(admin, "getUser", [], source=f"{GOOD}//")
    assert (await customdb.get_script(admin, "getUser")).passed_at is None
    await customdb.run(admin, "getUser", [], source=GOOD)
    assert (await customdb.get_script(admin, "getUser")).passed_at is not None


async def test_a_pushed_folder_is_refused_as_a_whole_and_its_draft_is_not(
    services: Services, strict: PoolForTests
) -> None:
    admin, folders = strict.administrator, services.script_folders
    two = read({"getUser.js": GOOD, "login.js": GOOD.replace("getUser", "login")}, {})
    for apply in (False, True):
        told = await folders.push(admin, two, apply=apply)
        assert {problem.file for problem in told.problems} == {"login.js", "getUser.js"}
        assert "push FOLDER --draft --yes" in told.problems[0].message("en-US")
        assert not told.applied
    assert (await folders.push(admin, two, draft=True, apply=True)).applied
    await services.customdb.run(admin, "getUser", [], source=GOOD)
    one_left = await folders.push(admin, two, apply=True)
    assert [problem.file for problem in one_left.problems] == ["login.js"]
    assert await published(services, strict) is None
    await services.customdb.run(admin, "login", [], source=two.sources["login"])
    assert (await folders.push(admin, two, apply=True)).applied
    assert await published(services, strict) == 1


async def test_a_push_says_what_its_versions_are_about(services: Services, pool: PoolForTests) -> None:
    admin, folders = pool.administrator, services.script_folders
    folder = read({"getUser.js": GOOD}, {})
    with pytest.raises(InvalidInput, match="500"):
        await folders.push(admin, folder, apply=True, message="x" * 501)
    assert (await folders.push(admin, folder, apply=True, message=" ticket 7 ")).applied
    assert (await services.customdb.get_script(admin, "getUser")).message == "ticket 7"


async def test_a_draft_saved_between_plan_and_push_is_not_published_unproven(
    services: Services, strict: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is proven is judged again in the transaction that publishes."""
    from poolhouse.customdb import pushing

    admin, customdb = strict.administrator, services.customdb
    await customdb.save_script(admin, "getUser", GOOD)
    await customdb.run(admin, "getUser", [], version=1)
    asked = pushing._unproven

    def meanwhile(folder: object, names: object, newest: object) -> object:
        found = asked(folder, names, newest)  # type: ignore[arg-type]
        monkeypatch.setattr(pushing, "_unproven", lambda *_: (found, "not proven"))
        return found

    monkeypatch.setattr(pushing, "_unproven", meanwhile)
    with pytest.raises(InvalidOperation, match="nothing was done"):
        await services.script_folders.push(admin, read({"getUser.js": GOOD}, {}), apply=True)
    assert await published(services, strict) is None
