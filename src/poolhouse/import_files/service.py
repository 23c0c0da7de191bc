"""Asking for the import of an uploaded file: its bytes, how it is read, the check of all of it, the import, the end."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator
from dataclasses import replace
from typing import Any

from poolhouse import clock
from poolhouse.audit.model import Event
from poolhouse.audit.service import AuditLog
from poolhouse.bulk.model import Actor
from poolhouse.caller import Caller
from poolhouse.crypto.piecebox import PieceBox
from poolhouse.crypto.secretbox import SecretBox
from poolhouse.db.database import Database, Tx
from poolhouse.errors import InvalidInput, InvalidOperation, NotFound, TooLarge
from poolhouse.ids import new_id
from poolhouse.import_files import postgres, reading
from poolhouse.import_files.model import CHECK, PIECE, FileColumns, ImportFile, place_of_key
from poolhouse.migration import import_checks, import_columns, import_tables
from poolhouse.migration import postgres as journals
from poolhouse.migration import postgres_jobs as jobs
from poolhouse.migration.export_formats import Format
from poolhouse.migration.import_checks import SECRET, Looked
from poolhouse.migration.import_refused import RefusedRows
from poolhouse.migration.import_rows import RowError
from poolhouse.migration.import_tables import Reading
from poolhouse.migration.importing import UserImports
from poolhouse.migration.jobs import require_few_ignored
from poolhouse.paging import Page, PageRequest
from poolhouse.texts import EMPTY

MOST_OPEN = 3
"""Files of a pool whose bytes are here."""
LONGEST_NAME = 200
_HEAD = 256 * 1024
"""Bytes from which the columns are told."""
_REFUSED = 500
"""Refused rows read at a time."""
_READY = ("UPLOADED", "CHECKING", "CHECKED")


class ImportFiles:
    """`largest`: bytes a file may have."""

    def __init__(
        self, *, db: Database, box: SecretBox, imports: UserImports, audit: AuditLog, largest: int
    ) -> None:
        self._db, self._box, self._imports, self._audit = db, box, imports, audit
        self.largest = largest

    # -- its bytes -----------------------------------------------------------------------------------------

    async def create(self, caller: Caller, name: str, kind: Format, size: int) -> ImportFile:
        """Raises NotSupportedByDirectory where people are not kept here, TooLarge and InvalidInput naming the argument,
        InvalidOperation beside MOST_OPEN others."""
        await self._imports.require_native(caller)
        if size < 1:
            raise InvalidInput("size", *EMPTY)
        if size > self.largest:
            most = self.largest // 1_000_000
            raise TooLarge("size", f"文件最大 {most} MB", f"a file has at most {most} MB")
        if len(name) > LONGEST_NAME:
            raise TooLarge("name", f"最长 {LONGEST_NAME} 个字符", f"at most {LONGEST_NAME} characters")
        moment, file_id = clock.now(), new_id()
        file = ImportFile(
            pool_id=caller.pool_id,
            id=file_id,
            name=name,
            format=kind,
            size=size,
            received=0,
            key=self._box.encrypt(PieceBox.new_key(), place_of_key(caller.pool_id, file_id)),
            encoding=None,
            separator=None,
            names={},
            ignored=(),
            recognized=None,
            revision=0,
            header=(),
            parted_by=None,
            secret=(),
            actor=Actor.of(caller),
            status="UPLOADING",
            reason=None,
            done=0,
            stale_keys=False,
            created_at=moment,
            updated_at=moment,
            ended_at=None,
            emptied_at=None,
            check=None,
            job=None,
        )
        async with self._db.transaction() as tx:
            await postgres.drop_old(tx, caller.pool_id)
            if not await postgres.insert(tx, file, MOST_OPEN):
                raise InvalidOperation(
                    f"已有 {MOST_OPEN} 个上传的文件，请先导入或取消",
                    f"{MOST_OPEN} uploaded files are here: import or cancel one first",
                )
            await self._note(tx, caller, file, "upload begun")
        return await self.get(caller, file.id)

    async def put(
        self, caller: Caller, file_id: str, position: int, data: bytes, *, first_digest: str | None = None
    ) -> ImportFile:
        """The next PIECE bytes, or those that are left. `first_digest`: SHA-256 of the file's first piece in
        hexadecimal, by whoever goes on with an upload. Raises InvalidInput naming `position` and what it must be,
        `data`, or `firstDigest` where the file began otherwise; InvalidOperation for one that is here or has ended."""
        await self._imports.require_native(caller)
        if first_digest is not None:
            await self._require_same(await self.get(caller, file_id), first_digest)
        async with self._db.transaction() as tx:
            file = await self._held(tx, caller, file_id)
            if file.status != "UPLOADING" or file.key is None:
                raise _wrong(file)
            if position != file.received:
                at = file.received
                raise InvalidInput(
                    "position", f"应为 {at}：已上传到此字节", f"must be {at}: the upload is there"
                )
            wanted = min(PIECE, file.size - file.received)
            if len(data) != wanted:
                raise InvalidInput("data", f"应为 {wanted} 字节", f"must be {wanted} bytes")
            number = position // PIECE
            sealed = await asyncio.to_thread(self._key(file).seal, data, reading.place_of(number))
            await postgres.put_piece(tx, file, number, sealed, len(data))
        return await self.get(caller, file_id)

    async def _require_same(self, file: ImportFile, digest: str) -> None:
        """Where there is a first piece to compare with: none is there before the first, or after the end."""
        if file.received == 0 or file.key is None:
            return
        content = reading.opened(self._db, file, self._key(file))

        def begins() -> str:
            return hashlib.sha256(content.read(min(PIECE, file.received))).hexdigest()

        if await asyncio.to_thread(begins) != digest.lower():
            raise InvalidInput(
                "firstDigest",
                "不是同一个文件：开头与已上传的不同",
                "is another file's: it begins otherwise than what was uploaded",
            )

    # -- looking -------------------------------------------------------------------------------------------

    async def get(self, caller: Caller, file_id: str) -> ImportFile:
        """Raises NotFound."""
        caller.require_administrator()
        file = await postgres.find(self._db, caller.pool_id, file_id)
        if file is None:
            raise NotFound(file_id=file_id)
        return file

    async def list(self, caller: Caller, page: PageRequest) -> Page[ImportFile]:
        """Newest first; those of the last 30 days."""
        caller.require_administrator()
        return await postgres.page(self._db, caller.pool_id, page)

    async def errors(self, caller: Caller, file_id: str, page: PageRequest) -> Page[RowError]:
        """Rows that the import refused, or the check where none has begun, by their place; the first 100,000."""
        file = await self.get(caller, file_id)
        return await jobs.errors(self._db, caller.pool_id, file.source, page)

    async def refused(self, caller: Caller, file_id: str) -> tuple[ImportFile, AsyncGenerator[bytes, None]]:
        """The rows of `errors` in the file's own form, each with the reason, without passwords. Raises NotFound, and
        InvalidOperation once their days are over."""
        file = await self.get(caller, file_id)
        if file.key is None:
            raise InvalidOperation("被拒绝的行已删除", "the rejected rows have been deleted")
        return file, self._refused(caller, file)

    async def _refused(self, caller: Caller, file: ImportFile) -> AsyncGenerator[bytes, None]:
        key = self._key(file)
        told = RefusedRows(file.format, file.header, file.parted_by or ",", caller.lang)
        if head := told.head():
            yield head.encode()
        after = 0
        while found := await jobs.refused_after(self._db, caller.pool_id, file.source, after, _REFUSED):
            after = found[-1][0].line

            def written(rows: list[tuple[RowError, bytes | None]] = found) -> str:
                return "".join(
                    told.row(sealed and key.opened(sealed, place_of_row(file.source, error.line)), error)
                    for error, sealed in rows
                )

            yield (await asyncio.to_thread(written)).encode()

    # -- how it is read ------------------------------------------------------------------------------------

    async def columns(self, caller: Caller, file_id: str) -> FileColumns:
        """What each column is taken for, with samples. Raises NotFound; InvalidOperation unless its bytes are here."""
        file = await self.get(caller, file_id)
        if file.status not in _READY or file.key is None:
            raise _wrong(file)
        problem: InvalidInput | None = None
        if file.encoding is None and file.recognized is None:
            try:
                file = await self._recognized(file)
            except InvalidInput as error:
                problem = error
        checked = await self._looked_at(caller, file)
        problem = problem or checked.problem
        return FileColumns(
            file, file.encoding or file.recognized, checked.separator, checked.columns, problem
        )

    async def set_columns(self, caller: Caller, file_id: str, wanted: Reading) -> FileColumns:
        """A check that runs is stopped by it, and one that was made forgotten. Raises as `columns`, InvalidInput naming
        the field, ChangedMeanwhile."""
        await self._imports.require_native(caller)
        import_columns.check_names(wanted.names)
        require_few_ignored(wanted.ignore)
        async with self._db.transaction() as tx:
            file = await self._held(tx, caller, file_id)
            if file.status not in _READY:
                raise _wrong(file)
            await postgres.set_reading(tx, file, wanted)
            said = Event("update", "import_file", file.id, before=_told(file.said), after=_told(wanted))
            await self._audit.write(tx, caller, said)
        return await self.columns(caller, file_id)

    async def _recognized(self, file: ImportFile) -> ImportFile:
        if file.format == "jsonl":
            return replace(file, recognized="utf-8")
        content = reading.opened(self._db, file, self._key(file))
        encoding = await asyncio.to_thread(import_tables.recognized_in, content)
        await postgres.set_recognized(self._db, file, encoding)
        return replace(file, recognized=encoding)

    async def _looked_at(self, caller: Caller, file: ImportFile) -> Looked:
        content = reading.opened(self._db, file, self._key(file))

        def look() -> Looked:
            head = content.read(_HEAD)
            return import_checks.looked_at(file.format, head, file.reading, is_whole=len(head) == file.size)

        return await asyncio.to_thread(look)

    # -- the check, the import, the end --------------------------------------------------------------------

    async def check(self, caller: Caller, file_id: str) -> ImportFile:
        """Begins to check every row; nobody is imported. Raises as `columns`; InvalidInput for what is wrong with
        them."""
        columns = await self._ready(caller, file_id)
        async with self._db.transaction() as tx:
            file = await self._unchanged(tx, caller, columns)
            await postgres.drop_check(tx, file)
            await journals.begin(tx, caller.pool_id, CHECK + file.id)
            await self._begin(tx, caller, file, columns, "CHECKING")
        return await self.get(caller, file_id)

    async def start(self, caller: Caller, file_id: str) -> ImportFile:
        """Begins to import. Raises as `check`; InvalidOperation while another import of the pool runs."""
        columns = await self._ready(caller, file_id)
        async with self._db.transaction() as tx:
            file = await self._unchanged(tx, caller, columns)
            job = await jobs.begin(tx, caller.pool_id, file.id, file.format, file.ignored, of_file=True)
            if job is None:
                raise jobs.another_runs(await jobs.running(tx, caller.pool_id))
            await self._begin(tx, caller, file, columns, "IMPORTING")
        return await self.get(caller, file_id)

    async def cancel(self, caller: Caller, file_id: str) -> ImportFile:
        """Who is in stays; the bytes go. It waits for the piece under way, a second or so. Of one that has ended
        nothing changes."""
        async with self._db.transaction() as tx:
            file = await self._held(tx, caller, file_id)
            if await postgres.end(tx, file, "CANCELLED"):
                await jobs.cancel(tx, caller.pool_id, file.id)
                await self._note(tx, caller, file, "cancelled")
        return await self.get(caller, file_id)

    async def _ready(self, caller: Caller, file_id: str) -> FileColumns:
        await self._imports.require_native(caller)
        columns = await self.columns(caller, file_id)
        if columns.problem:
            raise columns.problem
        return columns

    async def _unchanged(self, tx: Tx, caller: Caller, columns: FileColumns) -> ImportFile:
        """Another administrator may have said meanwhile how it is read, or have begun."""
        file = await self._held(tx, caller, columns.file.id)
        if file.status not in ("UPLOADED", "CHECKED") or file.revision != columns.file.revision:
            raise _wrong(file)
        return file

    async def _begin(
        self, tx: Tx, caller: Caller, file: ImportFile, columns: FileColumns, status: str
    ) -> None:
        await postgres.begin(
            tx,
            file,
            status,
            Actor.of(caller),
            header=[one.name for one in columns.columns],
            parted_by=columns.separator,
            secret=[one.name for one in columns.columns if one.key in SECRET],
        )
        await self._note(tx, caller, file, "check begun" if status == "CHECKING" else "begun")

    async def _held(self, tx: Tx, caller: Caller, file_id: str) -> ImportFile:
        caller.require_administrator()
        file = await postgres.held(tx, caller.pool_id, file_id)
        if file is None:
            raise NotFound(file_id=file_id)
        return file

    def _key(self, file: ImportFile) -> PieceBox:
        return key_of(self._box, file)

    async def _note(self, tx: Tx, caller: Caller, file: ImportFile, state: str) -> None:
        await self._audit.write(tx, caller, noted(file, state))


def key_of(box: SecretBox, file: ImportFile) -> PieceBox:
    assert file.key is not None
    return PieceBox(box.decrypt(file.key, file.place))


def place_of_row(source: str, line: int) -> str:
    return f"{source} row {line}"


def noted(file: ImportFile, state: str, *, success: bool = True, **detail: object) -> Event:
    """An act of the audit log."""
    about = {"source": f"{jobs.PREFIX}{file.id}", "state": state, **detail}
    return Event("import", "user", success=success, detail=about)


def _told(reading: Reading) -> dict[str, Any]:
    """For the log: what the columns are, without their names, as the first line of a file without a header is a
    person's."""
    columns = [key or "-" for _, key in sorted(reading.names.items())]
    return {"encoding": reading.encoding, "separator": reading.separator, "columns": columns}


def _wrong(file: ImportFile) -> InvalidOperation:
    return InvalidOperation(
        f"文件现在的状态（{file.status}）不允许此操作",
        f"the file is {file.status}: that cannot be done to it now",
    )
