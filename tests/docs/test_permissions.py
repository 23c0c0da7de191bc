"""docs/guide/permissions.md: its blocks, in order, by the official client."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path

from poolhouse.caller import Caller
from poolhouse.groups.model import GroupDraft
from poolhouse.services import Services
from poolhouse.users.model import UserDraft

PAGE = Path(__file__).resolve().parents[2] / "docs/guide/permissions.md"


async def test_the_blocks_of_the_page_run_in_order(services: Services, server: str) -> None:
    pool = await services.pools.create("guide")
    admin = Caller(pool_id=pool.id, kind="administrator", actor_id=pool.id)
    user = await services.users.create(admin, UserDraft({"username": "ann"}))
    await services.groups.create(admin, GroupDraft("developers", "Developers"))
    await services.groups.add_members(admin, "developers", [user.id])
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) == 4
    names = {
        "access_key_id": pool.id,
        "access_key_secret": pool.secret,
        "host": server,
        "user_id": user.id,
    }
    await asyncio.to_thread(exec, "\n".join(blocks), names)
    assert names["answer"]["statusCode"] == 200  # type: ignore[index]
