"""Signing keys as they are kept: sealed, each bound to its row; and made."""

from __future__ import annotations

from asyncpg import Record
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from joserfc.jwk import ECKey, OctKey, RSAKey

from poolhouse.crypto.secretbox import SecretBox
from poolhouse.sessions.tokens import Algorithm, SigningKey


def sealed(box: SecretBox, private: str, key_id: str, pool_id: str = "") -> bytes:
    return box.encrypt(private, _place(key_id, pool_id))


def opened(box: SecretBox, row: Record) -> SigningKey:
    """A row of `signing_keys`, or of `server_signing_keys`. Raises SecretUnreadable."""
    pool_id = row.get("pool_id", "")
    private = box.decrypt(row["sealed"], _place(row["id"], pool_id))
    return SigningKey(
        pool_id,
        row["id"],
        row["algorithm"],
        _imported(row["algorithm"], private),
        purpose=row.get("purpose", "server"),
        app_id=row.get("app_id", ""),
    )


def generated(algorithm: Algorithm) -> str:
    """PEM. An RSA key takes tens of milliseconds and more: for a thread."""
    made = (
        RSAKey.generate_key(2048, private=True)
        if algorithm == "RS256"
        else ECKey.generate_key("P-256", private=True)
    )
    return made.as_pem(private=True).decode()


def _imported(algorithm: Algorithm, private: str) -> OctKey | RSAKey | ECKey:
    if algorithm == "HS256":
        return OctKey.import_key(private)
    # Ours, and sealed since it was made: proving its numbers prime again would take fifty milliseconds.
    raw = load_pem_private_key(private.encode(), None, unsafe_skip_rsa_key_validation=True)
    if algorithm == "RS256":
        assert isinstance(raw, RSAPrivateKey)
        return RSAKey(raw, raw)
    assert isinstance(raw, EllipticCurvePrivateKey)
    return ECKey(raw, raw)


def _place(key_id: str, pool_id: str) -> str:
    return f"signing-key:{pool_id}:{key_id}" if pool_id else f"server-signing-key:{key_id}"
