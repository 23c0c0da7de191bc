"""What travels in bodies and queries, one file a family, written by `make contract` from docs/contract/v3.

A struct here is a shape and nothing else: rules live in the domains. Names and optionality are the official
clients'. An optional request field that is absent is None; in the Update* shapes absent is UNSET and null is
None, because null clears a field there. Where the contract was seen to be stricter than its own clients, a
field is relaxed beside a comment. This file alone is written by hand.
"""

from __future__ import annotations

from typing import Annotated, TypeVar, Union

from msgspec import Meta, Struct, UnsetType

T = TypeVar("T")

Maybe = Union[T, None, UnsetType]  # noqa: UP007  (a generic alias)

LARGEST = 2**53 - 1

Int = Annotated[int, Meta(ge=-LARGEST, le=LARGEST)]
"""A JavaScript integer."""


class Dto(Struct, rename="camel", kw_only=True):
    """camelCase on the wire, snake_case here."""
