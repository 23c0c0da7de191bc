"""Whom a response is believed to name, and every response that is not believed."""

from __future__ import annotations

import base64
import copy
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hmac
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from lxml import etree
from signxml.algorithms import DigestAlgorithm, SignatureMethod
from tests.federation.saml.idp import (
    AUDIENCE,
    CERTIFICATE,
    ISSUER,
    KEY,
    NOW,
    OTHER_CERTIFICATE,
    OTHER_KEY,
    RECIPIENT,
    REQUEST,
    Idp,
    certificate,
    evil_copy,
    parts,
    status,
)

from poolhouse.errors import ProviderFailed
from poolhouse.federation.providers.saml.names import ds, saml, samlp
from poolhouse.federation.providers.saml.responses import Assertion, Expected, SignedPart, believed
from poolhouse.federation.providers.saml.signatures import Trust

EXPECTED = Expected(
    issuer=ISSUER,
    audience=AUDIENCE,
    recipient=RECIPIENT,
    request_id=REQUEST,
    trust=Trust([CERTIFICATE]),
    now=NOW,
    skew=timedelta(seconds=60),
)
RIGHT = Idp()


def refused(document: bytes | etree._Element, step: str, expected: Expected = EXPECTED) -> str:
    data = document if isinstance(document, bytes) else etree.tostring(document)
    with pytest.raises(ProviderFailed) as caught:
        believed(data, expected)
    assert caught.value.step == step, caught.value
    assert caught.value.reason()
    return str(caught.value)


def taken(document: bytes | etree._Element, expected: Expected = EXPECTED) -> Assertion:
    return believed(document if isinstance(document, bytes) else etree.tostring(document), expected)


@pytest.mark.parametrize(("assertion", "response"), [(True, False), (False, True), (True, True)])
def test_a_response_is_believed_where_a_signature_covers_its_assertion(
    assertion: bool, response: bool
) -> None:
    said = taken(RIGHT.but(assertion_signed=assertion, response_signed=response).document())
    assert (said.id, said.name_id, said.session_index) == ("_assertion1", "zhang-3f29", "_session1")
    assert said.attributes == {"mail": ["zhang@acme.example"], "displayName": ["张三"]}
    assert NOW + timedelta(minutes=5) <= said.until <= NOW + timedelta(minutes=7)


def test_any_of_the_configured_certificates_may_have_signed_also_one_that_has_run_out() -> None:
    old = certificate(OTHER_KEY, days=-30)
    trust = Trust([OTHER_CERTIFICATE, CERTIFICATE])
    assert taken(RIGHT.document(), replace(EXPECTED, trust=trust)).name_id == "zhang-3f29"
    signed = RIGHT.but(key=OTHER_KEY, certificate=old).document()
    assert taken(signed, replace(EXPECTED, trust=Trust([old]))).name_id == "zhang-3f29"


@pytest.mark.parametrize("curve", [ec.SECP256R1(), ec.SECP384R1()])
def test_a_signature_by_an_elliptic_curve_is_taken(curve: ec.EllipticCurve) -> None:
    key = ec.generate_private_key(curve)
    own = certificate(key)
    signed = RIGHT.but(key=key, certificate=own, method=SignatureMethod.ECDSA_SHA256).document()
    assert taken(signed, replace(EXPECTED, trust=Trust([own]))).name_id == "zhang-3f29"


def test_a_response_without_a_signature_is_refused() -> None:
    refused(RIGHT.but(assertion_signed=False).document(), "signature")


@pytest.mark.parametrize(
    ("wanted", "assertion", "response", "good"),
    [
        ("assertion", True, False, True),
        ("assertion", False, True, False),
        ("assertion", True, True, True),
        ("response", False, True, True),
        ("response", True, False, False),
        ("both", True, True, True),
        ("both", True, False, False),
        ("both", False, True, False),
    ],
)
def test_a_connection_says_which_part_must_be_signed(
    wanted: SignedPart, assertion: bool, response: bool, good: bool
) -> None:
    document = RIGHT.but(assertion_signed=assertion, response_signed=response).document()
    expected = replace(EXPECTED, signed=wanted)
    if good:
        assert taken(document, expected).name_id == "zhang-3f29"
    else:
        refused(document, "signature", expected)


