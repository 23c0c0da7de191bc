"""A role whose parent is deleted, and whoever gives it a child at that moment."""

import asyncio

import pytest
from tests.conftest import PoolForTests
from tests.db.waiting import until_one_waits

from poolhouse.errors import RoleNotFound
from poolhouse.roles import postgres
from poolhouse.roles.model import RoleDraft, RoleKey
from poolhouse.services import Services


async def test_a_role_whose_parent_is_deleted_has_none(services: Services, pool: PoolForTests) -> None:
    caller = pool.administrator
    for code, parent in (("a", None), ("b", "a"), ("c", "b"), ("d", "c")):
        await services.roles.create(caller, RoleDraft(code, parent=parent))
    await services.roles.delete(caller, [RoleKey("b"), RoleKey("c")])
    assert (await services.roles.get(caller, RoleKey("d"))).parent_id is None


async def test_a_child_that_is_being_created_is_left_without_its_parent(
    services: Services, pool: PoolForTests
) -> None:
    caller = pool.administrator
    parent = await services.roles.create(caller, RoleDraft("parent"))
    async with services.db.transaction() as tx:
        await postgres.insert(tx, pool.id, RoleDraft("child"), parent.id)
        deleting = asyncio.create_task(services.roles.delete(caller, [RoleKey("parent")]))
        await until_one_waits(services.db, deleting)
    await deleting
    assert (await services.roles.get(caller, RoleKey("child"))).parent_id is None


async def test_who_creates_a_child_while_its_parent_is_deleted_is_told_that_it_is_gone(
    services: Services, pool: PoolForTests
) -> None:
    caller = pool.administrator
    parent = await services.roles.create(caller, RoleDraft("parent"))
    async with services.db.transaction() as tx:
        await postgres.delete(tx, pool.id, [parent.id])
        creating = asyncio.create_task(services.roles.create(caller, RoleDraft("child", parent="parent")))
        await until_one_waits(services.db, creating)
    with pytest.raises(RoleNotFound):
        await creating
