import pytest

from poolhouse.db.pool import Database


async def test_json_and_times_keep_their_shape(database: Database) -> None:
    stored = {"name": "张三", "nested": [1, None, {"x": True}]}
    assert await database.fetchval("select $1::jsonb", stored) == stored
    assert (await database.fetchval("select now()")).utcoffset().total_seconds() == 0


async def test_a_transaction_that_raises_leaves_nothing(database: Database) -> None:
    await database.execute("create table undone (n int)")
    with pytest.raises(ZeroDivisionError):
        async with database.transaction() as tx:
            await tx.execute("insert into undone values (1)")
            _ = 1 / 0
    assert await database.fetchval("select count(*) from undone") == 0
