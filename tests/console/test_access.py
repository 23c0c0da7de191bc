"""What people may do: resources, namespaces, and to whom they are granted."""

from __future__ import annotations

import re

from tests.conftest import PoolForTests
from tests.console.conftest import Open, Things
from tests.console.test_forms import send

from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import Action, Grant, ResourceDraft, ResourceType, TargetType
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

SPACE = "/pools/{pool}/namespaces/warehouse"
ORDERS = "/pools/{pool}/resources/warehouse/orders"


async def test_a_resource_is_made_changed_cleared_and_deleted_by_its_name(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    new = "/pools/{pool}/resources/warehouse/new"
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
    assert "/resources/default/new" not in shown


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
    assert "Who has it in the end (1)" in shown


async def test_a_resource_is_given_and_taken_on_its_page_and_on_a_roles(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    for kind, who in (
        ("USER", "li"),
        ("ROLE", things.role),
        ("GROUP", things.group),
        ("DEPARTMENT", things.department),
    ):
        gave = await one.post(f"{ORDERS}/give", page=ORDERS, kind=kind, identifier=who, actions="read\r\n")
        assert gave.status_code == 303, gave.text
    shown = (await one.get(ORDERS)).text
    assert "Granted directly (4)" in shown
    assert shown.count(f'action="{one.address(ORDERS)}/take"') == 4
    assert "实验室" in shown
    role = f"/pools/{{pool}}/roles/{things.role}"
    assert "orders" in (await one.get(role)).text
    took = {"resource": "orders", "namespace": "warehouse", "role_namespace": "default"}
    assert (await one.post(f"{role}/take", page=role, **took)).status_code == 303
    took = {"kind": "USER", "identifier": things.user, "role_namespace": ""}
    assert (await one.post(f"{ORDERS}/take", page=ORDERS, **took)).status_code == 303
    left = (await one.get(ORDERS)).text
    assert "Granted directly (2)" in left
    nobody = await one.post(f"{ORDERS}/give", page=ORDERS, kind="USER", identifier="nobody", actions="")
    assert nobody.status_code == 404
    gave = await one.post(f"{role}/give", page=role, resource="a:1", namespace="", actions="")
    assert gave.status_code == 303
    assert "a:1" in (await one.get(role)).text
    viewer = (await (await console("viewer")).get(ORDERS)).text
    assert "/take" not in viewer
    assert "/give" not in viewer


async def test_whether_somebody_may_is_answered_with_the_way_to_it(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("viewer")
    stranger = await services.users.create(pool.administrator, UserDraft({"username": "wu"}))
    here = "/pools/{pool}/may?namespace=warehouse&resource=orders&action=read&user="
    assert "No grant and no policy speaks about it" in (await one.get(f"{here}{stranger.id}")).text
    grants = (Grant("orders", ("read",), ResourceType.DATA),)
    to = [Authorization(TargetType.GROUP, (things.group,), grants)]
    await services.authorization.authorize(pool.administrator, to, "warehouse")
    told = (await one.get(f"{here}{things.user}")).text
    assert "may read orders" in told
    assert "group 员工" in told
    nobody = await one.get(f"{here}nobody")
    assert nobody.status_code == 404
    assert "There is no such user" in nobody.text
    assert (await one.get(f"{here}li&action={'x' * 600}")).status_code in (200, 400)


async def test_ctrl_k_and_the_list_of_users_find_a_person_by_the_same_rule(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    """Ctrl-K looked for ids alone: whose phone or external id was pasted was found in the list and not there."""
    values = {"username": "wang", "phone": "13800138000", "external_id": "ext-7"}
    user = await services.users.create(pool.administrator, UserDraft(values))
    one = await console("viewer")
    for words in (user.id, "+86 138-0013-8000", "ext-7"):
        assert user.id in (await one.get("/pools/{pool}/go", params={"q": words})).text, words
        listed = await one.get("/pools/{pool}/users", params={"q": words})
        assert user.id in listed.headers.get("location", "") + listed.text, words


POLICIES = "/pools/{pool}/policies"


async def test_a_policy_is_written_as_lines_or_json_given_taken_and_deleted_by_its_name(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one, admin = await console("owner"), pool.administrator
    lines = "ALLOW warehouse/menu/deploy/open\r\nDENY warehouse/menu/deploy/prod/*"
    made = await send(one, f"{POLICIES}/new", name="menus", statements=lines)
    assert made.status_code == 303, made.text  # type: ignore[attr-defined]
    here = made.headers["location"].removeprefix("/console").partition("?")[0]  # type: ignore[attr-defined]
    shown = (await one.get(here)).text
    assert "warehouse/menu/deploy/prod/*" in shown
    for wrong in ("MAYBE warehouse/menu/open", "ALLOW warehouse/nothing/open", "[1]", "[", "ALLOW"):
        refused = await send(one, f"{here}/edit", statements=wrong)
        assert refused.status_code == 400, wrong  # type: ignore[attr-defined]
    json = '[{"effect": "DENY", "permissions": ["warehouse/menu/open"]}]'
    changed = await send(one, f"{here}/edit", statements=json, description="d")
    assert changed.status_code == 303, changed.text  # type: ignore[attr-defined]
    policy_id = here.rpartition("/")[2]
    _, statements = await services.data_policies.get(admin, policy_id)
    assert [(each.effect, each.permissions) for each in statements] == [("DENY", ("warehouse/menu/open",))]
    whom = {"USER": "li", "ROLE": things.role, "GROUP": things.group, "ORG": things.department}
    for kind, who in whom.items():
        gave = await one.post(f"{here}/give", page=here, kind=kind, identifier=who)
        assert gave.status_code == 303, gave.text
    assert "Given to (4)" in (await one.get(here)).text
    assert (await one.post(f"{here}/take", page=here, kind="USER", identifier=things.user)).status_code == 303
    assert "Given to (3)" in (await one.get(here)).text
    assert (await one.post(f"{here}/delete", page=f"{here}/delete", confirm="menu")).status_code == 400
    assert (await one.post(f"{here}/delete", page=f"{here}/delete", confirm="menus")).status_code == 303
    assert (await one.get(here)).status_code == 404


async def test_a_data_resource_is_made_changed_and_deleted(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    new = "/pools/{pool}/data-resources/warehouse/new"
    wrong = await send(one, new, code="names", name="名单", type="ARRAY", struct="[1", action="read")
    assert wrong.status_code == 400  # type: ignore[attr-defined]
    made = await send(one, new, code="names", name="名单", type="ARRAY", struct='["a", "b"]', action="read")
    assert made.status_code == 303, made.text  # type: ignore[attr-defined]
    here = "/pools/{pool}/data-resources/warehouse/names"
    assert "<li>b</li>" in (await one.get(here)).text
    changed = await send(one, f"{here}/edit", struct='["c"]', description="d")
    assert changed.status_code == 303, changed.text  # type: ignore[attr-defined]
    assert "<li>c</li>" in (await one.get(here)).text
    listed = (await one.get("/pools/{pool}/data-resources?namespaceCodes=warehouse&q=names")).text
    assert "/data-resources/warehouse/names" in listed
    assert "/data-resources/warehouse/menu" not in listed
    assert (await one.post(f"{here}/delete", page=f"{here}/delete", confirm="names")).status_code == 303
    assert (await one.get(here)).status_code == 404
