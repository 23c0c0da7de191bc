"""Metadata: the provider's, as it is read, and ours, as it is served (saml-metadata-2.0-os).

The provider's is believed because of where it comes from, an administrator's hand or an address with TLS that they
wrote down; a signature in it is not read.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from lxml import etree

from poolhouse.errors import InvalidInput, ProviderFailed
from poolhouse.federation.documents import children, read, text
from poolhouse.federation.providers.saml.names import DS, METADATA, POST, REDIRECT, SAMLP, ds, md
from poolhouse.federation.providers.saml.signatures import certificate_problem
from poolhouse.times import parse_time

WHAT = ("元数据", "the metadata")
MOST_CERTIFICATES = 10


@dataclass(frozen=True, slots=True)
class IdentityProvider:
    """`addresses`: where requests go, by binding ("redirect", "post")."""

    entity_id: str
    addresses: dict[str, str]
    certificates: Sequence[x509.Certificate]
    wants_signed_requests: bool = False


def provider_of(document: bytes, entity_id: str, now: datetime) -> IdentityProvider:
    """The identity provider that metadata describes; of several the one named `entity_id`.

    Raises ProviderFailed (step "xml" or "metadata").
    """
    root = read(document, WHAT)
    described = [
        each
        for each in root.iter(md("EntityDescriptor"))
        if (not entity_id or each.get("entityID") == entity_id) and _role(each) is not None
    ]
    if len(described) != 1:
        raise _unfit(
            "应当恰好描述一个 SAML 2.0 身份提供方；有多个时请填写其实体 ID",
            "must describe exactly one SAML 2.0 identity provider; of several the entity id must be given",
        )
    (entity,) = described
    role = _role(entity)
    assert role is not None
    for element in (root, entity, role):
        _require_current(element, now)
    addresses = {
        name: where.get("Location", "")
        for where in children(role, md("SingleSignOnService"))
        for name, binding in (("redirect", REDIRECT), ("post", POST))
        if where.get("Binding") == binding and is_web_address(where.get("Location", ""))
    }
    if not addresses:
        raise _unfit(
            "没有 HTTP-Redirect 或 HTTP-POST 登录地址",
            "has no address for sign-in by redirect or POST",
        )
    return IdentityProvider(
        entity.get("entityID", ""),
        addresses,
        _certificates(role),
        role.get("WantAuthnRequestsSigned", "").strip() in ("true", "1"),
    )


def certificates_of(pem: str) -> list[x509.Certificate]:
    """Of PEM, or of the bare base64 that stands in metadata; up to ten. Raises ProviderFailed (step "key")."""
    try:
        if "-----BEGIN" in pem:
            found = x509.load_pem_x509_certificates(pem.encode())
        else:
            found = [_certificate(pem)] if pem.strip() else []
    except (ValueError, binascii.Error):
        raise ProviderFailed(
            "key", "证书无法读取，应为 PEM 格式", "a certificate cannot be read as PEM"
        ) from None
    return _usable(found)


def is_web_address(text: str) -> bool:
    """Whether a browser can be sent there: http or https, a host, no spaces or controls, up to 2,048 characters."""
    if not 0 < len(text) <= 2048 or not text.isprintable() or " " in text:
        return False
    try:
        split = urlsplit(text)
        return split.scheme in ("https", "http") and bool(split.hostname) and split.port != 0
    except ValueError:
        return False


def our_metadata(
    entity_id: str,
    consumer: str,
    certificates: Sequence[x509.Certificate],
    name_id_format: str,
    *,
    signs: bool,
) -> bytes:
    """What a provider is told of us. `certificates`: every one that may sign, so that a key can be replaced."""
    root = etree.Element(md("EntityDescriptor"), nsmap={"md": METADATA, "ds": DS})
    root.set("entityID", entity_id)
    role = etree.SubElement(root, md("SPSSODescriptor"))
    role.set("AuthnRequestsSigned", "true" if signs else "false")
    role.set("WantAssertionsSigned", "true")
    role.set("protocolSupportEnumeration", SAMLP)
    for certificate in certificates:
        descriptor = etree.SubElement(role, md("KeyDescriptor"))
        descriptor.set("use", "signing")
        info = etree.SubElement(etree.SubElement(descriptor, ds("KeyInfo")), ds("X509Data"))
        data = base64.b64encode(certificate.public_bytes(Encoding.DER)).decode()
        etree.SubElement(info, ds("X509Certificate")).text = data
    if name_id_format:
        etree.SubElement(role, md("NameIDFormat")).text = name_id_format
    service = etree.SubElement(role, md("AssertionConsumerService"))
    service.set("Binding", POST)
    service.set("Location", consumer)
    service.set("index", "0")
    service.set("isDefault", "true")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _role(entity: etree._Element) -> etree._Element | None:
    for role in children(entity, md("IDPSSODescriptor")):
        if SAMLP in role.get("protocolSupportEnumeration", "").split():
            return role
    return None


def _require_current(element: etree._Element, now: datetime) -> None:
    said = element.get("validUntil")
    if said is None:
        return
    try:
        ended = parse_time(said.strip(), "validUntil") <= now
    except InvalidInput:
        ended = True
    if ended:
        raise _unfit(f"已于 {said[:40]} 过期", f"has expired ({said[:40]})")


def _certificates(role: etree._Element) -> list[x509.Certificate]:
    texts = [
        text(one)
        for descriptor in children(role, md("KeyDescriptor"))
        if descriptor.get("use", "signing") == "signing"
        for one in descriptor.iter(ds("X509Certificate"))
    ]
    try:
        return _usable([_certificate(one) for one in dict.fromkeys(texts)])
    except (ValueError, binascii.Error):
        raise _unfit("含有无法读取的证书", "has a certificate that cannot be read") from None


def _certificate(base64_text: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(base64.b64decode("".join(base64_text.split()), validate=True))


def _usable(found: Sequence[x509.Certificate]) -> list[x509.Certificate]:
    """Those whose keys are taken. A provider that lists one of another kind too goes on with the others."""
    if not 0 < len(found) <= MOST_CERTIFICATES:
        raise ProviderFailed(
            "key",
            f"应有 1 至 {MOST_CERTIFICATES} 个签名证书",
            f"there must be 1 to {MOST_CERTIFICATES} certificates",
        )
    problems = [problem for one in found if (problem := certificate_problem(one)) is not None]
    if len(problems) == len(found):
        raise ProviderFailed("key", *problems[0])
    return [one for one in found if certificate_problem(one) is None]


def _unfit(zh: str, en: str) -> ProviderFailed:
    return ProviderFailed("metadata", f"元数据{zh}", f"the metadata {en}")
