"""With what rights an act goes on: those that whoever asked for it had, as far as they still have them."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from poolhouse.administrators.service import AdministratorService
from poolhouse.bulk.acts import ACTS
from poolhouse.bulk.model import Actor, BulkAct
from poolhouse.caller import ActorKind, Caller, Limits
from poolhouse.credentials.access_keys import AccessKeyService
from poolhouse.errors import LimitedRole, NotPermitted


class Rights:
    def __init__(self, administrators: AdministratorService, keys: AccessKeyService) -> None:
        self._administrators, self._keys = administrators, keys

    async def caller(self, act: BulkAct) -> Caller:
        """Raises as `caller_of`."""
        row = ACTS[act.act]
        found = await self.caller_of(act.pool_id, act.actor, row.scopes, act.request_id)
        if found.limits is not None and not row.within:
            raise LimitedRole(f"{act.act} is not among what is done within limits")
        return found

    async def caller_of(self, pool_id: str, actor: Actor, scopes: frozenset[str], request_id: str) -> Caller:
        """Asked before each piece. Raises Refused once they were disabled, lost the role or key, or one of `scopes`, or
        are limited otherwise than when they began: what they meant by all is not all that there is now. PoolNotFound.
        """
        asked = Caller(
            pool_id,
            kind=cast(ActorKind, actor.kind),
            actor_id=actor.id,
            scopes=actor.scopes,
            lang=actor.lang,
            ip=actor.ip,
            user_agent=actor.user_agent,
            request_id=request_id,
        )
        if actor.kind == "administrator" and actor.id != pool_id:
            now, limits = await self._now(asked)
            if limits != actor.limits:
                raise LimitedRole("limited otherwise than when it was begun")
            asked = replace(
                asked, scopes=_common(actor.scopes, now), limits=limits, admitted=limits is not None
            )
        asked.require_administrator()
        asked.require_scopes(scopes)
        return asked

    async def _now(self, asked: Caller) -> tuple[frozenset[str] | None, Limits | None]:
        if found := await self._administrators.caller_later(asked.actor_id, asked.pool_id, asked):
            return found.scopes, found.limits
        key = await self._keys.resolve(asked.actor_id)
        if key is None or key.pool_id != asked.pool_id:
            raise NotPermitted(
                "whoever began it is no administrator, nor an access key of the pool, any more"
            )
        return key.scopes, key.limits


def _common(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    """Of two sets of scopes, None being everything."""
    if one is None or other is None:
        return other if one is None else one
    return one & other
