import pytest
from tests.conftest import PoolForTests

from poolhouse.errors import (
    CodeTaken,
    InvalidInput,
    InvalidOperation,
    NamespaceNotFound,
    NotAuthenticated,
    NotPermitted,
    ResourceNotFound,
    RoleNotFound,
)
from poolhouse.paging import PageRequest
from poolhouse.resources.model import Action, ResourceChanges, ResourceDraft, ResourceType
from poolhouse.roles.model import RoleDraft, RoleKey
from poolhouse.services import Services

BOOKS = ResourceDraft(
    "books", ResourceType.DATA, "Books", "all of them", (Action("read", "reads"),), "/books"
)


async def test_strangers_and_users_may_not_touch_resources(services: Services, pool: PoolForTests) -> None:
    resources, namespaces = services.resources, services.namespaces
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("u"), NotPermitted)):
        for act in (
            namespaces.create(caller, "n"),
            namespaces.find(caller, ["default"]),
            namespaces.list(caller, PageRequest()),
            namespaces.update(caller, "n", name="x"),
            namespaces.delete(caller, ["n"]),
            resources.create(caller, BOOKS),
            resources.put_many(caller, [("default", BOOKS)]),
            resources.find(caller, ["books"]),
            resources.find_by_id(caller, "x"),
            resources.list(caller, PageRequest()),
            resources.update(caller, "books", ResourceChanges()),
            resources.delete(caller, ["books"]),
            resources.delete_by_ids(caller, ["x"]),
        ):
            with pytest.raises(refusal):
                await act


async def test_resources_of_another_pool_are_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    await services.namespaces.create(pool.administrator, "mine")
    made = await services.resources.create(pool.administrator, BOOKS, "mine")
    neighbour = other_pool.administrator
    assert await services.namespaces.find(neighbour, ["mine"]) == []
    assert await services.resources.find(neighbour, ["books"], "mine") == []
    assert await services.resources.find_by_id(neighbour, made.id) is None
    assert (await services.resources.list(neighbour, PageRequest())).total == 0
    for act in (
        services.resources.update(neighbour, "books", ResourceChanges(), "mine"),
        services.resources.delete(neighbour, ["books"], "mine"),
        services.resources.delete_by_ids(neighbour, [made.id]),
    ):
        with pytest.raises(ResourceNotFound):
            await act
    for other in (
        services.resources.create(neighbour, BOOKS, "mine"),
        services.namespaces.update(neighbour, "mine", name="x"),
        services.namespaces.delete(neighbour, ["mine"]),
    ):
        with pytest.raises(NamespaceNotFound):
            await other
    assert await services.resources.get(pool.administrator, "books", "mine") == made


async def test_a_resource_is_kept_as_given(services: Services, pool: PoolForTests) -> None:
    made = await services.resources.create(pool.administrator, BOOKS)
    assert (made.code, made.type, made.name, made.actions) == (
        "books",
        ResourceType.DATA,
        "Books",
        (Action("read", "reads"),),
    )
    assert await services.resources.find_by_id(pool.administrator, made.id) == made
    with pytest.raises(CodeTaken):
        await services.resources.create(pool.administrator, BOOKS)
    for code in ("", "   ", "x" * 600):
        with pytest.raises(InvalidInput):
            await services.resources.create(pool.administrator, ResourceDraft(code, ResourceType.API))


async def test_creating_many_again_is_the_same_as_once(services: Services, pool: PoolForTests) -> None:
    drafts = [("default", ResourceDraft(code, ResourceType.API)) for code in ("6666", "777")]
    first = await services.resources.put_many(pool.administrator, drafts)
    second = await services.resources.put_many(pool.administrator, drafts)
    assert [one.id for one in first] == [one.id for one in second]
    assert (await services.resources.list(pool.administrator, PageRequest())).total == 2
    with pytest.raises(NamespaceNotFound):
        await services.resources.put_many(pool.administrator, [("default", BOOKS), ("nowhere", BOOKS)])
    assert (await services.resources.list(pool.administrator, PageRequest())).total == 2


async def test_an_update_changes_what_is_given(services: Services, pool: PoolForTests) -> None:
    made = await services.resources.create(pool.administrator, BOOKS)
    changes = ResourceChanges(description="new", actions=(Action("edit"),))
    changed = await services.resources.update(pool.administrator, "books", changes)
    assert (changed.description, changed.actions, changed.name) == ("new", (Action("edit"),), "Books")
    assert changed.updated_at > made.updated_at
    with pytest.raises(ResourceNotFound):
        await services.resources.update(pool.administrator, "none", changes)


