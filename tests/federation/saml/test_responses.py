"""Whom a response is believed to name, and the responses of another occasion, for another place, or of no sense."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml.algorithms import SignatureMethod
from tests.federation.saml.idp import (
    CERTIFICATE,
    NOW,
    OTHER_CERTIFICATE,
    OTHER_KEY,
    certificate,
    parts,
    status,
)
from tests.federation.saml.judging import EXPECTED, RIGHT, refused, taken

from poolhouse.federation.providers.saml.names import ds, saml, samlp
from poolhouse.federation.providers.saml.responses import SignedPart
from poolhouse.federation.providers.saml.signatures import Trust


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
        ({"audience": "https://id.example/connections/saml/acme/metadata?userpool_id=p2"}, "audience"),
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
        (".", "IssueInstant", "2026-11-27T12:30:00Z", "clock"),
        (".", "Version", "1.1", "response"),
        ("Conditions", "NotBefore", "2026-11-27T12:02:00Z", "clock"),
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


def test_an_encrypted_assertion_is_not_supported_by_name() -> None:
    root = RIGHT.response()
    assertion, _ = parts(root)
    root.replace(assertion, etree.Element(saml("EncryptedAssertion")))
    assert "encrypted" in refused(root, "encryption")


@pytest.mark.parametrize(
    ("name", "value", "step"),
    [
        ("Version", "1.1", "response"),
        ("Destination", "https://id.example/connections/saml/other/acs", "destination"),
        ("Destination", None, "destination"),
        ("InResponseTo", "_another", "request"),
    ],
)
def test_what_the_response_says_beside_its_assertion_must_be_right_too(
    name: str, value: str | None, step: str
) -> None:
    def change(root: etree._Element) -> None:
        if value is None:
            del root.attrib[name]
        else:
            root.set(name, value)

    refused(RIGHT.but(response_signed=True).document(change), step)
    if value is not None:
        refused(RIGHT.document(change), step)


def test_another_document_that_holds_a_good_assertion_is_no_response() -> None:
    root = RIGHT.response()
    refused(parts(root)[0], "response")
    root.tag = samlp("ArtifactResponse")
    refused(root, "response")


@pytest.mark.parametrize(
    "attributes",
    [
        [("mail", "x" * 8_193)],
        [(f"n{number}", "x") for number in range(201)],
        [("mail", "x") for _ in range(1_001)],
    ],
    ids=["long", "many", "often"],
)
def test_more_attributes_than_anybody_has_are_refused(attributes: list[tuple[str, str]]) -> None:
    refused(RIGHT.but(attributes=attributes).document(), "response")
