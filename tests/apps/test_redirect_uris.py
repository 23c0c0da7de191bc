"""Where an application may have browsers sent."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests

from poolhouse.errors import InvalidInput
from poolhouse.services import Services

GOOD = (
    "https://example.com/cb?x=1;y",
    "http://127.0.0.1:8000/",
    "http://[::1]:8000/cb",
    "com.example.app:/oauth",
    "myapp://callback",
    "https://例子.中国/回调",
)

BAD = (
    "",
    "/cb",
    "example.com/cb",
    "//example.com/cb",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "https://example.com/\r\nset-cookie: a=b",
    "https://example.com/ x",
    "https://x; script-src */cb",
    "https://x;script-src/cb",
    "https://*.example.com/cb",
    "https://good.example@evil.example/cb",
    "https://example.com/#fragment",
    "https://example.com\\@evil.example/",
    "https://:x/",
    "https://",
    'https://example.com/"><script>',
    "https://example.com/" + "x" * 2048,
)


async def test_addresses_are_kept_as_given(services: Services, pool: PoolForTests) -> None:
    app = await services.apps.create(pool.administrator, "shop", redirect_uris=GOOD)
    assert (await services.apps.get(pool.administrator, app.id)).redirect_uris == GOOD


@pytest.mark.parametrize("address", BAD)
@pytest.mark.parametrize("kind", ["redirect_uris", "logout_redirect_uris"])
async def test_what_is_no_address_is_refused(
    services: Services, pool: PoolForTests, kind: str, address: str
) -> None:
    caller = pool.administrator
    with pytest.raises(InvalidInput):
        await services.apps.create(caller, "shop", **{kind: (address,)})
    app = await services.apps.create(caller, "shop")
    with pytest.raises(InvalidInput):
        await services.apps.update(caller, app.id, {kind: (address,)})
