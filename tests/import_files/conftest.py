"""Workers of the tests' own, which do the files of one pool alone."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from tests.conftest import PoolForTests

from poolhouse.bulk.rights import Rights
from poolhouse.caller import Caller
from poolhouse.import_files.model import PIECE, ImportFile
from poolhouse.import_files.work import FileWork
from poolhouse.services import Services


@dataclass
class Files:
    services: Services
    pool: PoolForTests

    def worker(self, *others: str) -> FileWork:
        """`others`: pools it serves, too."""
        at = self.services
        return FileWork(
            db=at.db,
            box=at.box,
            imports=at.imports,
            rights=Rights(at.administrators, at.access_keys),
            audit=at.audit,
            only=frozenset({self.pool.id, *others}),
        )

    async def finish(self) -> None:
        worker = self.worker()
        while await worker.step():
            pass

    async def uploaded(
        self, content: bytes, name: str = "people.csv", caller: Caller | None = None
    ) -> ImportFile:
        caller = caller or self.pool.administrator
        files = self.services.import_files
        kind = "jsonl" if name.endswith(".jsonl") else "csv"
        file = await files.create(caller, name, kind, len(content))
        for at in range(0, len(content), PIECE):
            file = await files.put(caller, file.id, at, content[at : at + PIECE])
        return file

    async def get(self, file_id: str) -> ImportFile:
        return await self.services.import_files.get(self.pool.administrator, file_id)

    async def refused(self, file_id: str, caller: Caller | None = None) -> str:
        _, pieces = await self.services.import_files.refused(caller or self.pool.administrator, file_id)
        return b"".join([piece async for piece in pieces]).decode()


@pytest.fixture
def files(services: Services, pool: PoolForTests) -> Files:
    return Files(services, pool)
