"""Users taken out into a file by the console: whom the list shows, in the columns that were ticked."""

from __future__ import annotations

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Open

from poolhouse.audit.model import RecordQuery
from poolhouse.paging import PageRequest
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

HERE = "/pools/{pool}/users"
EXPORT = f"{HERE}/export"


@pytest.fixture
async def people(services: Services, pool: PoolForTests) -> dict[str, str]:
    """Id by username."""
    found = {}
    for name in ("anna", "annika", "bert"):
        draft = UserDraft({"username": name, "nickname": "=1+1"})
        found[name] = (await services.users.create(pool.administrator, draft)).id
    return found


async def test_the_list_leads_there_with_its_filters_and_the_file_has_who_it_shows(
    people: dict[str, str], services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("viewer")
    listed = (await one.get(f"{HERE}?q=ann")).text
    assert f'href="/console/pools/{pool.id}/users/export?all=1&amp;q=ann"' in listed
    query = f"{EXPORT}?all=1&q=ann"
    assert "2 users match now" in (await one.get(query)).text
    answer = await one.post(query, page=query, format="csv", separator="semicolon", column="username")
    assert answer.headers["content-disposition"] == 'attachment; filename="users.csv"'
    assert answer.text == "username\r\nanna\r\nannika\r\n"
    found = await services.audit.list_records(pool.administrator, RecordQuery(), PageRequest(1, 1))
    assert found.items[0].detail == {"hashes": False, "matching": True, "columns": ["username"], "rows": 2}


async def test_those_ticked_come_alone_and_a_formula_is_a_text(people: dict[str, str], console: Open) -> None:
    one = await console("viewer")
    query = f"{EXPORT}?user={people['bert']}&user={people['anna']}"
    assert "2 users are selected" in (await one.get(query)).text
    answer = await one.post(query, page=query, format="csv", separator="comma", bom="yes", column="nickname")
    assert answer.text == "\ufeffnickname\r\n'=1+1\r\n'=1+1\r\n"
    assert (
        f"export{query.removeprefix(EXPORT)}".replace("&", "&amp;")
        in (await one.get(query.replace("export", "bulk"))).text
    )


async def test_a_viewer_without_personal_data_gets_neither_page_nor_file(
    people: dict[str, str], console: Open
) -> None:
    one = await console("viewer-without-personal-data")
    assert (await one.get(EXPORT)).status_code == 403
    answer = await one.post(EXPORT, page="/account", format="csv")
    assert answer.status_code == 403
    assert "anna" not in answer.text


async def test_what_is_refused_is_told_on_the_page_with_what_was_chosen(
    people: dict[str, str], console: Open
) -> None:
    one = await console("viewer")
    for form in ({"format": "xml"}, {"format": "csv", "column": "passwordHash"}):
        answer = await one.post(EXPORT, page=EXPORT, **form)
        assert answer.status_code == 400
        assert 'role="alert"' in answer.text
