"""An uploaded file, as the domain sees it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from poolhouse.bulk.model import Actor
from poolhouse.errors import InvalidInput
from poolhouse.migration.export_formats import Format
from poolhouse.migration.import_checks import Column
from poolhouse.migration.import_tables import Reading
from poolhouse.migration.postgres import Journal
from poolhouse.texts import Reason

Status = Literal[
    "UPLOADING", "UPLOADED", "CHECKING", "CHECKED", "IMPORTING", "COMPLETED", "CANCELLED", "STOPPED"
]

PIECE = 1024 * 1024
"""Bytes of every piece of a file but the last."""


@dataclass(frozen=True, slots=True)
class ImportFile:
    """`size` bytes, of which `received` are here, and `done` are read by the check or the import that runs. `key` opens
    its bytes; None once all of them are gone. `revision` counts what was said of how it is read: `encoding` and
    `separator` (None: recognized), `names` and `ignored`. `recognized`: its encoding. `header`, `parted_by` and
    `secret`: its columns, their separator and which of them hold passwords, since a check or the import began. `check`
    and `job`: how far these came. `actor`: who began what runs. `reason`: why it was STOPPED, or what it waits for."""

    pool_id: str
    id: str
    name: str
    format: Format
    size: int
    received: int
    key: bytes | None
    encoding: str | None
    separator: str | None
    names: Mapping[str, str]
    ignored: tuple[str, ...]
    recognized: str | None
    revision: int
    header: tuple[str, ...]
    parted_by: str | None
    secret: tuple[str, ...]
    actor: Actor
    status: Status
    reason: Reason | None
    done: int
    stale_keys: bool
    created_at: datetime
    updated_at: datetime
    ended_at: datetime | None
    emptied_at: datetime | None
    check: Journal | None
    job: Journal | None

    @property
    def place(self) -> str:
        """Of its key."""
        return place_of_key(self.pool_id, self.id)

    @property
    def said(self) -> Reading:
        """What somebody said of how it is read."""
        return Reading(self.encoding, self.separator, self.ignored, self.names)

    @property
    def reading(self) -> Reading:
        return replace(self.said, encoding=self.encoding or self.recognized)

    @property
    def request_id(self) -> str:
        """By which the audit log has what is done for it."""
        return f"import:{self.id}"

    @property
    def source(self) -> str:
        """Of the refused rows that are told: those of the import once one has begun, else those of the check."""
        return self.job.source if self.job else f"{CHECK}{self.id}"


CHECK = "check:"
"""Before the id of a file: where its check is noted."""


def place_of_key(pool_id: str, file_id: str) -> str:
    return f"import-file:{pool_id}:{file_id}"


@dataclass(frozen=True, slots=True)
class FileColumns:
    """How a file is read. `problem`: why it cannot be imported like this."""

    file: ImportFile
    encoding: str | None
    separator: str | None
    columns: Sequence[Column]
    problem: InvalidInput | None
