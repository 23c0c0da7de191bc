"""The list of users: who is found at once, filters, order, pages, and what each administrator likes to see."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open

from poolhouse.directory.totals import Totals
from poolhouse.fields.model import DataType, FieldDraft, TargetType
from poolhouse.groups.model import GroupDraft
from poolhouse.orgs.model import NodeDraft
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft
from poolhouse.wire.console import nearest
from poolhouse.wire.console.people import users_list

HERE = "/pools/{pool}/users"


@pytest.fixture
async def li(services: Services, pool: PoolForTests) -> User:
    values = {"username": "li", "name": "李四", "email": "Li.Si@Shop.example", "phone": "13800012345"}
    return await services.users.create(pool.administrator, UserDraft(values))


async def names(console: Console, query: str) -> list[str]:
    answer = await console.get(HERE + query, follow_redirects=True)
    assert answer.status_code == 200, answer.text
    return re.findall(r"</td><td><a [^>]*>([^<]*)<", answer.text)


@pytest.mark.parametrize(
    "pasted", ["ID", "li.si@shop.EXAMPLE", "+86 138-0001-2345", "13800012345", " 138 0001 2345 "]
)
async def test_whoever_is_named_by_what_is_theirs_alone_is_shown_at_once(
    console: Open, li: User, pasted: str
) -> None:
    one = await console("viewer")
    answer = await one.get(HERE, params={"q": li.id if pasted == "ID" else pasted})
    assert answer.status_code == 303
    assert answer.headers["location"] == one.address(f"{HERE}/{li.id}")


async def test_whose_username_it_is_stands_above_those_who_have_it_in_theirs(
    services: Services, pool: PoolForTests, console: Open, li: User
) -> None:
    await services.users.create(pool.administrator, UserDraft({"username": "lily", "name": "莉莉"}))
    one = await console("viewer")
    shown = (await one.get(f"{HERE}?q=li")).text
    exact = re.search(r'class="exact".*?</section>', shown, re.DOTALL)
    assert exact
    assert f"/users/{li.id}" in exact[0]
    assert "莉莉" not in exact[0]
    assert set(await names(one, "?q=li")) == {"李四", "莉莉"}


async def test_filters_and_only_they_decide_who_is_listed(
    services: Services, pool: PoolForTests, console: Open, li: User
) -> None:
    admin = pool.administrator
    await services.fields.define(admin, [FieldDraft(TargetType.USER, "level", DataType.NUMBER, "等级")])
    await services.groups.create(admin, GroupDraft(code="staff", name="员工"))
    await services.groups.add_members(admin, "staff", [li.id])
    other = await services.users.create(admin, UserDraft({"username": "wang", "status": "Suspended"}))
    await services.fields.set_values(admin, TargetType.USER, {other.id: {"level": 3}})
    await services.users.update(admin, other.id, UserDraft({"user_source_type": "sync"}))
    one = await console("viewer")
    today = datetime.now(UTC).date()
    expected = {
        "?status=Suspended": ["wang"],
        "?source=sync": ["wang"],
        "?group=staff": ["李四"],
        "?role=nothing": [],
        "?signed_in=never": ["wang", "李四"],
        "?signed_in=once": [],
        f"?created_from={today}": ["wang", "李四"],
        f"?created_to={today - timedelta(days=1)}": [],
        f"?login_from={today}": [],
        "?field=level:EQUAL:3": ["wang"],
        "?field=level:GREATER:4": [],
        "?field=level:IS_NULL:": ["李四"],
        "?q=li&status=Suspended": [],
    }
    assert {query: await names(one, query) for query in expected} == expected


async def test_each_filter_is_a_chip_that_takes_it_away_and_begins_at_page_1(
    services: Services, pool: PoolForTests, console: Open, li: User
) -> None:
    one = await console("viewer")
    shown = (await one.get(f"{HERE}?q=x&status=Suspended&signed_in=never&page=3")).text
    chips = [unescape(link) for link in re.findall(r'<li><span>[^<]*</span> <a href="([^"]+)"', shown)]
    here = one.address(HERE)
    assert chips == [f"{here}?q=x&signed_in=never", f"{here}?q=x&status=Suspended"]


async def test_a_form_leads_to_an_address_without_what_was_left_empty(console: Open) -> None:
    one = await console("viewer")
    sent = {
        "plain": "1",
        "q": "",
        "status": "Suspended",
        "group": "",
        "field": "a:EQUAL:1",
        "field_key": "b",
        "field_is": "CONTAINS",
        "field_value": "x:y",
    }
    answer = await one.get(HERE, params=sent)
    assert answer.status_code == 303
    assert answer.headers["location"].partition("?")[2] == (
        "status=Suspended&field=a%3AEQUAL%3A1&field=b%3ACONTAINS%3Ax%3Ay"
    )


@pytest.mark.parametrize(
    "query",
    ["status=Nobody", "source=x", "created_from=today", "department=x", "field=x", "field=a:LIKE:1"],
)
async def test_a_filter_that_is_none_is_named(console: Open, query: str) -> None:
    one = await console("viewer")
    answer = await one.get(f"{HERE}?{query}")
    assert answer.status_code == 400
    assert query.partition("=")[0] in answer.text


@pytest.fixture
async def sixty(services: Services, pool: PoolForTests) -> None:
    drafts = [UserDraft({"username": f"u{number:02}"}) for number in range(60)]
    await services.users.create_many(pool.administrator, drafts)


@pytest.mark.usefixtures("sixty")
async def test_a_sorted_list_goes_on_over_its_pages_and_ends(console: Open) -> None:
    one = await console("viewer")
    first = await one.get(f"{HERE}?sort=username")
    assert re.findall(r"</td><td><a [^>]*>([^<]*)<", first.text)[:2] == ["u00", "u01"]
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    second = await one.get(HERE + unescape(following[1]))
    assert re.findall(r"</td><td><a [^>]*>([^<]*)<", second.text) == [f"u{n}" for n in range(50, 60)]
    assert 'rel="next"' not in second.text
    assert 'rel="prev"' in second.text


@pytest.mark.usefixtures("sixty")
async def test_whoever_comes_meanwhile_shifts_nobody_onto_the_next_page(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    one = await console("viewer")
    first = await one.get(HERE)
    following = re.search(r'rel="next" href="([^"]+)"', first.text)
    assert following
    await services.users.create(pool.administrator, UserDraft({"username": "new"}))
    second = await one.get(HERE + unescape(following[1]))
    both = [re.findall(r"</td><td><a [^>]*>([^<]*)<", page.text) for page in (first, second)]
    assert sorted(both[0] + both[1]) == [f"u{n:02}" for n in range(60)]


@pytest.mark.usefixtures("sixty")
async def test_a_cursor_that_is_none_any_more_is_found_by_its_number(console: Open) -> None:
    one = await console("viewer")
    assert len(await names(one, "?page=2&cursor=nonsense")) == 10


async def choose(one: Console, **form: Any) -> Any:
    shown = await one.get(HERE)
    token = re.search(r'name="form" value="([0-9a-f]+)"', shown.text)
    assert token
    return await one.http.post(one.address(f"{HERE}/view"), data={"form": token[1], **form})


@pytest.mark.usefixtures("sixty")
async def test_columns_and_page_size_are_kept_for_who_chose_them(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await services.fields.define(
        pool.administrator, [FieldDraft(TargetType.USER, "level", DataType.NUMBER, "等级")]
    )
    one = await console("viewer")
    answer = await choose(one, size="20", column=["userId", "customData.level"])
    assert answer.status_code == 303
    shown = (await one.get(HERE)).text
    assert shown.count("<tr><td>") == 20
    assert "等级</a></th>" in shown
    assert shown.count('<th scope="col"') == 3
    another = await console("viewer")
    another.http.cookies.set(
        "poolhouse_console_users", one.http.cookies["poolhouse_console_users"], path="/console"
    )
    assert (await another.get(HERE)).text.count("<tr><td>") == 50


@pytest.mark.parametrize("form", [{"size": "7"}, {"size": "50", "column": ["x" * 200] * 20}, {}])
async def test_a_choice_that_is_none_is_refused(console: Open, form: dict[str, Any]) -> None:
    one = await console("viewer")
    assert (await choose(one, **form)).status_code == 400


async def test_a_department_that_no_choice_has_room_for_is_named_where_it_is_filtered_by(
    services: Services, pool: PoolForTests, console: Open, li: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin = pool.administrator
    org = await services.orgs.create_org(admin, NodeDraft({"name": "公司", "code": "company"}))
    nodes = [
        await services.orgs.create_node(admin, org.id, None, NodeDraft({"name": f"部门{n}"}))
        for n in "甲乙丙"
    ]
    await services.department_members.add(admin, nodes[2].id, [li.id])
    monkeypatch.setattr(nearest, "MOST_DEPARTMENTS", 2)
    one = await console("viewer")
    query = f"?department=company/{nodes[2].id}"
    assert await names(one, query) == ["李四"]
    shown = (await one.get(HERE + query)).text
    assert "部门丙" in shown
    assert "部门乙" not in shown
    assert (await one.get(f"{HERE}?department=company/nothing")).status_code == 404


async def test_a_long_list_is_counted_no_further_than_need_be_unless_somebody_asks(
    services: Services, pool: PoolForTests, console: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services.directories.native, "_totals", Totals(services.db, large=0, slow_s=60.0))
    monkeypatch.setattr(users_list, "MOST_COUNTED", 3)
    for n in range(4):
        await services.users.create(pool.administrator, UserDraft({"username": f"p{n}", "city": "here"}))
    one = await console("viewer")
    for query, counted in (("?field=city:EQUAL:here", False), ("?q=p", False), ("?q=p3", True), ("", True)):
        shown = (await one.get(HERE + query, follow_redirects=True)).text
        assert ("More than 3" in shown) is not counted, query
        if not counted:
            found = re.search(r'href="([^"]*count=all)"', shown)
            assert found
            exact = (await one.http.get(unescape(found[1]))).text
            assert "4 in all" in exact
            assert await names(one, query) == ["p3", "p2", "p1", "p0"]
    monkeypatch.setattr(users_list, "MOST_OF_SEVERAL", 2)
    shown = (await one.get(HERE + "?field=city:EQUAL:here&q=p", follow_redirects=True)).text
    assert "More than 2" in shown
