"""Whatever the code or a page names as a document is in this repository: the page, and the heading of its anchor."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("src", "tests", "scripts", "bench", "docs", "examples")
KINDS = {".cjs", ".graphql", ".html", ".js", ".json", ".md", ".mjs", ".py", ".sh", ".sql", ".toml", ".ts", ""}
NOT_OURS = {"node_modules", "__pycache__", ".packages"}
WITHOUT = (ROOT / "CHANGELOG.md", Path(__file__))

OUTSIDE = re.compile(
    r"(?<!docs/)(?<!zh/)(?<!\.\./)(?<!\]\()\breference/[\w-]+\.\w+|\b[Ss]eeds? \(?\d{3}\b|\.\./shared|\bshared/seeds"
    r"|\bdesign\.md|\bv3-(?:models|endpoints)\.json|(?<!vm2 )\bissue \d+|ources?: the design"
)
"""Where facts once came from. Of vm2, whose attacks are tried here, the number of an issue is the attack's name."""

_NAME = re.compile(r"(?<![\w./:-])([\w./-]*\w\.md)(#[\w-]+)?(?![\w(])")
_LINK = re.compile(r"(?<=\])\(([^)\s#]*)(#[^)\s]*)?\)")
_WHOLE_LINK = re.compile(r"\[[^\]]*\]\([^)]*\)")
_OUTSIDE_LINK = re.compile(r"https://[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/[\w./%~?=&:+-]*)?")
_FENCE = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def files() -> Iterator[Path]:
    """Not the history, which names what there was, and no tests whose examples lead nowhere."""
    for place in (*sorted(ROOT.iterdir()), *(path for name in FOLDERS for path in (ROOT / name).rglob("*"))):
        ours = not NOT_OURS.intersection(place.parts) and place not in WITHOUT
        if ours and place.suffix in KINDS and place.is_file():
            yield place


def text_of(path: Path) -> str:
    """Empty for what is no text."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@cache
def anchors(page: Path) -> frozenset[str]:
    """As GitHub makes them of headings; a second heading of the same words ends in `-1`."""
    found: dict[str, int] = {}
    for heading in _HEADING.findall(_FENCE.sub("", text_of(page))):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        slug = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found[slug] = found.get(slug, -1) + 1
    return frozenset(f"{slug}-{n}" if n else slug for slug, times in found.items() for n in range(times + 1))


def unresolved(path: Path, text: str) -> Iterator[str]:
    """References in the text of a file that lead nowhere. A page's links start at the page, a name may start at the
    root as well; a link in a source belongs to the page it writes."""
    if path.suffix == ".md":
        for target, anchor in _LINK.findall(text):
            if "://" not in target and not target.startswith("mailto:"):
                yield from _unresolved(target, anchor, [path.parent / target if target else path])
        text = _LINK.sub("", text)
    else:
        text = _WHOLE_LINK.sub("", text).replace('" / "', "/")
    for target, anchor in _NAME.findall(text):
        yield from _unresolved(target, anchor, [ROOT / target, path.parent / target])


def _unresolved(target: str, anchor: str, places: list[Path]) -> Iterator[str]:
    page = next((place for place in places if place.exists()), None)
    if page is None:
        yield target
    elif anchor and anchor.removeprefix("#") not in anchors(page):
        yield f"{target}{anchor}"


def test_every_reference_to_a_document_resolves() -> None:
    broken = [
        f"{path.relative_to(ROOT)}: {name}" for path in files() for name in unresolved(path, text_of(path))
    ]
    assert not broken, "\n".join(sorted(broken))


def test_every_link_of_the_history_resolves_and_every_link_outside_is_an_address() -> None:
    """Addresses outside are not called."""
    history = ROOT / "CHANGELOG.md"
    found = [
        f"CHANGELOG.md: {target}"
        for target, anchor in _LINK.findall(text_of(history))
        if "://" not in target and [*_unresolved(target, anchor, [ROOT / target if target else history])]
    ]
    for page in (*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")):
        outside = [target for target, _ in _LINK.findall(text_of(page)) if "://" in target]
        found += [f"{page.relative_to(ROOT)}: {one}" for one in outside if not _OUTSIDE_LINK.fullmatch(one)]
    assert not found, "\n".join(found)


def test_no_source_lies_outside_the_repository() -> None:
    found = [
        f"{path.relative_to(ROOT)}: {match}" for path in files() for match in OUTSIDE.findall(text_of(path))
    ]
    assert not found, "\n".join(sorted(found))


@pytest.mark.parametrize(
    ("name", "text", "broken"),
    [
        ("src/x.py", "Source: docs/contract/users.md#times.", []),
        ("src/x.py", "Source: docs/contract/users.md#time.", ["docs/contract/users.md#time"]),
        ("src/x.py", "(docs/contract/nowhere.md)", ["docs/contract/nowhere.md"]),
        ("src/x.py", "reference/v2.md 2, row 20", ["reference/v2.md"]),
        ("src/x.py", 'ROOT / "docs" / "guide" / "names.md"; hashlib.md5(b""); "README.md"', []),
        (
            "docs/contract/users.md",
            "[a](v2.md#users) [b](../x.md) [c](#times) [d](#none)",
            ["../x.md", "#none"],
        ),
        (
            "docs/contract/users.md",
            "[a](https://example.com/x.md#y), [b](mailto:a@b.md), `docs/guide/names.md`",
            [],
        ),
    ],
)
def test_a_reference_that_leads_nowhere_is_found(name: str, text: str, broken: list[str]) -> None:
    assert list(unresolved(ROOT / name, text)) == broken
