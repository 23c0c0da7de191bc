"""The pages of tenants and of identity sources."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Open, Things
from tests.console.test_forms import held, send
from tests.federation.fitting import FIELDS, as_stored_before

from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft
from poolhouse.tenants.secrets import MASK
from poolhouse.users.model import UserDraft

ONLY_STORED = "a source of another kind is stored only"


async def test_a_tenant_is_made_with_applications_and_changed(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("organization-editor")
    box = f"app.{things.application}"
    made: Any = await send(one, "/pools/{pool}/tenants/new", name="北方", description="沈阳", **{box: "yes"})
    assert made.status_code == 303, made.text
    found = (await services.tenants.list(pool.administrator, PageRequest(1, 10), keyword="北方")).items[0]
    assert (found.description, found.app_ids) == ("沈阳", (things.application,))
    here = f"/pools/{{pool}}/tenants/{found.id}"
    shown = held((await one.get(f"{here}/edit")).text)
    assert shown[box] == "yes"
    del shown[box]
    await one.http.post(one.address(f"{here}/edit"), data={**shown, "description": ""})
    found = await services.tenants.get(pool.administrator, found.id)
    assert (found.name, found.description, found.app_ids) == ("北方", None, ())
    assert "北方" in (await one.get("/pools/{pool}/tenants?q=北")).text
    assert "分公司" not in (await one.get("/pools/{pool}/tenants?q=北")).text


async def test_members_come_are_given_an_office_and_go(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    wu = await services.users.create(pool.administrator, UserDraft({"username": "wu", "name": "吴九"}))
    one = await console("organization-editor")
    here = f"/pools/{{pool}}/tenants/{things.tenant}"
    added = await one.post(f"{here}/add", page=here, who="wu\r\nnobody")
    assert "1 added" in added.text

    async def offices() -> dict[str, bool]:
        found = await services.tenants.list_members(pool.administrator, things.tenant, PageRequest(1, 10))
        return {member.user_id: member.administrator for member in found.items}

    assert await offices() == {things.user: False, wu.id: False}
    for office, is_one in (("yes", True), ("no", False)):
        answer = await one.post(f"{here}/administrator", page=here, user=wu.id, administrator=office)
        assert answer.status_code == 303
        assert (await offices())[wu.id] is is_one
        assert ('class="mark">Administrator' in (await one.get(here)).text) is is_one
    assert "吴九" not in (await one.get(f"{here}?q=li")).text
    await one.post(f"{here}/remove", page=here, user=wu.id)
    assert await offices() == {things.user: False}


async def test_what_a_role_may_not_do_to_a_tenant_is_not_offered(console: Open, things: Things) -> None:
    page = (await (await console("viewer")).get(f"/pools/{{pool}}/tenants/{things.tenant}")).text
    assert "李四" in page
    assert "/administrator" not in page
    assert "/edit" not in page


async def test_every_page_of_sources_says_that_nobody_signs_in_through_one(
    console: Open, things: Things
) -> None:
    one = await console("owner")
    here = f"/pools/{{pool}}/sources/{things.source}"
    connection = f"{here}/connections/{things.connection}"
    for path in (
        "/pools/{pool}/sources",
        "/pools/{pool}/sources/new",
        here,
        f"{here}/edit",
        f"{here}/delete",
        f"{here}/connections/new",
        connection,
        f"{connection}/edit",
        f"{connection}/delete",
    ):
        assert ONLY_STORED in (await one.get(path)).text, path


async def test_a_connection_is_made_and_its_secret_is_never_shown(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    here = f"/pools/{{pool}}/sources/{things.source}"
    made: Any = await send(
        one,
        f"{here}/connections/new",
        type="gitee",
        identifier=f"other-{things.source}",
        name="另一个",
        fields='{"clientID": "id-1", "clientSecret": "hidden-1"}',
    )
    assert made.status_code == 303, made.text
    found = await services.sources.get(pool.administrator, things.source)
    (new,) = [each for each in found.connections if each.id != things.connection]
    edit = f"{here}/connections/{new.id}/edit"
    for path in (edit.removesuffix("/edit"), edit):
        page = (await one.get(path)).text
        assert "id-1" in page
        assert MASK in page
        assert "hidden-1" not in page
    assert (await send(one, edit, name="改名")).status_code == 303  # type: ignore[attr-defined]
    kept = await services.db.fetchval(
        "select count(*) from audit_records where pool_id = $1 and resource_type = 'identity_source'", pool.id
    )
    assert kept
    assert (await services.sources.get_connection(pool.administrator, new.id)).display_name == "改名"
    assert await _stored(services, pool, new.id) == {"clientID": "id-1", "clientSecret": "hidden-1"}


def _field(name: str) -> str:
    return f"setting_{name.encode().hex()}"


async def test_a_connection_of_a_kind_that_signs_in_has_a_field_for_each_setting(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    source = await services.sources.create(pool.administrator, "公司", "oauth2")
    one = await console("owner")
    here = f"/pools/{{pool}}/sources/{source.id}"
    page = (await one.get(f"{here}/connections/new")).text
    assert held(page)["type"] == "oauth"
    assert "Script: code to token" in page
    assert 'name="fields"' not in page
    settings = {
        "authEndPoint": "https://idp.example/authorize",
        "tokenEndPoint": "https://idp.example/token",
        "clientId": "c",
        "clientSecret": "hidden-1",
        "pkce": "yes",
        "tokenAuthMethod": "client_secret_basic",
        "tokenToUserInfoScript": "module.exports = async () => ({\n  userIdInIdp: 'a' });",
        "allowedHosts": "idp.example:8443\nother.example:1",
        "profileMapping": "nickname=alias",
    }
    facts = {"type": "oauth", "identifier": "corp", "name": "公司账号"}
    given = {_field(name): value for name, value in settings.items()}
    refused: Any = await send(
        one, f"{here}/connections/new", **facts, **{**given, _field("tokenEndPoint"): "x"}
    )
    assert refused.status_code == 400
    assert re.search(rf'name="{_field("tokenEndPoint")}"[^>]*aria-invalid="true"', refused.text)
    assert "must be an https address" in refused.text
    made: Any = await send(one, f"{here}/connections/new", **facts, **given)
    assert made.status_code == 303, made.text
    [connection] = (await services.sources.get(pool.administrator, source.id)).connections
    stored = await _stored(services, pool, connection.id)
    assert stored == {
        **settings,
        "pkce": True,
        "tokenToUserInfoScript": settings["tokenToUserInfoScript"],
        "allowedHosts": ["idp.example:8443", "other.example:1"],
        "profileMapping": {"nickname": "alias"},
    }
    # What is emptied goes, a secret that is sent as it is shown stays, and so does what the form has no field for.
    own = {**stored, "own": 1}
    await services.sources.update_connection(pool.administrator, connection.id, {"fields": own})
    edit = f"{here}/connections/{connection.id}/edit"
    page = (await one.get(edit)).text
    assert "hidden-1" not in page
    assert held(page)[_field("clientSecret")] == MASK
    changed = {_field("tokenAuthMethod"): "", _field("profileMapping"): "", _field("clientId"): "d"}
    assert (await send(one, edit, **changed)).status_code == 303  # type: ignore[attr-defined]
    del own["tokenAuthMethod"]
    after = await _stored(services, pool, connection.id)
    assert after == {**own, "clientId": "d", "profileMapping": {}}


async def test_a_kind_may_be_chosen_where_a_source_has_several(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    source = await services.sources.create(pool.administrator, "飞书", "lark")
    one = await console("owner")
    at = f"/pools/{{pool}}/sources/{source.id}/connections/new"
    assert held((await one.get(at)).text)["type"] == "lark-internal"
    assert held((await one.get(f"{at}?type=lark-public")).text)["type"] == "lark-public"
    assert held((await one.get(f"{at}?type=made-up")).text)["type"] == "lark-internal"


async def _stored(services: Services, pool: PoolForTests, connection_id: str) -> Any:
    from poolhouse.tenants import postgres_sources

    found = await postgres_sources.find_connection(services.db, pool.id, connection_id, services.sources._box)
    assert found
    return found[1]


@pytest.mark.parametrize("fields", ["", "[1]", "{"])
async def test_settings_that_are_none_are_refused_at_their_field(
    console: Open, things: Things, fields: str
) -> None:
    one = await console("owner")
    answer: Any = await send(
        one,
        f"/pools/{{pool}}/sources/{things.source}/connections/{things.connection}/edit",
        fields=fields,
    )
    assert answer.status_code == 400
    assert re.search(r'name="fields"[^>]*aria-invalid="true"', answer.text)


async def test_a_connection_is_switched_on_in_an_application_and_off(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    one = await console("owner")
    here = f"/pools/{{pool}}/sources/{things.source}"
    at = f"{here}/connections/{things.connection}"
    for enabled in ("yes", "no"):
        answer = await one.post(f"{at}/switch", page=at, app=things.application, enabled=enabled)
        assert answer.status_code == 303
        assert ("Switch off in shop" in (await one.get(at)).text) is (enabled == "yes")
        assert ("shop" in (await one.get(here)).text) is (enabled == "yes")


async def test_the_trial_of_a_connection_tells_the_step_and_what_to_do(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    bare = ConnectionDraft("oidc", "bare", "公司", FIELDS)
    source = await services.sources.create(pool.administrator, "公司", "oidc", connections=[bare])
    fields = {"issuer": "https://login.example"}
    await as_stored_before(services, pool.id, source.connections[0].id, fields)
    one, here = await console("owner"), f"/pools/{{pool}}/sources/{source.id}"
    answer = await one.post(f"{here}/connections/{source.connections[0].id}/test", page=here)
    assert answer.status_code == 200
    assert "The connection&#39;s settings" in answer.text or "the connection&#39;s settings:" in answer.text
    assert "clientId" in answer.text
    assert "Correct the field that is named" in answer.text


async def test_a_connection_of_another_source_is_not_there(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    other = await services.sources.create(pool.administrator, "x", "github")
    one = await console("owner")
    path = f"/pools/{{pool}}/sources/{other.id}/connections/{things.connection}"
    assert (await one.get(path)).status_code == 404
    assert (await one.get(f"{path}/edit")).status_code == 404
    answer = await one.post(f"{path}/delete", page="/pools/{pool}/sources", confirm=things.connection)
    assert answer.status_code == 404
    assert await services.sources.get_connection(pool.administrator, things.connection)
