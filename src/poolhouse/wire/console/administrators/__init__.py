"""Pages about administrators: of the server, for its owners."""

from __future__ import annotations

from poolhouse.wire.console.administrators import acts, of_server

PAGES = (*of_server.PAGES, *acts.PAGES)
