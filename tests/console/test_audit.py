"""The pages of the audit log: every filter is in the address, and one act tells what was there before and after it."""

from __future__ import annotations

import re
from html import unescape

from tests.conftest import PoolForTests
from tests.console.conftest import Open, Things

from poolhouse.accounts.service import AccountService
from poolhouse.audit.model import Event
from poolhouse.caller import Caller
from poolhouse.services import Services
from poolhouse.users.model import Status


def rows(text: str) -> int:
    return len(re.findall(r'<td class="time">', text))


async def test_filters_stand_in_the_address_and_go_one_by_one(
    console: Open, services: Services, pool: PoolForTests, things: Things
) -> None:
    one = await console("owner")
    assert rows((await one.get("/pools/{pool}/audit")).text) > 4
    here = "/pools/{pool}/audit?operation=create&thing=group&outcome=yes"
    shown = (await one.get(here)).text
    assert rows(shown) == 1
    assert '<option value="group" selected>' in shown
    chips = [unescape(found) for found in re.findall(r'</span> <a href="([^"]+)" title="Remove', shown)]
    assert [address.partition("?")[2] for address in chips] == [
        "thing=group&outcome=yes",
        "operation=create&outcome=yes",
        "operation=create&thing=group",
    ]
    assert "No entry fits" in (await one.get("/pools/{pool}/audit?to=2001-01-01")).text


async def test_a_filter_that_is_none_is_named(console: Open) -> None:
    one = await console("owner")
    for name in ("operation", "thing", "by", "outcome", "from", "to", "page"):
        answer = await one.get("/pools/{pool}/audit", params={name: "nonsense"})
        assert (answer.status_code, name in answer.text) == (400, True), name


async def test_a_long_log_is_walked_to_its_end_and_back(
    console: Open, services: Services, pool: PoolForTests
) -> None:
    for number in range(60):
        event = Event("run", "custom_database_script", f"s{number}")
        await services.audit.write(services.db, pool.administrator, event)
    one = await console("owner")
    first = (await one.get("/pools/{pool}/audit?thing=custom_database_script")).text
    assert rows(first) == 50
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    second = (await one.get("/pools/{pool}/audit" + unescape(following[1]))).text
    assert rows(second) == 10
    assert 'rel="next"' not in second
    spoiled = unescape(following[1]).split("cursor=")[0] + "cursor=nonsense"
    assert rows((await one.get("/pools/{pool}/audit" + spoiled)).text) == 10


async def test_one_act_tells_what_was_there_before_and_after(
    console: Open, services: Services, pool: PoolForTests, things: Things
) -> None:
    accounts: AccountService = services.accounts
    await accounts.set_status(pool.administrator, things.user, Status.SUSPENDED, "<b>left</b>")
    one = await console("owner")
    listed = (await one.get("/pools/{pool}/audit?operation=block")).text
    address = re.search(r'<td class="time"><a href="/console([^"]+)"', listed)
    assert address
    shown = (await one.get(address[1])).text
    assert '<td class="old">Activated</td><td class="new">Suspended</td>' in shown
    assert "&lt;b&gt;left&lt;/b&gt;" in shown
    assert f"/users/{things.user}" in shown


async def test_the_tab_of_a_user_has_what_they_did_and_what_was_done_to_them(
    console: Open, services: Services, pool: PoolForTests, things: Things
) -> None:
    refused = Event(
        "login", "session", user_id=things.user, success=False, detail={"reason": "WrongPassword"}
    )
    await services.audit.write_refusal(Caller(pool.id, ip="203.0.113.9"), refused)
    one = await console("owner")
    shown = (await one.get(f"/pools/{{pool}}/users/{things.user}/audit")).text
    assert "203.0.113.9" in shown
    assert "WrongPassword" in shown
    assert rows(shown) == len(re.findall("<tr><td", shown)) > 2


async def test_whoever_may_not_read_the_log_sees_its_tab_closed(console: Open, things: Things) -> None:
    one = await console("user-editor")
    shown = (await one.get(f"/pools/{{pool}}/users/{things.user}")).text
    is_open = f"/users/{things.user}/audit" in shown
    answer = await one.get(f"/pools/{{pool}}/users/{things.user}/audit")
    assert (answer.status_code == 200) == is_open


async def test_the_log_of_sign_ins_has_those_alone_and_says_why_one_was_refused(
    console: Open, services: Services, pool: PoolForTests
) -> None:
    for operation, reason in (("login", ""), ("login", "AccountSuspended"), ("update_password", "CodeWrong")):
        event = Event(operation, "user", success=not reason, detail={"reason": reason} if reason else {})
        await services.audit.write_refusal(Caller(pool.id), event)
    one = await console("owner")
    assert rows((await one.get("/pools/{pool}/sign_ins")).text) == 2
    refused = (await one.get("/pools/{pool}/sign_ins?outcome=no&operation=create")).text
    assert rows(refused) == 1
    assert "The user is suspended" in refused
    assert 'name="operation"' not in refused
    home = (await one.get("/pools/{pool}")).text
    assert f'href="/console/pools/{pool.id}/sign_ins?outcome=no"' in home
