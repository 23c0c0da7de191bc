"""Every setting of the pool through v3, by name. Source: docs/reference/pool-settings.md."""

from __future__ import annotations

from typing import Any

import pytest
from tests.wire.operator.test_settings import NAMES, other
from tests.wire.v3.conftest import V3Client
from tests.wire.v3.test_tenants import done, read

from poolhouse.wire.pool_settings import about
from poolhouse.wire.v3 import pool_settings


@pytest.mark.parametrize("row", pool_settings.ENDPOINTS, ids=lambda row: row.name)
async def test_a_stranger_is_refused(v3: V3Client, row: Any) -> None:
    answer = await v3.http.request(row.method, row.url, json={"settings": {}} if row.takes_body else None)
    assert answer.json()["statusCode"] == 401


async def values(client: V3Client) -> dict[str, Any]:
    return {one["name"]: one["value"] for one in await read(client, "list-pool-settings")}


@pytest.mark.parametrize("name", [name for name in NAMES if about(name)])
async def test_a_setting_is_set_and_set_back(v3: V3Client, neighbour: V3Client, name: str) -> None:
    before = await values(v3)
    (changed,) = await done(v3, "update-pool-settings", {"settings": {name: other(name, before[name])}})
    assert changed["name"] == name
    assert changed["value"] != before[name]
    assert {**await values(v3), name: 0} == {**before, name: 0}
    assert await values(neighbour) == before
    (reset,) = await done(v3, "update-pool-settings", {"settings": {name: None}})
    assert reset["value"] == reset["default"]


async def test_all_are_changed_or_none(v3: V3Client) -> None:
    before = await values(v3)
    for bad, status in (("verify_code_length", 400), ("nothing", 404), ("app_sso_enabled", 400)):
        sent = {"settings": {"mfa_required": True, bad: 99}}
        assert (await v3.post("update-pool-settings", sent))["statusCode"] == status
    assert await values(v3) == before
