import json
from dataclasses import replace

import pytest
from tests.conftest import PoolForTests
from tests.federation.fitting import as_stored_before

from poolhouse.errors import (
    CodeTaken,
    ConnectionNotFound,
    IdentitySourceNotFound,
    InvalidInput,
    NotAuthenticated,
    NotPermitted,
    TenantNotFound,
)
from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft, State
from poolhouse.tenants.secrets import MASK

FIELDS = {"clientID": "cli", "clientSecret": "d1cuu12", "nested": {"agentPassword": "p", "port": 1}}


def draft(identifier: str) -> ConnectionDraft:
    return ConnectionDraft("wechat:pc", identifier, "微信", FIELDS, ("email",))


async def test_a_stranger_is_refused_everywhere(services: Services, pool: PoolForTests) -> None:
    sources = services.sources
    for caller, refusal in ((pool.stranger, NotAuthenticated), (pool.user("u1"), NotPermitted)):
        with pytest.raises(refusal):
            await sources.list(caller)
        with pytest.raises(refusal):
            await sources.create(caller, "n", "wechat")
        with pytest.raises(refusal):
            await sources.get(caller, "x")
        with pytest.raises(refusal):
            await sources.delete(caller, "x")
        with pytest.raises(refusal):
            await sources.add_connection(caller, "x", draft("i"))
        with pytest.raises(refusal):
            await sources.update_connection(caller, "x", {})
        with pytest.raises(refusal):
            await sources.set_connection_enabled(caller, "x", "app", "a", True)
        with pytest.raises(refusal):
            await sources.is_identifier_free(caller, "i")


async def test_a_source_is_kept_with_its_connections_and_shown_without_secrets(
    services: Services, pool: PoolForTests
) -> None:
    admin, sources = pool.administrator, services.sources
    tenant = await services.tenants.create(admin, "t")
    created = await sources.create(
        admin, "微信", "wechat", tenant_id=tenant.id, connections=[draft("w1"), draft("w2")]
    )
    [found] = await sources.list(admin, tenant_id=tenant.id)
    assert found == await sources.get(admin, created.id) == created
    assert [each.identifier for each in found.connections] == ["w1", "w2"]
    assert found.connections[0].fields == {
        "clientID": "cli",
        "clientSecret": MASK,
        "nested": {"agentPassword": MASK, "port": 1},
    }
    assert (await sources.rename(admin, created.id, "新名")).name == "新名"
    await sources.delete(admin, created.id)
    with pytest.raises(IdentitySourceNotFound):
        await sources.get(admin, created.id)


async def test_secrets_lie_encrypted_and_survive_being_sent_back_masked(
    services: Services, pool: PoolForTests
) -> None:
    admin, sources = pool.administrator, services.sources
    source = await sources.create(admin, "n", "oidc", connections=[draft("w1")])
    connection = source.connections[0]
    stored = await services.db.fetchval("select fields from identity_connections where pool_id = $1", pool.id)
    assert b"d1cuu12" not in stored
    changed = await sources.update_connection(
        admin, connection.id, {"fields": {**connection.fields, "clientID": "new"}, "display_name": "改"}
    )
    assert (changed.fields["clientID"], changed.fields["clientSecret"]) == ("new", MASK)
    sealed = await services.db.fetchval("select fields from identity_connections where pool_id = $1", pool.id)
    place = f"{pool.id}/identity_connections/fields/{connection.id}"
    assert '"clientSecret":"d1cuu12"' in services.box.decrypt(sealed, place)


async def test_what_was_read_masked_is_no_secret_of_another_connection(
    services: Services, pool: PoolForTests
) -> None:
    admin, sources = pool.administrator, services.sources
    keys = {"keys": [{"privateKey": "one"}, {"privateKey": "two"}]}
    given = replace(draft("w1"), fields={**FIELDS, **keys})
    [connection] = (await sources.create(admin, "n", "wechat", connections=[given])).connections
    shown = connection.fields
    for fields, field in (
        (shown, "fields.clientSecret"),
        ({"nested": shown["nested"]}, "fields.nested.agentPassword"),
        ({"keys": shown["keys"]}, "fields.keys.privateKey"),
    ):
        with pytest.raises(InvalidInput) as refused:
            await sources.add_connection(admin, connection.source_id, replace(draft("w2"), fields=fields))
        assert refused.value.facts["field"] == field
    with pytest.raises(InvalidInput):
        await sources.update_connection(admin, connection.id, {"fields": {**shown, "appSecret": MASK}})
    await sources.update_connection(admin, connection.id, {"fields": shown})
    sealed = await services.db.fetchval("select fields from identity_connections where pool_id = $1", pool.id)
    place = f"{pool.id}/identity_connections/fields/{connection.id}"
    assert json.loads(services.box.decrypt(sealed, place)) == {**FIELDS, **keys}


