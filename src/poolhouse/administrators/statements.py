"""The slowest statements of the server, for its owners: a statement is one text for all pools."""

from __future__ import annotations

from typing import get_args

from poolhouse.administrators.service import require_server_owner
from poolhouse.caller import Caller
from poolhouse.db import postgres_statements
from poolhouse.db.database import Database
from poolhouse.db.postgres_statements import Order, Slowest
from poolhouse.errors import InvalidInput
from poolhouse.paging import PageRequest

ORDERS: tuple[Order, ...] = get_args(Order)


class SlowStatements:
    def __init__(self, db: Database) -> None:
        self._db = db

    async def list(self, caller: Caller, order: str, page: PageRequest) -> Slowest:
        """`order`: by their `mean` or their `total` time. Raises InvalidInput."""
        require_server_owner(caller)
        for one in ORDERS:
            if order == one:
                return await postgres_statements.slowest(self._db, one, page)
        raise InvalidInput("sort", "应为 mean 或 total", "must be mean or total")
