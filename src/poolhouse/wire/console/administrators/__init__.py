"""Pages about administrators: of the server, for its owners, and of a pool, for the pool's."""

from __future__ import annotations

from poolhouse.wire.console.administrators import acts, of_pool, of_server

PAGES = (*of_server.PAGES, *acts.PAGES, *of_pool.PAGES)