@pytest.mark.parametrize("part", ["assertion", "response"])
def test_a_signature_that_is_wrong_is_refused_also_where_another_one_would_do(part: str) -> None:
    root = RIGHT.but(response_signed=True).response()
    _, of_assertion = parts(root)
    spoilt = of_assertion if part == "assertion" else root.find(ds("Signature"))
    assert spoilt is not None
    value = spoilt.find(ds("SignatureValue"))
    assert value is not None
    value.text = base64.b64encode(bytes(256)).decode()
    refused(root, "signature")


@pytest.mark.parametrize(
    ("said", "step"),
    [
        ({"issuer": "https://evil.example"}, "issuer"),
        ({"audience": "https://id.example/connections/saml/other/metadata"}, "audience"),
        ({"recipient": "https://id.example/connections/saml/other/acs"}, "destination"),
        ({"request_id": "_another"}, "request"),
        ({"request_id": None}, "request"),
        ({"now": NOW - timedelta(minutes=7)}, "clock"),
        ({"now": NOW + timedelta(minutes=7)}, "clock"),
        ({"now": NOW - timedelta(hours=2), "life": timedelta(days=1)}, "clock"),
        ({"key": OTHER_KEY, "certificate": OTHER_CERTIFICATE}, "signature"),
    ],
)
@pytest.mark.parametrize("response_signed", [False, True])
def test_a_rightly_signed_response_for_another_occasion_is_refused(
    said: dict[str, object], step: str, response_signed: bool
) -> None:
    refused(RIGHT.but(response_signed=response_signed, **said).document(), step)


@pytest.mark.parametrize("seconds", [50, -50])
def test_clocks_may_differ_by_the_skew(seconds: int) -> None:
    moved = RIGHT.but(now=NOW + timedelta(seconds=seconds), life=timedelta(seconds=30))
    assert taken(moved.document()).name_id == "zhang-3f29"
    refused(moved.document(), "clock", replace(EXPECTED, skew=timedelta(seconds=5)))


def _without(name: str) -> object:
    def change(root: etree._Element) -> None:
        for found in list(root.iter(saml(name))):
            parent = found.getparent()
            if parent is not None and parent is not root:
                parent.remove(found)

    return change


@pytest.mark.parametrize(
    ("name", "step"),
    [
        ("Issuer", "issuer"),
        ("Subject", "subject"),
        ("SubjectConfirmation", "recipient"),
        ("SubjectConfirmationData", "recipient"),
        ("Conditions", "audience"),
        ("AudienceRestriction", "audience"),
        ("AuthnStatement", "response"),
    ],
)
def test_an_assertion_that_leaves_something_out_is_refused(name: str, step: str) -> None:
    refused(RIGHT.document(_without(name)), step)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "name", "value", "step"),
    [
        (
            "Subject/SubjectConfirmation",
            "Method",
            "urn:oasis:names:tc:SAML:2.0:cm:holder-of-key",
            "recipient",
        ),
        (
            "Subject/SubjectConfirmation/SubjectConfirmationData",
            "Recipient",
            "https://evil.example",
            "recipient",
        ),
        ("Subject/SubjectConfirmation/SubjectConfirmationData", "NotOnOrAfter", None, "clock"),
        (
            "Subject/SubjectConfirmation/SubjectConfirmationData",
            "NotOnOrAfter",
            "2026-11-27T11:00:00Z",
            "clock",
        ),
        ("Subject/SubjectConfirmation/SubjectConfirmationData", "NotBefore", "2026-11-27T13:00:00Z", "clock"),
        ("Subject/SubjectConfirmation/SubjectConfirmationData", "InResponseTo", "_other", "request"),
        ("Conditions", "NotOnOrAfter", "yesterday", "clock"),
        ("AuthnStatement", "SessionNotOnOrAfter", "2026-11-27T11:00:00Z", "clock"),
        (".", "IssueInstant", None, "clock"),
        (".", "Version", "1.1", "response"),
        ("Issuer", "Format", "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress", "issuer"),
    ],
)
def test_an_assertion_with_another_value_there_is_refused(
    path: str, name: str, value: str | None, step: str
) -> None:
    def change(root: etree._Element) -> None:
        assertion = root.find(saml("Assertion"))
        assert assertion is not None
        where = assertion if path == "." else assertion.find("/".join(saml(each) for each in path.split("/")))
        assert where is not None
        if value is None:
            del where.attrib[name]
        else:
            where.set(name, value)

    refused(RIGHT.document(change), step)


