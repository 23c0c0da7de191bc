"""Two who set the roles of an administrator at once are both asked, on the page of a pool and on that of the server."""

from __future__ import annotations

import re

from tests.administrators.conftest import OPERATOR
from tests.conftest import PoolForTests
from tests.console.conftest import Open, one_administrator
from tests.console.test_forms import held

from poolhouse.services import Services


async def test_roles_that_somebody_else_has_set_meanwhile_are_shown_beside_mine(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    """On the page of a pool, and on that of the server; and what is chosen then is saved."""
    whose = (await one_administrator(services, pool)).id
    first, second = await console("owner"), await console("owner")
    server = await console(is_owner=True)
    of_pool = f"/pools/{{pool}}/administrators/{whose}"
    of_server = f"/server/administrators/{whose}"

    async def roles() -> set[str]:
        found = await services.administrators.get(OPERATOR, whose)
        return set(found.roles.get(pool.id, ()))

    for one, page, to in ((first, of_pool, of_pool), (server, of_server, f"{of_server}/roles")):
        await services.administrators.set_roles(OPERATOR, whose, pool.id, ["viewer"])
        mine = held(form_at((await one.get(page)).text, one.address(to)))
        theirs = held(form_at((await second.get(of_pool)).text, second.address(of_pool)))
        theirs |= {"role.user-editor": "yes"}
        assert (await second.http.post(second.address(of_pool), data=theirs)).status_code == 303
        asked = await one.http.post(one.address(to), data=mine | {"role.application-editor": "yes"})
        assert asked.status_code == 409
        assert second.administrator
        assert f"Changed by {second.administrator.username}" in asked.text
        assert await roles() == {"viewer", "user-editor"}
        again = held(form_at(asked.text, one.address(to))) | {"choice.role": "mine"}
        assert (await one.http.post(one.address(to), data=again)).status_code == 303
        assert await roles() == {"viewer", "application-editor"}


async def test_roles_that_nobody_has_touched_are_saved_as_they_were_sent(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    whose = (await one_administrator(services, pool)).id
    app = await services.apps.create(pool.administrator, "shop")
    one = await console("owner")
    page = f"/pools/{{pool}}/administrators/{whose}"
    form = held(form_at((await one.get(page)).text, one.address(page)))
    del form["role.viewer"]
    limited = form | {"role.application-editor": "yes", f"applications.{app.id}": "yes"}
    assert (await one.http.post(one.address(page), data=limited)).status_code == 303
    found = await services.administrators.get(OPERATOR, whose)
    assert set(found.roles[pool.id]) == {"application-editor"}
    assert list(found.applications(pool.id)) == [app.id]


def form_at(text: str, action: str) -> str:
    """The form of a page that goes to `action`, or to the page itself."""
    forms = re.findall(r"<form[^>]* method=.post.*?</form>", text, re.DOTALL)
    return next(
        one for one in forms if f'action="{action}"' in one or 'class="card wide"' in one.partition(">")[0]
    )
