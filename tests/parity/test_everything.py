"""Answers that are not paged hold everything there is, beyond any page's size."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from tests.wire.v2.conftest import V2Client
from tests.wire.v3.conftest import V3Client

from poolhouse.caller import Caller
from poolhouse.errors import TooLarge
from poolhouse.ids import new_id
from poolhouse.paging import Page, PageRequest, everything
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

MANY = 1_003


@pytest.fixture
async def shops(services: Services, both: tuple[V2Client, V3Client]) -> Caller:
    """An administrator of a pool with more applications than a page may have, a tenant and a user."""
    admin = both[1].administrator
    app = await services.apps.create(admin, "shop")
    ids = [new_id() for _ in range(MANY - 1)]
    await services.db.execute(
        """
        insert into apps select (jsonb_populate_record(
          app, jsonb_build_object('id', more.id, 'identifier', 'shop-' || more.id, 'secret', more.secret))).*
        from apps app, unnest($3::text[], $4::bytea[]) as more (id, secret)
        where app.pool_id = $1 and app.id = $2
        """,
        admin.pool_id,
        app.id,
        ids,
        [services.box.encrypt("secret", f"app:{one}") for one in ids],
    )
    return admin


async def test_an_end_user_is_shown_every_application_they_may_enter(
    services: Services, both: tuple[V2Client, V3Client], shops: Caller
) -> None:
    v2, v3 = both
    user = await services.users.create(shops, UserDraft({"username": "bob"}, password="secret"))
    (app,) = (await services.apps.list(shops, PageRequest(1, 1))).items
    visitor = replace(Caller(v3.pool_id), app_id=app.id)
    logged_in = await services.login.complete_login(visitor, user, "password")
    assert logged_in.token is not None
    bob = v2.with_token(logged_in.token.token)
    path = "/api/v2/users/me/applications/allowed"
    assert (await bob.rest("GET", path))["totalCount"] == MANY
    last = await bob.rest("GET", path, params={"page": 2, "limit": 1000})
    assert len(last["list"]) == MANY - 1000


async def test_an_administrator_is_shown_every_application_of_a_user_and_of_the_pool(
    services: Services, both: tuple[V2Client, V3Client], shops: Caller
) -> None:
    _, v3 = both
    user = await services.users.create(shops, UserDraft({"username": "bob"}))
    assert len((await v3.get("get-user-accessible-apps", userId=user.id))["data"]) == MANY
    listed = (await v3.get("list-application-simple-info", page=1, limit=10))["data"]
    assert (listed["totalCount"], len(listed["list"])) == (MANY, 10)


async def test_every_application_somebody_is_logged_in_to_is_told(
    services: Services, both: tuple[V2Client, V3Client], shops: Caller
) -> None:
    user = await services.users.create(shops, UserDraft({"username": "bob"}))
    await services.db.execute(
        """
        insert into sessions (pool_id, id, user_id, app_id, device_id, created_at, expires_at)
        select $1, 'session-' || n, $2, case n when 1 then 'first' else 'last' end, '', now() + n * interval '1 second',
          now() + interval '1 day' from generate_series(1, $3) n
        """,
        shops.pool_id,
        user.id,
        MANY,
    )
    assert (await services.sessions.login_state(shops, user.id)).app_ids == ("last", "first")


async def test_everything_is_all_in_one_page_or_refused() -> None:
    async def ask(page: PageRequest) -> Page[Any]:
        return Page(2001, list(range(2001))[page.offset :][: page.size])

    assert await everything(ask) == list(range(2001))
    with pytest.raises(TooLarge):
        await everything(ask, 2000)
