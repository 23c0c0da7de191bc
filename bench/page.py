"""The tables and charts of docs/operations/performance.md and docs/operations/capacity.md, from what was measured.

    python -m bench.page            writes them
    python -m bench.page --check    exit status 1 if what is there is not what would be written

Parts between `<!-- made by bench.page: NAME -->` and `<!-- end -->` are written; all else on the pages is by hand.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from bench import charts, results
from bench.results import Result

HERE = Path(__file__).parent
DOCS = HERE.parent / "docs"
PAGES = tuple((DOCS / "operations" / name).with_suffix(".md") for name in ("performance", "capacity"))
LARGE = HERE / "large.json"
PEERS = HERE / "peers.json"
BUSY = 6
"""A load from which what is measured is mostly the others' work."""

_PART = re.compile(r"(<!-- made by bench\.page: (?P<name>\S+) -->\n).*?(<!-- end -->)", re.DOTALL)

DRAWN_PAGES = {
    "everybody, page 1": "everybody",
    "sorted by lastLogin down": "by lastLogin",
    "status Suspended": "one status",
    "search 沈梓": "two characters",
    "search 莫, one character": "one character",
    "search wang": "search wang, total kept",
    "one user by id": "one user",
    "create": "create",
}
DRAWN_TOTALS = {
    "search wang": "search wang",
    "search 有限公司": "search 有限公司",
    "lastLogin in 100 days": "lastLogin in 100 days",
    "below the root": "below the root",
}
"""Act of bench/large.json -> what its line is called."""


def written() -> dict[Path, str]:
    """Every file this makes, with its text."""
    measured = results.load()
    sizes = json.loads(LARGE.read_text()) if LARGE.exists() else []
    parts: dict[str, Callable[[], str]] = {"bars": lambda: _bars(measured), "rows": lambda: _rows(measured)}
    images: dict[str, str] = {}
    if with_bar := [row for row in measured if row["bar"] is not None]:
        images["performance-bars"] = charts.bars("What is used of each bar", list(_drawn_bars(with_bar)))
    if PEERS.exists():
        parts["peers"] = lambda: _peers(json.loads(PEERS.read_text()))
    if sizes:
        parts |= {
            "growth": lambda: _growth(sizes),
            "bytes": lambda: _bytes(sizes),
            "filling": lambda: _filling(sizes),
        }
        if len(sizes) > 1:
            for image, title, drawn, which in (
                ("performance-growth", "A page of ten, its total known", DRAWN_PAGES, "ms"),
                ("performance-totals", "The first answer, with its exact total", DRAWN_TOTALS, "first_ms"),
            ):
                images[image] = charts.growth(title, "ms", _lines(sizes, drawn, which))
    files = {DOCS / "images" / f"{name}.svg": text for name, text in images.items()}
    for page in PAGES:
        if page.exists():
            files[page] = _PART.sub(
                lambda found: found[1] + parts.get(found["name"], lambda: "")() + found[3], page.read_text()
            )
    return files


def write() -> None:
    for file, text in written().items():
        file.write_text(text)


def stale() -> list[Path]:
    return [file for file, text in written().items() if not file.exists() or file.read_text() != text]


# -- rows against their bars -----------------------------------------------------------------------------


def _groups(measured: Sequence[Result]) -> Iterator[tuple[str, list[Result]]]:
    """By the file that measures, whose first sentence says what it is about."""
    for module, rows in groupby(measured, lambda row: row["of"].partition(".")[0]):
        said = ast.get_docstring(ast.parse((HERE / f"{module}.py").read_text())) or module
        yield re.split(r"\.(?:\s|$)", said)[0].replace("\n", " "), list(rows)


def _drawn_bars(measured: Sequence[Result]) -> Iterator[tuple[str, list[charts.Bar]]]:
    for group, rows in _groups(measured):
        yield (
            group,
            [
                charts.Bar(
                    _short(row), results.row_of(row).used or 0, f"{_figure(row['value'])} {row['unit']}"
                )
                for row in rows
            ],
        )


def _short(row: Result) -> str:
    """Its name, without the limit that the table beside it names."""
    name: str = row["name"]
    if row["limit"]:
        name = name.removesuffix(row["limit"]).rstrip().removesuffix("/").removesuffix("against")
        name = name.rstrip(" ,:").removesuffix(": ours")
    return name if len(name) <= 58 else f"{name[:57]}…"


def _bars(measured: Sequence[Result]) -> str:
    held = [row for row in measured if row["bar"] is not None]
    if not held:
        return "Nothing is measured yet.\n"
    good = sum(row["holds"] for row in held)
    return (
        f"{len(measured)} rows, {len(held)} of them with a bar; {good} hold, {len(held) - good} do not.\n\n"
        "![What is used of each bar](../images/performance-bars.svg)\n"
    )


def _rows(measured: Sequence[Result]) -> str:
    made = []
    for group, rows in _groups(measured):
        made.append(f"\n### {group}\n\n{_when(rows)}\n")
        made.append("| what | value | bar | against | holds |\n|---|---|---|---|---|")
        for row in rows:
            bar = "" if row["bar"] is None else f"{row['bound']} {row['bar']:g} {row['unit']}"
            holds = "" if row["bar"] is None else "yes" if row["holds"] else "**no**"
            made.append(
                f"| {row['name']} | {_figure(row['value'])} {row['unit']} | {bar} | {row['limit']} | {holds} |"
            )
    return "\n".join(made).lstrip("\n") + "\n"


