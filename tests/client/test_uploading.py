"""`poolhouse import upload --resume`: which file it is that an upload continues with."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from poolhouse.client.exits import Stopped
from poolhouse.commands.uploading import PIECE, upload


class Asked:
    """A server on which an upload of `size` bytes stopped after its first piece."""

    as_json = False

    def __init__(self, size: int) -> None:
        self.at, self.size = PIECE, size
        self.pieces: list[dict[str, Any]] = []

    def __call__(self, operation: str, values: dict[str, Any]) -> Any:
        if operation == "POST put-import-file":
            self.pieces.append(values)
            self.at = min(self.size, self.at + PIECE)
        status = "UPLOADING" if self.at < self.size else "UPLOADED"
        return {"fileId": "one", "size": self.size, "position": self.at, "status": status}


def test_the_first_piece_says_with_which_file_it_continues(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    content = b"username\n" * (PIECE // 3)
    file.write_bytes(content)
    asked = Asked(len(content))
    assert upload(asked, file, resume="one")["status"] == "UPLOADED"
    assert [one.get("firstDigest") for one in asked.pieces] == [
        hashlib.sha256(content[:PIECE]).hexdigest(),
        None,
    ]


def test_a_file_of_another_size_is_not_sent(tmp_path: Path) -> None:
    file = tmp_path / "people.csv"
    file.write_bytes(b"username\n")
    asked = Asked(PIECE + 1)
    with pytest.raises(Stopped):
        upload(asked, file, resume="one")
    assert asked.pieces == []
