"""The pages of the commands are what the commands say of themselves, in both languages."""

from __future__ import annotations

import re

import pytest
from scripts.commands import PAGES, ROOT, text


@pytest.mark.parametrize("page", PAGES)
def test_the_page_is_the_table(page: str) -> None:
    assert (ROOT / page).read_text(encoding="utf-8") == text(PAGES[page]), (
        "run: .venv/bin/python -m scripts.commands"
    )


def test_the_chinese_page_says_everything_in_chinese() -> None:
    code = re.compile(r"`[^`]*`")
    said = [
        line
        for line in text("zh-CN").splitlines()
        if line.startswith("* ") or (line and line[0] not in "#|[")
    ]
    assert len(said) > 100
    assert [line for line in said if not re.search(r"[\u3400-\u9fff]", code.sub("", line))] == []
