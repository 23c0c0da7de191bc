"""What a provider says of a person, by our names of it: one rule for every kind whose answer is a flat object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def told(said: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """`names`: theirs, and ours. Only what is a text with something in it: some providers send "" for whatever they do
    not tell. Of two that are one of ours the later counts."""
    return {
        ours: value
        for theirs, ours in names.items()
        if isinstance(value := said.get(theirs), str) and value.strip()
    }
