"""Whatever stands in a column or is said by a script is a text: on every page, in every export, in no header."""

from __future__ import annotations

import csv
import io

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Open
from tests.console.hostile import (
    HANDLER,
    KEPT_BY_RULES,
    NO_ROWS,
    OF_NO_POOL,
    PAYLOADS,
    Tags,
    filled,
    harm,
    is_ours,
    poisoned,
    text_columns,
)

from poolhouse.migration.export_formats import encoder
from poolhouse.services import Services
from poolhouse.wire.console import PAGES
from poolhouse.wire.console.debugging.output import visible

MOST_PAGES = 25
"""More than these show something that somebody typed; a payload nobody sees would prove nothing."""


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
async def test_what_stands_in_any_column_is_a_text_on_every_page(
    services: Services, pool: PoolForTests, console: Open, payload: str
) -> None:
    things, _ = await poisoned(services, pool, await filled(services, pool), payload)
    one = await console("owner", is_owner=True)
    assert one.administrator
    name = "update administrators set name = $2 where id = $1"
    await services.db.execute(name, one.administrator.id, payload)
    found: dict[str, object] = {}
    shown = 0
    for page in (page for page in PAGES if page.method == "GET"):
        answer = await one.get(f"{things.fill(page.path)}?choose=1", follow_redirects=True)
        sent = " ".join(f"{name}: {value}" for name, value in answer.headers.items()).lower()
        if answer.status_code != 200 or harm(answer.text) or f"{HANDLER}=1" in sent:
            found[page.path] = (answer.status_code, harm(answer.text)[:3])
        shown += payload.partition("\r")[0][:12] in Tags(answer.text).text
    assert found == {}
    assert shown > MOST_PAGES


async def test_every_column_of_text_is_made_hostile_or_said_to_be_ours(
    services: Services, pool: PoolForTests
) -> None:
    """So that a new table has a row in `filled`, and a new column a payload or a reason why it can have none."""
    _, taken = await poisoned(services, pool, await filled(services, pool), PAYLOADS["an element"])
    typed = {
        f"{table}.{column}"
        for table, column, _ in await text_columns(services.db)
        if table not in {*OF_NO_POOL, *NO_ROWS} and not is_ours(table, column)
    }
    assert typed - taken == set(KEPT_BY_RULES)


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
async def test_no_cell_of_an_export_is_a_formula_or_ends_its_row(
    services: Services, pool: PoolForTests, payload: str
) -> None:
    await poisoned(services, pool, await filled(services, pool), payload)
    encode, told = encoder("csv"), b""
    async for page in services.exports.rows(pool.administrator, page=100):
        told += encode(page)
    first, *rows = csv.reader(io.StringIO(told.decode().lstrip("\ufeff"), newline=""))
    assert rows
    assert {len(row) for row in rows} == {len(first)}
    assert [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))] == []


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS)
async def test_what_a_script_says_is_a_text(
    services: Services, pool: PoolForTests, console: Open, payload: str
) -> None:
    written = "".join(f"\\u{ord(letter):04x}" for letter in payload[:2_000])
    source = f"function login() {{ console.log('{written}'); throw new Error('{written}'); }}"
    await services.customdb.save_script(pool.administrator, "login", source)
    one = await console("owner")
    here = "/pools/{pool}/scripts/login/debug"
    answer = await one.post(here, page=here, version="draft", **{"arg.query.email": "li@example.com"})
    assert answer.status_code == 200
    assert harm(answer.text) == []
    assert visible(payload.partition("\r")[0][:12]) in Tags(answer.text).text


def test_harm_is_seen() -> None:
    """The judge of all the tests above."""
    for payload in ("an element", "a script"):
        assert harm(f"<p>{PAYLOADS[payload]}")
    assert harm(f'<input value="{PAYLOADS["an attribute"]}">')
    for name in ("an address", "another host"):
        assert harm(f'<a href="{PAYLOADS[name]}">')
        assert harm(f'<img src="{PAYLOADS[name]}">')
    assert not harm('<a href="/console"><p title="x">&lt;x-evil&gt;')
