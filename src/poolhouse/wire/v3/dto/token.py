"""Management token. Source: docs/contract/v3/token.md.

Written by scripts/contract.py: change the page, then `make contract`.
"""

from __future__ import annotations

from msgspec import field

from poolhouse.wire.v3.dto import Dto, Int


class GetManagementTokenDto(Dto, kw_only=True):
    access_key_id: str
    access_key_secret: str


class ManagementTokenDto(Dto, kw_only=True):
    """`expires_in`: seconds."""

    access_token: str = field(name="access_token")
    expires_in: Int = field(name="expires_in")
