"""The log of scripts' calls: its filters stand in the address, a call has a page, and whoever may not see people sees
none."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Console, Open, one_call

from poolhouse.customdb.model import LogEntry
from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.times import now
from poolhouse.users.model import UserDraft
from poolhouse.wire.console.calls.asked import Asked
from poolhouse.wire.request import Query

LOG = "/pools/{pool}/calls"
THREW = LogEntry(
    id="",
    name="login",
    version=3,
    duration_ms=812.5,
    success=False,
    outcome="threw",
    message="Password is not valid!",
    stack="Error: Password is not valid!\n    at login (login.js:14:9)",
    console=({"level": "log", "text": "asked for li@example.com"},),
    arguments=({"email": "li@example.com", "phone": None}, "***"),
    request_id="request-1",
)


def rows(page: str) -> list[str]:
    """The results of the rows that are listed."""
    return re.findall(r'class="status result-(\w+)"', page)


async def test_calls_are_listed_newest_first_with_whom_they_were_about(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "wei"}))
    await services.db.execute(
        "insert into user_identities (pool_id, id, user_id, provider, user_id_in_idp) "
        "values ($1, $2, $3, 'custom-database', 'old-7')",
        pool.id,
        new_id(),
        user.id,
    )
    await one_call(services, pool, THREW)
    await one_call(
        services, pool, LogEntry("", "getUser", None, 4.0, True, "returned", script_user_id="old-7")
    )
    page = (await (await console("owner")).get(LOG)).text
    assert rows(page) == ["ok", "failed"]
    assert f'<a href="/console/pools/{pool.id}/users/{user.id}">old-7</a>' in page
    assert "Password is not valid!" in page
    assert "li@example.com" in page


async def test_a_filter_is_in_the_address_and_taken_away_by_its_cross(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    await one_call(services, pool, THREW)
    await one_call(services, pool, LogEntry("", "getUser", None, 4.0, True, "soft_timeout"))
    one = await console("owner")
    sent = await one.get(f"{LOG}?plain=1&script=login&result=&least=&user=")
    assert sent.headers["location"] == f"/console/pools/{pool.id}/calls?script=login"
    assert rows((await one.get(f"{LOG}?script=login")).text) == ["failed"]
    assert rows((await one.get(f"{LOG}?result=timeout")).text) == ["timeout"]
    assert rows((await one.get(f"{LOG}?least=100&most=900")).text) == ["failed"]
    assert rows((await one.get(f"{LOG}?request=request-1")).text) == ["failed"]
    page = (await one.get(f"{LOG}?script=login&result=failed")).text
    assert f'href="/console/pools/{pool.id}/calls?result=failed"' in page
    assert f'href="/console/pools/{pool.id}/calls?script=login"' in page
    assert '<option value="failed" selected>' in page
    nothing = (await one.get(f"{LOG}?result=breaker")).text
    assert rows(nothing) == []
    assert "No call fits these filters" in nothing


async def test_a_period_leads_to_its_moment(services: Services, pool: PoolForTests, console: Open) -> None:
    """And not to one that moves on: a bookmark shows the same."""
    old = await one_call(services, pool, THREW)
    await services.db.execute(
        "update custom_script_logs set at = now() - interval '2 hours' where pool_id = $1 and id = $2",
        pool.id,
        old,
    )
    one = await console("owner")
    page = (await one.get(f"{LOG}?script=login")).text
    hour, day = (html.unescape(found) for found in re.findall(r'href="([^"]*from=[^"]*)"', page)[:2])
    assert "script=login" in hour
    assert rows((await one.http.get(hour)).text) == []
    assert rows((await one.http.get(day)).text) == ["failed"]


@pytest.mark.parametrize(
    "query",
    [
        "from=yesterday",
        "to=2026-11-27T08:30%2B08:00",
        "least=-1",
        "most=1e3",
        "least=9999999999",
        "result=threw",
        f"user={'x' * 300}",
    ],
)
async def test_an_address_that_is_none_is_refused_by_name(console: Open, query: str) -> None:
    answer = await (await console("owner")).get(f"{LOG}?{query}")
    assert answer.status_code == 400, answer.text
    assert query.partition("=")[0] in answer.text


def test_a_time_is_one_of_utc() -> None:
    asked = Asked.of(Query(b"from=2026-11-27T08:30&to=2026-11-28"))
    assert asked.question() == {"start": 1_795_768_200_000, "end": 1_795_824_000_000}
    assert "from=2026-11-27T07" in asked.since(timedelta(hours=1), now().replace(2026, 11, 27, 8, 30))


async def test_pages_go_on_and_the_last_has_no_next(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    for _ in range(100):
        await one_call(services, pool, THREW)
    one = await console("owner")
    first = (await one.get(f"{LOG}?script=login")).text
    following = re.search(r'rel="next" href="([^"]+)"', first)
    assert following
    await one_call(services, pool, LogEntry("", "login", 1, 1.0, True, "returned"))
    second = (await one.get(LOG + html.unescape(following[1]))).text
    assert rows(second) == ["failed"] * 50, "nobody is shown twice when others come"
    assert 'rel="next"' not in second
    previous = re.search(r'rel="prev" href="([^"]+)"', second)
    assert previous
    assert rows((await one.get(LOG + html.unescape(previous[1]))).text)[0] == "ok"
    tampered = await one.get(f"{LOG}?script=login&page=2&cursor=nothing")
    assert (tampered.status_code, len(rows(tampered.text))) == (200, 50)


async def test_a_call_has_a_page_with_all_that_is_known(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    call = await one_call(services, pool, THREW)
    page = (await (await console("owner")).get(f"{LOG}/{call}")).text
    for said in (
        "Line 14",
        "Password is not valid!",
        "asked for li@example.com",
        "812.5 ms",
        "request-1",
        "login.js:14:9",
    ):
        assert said in page, said
    base = f"/console/pools/{pool.id}"
    for link in (
        f"{base}/scripts/login?version=3",
        f"{base}/scripts/login/debug?version=3",
        f"{base}/calls?request=request-1",
        f"{base}/users?q=li%40example.com",
    ):
        assert f'href="{link}"' in page, link
    assert 'aria-label="query"' in page
    assert 'aria-label="password"' in page


async def test_what_stopped_a_call_is_said_in_words(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    call = await one_call(
        services, pool, LogEntry("", "login", 1, 0.0, False, "breaker_open", "next try in 3.0 s")
    )
    page = (await (await console("owner")).get(f"{LOG}/{call}")).text
    assert "Not run: the last calls lost the database" in page
    assert "next try in 3.0 s" in page


async def test_who_may_not_see_people_sees_none_and_is_told_why(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    call = await one_call(services, pool, THREW)
    one = await console("viewer-without-personal-data")
    for path in (LOG, f"{LOG}/{call}"):
        page = (await one.get(path)).text
        assert "failed" in page
        assert "Your roles do not let you see people" in page
        assert not [said for said in ("li@example.com", "Password is not valid", "login.js") if said in page]
    listed = (await one.get(LOG)).text
    assert re.search(r'name="user"[^>]* disabled aria-describedby="people-refused"', listed)
    assert (await one.get(f"{LOG}?user=old-7")).status_code == 403


async def test_a_script_a_user_and_the_first_page_lead_to_their_calls(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    user = await services.users.create(pool.administrator, UserDraft({"username": "wei"}))
    await one_call(services, pool, THREW)
    one: Console = await console("owner")
    calls = f'href="/console/pools/{pool.id}/calls'
    assert f'{calls}?script=login"' in (await one.get("/pools/{pool}/scripts/login")).text
    assert f'{calls}?user={user.id}"' in (await one.get(f"/pools/{{pool}}/users/{user.id}/sign-ins")).text
    assert f'{calls}?script=login"' in (await one.get("/pools/{pool}")).text
