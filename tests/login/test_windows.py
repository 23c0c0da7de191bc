"""Windows, locks and resend intervals under many requests at once, as the database's clock judges them."""

import asyncio

import pytest

from poolhouse.login import postgres
from poolhouse.login.tally import Limit, Subject

MANY = 20
DAY_S = 86_400


async def at_once(call):
    return await asyncio.gather(*(call() for _ in range(MANY)))


@pytest.fixture
def subject(pool):
    return Subject(pool.id, "test", "anybody")


@pytest.fixture
def shift(database, pool):
    """Moves what a table of the pool remembers into the past."""

    async def shift(table, columns, seconds):
        sets = ", ".join(
            f"{name} = ({name} at time zone 'UTC' - make_interval(secs => $2)) at time zone 'UTC'"
            for name in columns
        )
        await database.execute(f"update {table} set {sets} where pool_id = $1", pool.id, seconds)

    return shift


async def left_s(database, pool, column):
    return await database.fetchval(
        f"select extract(epoch from {column} - now())::float8 from attempts where pool_id = $1", pool.id
    )


async def test_every_one_of_many_is_counted_and_the_window_stays_where_it_began(database, pool, shift):
    def count():
        return postgres.count_attempt(database, pool.id, "test", "anybody", DAY_S)

    assert sorted(await at_once(count)) == list(range(1, MANY + 1))
    await shift("attempts", ["ends_at"], DAY_S - 100)
    assert await count() == MANY + 1
    assert 0 < await left_s(database, pool, "ends_at") <= 100


async def test_a_window_that_has_ended_begins_anew_once(database, pool, shift):
    def count():
        return postgres.count_attempt(database, pool.id, "test", "anybody", DAY_S)

    await at_once(count)
    await shift("attempts", ["ends_at"], DAY_S + 1)
    assert sorted(await at_once(count)) == list(range(1, MANY + 1))
    assert DAY_S - 60 < await left_s(database, pool, "ends_at") <= DAY_S


async def test_of_many_tries_after_a_lock_one_is_let_in_and_locks_for_longer(database, pool, subject, shift):
    limit = Limit(3, DAY_S, locks=True)

    def take():
        return postgres.take_attempt(database, subject, limit)

    assert (await at_once(take)).count(None) == 3
    for lock_s in (60, 120, 240, 480):
        assert lock_s - 30 < await left_s(database, pool, "locked_until") <= lock_s
        assert DAY_S + lock_s - 30 < await left_s(database, pool, "ends_at") <= DAY_S + lock_s
        assert await postgres.locked_for(database, pool.id, "test", "anybody") in range(
            lock_s - 30, lock_s + 1
        )
        await shift("attempts", ["locked_until", "ends_at"], lock_s + 1)
        answers = await at_once(take)
        assert answers.count(None) == 1
        assert all(one is None or lock_s < one <= 2 * lock_s for one in answers)


async def test_a_limit_of_one_locks_with_the_first_try(database, pool, subject):
    answers = await at_once(lambda: postgres.take_attempt(database, subject, Limit(1, 300, locks=True)))
    assert answers.count(None) == 1
    assert 30 < await left_s(database, pool, "locked_until") <= 60
    assert 330 < await left_s(database, pool, "ends_at") <= 360


async def test_after_the_window_of_a_limit_without_locks_there_are_as_many_tries(database, subject, shift):
    def take():
        return postgres.take_attempt(database, subject, Limit(3, 300))

    assert (await at_once(take)).count(None) == 3
    assert (await at_once(take)).count(None) == 0
    await shift("attempts", ["ends_at"], 301)
    assert (await at_once(take)).count(None) == 3


async def test_of_many_codes_asked_for_at_once_one_is_made(database, pool, shift):
    def put():
        return postgres.put_code(database, pool.id, "email", "a@b.cn", "login", b"digest", 5, 300, 60)

    assert sum(await at_once(put)) == 1
    await shift("verification_codes", ["created_at"], 59)
    assert sum(await at_once(put)) == 0
    await shift("verification_codes", ["created_at"], 1)
    assert sum(await at_once(put)) == 1


async def test_of_many_tries_at_a_code_no_more_than_it_has_are_spent(database, pool, shift):
    await postgres.put_code(database, pool.id, "email", "a@b.cn", "login", b"digest", 5, 300, 60)

    def spend():
        return postgres.spend_try(database, pool.id, "email", "a@b.cn", {"login": b"wrong", "any": b"wrong"})

    spent = [rows for rows in await at_once(spend) if rows]
    assert len(spent) == 5
    assert not any(row["expired"] for rows in spent for row in rows)
    await shift("verification_codes", ["created_at", "expires_at"], 301)
    assert (
        sum(
            await at_once(
                lambda: postgres.put_code(
                    database, pool.id, "email", "a@b.cn", "login", b"digest", 5, 300, 60
                )
            )
        )
        == 1
    )
    await shift("verification_codes", ["expires_at"], 301)
    assert [row["expired"] for row in await spend()] == [True]
