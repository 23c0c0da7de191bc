"""Passwords on their way in: RSA PKCS#1 v1.5 or SM2, as the official clients encrypt them.

A ciphertext that does not decrypt must look like a wrong password (PKCS#1 v1.5 leaks its key to whoever can
tell the two apart), so for logins the answer is a random password nobody has. A text that by its form alone is the
ciphertext of another key, or one where plain text was announced, is refused everywhere: the form is no secret.
Source: docs/contract/v2.md#passwords-on-their-way.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import json
import re
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
_FOREIGN_RSA_BYTES = (128, 384, 512)
"""Of the keys of 1024, 3072 and 4096 bits that a client may have been given; older ones bring one of 1024."""
_DROPPED = 4
"""jsencrypt drops leading zero bytes: one ciphertext in 256 comes shorter, four bytes less never."""
_LONGEST_CIPHERTEXT = 4096

_WRAPPING = re.compile(r"[\r\n]")


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
        # Ours, out of our own ciphertext: checking that it is a key costs a start 50 ms.
        private = serialization.load_pem_private_key(
            kept["rsa"].encode(), None, unsafe_skip_rsa_key_validation=True
        )
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
        """A password to be checked: what does not decrypt becomes a random one.

        `auto` takes what looks like a ciphertext for one and anything else as it stands. Raises PasswordUndecryptable
        for what by its form is the ciphertext of another key or of another kind than `encryption`, before anything is
        decrypted.
        """
        plain = await self.opened(password, encryption)
        return plain if plain is not None else secrets.token_hex(16)

    async def read_new(self, password: str, encryption: Encryption = "auto") -> str:
        """A password to be set. Raises PasswordUndecryptable rather than set one nobody knows.

        No oracle: OpenSSL answers bad padding with pseudo-random bytes, which are as seldom UTF-8 as the
        plaintext of a forged ciphertext with good padding.
        """
        plain = await self.opened(password, encryption)
        if plain is None:
            raise PasswordUndecryptable()
        return plain

    async def opened(self, password: str, encryption: Encryption = "auto") -> str | None:
        """The password, None where it does not decrypt: for who answers that like another refusal. Raises
        PasswordUndecryptable as `read`."""
        kind = _announced(password, encryption)
        if kind == "none":
            return password
        return await asyncio.to_thread(self._decrypt, password, kind)

    def _decrypt(self, text: str, kind: Encryption) -> str | None:
        """Takes a millisecond (RSA) to five (SM2)."""
        return self._decrypt_sm2(text) if kind == "sm2" else self._decrypt_rsa(text)

    def _decrypt_rsa(self, text: str) -> str | None:
        sealed = _sealed_with(_RSA_BYTES, text)
        try:
            plain = self._keys.rsa_private.decrypt(sealed or self._decoy, padding.PKCS1v15())
            return plain.decode() if sealed is not None else None
        except ValueError:
            return None

    def _decrypt_sm2(self, text: str) -> str | None:
        sealed = _hexadecimal(text)
        if sealed is None:
            return None
        plain = sm2.decrypt(self._keys.sm2_private, sm2.bare(sealed) or sealed)
        try:
            return plain.decode() if plain is not None else None
        except ValueError:
            return None


def require_plain(password: str, field: str = "password") -> None:
    """For doors that take passwords as they are typed. Raises PasswordUndecryptable for a ciphertext's form."""
    if _shape(password) != "none":
        raise PasswordUndecryptable(field)


def _announced(password: str, encryption: Encryption) -> Encryption:
    """What to take the text for: what it looks like, unless something else was announced that it cannot be."""
    shape = _shape(password)
    if shape == "foreign" or (shape != "none" and encryption not in ("auto", shape)):
        raise PasswordUndecryptable()
    return shape if encryption == "auto" else encryption


def _shape(text: str) -> Literal["none", "rsa", "sm2", "foreign"]:
    """What the form of a text tells. A password of such a form is one nobody types; who has it must encrypt it."""
    if text.startswith("sm2:"):
        return "sm2"
    if _sealed_with(_RSA_BYTES, text) is not None:
        return "rsa"
    if any(_sealed_with(size, text) is not None for size in _FOREIGN_RSA_BYTES):
        return "foreign"
    sealed = _hexadecimal(text)
    return "sm2" if sealed is not None and sm2.bare(sealed) is not None else "none"


def _sealed_with(size: int, text: str) -> bytes | None:
    """The ciphertext of a key of `size` bytes, None if the text cannot be one.

    Without padding at its end, base64 is told from a long word by a + or a /, which as many random bytes hold.
    """
    shortest, longest = (-(-length // 3) * 4 for length in (size - _DROPPED, size))
    if not shortest <= len(text) <= longest + longest // 64 * 2 + 2:
        return None
    text = _WRAPPING.sub("", text)
    if not text.endswith("=") and "+" not in text and "/" not in text:
        return None
    try:
        sealed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return sealed.rjust(size, b"\0") if size - _DROPPED <= len(sealed) <= size else None


def _hexadecimal(text: str) -> bytes | None:
    if len(text) > _LONGEST_CIPHERTEXT:
        return None
    try:
        return bytes.fromhex(text.removeprefix("sm2:"))
    except ValueError:
        return None
