"""Shapes of the sign-up whitelist. Source: reference/v3.md 2 and 3, v3-models.json."""

from __future__ import annotations

from typing import Literal

from msgspec import field

from poolhouse.wire.v3.dto import Dto


class AddWhitelistDto(Dto, kw_only=True):
    type: Literal["USERNAME", "EMAIL", "PHONE"]
    items: list[str] | None = field(name="list", default=None)


class AddWhitelistOfAppDto(Dto, kw_only=True):
    app_id: str
    type: Literal["USERNAME", "EMAIL", "PHONE"]
    items: list[str] | None = field(name="list", default=None)


class DeleteWhitelistDto(Dto, kw_only=True):
    type: Literal["USERNAME", "EMAIL", "PHONE"]
    items: list[str] | None = field(name="list", default=None)


class DeleteWhitelistOfAppDto(Dto, kw_only=True):
    type: Literal["USERNAME", "EMAIL", "PHONE"]
    app_id: str
    items: list[str] | None = field(name="list", default=None)


class WhitelistRespDto(Dto, kw_only=True):
    value: str
    created_at: str


class ListWhitelistQuery(Dto, kw_only=True):
    type: Literal["USERNAME", "EMAIL", "PHONE"]


class ListWhitelistOfAppQuery(Dto, kw_only=True):
    type: Literal["USERNAME", "EMAIL", "PHONE"]
    app_id: str