def _when(rows: Sequence[Result]) -> str:
    dates = sorted({row["date"][:10] for row in rows})
    commits = sorted({row["commit"] for row in rows})
    machines = sorted({row["machine"] for row in rows})
    loads = sorted(row["load"] for row in rows)
    load = f"{loads[0]:g}" if loads[0] == loads[-1] else f"{loads[0]:g} to {loads[-1]:g}"
    if loads[-1] > BUSY:
        load += " (so busy that times and rates say little)"
    return f"{'; '.join(machines)}; load {load}; commit {', '.join(commits)}; {', '.join(dates)}."


# -- growth ----------------------------------------------------------------------------------------------


def _lines(sizes: Sequence[dict[str, Any]], drawn: dict[str, str], which: str) -> list[charts.Line]:
    lines = []
    for act, name in drawn.items():
        points = [(size["users"], size["acts"][act][which]) for size in sizes if which in size["acts"][act]]
        if points:
            lines.append(charts.Line(name, points))
    return lines


def _growth(sizes: Sequence[dict[str, Any]]) -> str:
    head = " | ".join(f"{size['users']:,}" for size in sizes)
    rows = [
        f"{_when(sizes)}\n",
        "![A page of ten, its total known](../images/performance-growth.svg)\n",
        "![The first answer, with its exact total](../images/performance-totals.svg)\n",
        f"| milliseconds, in a pool of | {head} | found of the largest |",
        f"|---|{'---|' * (len(sizes) + 1)}",
    ]
    for name in sizes[-1]["acts"]:
        cells = " | ".join(_taken(size["acts"].get(name, {})) for size in sizes)
        total = sizes[-1]["acts"][name].get("total")
        rows.append(f"| {name} | {cells} | {'' if total is None else f'{total:,}'} |")
    for name in sizes[-1]["the pool of 10,000 beside it"]:
        cells = " | ".join(_taken(size["the pool of 10,000 beside it"].get(name, {})) for size in sizes)
        rows.append(f"| a pool of 10,000 beside it: {name} | {cells} | |")
    return "\n".join(rows) + "\n"


def _taken(act: dict[str, Any]) -> str:
    """`first, then`; one number where they are much the same."""
    if not act:
        return ""
    if "refused" in act and "ms" not in act:
        return f"refused after {act['after_ms'] / 1000:.0f} s"
    if "refused" in act:
        return f"refused until counted ({act['first_ms'] / 1000:.0f} s), then {_figure(act['ms'])}"
    first, later = act.get("first_ms", act["ms"]), act["ms"]
    if first < later * 3 or first < 15:
        return _figure(later)
    return f"{_figure(first)}, then {_figure(later)}"


def _bytes(sizes: Sequence[dict[str, Any]]) -> str:
    """Of the largest pools; what is under 2 bytes a user is left out."""
    shown = [size for size in sizes if size["users"] >= 1_000_000] or sizes[-1:]
    names = [name for name, size in shown[-1]["bytes_a_user"].items() if size >= 2]
    rows = [
        f"| bytes a user | {' | '.join('{:,} users'.format(size['users']) for size in shown)} |",
        f"|---|{'---|' * len(shown)}",
    ]
    for name in names:
        table, _, index = name.partition(".")
        cells = " | ".join(f"{size['bytes_a_user'].get(name, 0):,.0f}" for size in shown)
        rows.append(f"| {f'`{index}` of `{table}`' if index else f'**`{table}`** itself'} | {cells} |")
    sums = " | ".join(f"**{sum(size['bytes_a_user'].values()):,.0f}**" for size in shown)
    rows.append(f"| **all** | {sums} |")
    return "\n".join(rows) + "\n"


def _filling(sizes: Sequence[dict[str, Any]]) -> str:
    rows = ["| users | filled | indexes built | vacuumed | load |", "|---|---|---|---|---|"]
    for size in sizes:
        taken = " | ".join(f"{size[name]:,.0f} s" for name in ("fill_s", "index_s", "vacuum_s"))
        rows.append(f"| {size['users']:,} | {taken} | {size['filled_at_load']:g} |")
    return "\n".join(rows) + "\n"


# -- beside others ---------------------------------------------------------------------------------------


def _peers(found: dict[str, Any]) -> str:
    peers: dict[str, dict[str, Any]] = found["peers"]
    rows = [
        f"{found['people']:,} people; {_when([found])}\n",
        f"| milliseconds | {' | '.join(peers)} |",
        f"|---|{'---|' * len(peers)}",
    ]
    for act in next(iter(peers.values()))["acts"]:
        cells = (_middle(peer["acts"][act]) for peer in peers.values())
        rows.append(f"| {act} | {' | '.join(cells)} |")
    rows.append("")
    for name, peer in peers.items():
        rows.append(f"* **{name}** {peer['version']}: {peer['settings']}.")
        rows += [f"  {act}: {one['missing']}." for act, one in peer["acts"].items() if "missing" in one]
    return "\n".join(rows) + "\n"


def _middle(act: dict[str, Any]) -> str:
    """The median, and in brackets the least and the most."""
    return (
        f"{_figure(act['ms'])} ({_figure(act['least_ms'])} to {_figure(act['most_ms'])})"
        if "ms" in act
        else "-"
    )


def _figure(value: float) -> str:
    """Three digits, no exponent."""
    if value >= 100:
        return f"{value:,.0f}"
    return f"{value:.3g}"


if __name__ == "__main__":
    if "--check" in sys.argv:
        old = stale()
        for file in old:
            print(
                f"{file.relative_to(DOCS.parent)} is not what the measurements say: run python -m bench.page"
            )
        sys.exit(1 if old else 0)
    write()
