"""Origins as browsers write them: of addresses that applications register, and of the operator's own list."""

from __future__ import annotations

import pytest
from starlette.requests import Request
from tests.conftest import PoolForTests

from poolhouse.errors import InvalidInput
from poolhouse.services import Services
from poolhouse.settings import Settings, SettingsUnfit
from poolhouse.web_origins import listed_origins, web_origin
from poolhouse.wire.oidc.browser import browser_of
from poolhouse.wire.oidc.rendering import Rendering


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("https://app.example/cb?x=1", "https://app.example"),
        ("https://APP.Example:443/cb", "https://app.example"),
        ("http://app.example:80", "http://app.example"),
        ("http://127.0.0.1:8080/", "http://127.0.0.1:8080"),
        ("http://[::1]:8080/cb", "http://[::1]:8080"),
        ("https://xn--fsqu00a.example/cb", "https://xn--fsqu00a.example"),
        ("https://例子.example/cb", None),
        ("https://b\u00fccher.example/cb", None),
        ("https://ex%61mple.com/cb", None),
        ("https://app.example:99999/", None),
        ("https://[::1/", None),
        ("com.example.app:/cb", None),
        ("myapp://callback", None),
        ("https:///cb", None),
        ("", None),
    ],
)
def test_the_origin_of_an_address(address: str, origin: str | None) -> None:
    assert web_origin(address) == origin


def test_a_list_of_origins_is_read_as_browsers_send_them() -> None:
    given = " https://App.Example/ ,http://localhost:8080,https://b.example:443, capacitor://localhost,,*"
    expected = [
        "https://app.example",
        "http://localhost:8080",
        "https://b.example",
        "capacitor://localhost",
        "*",
    ]
    assert listed_origins(given) == expected


@pytest.mark.parametrize(
    "wrong", ["https://例子.example", "https://app.example/path", "https://a.example:x", "例子"]
)
def test_the_server_does_not_start_on_an_origin_that_no_browser_would_send(wrong: str) -> None:
    with pytest.raises(SettingsUnfit, match="is no origin"):
        Settings(allowed_origins=f"https://app.example, {wrong}")


@pytest.mark.parametrize("field", ["frontchannel_logout_uri", "backchannel_logout_uri"])
@pytest.mark.parametrize(
    "wrong", ["https://例子.example/bye", "https://a.example/再见", "com.example.app:/bye"]
)
async def test_an_address_that_we_call_or_frame_is_spelled_as_browsers_do(
    services: Services, pool: PoolForTests, field: str, wrong: str
) -> None:
    app = await services.apps.create(pool.administrator, "app")
    with pytest.raises(InvalidInput) as refused:
        await services.apps.update(pool.administrator, app.id, {}, {field: wrong})
    assert field in refused.value.message("en-US")
    assert "xn--" in refused.value.message("zh-CN")


async def test_a_page_frames_the_origins_it_can_name_and_no_other(services: Services) -> None:
    """A policy is a header, which has no letters but ASCII."""
    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b"", "headers": [], "scheme": "http",
             "server": ("127.0.0.1", 80)}  # fmt: skip

    async def nothing() -> dict[str, object]:
        return {"type": "http.request", "body": b""}

    browser = await browser_of(Request(scope, nothing), services)
    frames = ("https://例子.example/bye", "https://App.example:443/bye")
    page = Rendering().page(browser, "message.html", frames=frames, title="logged_out", text="", link=None)
    assert "frame-src https://app.example;" in page.headers["content-security-policy"] + ";"
