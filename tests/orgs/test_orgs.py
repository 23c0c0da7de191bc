import asyncio

import pytest
from tests.conftest import PoolForTests

from poolhouse.errors import (
    CodeTaken,
    InvalidInput,
    InvalidOperation,
    NodeNotFound,
    NotAuthenticated,
    NotPermitted,
    NotSupported,
    OrgNotFound,
)
from poolhouse.orgs.model import Node, NodeCondition, NodeDraft, NodeSort, Org, Tree
from poolhouse.orgs.service import NodeRef, OrgService
from poolhouse.paging import PageRequest


def draft(name: str, **values: object) -> NodeDraft:
    return NodeDraft({"name": name, **values})


async def company(orgs: OrgService, pool: PoolForTests, code: str | None = None) -> Org:
    return await orgs.create_org(pool.administrator, draft("Company", code=code))


async def node(
    orgs: OrgService, pool: PoolForTests, org: Org, name: str, parent: Node | None = None, **values: object
) -> Node:
    return await orgs.create_node(
        pool.administrator, org.id, parent.id if parent else None, draft(name, **values)
    )


async def test_strangers_and_users_may_not_touch_organisations(orgs: OrgService, pool: PoolForTests) -> None:
    org = await company(orgs, pool)
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("u"), NotPermitted)):
        for act in (
            orgs.create_org(caller, draft("x")),
            orgs.import_tree(caller, Tree(draft("x"))),
            orgs.list_orgs(caller, PageRequest()),
            orgs.get_org(caller, org.id),
            orgs.find_orgs(caller, [org.id]),
            orgs.get_org_by_code(caller, org.code),
            orgs.delete_org(caller, org.id),
            orgs.create_node(caller, org.id, None, draft("x")),
            orgs.get_node(caller, org.root.id),
            orgs.find_node(caller, org.root.id),
            orgs.find_nodes(caller, [org.root.id]),
            orgs.find_node_by_code(caller, org.id, "x"),
            orgs.find_nodes_by_code(caller, ["x"]),
            orgs.resolve(caller, NodeRef(org.root.id)),
            orgs.list_nodes(caller, org.id),
            orgs.list_children(caller, org.root.id),
            orgs.list_descendants(caller, org.root.id),
            orgs.search_nodes(caller, PageRequest()),
            orgs.update_node(caller, org.root.id, draft("x")),
            orgs.move_node(caller, org.id, org.root.id, org.root.id),
            orgs.delete_node(caller, org.id, org.root.id),
        ):
            with pytest.raises(refusal):
                await act


