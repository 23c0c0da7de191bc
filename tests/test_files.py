"""Files that are whole or not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from poolhouse.client.words import of_a_file
from poolhouse.files import draft_beside


def test_an_error_names_the_file_that_was_asked_for(tmp_path: Path) -> None:
    wanted = tmp_path / "nowhere" / "users.jsonl"
    with pytest.raises(FileNotFoundError) as caught, draft_beside(wanted):
        pass
    assert str(wanted) in of_a_file(caught.value).split(": ")
