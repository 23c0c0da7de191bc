"""What an import stores next, made ready while the batch before it is stored: rows are read and parsed in a thread, and
plain passwords hashed, so that no processor waits for the database."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import (
    AsyncGenerator,
    AsyncIterable,
    Awaitable,
    Callable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from contextlib import suppress
from dataclasses import dataclass, field, replace

from poolhouse.migration.import_rows import ImportedUser
from poolhouse.migration.import_tables import Raw
from poolhouse.migration.import_verdicts import Entry
from poolhouse.migration.postgres import Newcomers, ready

BATCH_ROWS, BATCH_PASSWORDS = 4000, 64
"""Rows of one transaction; plain passwords of one, each of which costs a hash."""
AHEAD = 2
"""Batches whose passwords are hashed meanwhile: of the one at its end there are too few for every thread."""

Hashes = Mapping[int, str]
"""Line -> the hash of its plain password."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What one transaction brings in. `done`: bytes of the file that are read then. `ready`: everybody of it, should
    all be new, made while the batch before is stored; None where passwords are hashed first."""

    entries: list[Entry]
    done: int
    ready: Newcomers | None = None
    hashes: Hashes = field(default_factory=dict)


def batches(rows: Iterable[Raw], parse: Callable[[Raw], Entry]) -> Iterator[Batch]:
    entries: list[Entry] = []
    plain = 0
    for raw in rows:
        entry = parse(raw)
        entries.append(entry)
        plain += isinstance(entry, ImportedUser) and entry.password is not None
        if len(entries) >= BATCH_ROWS or plain >= BATCH_PASSWORDS:
            yield _batch(entries, plain, raw.done)
            entries, plain = [], 0
    if entries:
        yield _batch(entries, plain, raw.done)


def _batch(entries: list[Entry], plain: int, done: int) -> Batch:
    people = [(entry, entry.password_hash) for entry in entries if isinstance(entry, ImportedUser)]
    return Batch(entries, done, None if plain or not people else ready(people))


async def read_ahead(items: Iterator[Batch]) -> AsyncGenerator[Batch, None]:
    """Each item, the next of which is made in a thread while this one is worked on."""
    coming = asyncio.create_task(asyncio.to_thread(next, items, None))
    try:
        while (item := await coming) is not None:
            coming = asyncio.create_task(asyncio.to_thread(next, items, None))
            yield item
    finally:
        with suppress(Exception):
            await coming


async def hashed_ahead(
    read: AsyncIterable[Batch], hashes: Callable[[Sequence[Entry]], Awaitable[Hashes]]
) -> AsyncGenerator[Batch, None]:
    """Each batch with its hashes, those of the next AHEAD on their way."""
    coming: deque[tuple[Batch, asyncio.Future[Hashes]]] = deque()
    try:
        async for batch in read:
            coming.append((batch, asyncio.ensure_future(hashes(batch.entries))))
            if len(coming) > AHEAD:
                yield await _hashed(*coming.popleft())
        while coming:
            yield await _hashed(*coming.popleft())
    finally:
        for _, task in coming:
            task.cancel()
        await asyncio.gather(*(task for _, task in coming), return_exceptions=True)


async def _hashed(batch: Batch, hashes: Awaitable[Hashes]) -> Batch:
    return replace(batch, hashes=await hashes)
