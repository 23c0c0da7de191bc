"""Tickets are dated and judged by one clock, the database's."""

from datetime import timedelta

import pytest

from poolhouse.errors import TokenExpired
from poolhouse.login import tickets


async def test_a_ticket_lives_as_long_as_it_was_given_by_the_databases_clock(database, pool):
    ticket = await tickets.issue(database, pool.id, "reset", "somebody", lifetime=timedelta(minutes=5))
    left = await database.fetchval("select expires_at - now() from tickets where pool_id = $1", pool.id)
    assert timedelta(minutes=4, seconds=30) < left <= timedelta(minutes=5)
    assert (await tickets.peek(database, pool.id, "reset", ticket)).user_id == "somebody"
    await database.execute("update tickets set expires_at = now() where pool_id = $1", pool.id)
    with pytest.raises(TokenExpired):
        await tickets.peek(database, pool.id, "reset", ticket)


async def test_a_node_whose_clock_is_slow_makes_tickets_that_live(database, pool, monkeypatch):
    import poolhouse.times

    slow = poolhouse.times.now
    for module in (poolhouse.times, tickets):
        monkeypatch.setattr(module, "now", lambda: slow() - timedelta(hours=1), raising=False)
    ticket = await tickets.issue(database, pool.id, "mfa", "somebody", lifetime=timedelta(minutes=5))
    assert (await tickets.peek(database, pool.id, "mfa", ticket)).user_id == "somebody"
