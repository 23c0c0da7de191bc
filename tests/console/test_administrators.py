"""The pages where owners of the server manage administrators."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from tests.administrators.conftest import OPERATOR, PASSWORD
from tests.client.test_administrators import put
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open, Things

from poolhouse.administrators.model import Administrator
from poolhouse.administrators.roles import SCOPES
from poolhouse.caller import Caller
from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.wire.console import PAGES
from poolhouse.wire.v3.app import row_named
from poolhouse.wire.v3.limited import APPLICATIONS

ALL = "/server/administrators"


async def somebody(services: Services, **facts: object) -> Administrator:
    return await services.administrators.create(OPERATOR, f"c{new_id()}", PASSWORD, **facts)  # type: ignore[arg-type]


async def now(services: Services, one: Administrator) -> Administrator:
    return await services.administrators.get(OPERATOR, one.id)


async def test_one_is_made_and_the_password_is_shown_once(services: Services, console: Open) -> None:
    owner, name = await console(is_owner=True), f"c{new_id()}"
    answer = await owner.post(f"{ALL}/new", page=f"{ALL}/new", username=name, name="李四")
    assert answer.status_code == 200
    (password,) = re.findall(r'<code class="secret">([^<]+)</code>', answer.text)
    made = await services.administrators.get(OPERATOR, name)
    assert (made.name, made.is_owner, made.must_change_password) == ("李四", False, True)
    again = (await owner.get(f"{ALL}/{made.id}")).text
    assert name in again
    assert password not in again
    assert (await Console(owner.http, owner.pool, made).sign_in(password)).status_code == 200
    assert name in (await owner.get(f"{ALL}?q={name}")).text


async def test_a_name_that_somebody_has_is_refused_and_stays_in_the_form(
    services: Services, console: Open
) -> None:
    owner, other = await console(is_owner=True), await somebody(services)
    answer = await owner.post(f"{ALL}/new", page=f"{ALL}/new", username=other.username, owner="yes")
    assert answer.status_code == 409
    assert f'value="{other.username}"' in answer.text
    assert re.search(r'name="owner" value="yes" checked', answer.text)


async def test_roles_are_given_in_a_pool_and_taken_away(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    owner, one = await console(is_owner=True), await somebody(services)
    here = f"{ALL}/{one.id}"
    given = {"role.viewer": "yes", "role.user-editor": "yes", "role.god": "yes"}
    assert (await owner.post(f"{here}/roles", page=here, pool=pool.id, **given)).status_code == 303
    assert (await now(services, one)).roles == {pool.id: ("user-editor", "viewer")}
    shown = (await owner.get(here)).text
    assert len(re.findall(r'name="role\.[a-z-]+" value="yes" checked', shown)) == 2
    assert (await owner.post(f"{here}/roles", page=here, pool=pool.id)).status_code == 303
    assert (await now(services, one)).roles == {}
    nowhere = await owner.post(f"{here}/roles", page=here, pool=new_id(), **given)
    assert nowhere.status_code == 404
    assert 'role="alert"' in nowhere.text


@pytest.mark.parametrize("act", ["reset", "disable", "owner", "no-owner", "delete"])
async def test_an_act_asks_for_the_username_and_is_not_for_oneself(
    services: Services, console: Open, act: str
) -> None:
    owner = await console(is_owner=True)
    assert owner.administrator
    one = await somebody(services, is_owner=act == "no-owner", must_change_password=False)
    here = f"{ALL}/{one.id}/{act}"
    wrong = await owner.post(here, page=here, confirm=one.id)
    assert (wrong.status_code, await now(services, one)) == (400, one)
    assert (await owner.post(here, page=here, confirm=one.username)).status_code in (200, 303)
    left = {each.id: each for each in (await services.administrators.list(OPERATOR)).items}
    after = left.get(one.id)
    assert {
        "reset": bool(after and after.must_change_password),
        "disable": bool(after and after.disabled),
        "owner": bool(after and after.is_owner),
        "no-owner": bool(after and not after.is_owner),
        "delete": after is None,
    }[act]
    mine = f"{ALL}/{owner.administrator.id}/{act}"
    answer = await owner.post(mine, page=mine, confirm=owner.administrator.username)
    if act != "owner":  # which changes nothing
        assert answer.status_code >= 400
        assert "account of one" in answer.text
    assert await now(services, owner.administrator) == left[owner.administrator.id]


async def test_one_who_is_disabled_is_enabled_again(services: Services, console: Open) -> None:
    owner, one = await console(is_owner=True), await somebody(services)
    await services.administrators.update(OPERATOR, one.id, disabled=True)
    here = f"{ALL}/{one.id}"
    assert (await owner.post(f"{here}/enable", page=here)).status_code == 303
    assert not (await now(services, one)).disabled


async def test_a_session_is_ended_and_then_all_of_them(services: Services, console: Open) -> None:
    owner, one = await console(is_owner=True), await console("viewer")
    assert one.administrator
    assert (await one.sign_in()).status_code == 303
    here = f"{ALL}/{one.administrator.id}"
    first, second = re.findall(r'name="session" value="([0-9a-f]{64})"', (await owner.get(here)).text)
    assert (await owner.post(f"{here}/sessions/end", page=here, session=first)).status_code == 303
    left = await services.administrator_sign_in.sessions(one.administrator.id)
    assert [each.id for each in left] == [second]
    for wrong in (first, "nothing"):
        assert (await owner.post(f"{here}/sessions/end", page=here, session=wrong)).status_code == 404
    assert len(await services.administrator_sign_in.sessions(one.administrator.id)) == 1
    assert (await owner.post(f"{here}/sessions/end", page=here)).status_code == 303
    assert await services.administrator_sign_in.sessions(one.administrator.id) == []


async def test_keys_of_every_pool_are_listed_without_their_secrets(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, console: Open
) -> None:
    owner, one = await console(is_owner=True), await console("owner")
    assert one.administrator
    there = await services.administrators.set_roles(OPERATOR, one.administrator.id, other_pool.id, ["owner"])
    keys = [
        await services.access_keys.create(
            await services.administrators.caller_in(there, each, Caller(each)), scopes=["users:read"]
        )
        for each in (pool.id, other_pool.id)
    ]
    shown = (await owner.get(f"{ALL}/{there.id}")).text
    for key in keys:
        assert key.id in shown
        assert key.secret[:12] not in shown


async def test_whoever_is_nobody_has_no_page(console: Open) -> None:
    owner = await console(is_owner=True)
    for act in ("", "/reset", "/delete"):
        assert (await owner.get(f"{ALL}/{new_id()}{act}")).status_code == 404


async def test_one_passkey_is_taken_away_and_the_others_stay(services: Services, console: Open) -> None:
    owner, one, other = await console(is_owner=True), await somebody(services), await somebody(services)
    await put(services, one.id, "office")
    await put(services, one.id, "home <b>")
    here = f"{ALL}/{one.id}"
    first, second = await services.administrator_passkeys.list(one.id)
    assert "home &lt;b&gt;" in (await owner.get(here)).text
    elsewhere = await owner.post(f"{ALL}/{other.id}/passkeys/remove", page=here, passkey=first.id)
    assert elsewhere.status_code == 404
    assert (await owner.post(f"{here}/passkeys/remove", page=here, passkey=first.id)).status_code == 303
    assert await services.administrator_passkeys.list(one.id) == [second]
    again = await owner.post(f"{here}/passkeys/remove", page=here, passkey=first.id)
    assert again.status_code == 404
    assert "通行密钥不存在" in again.text or "The passkey does not exist" in again.text
    act = await services.db.fetchval(
        "select detail from audit_records where resource_type = 'passkey' and resource_id = $1", first.id
    )
    assert act["before"]["name"] == first.name


async def test_administrators_come_in_pages_and_are_found_by_name(services: Services, console: Open) -> None:
    owner, mark = await console(is_owner=True), f"wang-{new_id()}"
    for number in range(52):
        await somebody(services, name=f"{mark} {number}")
    await somebody(services, name="50% _ <b>")
    first, second = await owner.get(f"{ALL}?q={mark}"), await owner.get(f"{ALL}?q={mark.upper()}&page=2")
    assert [one.text.count(f"<td>{mark} ") for one in (first, second)] == [50, 2]
    assert f'rel="next" href="?q={mark}&amp;page=2"' in first.text
    assert 'rel="next"' not in second.text
    assert "50% _ &lt;b&gt;" in (await owner.get(f"{ALL}?q=%25+_")).text
    assert mark not in (await owner.get(f"{ALL}?q=%25+_")).text
    for wrong in ("page=0", "page=x", f"q={'a' * 129}"):
        assert (await owner.get(f"{ALL}?{wrong}")).status_code == 400, wrong


# -- in a pool -----------------------------------------------------------------------------------------------

HERE = "/pools/{pool}/administrators"


async def test_a_pools_owner_gives_roles_in_it_and_takes_them_away(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, console: Open
) -> None:
    owner, one = await console("owner"), await somebody(services)
    await services.administrators.set_roles(OPERATOR, one.id, other_pool.id, ["owner"])
    added = await owner.post(HERE, page=HERE, username=one.username, **{"role.viewer": "yes"})
    assert added.status_code == 303
    assert (await now(services, one)).roles == {pool.id: ("viewer",), other_pool.id: ("owner",)}
    shown = (await owner.get(f"{HERE}/{one.id}")).text
    assert re.findall(r'name="role\.([a-z-]+)" value="yes" checked', shown) == ["viewer"]
    assert other_pool.id not in shown
    assert (await owner.post(f"{HERE}/{one.id}", page=HERE)).status_code == 303
    assert (await now(services, one)).roles == {other_pool.id: ("owner",)}
    for gone in (await owner.get(f"{HERE}/{one.id}"), await owner.post(f"{HERE}/{one.id}", page=HERE)):
        assert gone.status_code == 404


async def test_nobody_changes_their_own_roles_and_an_unknown_name_is_not_found(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    owner = await console("owner")
    assert owner.administrator
    own = f"{HERE}/{owner.administrator.id}"
    assert (await owner.post(own, page=HERE, **{"role.viewer": "yes"})).status_code >= 400
    assert (await now(services, owner.administrator)).roles == {pool.id: ("owner",)}
    name = f"c{new_id()}"
    unknown = await owner.post(HERE, page=HERE, username=name, **{"role.viewer": "yes"})
    assert unknown.status_code == 404
    assert f'value="{name}"' in unknown.text
    none = await owner.post(HERE, page=HERE, username=owner.administrator.username)
    assert none.status_code == 400


# -- limited to applications ---------------------------------------------------------------------------------


async def test_a_limited_role_opens_the_pages_of_its_applications_and_no_other(
    services: Services, pool: PoolForTests, things: Things, console: Open
) -> None:
    """Generated from the pages: of another application as of one that does not exist."""
    other = await services.apps.create(pool.administrator, "theirs")
    one = await console("viewer")
    assert one.administrator
    await services.administrators.set_roles(
        OPERATOR, one.administrator.id, pool.id, ["application-editor"], [things.application]
    )
    opened = 0
    for page in (page for page in PAGES if page.access == "pool"):
        rows = [row_named(operation) for operation in page.calls]
        allowed = all(row.name in APPLICATIONS and row.scopes <= SCOPES["application-editor"] for row in rows)  # type: ignore[operator]
        ask = one.get if page.method == "GET" else one.post
        answer = await ask(things.fill(page.path))
        assert (answer.status_code == 403) is not allowed or (allowed and not rows), page.path
        if allowed and "{application}" in page.path:
            opened += 1
            theirs = await ask(replace(things, application=other.id).fill(page.path))
            assert theirs.status_code == 404, page.path
    assert opened >= 3
    shown = (await one.get("/pools/{pool}/applications")).text
    assert things.application in shown
    assert 'title="Your role is limited to some applications, and this is about others">Home <' in shown
    assert other.id not in shown
    assert (await one.get("/pools/{pool}")).headers["location"].endswith("/applications")


async def test_a_form_of_roles_keeps_the_limit_it_shows(
    services: Services, pool: PoolForTests, things: Things, console: Open
) -> None:
    owner, one = await console("owner"), await somebody(services)
    given = {"role.application-editor": "yes", f"applications.{things.application}": "yes"}
    assert (await owner.post(HERE, page=HERE, username=one.username, **given)).status_code == 303
    limited = (await now(services, one)).applications(pool.id)
    assert limited == [things.application]
    shown = (await owner.get(f"{HERE}/{one.id}")).text
    assert boxes(shown) == {things.application: True}
    wrong = await owner.post(f"{HERE}/{one.id}", page=HERE, **{**given, "role.viewer": "yes"})
    assert wrong.status_code == 400
    assert (await now(services, one)).applications(pool.id) == limited
    assert boxes(wrong.text) == {things.application: True}


async def test_applications_are_found_by_name_and_looking_for_them_saves_nothing(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, things: Things, console: Open
) -> None:
    """In a pool's page of one, in that of a new one, and in the server's."""
    owner, one = await console("owner"), await somebody(services)
    found = await services.apps.create(pool.administrator, "仓库 <b>")
    await services.apps.create(other_pool.administrator, "仓库")
    await services.administrators.set_roles(OPERATOR, one.id, pool.id, ["viewer"])
    ticked = {"role.application-editor": "yes", f"applications.{things.application}": "yes"}
    ticked |= {"find.applications": "仓库", "username": "anyone"}
    expected = {things.application: True, found.id: False}
    for path in (HERE, f"{HERE}/{one.id}"):
        shown = await owner.post(f"{path}?find=applications", page=HERE, **ticked)
        assert shown.status_code == 200
        assert boxes(shown.text) == expected, path
        assert re.findall(r'name="role\.([a-z-]+)" value="yes" checked', shown.text) == ["application-editor"]
        assert "仓库 &lt;b&gt;" in shown.text
        assert "data-unsaved" in shown.text
    nobody = await owner.post(f"{HERE}?find=applications", page=HERE, **{"find.applications": "nowhere"})
    assert boxes(nobody.text) == {}
    long = await owner.post(f"{HERE}?find=applications", page=HERE, **{"find.applications": "a" * 257})
    assert long.status_code == 400
    assert owner.administrator
    await services.administrators.update(OPERATOR, owner.administrator.id, is_owner=True)
    at = f"/server/administrators/{one.id}"
    shown = await owner.post(f"{at}/roles?find=applications", page=at, pool=pool.id, **ticked)
    assert boxes(shown.text) == expected
    gone = await owner.post(f"{at}/roles?find=applications", page=at, pool="nowhere", **ticked)
    assert gone.status_code == 404
    assert 'value="nowhere"' in gone.text
    assert (await now(services, one)).roles == {pool.id: ("viewer",)}
    assert (await owner.post(f"{at}/roles", page=at, pool=pool.id, **ticked)).status_code == 303
    assert (await now(services, one)).applications(pool.id) == [things.application]


def boxes(page: str) -> dict[str, bool]:
    """The applications to choose from, and whether each is chosen."""
    found = re.findall(r'name="applications\.([^"]+)" value="yes"( checked)?', page)
    return {one: bool(checked) for one, checked in found}
