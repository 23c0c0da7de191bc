"""docs/reference/errors.md is what the wires' tables say, and every code is the documented one or plainly ours."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolhouse.errors import PoolhouseError
from poolhouse.wire.error_codes import _kinds, text
from poolhouse.wire.remedies import REMEDIES
from poolhouse.wire.v3.errors import ROWS, VARIANTS

PAGE = Path(__file__).parents[2] / "docs/reference/errors.md"

DOCUMENTED = {
    1000,
    1001,
    1600,
    *range(1300, 1307),
    1635,
    1636,
    *range(1639, 1644),
    *range(1699, 1708),
    *range(2000, 2033),
    *range(2034, 2041),
    2058,
    2100,
    2101,
    *range(2200, 2232),
    2300,
    2333,
    2401,
    4021,
    6001,
    6002,
    6003,
    6004,
    2120008,
    2130010,
    2820002,
}
"""The numbers of the published lists, v2's and v3's."""


def test_the_page_is_current() -> None:
    assert PAGE.read_text(encoding="utf-8") == text(), (
        "run: .venv/bin/python -m poolhouse.wire.error_codes > docs/reference/errors.md"
    )


@pytest.mark.parametrize("kind", sorted(ROWS, key=lambda kind: kind.__name__))
def test_a_code_is_a_documented_one_or_one_of_ours_under_its_status(kind: type[PoolhouseError]) -> None:
    row = ROWS[kind]
    codes = {row.api_code, *VARIANTS.get(kind, ("", {}))[1].values()}
    for code in codes:
        assert code in DOCUMENTED or code // 100 == row.status_code


def test_no_two_refusals_share_a_code_of_ours() -> None:
    ours = [row.api_code for row in ROWS.values() if row.api_code not in DOCUMENTED]
    assert len(ours) == len(set(ours))


def test_every_refusal_says_what_to_do() -> None:
    assert set(REMEDIES) == set(_kinds())
