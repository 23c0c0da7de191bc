"""Trees of departments, moves that tell what they change, and who is put in and taken out."""

from __future__ import annotations

import re
from html import unescape

from tests.conftest import PoolForTests
from tests.console.conftest import Open, Things
from tests.console.test_forms import send

from poolhouse.orgs.model import NodeDraft
from poolhouse.resources.authorization import Authorization
from poolhouse.resources.model import Grant, ResourceType, TargetType
from poolhouse.roles.model import RoleKey, Target
from poolhouse.roles.model import TargetType as RoleTarget
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

ORG = "/pools/{pool}/organizations/company"


async def test_a_tree_opens_the_way_to_a_department_and_nothing_else(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    admin = pool.administrator
    org = await services.orgs.get_org_by_code(admin, "company")
    deep = await services.orgs.create_node(admin, org.id, things.department, NodeDraft({"name": "深"}))
    other = await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": "另"}))
    await services.orgs.create_node(admin, org.id, other.id, NodeDraft({"name": "隐藏"}))
    one = await console("viewer")
    shown = (await one.get(f"{ORG}/departments/{deep.id}")).text
    tree = shown[shown.index("<department-tree") : shown.index("</department-tree>")]
    assert re.findall(r"<a href=[^>]*>([^<]*)</a>", tree) == ["公司", "实验室", "深", "另"]
    assert re.search(rf'<a href="[^"]*/{deep.id}" aria-current="page">深</a>', tree)
    branch = (await one.get(f"{ORG}/departments/{other.id}/branch")).text
    assert "隐藏" in branch[branch.index("data-children") :]


async def test_a_branch_of_many_is_shown_a_page_at_a_time(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    org = await services.orgs.get_org_by_code(pool.administrator, "company")
    for number in range(60):
        draft = NodeDraft({"name": f"部{number:02}"})
        await services.orgs.create_node(pool.administrator, org.id, things.department, draft)
    one = await console("viewer")
    here = f"{ORG}/departments/{things.department}"
    assert (await one.get(here)).text.count(">部") == 50
    second = (await one.get(f"{here}/branch?page=2")).text
    assert second.count(">部") == 10
    assert "data-more" not in second
    found = (await one.get(f"{here}?q=部5")).text
    assert found.count(">部5") == 10


async def test_a_department_shows_what_its_members_have_by_it_and_through_which_department(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    admin = pool.administrator
    root = (await services.orgs.get_org_by_code(admin, "company")).root.id
    for node, action in ((root, "read"), (things.department, "write")):
        given = Authorization(TargetType.ORG, (node,), (Grant("orders", (action,), ResourceType.DATA),))
        await services.authorization.authorize(admin, [given], "warehouse")
    await services.roles.assign(admin, [RoleKey("editor")], [Target(RoleTarget.NODE, things.department)])
    here = f"{ORG}/departments/{things.department}"
    shown = (await (await console("viewer")).get(here)).text
    section = shown[shown.index('id="rights"') : shown.index('id="members"')]
    rows = [
        re.sub(r"<[^>]*>|\s+", " ", row).split()
        for row in re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)[1:]
    ]
    assert ["Resource", "orders", "warehouse", "read", "公司", "(above)"] in rows
    assert ["Resource", "orders", "warehouse", "write", "This", "department"] in rows
    assert ["Role", "editor", "default", "–", "This", "department"] in rows
    assert f'/roles/{things.role}"' in section


async def test_a_move_shows_what_it_changes_and_is_done_when_confirmed(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    admin = pool.administrator
    org = await services.orgs.get_org_by_code(admin, "company")
    other = await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": "另"}))
    one = await console("owner")
    here = f"{ORG}/departments/{things.department}/move"
    assert f'value="{other.id}"' in (await one.get(here)).text
    told = (await one.get(f"{here}?to={other.id}")).text
    assert "1 departments and 1 members move" in told
    assert (await services.orgs.get_node(admin, things.department)).parent_id == org.root.id
    assert (await one.post(here, page=f"{here}?to={other.id}", to=other.id)).status_code == 303
    assert (await services.orgs.get_node(admin, things.department)).parent_id == other.id
    back = f"{ORG}/departments/{other.id}/move"
    refused = await one.post(back, page=here, to=things.department)
    assert refused.status_code == 422
    assert "cannot be moved below itself" in refused.text
    assert (await services.orgs.get_node(admin, other.id)).parent_id == org.root.id


async def test_a_department_is_made_renamed_and_deleted_by_its_name(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("organization-editor")
    here = f"{ORG}/departments/{things.department}"
    assert (await send(one, f"{here}/new", name="新部门", code="fresh")).status_code == 303  # type: ignore[attr-defined]
    (made,) = await services.orgs.list_children(pool.administrator, things.department)
    assert (made.name, made.code) == ("新部门", "fresh")
    await send(one, f"{ORG}/departments/{made.id}/edit", name="改名")
    assert (await services.orgs.get_node(pool.administrator, made.id)).name == "改名"
    gone = f"{ORG}/departments/{made.id}/delete"
    assert (await one.post(gone, page=gone, confirm=made.id[:-1])).status_code == 400
    assert (await one.post(gone, page=gone, confirm="改名")).status_code == 303
    assert await services.orgs.list_children(pool.administrator, things.department) == []


async def test_several_lines_are_put_in_with_a_result_each(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    admin = pool.administrator
    wang = await services.users.create(admin, UserDraft({"username": "wang", "email": "w@shop.example"}))
    one = await console("owner")
    for here, listed in (
        (f"/pools/{{pool}}/groups/{things.group}", "GET list-group-members"),
        (f"/pools/{{pool}}/roles/{things.role}", "GET list-role-members"),
        (f"{ORG}/departments/{things.department}", "GET list-department-members"),
    ):
        answer = await one.post(f"{here}/add", page=here, who="W@shop.example\r\n\r\nnobody\r\nwang\r\n")
        rows = re.findall(r"<tr><td>(.*?)</td><td>(.*?)</td></tr>", unescape(answer.text))
        assert rows == [
            ("W@shop.example", "Added: wang"),
            ("nobody", "There is no such user"),
            ("wang", "The same person as in a line above"),
        ], listed
        assert "\nnobody</textarea>" in answer.text
        assert wang.id in (await one.get(here)).text
        assert (await one.post(f"{here}/remove", page=here, user=wang.id)).status_code == 303
        assert wang.id not in (await one.get(here)).text


async def test_more_lines_than_are_taken_put_nobody_in(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    here = f"/pools/{{pool}}/roles/{things.role}"
    answer = await one.post(f"{here}/add", page=here, who="\n".join(["li"] * 81))
    assert answer.status_code == 400
    assert things.user not in (await one.get(here)).text


async def test_members_are_shown_a_page_at_a_time(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    admin = pool.administrator
    for number in range(60):
        user = await services.users.create(admin, UserDraft({"username": f"zhang{number:02}"}))
        await services.groups.add_members(admin, things.group, [user.id])
        await services.department_members.add(admin, things.department, [user.id])
    one = await console("viewer")
    for here in (f"/pools/{{pool}}/groups/{things.group}", f"{ORG}/departments/{things.department}"):
        first = (await one.get(here)).text
        assert "(61)" in first
        assert first.count("<tr><td>") == 50
        assert (await one.get(f"{here}?page=2")).text.count("<tr><td>") == 11
        assert "/remove" not in first


async def test_a_member_is_made_leader_and_the_department_their_main_one(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("organization-editor")
    here = f"{ORG}/departments/{things.department}"
    for act in ("lead", "main"):
        assert (await one.post(f"{here}/{act}", page=here, user=things.user)).status_code == 303
    assert (await services.orgs.get_node(pool.administrator, things.department)).leader_ids == (things.user,)
    user = await services.users.get(pool.administrator, things.user)
    assert user.main_department_id == things.department
    for act in ("follow", "not-main"):
        assert (await one.post(f"{here}/{act}", page=here, user=things.user)).status_code == 303
    assert (await services.orgs.get_node(pool.administrator, things.department)).leader_ids == ()


async def test_whoever_may_not_see_people_sees_the_tree_without_them(console: Open, things: Things) -> None:
    one = await console("viewer-without-personal-data")
    shown = await one.get(f"{ORG}/departments/{things.department}")
    assert shown.status_code == 200
    assert things.user not in shown.text
    assert "Your roles do not let you see users" in shown.text
