"""Bytes at rest that belong to one thing, in pieces: AES-256-GCM under a key of their own, which a `SecretBox` seals.

So a new key of the server closes one small value again instead of every piece; once the key is gone, so are they.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from poolhouse.crypto.secretbox import SecretUnreadable

_NONCE_BYTES = 12
_DIGEST_BYTES = 16


class PieceBox:
    """`key`: what `new_key` made."""

    def __init__(self, key: str) -> None:
        raw = base64.b64decode(key)
        self._cipher = AESGCM(raw)
        self._digest_key = hashlib.sha256(b"poolhouse digests of pieces" + raw).digest()

    @staticmethod
    def new_key() -> str:
        return base64.b64encode(secrets.token_bytes(32)).decode()

    def seal(self, data: bytes, place: str) -> bytes:
        """`place` says which piece it is; the same is needed to open it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        return nonce + self._cipher.encrypt(nonce, data, place.encode())

    def opened(self, sealed: bytes, place: str) -> bytes:
        """Raises SecretUnreadable."""
        try:
            return self._cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], place.encode())
        except InvalidTag as error:
            raise SecretUnreadable(f"the piece {place} does not open") from error

    def digest(self, text: str) -> bytes:
        """By which equal texts are found that are not to be kept."""
        return hmac.digest(self._digest_key, text.encode(), "sha256")[:_DIGEST_BYTES]
