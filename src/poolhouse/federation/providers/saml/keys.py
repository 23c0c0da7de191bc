"""A connection's own key, which signs its requests, and the certificate by which the provider knows it.

The certificate is self-signed: what counts is the key in it (SAML V2.0 Metadata Interoperability Profile 1.0, 2.5).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa

BITS = 3072
_LIFE = timedelta(days=3653)


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A private key and its certificate."""

    private: rsa.RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate

    @property
    def private_pem(self) -> str:
        """PKCS#8, not encrypted: to be sealed where it is kept."""
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        ).decode()

    @property
    def certificate_pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()


def made(name: str, now: datetime) -> OwnKey:
    """A new one: some hundred milliseconds, so `aside`. `name` stands in the certificate for people to read."""
    private = rsa.generate_private_key(65537, BITS)
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name[:64] or "poolhouse")])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + _LIFE)
        .sign(private, hashes.SHA256())
    )
    return OwnKey(private, certificate)


def opened(private_pem: str, certificate_pem: str) -> OwnKey:
    """What `private_pem` and `certificate_pem` were."""
    private = serialization.load_pem_private_key(private_pem.encode(), None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError("not an RSA key")
    return OwnKey(private, x509.load_pem_x509_certificate(certificate_pem.encode()))
