"""`poolhouse signing-keys`, as an operator runs it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from tests.commands.conftest import Said

from poolhouse.commands import signing_keys
from poolhouse.services import Services
from poolhouse.sessions.keys import KeyRing


async def rotate(services: Services, **given: Any) -> None:
    where = {"data": services.settings.data, "database_url": services.db.url}
    await asyncio.to_thread(signing_keys.rotate_keys, **where, **given)


@pytest.mark.parametrize("now", [False, True])
async def test_a_new_key_is_announced_or_signs_at_once(
    services: Services,
    said: Said,
    capsys: pytest.CaptureFixture[str],
    now: bool,
) -> None:
    ring = KeyRing(services.db, services.box)
    old = (await ring.server("ES256")).kid
    await rotate(services, algorithm="ES256", now=now)
    made = capsys.readouterr().out.split()
    assert made[0] == "ES256"
    listed = {row["id"]: row["state"] for row in await said(signing_keys.list_keys)}
    expected = ("verifying", "signing") if now else ("signing", "coming")
    assert (listed[old], listed[made[1]]) == expected
    await rotate(services, algorithm="ES256", now=True)


async def test_without_an_algorithm_every_key_is_made_anew(
    services: Services, capsys: pytest.CaptureFixture[str]
) -> None:
    await rotate(services, now=True)
    assert [line.split()[0] for line in capsys.readouterr().out.splitlines()] == ["RS256", "ES256"]
