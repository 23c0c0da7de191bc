"""How a pool is: an operation of our own. Figures and no names, so every role of an administrator may see them."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from poolhouse.login.refusal_log import in_words
from poolhouse.times import v3_time
from poolhouse.wire.v3.endpoint import Endpoint, V3Request


class Camel(Struct, rename="camel"):
    pass


class PoolStatisticsQuery(Camel):
    days: int = 30


class StatisticsDayDto(Camel):
    date: str
    logins: int
    refusals: int
    new_users: int
    moved: int


class RefusalCountDto(Camel):
    reason: str
    message: str
    count: int


class ScriptHealthDto(Camel):
    name: str
    calls: int
    threw: int
    stopped: int
    p50_ms: float
    p95_ms: float
    since: str


class NextStepDto(Camel):
    code: str
    about: list[str]


class PoolStatisticsDto(Camel):
    zone: str
    counted_until: str | None
    users: int
    days: list[StatisticsDayDto]
    refusals: list[RefusalCountDto]
    scripts: list[ScriptHealthDto]
    breaker: str | None
    mail_waiting: int
    mail_failed: int
    next_steps: list[NextStepDto] = msgspec.field(default_factory=list)


async def get_statistics(request: V3Request, query: PoolStatisticsQuery) -> PoolStatisticsDto:
    found = await request.services.statistics.of(request.caller, query.days)
    lang = request.caller.lang
    return PoolStatisticsDto(
        found.zone,
        v3_time(found.until) if found.until else None,
        found.users,
        [StatisticsDayDto(day.date, day.logins, day.refusals, day.users, day.moved) for day in found.days],
        [RefusalCountDto(reason, in_words(reason, lang), count) for reason, count in found.refusals.items()],
        [
            ScriptHealthDto(
                one.name,
                one.calls,
                one.threw,
                one.stopped,
                round(one.p50_ms, 1),
                round(one.p95_ms, 1),
                v3_time(one.since),
            )
            for one in found.scripts
        ],
        found.breaker,
        found.mail_waiting,
        found.mail_failed,
        [NextStepDto(step.code, list(step.about)) for step in found.steps],
    )


ENDPOINTS = [
    Endpoint(
        "GET",
        "get-pool-statistics",
        request=PoolStatisticsQuery,
        response=PoolStatisticsDto,
        handler=get_statistics,
        scope="statistics:read",
        summary="Show sign-ins, newcomers, scripts and mail of the last days in figures",
        ours=True,
    )
]
