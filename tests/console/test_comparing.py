"""Two versions beside each other: what differs, that it is all there, and what it costs."""

from __future__ import annotations

import html
import random
import re

import pytest
from tests.conftest import PoolForTests
from tests.console.conftest import Open
from tests.growth import MOST_TIMES, growth

from poolhouse.services import Services
from poolhouse.wire.console.comparing.lines import AROUND, MOST_SHOWN, compared

HERE = "/pools/{pool}/scripts/login"
LOGIN = "async function login(query) {\n  return { id: 1 };\n}\n"


def sides(before: str, after: str) -> tuple[list[str], list[str]]:
    """Both texts, put together again from the rows of their comparison."""
    old, new = before.split("\n"), after.split("\n")
    found: tuple[list[str], list[str]] = ([], [])
    at = 0
    for row in compared(before, after).rows:
        if row.kind == "skipped":
            found[0].extend(old[at : at + row.count])
            found[1].extend(new[len(found[1]) : len(found[1]) + row.count])
        if row.before is not None:
            assert row.before == len(found[0]) + 1
            assert row.text == old[row.before - 1]
            found[0].append(row.text)
        if row.after is not None:
            assert row.after == len(found[1]) + 1
            assert row.text == new[row.after - 1]
            found[1].append(row.text)
        at = len(found[0])
    return found


def test_whatever_the_texts_are_the_rows_are_both_of_them() -> None:
    chosen = random.Random(7)
    for _ in range(300):
        before, after = ("\n".join(chosen.choices("abcdefgh }", k=chosen.randrange(30))) for _ in range(2))
        if before != after:
            assert sides(before, after) == (before.split("\n"), after.split("\n"))
        else:
            assert compared(before, after).same


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("a\nb\nc", "a\nx\nc", [("same", "a"), ("gone", "b"), ("new", "x"), ("same", "c")]),
        ("", "a", [("gone", ""), ("new", "a")]),
        ("}\n}\n}", "}\n}", [("same", "}"), ("same", "}"), ("gone", "}")]),
        ("a\r\nb", "a\nb", [("gone", "a\\u000d"), ("new", "a"), ("same", "b")]),
        ("a", "a\u202e", [("gone", "a"), ("new", "a\\u202e")]),
    ],
    ids=["one line", "from nothing", "repeated lines", "line ends", "letters that turn the others around"],
)
def test_what_differs_is_told(before: str, after: str, told: list[tuple[str, str]]) -> None:
    assert [(row.kind, row.text) for row in compared(before, after).rows] == told


def test_what_is_far_from_a_change_is_counted() -> None:
    lines = [str(number) for number in range(100)]
    rows = compared("\n".join(lines), "\n".join([*lines[:50], "new", *lines[50:]])).rows
    assert [row.count for row in rows if row.kind == "skipped"] == [50 - AROUND, 50 - AROUND]
    assert len(rows) == 2 * AROUND + 3


HOSTILE = {
    "nothing alike": ("a\n" * 50_000, "b\n" * 50_000),
    "blank lines": ("\n" * 99_999, "\n" * 50_000 + "x" + "\n" * 49_000),
    "all lines once, turned around": (
        "\n".join(map(str, range(15_000))),
        "\n".join(map(str, reversed(range(15_000)))),
    ),
    "two lines in turn": ("a\nb\n" * 25_000, "b\na\na\n" * 16_000),
    "one line": ("x" * 100_000, "y" * 100_000),
    "many gaps": (
        "\n".join(f"{n}\nx\ny" for n in range(9_000)),
        "\n".join(f"{n}\ny\nz" for n in range(9_000)),
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_comparison_takes_the_time_of_the_length(name: str) -> None:
    """Of the largest scripts, and of quarters of them."""
    before, after = HOSTILE[name]
    small = before[: len(before) // 4], after[: len(after) // 4]
    times = growth(lambda sides: compared(*sides), small, (before, after))
    assert times is None or times < MOST_TIMES


@pytest.mark.parametrize("name", HOSTILE)
def test_the_largest_scripts_are_shown_within_bounds(name: str) -> None:
    made = compared(*HOSTILE[name])
    assert 0 < len(made.rows) <= MOST_SHOWN
    assert sum(len(row.text) for row in made.rows) < 300_000
    assert made.is_cut == (made.gone + made.new > MOST_SHOWN or len(made.rows) == MOST_SHOWN)


async def test_the_page_shows_what_changed_since_what_is_published(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    for number in (1, 2, 3):
        await services.customdb.save_script(pool.administrator, "login", LOGIN.replace("1", f"{number}0"))
    await services.customdb.publish(pool.administrator, "login", 1)
    one = await console("viewer")
    for query, gone, new in (("", 10, 30), ("?before=2&after=3", 20, 30), ("?before=0&after=1", None, 10)):
        page = html.unescape((await one.get(f"{HERE}/compare{query}")).text)
        rows = re.findall(r'<tr class="(gone|new)">.*?<code>(.*?)</code>', page)
        assert ("new", f"  return {{ id: {new} }};") in rows
        assert gone is None or ("gone", f"  return {{ id: {gone} }};") in rows
        assert len(rows) == (2 if gone else 3)
    assert (await one.get("/pools/{pool}/scripts/getUser/compare")).text.count('class="empty"') > 0
    assert "Both are the same" in (await one.get(f"{HERE}/compare?before=2&after=2")).text
    for query, status in (
        ("before=9", 404),
        ("after=-1", 400),
        ("before=x", 400),
        ("after=99999999999", 400),
    ):
        assert (await one.get(f"{HERE}/compare?{query}")).status_code == status, query


async def test_before_publishing_what_would_change_is_shown(
    services: Services, pool: PoolForTests, console: Open
) -> None:
    for number in (1, 2):
        await services.customdb.save_script(pool.administrator, "login", LOGIN.replace("1", f"{number}0"))
    one = await console("custom-database-editor")
    assert "changes" not in (await one.get(f"{HERE}/publish?version=1")).text
    await services.customdb.publish(pool.administrator, "login", 2)
    page = (await one.get(f"{HERE}/publish?version=1")).text
    assert '<tr class="gone"><td>2</td>' in page
    assert "version 2, which runs now" in page


async def test_of_a_draft_that_was_overtaken_both_are_shown_to_choose_from(console: Open) -> None:
    first, second = await console("custom-database-editor"), await console("custom-database-editor")
    assert (await first.post(HERE, page=HERE, source=LOGIN, after="0")).status_code == 303
    told = (await second.post(HERE, page=HERE, source=LOGIN.replace("1", "2"), after="0")).text
    rows = re.findall(r'<tr class="(gone|new)">.*?<code>(.*?)</code>', told)
    assert rows == [("gone", "  return { id: 1 };"), ("new", "  return { id: 2 };")]
    assert "Discard mine and go on with version 1" in told
    assert 'href="#source"' in told


async def test_hostile_sources_are_text(services: Services, pool: PoolForTests, console: Open) -> None:
    evil = "// </textarea></script-changes><script>alert(1)</script>\n"
    for source in (LOGIN, LOGIN + evil):
        await services.customdb.save_script(pool.administrator, "login", source)
    page = (await (await console("viewer")).get(f"{HERE}/compare")).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page
