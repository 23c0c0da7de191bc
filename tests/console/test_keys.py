"""The page of access keys: chosen scopes, a secret shown once, and whose each is."""

from __future__ import annotations

import re

from tests.administrators.conftest import OPERATOR
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open

from poolhouse.credentials.scopes import SCOPES
from poolhouse.services import Services

HERE = "/pools/{pool}/keys"


async def made(one: Console, **form: str) -> tuple[str, str]:
    """The id and the secret of a new key, as the page shows them."""
    answer = await one.post(HERE, page=HERE, **form)
    assert answer.status_code == 200, answer.text
    key_id, secret = re.findall(r'<code class="secret">([^<]+)</code>', answer.text)
    return key_id, secret


async def test_a_key_has_the_chosen_scopes_and_its_secret_is_shown_once(
    services: Services, console: Open
) -> None:
    one = await console("owner")
    assert one.administrator
    key_id, secret = await made(
        one, **{"which": "chosen", "scope.users:read": "yes", "scope.apps:write": "yes"}
    )
    key = await services.access_keys.authenticate(key_id, secret)
    assert key.scopes == {"users:read", "apps:write"}
    assert key.administrator_id == one.administrator.id
    listed = (await one.get(HERE)).text
    assert key_id in listed
    assert secret not in listed
    assert one.administrator.username in listed


async def test_every_scope_can_be_chosen(console: Open) -> None:
    shown = (await (await console("owner")).get(HERE)).text
    assert set(re.findall(r'name="scope\.([^"]+)"', shown)) == set(SCOPES)
    assert "disabled" not in shown


async def test_a_key_without_a_choice_and_one_of_unknown_scope_are_not_made(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    none = await one.post(HERE, page=HERE, which="chosen")
    unknown = await one.post(HERE, page=HERE, **{"scope.users:delete": "yes", "scope.users:read": "yes"})
    assert (none.status_code, unknown.status_code) == (400, 400)
    assert "users:delete" in unknown.text
    assert re.search(r'name="scope\.users:read" value="yes" checked', unknown.text)
    assert len(await services.access_keys.list(pool.administrator)) == 1


async def test_a_key_is_disabled_enabled_and_deleted_by_its_id(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("owner")
    key_id, _ = await made(one, which="all")
    page = f"{HERE}/{key_id}"
    for enabled in ("no", "yes"):
        assert (await one.post(f"{page}/switch", page=HERE, enabled=enabled)).status_code == 303
        assert (await services.access_keys.get(pool.administrator, key_id)).enabled is (enabled == "yes")
    assert (await one.post(f"{page}/delete", page=f"{page}/delete", confirm="another")).status_code == 400
    assert (await one.post(f"{page}/delete", page=f"{page}/delete", confirm=key_id)).status_code == 303
    assert (await one.get(f"{page}/delete")).status_code == 404


async def test_the_pools_own_pair_is_shown_and_has_no_such_pages(pool: PoolForTests, console: Open) -> None:
    one = await console("owner")
    assert pool.id in (await one.get(HERE)).text
    assert (await one.get(f"{HERE}/{pool.id}/delete")).status_code == 404
    assert (await one.post(f"{HERE}/{pool.id}/switch", page=HERE, enabled="no")).status_code == 404


async def test_a_key_whose_administrator_has_nothing_left_says_so(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    leaving, staying = await console("owner"), await console("owner")
    await made(leaving, which="all")
    assert leaving.administrator
    await services.administrators.update(OPERATOR, leaving.administrator.id, disabled=True)
    services.access_keys._holders._recent.drop(f"{leaving.administrator.id}:{pool.id}")  # type: ignore[attr-defined]
    assert "Its administrator has no rights left" in (await staying.get(HERE)).text


async def test_who_does_not_own_the_pool_sees_no_keys(console: Open) -> None:
    assert (await (await console("viewer")).get(HERE)).status_code == 403
