import re
from dataclasses import replace

import pytest

from poolhouse.users.model import UserDraft


@pytest.fixture
async def app(services, pool):
    return await services.apps.create(pool.administrator, "shop")


@pytest.fixture
def visitor(pool, app):
    """Somebody at the application's sign-in page."""
    return replace(pool.stranger, app_id=app.id, ip="203.0.113.7", user_agent="test")


@pytest.fixture
async def bob(services, pool):
    draft = UserDraft(
        {"username": "bob", "email": "Bob@Example.com", "phone": "13800138000"}, password="secret 1"
    )
    return await services.users.create(pool.administrator, draft)


@pytest.fixture
def configure(services, pool):
    """Changes the pool's settings."""

    async def configure(**settings):
        await services.pools.update(pool.administrator, {}, settings)

    return configure


@pytest.fixture
def audited(database, pool):
    """The audit rows of the pool, oldest first."""

    async def audited(operation):
        return await database.fetch(
            "select * from audit_records where pool_id = $1 and operation = $2 order by at, id",
            pool.id,
            operation,
        )

    return audited


@pytest.fixture
def sent_code(database, pool):
    """The code in the newest message to a recipient."""

    async def sent_code(recipient):
        body = await database.fetchval(
            "select body from mail_outbox where pool_id = $1 and recipient = $2 order by created_at desc, id desc",
            pool.id,
            recipient,
        )
        return re.findall(r"\b\d{6}\b", re.sub(r"#\w+|\d+px", "", body))[0]

    return sent_code
