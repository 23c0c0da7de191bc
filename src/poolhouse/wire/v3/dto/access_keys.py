"""Access keys. Source: docs/contract/v3/access_keys.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from poolhouse.wire.v3.dto import Dto


class CreateAccessKeyDto(Dto, kw_only=True):
    type: str | None = None  # the contract requires it
    user_id: str | None = None
    tenant_id: str | None = None
    # ours: what the key may do, `users:read`; absent means everything, an unknown one is refused
    scopes: list[str] | None = None


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
    administrator_id: str | None = None  # ours: whose key it is
    administrator_name: str | None = None  # ours
    is_usable: bool  # ours


class DeleteAccessKeyDto(Dto, kw_only=True):
    access_key_id: str


class GetAccessKeyRespDto(CreateAccessKeyRespDto, kw_only=True):
    pass


class ListAccessKeyRespDto(CreateAccessKeyRespDto, kw_only=True):
    pass


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
