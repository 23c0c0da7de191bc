"""The tree of departments in a browser: its keys, branches that are fetched when they are opened, and dragging."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from playwright.async_api import Page, expect
from tests.administrators.conftest import OPERATOR
from tests.conftest import PoolForTests
from tests.console.browser.conftest import NewPage, signed_in

from poolhouse.orgs.model import NodeDraft
from poolhouse.services import Services

MANY = 55
"""More than a branch shows at once."""


@dataclass(frozen=True)
class Tree:
    address: str
    east: str
    west: str
    lab: str


@pytest.fixture
async def tree(services: Services, pool: PoolForTests, server: str) -> Tree:
    """公司 > (东区 > 东00 … 东54, 西区 > 西店, Lab)."""
    admin = pool.administrator
    org = await services.orgs.create_org(admin, NodeDraft({"name": "公司", "code": "company"}))
    east = await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": "东区"}))
    west = await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": "西区"}))
    lab = await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": "Lab"}))
    for number in range(MANY):
        await services.orgs.create_node(admin, org.id, east.id, NodeDraft({"name": f"东{number:02}"}))
    await services.orgs.create_node(admin, org.id, west.id, NodeDraft({"name": "西店"}))
    return Tree(f"{server}/console/pools/{pool.id}/organizations/company", east.id, west.id, lab.id)


async def opened(new_page: NewPage, server: str, somebody: str, tree: Tree) -> Page:
    page = await new_page(locale="zh-CN")
    await signed_in(page, server, somebody)
    await page.goto(tree.address)
    await page.locator("department-tree[live]").wait_for()
    return page


async def focused(page: Page) -> str:
    """The name of the department that keys act on."""
    return str(await page.evaluate("document.activeElement.querySelector(':scope > a')?.textContent.trim()"))


async def test_arrows_walk_the_tree_and_open_a_branch_when_it_is_asked_for(
    server: str, new_page: NewPage, somebody: str, tree: Tree
) -> None:
    page = await opened(new_page, server, somebody, tree)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/branch" in request.url else None)
    await page.locator("department-tree li[tabindex='0']").focus()
    assert await focused(page) == "公司"
    await page.keyboard.press("ArrowDown")
    assert await focused(page) == "东区"
    assert asked == []
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_role("treeitem", name="东00")).to_be_visible()
    await page.keyboard.press("ArrowRight")
    assert await focused(page) == "东00"
    await page.keyboard.press("ArrowLeft")
    assert await focused(page) == "东区"
    await page.keyboard.press("ArrowLeft")
    await expect(page.get_by_text("东00")).to_be_hidden()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_text("东00")).to_be_visible()
    assert len(asked) == 1  # what was fetched is kept


async def test_what_is_typed_goes_to_the_department_of_that_name_and_enter_opens_it(
    server: str, new_page: NewPage, somebody: str, tree: Tree
) -> None:
    page = await opened(new_page, server, somebody, tree)
    await page.locator("department-tree li[tabindex='0']").focus()
    await page.keyboard.press("l")
    assert await focused(page) == "Lab"
    await page.keyboard.press("Home")
    assert await focused(page) == "公司"
    await page.keyboard.press("End")
    assert await focused(page) == "Lab"
    await page.keyboard.press("Enter")
    await page.wait_for_url(f"**/departments/{tree.lab}")
    assert await page.locator("department-tree [aria-selected=true] > a").inner_text() == "Lab"


async def test_the_rest_of_a_long_branch_comes_where_its_first_part_stands(
    server: str, new_page: NewPage, somebody: str, tree: Tree
) -> None:
    page = await opened(new_page, server, somebody, tree)
    await page.get_by_role("treeitem", name="东区").focus()
    await page.keyboard.press("ArrowRight")
    below = page.locator(f"department-tree li[data-id='{tree.east}'] li[data-id]")
    await expect(below).to_have_count(50)
    await page.locator("[data-more] a").click()
    await expect(below).to_have_count(MANY)
    assert page.url == tree.address
    assert await focused(page) == "东50"
    await expect(page.locator("[data-more]")).to_have_count(0)


async def test_a_department_that_is_dragged_leads_to_what_its_move_would_change(
    server: str, new_page: NewPage, somebody: str, tree: Tree
) -> None:
    page = await opened(new_page, server, somebody, tree)
    west, east = (page.get_by_role("link", name=name, exact=True) for name in ("西区", "东区"))
    await west.drag_to(page.get_by_role("link", name="公司", exact=True))  # where it is already
    assert page.url == tree.address
    await west.drag_to(east)
    await page.wait_for_url(f"**/departments/{tree.west}/move?to={tree.east}")
    assert "西区" in await page.inner_text("h1")


async def test_who_may_not_move_departments_drags_nothing(
    services: Services, pool: PoolForTests, server: str, new_page: NewPage, somebody: str, tree: Tree
) -> None:
    one = next(
        one for one in (await services.administrators.list(OPERATOR)).items if one.username == somebody
    )
    await services.administrators.set_roles(OPERATOR, one.id, pool.id, ["viewer"])
    page = await opened(new_page, server, somebody, tree)
    assert await page.locator("department-tree [draggable=true]").count() == 0
    await page.get_by_role("treeitem", name="西区").focus()
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_text("西店")).to_be_visible()
