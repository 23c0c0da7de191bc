"""How many are in or below a department: kept where counting is slow, and never wrong once a membership changed."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests

from poolhouse.directory.postgres_members_below import MembersBelow
from poolhouse.orgs.model import NodeDraft, Org
from poolhouse.services import Services
from poolhouse.users.model import UserDraft


@pytest.fixture
async def org(services: Services, pool: PoolForTests) -> Org:
    return await services.orgs.create_org(pool.administrator, NodeDraft({"name": "公司", "code": "company"}))


async def test_a_kept_number_ends_with_a_change_of_a_membership_and_with_a_move(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, org: Org
) -> None:
    admin, root = pool.administrator, org.root.id
    a, b, below = [
        await services.orgs.create_node(admin, org.id, parent, NodeDraft({"name": name}))
        for name, parent in (("a", None), ("b", None), ("below", None))
    ]
    people = [(await services.users.create(admin, UserDraft({"username": f"p{n}"}))).id for n in range(3)]
    members = MembersBelow(services.db, slow_s=0.0, stale_s=0.0)

    async def counts() -> list[int]:
        first = await members.count(pool.id, [root, a.id, b.id])
        assert await members.count(pool.id, [root, a.id, b.id]) == first
        return list(first.values())

    assert await counts() == [0, 0, 0]
    await services.department_members.add(admin, below.id, people[:2])
    await services.department_members.add(admin, a.id, people[:1])
    assert await counts() == [2, 1, 0]
    await services.orgs.move_node(admin, org.id, below.id, b.id)
    assert await counts() == [2, 1, 2]
    await services.users.delete(admin, people[:1])
    assert await counts() == [1, 0, 1]
    assert await members.count(other_pool.id, [root]) == {root: 0}


async def test_what_was_slow_to_count_is_counted_once(
    services: Services, pool: PoolForTests, org: Org
) -> None:
    root = org.root.id
    for slow_s, kept in ((60.0, 0), (0.0, 1)):
        members = MembersBelow(services.db, slow_s=slow_s, stale_s=0.0)
        assert await members.count(pool.id, [root]) == {root: 0}
        found = await services.db.fetchval("select count(*) from kept_lists where pool_id = $1", pool.id)
        assert found == kept
    await services.db.execute("update kept_lists set total = 7 where pool_id = $1", pool.id)
    assert await members.count(pool.id, [root]) == {root: 7}
