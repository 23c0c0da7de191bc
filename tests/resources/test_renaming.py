"""Whoever puts something into a namespace while it is renamed: what came before goes along, who comes after is told."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from tests.conftest import PoolForTests
from tests.db.waiting import until_one_waits
from tests.resources.conftest import NewUser
from tests.resources.test_authorization import USER, to

from poolhouse.errors import CodeTaken, NamespaceNotFound, ResourceNotFound
from poolhouse.resources import postgres, postgres_grants
from poolhouse.resources.model import Effect, Grant, ResourceDraft, ResourceType, Statement, Target
from poolhouse.services import Services

BOOKS = ResourceDraft("books", ResourceType.DATA)
READ_ALL = Statement(Effect.ALLOW, "*", ("read",))

PUTS: dict[str, Callable[[Services, PoolForTests, str], Awaitable[object]]] = {
    "a resource": lambda s, p, _: s.resources.create(p.administrator, BOOKS, "old"),
    "a policy": lambda s, p, _: s.policies.create(p.administrator, "readers", [READ_ALL], namespace="old"),
    "a grant": lambda s, p, user: s.authorization.authorize(
        p.administrator, [to(USER, user, "books:1", "read")], "old"
    ),
}


async def test_what_is_in_it_goes_along_and_its_number_stays(
    services: Services, pool: PoolForTests, new_user: NewUser
) -> None:
    caller = pool.administrator
    before = await services.namespaces.create(caller, "old")
    user = await new_user(pool)
    for put in PUTS.values():
        await put(services, pool, user)
    after = await services.namespaces.update(caller, "old", new_code="new")
    assert (after.code, after.number, after.created_at) == ("new", before.number, before.created_at)
    assert (await services.policies.get(caller, "readers", "new")).code == "readers"
    await services.resources.get(caller, "books", "new")
    with pytest.raises((NamespaceNotFound, ResourceNotFound)):
        await services.resources.get(caller, "books", "old")
    spaces = "select namespace from resource_grants where pool_id = $1"
    assert [row[0] for row in await services.db.fetch(spaces, pool.id)] == ["new"]


async def test_a_code_that_is_taken_is_told_and_nothing_moves(services: Services, pool: PoolForTests) -> None:
    caller = pool.administrator
    for code in ("old", "taken"):
        await services.namespaces.create(caller, code)
    await services.resources.create(caller, BOOKS, "old")
    with pytest.raises(CodeTaken):
        await services.namespaces.update(caller, "old", new_code="taken")
    assert (await services.resources.get(caller, "books", "old")).namespace == "old"


@pytest.mark.parametrize("what", PUTS)
async def test_who_puts_something_in_while_it_is_renamed_is_told_that_it_is_gone(
    services: Services, pool: PoolForTests, new_user: NewUser, what: str
) -> None:
    await services.namespaces.create(pool.administrator, "old")
    user = await new_user(pool)
    async with services.db.transaction() as tx:
        await postgres.rename_namespace(tx, pool.id, "old", "new")
        putting = asyncio.ensure_future(PUTS[what](services, pool, user))
        await until_one_waits(services.db, putting)
    with pytest.raises(NamespaceNotFound):
        await putting


async def test_a_grant_that_is_being_written_goes_along(services: Services, pool: PoolForTests) -> None:
    await services.namespaces.create(pool.administrator, "old")
    async with services.db.transaction() as tx:
        await services.namespaces.hold(tx, pool.id, "old")
        await postgres_grants.grant(
            tx, pool.id, "old", [(Target(USER, "somebody"), Grant("books", ("read",)))]
        )
        renaming = asyncio.create_task(services.namespaces.update(pool.administrator, "old", new_code="new"))
        await until_one_waits(services.db, renaming)
    assert (await renaming).code == "new"
    spaces = "select namespace from resource_grants where pool_id = $1"
    assert [row[0] for row in await services.db.fetch(spaces, pool.id)] == ["new"]
