"""Two versions of a script beside each other: by a table that the server makes, and by the editor where it runs."""

from __future__ import annotations

from poolhouse.aside import aside
from poolhouse.wire.console.comparing.lines import Comparison, compared
from poolhouse.wire.console.visit import Visit


async def comparison(visit: Visit, before: str, after: str) -> Comparison:
    return await aside(visit.path["pool"], compared, before, after)
