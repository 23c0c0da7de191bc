"""What an administrator sees whose role is limited to departments, and how an owner limits it."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

import httpx
import pytest
from tests.administrators.conftest import OPERATOR
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open, Things

from poolhouse.administrators.roles import SCOPES, Role
from poolhouse.orgs.model import NodeDraft
from poolhouse.services import Services
from poolhouse.users.model import UserDraft
from poolhouse.wire.console import PAGES
from poolhouse.wire.v3.app import row_named
from poolhouse.wire.v3.limited import DEPARTMENTS

HERE = "/pools/{pool}/administrators"
PEOPLE = tuple(f"/pools/{{pool}}/{part}" for part in ("users", "organizations", "departments", "groups"))


async def limited(
    services: Services, pool: PoolForTests, things: Things, console: Open, role: str = "user-editor"
) -> Console:
    one = await console("viewer")
    assert one.administrator
    await services.administrators.set_roles(
        OPERATOR, one.administrator.id, pool.id, [role], [], [things.department]
    )
    return one


@pytest.mark.parametrize("role", ["user-editor", "organization-editor"])
async def test_a_limited_role_opens_the_pages_of_its_people_and_no_other(
    services: Services, pool: PoolForTests, things: Things, console: Open, role: Role
) -> None:
    """Generated from the pages about people and departments: of others as of those that do not exist."""
    admin = pool.administrator
    org = await services.orgs.get_org_by_code(admin, things.organization)
    sales = await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": "Sales"}))
    eve = await services.users.create(admin, UserDraft({"username": "eve", "name": "Eve"}))
    await services.department_members.add(admin, sales.id, [eve.id])
    one, opened = await limited(services, pool, things, console, role), 0
    scopes, token = SCOPES[role], await form_token(one)
    assert scopes
    for page in (page for page in PAGES if page.path.startswith(PEOPLE)):
        rows = [row_named(operation) for operation in page.calls]
        allowed = all(row.name in DEPARTMENTS and row.scopes <= scopes for row in rows)
        ask = one.get if page.method == "GET" else partial(sent, one, token)
        theirs = replace(things, user=eve.id, department=sales.id)
        if allowed and ("{user}" in page.path or "{department}" in page.path):
            opened += 1
            assert (await ask(theirs.fill(page.path))).status_code == 404, page.path
        answer = await ask(things.fill(page.path))
        assert (answer.status_code == 403) is not allowed, (page.method, page.path)
        assert answer.status_code == 200 or page.method == "POST" or not allowed, page.path
    assert opened > 15
    assert (await one.get("/pools/{pool}")).headers["location"].endswith("/users")
    shown = (await one.get("/pools/{pool}/users")).text
    assert things.user in shown
    assert eve.id not in shown
    assert "/users/import" not in shown
    why = "Your role is limited to some departments, and this is about the whole pool"
    offered = ("Home", "Imports", "Import…", "Audit log") if role == "user-editor" else ("Home", "Audit log")
    for name in offered:
        assert f'title="{why}">{name} <' in shown, name
    assert "/users/export" in shown
    assert f"{things.organization}/{things.department}" in shown
    assert sales.id not in shown
    assert '/departments"' in shown  # beside every page, in place of organizations
    assert f"/departments/{things.department}" in (await one.get("/pools/{pool}/departments")).text
    path = "/pools/{pool}/organizations/{organization}/departments/{department}?lang=zh-CN"
    branch = (await one.get(things.fill(path))).text
    assert ("您的角色限于此部门" in branch) is (role == "organization-editor")
    for words in (eve.id, "eve"):  # what is pasted finds nobody else
        found = await one.get(f"/pools/{{pool}}/users?q={words}")
        assert found.status_code == 200
        assert f"users/{eve.id}" not in found.text


async def form_token(one: Console) -> str:
    """One for all of its forms: a page for each would be most of the time."""
    found = re.search(r'name="form" value="([0-9a-f]+)"', (await one.get("/pools/{pool}/users")).text)
    assert found
    return found[1]


async def sent(one: Console, token: str, path: str) -> httpx.Response:
    return await one.http.post(one.address(path), data={"form": token})


async def test_departments_are_chosen_by_name_and_stay_as_they_are_shown(
    services: Services, pool: PoolForTests, things: Things, console: Open
) -> None:
    owner, one = await console("owner"), await console("viewer")
    assert one.administrator
    chosen = {"role.user-editor": "yes", f"departments.{things.department}": "yes"}
    where = f"{HERE}/{one.administrator.id}"
    assert (await owner.post(where, page=HERE, **chosen)).status_code == 303
    now = await services.administrators.get(OPERATOR, one.administrator.id)
    assert now.departments(pool.id) == [things.department]
    shown = (await owner.get(where)).text
    assert f'name="departments.{things.department}" value="yes" checked' in shown
    assert "公司 / 实验室" in shown
    looked = await owner.post(f"{where}?find=departments", page=HERE, **{"find.departments": "验室"})
    assert f'name="departments.{things.department}" value="yes">' in looked.text
    nobody = await owner.post(f"{where}?find=departments", page=HERE, **{"find.departments": "nowhere"})
    assert "departments." not in re.sub(r"find\.departments", "", nobody.text)
    wrong = await owner.post(where, page=HERE, **{**chosen, "role.viewer": "yes"})
    assert wrong.status_code == 400
    assert (await owner.post(where, page=HERE, **{"role.user-editor": "yes"})).status_code == 303
    free = await services.administrators.get(OPERATOR, one.administrator.id)
    assert free.departments(pool.id) == []
