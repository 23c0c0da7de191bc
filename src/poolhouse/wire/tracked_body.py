"""A request body that records which fields its operation reads, for operations that declare no type of body."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any


class TrackedBody(dict[str, Any]):
    """`seen` shows the fields looked at by name so far: what a script may find in its request's body,
    the `hidden` ones aside."""

    def __init__(self, given: Mapping[str, Any], hidden: Collection[str] = ()) -> None:
        super().__init__(given)
        self.seen = Seen({name: value for name, value in given.items() if name not in hidden})

    def __getitem__(self, key: str) -> Any:
        self.seen.names[key] = None
        return super().__getitem__(key)

    def get(self, key: str, default: Any = None) -> Any:
        self.seen.names[key] = None
        return super().get(key, default)


class Seen(Mapping[str, Any]):
    def __init__(self, given: Mapping[str, Any]) -> None:
        self._given = given
        self.names: dict[str, None] = {}

    def __getitem__(self, key: str) -> Any:
        if key not in self.names:
            raise KeyError(key)
        return self._given[key]

    def __iter__(self) -> Iterator[str]:
        return (name for name in self.names if name in self._given)

    def __len__(self) -> int:
        return sum(1 for _ in self)
