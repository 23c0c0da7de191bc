"""Who administers the server, and what each may do in which pool."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from tests.administrators.conftest import OPERATOR, PASSWORD, Make
from tests.conftest import PoolForTests

from poolhouse.administrators.model import Administrator
from poolhouse.administrators.roles import PERSONAL, ROLES, SCOPES, scopes_of
from poolhouse.audit.model import RecordQuery
from poolhouse.caller import Caller
from poolhouse.credentials.scopes import FAMILIES
from poolhouse.db.database import Database
from poolhouse.errors import (
    AdministratorNotFound,
    InvalidInput,
    InvalidOperation,
    NotAuthenticated,
    NotPermitted,
    PoolNotFound,
    UsernameTaken,
    WeakPassword,
)
from poolhouse.ids import new_id
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.wire.v3.table import FAMILIES as OPERATIONS

MANAGING: dict[str, Callable[[Services, Caller, str], Any]] = {
    "create": lambda s, caller, one: s.administrators.create(caller, f"b{new_id()}", PASSWORD),
    "get": lambda s, caller, one: s.administrators.get(caller, one),
    "update": lambda s, caller, one: s.administrators.update(caller, one, name="x"),
    "delete": lambda s, caller, one: s.administrators.delete(caller, one),
    "reset_password": lambda s, caller, one: s.administrators.reset_password(caller, one, PASSWORD + "2"),
    "set_roles": lambda s, caller, one: s.administrators.set_roles(caller, one, "", ["owner"]),
    "end_all": lambda s, caller, one: s.administrator_sign_in.end_all(caller, replace_id(one)),
}


def replace_id(administrator_id: str) -> Administrator:
    return Administrator(administrator_id, "somebody")


@pytest.mark.parametrize("act", MANAGING)
async def test_whoever_does_not_own_the_server_manages_nobody(
    services: Services, pool: PoolForTests, viewer: Administrator, make: Make, act: str
) -> None:
    """Strangers, users, a pool's own secret, owners of a pool."""
    other = await make()
    owner_of_pool = await services.administrators.caller_in(
        replace(viewer, roles={pool.id: ("owner",)}), pool.id, OPERATOR
    )
    strangers = [
        Caller(""),
        Caller(pool.id, kind="user", actor_id="u"),
        Caller(pool.id, kind="administrator", actor_id=pool.id),
        owner_of_pool,
        Caller("", kind="administrator", actor_id="k", scopes=frozenset({"users:read"})),
    ]
    for caller in strangers:
        with pytest.raises((NotPermitted, NotAuthenticated)):
            await MANAGING[act](services, caller, other.id)


async def test_an_administrator_is_made_listed_changed_and_deleted(services: Services, make: Make) -> None:
    made = await make(name="李四")
    assert (made.name, made.is_owner, made.disabled) == ("李四", False, False)
    changed = await services.administrators.update(
        OPERATOR, made.username.upper(), name="Li Si", is_owner=True
    )
    assert (changed.name, changed.is_owner) == ("Li Si", True)
    assert changed in [
        one for one in (await services.administrators.list(OPERATOR)).items if one.id == made.id
    ]
    await make(is_owner=True)
    await services.administrators.delete(OPERATOR, made.id)
    with pytest.raises(AdministratorNotFound):
        await services.administrators.get(OPERATOR, made.id)


async def test_a_name_is_one_persons_in_any_case(services: Services, make: Make) -> None:
    made = await make()
    with pytest.raises(UsernameTaken):
        await services.administrators.create(OPERATOR, f" {made.username.upper()} ", PASSWORD)


