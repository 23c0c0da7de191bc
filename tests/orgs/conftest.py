from collections.abc import Awaitable, Callable, Sequence

import pytest
from tests.conftest import PoolForTests

from poolhouse.accounts.users import UserService
from poolhouse.audit.service import AuditLog
from poolhouse.db.database import Database, Tx
from poolhouse.ids import new_id
from poolhouse.orgs.members import DepartmentMembers
from poolhouse.orgs.service import OrgService
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

NewUser = Callable[[PoolForTests], Awaitable[str]]


@pytest.fixture
def users(services: Services) -> UserService:
    return services.users


@pytest.fixture
def forgotten() -> list[str]:
    """The ids of departments whose deletion was told."""
    return []


@pytest.fixture
def orgs(database: Database, services: Services, forgotten: list[str]) -> OrgService:
    async def forget(tx: Tx, pool_id: str, node_ids: Sequence[str]) -> None:
        forgotten.extend(node_ids)

    return OrgService(
        db=database,
        audit=AuditLog(database),
        fields=services.field_store,
        forget_nodes=[forget],
        forget_orgs=[],
    )


@pytest.fixture
def members(services: Services) -> DepartmentMembers:
    return services.department_members


@pytest.fixture
def new_user(users: UserService) -> NewUser:
    async def make(pool: PoolForTests) -> str:
        user = await users.create(pool.administrator, UserDraft({"username": f"u{new_id()}"}))
        return user.id

    return make
