"""Scripts that leave their context by every published way get nothing for it: the wall is the process."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from poolhouse.sandbox.client import Returned, Sandbox
from poolhouse.sandbox.order import WorkerSpec

from .world import SECRET, World, pids_of, world

FOLDER = Path(__file__).parent / "escapes"
LOOT = (FOLDER / "loot.js").read_text()


def _techniques() -> dict[str, str]:
    _, *blocks = (FOLDER / "techniques.js").read_text().split("\n//# ")
    found = {}
    for block in blocks:
        title, _, body = block.partition("\n")
        found[title.partition(" | ")[0]] = body
    return found


TECHNIQUES = _techniques()


@pytest.fixture(scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory, sandbox: Sandbox) -> AsyncIterator[World]:
    async with world(tmp_path_factory.mktemp("world"), sandbox) as found:
        yield found


def _spec(house: World) -> WorkerSpec:
    return house.spec("escapes")


async def _run(sandbox: Sandbox, house: World, source: str) -> Returned:
    outcome = await sandbox.run(
        _spec(house),
        source=source,
        function="login",
        args=[house.facts, None],
        timeout_ms=10_000,
        read_only=True,
    )
    assert isinstance(outcome, Returned), outcome
    return outcome


def test_there_are_at_least_sixty_techniques() -> None:
    assert len(TECHNIQUES) >= 60


@pytest.mark.parametrize("name", TECHNIQUES)
async def test_an_escape_gains_nothing(name: str, sandbox: Sandbox, house: World) -> None:
    source = f"""
async function escape() {{
{TECHNIQUES[name]}
}}
async function login(world) {{
  let handle;
  try {{ handle = await escape.call(globalThis); }} catch {{ handle = null; }}
  return await loot(handle, world);
}}
{LOOT}"""
    outcome = await _run(sandbox, house, source)
    assert len(outcome.value) >= 18
    assert {what: got for what, got in outcome.value.items() if got != "refused"} == {}
    assert SECRET not in repr(outcome)
    house.untouched()
    assert pids_of(sandbox, "the neighbour") == (house.facts["neighbourPid"],)
    assert (await _run(sandbox, house, "async function login() { return 'next' }")).value == "next"


async def test_leaving_the_context_is_possible_so_the_loot_has_teeth(sandbox: Sandbox, house: World) -> None:
    """Were it not, the tests above would prove nothing about the process around it."""
    source = "async function login() { return typeof Buffer.constructor('return globalThis')().Deno }"
    assert (await _run(sandbox, house, source)).value == "object"