async def test_an_identifier_is_one_connections_in_a_pool(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    admin, sources = pool.administrator, services.sources
    source = await sources.create(admin, "n", "oidc", connections=[draft("w1")])
    assert not await sources.is_identifier_free(admin, "w1")
    assert await sources.is_identifier_free(other_pool.administrator, "w1")
    with pytest.raises(CodeTaken):
        await sources.add_connection(admin, source.id, draft("w1"))
    with pytest.raises(CodeTaken):
        await sources.create(admin, "m", "oidc", connections=[draft("w9"), draft("w1")])
    assert len(await sources.list(admin)) == 1
    await sources.create(other_pool.administrator, "n", "oidc", connections=[draft("w1")])


async def test_another_pools_sources_are_invisible(
    services: Services, pool: PoolForTests, other_pool: PoolForTests
) -> None:
    sources, mine = services.sources, other_pool.administrator
    source = await sources.create(pool.administrator, "n", "oidc", connections=[draft("w1")])
    connection = source.connections[0]
    assert await sources.list(mine) == []
    for attempt in (
        sources.get(mine, source.id),
        sources.rename(mine, source.id, "x"),
        sources.delete(mine, source.id),
        sources.add_connection(mine, source.id, draft("w2")),
        sources.update_connection(mine, connection.id, {"display_name": "x"}),
        sources.delete_connection(mine, connection.id),
        sources.set_connection_enabled(mine, connection.id, "app", "a", True),
        sources.set_all_enabled(mine, source.id, "app", "a", True),
    ):
        with pytest.raises((IdentitySourceNotFound, ConnectionNotFound)):
            await attempt
    assert await sources.get(pool.administrator, source.id) == source
    with pytest.raises(TenantNotFound):
        await sources.create(
            mine, "n", "oidc", tenant_id=(await services.tenants.create(pool.administrator, "t")).id
        )


async def test_connections_are_switched_on_where_they_are_wanted(
    services: Services, pool: PoolForTests
) -> None:
    admin, sources, app_id = pool.administrator, services.sources, new_id()
    source = await sources.create(admin, "n", "oidc", connections=[draft("w1"), draft("w2")])
    first, second = source.connections
    on = await sources.set_connection_enabled(admin, first.id, "app", app_id, True)
    assert on.states == (State("app", app_id, True),)
    assert [each.id for each in await sources.list(admin, app_id=app_id)] == [source.id]
    await sources.set_connection_enabled(admin, first.id, "app", app_id, False)
    assert await sources.list(admin, app_id=app_id) == []
    await sources.set_all_enabled(admin, source.id, "tenant", "t1", True)
    assert (await sources.get_connection(admin, second.id)).states == (State("tenant", "t1", True),)
    await sources.delete_connection(admin, second.id)
    assert len((await sources.get(admin, source.id)).connections) == 1


async def test_a_deleted_tenant_takes_its_sources_along(services: Services, pool: PoolForTests) -> None:
    admin = pool.administrator
    tenant = await services.tenants.create(admin, "t")
    await services.sources.create(admin, "n", "oidc", tenant_id=tenant.id, connections=[draft("w1")])
    await services.tenants.delete(admin, tenant.id)
    assert await services.sources.list(admin) == []


async def test_a_connection_nobody_could_sign_in_by_is_refused_at_its_field_and_one_from_before_renamed(
    services: Services, pool: PoolForTests
) -> None:
    admin, sources = pool.administrator, services.sources
    source = await sources.create(admin, "公司", "oidc")
    bad = ConnectionDraft("oidc", "corp", "公司", {"clientId": "c"})
    for refused in (
        sources.add_connection(admin, source.id, bad),
        sources.create(admin, "x", "oidc", connections=[bad]),
    ):
        with pytest.raises(InvalidInput) as error:
            await refused
        assert error.value.facts["field"] == "fields.issuer"
    assert [one.id for one in await sources.list(admin)] == [source.id]
    good = {"issuer": "https://idp.example", "clientId": "c", "own": {"kept": True}}
    connection = await sources.add_connection(admin, source.id, ConnectionDraft("oidc", "corp", "公司", good))
    assert connection.fields == good
    with pytest.raises(InvalidInput):
        await sources.update_connection(admin, connection.id, {"fields": {"issuer": ""}})
    await as_stored_before(services, pool.id, connection.id, {})
    renamed = await sources.update_connection(admin, connection.id, {"display_name": "新", "fields": {}})
    assert renamed.display_name == "新"


async def test_a_connection_forgets_the_applications_and_tenants_that_are_deleted(
    services: Services, pool: PoolForTests
) -> None:
    admin, sources = pool.administrator, services.sources
    source = await sources.create(admin, "微信", "wechat", connections=[draft("w1")])
    [connection] = source.connections
    app, other = [await services.apps.create(admin, name) for name in ("gone", "stays")]
    tenant = await services.tenants.create(admin, "t")
    for place, place_id in (("app", app.id), ("app", other.id), ("tenant", tenant.id)):
        await sources.set_connection_enabled(admin, connection.id, place, place_id, True)
    await services.apps.delete(admin, app.id)
    await services.tenants.delete(admin, tenant.id)
    assert (await sources.get_connection(admin, connection.id)).states == (State("app", other.id, True),)
