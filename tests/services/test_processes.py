"""What several processes of one machine share out among themselves."""

from __future__ import annotations

from poolhouse.sandbox.limits import Limits
from poolhouse.services import Services, opened
from poolhouse.settings import Settings
from poolhouse.ttl_cache import SHARED, Marks


def bounds(services: Services) -> tuple[int, int, int, int]:
    sandbox = services.sandbox
    return (
        services.hasher.queue_limit,
        services.lockout.turns._at_once,
        sandbox.status().workers_most,
        sandbox._limits.in_flight,
    )


async def test_two_processes_have_half_of_what_one_has(services: Services) -> None:
    data, url = services.settings.data, services.db.url
    async with opened(Settings(data=data), url) as one:
        alone = bounds(one)
    async with opened(Settings(data=data, workers=2), url) as half:
        assert bounds(half) == tuple(bound // 2 for bound in alone)


async def test_processes_on_one_folder_hear_of_each_others_writes(services: Services) -> None:
    data, url = services.settings.data, services.db.url
    async with opened(Settings(data=data), url):
        other = Marks()
        other.share(data)
        other.change(7)
        assert SHARED.now[7] == other.now[7] != 0
        SHARED.change(7)
        assert SHARED.now[7] == other.now[7]


def test_however_many_there_are_each_can_call() -> None:
    shared = Limits().shared_by(64)
    assert (shared.in_flight, shared.queued, shared.workers_per_connection) == (1, 1, 1)
