"""A pool's first page: its figures, its charts with a table each, and what is to be done."""

from __future__ import annotations

import re
from html import unescape

from tests.conftest import PoolForTests
from tests.console.conftest import Open

from poolhouse.audit.model import Event
from poolhouse.caller import Caller
from poolhouse.services import Services
from poolhouse.statistics import postgres
from poolhouse.users.model import UserDraft
from poolhouse.wire.console.charts import HEIGHT, Chart


async def test_a_chart_has_its_figures_in_a_table_and_a_name(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    for reason in ("", "AccountSuspended"):
        event = Event("login", "user", success=not reason, detail={"reason": reason})
        await services.audit.write_refusal(Caller(pool.id), event)
    one = await console("viewer")
    text = (await one.get("/pools/{pool}")).text
    charts = re.findall(r'<figure class="chart (\w+)">(.*?)</figure>', text, re.DOTALL)
    assert [name for name, _ in charts] == ["logins", "new_users", "refusals"]
    for _, chart in charts:
        assert 'role="img" aria-label="' in chart
        assert chart.count("<tr>") == 31
    assert re.search(
        r'<a class="reason" href="[^"]+" title="AccountSuspended">The user is suspended</a>', text
    )
    assert "style=" not in text


async def busy(services: Services, pool: PoolForTests) -> None:
    """Two sign-ins today, three refused for two reasons, of which one the day before; mail, and people."""
    for reason in ("", "", "AccountSuspended", "AccountSuspended", "WrongCredentials"):
        event = Event("login", "user", success=not reason, detail={"reason": reason})
        await services.audit.write_refusal(Caller(pool.id, "user", "u"), event)
    await services.db.execute(
        "update audit_records set at = date_trunc('day', now(), 'Asia/Shanghai') - interval '1 minute' "
        "where pool_id = $1 and detail->>'reason' = 'WrongCredentials'",
        pool.id,
    )
    for n, status in enumerate(("queued", "queued", "dead", "sent")):
        await services.db.execute(
            "insert into mail_outbox (pool_id, id, channel, scene, lang, recipient, sender, subject, body, status) "
            "values ($1, $2, 'email', 'welcome', 'en-US', 'a@shop.example', 'x', 'x', 'x', $3)",
            pool.id,
            str(n),
            status,
        )
    for n in range(3):
        await services.users.create(pool.administrator, UserDraft({"username": f"u{n}"}))


async def test_each_figure_leads_to_the_list_of_what_it_counts(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    """Of as many rows."""
    await busy(services, pool)
    assert (await services.pools.get(pool.id)).settings.zone == "Asia/Shanghai"
    await services.db.execute("delete from pool_counts_until")
    async with services.db.transaction() as tx:
        while await postgres.count(tx, 1) == 1:
            pass
    one = await console("viewer")
    text = (await one.get("/pools/{pool}")).text
    assert '<p class="tile"' not in text
    tile = r'<a class="tile" href="([^"]+)"><span class="soft">([^<]+)</span><strong[^>]*>(\d+)<'
    tiles = re.findall(tile, text)
    reasons = re.findall(r'<a class="reason" href="([^"]+)"[^>]*>([^<]+)</a></td><td>(\d+)<', text)
    assert [int(figure) for _, _, figure in tiles] == [3, 2, 2, 2, 1]
    assert [int(figure) for _, _, figure in reasons] == [2, 1]
    for address, name, figure in [*tiles, *reasons]:
        shown = await one.http.get(unescape(address))
        assert shown.status_code == 200, name
        body = shown.text.partition("<tbody>")[2].partition("</tbody>")[0]
        assert body.count("<tr>") == int(figure), (name, address)
    other = await console("viewer-without-personal-data")
    closed = re.findall(r'<p class="tile" title="([^"]+)">', (await other.get("/pools/{pool}")).text)
    assert closed == ["Your roles do not let you see this"] * len(tiles)


async def test_who_may_not_see_people_sees_figures(console: Open) -> None:
    one = await console("viewer-without-personal-data")
    text = (await one.get("/pools/{pool}")).text
    assert 'class="chart logins"' in text
    assert "Recent sign-ins" not in text


async def test_what_is_to_be_done_leads_there(services: Services, pool: PoolForTests, console: Open) -> None:
    await services.customdb.update(pool.administrator, {"enabled": True})
    one = await console("owner")
    text = (await one.get("/pools/{pool}")).text
    assert f'<a href="/console/pools/{pool.id}/scripts">Scripts that are not published yet</a>' in text
    assert '<a href="/console/account">Set up a second factor' in text


def test_the_highest_bar_fills_the_chart_and_one_among_a_million_is_seen() -> None:
    chart = Chart.of("logins", [("a", 1_000_000), ("b", 1), ("c", 0)])
    assert [bar.height for bar in chart.bars] == [HEIGHT, 2.0, 0.0]
    assert all(bar.y + bar.height == HEIGHT for bar in chart.bars)


def test_a_chart_of_nothing_is_flat() -> None:
    assert Chart.of("logins", []).most == 0


async def test_mail_that_waits_and_that_failed_is_shown(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    for number, status in enumerate(("queued", "queued", "queued", "dead", "sent")):
        await services.db.execute(
            "insert into mail_outbox (pool_id, id, channel, scene, lang, recipient, sender, subject, body, status) "
            "values ($1, $2, 'email', 'welcome', 'en-US', 'a@shop.example', 'x', 'x', 'x', $3)",
            pool.id,
            str(number),
            status,
        )
    one = await console("viewer-without-personal-data")
    text = (await one.get("/pools/{pool}")).text
    assert 'Mail waiting</span><strong class="figure">3<' in text
    assert 'Mail failed</span><strong class="figure">1<' in text
    assert "Some mail could not be delivered" in text
