"""`poolhouse signing-keys`, as an operator runs it."""

from __future__ import annotations

import pytest
from tests.client.conftest import Typed

from poolhouse.services import Services
from poolhouse.sessions.keys import KeyRing


@pytest.mark.parametrize("now", [False, True])
async def test_a_new_key_is_announced_or_signs_at_once(services: Services, typed: Typed, now: bool) -> None:
    ring = KeyRing(services.db, services.box)
    old = (await ring.server("ES256")).kid
    words = ("signing-keys", "rotate", "--algorithm", "ES256", "--json", *(["--now"] if now else []))
    [made] = (await typed(*words)).json["list"]
    listed = {row["id"]: row["state"] for row in (await typed("signing-keys", "list", "--json")).json["list"]}
    expected = ("verifying", "signing") if now else ("signing", "coming")
    assert (listed[old], listed[made["id"]]) == expected
    await typed("signing-keys", "rotate", "--algorithm", "ES256", "--now")


async def test_without_an_algorithm_every_key_is_made_anew(typed: Typed) -> None:
    made = (await typed("signing-keys", "rotate", "--now")).out.splitlines()
    assert [line.split("\t")[1:3] for line in made] == [["RS256", "signing"], ["ES256", "signing"]]