def test_every_restriction_of_the_audience_must_name_us_and_no_condition_be_unknown() -> None:
    def one_more(root: etree._Element) -> None:
        conditions = root.find(f".//{saml('Conditions')}")
        assert conditions is not None
        more = etree.SubElement(conditions, saml("AudienceRestriction"))
        etree.SubElement(more, saml("Audience")).text = "https://elsewhere.example"

    def unknown(root: etree._Element) -> None:
        conditions = root.find(f".//{saml('Conditions')}")
        assert conditions is not None
        etree.SubElement(conditions, saml("Condition"))

    refused(RIGHT.document(one_more), "audience")
    refused(RIGHT.document(unknown), "audience")


def test_an_end_in_the_last_year_of_all_is_taken_and_cut() -> None:
    def change(root: etree._Element) -> None:
        for element in root.iter(etree.Element):
            if "NotOnOrAfter" in element.attrib:
                element.set("NotOnOrAfter", "9999-12-31T23:59:59Z")

    assert taken(RIGHT.document(change)).until <= NOW + timedelta(hours=1, minutes=2)


def test_a_response_that_no_request_of_ours_asked_for_is_taken_only_as_such() -> None:
    unasked = replace(EXPECTED, request_id=None)
    assert taken(RIGHT.but(request_id=None).document(), unasked).name_id == "zhang-3f29"
    refused(RIGHT.document(), "request", unasked)


def test_a_status_that_says_no_is_told_by_its_codes() -> None:
    def change(root: etree._Element) -> None:
        code = status(root)[0]
        code.set("Value", "urn:oasis:names:tc:SAML:2.0:status:Responder")
        inner = etree.SubElement(code, samlp("StatusCode"))
        inner.set("Value", "urn:oasis:names:tc:SAML:2.0:status:AuthnFailed")
        etree.SubElement(status(root), samlp("StatusMessage")).text = "locked out"

    told = refused(RIGHT.document(change), "status")
    assert told.endswith("(Responder, AuthnFailed)")


def test_a_comment_in_a_name_cuts_nothing_off() -> None:
    """Against CVE-2017-11427 and its kin: the text before a comment is not the name."""
    mail = [("mail", "zhang@acme.example")]
    root = RIGHT.but(name_id="admin@acme.example.evil.example", attributes=mail).response()
    data = etree.tostring(root).replace(b"acme.example.evil", b"acme.example<!-- -->.evil")
    data = data.replace(b"zhang@acme.example", b"zhang<!---->@acme.example")
    said = taken(data)
    assert said.name_id == "admin@acme.example.evil.example"
    assert said.attributes["mail"] == ["zhang@acme.example"]


def test_a_name_that_has_elements_within_is_no_name() -> None:
    def change(root: etree._Element) -> None:
        name = root.find(f".//{saml('NameID')}")
        assert name is not None
        etree.SubElement(name, saml("X")).tail = "rest"

    assert taken(RIGHT.document(change)).name_id == ""


# Signature wrapping: the eight of Somorovsky, Mayer, Schwenk, Kampmann, Jensen, "On Breaking SAML" (2012).


