"""DNEF. Source: docs/contract/v3/dnef.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from msgspec import field

from poolhouse.wire.v3.dto import Dto, Int
from poolhouse.wire.v3.dto.common import ExtendField


class DnefPaginatedRespDto(Dto, kw_only=True):
    next_start_index: Int
    truncated: bool
    items: list[ExtendField] = field(name="list")


class ListDnefQuery(Dto, kw_only=True):
    namespace_code: str
    resource_code: str
    start_index: Int = 1
    max_size: Int = 10
    query: str | None = None
