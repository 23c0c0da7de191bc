"""What a browser loads: files compressed once and kept for ever, pages as they are, and little of both."""

from __future__ import annotations

import gzip

import httpx
import pytest
from tests.console.conftest import Console, Open, Things
from tests.console.hostile import Tags

from poolhouse.wire.console import PAGES
from poolhouse.wire.console.compression import Compressed, takes_gzip
from poolhouse.wire.console.rendering import BUILT, Rendering

MOST = 120_000
"""Bytes of the first load of a page."""
EDITORS = ("editor.js", "swagger-ui.js", "swagger-ui.css")
"""Loaded by the pages that are about them, and by no other."""


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [
        ("gzip, deflate, br, zstd", True),
        ("GZIP;q=1.0", True),
        ("br, *;q=0.1", True),
        ("gzip;q=0, *", False),
        ("gzip; q=0.000", False),
        ("identity", False),
        ("*;q=0", False),
        ("", False),
        ("gzipped", False),
        ("br," * 100_000 + "gzip", False),
    ],
)
def test_a_browser_says_what_it_takes(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) is taken


@pytest.mark.parametrize("name", sorted(Rendering().static))
async def test_a_file_is_the_same_compressed_and_not(stranger: Console, name: str) -> None:
    rendering = Rendering()
    address = rendering._addresses[name]
    plain = await stranger.http.get(address, headers={"accept-encoding": "identity"})
    assert "content-encoding" not in plain.headers
    async with stranger.http.stream("GET", address, headers={"accept-encoding": "gzip"}) as answer:
        sent = b"".join([piece async for piece in answer.aiter_raw()])
    for one in (plain, answer):
        assert one.headers["vary"] == "accept-encoding"
        assert "immutable" in one.headers["cache-control"]
    if answer.headers.get("content-encoding") == "gzip":
        assert len(sent) < len(plain.content)
        sent = gzip.decompress(sent)
    else:
        assert len(plain.content) < 300
    assert sent == plain.content == rendering.static[name][1]


async def test_a_file_is_compressed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    files = Compressed({"a.css": b"a" * 1_000, "b.svg": b"<svg/>"})
    first = await files.of("a.css")
    monkeypatch.setattr(gzip, "compress", None)
    assert first
    assert await files.of("a.css") is first
    assert await files.of("b.svg") is None


async def test_a_page_is_not_compressed(console: Open, things: Things) -> None:
    """It has tokens of forms, and repeats what is searched for."""
    one = await console("owner")
    for page in (page for page in PAGES if page.method == "GET"):
        answer = await one.get(things.fill(page.path), headers={"accept-encoding": "gzip, br"})
        assert "content-encoding" not in answer.headers, page.path


async def test_the_first_load_of_every_page_is_small(console: Open, things: Things) -> None:
    one = await console(is_owner=True)
    sizes = {
        page.path: await first_load(one, things.fill(page.path)) for page in PAGES if page.method == "GET"
    }
    assert {path: size for path, size in sizes.items() if size > MOST} == {}
    assert set(EDITORS) < set(BUILT)


async def first_load(one: Console, path: str) -> int:
    """Bytes of the page and of each file that it names, as they are sent."""
    page = await one.get(path, follow_redirects=True)
    names = {
        address
        for tag, attributes in Tags(page.text).seen
        if tag in ("link", "script", "img")
        and (address := attributes.get("href") or attributes.get("src") or "").startswith("/console/static/")
        and not address.endswith(EDITORS)
    }
    return len(page.content) + sum([await _sent(one.http, address) for address in names])


async def _sent(http: httpx.AsyncClient, address: str) -> int:
    async with http.stream("GET", address, headers={"accept-encoding": "gzip"}) as answer:
        assert answer.status_code == 200
        return len(b"".join([piece async for piece in answer.aiter_raw()]))
