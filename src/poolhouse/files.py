"""Files with secrets in them: readable by the owner alone from the first byte, whole or not there."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Draft:
    path: Path
    file: BinaryIO

    def settle(self) -> None:
        """What was written is on the disk."""
        self.file.flush()
        os.fsync(self.file.fileno())


@contextmanager
def draft_beside(path: Path) -> Iterator[Draft]:
    """An empty file beside `path`, mode 0600, to become it by a link or a new name; gone after the block.

    New, and of a name nobody can foresee: in a folder of several people a file or link laid there before would take
    what is written, and two that write to one `path` would write to one file.
    """
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        error.filename = str(path)  # the draft's name says nothing to whoever gave `path`
        raise
    try:
        with open(descriptor, "wb") as file:
            yield Draft(draft, file)
    finally:
        draft.unlink(missing_ok=True)


@contextmanager
def draft_of(path: Path, content: bytes) -> Iterator[Path]:
    """The same with all of `content` on the disk."""
    with draft_beside(path) as draft:
        draft.file.write(content)
        draft.settle()
        yield draft.path


def write_private(path: Path, content: bytes) -> None:
    """All of it or nothing, whenever the machine stops. Makes the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with draft_of(path, content) as draft:
        os.replace(draft, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
