"""Shapes of access keys. Source: reference/v3.md 2 and 3, v3-models.json."""

from __future__ import annotations

from poolhouse.wire.v3.dto import Dto


class CreateAccessKeyDto(Dto, kw_only=True):
    type: str
    user_id: str | None = None
    tenant_id: str | None = None


class CreateAccessKeyRespDto(Dto, kw_only=True):
    access_key_id: str
    access_key_secret: str
    user_id: str
    created_at: str
    status: str
    last_date: str
    user_pool_id: str
    enable: bool


class DeleteAccessKeyDto(Dto, kw_only=True):
    access_key_id: str


class GetAccessKeyRespDto(Dto, kw_only=True):
    access_key_id: str
    access_key_secret: str
    user_id: str
    created_at: str
    status: str
    last_date: str
    user_pool_id: str
    enable: bool


class ListAccessKeyRespDto(Dto, kw_only=True):
    access_key_id: str
    access_key_secret: str
    user_id: str
    created_at: str
    status: str
    last_date: str
    user_pool_id: str
    enable: bool


class UpdateAccessKeyDto(Dto, kw_only=True):
    enable: bool
    access_key_id: str


class GetAccessKeyQuery(Dto, kw_only=True):
    user_id: str
    access_key_id: str


class ListAccessKeyQuery(Dto, kw_only=True):
    user_id: str | None = None
    tenant_id: str | None = None
    type: str | None = None
    status: list[str] | None = None
