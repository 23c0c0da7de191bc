"""The request for a sign-in (AuthnRequest), and how a browser carries it (saml-bindings-2.0-os 3.4 and 3.5)."""

from __future__ import annotations

import base64
import secrets
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal
from urllib.parse import quote, urlencode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.signer import XMLSigner

from poolhouse.federation.providers.saml.keys import OwnKey
from poolhouse.federation.providers.saml.names import (
    DIGESTS,
    DS,
    EXCLUSIVE,
    POST,
    SAML,
    SAMLP,
    ds,
    saml,
    samlp,
)

Binding = Literal["redirect", "post"]
Digest = Literal["sha256", "sha384", "sha512"]
_HASHES: Final[dict[Digest, hashes.HashAlgorithm]] = {
    "sha256": hashes.SHA256(),
    "sha384": hashes.SHA384(),
    "sha512": hashes.SHA512(),
}
_DIGESTS = {name: address for address, name in DIGESTS.items()}
_METHOD = "http://www.w3.org/2001/04/xmldsig-more#rsa-"


@dataclass(frozen=True, slots=True)
class Request:
    """`destination`: where the provider takes requests. `issuer`: our entity id. `consumer`: our address for
    responses. `name_id_format` "" leaves the choice to the provider."""

    destination: str
    issuer: str
    consumer: str
    name_id_format: str = ""
    force: bool = False


def new_id() -> str:
    """An xs:ID that nobody guesses: 160 bits."""
    return f"_{secrets.token_hex(20)}"


def written(request: Request, request_id: str, now: datetime) -> etree._Element:
    """The AuthnRequest."""
    root = etree.Element(samlp("AuthnRequest"), nsmap={"samlp": SAMLP, "saml": SAML})
    root.set("ID", request_id)
    root.set("Version", "2.0")
    root.set("IssueInstant", now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))
    root.set("Destination", request.destination)
    root.set("AssertionConsumerServiceURL", request.consumer)
    root.set("ProtocolBinding", POST)
    if request.force:
        root.set("ForceAuthn", "true")
    etree.SubElement(root, saml("Issuer")).text = request.issuer
    policy = etree.SubElement(root, samlp("NameIDPolicy"))
    policy.set("AllowCreate", "true")
    if request.name_id_format:
        policy.set("Format", request.name_id_format)
    return root


def by_redirect(
    request: Request,
    document: etree._Element,
    relay_state: str,
    key: OwnKey | None,
    digest: Digest = "sha256",
) -> str:
    """The address to send the browser to. With `key` its query is signed, as it is written."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(etree.tostring(document)) + packer.flush()
    pairs = [("SAMLRequest", base64.b64encode(packed).decode())]
    if relay_state:
        pairs.append(("RelayState", relay_state))
    if key is not None:
        pairs.append(("SigAlg", f"{_METHOD}{digest}"))
    query = urlencode(pairs, quote_via=quote, safe="")
    if key is not None:
        signature = key.private.sign(query.encode(), padding.PKCS1v15(), _HASHES[digest])
        query += f"&Signature={quote(base64.b64encode(signature).decode(), safe='')}"
    joint = "&" if "?" in request.destination else "?"
    return f"{request.destination}{joint}{query}"


def by_post(
    document: etree._Element, relay_state: str, key: OwnKey | None, digest: Digest = "sha256"
) -> dict[str, str]:
    """The fields of the form that the browser posts. With `key` the document itself is signed."""
    if key is not None:
        document = signed(document, key, digest)
    fields = {"SAMLRequest": base64.b64encode(etree.tostring(document)).decode()}
    return fields | ({"RelayState": relay_state} if relay_state else {})


def signed(document: etree._Element, key: OwnKey, digest: Digest = "sha256") -> etree._Element:
    """With an enveloped signature after its Issuer, where the schema wants it."""
    place = etree.Element(ds("Signature"), nsmap={"ds": DS})
    place.set("Id", "placeholder")
    document.insert(1, place)
    signer = XMLSigner(
        signature_algorithm=SignatureMethod(f"{_METHOD}{digest}"),
        digest_algorithm=DigestAlgorithm(_DIGESTS[digest]),
        c14n_algorithm=CanonicalizationMethod(EXCLUSIVE),
    )
    return signer.sign(
        document,
        key=key.private,
        cert=[key.certificate],
        reference_uri=f"#{document.get('ID')}",
        id_attribute="ID",
    )