def xsw_1(root: etree._Element) -> etree._Element:
    """The signed response within the signature of another one."""
    evil = copy.deepcopy(root)
    signature = evil.find(ds("Signature"))
    assert signature is not None
    original = copy.deepcopy(root)
    own = original.find(ds("Signature"))
    assert own is not None
    original.remove(own)
    signature.append(original)
    evil.set("ID", "_evil")
    _name(evil)
    return evil


def xsw_2(root: etree._Element) -> etree._Element:
    """The same, before a detached signature."""
    evil = xsw_1(root)
    signature = evil.find(ds("Signature"))
    assert signature is not None
    original = signature[-1]
    signature.addprevious(original)
    return evil


def xsw_3(root: etree._Element) -> etree._Element:
    """Another assertion before the signed one."""
    assertion, _ = parts(root)
    assertion.addprevious(evil_copy(assertion, ID="_evil"))
    return root


def xsw_4(root: etree._Element) -> etree._Element:
    """The signed assertion within another one."""
    assertion, _ = parts(root)
    evil = evil_copy(assertion, ID="_evil")
    root.replace(assertion, evil)
    evil.append(assertion)
    return root


def xsw_5(root: etree._Element) -> etree._Element:
    """Another assertion with the signature, the signed one without it after it."""
    assertion, _ = parts(root)
    original = copy.deepcopy(assertion)
    own = original.find(ds("Signature"))
    assert own is not None
    original.remove(own)
    assertion.set("ID", "_evil")
    _name(assertion)
    root.append(original)
    return root


def xsw_6(root: etree._Element) -> etree._Element:
    """Another assertion with the signature, the signed one within that."""
    root = xsw_5(root)
    _, signature = parts(root)
    signature.append(root[-1])
    return root


def xsw_7(root: etree._Element) -> etree._Element:
    """Another assertion within Extensions, of the same ID."""
    assertion, _ = parts(root)
    extensions = etree.Element(samlp("Extensions"))
    root.insert(1, extensions)
    extensions.append(evil_copy(assertion))
    return root


def xsw_8(root: etree._Element) -> etree._Element:
    """Another assertion with the signature, the signed one within an Object of that."""
    assertion, signature = parts(root)
    original = evil_copy(assertion, "zhang-3f29")
    _name(assertion)
    etree.SubElement(signature, ds("Object")).append(original)
    return root


def _name(within: etree._Element) -> None:
    found = within.find(f".//{saml('Subject')}/{saml('NameID')}")
    assert found is not None
    found.text = "admin"


@pytest.mark.parametrize("wrap", [xsw_1, xsw_2, xsw_3, xsw_4, xsw_5, xsw_6, xsw_7, xsw_8])
def test_a_signature_that_is_wrapped_covers_nothing(wrap: object) -> None:
    whole = wrap in (xsw_1, xsw_2)
    root = RIGHT.but(response_signed=whole, assertion_signed=not whole).response()
    with pytest.raises(ProviderFailed) as caught:
        believed(etree.tostring(wrap(root)), EXPECTED)  # type: ignore[operator]
    assert caught.value.step in ("signature", "response")


def test_the_assertion_that_is_read_is_the_one_that_was_signed() -> None:
    """What XSW comes to: the text that was signed, whatever else was put into the document."""
    root = RIGHT.response()
    assertion, _ = parts(root)
    _name(assertion)
    refused(root, "signature")


def test_several_assertions_are_refused_though_each_is_signed() -> None:
    root, other = RIGHT.response(), RIGHT.but(assertion_id="_assertion2", name_id="li-1").response()
    root.append(parts(other)[0])
    refused(root, "response")


def test_an_id_stands_in_a_response_once() -> None:
    for name in ("ID", "Id", "{http://www.w3.org/XML/1998/namespace}id"):
        root = RIGHT.response()
        status(root).set(name, "_assertion1")
        refused(root, "response")


def test_an_encrypted_assertion_is_not_supported_by_name() -> None:
    root = RIGHT.response()
    assertion, _ = parts(root)
    root.replace(assertion, etree.Element(saml("EncryptedAssertion")))
    assert "encrypted" in refused(root, "encryption")


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
