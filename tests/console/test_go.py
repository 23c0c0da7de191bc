"""Going to anything by a part of its name."""

from __future__ import annotations

import re

import pytest
from tests.console.conftest import Console, Open, Things

FOUND = re.compile(r'<li><a href="(/console/pools/[^"]+)">([^<]+?) ?<', re.DOTALL)


async def places(one: Console, words: str) -> dict[str, str]:
    """Address -> what it is called, of what the page found."""
    answer = await one.get("/pools/{pool}/go", params={"q": words})
    assert answer.status_code == 200
    return dict(FOUND.findall(answer.text.partition('<div id="found">')[2].partition("</main>")[0]))


@pytest.mark.parametrize(
    ("words", "name"), [("李", "user"), ("员", "group"), ("edit", "role"), ("SHO", "application")]
)
async def test_a_part_of_a_name_leads_to_the_page(
    console: Open, things: Things, words: str, name: str
) -> None:
    one = await console("owner")
    folder = f"{name}s"
    assert one.address(f"/pools/{{pool}}/{folder}/{getattr(things, name)}") in await places(one, words)


@pytest.mark.parametrize("words", ["应用", "applic"])
async def test_a_page_is_found_by_its_name_in_either_language(console: Open, words: str) -> None:
    one = await console("viewer-without-personal-data")
    assert one.address("/pools/{pool}/applications") in await places(one, words)


async def test_what_a_role_may_not_see_is_not_found(console: Open, things: Things) -> None:
    one = await console("viewer-without-personal-data")
    found = await places(one, "李")
    assert not any("/users" in address for address in found)
    assert one.address("/pools/{pool}/audit") not in await places(one, "audit")


async def test_an_id_finds_its_user(console: Open, things: Things) -> None:
    one = await console("owner")
    assert list(await places(one, things.user)) == [one.address(f"/pools/{{pool}}/users/{things.user}")]


async def test_words_that_are_too_long_are_refused(console: Open) -> None:
    one = await console("owner")
    answer = await one.get("/pools/{pool}/go", params={"q": "x" * 257})
    assert answer.status_code == 400
    assert "q" in answer.text
