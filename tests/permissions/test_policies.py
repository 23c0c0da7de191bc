"""How data policies are kept; what the wire makes of them is in tests/wire/v3/test_data_permissions.py."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from tests.conftest import PoolForTests

from poolhouse.permissions.model import DataResourceDraft, DraftStatement, Kind
from poolhouse.resources.model import Effect
from poolhouse.services import Services


async def test_what_a_policy_says_is_written_at_once_and_in_its_order(
    services: Services, pool: PoolForTests, monkeypatch: pytest.MonkeyPatch
) -> None:
    admin, actions = pool.administrator, tuple(f"a{n}" for n in range(50))
    text = DataResourceDraft("text", "Text", Kind.STRING, "x", actions)
    await services.data_resources.create(admin, "default", text)
    said = [
        DraftStatement(effect, tuple(f"default/text/{action}" for action in some))
        for effect, some in ((Effect.ALLOW, actions[30:]), (Effect.DENY, actions[:30]))
    ]
    row_by_row: list[str] = []
    real = asyncpg.Connection.executemany

    async def noted(self: Any, sql: str, *args: Any, **options: Any) -> None:
        row_by_row.append(sql)
        await real(self, sql, *args, **options)

    monkeypatch.setattr(asyncpg.Connection, "executemany", noted)
    policy = await services.data_policies.create(admin, "readers", said)
    assert row_by_row == []
    assert (await services.data_policies.get(admin, policy.id))[1] == said
    await services.data_policies.update(admin, policy.id, statements=said[::-1])
    assert (await services.data_policies.get(admin, policy.id))[1] == said[::-1]
    assert row_by_row == []
