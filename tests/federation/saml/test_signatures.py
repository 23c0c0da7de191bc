"""Whose signatures count, of which algorithms, and of what."""

from __future__ import annotations

import base64
import copy
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives import hmac
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from tests.federation.saml.idp import (
    CERTIFICATE,
    KEY,
    OTHER_CERTIFICATE,
    OTHER_KEY,
    parts,
)
from tests.federation.saml.judging import EXPECTED, RIGHT, refused, taken

from poolhouse.federation.providers.saml.names import ds
from poolhouse.federation.providers.saml.signatures import Trust


def test_a_certificate_that_comes_along_counts_for_nothing() -> None:
    """Signed by another key, whose certificate KeyInfo has; then with ours in its place."""
    foreign = RIGHT.but(key=OTHER_KEY, certificate=OTHER_CERTIFICATE)
    refused(foreign.document(), "signature")
    refused(foreign.but(certificate=CERTIFICATE).document(), "signature")


@pytest.mark.parametrize(
    ("method", "digest"),
    [
        (SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA256),
        (SignatureMethod.RSA_SHA256, DigestAlgorithm.SHA1),
        (SignatureMethod.RSA_SHA1, DigestAlgorithm.SHA1),
    ],
)
def test_sha1_is_refused_unless_the_connection_allows_it(
    method: SignatureMethod, digest: DigestAlgorithm
) -> None:
    document = RIGHT.but(method=method, digest=digest).document()
    assert "sha1" in refused(document, "algorithm")
    allowed = replace(EXPECTED, trust=Trust([CERTIFICATE], with_sha1=True))
    assert taken(document, allowed).name_id == "zhang-3f29"


@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/2001/04/xmldsig-more#rsa-md5",
        "http://www.w3.org/2000/09/xmldsig#hmac-sha1",
        "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256",
        "http://www.w3.org/2000/09/xmldsig#dsa-sha1",
        "none",
        "",
        None,
    ],
)
@pytest.mark.parametrize("name", ["SignatureMethod", "DigestMethod"])
def test_any_other_algorithm_is_refused_by_name(algorithm: str | None, name: str) -> None:
    root = RIGHT.response()
    method = root.find(f".//{ds(name)}")
    assert method is not None
    if algorithm is None:
        del method.attrib["Algorithm"]
    else:
        method.set("Algorithm", algorithm)
    refused(root, "algorithm", replace(EXPECTED, trust=Trust([CERTIFICATE], with_sha1=True)))


def test_a_signature_with_the_public_key_as_a_secret_is_refused() -> None:
    root = RIGHT.response()
    method, value = root.find(f".//{ds('SignatureMethod')}"), root.find(f".//{ds('SignatureValue')}")
    info = root.find(f".//{ds('SignedInfo')}")
    assert method is not None
    assert value is not None
    assert info is not None
    method.set("Algorithm", "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256")
    mac = hmac.HMAC(KEY.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo), SHA256())
    mac.update(etree.tostring(info, method="c14n", exclusive=True))
    value.text = base64.b64encode(mac.finalize()).decode()
    refused(root, "algorithm")


@pytest.mark.parametrize(
    "algorithm",
    [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        "http://www.w3.org/2001/10/xml-exc-c14n#WithComments",
    ],
)
@pytest.mark.parametrize("instead", [True, False])
def test_a_transform_that_could_empty_or_change_what_is_signed_is_refused(
    algorithm: str, instead: bool
) -> None:
    root = RIGHT.response()
    transforms = root.find(f".//{ds('Transforms')}")
    assert transforms is not None
    if instead:
        transforms[1].set("Algorithm", algorithm)
    else:
        etree.SubElement(transforms, ds("Transform")).set("Algorithm", algorithm)
    refused(root, "signature")


@pytest.mark.parametrize(
    "uri", ["", "#_response1", "#xpointer(/)", "https://evil.example/x.xml", "#_nowhere", None]
)
def test_a_reference_to_anything_but_the_element_itself_is_refused(uri: str | None) -> None:
    root = RIGHT.response()
    reference = root.find(f".//{ds('Reference')}")
    assert reference is not None
    if uri is None:
        del reference.attrib["URI"]
    else:
        reference.set("URI", uri)
    refused(root, "signature")


def test_a_second_reference_an_object_or_a_second_signature_is_refused() -> None:
    def twice(root: etree._Element) -> None:
        reference = root.find(f".//{ds('Reference')}")
        assert reference is not None
        reference.addnext(copy.deepcopy(reference))

    def with_object(root: etree._Element) -> None:
        etree.SubElement(parts(root)[1], ds("Object"))

    def two(root: etree._Element) -> None:
        signature = parts(root)[1]
        signature.addnext(copy.deepcopy(signature))

    for change in (twice, with_object, two):
        root = RIGHT.response()
        change(root)
        refused(root, "signature")


def test_what_cannot_be_made_canonical_is_refused_and_is_not_taken_for_nothing() -> None:
    """libxml2 refuses a relative address of a namespace: some take the empty text that is left."""
    data = RIGHT.document().replace(b"<saml:AttributeStatement>", b'<saml:AttributeStatement xmlns:r="../1">')
    refused(data, "signature")


@pytest.mark.parametrize(
    "canonical", ["http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2006/12/xml-c14n11"]
)
def test_a_right_signature_by_another_canonical_form_is_refused(canonical: str) -> None:
    assert "canonicalization" in refused(RIGHT.but(canonical=canonical).document(), "signature")
