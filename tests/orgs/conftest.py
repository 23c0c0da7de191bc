from collections.abc import Awaitable, Callable

import pytest
from tests.conftest import PoolForTests

from poolhouse.accounts.users import UserService
from poolhouse.audit.service import AuditLog
from poolhouse.db.database import Database
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
def orgs(database: Database, services: Services) -> OrgService:
    """One of its own, so that a test can hang its hooks on it."""
    return OrgService(database, AuditLog(database), services.fields)


@pytest.fixture
def members(services: Services) -> DepartmentMembers:
    return services.department_members


@pytest.fixture
def new_user(users: UserService) -> NewUser:
    async def make(pool: PoolForTests) -> str:
        user = await users.create(pool.administrator, UserDraft({"username": f"u{new_id()}"}))
        return user.id

    return make
