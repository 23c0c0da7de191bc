import pytest
from tests.conftest import PoolForTests

from poolhouse.errors import NotAuthenticated, NotPermitted
from poolhouse.paging import PageRequest
from poolhouse.services import Services

INSERT = """
insert into sessions (pool_id, id, user_id, app_id, created_at, expires_at)
values ($1, $2, $3, $4, now() - $5 * interval '1 minute', now() + $6 * interval '1 minute')
"""


async def test_those_with_a_live_session_at_an_application_who_came_last_first(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    for number, (user_id, app_id, age, left) in enumerate(
        [("u1", "a", 9, 60), ("u2", "a", 5, 60), ("u1", "a", 1, 60), ("u3", "b", 1, 60), ("u4", "a", 9, -1)]
    ):
        await services.db.execute(INSERT, pool.id, f"s{number}", user_id, app_id, age, left)
    page = await services.sessions.active_users(pool.administrator, "a", PageRequest(1, 10))
    assert (page.total, page.items) == (2, ["u1", "u2"])
    second = await services.sessions.active_users(pool.administrator, "a", PageRequest(2, 1))
    assert (second.total, second.items) == (2, ["u2"])
    theirs = await services.sessions.active_users(other_pool.administrator, "a", PageRequest(1, 10))
    assert (theirs.total, theirs.items) == (0, [])


async def test_pages_are_those_of_the_whole_whoever_has_many_sessions(
    services: Services, pool: PoolForTests
) -> None:
    """Also where the newest sessions are all one person's, and where two came at one moment."""
    expected = dict[str, int]()
    for number in range(60):
        user_id = "busy" if number < 30 else f"u{number * 7 % 13}"
        expected.setdefault(user_id, number // 2)
        await services.db.execute(INSERT, pool.id, f"s{number}", user_id, "a", number // 2, 60)
    whole = (await services.sessions.active_users(pool.administrator, "a", PageRequest(1, 100))).items
    assert [expected[one] for one in whole] == sorted(expected.values())
    for size in (1, 2, 5):
        pages = [
            await services.sessions.active_users(pool.administrator, "a", PageRequest(number, size))
            for number in range(1, 16)
        ]
        assert [one for page in pages for one in page.items] == whole
        assert {page.total for page in pages} == {len(expected)}


async def test_a_stranger_is_refused(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(NotAuthenticated):
        await services.sessions.active_users(pool.stranger, "a", PageRequest(1, 10))
    with pytest.raises(NotPermitted):
        await services.sessions.active_users(pool.user("u1"), "a", PageRequest(1, 10))
