import pytest
from tests.conftest import PoolForTests

from poolhouse.audit.model import Act, RecordQuery
from poolhouse.errors import InvalidInput, NotAuthenticated, NotFound, NotPermitted
from poolhouse.paging import PageRequest
from poolhouse.pools import environment
from poolhouse.services import Services


async def test_a_stranger_is_refused_everywhere(services: Services, pool: PoolForTests) -> None:
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("u1"), NotPermitted)):
        with pytest.raises(refusal):
            await services.environment.list(caller)
        with pytest.raises(refusal):
            await services.environment.put(caller, "K", "v")
        with pytest.raises(refusal):
            await services.environment.delete(caller, "K")


async def test_variables_are_put_listed_and_deleted(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    admin = pool.administrator
    await services.environment.put(admin, "DB_HOST", "a")
    await services.environment.put(admin, "DB_HOST", "db-secret-value")
    await services.environment.put(admin, "A", "")
    assert await services.environment.list(admin) == {"A": "", "DB_HOST": "db-secret-value"}
    assert await services.environment.list(other_pool.administrator) == {}
    with pytest.raises(NotFound):
        await services.environment.delete(other_pool.administrator, "A")
    await services.environment.delete(admin, "A")
    assert list(await services.environment.list(admin)) == ["DB_HOST"]
    with pytest.raises(NotFound):
        await services.environment.delete(admin, "A")


async def test_values_lie_encrypted_and_reach_no_log(services: Services, pool: PoolForTests) -> None:
    await services.environment.put(pool.administrator, "K", "hidden-value")
    stored = await services.db.fetchval("select value from pool_environment where pool_id = $1", pool.id)
    assert b"hidden-value" not in stored
    query = RecordQuery("administrator", acts=(Act("update", "environment"),))
    page = await services.audit.list_records(pool.administrator, query, PageRequest(1, 10))
    assert page.total == 1
    assert "hidden-value" not in repr(page.items)


@pytest.mark.parametrize("key", ["", " ", "a b", "钥匙", "x" * 129, "a=b"])
async def test_what_is_no_name_is_refused(services: Services, pool: PoolForTests, key: str) -> None:
    with pytest.raises(InvalidInput):
        await services.environment.put(pool.administrator, key, "v")


async def test_there_is_an_end_to_it(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(environment, "MOST", 2)
    await services.environment.put(pool.administrator, "A", "1")
    await services.environment.put(pool.administrator, "B", "1")
    with pytest.raises(InvalidInput):
        await services.environment.put(pool.administrator, "C", "1")
    with pytest.raises(InvalidInput):
        await services.environment.put(pool.administrator, "A", "x" * 16_385)
    assert await services.environment.list(pool.administrator) == {"A": "1", "B": "1"}
