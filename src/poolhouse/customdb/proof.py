"""Whether a version may be published: a pool may ask that a debug run of it has returned an answer first."""

from __future__ import annotations

from poolhouse.customdb import postgres
from poolhouse.customdb.model import ScriptVersion
from poolhouse.db.database import Executor
from poolhouse.errors import ScriptUnproven
from poolhouse.pools.service import PoolService


async def is_asked_for(pools: PoolService, pool_id: str) -> bool:
    """The pool's setting; may be a second old, as every setting is."""
    return (await pools.get(pool_id)).settings.publish_requires_passing_run


async def require(db: Executor, pools: PoolService, pool_id: str, version: ScriptVersion) -> None:
    """What is published already may be published again. Raises ScriptUnproven."""
    if version.passed_at is not None or not await is_asked_for(pools, pool_id):
        return
    published = await postgres.published_source(db, pool_id, version.name)
    if published is None or published[0] != version.version:
        raise ScriptUnproven(version.name, version.version)
