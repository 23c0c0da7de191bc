"""What people may do: resources, namespaces, and to whom they are granted."""

from __future__ import annotations

import re

from tests.conftest import PoolForTests
from tests.console.conftest import Open, Things
from tests.console.test_forms import send

from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import Action, Grant, ResourceDraft, ResourceType, TargetType
from poolhouse.services import Services

SPACE = "/pools/{pool}/namespaces/warehouse"
ORDERS = f"{SPACE}/resources/orders"


async def test_a_resource_is_made_changed_cleared_and_deleted_by_its_name(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    new = f"{SPACE}/resources/new"
    made = await send(
        one, new, code="a/b:c", type="API", name="账单", action="read=查看\r\nwrite", api="https://a"
    )
    assert made.status_code == 303, made.text  # type: ignore[attr-defined]
    here = made.headers["location"].removeprefix("/console").partition("?")[0]  # type: ignore[attr-defined]
    found = await services.resources.get(pool.administrator, "a/b:c", "warehouse")
    assert found.actions == (Action("read", "查看"), Action("write", ""))
    assert "查看" in (await one.get(here)).text
    changed = await send(one, f"{here}/edit", name="", action="write=改", description="d")
    assert changed.status_code == 303, changed.text  # type: ignore[attr-defined]
    found = await services.resources.get(pool.administrator, "a/b:c", "warehouse")
    assert (found.name, found.description, found.actions) == ("", "d", (Action("write", "改"),))
    refused = await send(one, f"{here}/edit", type="")
    assert refused.status_code == 400  # type: ignore[attr-defined]
    wrong = await one.post(f"{here}/delete", page=f"{here}/delete", confirm="a/b")
    assert wrong.status_code == 400
    assert (await one.post(f"{here}/delete", page=f"{here}/delete", confirm="a/b:c")).status_code == 303
    assert await services.resources.find(pool.administrator, ["a/b:c"], "warehouse") == []


async def test_a_list_of_resources_has_those_of_the_namespace_type_and_words(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    admin = pool.administrator
    await services.resources.create(admin, ResourceDraft("menu", ResourceType.MENU), "warehouse")
    await services.resources.create(admin, ResourceDraft("order-menu", ResourceType.MENU))
    one = await console("viewer")
    for query, codes in (
        ("", {"orders", "menu", "order-menu"}),
        ("?namespaceCodeList=warehouse", {"orders", "menu"}),
        ("?namespaceCodeList=warehouse&type=MENU", {"menu"}),
        ("?type=MENU&q=order", {"order-menu"}),
    ):
        shown = (await one.get(f"/pools/{{pool}}/resources{query}")).text
        assert set(re.findall(r'<td><a href="[^"]+">([^<]+)</a>', shown)) == codes, query
    assert (await one.get("/pools/{pool}/resources?type=NOTHING")).status_code == 400
    assert "/resources/new" not in shown


async def test_a_namespace_tells_what_goes_with_it(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    asked = (await one.get(f"{SPACE}/delete")).text
    assert "Resources: 1" in asked
    assert "Roles: 0" in asked
    assert (await one.post(f"{SPACE}/delete", page=f"{SPACE}/delete", confirm="warehouse")).status_code == 303
    assert await services.namespaces.find(pool.administrator, ["warehouse"]) == []
    built_in = (await one.get("/pools/{pool}/namespaces/default")).text
    assert "/default/delete" not in built_in
    assert "Built in: it cannot be deleted" in built_in


async def test_a_namespace_keeps_a_name(pool: PoolForTests, console: Open, things: Things) -> None:
    """The operation takes an empty name for none given: the form says so instead of saving nothing."""
    one = await console("owner")
    refused = await send(one, f"{SPACE}/edit", name="")
    assert refused.status_code == 400  # type: ignore[attr-defined]
    changed = await send(one, f"{SPACE}/edit", name="货仓", description="")
    assert changed.status_code == 303  # type: ignore[attr-defined]
    assert "货仓" in (await one.get(SPACE)).text


async def test_a_resource_shows_to_whom_it_is_granted(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    grants = (Grant("orders", ("read",), ResourceType.DATA),)
    await services.authorization.authorize(
        pool.administrator, [Authorization(TargetType.USER, (things.user,), grants)], "warehouse"
    )
    shown = (await (await console("viewer")).get(ORDERS)).text
    assert f"/users/{things.user}" in shown
    assert "Who has it (1)" in shown
