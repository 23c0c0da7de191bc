"""How many wait for providers at once.

A provider that hangs holds up people of its own connection and nobody else: whoever waits for it has no turn
(`turn.py`), so that others are answered meanwhile; and beyond the bounds the next is refused at once, for in a queue
they would be held up all the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from poolhouse.errors import ProviderFailed
from poolhouse.federation.model import Settled
from poolhouse.turn import let_go

OF_A_CONNECTION, OF_A_POOL = 64, 128
"""Steps of sign-ins under way in this process: with an answer in a second, 64 people a second."""


class Waiting:
    def __init__(self) -> None:
        self._under_way: Counter[tuple[str, ...]] = Counter()

    @contextmanager
    def one(self, connection: Settled) -> Iterator[None]:
        """Around whatever a client asks of its provider. Raises ProviderFailed (busy)."""
        pool, place = (connection.pool_id,), (connection.pool_id, connection.id)
        if self._under_way[place] >= OF_A_CONNECTION or self._under_way[pool] >= OF_A_POOL:
            raise ProviderFailed(
                "busy",
                "已有太多登录在等待身份源应答",
                "too many sign-ins are waiting for the provider already",
            )
        self._under_way.update((pool, place))
        let_go()
        try:
            yield
        finally:
            self._under_way.subtract((pool, place))
            self._under_way = +self._under_way
