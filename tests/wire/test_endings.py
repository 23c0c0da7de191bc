"""Every credential at every door, and after every ending: the tables of docs/security/endings.md."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from tests.test_clock import Machine
from tests.wire.credentials import CREDENTIALS, Made, World
from tests.wire.doors import DOORS, OPENS, REDIRECT
from tests.wire.endings import ENDINGS

from poolhouse import clock
from poolhouse.db.clocks import compared
from poolhouse.oidc.model import AuthorizationRequest

PAGE = (Path(__file__).parents[2] / "docs/security/endings.md").read_text()
REASONS = set(re.findall(r"^\* `([^`]+)`: ", PAGE, re.MULTILINE))
"""Why a credential lives on, by the word in its cell."""

Table = dict[str, dict[str, str]]


def tables() -> list[Table]:
    """Of each table on the page, row -> column -> cell."""
    found: list[Table] = []
    for block in re.findall(r"(?:^\|.*\n)+", PAGE, re.MULTILINE):
        head, _, *rows = [
            [cell.strip() for cell in line.strip("|\n").split("|")] for line in block.splitlines()
        ]
        found.append({name: dict(zip(head[1:], cells, strict=True)) for name, *cells in rows})
    return found


AFTER, EACH = tables()


def opened_by(name: str) -> list[str]:
    return EACH[name]["opens"].split(", ")


async def opens(world: World, made: Made, door: str) -> bool:
    if made.shown is None:
        return await made.acts[door]()
    answer = await DOORS[door].knock(world, made.shown)
    assert answer == OPENS or answer in DOORS[door].refusals, f"{door}: {answer}"
    return answer == OPENS


async def open_doors(world: World, made: Made) -> list[str]:
    names = DOORS if made.shown else made.acts
    return [door for door in names if await opens(world, made, door)]


async def lives(world: World, name: str, made: Made) -> bool:
    """Whether it opens what it opened; it may not open half of that."""
    found = {door: await opens(world, made, door) for door in opened_by(name)}
    assert len(set(found.values())) == 1, found
    return found[opened_by(name)[0]]


def test_the_page_has_every_ending_and_every_credential_and_a_reason_for_each_that_lives() -> None:
    assert list(AFTER) == list(ENDINGS)
    assert list(EACH) == list(CREDENTIALS)
    groups = {one.group for one in CREDENTIALS.values()}
    assert all(set(cells) == groups for cells in AFTER.values())
    said = {cell for cells in AFTER.values() for cell in cells.values()}
    assert said == REASONS | {"dies"}
    assert {row["opens"] for row in EACH.values()} - {""} == {row["opens"] for row in EACH.values()}


@pytest.mark.parametrize("name", CREDENTIALS)
async def test_what_a_credential_opens(name: str, world: World) -> None:
    made = await CREDENTIALS[name].make(world)
    assert await open_doors(world, made) == opened_by(name)


@pytest.mark.parametrize("ending", ENDINGS)
async def test_what_dies_and_what_lives_after(ending: str, world: World) -> None:
    made = {name: await one.make(world) for name, one in CREDENTIALS.items()}
    await ENDINGS[ending](world, [one.person for one in made.values() if one.person])
    found = {name: await lives(world, name, one) for name, one in made.items()}
    assert found == {name: AFTER[ending][CREDENTIALS[name].group] != "dies" for name in made}


NOBODY_IS_TOLD = {
    "the application is disabled": "it shuts, and ends no session",
    "the session runs out": "nobody logged out",
}
"""Endings of a grant after which applications get no logout token."""


@pytest.mark.parametrize("ending", ENDINGS)
async def test_whom_applications_are_told_of_after(ending: str, world: World) -> None:
    """An application that somebody entered from their session at another one."""
    settings = {"backchannel_logout_uri": "https://told.example/out"}
    told = await world.services.apps.create(
        world.pool.administrator, "told", redirect_uris=(REDIRECT,), settings=settings
    )
    person, bystander = await world.person(), await world.person()
    for one in (person, bystander):
        request = AuthorizationRequest(told.id, REDIRECT, "openid")
        await world.services.oidc.authorize(told, request, await one.session())
    await ENDINGS[ending](world, [person])
    rows = await world.services.db.fetch(
        "select distinct subject from logout_notices where pool_id = $1 and app_id = $2",
        world.pool.id,
        told.id,
    )
    dies = AFTER[ending]["grant"] == "dies" and ending not in NOBODY_IS_TOLD
    everybody = (
        {person.user.id, bystander.user.id} if ending == "the application is deleted" else {person.user.id}
    )
    assert {row["subject"] for row in rows} == (everybody if dies else set())


async def test_what_is_good_once(world: World) -> None:
    made = {name: await one.make(world) for name, one in CREDENTIALS.items()}
    for name, one in made.items():
        assert await lives(world, name, one)
    found = {name: "again" if await lives(world, name, one) else "once" for name, one in made.items()}
    assert found == {name: row["good"] for name, row in EACH.items()}


async def test_what_ends_by_its_own_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    made = {name: await one.make(world) for name, one in CREDENTIALS.items()}
    await _pass(world, monkeypatch)
    found = {name: "never" if await lives(world, name, one) else "runs out" for name, one in made.items()}
    assert found == {name: row["its time"] for name, row in EACH.items()}


@pytest.mark.parametrize("ahead_s", [600, -600])
async def test_what_one_node_makes_is_good_at_another_whose_machine_is_twenty_minutes_off(
    world: World, monkeypatch: pytest.MonkeyPatch, ahead_s: int
) -> None:
    """Of the two nodes one is ten minutes fast, one ten minutes slow."""
    for name in ("_ahead_s", "_ahead", "_found"):
        monkeypatch.setattr(clock, name, getattr(clock, name))
    machine = Machine(monkeypatch, ahead_s)
    clock.follow(await compared(world.services.db))
    made = {name: await one.make(world) for name, one in CREDENTIALS.items()}
    machine.ahead_s = -ahead_s
    clock.follow(await compared(world.services.db))
    assert [name for name, one in made.items() if not await lives(world, name, one)] == []


async def _pass(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Years: for the clock that tokens are held against, and for every row that says when it ends."""
    passed = timedelta(days=4000)
    monkeypatch.setattr(clock, "_ahead", -passed)
    monkeypatch.setattr(clock, "_ahead_s", -passed.total_seconds())
    db = world.services.db
    rows = await db.fetch(
        "select c.table_name from information_schema.columns c join information_schema.columns p "
        "on p.table_name = c.table_name and p.column_name = 'pool_id' and p.table_schema = c.table_schema "
        "where c.table_schema = 'public' and c.column_name = 'expires_at'"
    )
    for row in rows:
        await db.execute(
            f"update {row['table_name']} set expires_at = now() - interval '1 second' where pool_id = $1",
            world.pool.id,
        )
