"""How the pages look that users sign in at, through v3: name, logo, color. Source: docs/contract/fields.md."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_tenants import done, read

from poolhouse.pictures import LONGEST
from poolhouse.wire.v3 import branding

PNG = "data:image/png;base64," + base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"\0" * 30).decode()


@pytest.mark.parametrize("row", branding.ENDPOINTS, ids=lambda row: row.name)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def test_what_is_given_changes_and_another_pool_keeps_its_own(
    v3: V3Client, neighbour: V3Client
) -> None:
    before, theirs = await read(v3, "get-branding"), await read(neighbour, "get-branding")
    assert (before["color"], before["linkColor"], before["linkColorDark"]) == ("", "#1250c4", "#8ab0ff")
    changed = await done(v3, "update-branding", {"logo": PNG, "color": "#FFEE00"})
    assert changed == await read(v3, "get-branding")
    assert (changed["name"], changed["logo"], changed["logoShown"]) == (before["name"], PNG, True)
    assert (changed["color"], changed["textColor"]) == ("#FFEE00", "#000000")
    assert changed["linkColor"] != "#ffee00"
    assert (await done(v3, "update-branding", {"name": " 山海 "}))["name"] == "山海"
    again = await done(v3, "update-branding", {"logo": None, "color": None})
    assert again == {**before, "name": "山海"}
    assert await read(neighbour, "get-branding") == theirs
    kept = await read(v3, "list-pool-settings")
    assert {"name": "branding.color", "value": ""}.items() <= next(
        one for one in kept if one["section"] == "branding"
    ).items()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("color", "red"),
        ("color", "#12345"),
        ("color", "#123456;}"),
        ("logo", "javascript:alert(1)"),
        ("logo", "data:image/svg+xml;base64,PHN2Zz4="),
        ("logo", "data:text/html;base64,PHN2Zz4="),
        ("logo", "data:image/png;base64,R0lGODdh"),
        ("logo", PNG + '" onerror=x'),
        ("logo", "data:image/png;base64," + "A" * LONGEST),
        ("name", " "),
        ("name", "x" * 257),
    ],
)
async def test_what_is_no_look_is_refused_by_its_field(v3: V3Client, field: str, value: str) -> None:
    before = await read(v3, "get-branding")
    answer = await v3.post("update-branding", {"name": "other", field: value})
    assert answer["statusCode"] in (400, 413), answer
    assert field in str(answer)
    assert await read(v3, "get-branding") == before


async def test_a_logo_elsewhere_is_kept_and_not_shown_on_our_pages(v3: V3Client) -> None:
    changed = await done(v3, "update-branding", {"logo": "https://cdn.example.com/logo.svg"})
    assert changed["logoShown"] is False
