"""What a page shows as a picture or a link is never a program, whichever door it came through."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.errors import InvalidInput
from poolhouse.services import Services
from poolhouse.tenants.model import ConnectionDraft
from poolhouse.users.model import UserDraft

PROGRAMS = [
    "javascript:alert(1)",
    " JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "\x01java\r\nscript:alert(1)",
    "vbscript:x",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml;base64,PHN2Zz4=",
    "blob:https://x/y",
    "file:///etc/passwd",
    "view-source:x",
]
HARMLESS = [
    "https://cdn.example/a.png",
    "//cdn.example/a.png",
    "/avatars/1.png",
    "avatar-1.png",
    "example.com:8080/me",
    "data:image/png;base64,iVBORw0KGgo=",
    "wxfile://tmp/a.jpg",
    "关于 javascript: 的文章",
    "",
]

Write = Callable[[Services, PoolForTests, str], Awaitable[Any]]


async def into_a_new_user(services: Services, pool: PoolForTests, value: str, field: str = "photo") -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "ada", field: value}))


async def into_an_app(services: Services, pool: PoolForTests, value: str) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    await services.apps.update(pool.administrator, app.id, {"logo": value})


async def into_a_new_app(services: Services, pool: PoolForTests, value: str) -> None:
    await services.apps.create(pool.administrator, "shop", logo=value)


async def into_an_apps_settings(services: Services, pool: PoolForTests, value: str) -> None:
    app = await services.apps.create(pool.administrator, "shop")
    await services.apps.update(pool.administrator, app.id, {}, {"init_login_uri": value})


async def into_the_pool(services: Services, pool: PoolForTests, value: str) -> None:
    await services.pools.update(pool.administrator, {"logo": value})


async def into_a_tenant(services: Services, pool: PoolForTests, value: str) -> None:
    await services.tenants.create(pool.administrator, "acme", values={"logo": value})


WAYS: dict[str, Write] = {
    **{
        f"a user's {field}": lambda services, pool, value, field=field: into_a_new_user(
            services, pool, value, field
        )
        for field in ("photo", "website", "profile")
    },
    "an app": into_an_app,
    "a new app": into_a_new_app,
    "an app's settings": into_an_apps_settings,
    "the pool": into_the_pool,
    "a tenant": into_a_tenant,
}


@pytest.mark.parametrize("way", WAYS)
async def test_a_program_is_refused_by_its_field(services: Services, pool: PoolForTests, way: str) -> None:
    for value in PROGRAMS:
        with pytest.raises(InvalidInput):
            await WAYS[way](services, pool, value)


@pytest.mark.parametrize("value", HARMLESS)
async def test_what_is_no_program_is_kept(services: Services, pool: PoolForTests, value: str) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "ada", "photo": value}))
    assert (user.photo or "") == value
    await into_the_pool(services, pool, value)
    await into_an_app(services, pool, value)


async def test_an_identity_sources_logo_is_no_program(services: Services, pool: PoolForTests) -> None:
    draft = ConnectionDraft(type="oidc", identifier="corp", display_name="Corp", logo="javascript:alert(1)")
    with pytest.raises(InvalidInput):
        await services.sources.create(pool.administrator, "corp", "oidc", connections=[draft])