async def test_an_organisation_is_invisible_to_another_pool(
    orgs: OrgService, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    org = await company(orgs, pool, "acme")
    neighbour = other_pool.administrator
    assert (await orgs.list_orgs(neighbour, PageRequest())).total == 0
    assert (await orgs.search_nodes(neighbour, PageRequest(), keyword="Company")).total == 0
    assert await orgs.find_node(neighbour, org.root.id) is None
    assert await orgs.find_nodes_by_code(neighbour, ["acme"]) == []
    assert await orgs.find_orgs_by_code(neighbour, ["acme", org.id]) == []
    for act in (
        orgs.get_org(neighbour, org.id),
        orgs.list_nodes(neighbour, org.id),
        orgs.delete_org(neighbour, org.id),
        orgs.create_node(neighbour, org.id, None, draft("x")),
        orgs.delete_node(neighbour, org.id, org.root.id),
        orgs.move_node(neighbour, org.id, org.root.id, org.root.id),
    ):
        with pytest.raises(OrgNotFound):
            await act
    for act in (
        orgs.update_node(neighbour, org.root.id, draft("x")),
        orgs.list_children(neighbour, org.root.id),
        orgs.list_descendants(neighbour, org.root.id),
    ):
        with pytest.raises(NodeNotFound):
            await act
    assert (await orgs.get_org(pool.administrator, org.id)).root.name == "Company"


async def test_a_new_organisation_has_one_node_its_root(orgs: OrgService, pool: PoolForTests) -> None:
    org = await orgs.create_org(
        pool.administrator, draft("Acme", code="acme", description="tools"), tenant_id="t1"
    )
    root = org.root
    assert (root.name, root.code, root.description, root.depth) == ("Acme", "acme", "tools", 0)
    assert (root.path, root.code_path, root.name_path, root.children) == (
        (root.id,),
        ("acme",),
        ("Acme",),
        (),
    )
    assert (root.is_root, root.org_id, org.tenant_id) == (True, org.id, "t1")
    listed = await orgs.list_orgs(pool.administrator, PageRequest(), tenant_id="t1")
    assert (listed.total, listed.items) == (1, [org])


async def test_creating_an_organisation_with_a_taken_code_fails(orgs: OrgService, pool: PoolForTests) -> None:
    await company(orgs, pool, "acme")
    with pytest.raises(CodeTaken):
        await company(orgs, pool, "acme")


async def test_two_organisations_created_at_once_with_one_code_make_one(
    orgs: OrgService, pool: PoolForTests
) -> None:
    made = await asyncio.gather(*(company(orgs, pool, "acme") for _ in range(4)), return_exceptions=True)
    assert sum(isinstance(one, Org) for one in made) == 1
    assert sum(isinstance(one, CodeTaken) for one in made) == 3


async def test_importing_the_same_tree_twice_makes_two_organisations(
    orgs: OrgService, pool: PoolForTests
) -> None:
    tree = Tree(
        draft("Feifan", code="feifan", name_i18n={"en": {"value": "F", "enabled": True}}),
        (
            Tree(draft("Research", code="dev", order=40), (Tree(draft("Backend", code="backend")),)),
            Tree(draft("People", code="hr", order=10)),
        ),
    )
    first = await orgs.import_tree(pool.administrator, tree)
    second = await orgs.import_tree(pool.administrator, tree)
    assert first.id != second.id
    nodes = {one.name: one for one in await orgs.list_nodes(pool.administrator, first.id)}
    assert nodes["Backend"].name_path == ("Feifan", "Research", "Backend")
    assert nodes["Backend"].code_path == ("feifan", "dev", "backend")
    assert nodes["Feifan"].children == (nodes["People"].id, nodes["Research"].id)
    assert nodes["Feifan"].name_i18n == {"en": {"value": "F", "enabled": True}}
    assert (await orgs.get_org_by_code(pool.administrator, "feifan")).id == first.id
    assert (await orgs.get_org_by_code(pool.administrator, second.id)).id == second.id


async def test_a_tree_that_repeats_a_code_is_not_imported(orgs: OrgService, pool: PoolForTests) -> None:
    with pytest.raises(CodeTaken) as refused:
        await orgs.import_tree(
            pool.administrator, Tree(draft("R"), (Tree(draft("a", code="x")), Tree(draft("b", code="x"))))
        )
    assert refused.value.message("en-US") == "code x already exists"
    assert (await orgs.list_orgs(pool.administrator, PageRequest())).total == 0


async def test_a_tree_nested_too_deep_is_refused(orgs: OrgService, pool: PoolForTests) -> None:
    tree = Tree(draft("leaf"))
    for _ in range(5000):
        tree = Tree(draft("level"), (tree,))
    with pytest.raises(InvalidInput):
        await orgs.import_tree(pool.administrator, tree)


async def test_children_come_in_their_order(orgs: OrgService, pool: PoolForTests) -> None:
    org = await company(orgs, pool)
    for name, order in (("c", None), ("b", 20), ("a", 10)):
        await node(orgs, pool, org, name, order=order)
    listed = await orgs.list_children(pool.administrator, org.root.id)
    assert [one.name for one in listed] == ["a", "b", "c"]
    root = await orgs.get_node(pool.administrator, org.root.id)
    assert list(root.children) == [one.id for one in listed]


async def test_a_code_is_unique_in_its_organisation(orgs: OrgService, pool: PoolForTests) -> None:
    org, other = await company(orgs, pool), await company(orgs, pool)
    first = await node(orgs, pool, org, "a", code="dev")
    second = await node(orgs, pool, org, "b", code="ops")
    with pytest.raises(CodeTaken):
        await node(orgs, pool, org, "c", code="dev")
    with pytest.raises(CodeTaken):
        await orgs.update_node(pool.administrator, second.id, NodeDraft({"code": "dev"}))
    await node(orgs, pool, other, "d", code="dev")
    assert await orgs.find_node_by_code(pool.administrator, org.id, "dev") == first
    assert len(await orgs.find_nodes_by_code(pool.administrator, ["dev"])) == 2


async def test_an_update_changes_what_is_given_and_nothing_else(orgs: OrgService, pool: PoolForTests) -> None:
    org = await company(orgs, pool)
    made = await node(orgs, pool, org, "old", code="dev", description="d", order=3)
    changed = await orgs.update_node(
        pool.administrator, made.id, NodeDraft({"name": "new", "enabled": False})
    )
    assert (changed.name, changed.code, changed.description, changed.order) == ("new", "dev", "d", 3)
    assert (changed.enabled, changed.name_path) == (False, ("Company", "new"))
    assert changed.updated_at > made.updated_at
    with pytest.raises(InvalidInput):
        await orgs.update_node(pool.administrator, made.id, draft("  "))


async def test_moving_a_department_takes_everything_below_it_along(
    orgs: OrgService, pool: PoolForTests
) -> None:
    org = await company(orgs, pool)
    a = await node(orgs, pool, org, "a")
    b = await node(orgs, pool, org, "b", a)
    c = await node(orgs, pool, org, "c", b)
    d = await node(orgs, pool, org, "d")
    await orgs.move_node(pool.administrator, org.id, b.id, d.id)
    moved = await orgs.get_node(pool.administrator, c.id)
    assert (moved.name_path, moved.depth) == (("Company", "d", "b", "c"), 3)
    assert [one.id for one in await orgs.list_descendants(pool.administrator, d.id)] == [b.id, c.id]
    assert await orgs.list_descendants(pool.administrator, a.id) == []


async def test_a_department_cannot_move_below_itself_or_elsewhere(
    orgs: OrgService, pool: PoolForTests
) -> None:
    org, other = await company(orgs, pool), await company(orgs, pool)
    a = await node(orgs, pool, org, "a")
    b = await node(orgs, pool, org, "b", a)
    for target in (a, b):
        with pytest.raises(InvalidOperation):
            await orgs.move_node(pool.administrator, org.id, a.id, target.id)
    with pytest.raises(InvalidOperation):
        await orgs.move_node(pool.administrator, org.id, org.root.id, a.id)
    with pytest.raises(NodeNotFound):
        await orgs.move_node(pool.administrator, org.id, a.id, other.root.id)
    with pytest.raises(NodeNotFound):
        await orgs.move_node(pool.administrator, other.id, a.id, other.root.id)


async def test_two_moves_at_once_never_make_a_circle(orgs: OrgService, pool: PoolForTests) -> None:
    org = await company(orgs, pool)
    for _ in range(5):
        a, b = await node(orgs, pool, org, "a"), await node(orgs, pool, org, "b")
        done = await asyncio.gather(
            orgs.move_node(pool.administrator, org.id, a.id, b.id),
            orgs.move_node(pool.administrator, org.id, b.id, a.id),
            return_exceptions=True,
        )
        assert sum(isinstance(one, InvalidOperation) for one in done) == 1


async def test_deleting_a_department_deletes_what_is_below_and_tells_others(
    orgs: OrgService, pool: PoolForTests, forgotten: list[str]
) -> None:
    org = await company(orgs, pool)
    a = await node(orgs, pool, org, "a")
    b = await node(orgs, pool, org, "b", a)
    await orgs.delete_node(pool.administrator, org.id, a.id)
    assert set(forgotten) == {a.id, b.id}
    assert await orgs.find_node(pool.administrator, b.id) is None
    with pytest.raises(NodeNotFound):
        await orgs.delete_node(pool.administrator, org.id, a.id)
    with pytest.raises(InvalidOperation):
        await orgs.delete_node(pool.administrator, org.id, org.root.id)


async def test_deleting_an_organisation_deletes_its_departments(orgs: OrgService, pool: PoolForTests) -> None:
    org = await company(orgs, pool, "acme")
    a = await node(orgs, pool, org, "a")
    await orgs.delete_org(pool.administrator, org.id)
    assert await orgs.find_nodes(pool.administrator, [a.id, org.root.id]) == {}
    with pytest.raises(OrgNotFound):
        await orgs.get_org_by_code(pool.administrator, "acme")


async def test_a_department_is_named_by_id_code_open_id_or_root(orgs: OrgService, pool: PoolForTests) -> None:
    org = await company(orgs, pool, "acme")
    a = await node(orgs, pool, org, "a", code="dev", open_id="od-1")
    for ref in (
        NodeRef(a.id),
        NodeRef(a.id, "acme"),
        NodeRef("dev", "acme", "code"),
        NodeRef("od-1", "acme", "open_department_id"),
    ):
        assert await orgs.resolve(pool.administrator, ref) == a
    assert (await orgs.resolve(pool.administrator, NodeRef("root", "acme"))).id == org.root.id
    other = await company(orgs, pool, "other")
    with pytest.raises(NodeNotFound):
        await orgs.resolve(pool.administrator, NodeRef(a.id, other.code))
    with pytest.raises(NotSupported):
        await orgs.resolve(pool.administrator, NodeRef("x", "acme", "sync_relation"))


async def test_search_takes_signs_as_they_are_and_folds_case(orgs: OrgService, pool: PoolForTests) -> None:
    org = await company(orgs, pool)
    for name, code in (("50%_off", "s1"), ("Sales", "s2"), ("研发", "RD")):
        await node(orgs, pool, org, name, code=code)

    async def found(keyword: str) -> list[str]:
        page = await orgs.search_nodes(pool.administrator, PageRequest(), keyword=keyword)
        return [one.name for one in page.items]

    assert await found("%_") == ["50%_off"]
    assert await found("sAl") == ["Sales"]
    assert await found("rd") == ["研发"]
    assert await found("研") == ["研发"]
    assert await found("'; drop table nodes; --") == []


async def test_conditions_join_and_pages_do_not_repeat(orgs: OrgService, pool: PoolForTests) -> None:
    org = await company(orgs, pool)
    for number in range(5):
        await node(orgs, pool, org, f"team {number}", code=f"t{number}")
    terms = [NodeCondition("name", "CONTAINS", "TEAM"), NodeCondition("code", "IN", ["t1", "t2", "t3", "x"])]
    pages = [
        await orgs.search_nodes(
            pool.administrator,
            PageRequest(number, 2),
            org_id=org.id,
            conditions=terms,
            sort=[NodeSort("name", descending=True)],
        )
        for number in (1, 2)
    ]
    assert pages[0].total == 3
    assert [one.name for page in pages for one in page.items] == ["team 3", "team 2", "team 1"]
