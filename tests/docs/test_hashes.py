"""The page about stored passwords lists what the verifiers know, and its examples are what they accept."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from poolhouse.crypto.foreign import FORMATS, require

PAGE = Path(__file__).parents[2] / "docs/reference/hashes.md"
MARK = "<!-- generated from crypto/foreign_formats.py: see tests/docs/test_hashes.py -->\n"


def table() -> str:
    rows = [f"| {one.name} | {one.looks_like.replace('see above', 'as above')} |" for one in FORMATS]
    return "\n".join(["", "| Format | Looks like |", "| --- | --- |", *rows, ""])


def test_the_page_lists_every_format() -> None:
    page = PAGE.read_text()
    assert page.partition(MARK)[2] == table(), f"write this at the end of {PAGE}:\n{table()}"


RAW = b"correct horse"
EXAMPLES = {
    "sha256$SALT$HEX": hashlib.sha256(b"s1" + RAW),
    "sha256-suffix$SALT$HEX": hashlib.sha256(RAW + b"s1"),
    "md5-nested$SALT$HEX": hashlib.md5(hashlib.md5(RAW).hexdigest().encode() + b"s1"),
}


@pytest.mark.parametrize("form", sorted(EXAMPLES))
def test_a_form_of_the_page_verifies(form: str) -> None:
    assert f"`{form}`" in PAGE.read_text()
    stored = form.replace("SALT", "s1").replace("HEX", EXAMPLES[form].hexdigest())
    assert require(stored, "password").verify(RAW, stored)
