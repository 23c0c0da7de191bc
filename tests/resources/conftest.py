from collections.abc import Awaitable, Callable

import pytest
from tests.conftest import PoolForTests

from poolhouse.ids import new_id
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

NewUser = Callable[[PoolForTests], Awaitable[str]]


@pytest.fixture
def new_user(services: Services) -> NewUser:
    async def make(pool: PoolForTests) -> str:
        user = await services.users.create(pool.administrator, UserDraft({"username": f"u{new_id()}"}))
        return user.id

    return make
