from collections.abc import Awaitable, Callable

import pytest
from tests.conftest import PoolForTests

from poolhouse.audit.service import AuditLog
from poolhouse.crypto.passwords import PasswordHasher
from poolhouse.db.pool import Database
from poolhouse.ids import new_id
from poolhouse.orgs.members import DepartmentMembers
from poolhouse.orgs.service import OrgService
from poolhouse.users.directories import Directories
from poolhouse.users.model import UserDraft
from poolhouse.users.postgres import PostgresDirectory
from poolhouse.users.service import UserService

NewUser = Callable[[PoolForTests], Awaitable[str]]


@pytest.fixture
def users(database: Database) -> UserService:
    return UserService(
        database, Directories(PostgresDirectory(database, PasswordHasher())), AuditLog(database)
    )


@pytest.fixture
def orgs(database: Database) -> OrgService:
    return OrgService(database, AuditLog(database))


@pytest.fixture
def members(database: Database, users: UserService) -> DepartmentMembers:
    return DepartmentMembers(database, users, AuditLog(database))


@pytest.fixture
def new_user(users: UserService) -> NewUser:
    async def make(pool: PoolForTests) -> str:
        user = await users.create(pool.administrator, UserDraft({"username": f"u{new_id()}"}))
        return user.id

    return make
