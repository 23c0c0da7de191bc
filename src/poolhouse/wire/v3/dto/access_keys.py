"""Shapes of access keys. Source: reference/v3.md 2 and 3, v3-models.json."""

from __future__ import annotations

from poolhouse.wire.v3.dto import Dto, Int


class CreateAccessKeyDto(Dto, kw_only=True):
    type: str | None = None
    user_id: str | None = None
    tenant_id: str | None = None
    scopes: list[str] | None = None  # ours: what the key may do, `users:read`; absent means everything


class CreateAccessKeyRespDto(Dto, kw_only=True):
    access_key_id: str
    access_key_secret: str
    user_id: str
    created_at: str
    status: str
    last_date: str
    user_pool_id: str
    enable: bool
    scopes: list[str] | None = None  # ours


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
    scopes: list[str] | None = None  # ours


class ListAccessKeyRespDto(Dto, kw_only=True):
    access_key_id: str
    access_key_secret: str
    user_id: str
    created_at: str
    status: str
    last_date: str
    user_pool_id: str
    enable: bool
    scopes: list[str] | None = None  # ours


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


class GetManagementTokenDto(Dto, kw_only=True):
    access_key_id: str
    access_key_secret: str


class ManagementTokenDto(Dto, rename=None, kw_only=True):
    """`expires_in`: seconds."""

    access_token: str
    expires_in: Int
