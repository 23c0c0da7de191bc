"""Workers of the tests' own, which do the acts of one pool alone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest
from tests.conftest import PoolForTests

from poolhouse.bulk import acts
from poolhouse.bulk.rights import Rights
from poolhouse.bulk.work import BulkWork
from poolhouse.services import Services
from poolhouse.users.model import User, UserDraft


@dataclass
class Works:
    services: Services
    pool: PoolForTests

    def worker(self, *others: str, **changed: Any) -> BulkWork:
        """`others`: pools it serves, too. `changed`: services that do it to one, in place of the real ones."""
        at = self.services
        ones = acts.Services(
            users=at.users,
            accounts=at.accounts,
            sessions=at.sessions,
            groups=at.groups,
            roles=at.roles,
            orgs=at.orgs,
            members=at.department_members,
            fields=at.fields,
        )
        return BulkWork(
            db=at.db,
            services=replace(ones, **changed),
            rights=Rights(at.administrators, at.access_keys),
            audit=at.audit,
            only=frozenset({self.pool.id, *others}),
        )

    async def finish(self) -> None:
        worker = self.worker()
        while await worker.step():
            pass

    async def people(self, count: int, prefix: str = "u") -> list[User]:
        drafts = [UserDraft({"username": f"{prefix}{number}"}) for number in range(count)]
        return await self.services.users.create_many(self.pool.administrator, drafts)


@pytest.fixture
def works(services: Services, pool: PoolForTests) -> Works:
    return Works(services, pool)