@pytest.mark.parametrize("name", ["", "a b", "名字", ".hidden", "a" * 65, "a\0b", "a/b"])
async def test_a_name_that_could_be_mistaken_is_refused(services: Services, name: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        await services.administrators.create(OPERATOR, name, PASSWORD)
    assert refused.value.facts["field"] == "username"


@pytest.mark.parametrize("password", ["", "short", "123456789", "somebody1!", "x" * 1025])
async def test_a_weak_password_is_refused(services: Services, password: str) -> None:
    with pytest.raises(WeakPassword):
        await services.administrators.create(OPERATOR, "somebody", password)


async def test_roles_of_a_pool_are_replaced_and_taken_away(
    services: Services, pool: PoolForTests, viewer: Administrator
) -> None:
    changed = await services.administrators.set_roles(
        OPERATOR, viewer.id, pool.id, ["user-editor", "application-editor", "user-editor"]
    )
    assert changed.roles == {pool.id: ("user-editor", "application-editor")}
    assert (await services.administrators.set_roles(OPERATOR, viewer.id, pool.id, [])).roles == {}


async def test_an_unknown_role_and_an_unknown_pool_are_named(
    services: Services, pool: PoolForTests, viewer: Administrator
) -> None:
    with pytest.raises(InvalidInput) as refused:
        await services.administrators.set_roles(OPERATOR, viewer.id, pool.id, ["god"])
    assert "custom-database-editor" in refused.value.message("en-US")
    with pytest.raises(PoolNotFound):
        await services.administrators.set_roles(OPERATOR, viewer.id, new_id(), ["viewer"])


async def test_another_pool_is_unknown_to_whoever_has_no_role_there(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, viewer: Administrator
) -> None:
    assert (await services.administrators.caller_in(viewer, pool.id, OPERATOR)).pool_id == pool.id
    for elsewhere in (other_pool.id, new_id(), ""):
        with pytest.raises(PoolNotFound):
            await services.administrators.caller_in(viewer, elsewhere, OPERATOR)


async def test_the_servers_owner_may_everything_in_every_pool(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, make: Make
) -> None:
    owner = await make(is_owner=True)
    for each in (pool, other_pool):
        caller = await services.administrators.caller_in(owner, each.id, OPERATOR)
        assert (caller.scopes, caller.pool_id, caller.actor_id) == (None, each.id, owner.id)
    with pytest.raises(PoolNotFound):
        await services.administrators.caller_in(owner, new_id(), OPERATOR)


async def test_a_pool_lists_those_who_may_do_something_in_it(
    services: Services, pool: PoolForTests, other_pool: PoolForTests, make: Make
) -> None:
    here, elsewhere, owner = (
        await make(roles={pool.id: ["viewer"], other_pool.id: ["owner"]}),
        await make(roles={other_pool.id: ["owner"]}),
        await make(is_owner=True),
    )
    asking = Caller(pool.id, kind="administrator")
    found = {one.id: one for one in await services.administrators.list_in_pool(asking)}
    assert {here.id, owner.id} <= set(found)
    assert elsewhere.id not in found
    assert found[here.id].roles == {pool.id: ("viewer",)}


async def test_the_last_owner_stays(services: Services, database: Database, make: Make) -> None:
    """Of two who take each other away at once, one is refused."""
    one, two = await make(is_owner=True), await make(is_owner=True)
    others = await database.fetch(
        "update administrators set is_owner = false where is_owner and id <> all($1::text[]) returning id",
        [one.id, two.id],
    )
    try:
        ended = await asyncio.gather(
            services.administrators.update(OPERATOR, one.id, disabled=True),
            services.administrators.delete(OPERATOR, two.id),
            return_exceptions=True,
        )
        assert sum(isinstance(each, InvalidOperation) for each in ended) == 1
    finally:
        await database.execute(
            "update administrators set is_owner = true where id = any($1::text[])",
            [row["id"] for row in others],
        )


async def test_a_change_is_in_the_log_with_before_and_after(
    services: Services, pool: PoolForTests, viewer: Administrator
) -> None:
    """Of rights in a pool in that pool's log; of anything else in the server's."""
    await services.administrators.set_roles(OPERATOR, viewer.id, pool.id, ["owner"])
    await services.administrators.update(OPERATOR, viewer.id, disabled=True)
    query = RecordQuery("administrator", resource_types=("administrator",))
    for pool_id, key, before, after in (
        (pool.id, "roles", ["viewer"], ["owner"]),
        ("", "disabled", False, True),
    ):
        caller = Caller(pool_id, kind="system")
        rows = (await services.audit.list_records(caller, query, PageRequest(1, 50))).items
        row = next(row for row in rows if row.resource_id == viewer.id)
        assert row.detail["before"][key] == before
        assert row.detail["after"][key] == after
        assert PASSWORD not in str(row)


# -- roles -------------------------------------------------------------------------------------------------


def test_the_families_are_those_of_the_operations() -> None:
    """A family that is new has to be given to roles."""
    found = {
        row.scope.partition(":")[0]
        for rows in OPERATIONS
        for row in rows
        if row.access == "administrator" and row.scope
    }
    assert found == FAMILIES


@pytest.mark.parametrize("role", [role for role in ROLES if SCOPES[role] is not None])
def test_a_role_below_the_owners_opens_no_credentials(role: Any) -> None:
    scopes = SCOPES[role] or frozenset()
    assert not {
        scope for scope in scopes if scope.startswith(("secrets:", "access_keys:", "administrators:"))
    }
    assert "security:write" not in scopes


def test_a_viewer_changes_nothing() -> None:
    for role in ("viewer", "viewer-without-personal-data"):
        assert all(scope.endswith(":read") for scope in SCOPES[role] or ())  # type: ignore[index]


def test_a_viewer_without_personal_data_is_told_of_nobody() -> None:
    scopes = SCOPES["viewer-without-personal-data"] or frozenset()
    assert not {scope for scope in scopes if scope.partition(":")[0] in PERSONAL}


def test_several_roles_add_up() -> None:
    both = scopes_of(["application-editor", "custom-database-editor"])
    assert both is not None
    assert {"apps:write", "custom-database:write"} <= both
    assert scopes_of(["viewer", "owner"]) is None
    assert scopes_of([]) == frozenset()