async def test_lists_filter_by_namespace_type_and_keyword(services: Services, pool: PoolForTests) -> None:
    await services.namespaces.create(pool.administrator, "mine")
    await services.resources.create(pool.administrator, BOOKS)
    await services.resources.create(pool.administrator, ResourceDraft("menu", ResourceType.MENU), "mine")

    async def listed(**terms: object) -> list[str]:
        page = await services.resources.list(pool.administrator, PageRequest(), **terms)  # type: ignore[arg-type]
        return [one.code for one in page.items]

    assert await listed() == ["menu", "books"]
    assert await listed(namespaces=["mine"]) == ["menu"]
    assert await listed(type_=ResourceType.DATA) == ["books"]
    assert await listed(keyword="BOOK") == ["books"]
    assert await listed(keyword="%") == []


async def test_deleting_is_all_or_nothing(services: Services, pool: PoolForTests) -> None:
    made = await services.resources.create(pool.administrator, BOOKS)
    with pytest.raises(ResourceNotFound):
        await services.resources.delete(pool.administrator, ["books", "none"])
    with pytest.raises(ResourceNotFound):
        await services.resources.delete_by_ids(pool.administrator, [made.id, "none"])
    assert await services.resources.find(pool.administrator, ["books"]) == [made]
    await services.resources.delete_by_ids(pool.administrator, [made.id])
    assert await services.resources.find(pool.administrator, ["books"]) == []


async def test_an_applications_id_is_a_namespace_without_being_made(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    made = await services.resources.create(pool.administrator, BOOKS, app.id)
    assert made.namespace == app.id
    assert (await services.namespaces.get(pool.administrator, app.id)).app_id == app.id
    with pytest.raises(NamespaceNotFound):
        await services.resources.create(other_pool.administrator, BOOKS, app.id)
    with pytest.raises(NamespaceNotFound):
        await services.resources.create(pool.administrator, BOOKS, "nowhere")


async def test_the_built_in_namespaces_are_always_there(services: Services, pool: PoolForTests) -> None:
    page = await services.namespaces.list(pool.administrator, PageRequest())
    assert {one.code for one in page.items} == {"default", "system"}
    with pytest.raises(CodeTaken):
        await services.namespaces.create(pool.administrator, "default")
    with pytest.raises(InvalidOperation):
        await services.namespaces.delete(pool.administrator, ["default"])
    with pytest.raises(InvalidOperation):
        await services.namespaces.update(pool.administrator, "default", new_code="x")


async def test_a_renamed_namespace_takes_what_is_in_it_along(services: Services, pool: PoolForTests) -> None:
    caller = pool.administrator
    await services.namespaces.create(caller, "old", "Old", "words")
    await services.resources.create(caller, BOOKS, "old")
    await services.roles.create(caller, RoleDraft("editor", "old"))
    renamed = await services.namespaces.update(caller, "old", name="New", new_code="new")
    assert (renamed.code, renamed.name, renamed.description) == ("new", "New", "words")
    assert (await services.resources.get(caller, "books", "new")).namespace == "new"
    assert (await services.roles.get(caller, RoleKey("editor", "new"))).namespace == "new"


async def test_a_deleted_namespace_takes_what_is_in_it_along(services: Services, pool: PoolForTests) -> None:
    caller = pool.administrator
    await services.namespaces.create(caller, "gone")
    made = await services.resources.create(caller, BOOKS, "gone")
    role = await services.roles.create(caller, RoleDraft("editor", "gone"))
    with pytest.raises(NamespaceNotFound):
        await services.namespaces.delete(caller, ["gone", "none"])
    await services.namespaces.delete(caller, ["gone"])
    assert await services.resources.find_by_id(caller, made.id) is None
    assert await services.roles.find_by_id(caller, role.id) is None
    with pytest.raises((NamespaceNotFound, RoleNotFound)):
        await services.roles.get(caller, RoleKey("editor", "gone"))


async def test_namespaces_are_made_all_or_none(services: Services, pool: PoolForTests) -> None:
    with pytest.raises(CodeTaken):
        await services.namespaces.create_many(pool.administrator, [("a", None, None), ("a", None, None)])
    assert await services.namespaces.find(pool.administrator, ["a"]) == []
