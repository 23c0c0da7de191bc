"""The addresses that a provider sends people back to. Sources: the vendor's guides to each kind of identity source.

Ours names kind and connection, so that no provider's answer can be taken for another's. A provider that knows one of
the vendor's already need not be told a new one: the connection says which (`callback` among its fields).
"""

from __future__ import annotations

from typing import Literal

Spelling = Literal["", "kind", "social"]
"""`""`: ours. `kind`: `/connections/{kind}/callback`, one for all connections of the kind. `social`:
`/connection/social/{identifier}/{pool}/callback`."""


def callback_path(spelling: Spelling, kind: str, identifier: str, pool_id: str = "") -> str:
    if spelling == "kind":
        return f"/connections/{kind}/callback"
    if spelling == "social":
        return f"/connection/social/{identifier}/{pool_id}/callback"
    return f"/connections/{kind}/{identifier}/callback"


def place_of(path: str) -> tuple[str, str]:
    """What a path says of the connection: its kind, and its identifier ("" where it names none). An attempt is finished
    only at the place it was begun for. `/connection/` and `/connections/` are one word."""
    parts = path.split("/")
    return parts[2], "/".join(parts[3:-1])
