"""Field values that a customer encrypted for their own key pair: RSA PKCS#1 v1.5 in base64, as jsencrypt writes it."""

from __future__ import annotations

import base64
import binascii
import textwrap
from collections.abc import Sequence

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from poolhouse.errors import InvalidInput, TooLarge
from poolhouse.texts import too_long

MOST_CONTENTS = 200
LARGEST_KEY_BITS = 4096
"""Checking a key of 4096 bits takes a quarter of a second, one of 8192 bits seven."""
LONGEST_KEY = 8192
"""Characters."""


def decrypt(contents: Sequence[str], private_key: str) -> list[str]:
    """`private_key`: PEM, or the bare base64 inside one. Raises InvalidInput naming what is wrong.

    The caller brings key and ciphertext both, so a refusal tells them nothing new. Takes up to a second.
    """
    if len(contents) > MOST_CONTENTS:
        raise TooLarge("data", f"最多 {MOST_CONTENTS} 项", f"at most {MOST_CONTENTS} items")
    key = _load(private_key)
    return [_decrypt(key, content) for content in contents]


def _decrypt(key: rsa.RSAPrivateKey, content: str) -> str:
    if len(content) > LARGEST_KEY_BITS:
        raise InvalidInput("data.encryptedContent", *too_long(LARGEST_KEY_BITS))
    try:
        return key.decrypt(base64.b64decode(content, validate=True), padding.PKCS1v15()).decode()
    except (ValueError, binascii.Error) as error:
        raise InvalidInput(
            "data.encryptedContent", "无法用此私钥解密", "the private key does not open it"
        ) from error


def _load(text: str) -> rsa.RSAPrivateKey:
    text = text.strip()
    if len(text) > LONGEST_KEY:
        raise _too_large()
    kinds = [text] if text.startswith("-----") else [_pem(text, "PRIVATE KEY"), _pem(text, "RSA PRIVATE KEY")]
    for pem in kinds:
        try:
            key = serialization.load_pem_private_key(pem.encode(), None, unsafe_skip_rsa_key_validation=True)
            if isinstance(key, rsa.RSAPrivateKey):
                _require_small(key)
                key = serialization.load_pem_private_key(pem.encode(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
        if isinstance(key, rsa.RSAPrivateKey):
            return key
    raise InvalidInput("privateKey", "应为 PEM 格式的 RSA 私钥", "expected an RSA private key as PEM")


def _require_small(unchecked: rsa.RSAPrivateKey) -> None:
    """Every number of the key: a forged one may have a short modulus and long primes to check."""
    numbers = unchecked.private_numbers()
    parts = (numbers.p, numbers.q, numbers.d, numbers.dmp1, numbers.dmq1, numbers.iqmp)
    halves = numbers.p.bit_length() + numbers.q.bit_length()
    if max(part.bit_length() for part in (*parts, numbers.public_numbers.n)) > LARGEST_KEY_BITS:
        raise _too_large()
    if halves > LARGEST_KEY_BITS or numbers.public_numbers.e.bit_length() > 64:
        raise _too_large()


def _too_large() -> InvalidInput:
    most = LARGEST_KEY_BITS
    return InvalidInput(
        "privateKey", f"RSA 密钥最大 {most} 位", f"an RSA key of at most {most} bits is taken"
    )


def _pem(text: str, label: str) -> str:
    body = "\n".join(textwrap.wrap("".join(text.split()), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"
