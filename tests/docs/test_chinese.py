"""The Chinese pages say what the English ones say: the same blocks, headings, rows, links and names.

A change of an English page that touches any of these fails here until its Chinese page follows.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

import pytest
from scripts.chinese import faults, texts
from tests.docs.pages import ROOT, blocks

FOLDERS = {
    "docs/guide": "docs/zh",
    "docs/operations": "docs/zh/operations",
    "docs/reference": "docs/zh/reference",
}
"""Where people's pages are, and their Chinese ones."""
INDEX = "docs/zh/README.md"
"""Has a table of the pages that are English only, with the reason of each."""
_ENGLISH_ONLY = re.compile(r"^\| \[[^]]*\]\(([^)#]+)\) \| ([^|]+) \|$", re.MULTILINE)


def english_only() -> dict[str, str]:
    """Page -> reason."""
    _, _, table = (ROOT / INDEX).read_text().partition("## 只有英文的页面\n")
    found = _ENGLISH_ONLY.findall(table.partition("\n## ")[0])
    return {(ROOT / "docs/zh" / page).resolve().relative_to(ROOT).as_posix(): why for page, why in found}


PAIRS = {"README.md": "README.zh-CN.md"} | {
    f"{folder}/{page.name}": f"{chinese}/{page.name}"
    for folder, chinese in FOLDERS.items()
    for page in sorted((ROOT / folder).glob("*.md"))
    if f"{folder}/{page.name}" not in {*english_only(), "docs/operations/README.md"}
}
WAYS_IN = {"README", "README.zh-CN", "index"}
"""Pages of which each language has its own."""

_FENCE = re.compile(r"^ *```.*?^ *```$", re.MULTILINE | re.DOTALL)
_MADE = re.compile(r"<!-- clients: .*?<!-- end of clients -->\n", re.DOTALL)
_LINK = re.compile(r"\]\(([^)\s#]+)")
_CODE = re.compile(r"`([^`]+)`")
_BEGINNING = re.compile(r"^(#+ |\||\* )", re.MULTILINE)


def prose(page: str) -> str:
    """Without its blocks, and without the table that is made of the suite's runs."""
    return _FENCE.sub("", _MADE.sub("", (ROOT / page).read_text()))


def test_every_page_has_its_chinese_page_or_a_reason_for_none() -> None:
    assert [page for page in PAIRS.values() if not (ROOT / page).is_file()] == []
    written = {page.relative_to(ROOT).as_posix() for page in (ROOT / "docs/zh").rglob("*.md")}
    assert written == {INDEX, *PAIRS.values()} - {"README.zh-CN.md"}


def test_every_chinese_page_is_in_the_index() -> None:
    linked = {
        (ROOT / "docs/zh" / target).resolve().relative_to(ROOT).as_posix()
        for target in _LINK.findall(prose(INDEX))
    }
    assert set(PAIRS.values()) - linked == set()


def test_a_page_that_is_english_only_is_there() -> None:
    assert [page for page in english_only() if not (ROOT / page).is_file()] == []


@pytest.mark.parametrize("page", PAIRS)
def test_the_blocks_are_the_same(page: str) -> None:
    english, chinese = (
        [block.text for block in blocks(name, (ROOT / name).read_text())] for name in (page, PAIRS[page])
    )
    assert chinese == english


@pytest.mark.parametrize("page", PAIRS)
def test_the_headings_rows_and_entries_are_as_many(page: str) -> None:
    """And in the same order."""
    english, chinese = ("".join(_BEGINNING.findall(prose(name))) for name in (page, PAIRS[page]))
    assert chinese == english


@pytest.mark.parametrize("page", PAIRS)
def test_the_links_lead_to_the_same_pages(page: str) -> None:
    english, chinese = (
        {PurePosixPath(target).stem for target in _LINK.findall(prose(name))} - WAYS_IN
        for name in (page, PAIRS[page])
    )
    assert chinese == english


@pytest.mark.parametrize("page", PAIRS)
def test_the_names_in_code_are_the_same(page: str) -> None:
    english, chinese = (
        {" ".join(name.split()) for name in _CODE.findall(prose(name))} for name in (page, PAIRS[page])
    )
    assert chinese == english


def test_chinese_is_written_as_the_glossary_and_its_marks_want_it() -> None:
    assert [(where, fault) for where, text in texts() for fault in faults(text)] == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("登录 OpenID Connect，用 `host`（3 项）。", 0),
        ("登陆", 1),
        ("用API登录", 2),
        ("登 录", 1),
        ("登录,然后退出。", 1),
        ("登录 ，然后退出。", 1),
        ("登录：`登陆,` [页面](登陆.md)", 0),
    ],
)
def test_what_is_not_written_so_is_found(text: str, found: int) -> None:
    assert len(list(faults(text))) == found
