"""Sign-up whitelist. Source: docs/contract/v3/whitelist.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from typing import Literal

from msgspec import field

from poolhouse.wire.v3.dto import Dto

WhitelistType = Literal["USERNAME", "EMAIL", "PHONE"]


class AddWhitelistDto(Dto, kw_only=True):
    type: WhitelistType
    items: list[str] | None = field(name="list", default=None)


class AddWhitelistOfAppDto(Dto, kw_only=True):
    app_id: str
    type: WhitelistType
    items: list[str] | None = field(name="list", default=None)


class DeleteWhitelistDto(Dto, kw_only=True):
    type: WhitelistType
    items: list[str] | None = field(name="list", default=None)


class DeleteWhitelistOfAppDto(Dto, kw_only=True):
    type: WhitelistType
    app_id: str
    items: list[str] | None = field(name="list", default=None)


class WhitelistRespDto(Dto, kw_only=True):
    value: str
    created_at: str


class ListWhitelistOfAppQuery(Dto, kw_only=True):
    type: WhitelistType
    app_id: str


class ListWhitelistQuery(Dto, kw_only=True):
    type: WhitelistType
