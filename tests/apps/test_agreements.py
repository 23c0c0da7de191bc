import pytest
from tests.conftest import PoolForTests

from poolhouse.errors import AppNotFound, InvalidInput, NotAuthenticated, NotFound, NotPermitted
from poolhouse.services import Services


async def test_a_stranger_is_refused_everywhere(services: Services, pool: PoolForTests) -> None:
    app = await services.apps.create(pool.administrator, "a")
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("u1"), NotPermitted)):
        with pytest.raises(refusal):
            await services.agreements.list(caller, app.id)
        with pytest.raises(refusal):
            await services.agreements.create(caller, app.id, "t")
        with pytest.raises(refusal):
            await services.agreements.update(caller, app.id, 1, title="t")
        with pytest.raises(refusal):
            await services.agreements.delete(caller, app.id, 1)
        with pytest.raises(refusal):
            await services.agreements.sort(caller, app.id, [1])


async def test_agreements_come_in_their_order(services: Services, pool: PoolForTests) -> None:
    admin, agreements = pool.administrator, services.agreements
    app = await services.apps.create(admin, "a")
    one, two, three = [await agreements.create(admin, app.id, title) for title in ("1", "2", "3")]
    assert (one.required, one.lang) == (True, "zh-CN")
    assert [each.title for each in await agreements.list(admin, app.id)] == ["1", "2", "3"]
    await agreements.sort(admin, app.id, [three.id, one.id])
    assert [each.title for each in await agreements.list(admin, app.id)] == ["3", "1", "2"]
    await agreements.create(admin, app.id, "4", required=False, lang="en-US")
    assert [each.title for each in await agreements.list(admin, app.id)] == ["3", "1", "2", "4"]
    changed = await agreements.update(admin, app.id, two.id, title="新", required=False)
    assert (changed.title, changed.required, changed.lang) == ("新", False, "zh-CN")
    await agreements.delete(admin, app.id, two.id)
    assert [each.title for each in await agreements.list(admin, app.id)] == ["3", "1", "4"]
    with pytest.raises(NotFound):
        await agreements.delete(admin, app.id, two.id)
    with pytest.raises(NotFound):
        await agreements.update(admin, app.id, two.id, title="x")
    with pytest.raises(NotFound):
        await agreements.sort(admin, app.id, [one.id, two.id])


async def test_another_pools_agreements_are_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    app = await services.apps.create(pool.administrator, "a")
    agreement = await services.agreements.create(pool.administrator, app.id, "t")
    mine = other_pool.administrator
    for attempt in (
        services.agreements.list(mine, app.id),
        services.agreements.create(mine, app.id, "t"),
        services.agreements.sort(mine, app.id, [agreement.id]),
    ):
        with pytest.raises(AppNotFound):
            await attempt
    own = await services.apps.create(mine, "own")
    for attempt in (
        services.agreements.update(mine, app.id, agreement.id, title="x"),
        services.agreements.delete(mine, own.id, agreement.id),
        services.agreements.sort(mine, own.id, [agreement.id]),
    ):
        with pytest.raises(NotFound):
            await attempt
    assert await services.agreements.list(pool.administrator, app.id) == [agreement]


@pytest.mark.parametrize(
    ("title", "lang"), [("", "zh-CN"), ("  ", "zh-CN"), ("t", "xx"), ("t" * 20_001, "zh-CN")]
)
async def test_what_is_no_agreement_is_refused(
    services: Services, pool: PoolForTests, title: str, lang: str
) -> None:
    app = await services.apps.create(pool.administrator, "a")
    with pytest.raises(InvalidInput):
        await services.agreements.create(pool.administrator, app.id, title, lang=lang)
