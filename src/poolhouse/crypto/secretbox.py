"""Secrets at rest: AES-256-GCM under the server's key, bound to the place they are stored in."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import os
import secrets
from collections.abc import Sequence
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from poolhouse.errors import Unfit
from poolhouse.files import draft_of, write_private

_VERSION = 1
_KEY_ID_BYTES = 4
_NONCE_BYTES = 12


class SecretUnreadable(Exception):
    """Another key, another place, or changed bytes. A fault of the installation, never of a caller."""


class KeyMalformed(Unfit, ValueError):
    """POOLHOUSE_SECRET_KEY or secret.key holds something else than keys."""


class SecretBox:
    """`key`: 32 bytes; `older`: keys that still open what they closed, so that a key can be replaced.

    Layout: version (1 byte), key id (4), nonce (12), ciphertext and tag.
    """

    def __init__(self, key: bytes, older: Sequence[bytes] = ()) -> None:
        self._newest = _key_id(key)
        self._digest_key = hashlib.sha256(b"poolhouse digest key" + key).digest()
        self._keys = {_key_id(each): AESGCM(each) for each in (*older, key)}

    @property
    def key_ids(self) -> list[bytes]:
        """Of every key that opens, the newest first. No secret: they stand in every ciphertext value."""
        return sorted(self._keys, key=lambda each: each != self._newest)

    def encrypt(self, text: str, aad: str) -> bytes:
        """`aad` names the place ("pool_id/table/column/id"); the same is needed to open it."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        ciphertext = self._keys[self._newest].encrypt(nonce, text.encode(), aad.encode())
        return bytes([_VERSION]) + self._newest + nonce + ciphertext

    def decrypt(self, ciphertext: bytes, aad: str) -> str:
        head = 1 + _KEY_ID_BYTES
        key = self._keys.get(ciphertext[1:head])
        if key is None or len(ciphertext) < head + _NONCE_BYTES or ciphertext[0] != _VERSION:
            raise SecretUnreadable(f"no key for the secret at {aad}")
        nonce, body = ciphertext[head : head + _NONCE_BYTES], ciphertext[head + _NONCE_BYTES :]
        try:
            return key.decrypt(nonce, body, aad.encode()).decode()
        except InvalidTag as error:
            raise SecretUnreadable(f"the secret at {aad} does not open") from error

    def digest(self, text: str, aad: str) -> bytes:
        """A keyed digest, for what is too short to be hashed without a key: six digits."""
        return hmac.digest(self._digest_key, f"{aad}\0{text}".encode(), "sha256")

    def is_current(self, ciphertext: bytes) -> bool:
        """False: closed by an older key; encrypt it again when convenient."""
        return ciphertext[1 : 1 + _KEY_ID_BYTES] == self._newest


_KEY = ("the secret key must be 32 bytes in base64 or hex", "密钥应为 32 字节，以 base64 或十六进制书写")


def parse_key(text: str) -> bytes:
    """32 bytes as base64 or hex (POOLHOUSE_SECRET_KEY, secret.key)."""
    text = text.strip()
    try:
        key = bytes.fromhex(text) if len(text) == 64 else base64.b64decode(text, validate=True)
    except ValueError as error:
        raise KeyMalformed(*_KEY) from error
    if len(key) != 32:
        raise KeyMalformed(*_KEY)
    return key


def parse_keys(text: str) -> list[bytes]:
    """One or more keys, newest first, apart by commas or lines."""
    keys = [parse_key(part) for part in text.replace(",", "\n").split("\n") if part.strip()]
    if not keys:
        raise KeyMalformed(*_KEY)
    return keys


def load_or_create_key_file(path: Path) -> list[bytes]:
    """The keys in `path`, newest first; one is made there with mode 0600 if there is none.

    Two starts at once agree on one key.
    """
    if not path.exists():
        with draft_of(path, _lines([secrets.token_bytes(32)])) as draft, contextlib.suppress(FileExistsError):
            os.link(draft, path)
    return parse_keys(path.read_text())


def replace_key_file(path: Path, keys: Sequence[bytes]) -> None:
    """All of it or nothing, whenever the machine stops."""
    write_private(path, _lines(keys))


def _lines(keys: Sequence[bytes]) -> bytes:
    return b"".join(base64.b64encode(key) + b"\n" for key in keys)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"poolhouse key id" + key).digest()[:_KEY_ID_BYTES]
