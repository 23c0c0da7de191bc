"""Signatures of XML: what one covers, by whom, and the element as it was signed.

The library (`signxml`) checks digests and signatures; what it leaves to the caller is decided here before it is asked:
where a signature may stand, that it has one reference and that to its own parent, which transforms and algorithms are
taken, and whose keys count. Decision: docs/decisions/0093-saml.md.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from lxml import etree
from signxml import algorithms
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, XMLVerifier

from poolhouse.errors import ProviderFailed
from poolhouse.federation.documents import children, parser, quoted, text
from poolhouse.federation.providers.saml.names import (
    DIGESTS,
    ENVELOPED,
    EXCLUSIVE,
    SHA1_DIGESTS,
    SHA1_SIGNATURES,
    SIGNATURES,
    ds,
)


@dataclass(frozen=True, slots=True)
class Trust:
    """Whose signatures count. `with_sha1`: the connection allows SHA-1 by name."""

    certificates: Sequence[x509.Certificate]
    with_sha1: bool = False


def signature_of(element: etree._Element) -> etree._Element | None:
    """The signature that stands in `element` itself, if one does."""
    found = children(element, ds("Signature"))
    if len(found) > 1:
        raise _refused("一个元素有多个签名", "an element has more than one signature")
    return found[0] if found else None


def as_signed(element: etree._Element, trust: Trust) -> etree._Element:
    """A copy of `element`, read again from the bytes that its own signature covers; without the signature.

    Nothing outside the signature is in it. Raises ProviderFailed (step "signature" or "key").
    """
    signature = signature_of(element)
    if signature is None:
        raise _refused("没有签名", "there is no signature")
    _require_plain(signature, element, with_sha1=trust.with_sha1)
    data = etree.tostring(element, with_tail=False)
    for certificate in trust.certificates:
        copy = _verified(data, certificate, trust)
        if copy is not None:
            if copy.tag != element.tag or copy.get("ID") != element.get("ID"):
                raise _refused("签名覆盖的不是所在元素", "the signature covers another element than its own")
            return copy
    raise ProviderFailed(
        "signature",
        "签名与所配置的任何证书都不相符，或内容在签名后被改动",
        "the signature fits none of the configured certificates, or the content was changed after it was signed",
    )


def _verified(data: bytes, certificate: x509.Certificate, trust: Trust) -> etree._Element | None:
    methods = SIGNATURES | (SHA1_SIGNATURES if trust.with_sha1 else {})
    digests = DIGESTS | (SHA1_DIGESTS if trust.with_sha1 else {})
    expected = SignatureConfiguration(
        location="./",
        expect_references=1,
        signature_methods=frozenset(map(algorithms.SignatureMethod, methods)),
        digest_algorithms=frozenset(map(algorithms.DigestAlgorithm, digests)),
        ignore_ambiguous_key_info=True,  # what KeyInfo says is not read: the certificates are the configured ones
        verification_time=certificate.not_valid_before_utc,  # it names a key; how long is the administrator's word
    )
    try:
        result = XMLVerifier().verify(
            data, x509_cert=certificate, id_attribute="ID", parser=parser(), expect_config=expected
        )
    except (SignXMLException, etree.LxmlError, ValueError, TypeError, AttributeError):
        return None
    return None if isinstance(result, list) or not result.signed_data else result.signed_xml


def _require_plain(signature: etree._Element, parent: etree._Element, *, with_sha1: bool) -> None:
    """The one shape of SAML (saml-core 5.4): one reference, to the parent by its ID; enveloped, then exclusive
    canonical XML without comments."""
    names = [child.tag for child in signature]
    if names not in (
        [ds("SignedInfo"), ds("SignatureValue")],
        [ds("SignedInfo"), ds("SignatureValue"), ds("KeyInfo")],
    ):
        raise _refused("签名的结构不受支持", "the signature has a structure that is not supported")
    info = signature[0]
    names = [child.tag for child in info]
    if names != [ds("CanonicalizationMethod"), ds("SignatureMethod"), ds("Reference")]:
        raise _refused("签名应当只有一个引用", "the signature must have one reference")
    canonical, method, reference = info
    if canonical.get("Algorithm") != EXCLUSIVE:
        raise _refused("签名的规范化算法不受支持", "the signature's canonicalization is not supported")
    _require_algorithm(method, SIGNATURES | (SHA1_SIGNATURES if with_sha1 else {}))
    whole = parent.get("ID", "")
    if not whole or reference.get("URI") != f"#{whole}":
        raise _refused("签名引用的不是所在元素", "the signature refers to another element than its own")
    _require_reference(reference, with_sha1=with_sha1)


def _require_reference(reference: etree._Element, *, with_sha1: bool) -> None:
    names = [child.tag for child in reference]
    if names != [ds("Transforms"), ds("DigestMethod"), ds("DigestValue")]:
        raise _refused("签名的引用不完整", "the signature's reference is incomplete")
    transforms, digest, value = reference
    if [(child.tag, child.get("Algorithm")) for child in transforms] != [
        (ds("Transform"), ENVELOPED),
        (ds("Transform"), EXCLUSIVE),
    ]:
        raise _refused("签名的变换不受支持", "the signature has a transform that is not supported")
    first, second = transforms
    extra = [child.tag for child in second]
    if len(first) or extra not in ([], [f"{{{EXCLUSIVE}}}InclusiveNamespaces"]):
        raise _refused("签名的变换不受支持", "the signature has a transform that is not supported")
    _require_algorithm(digest, DIGESTS | (SHA1_DIGESTS if with_sha1 else {}))
    if not text(value):
        raise _refused("签名没有摘要", "the signature has no digest")


def _require_algorithm(method: etree._Element, taken: dict[str, str]) -> None:
    algorithm = method.get("Algorithm", "")
    if algorithm not in taken or len(method):
        named = quoted(algorithm.rpartition("#")[2], 40)
        raise ProviderFailed(
            "algorithm",
            f"不接受签名或摘要算法 {named}",
            f"the algorithm {named} of the signature is not accepted",
        )


SMALLEST_RSA = 2048
LARGEST_RSA = 8192


def certificate_problem(certificate: x509.Certificate) -> tuple[str, str] | None:
    """Why a provider's certificate cannot be used, in Chinese and English; None if it can."""
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        if SMALLEST_RSA <= key.key_size <= LARGEST_RSA:
            return None
        return (
            f"RSA 密钥应为 {SMALLEST_RSA} 至 {LARGEST_RSA} 位",
            f"an RSA key must have {SMALLEST_RSA} to {LARGEST_RSA} bits",
        )
    if isinstance(key, ec.EllipticCurvePublicKey) and isinstance(
        key.curve, ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1
    ):
        return None
    return (
        "证书的密钥应为 RSA 或 P-256、P-384、P-521",
        "the certificate's key must be RSA, P-256, P-384 or P-521",
    )


def _refused(zh: str, en: str) -> ProviderFailed:
    return ProviderFailed("signature", zh, en)
