"""Field contents somebody encrypted for a key of theirs: RSA PKCS#1 v1.5 in base64, as jsencrypt writes it."""

from __future__ import annotations

import base64
import binascii
import textwrap

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from poolhouse.errors import InvalidInput

LARGEST_KEY_BITS = 8192


def decrypt(content: str, private_key: str) -> str:
    """`private_key`: PEM, or the bare base64 inside one. Raises InvalidInput naming what is wrong.

    The caller brings key and ciphertext both, so a refusal tells them nothing new.
    """
    key = _load(private_key)
    try:
        return key.decrypt(base64.b64decode(content, validate=True), padding.PKCS1v15()).decode()
    except (ValueError, binascii.Error) as error:
        raise InvalidInput("data.encryptedContent") from error


def _load(text: str) -> rsa.RSAPrivateKey:
    text = text.strip()
    kinds = [text] if text.startswith("-----") else [_pem(text, "PRIVATE KEY"), _pem(text, "RSA PRIVATE KEY")]
    for pem in kinds:
        try:
            key = serialization.load_pem_private_key(pem.encode(), None)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            continue
        if isinstance(key, rsa.RSAPrivateKey) and key.key_size <= LARGEST_KEY_BITS:
            return key
    raise InvalidInput("privateKey")


def _pem(text: str, label: str) -> str:
    body = "\n".join(textwrap.wrap("".join(text.split()), 64))
    return f"-----BEGIN {label}-----\n{body}\n-----END {label}-----\n"
