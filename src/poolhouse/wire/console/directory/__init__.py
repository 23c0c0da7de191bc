"""Pages of the directory's trees and of who is in what."""

from __future__ import annotations

from poolhouse.wire.console.directory import members, moves, organizations

PAGES = (*organizations.PAGES, *moves.PAGES, *members.PAGES)
