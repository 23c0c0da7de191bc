"""A WHERE clause and its parameters, grown together so that no value is ever spliced into SQL."""

from __future__ import annotations

import re
from typing import Any

_PLACEHOLDER = re.compile(r"\$(\d{1,5})")


class Where:
    """Starts with the pool, as every query does. Terms are joined by AND."""

    def __init__(self, pool_id: str, alias: str) -> None:
        self.args: list[Any] = [pool_id]
        self._terms = [f"{alias}.pool_id = $1"]

    def arg(self, value: Any) -> str:
        """Keeps `value` and gives its placeholder."""
        self.args.append(value)
        return f"${len(self.args)}"

    def add(self, term: str) -> None:
        self._terms.append(term)

    def any_of(self, terms: list[str]) -> None:
        """Adds `(a or b or ...)`; an empty list matches nothing."""
        self.add("(" + " or ".join(terms) + ")" if terms else "false")

    def using(self, query: str) -> tuple[str, list[Any]]:
        """A query that uses some of the parameters, and these alone: PostgreSQL refuses others."""
        numbers = sorted({int(number) for number in _PLACEHOLDER.findall(query)})
        places = {number: place for place, number in enumerate(numbers, 1)}
        return (
            _PLACEHOLDER.sub(lambda found: f"${places[int(found[1])]}", query),
            [self.args[number - 1] for number in numbers],
        )

    @property
    def sql(self) -> str:
        return " and ".join(self._terms)

    @property
    def unfiltered(self) -> bool:
        return len(self._terms) == 1
