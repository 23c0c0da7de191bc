"""An uploaded file as a program reads one: a piece at a time, opened as it is asked for."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import BinaryIO, cast

from poolhouse.crypto.piecebox import PieceBox
from poolhouse.db.database import Database
from poolhouse.errors import NotFound
from poolhouse.import_files import postgres
from poolhouse.import_files.model import PIECE, ImportFile
from poolhouse.migration import import_rows, import_tables
from poolhouse.migration.import_tables import Raw, Reading

LOADED_WITHIN_S = 60.0


class Pieces(io.RawIOBase):
    """`load` gives the bytes of a piece by its number; it is asked in the thread that reads."""

    def __init__(self, size: int, load: Callable[[int], bytes]) -> None:
        self._size, self._load = size, load
        self._at = 0
        self._number, self._piece = -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, start + offset)
        return self._at

    def tell(self) -> int:
        return self._at

    def readinto(self, into: bytearray | memoryview) -> int:  # type: ignore[override]
        if self._at >= self._size:
            return 0
        number, offset = divmod(self._at, PIECE)
        if number != self._number:
            self._number, self._piece = number, self._load(number)
        part = self._piece[offset : offset + len(into)]
        into[: len(part)] = part
        self._at += len(part)
        return len(part)


def opened(db: Database, file: ImportFile, key: PieceBox) -> BinaryIO:
    """To be read in a thread, while the running event loop fetches each piece."""
    loop = asyncio.get_running_loop()

    def load(number: int) -> bytes:
        fetching = asyncio.run_coroutine_threadsafe(postgres.piece(db, file, number), loop)
        try:
            sealed = fetching.result(LOADED_WITHIN_S)
        finally:
            fetching.cancel()
        if sealed is None:
            raise NotFound(file_id=file.id)
        return key.opened(sealed, place_of(number))

    return cast(BinaryIO, io.BufferedReader(Pieces(file.size, load), PIECE // 4))


def place_of(number: int) -> str:
    return f"piece {number}"


def rows(file: ImportFile, content: BinaryIO, reading: Reading) -> Iterator[Raw]:
    """A row's line is its place among the rows, from 1, as in every import over HTTP. Raises InvalidInput."""
    read = import_rows.read_file if file.format == "jsonl" else import_tables.read_file
    for line, raw in enumerate(read(content, reading), 1):
        yield replace(raw, line=line)


def some(found: Iterator[Raw], most: int) -> list[Raw]:
    return list(islice(found, most))
