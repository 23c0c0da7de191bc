"""What the SAML 2.0 and XML Signature documents call things: namespaces, bindings, formats, algorithms.

Sources: OASIS saml-core-2.0-os, saml-bindings-2.0-os, saml-metadata-2.0-os; W3C xmldsig-core1, RFC 9231.
"""

from __future__ import annotations

from typing import Final

SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
METADATA: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
DS: Final = "http://www.w3.org/2000/09/xmldsig#"

REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
SUCCESS: Final = "urn:oasis:names:tc:SAML:2.0:status:Success"
STATUSES: Final = "urn:oasis:names:tc:SAML:2.0:status:"
ENTITY_FORMAT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"

PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
EMAIL: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
FORMATS: Final = {
    "persistent": PERSISTENT,
    "emailAddress": EMAIL,
    "unspecified": UNSPECIFIED,
    "transient": TRANSIENT,
    "x509SubjectName": "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName",
    "windowsDomainQualifiedName": "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
}
"""By the name that a connection's settings use."""

ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"

_MORE = "http://www.w3.org/2001/04/xmldsig-more#"
_ENC = "http://www.w3.org/2001/04/xmlenc#"
SIGNATURES: Final = {
    f"{_MORE}{kind}-{digest}": f"{kind}-{digest}"
    for kind in ("rsa", "ecdsa")
    for digest in ("sha256", "sha384", "sha512")
}
"""Algorithms of a signature that are taken, by their address. No HMAC: its key would be a public one."""
DIGESTS: Final = {f"{_ENC}sha256": "sha256", f"{_MORE}sha384": "sha384", f"{_ENC}sha512": "sha512"}
SHA1_SIGNATURES: Final = {f"{DS}rsa-sha1": "rsa-sha1"}
SHA1_DIGESTS: Final = {f"{DS}sha1": "sha1"}
"""Both only where a connection allows SHA-1 by name."""


def saml(name: str) -> str:
    """The name of an element of an assertion, as lxml writes it."""
    return f"{{{SAML}}}{name}"


def samlp(name: str) -> str:
    """The name of an element of a request or a response, as lxml writes it."""
    return f"{{{SAMLP}}}{name}"


def md(name: str) -> str:
    """The name of an element of metadata, as lxml writes it."""
    return f"{{{METADATA}}}{name}"


def ds(name: str) -> str:
    """The name of an element of a signature, as lxml writes it."""
    return f"{{{DS}}}{name}"
