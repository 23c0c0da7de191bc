"""`poolhouse completion`."""

from __future__ import annotations

from poolhouse.client.completion import script


def completion(shell: str) -> None:
    print(script(shell), end="")
