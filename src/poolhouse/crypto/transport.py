"""Passwords on their way in: RSA PKCS#1 v1.5 or SM2, as the official clients encrypt them.

A ciphertext that does not decrypt must look like a wrong password (PKCS#1 v1.5 leaks its key to whoever can
tell the two apart), so for logins the answer is a random password nobody has.
Source: docs/contract/v2.md#passwords-on-their-way.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import secrets
from dataclasses import dataclass
from typing import Literal

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from poolhouse.crypto import sm2
from poolhouse.errors import PasswordUndecryptable

Encryption = Literal["auto", "none", "rsa", "sm2"]

RSA_BITS = 2048
_RSA_BYTES = RSA_BITS // 8
_LONGEST_CIPHERTEXT = 4096


@dataclass(frozen=True)
class TransportKeys:
    """Kept as one secret string: `dump` and `load`."""

    rsa_private: rsa.RSAPrivateKey
    sm2_private: int

    @classmethod
    def generate(cls) -> TransportKeys:
        return cls(rsa.generate_private_key(65537, RSA_BITS), sm2.generate_private_key())

    @classmethod
    def load(cls, text: str) -> TransportKeys:
        kept = json.loads(text)
        private = serialization.load_pem_private_key(kept["rsa"].encode(), None)
        if not isinstance(private, rsa.RSAPrivateKey):
            raise ValueError("the password transport key is not an RSA key")
        return cls(private, int(kept["sm2"], 16))

    def dump(self) -> str:
        pem = self.rsa_private.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        return json.dumps({"rsa": pem.decode(), "sm2": f"{self.sm2_private:064x}"})


class PasswordTransport:
    def __init__(self, keys: TransportKeys) -> None:
        self._keys = keys
        public = keys.rsa_private.public_key()
        self.rsa_public_key = public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ).decode()
        """PEM SubjectPublicKeyInfo, as jsencrypt takes it."""
        self.sm2_public_key = sm2.public_key_hex(keys.sm2_private)
        self._decoy = public.encrypt(secrets.token_bytes(16), padding.PKCS1v15())

    async def read(self, password: str, encryption: Encryption = "auto") -> str:
        """A password to be checked. Never fails: what does not decrypt becomes a random one.

        `auto` takes what looks like a ciphertext for one and anything else as it stands.
        """
        kind = self._kind(password) if encryption == "auto" else encryption
        if kind == "none":
            return password
        plain = await asyncio.to_thread(self._decrypt, password, kind)
        return plain if plain is not None else secrets.token_hex(16)

    async def read_new(self, password: str, encryption: Encryption = "auto") -> str:
        """A password to be set. Raises PasswordUndecryptable rather than set one nobody knows.

        No oracle: OpenSSL answers bad padding with pseudo-random bytes, which are as seldom UTF-8 as the
        plaintext of a forged ciphertext with good padding.
        """
        kind = self._kind(password) if encryption == "auto" else encryption
        if kind == "none":
            return password
        plain = await asyncio.to_thread(self._decrypt, password, kind)
        if plain is None:
            raise PasswordUndecryptable()
        return plain

    def _kind(self, password: str) -> Encryption:
        if password.startswith("sm2:"):
            return "sm2"
        return "rsa" if _base64(password) is not None else "none"

    def _decrypt(self, text: str, kind: Encryption) -> str | None:
        """Takes a millisecond (RSA) to five (SM2)."""
        return self._decrypt_sm2(text) if kind == "sm2" else self._decrypt_rsa(text)

    def _decrypt_rsa(self, text: str) -> str | None:
        sealed = _base64(text)
        try:
            plain = self._keys.rsa_private.decrypt(sealed or self._decoy, padding.PKCS1v15())
            return plain.decode() if sealed is not None else None
        except ValueError:
            return None

    def _decrypt_sm2(self, text: str) -> str | None:
        if len(text) > _LONGEST_CIPHERTEXT:
            return None
        try:
            plain = sm2.decrypt(self._keys.sm2_private, bytes.fromhex(text.removeprefix("sm2:")))
            return plain.decode() if plain is not None else None
        except ValueError:
            return None


def _base64(text: str) -> bytes | None:
    """The bytes of an RSA ciphertext of ours, None if the text cannot be one."""
    if not 300 < len(text) < 400:
        return None
    try:
        sealed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # jsencrypt drops leading zero bytes: one ciphertext in 256 comes shorter.
    return sealed.rjust(_RSA_BYTES, b"\0") if _RSA_BYTES - 4 <= len(sealed) <= _RSA_BYTES else None
