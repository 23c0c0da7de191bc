"""Two people at one form: what each sees, and that neither loses what the other wrote."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime
from html import unescape

import asyncpg
import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open, Things
from tests.console.test_forms import CHANGING, held, send
from tests.wire.v3.test_unchanged import LOCK, until_waiting

from poolhouse.caller import Caller
from poolhouse.groups.model import GroupChanges
from poolhouse.services import Services
from poolhouse.wire.console.forms import Form
from poolhouse.wire.v3.unchanged import CONDITIONAL


@pytest.mark.parametrize("form", CHANGING, ids=lambda form: form.path)
def test_every_form_that_changes_something_has_the_condition(form: Form) -> None:
    assert form.row.operation in CONDITIONAL


async def at_once(console: Open, things: Things) -> tuple[Console, Console, str, dict[str, str]]:
    """Two owners, the address of a form, and what the second's page held before the first saved."""
    first, second = await console("owner"), await console("owner")
    here = f"/pools/{{pool}}/groups/{things.group}/edit"
    return first, second, here, held((await second.get(here)).text)


def text_of(page: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", page)))


async def test_yours_theirs_who_and_when_are_shown_and_nothing_is_saved(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    first, second, here, opened = await at_once(console, things)
    await send(first, here, name="甲")
    answer = await second.http.post(second.address(here), data={**opened, "name": "乙"})
    assert answer.status_code == 409
    assert first.administrator
    told = text_of(answer.text)
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    assert re.search(rf"Changed by {first.administrator.username}, {today} \d\d:\d\d:\d\d UTC", told)
    assert re.search(r"Yours: 乙 .*Theirs: 甲 .*Before both: 员工", told)
    assert (await services.groups.get(pool.administrator, things.group)).name == "甲"


@pytest.mark.parametrize(
    ("choice", "status", "name"),
    [
        ({}, 409, "甲"),
        ({"choice.name": "mine"}, 303, "乙"),
        ({"choice.name": "theirs"}, 303, "甲"),
        ({"choose": "mine"}, 303, "乙"),
        ({"choose": "theirs"}, 303, "甲"),
    ],
    ids=str,
)
async def test_what_is_chosen_is_saved_and_nothing_where_nothing_is(
    services: Services,
    pool: PoolForTests,
    console: Open,
    things: Things,
    choice: dict[str, str],
    status: int,
    name: str,
) -> None:
    first, second, here, opened = await at_once(console, things)
    await send(first, here, name="甲")
    answer = await second.http.post(second.address(here), data={**opened, "name": "乙"})
    again = held(answer.text)
    assert again["name"] == "乙"
    assert "choice.name" not in again, "nothing is chosen for anybody"
    done = await second.http.post(second.address(here), data=again | choice)
    assert done.status_code == status
    assert (await services.groups.get(pool.administrator, things.group)).name == name


async def test_what_another_changed_alone_is_shown_before_it_is_kept(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    first, second, here, opened = await at_once(console, things)
    await send(first, here, name="甲")
    answer = await second.http.post(second.address(here), data={**opened, "description": "乙"})
    assert answer.status_code == 409, "no silent merge"
    found = await services.groups.get(pool.administrator, things.group)
    assert (found.name, found.description) == ("甲", None)
    again = held(answer.text)
    assert (again["name"], again["description"]) == ("甲", "乙")
    assert (await second.http.post(second.address(here), data=again)).status_code == 303
    found = await services.groups.get(pool.administrator, things.group)
    assert (found.name, found.description) == ("甲", "乙")


async def test_both_wrote_the_same_and_neither_is_asked(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    first, second, here, opened = await at_once(console, things)
    await send(first, here, name="甲")
    assert (await second.http.post(second.address(here), data={**opened, "name": "甲"})).status_code == 303


async def test_a_key_is_told_by_its_id(
    services: Services, pool: PoolForTests, console: Open, things: Things
) -> None:
    _, second, here, opened = await at_once(console, things)
    key = Caller(pool.id, kind="administrator", actor_id="ak-of-a-program")
    await services.groups.update(key, things.group, GroupChanges(name="甲"))
    answer = await second.http.post(second.address(here), data={**opened, "name": "乙"})
    assert "Changed by the access key ak-of-a-program" in text_of(answer.text)


async def test_of_two_forms_sent_at_once_exactly_one_is_saved(
    services: Services, pool: PoolForTests, console: Open, things: Things, database_url: str
) -> None:
    first, second, here, _ = await at_once(console, things)
    pages = [held((await one.get(here)).text) for one in (first, second)]
    barrier = await asyncpg.connect(database_url)
    try:
        begun = barrier.transaction()
        await begun.start()
        await barrier.execute(LOCK)
        both = [
            asyncio.create_task(one.http.post(one.address(here), data={**page, "name": name}))
            for one, page, name in zip((first, second), pages, "甲乙", strict=True)
        ]
        await until_waiting(barrier, 2)  # both have compared, and neither is done
        await begun.rollback()
    finally:
        await barrier.close()
    answers = await asyncio.gather(*both)
    assert sorted(one.status_code for one in answers) == [303, 409]
    (told,) = (one for one in answers if one.status_code == 409)
    assert "Changed by" in told.text
