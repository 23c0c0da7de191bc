"""What a text may hold is judged in one place, and what is put in the place of the rest passes there."""

from __future__ import annotations

import pytest

from poolhouse.texts import is_storable, storable


@pytest.mark.parametrize("text", ["", "abc", "小明🐼", "\x01\n", "\ufffd"])
def test_what_postgresql_holds_stays(text: str) -> None:
    assert is_storable(text)
    assert storable(text) == text


@pytest.mark.parametrize("text", ["\0", "a\0b", "\ud83d", "小\udc3c明", "\ud83d\0"])
def test_what_it_does_not_hold_is_replaced(text: str) -> None:
    assert not is_storable(text)
    assert is_storable(storable(text))
