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


@pytest.mark.parametrize(
    ("words", "path"),
    [
        ("实验", "/organizations/company/departments/{department}"),
        ("公司", "/organizations/company"),
        ("分公", "/tenants/{tenant}"),
        ("订单", "/resources/warehouse/orders"),
        ("仓库", "/namespaces/warehouse"),
        ("菜单", "/data-resources/warehouse/menu"),
        ("OPERAT", "/policies/{policy}"),
        ("github", "/sources/{source}"),
        ("工号", "/fields/USER/staffNo"),
        ("staffno", "/fields/USER/staffNo"),
        ("welcome", "/mail-templates/WELCOME_EMAIL"),
        ("verify_code_length", "/settings/codes#f-verify_code_length"),
        ("session_expires", "/settings/lifetimes#f-session_expires_after"),
        ("getus", "/scripts/getUser"),
    ],
)
async def test_whatever_has_a_name_is_found_by_it_and_has_its_page(
    console: Open, things: Things, words: str, path: str
) -> None:
    one = await console("owner")
    address = one.address(things.fill(f"/pools/{{pool}}{path}"))
    assert address in await places(one, words)
    there = await one.http.get(address)
    assert there.status_code == 200
    _, _, anchor = address.partition("#")
    assert not anchor or f'id="{anchor}"' in there.text


async def test_who_administers_a_pool_is_found_by_its_owners_alone(console: Open, things: Things) -> None:
    one, viewer = await console("owner"), await console("viewer")
    assert one.administrator
    name = one.administrator.username
    assert one.address(f"/pools/{{pool}}/administrators/{one.administrator.id}") in await places(one, name)
    assert await places(viewer, name) == {}


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
